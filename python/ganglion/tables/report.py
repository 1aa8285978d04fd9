"""Report: one page on a training, which holds all that it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template

from ganglion._base import writing
from ganglion.tables import plots
from ganglion.tables.errors import InputError
from ganglion.tables.figures import ClassFigures, Figures
from ganglion.tables.importance import REPEATS, importances
from ganglion.tables.networks import outputs_of
from ganglion.tables.targets import ValueTarget
from ganglion.tables.trained import Trained
from ganglion.tables.wording import plain

MOST_CLASSES = 30  # in a confusion matrix; of more, the pairs most often confused are listed
_NOT_OF_THE_MODEL = (
    *("separator", "decimal", "encoding", "missing"),
    *("output", "force", "report", "quiet"),
)
_BEGINNING = "<!doctype html>"
_PAGE = Template(
    _BEGINNING
    + """
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #ddd; text-align: left; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: inline-block; height: 0.7rem; background: #1f77b4; }
img { max-width: 100%; }
pre { overflow-x: auto; background: #f6f6f6; padding: 0.8rem; }
</style>
</head>
<body>
<h1>$title</h1>
$sections
</body>
</html>
"""
)


def is_page(path: Path) -> bool:
    """Tell whether a file is a page, such as a report."""
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)).decode("latin-1").lower() == _BEGINNING


def write(trained: Trained, path: Path) -> None:
    """Write the report of a training.

    Raises:
        InputError: When it cannot be written.
    """
    text = page(trained)
    try:
        writing.write(path, text.encode())
    except OSError as error:
        raise InputError(f"cannot write {path}: {error}") from error


def page(trained: Trained) -> str:
    """Make the report of a training."""
    figures = trained.model.figures
    assert figures is not None
    sections = [
        _section("On rows it has not seen", _figures(figures)),
        _section("Epoch by epoch", _curves(trained)),
        _section(*_errors(trained, figures)),
        _section("Columns", _columns(trained)),
        _section("Settings", _settings(trained)),
        _section("Told meanwhile", f"<pre>{escape(chr(10).join(trained.told))}</pre>"),
    ]
    title = f"{trained.name}: {trained.model.preparation.target.name}"
    return _PAGE.substitute(title=escape(title), sections="\n".join(sections))


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{content}"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: range) -> str:
    """Make a table of texts, which are HTML already in its cells; `numbers` are to the right."""

    def line(tag: str, cells: Sequence[str]) -> str:
        kinds = (' class="number"' if place in numbers else "" for place in range(len(cells)))
        parts = (f"<{tag}{kind}>{cell}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(parts)}</tr>"

    lines = [line("th", [escape(name) for name in header]), *(line("td", row) for row in rows)]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _figures(figures: Figures) -> str:
    baseline = figures.baseline
    assert baseline is not None
    rows = [
        [escape(name), plain(value), plain(baseline.named()[name])]
        for name, value in figures.named().items()
    ]
    about = f"Of {figures.rows} rows. The baseline is {figures.about_baseline}."
    return _table(["", "model", "baseline"], rows, numbers=range(1, 3)) + _paragraph(about)


def _curves(trained: Trained) -> str:
    estimator = trained.estimator
    curves = {
        "loss in training": estimator.loss_curve_,
        "loss in validation": estimator.validation_loss_curve_,
    }
    address = plots.learning_curves(curves, estimator.best_epoch_)
    kept = f"The weights are those of epoch {estimator.best_epoch_} of {estimator.n_iter_}."
    return f'<img src="{address}" alt="Loss over the epochs">' + _paragraph(kept)


def _errors(trained: Trained, figures: Figures) -> tuple[str, str]:
    """Give the section on single rows: the classes taken for each other, or true and predicted."""
    if isinstance(figures, ClassFigures):
        return "True and predicted classes", _confusion(figures)
    target = trained.rows.preparation.target
    assert isinstance(target, ValueTarget)
    inputs, encoded = trained.rows.test
    predicted = target.unscaled(outputs_of(trained.model.net, inputs)[:, 0])
    address = plots.true_against_predicted(target.unscaled(encoded), predicted)
    return "True and predicted values", f'<img src="{address}" alt="A point for each row">'


def _confusion(figures: ClassFigures) -> str:
    if len(figures.classes) > MOST_CLASSES:
        pairs = figures.most_confused(MOST_CLASSES)
        rows = [[escape(true), escape(said), str(count)] for true, said, count in pairs]
        return _table(["class", "predicted as", "rows"], rows, numbers=range(2, 3))
    rows = [
        [escape(name), *(_shaded(count, sum(counts)) for count in counts)]
        for name, counts in zip(figures.classes, figures.confusion, strict=True)
    ]
    table = _table(["", *figures.classes], rows, numbers=range(1, len(rows) + 1))
    return table + _paragraph("A row for each class, a column for what its rows were said to be.")


def _shaded(count: int, total: int) -> str:
    share = count / total if total else 0.0
    return f'<span style="background: rgba(31, 119, 180, {share:.2f})">&nbsp;{count}&nbsp;</span>'


def _columns(trained: Trained) -> str:
    found = importances(trained.model, trained.rows.test, trained.options.seed)
    columns = trained.model.preparation.columns
    largest = max(found[0].fall, 1e-12)
    rows = [
        [
            escape(columns[one.column].name),
            escape(columns[one.column].describe()),
            f"{one.fall:.4f} ± {one.deviation:.4f}",
            f'<span class="bar" style="width: {max(one.fall, 0) / largest * 10:.2f}rem"></span>',
        ]
        for one in found
    ]
    score = "accuracy" if isinstance(trained.model.figures, ClassFigures) else "R2"
    about = (
        f"The fall is that of {score} on the test rows when the cells of a column are shuffled,"
        f" mean and deviation of {REPEATS} times. Of columns that tell the same, none may seem"
        " important."
    )
    header = ["column", "as the network takes it", "fall", ""]
    return _table(header, rows, numbers=range(2, 3)) + _paragraph(about)


def _settings(trained: Trained) -> str:
    """Give what was asked for or chosen, and the versions."""
    estimator, target = trained.estimator, trained.rows.preparation.target
    chosen = {
        "target": target.name,
        "task": target.task,
        "hidden": estimator.hidden_layer_sizes,
        "learning_rate": estimator.learning_rate_init,
        "dropout": estimator.dropout,
    }
    settings = {**asdict(trained.options), **chosen, **trained.model.versions}
    rows = [
        [escape(name), escape(_written(value))]
        for name, value in settings.items()
        if name not in _NOT_OF_THE_MODEL
    ]
    return _table(["setting", ""], rows, numbers=range(0))


def _written(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
