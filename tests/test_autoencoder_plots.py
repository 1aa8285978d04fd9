"""What the plots of autoencoders draw."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ganglion.autoencoder import Autoencoder, DenoisingAutoencoder, VariationalAutoencoder

plt = pytest.importorskip("matplotlib.pyplot")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).uniform(size=(30, 12))
Y = np.array(["a", "b", "c"] * 10)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def fitted(kind: Any, **arguments: Any) -> Any:
    return kind(**{"hidden_layer_sizes": (), "max_iter": 2, "random_state": 0, **arguments}).fit(X)


@pytest.mark.parametrize("kind", [Autoencoder, DenoisingAutoencoder, VariationalAutoencoder])
def test_reconstructions_stand_below_samples(kind: Any) -> None:
    coder = fitted(kind)
    (image,) = coder.plot_reconstructions(X[:5], image_shape=(3, 4)).get_images()
    drawn = image.get_array().filled(np.nan)
    assert drawn.shape == (2 * 4 - 1, 5 * 5 - 1)
    np.testing.assert_array_equal(drawn[:3, 5:9], X[1].reshape(3, 4))
    np.testing.assert_array_equal(drawn[4:, 5:9], coder.reconstruct(X[1:2]).reshape(3, 4))
    assert np.isnan(drawn[3]).all()
    assert np.isnan(drawn[:, 4]).all()


def test_reconstructions_of_sparse_rows_are_drawn_too() -> None:
    sparse = pytest.importorskip("scipy.sparse").csr_array(X[:3])
    (image,) = fitted(Autoencoder).plot_reconstructions(sparse, image_shape=(3, 4)).get_images()
    np.testing.assert_array_equal(image.get_array()[:3, :4], X[0].reshape(3, 4))


def test_codes_are_dots_coloured_by_class() -> None:
    coder = fitted(Autoencoder, n_components=3)
    axes = coder.plot_codes(X, Y)
    (dots,) = axes.collections
    np.testing.assert_array_equal(dots.get_offsets(), coder.transform(X)[:, :2])
    np.testing.assert_array_equal(dots.get_array(), [0, 1, 2] * 10)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b", "c"]
    other = coder.plot_codes(X, ax=plt.figure().subplots())
    assert other.get_legend() is None


def test_samples_are_drawn_in_a_square() -> None:
    dreamer = fitted(VariationalAutoencoder)
    (image,) = dreamer.plot_samples(5, 0, image_shape=(3, 4)).get_images()
    drawn = image.get_array().filled(np.nan)
    assert drawn.shape == (2 * 4 - 1, 3 * 5 - 1)
    made = dreamer.sample(5, 0)
    np.testing.assert_array_equal(drawn[:3, :4], made[0].reshape(3, 4))
    np.testing.assert_array_equal(drawn[4:, 5:9], made[4].reshape(3, 4))
    assert np.isnan(drawn[4:, 10:]).all()


def test_axes_that_are_given_are_drawn_in() -> None:
    axes = plt.figure().subplots()
    assert fitted(VariationalAutoencoder).plot_samples(2, image_shape=(2, 6), ax=axes) is axes


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (None, r"image_shape is None, must be \(height, width\) of 12 features, which are no sq"),
        ((-3, -4), r"image_shape is \(-3, -4\), must be"),
        ((3, 5), r"image_shape is \(3, 5\), must be \(height, width\) of 12 features$"),
    ],
)
def test_images_of_another_size_are_refused(shape: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fitted(Autoencoder).plot_reconstructions(X[:2], image_shape=shape)


def test_what_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="n_components is 1, must be at least 2 for a plane"):
        fitted(Autoencoder, n_components=1).plot_codes(X)
    coder = fitted(Autoencoder)
    with pytest.raises(ValueError, match="y has 3 classes, X has 30 samples"):
        coder.plot_codes(X, [1, 2, 3])
    with pytest.raises(TypeError, match="ax must be axes of matplotlib's, got 3"):
        coder.plot_codes(X, ax=3)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="plot needs matplotlib"):
        coder.plot_codes(X)
