import sys

import numpy as np
import pytest

from ganglion.callbacks.history import History


def example() -> History:
    history = History()
    history.append(3, {"loss": 1.0, "val_loss": 1.5, "accuracy": 0.5})
    history.append(4, {"loss": 0.5, "val_loss": 1.25, "accuracy": 0.75})
    return history


def test_history_starts_empty() -> None:
    history = History()
    assert (history.history, history.epoch, len(history)) == ({}, [], 0)


def test_append_adds_an_epoch() -> None:
    history = example()
    assert history.history == {
        "loss": [1.0, 0.5],
        "val_loss": [1.5, 1.25],
        "accuracy": [0.5, 0.75],
    }
    assert history.epoch == [3, 4]
    assert len(history) == 2


def test_plot_gives_each_figure_an_axes_for_its_two_curves() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    drawn = example().plot()
    curves = [[line.get_label() for line in axes.lines] for axes in drawn]
    assert curves == [["loss", "val_loss"], ["accuracy"]]
    assert np.array_equal(drawn[0].lines[1].get_xydata(), [[3, 1.5], [4, 1.25]])
    matplotlib.pyplot.close(drawn[0].figure)


def test_plot_is_shown_once_in_a_notebook() -> None:
    """It shows every open drawing at a cell's end, and a drawing that is the cell's value too."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    matplotlib.pyplot.close("all")
    value: object = example().plot()
    assert len(matplotlib.pyplot.get_fignums()) == 1
    assert not isinstance(value, matplotlib.figure.Figure)
    matplotlib.pyplot.close("all")


def test_plot_draws_in_the_axes_it_is_given() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    ax = figure.subplots()
    assert example().plot(ax) == [ax, ax]
    assert [line.get_label() for line in ax.lines] == ["loss", "val_loss", "accuracy"]


def test_plot_refuses_an_empty_history() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match="plot: the history has no figures"):
        History().plot()


def test_plot_says_how_a_file_is_written() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(TypeError, match=r"plot: ax must be axes .* 'loss.png'; .*savefig"):
        example().plot("loss.png")  # type: ignore[arg-type]


def test_plot_names_the_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=r"plot needs matplotlib: python -m pip install matplotlib"
    ):
        example().plot()


def test_a_history_is_shown_in_brief() -> None:
    assert repr(example()) == "<History of 2 epochs, loss 0.5, val_loss 1.25, accuracy 0.75>"
    assert repr(History()) == "<History of 0 epochs>"
