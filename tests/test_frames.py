"""Tables of other packages: read column by column, and what is wrong told by the column's name."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import sparse

import ganglion as gn
from ganglion._base import arrays

Array = NDArray[Any]
ROWS = 30
PLAIN = np.column_stack(
    [
        np.linspace(-1.5, 1.5, ROWS),
        np.arange(ROWS) % 7,
        np.arange(ROWS) % 3 == 0,
        np.arange(ROWS) % 2 == 0,
    ]
)
CLASSES = np.arange(ROWS) % 3
NAMES = ["price", "rooms", "city_Oslo", "city_Rome"]


def make_net(**arguments: Any) -> gn.MLP:
    net = gn.MLP([4, 5, 3], activation="tanh", **arguments)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return net


def results(x: Any, y: Any, *, net: gn.MLP | None = None) -> list[bytes]:
    """The bits of all that a network makes of data."""
    net = net or make_net()
    history = net.fit(x, y, batch_size=4, epochs=2, verbose=0).history
    figures = [*history["loss"], *net.evaluate(x, y).values()]
    outputs = [net.predict(x), net.forward(x), net.predictor()(x), np.array(figures)]
    return [net.parameter_vector.tobytes(), *(array.tobytes() for array in outputs)]


def frame(**changes: Any) -> pd.DataFrame:
    """Numbers beside what `pd.get_dummies` makes."""
    numbers = {"price": PLAIN[:, 0], "rooms": PLAIN[:, 1].astype(int)}
    dummies = {name: PLAIN[:, i].astype(bool) for i, name in enumerate(NAMES) if i > 1}
    return pd.DataFrame({**numbers, **dummies, **changes})


FORMS: dict[str, Callable[[], Any]] = {
    "dummies": frame,
    "dummies made": lambda: pd.get_dummies(
        frame().drop(columns=NAMES[2:]).assign(city_Oslo=PLAIN[:, 2] > 0, city_Rome=PLAIN[:, 3] > 0)
    ),
    "nullable": lambda: frame().convert_dtypes(),
    "pyarrow": lambda: frame().convert_dtypes(dtype_backend="pyarrow"),
    "all nullable": lambda: frame().astype("Float64"),
    "objects": lambda: frame().astype(object),
    "sparse columns": lambda: frame().astype({"rooms": pd.SparseDtype("int64", 0)}),
    "categories of numbers": lambda: frame().astype({"rooms": "category"}),
    "decimals": lambda: frame(rooms=[Decimal(int(n)) for n in PLAIN[:, 1]]),
    "polars": lambda: pl.from_pandas(frame()),
    "an arrow table": lambda: pa.Table.from_pandas(frame(), preserve_index=False),
    "an array of objects": lambda: PLAIN.astype(object),
    "a list of objects": lambda: [[Fraction(0) + row[0], *row[1:].tolist()] for row in PLAIN],
    "masked, nothing hidden": lambda: np.ma.masked_array(PLAIN, np.zeros_like(PLAIN)),
    "csr": lambda: sparse.csr_array(PLAIN),
    "csc": lambda: sparse.csc_matrix(PLAIN),
    "coo": lambda: sparse.coo_matrix(PLAIN),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_of_numbers_and_bools_is_its_array(form: str) -> None:
    assert results(FORMS[form](), CLASSES) == results(PLAIN, CLASSES)


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(CLASSES, dtype="Int64"),
        pd.Series(CLASSES, dtype="int64[pyarrow]"),
        pd.Series(CLASSES, dtype=object),
        pl.Series(CLASSES),
        pa.chunked_array([CLASSES[:10], CLASSES[10:]]),
    ],
    ids=["nullable", "pyarrow", "objects", "polars", "arrow"],
)
def test_targets_come_in_the_same_forms(y: Any) -> None:
    assert results(PLAIN, y) == results(PLAIN, CLASSES)


def test_a_frame_of_one_type_is_not_copied() -> None:
    numbers = pd.DataFrame(PLAIN)
    assert np.shares_memory(arrays.as_inputs("fit", numbers, 4), numbers.to_numpy())


MISSING = [None if value == 3 else value for value in PLAIN[:, 1]]


@pytest.mark.parametrize(
    ("x", "told"),
    [
        (frame(rooms=MISSING), "X has nan at row 3, column 'rooms'"),
        (frame(rooms=pd.array(MISSING, "Int64")), "X has nan at row 3, column 'rooms'"),
        (pl.DataFrame(frame(rooms=MISSING)), "X has nan at row 3, column 'rooms'"),
        (pl.from_pandas(frame()).with_columns(rooms=pl.Series(MISSING)), "row 3, column 'rooms'"),
        (frame(price=PLAIN[:, 0] * np.inf), "X has -inf at row 0, column 'price'"),
        (frame(price=1e39), "X has 1e.39 at row 0, column 'price', too large for float32"),
        (pd.DataFrame(np.full((ROWS, 4), np.nan)), "X has nan at row 0, column 0"),
        (pd.DataFrame(np.full((ROWS, 4), np.nan), columns=NAMES), "row 0, column 'price'"),
    ],
)
def test_a_number_that_is_not_finite_is_told_by_its_column(x: Any, told: str) -> None:
    net = make_net()
    for call in (lambda: net.fit(x, CLASSES, verbose=0), lambda: net.predict(x)):
        with pytest.raises(ValueError, match=told):
            call()
    with pytest.raises(ValueError, match=told):
        net.forward(x)
    with pytest.raises(ValueError, match=told.replace("X", "x")):
        net.predictor()(x)


@pytest.mark.parametrize(
    ("x", "told"),
    [
        (frame(city_Oslo=["Oslo"] * ROWS), "X has 'Oslo' at row 0, column 'city_Oslo', must hold"),
        (pl.DataFrame(frame(price=["1.5"] * ROWS)), r"X has type <U\d in column 'price'"),
        (
            frame(price=pd.Timestamp("2024-05-01")),
            r"X has type datetime64\[\w+\] in column 'price'",
        ),
        (frame(price=1j), "X has type complex128 in column 'price'"),
        (frame(price=pd.Categorical(["low"] * ROWS)), "X has 'low' at row 0, column 'price'"),
        (pl.DataFrame(frame()).lazy(), "X is a LazyFrame, must be an array"),
        (sparse.csr_array(PLAIN * 1j), "X has type complex128, must hold numbers"),
    ],
)
def test_a_column_that_holds_no_numbers_is_named(x: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        make_net().fit(x, CLASSES, verbose=0)


def test_targets_that_are_not_finite_are_told_by_their_column() -> None:
    net = gn.MLP([4, 2])
    net.compile(loss="squared_error")
    y = pd.DataFrame({"low": PLAIN[:, 0], "high": np.nan})
    with pytest.raises(ValueError, match="y is nan at row 0, column 'high', must be finite"):
        net.fit(PLAIN, y, verbose=0)


def test_masked_entries_are_refused_with_their_place() -> None:
    hidden = np.ma.masked_greater(PLAIN, 5.5)
    with pytest.raises(ValueError, match=r"fit: X is masked at row 6, column 1: fill it in"):
        make_net().fit(hidden, CLASSES, verbose=0)
    with pytest.raises(ValueError, match=r"fit: y is masked at row 2: fill it in"):
        make_net().fit(PLAIN, np.ma.masked_equal(CLASSES, 2), verbose=0)


def test_an_archive_is_no_array(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=PLAIN)
    with (
        np.load(tmp_path / "data.npz") as archive,
        pytest.raises(TypeError, match="fit: X is a NpzFile, must be an array"),
    ):
        make_net().fit(archive, CLASSES, verbose=0)


class OnDisk:
    """What h5py's datasets are to NumPy: not an array, but with all it takes to make one."""

    def __init__(self, values: Array) -> None:
        self._values = values
        self.shape, self.dtype = values.shape, values.dtype

    def __len__(self) -> int:
        return len(self._values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self._values, dtype)


def test_datasets_of_hdf5_files_are_arrays() -> None:
    assert results(OnDisk(PLAIN), OnDisk(CLASSES)) == results(PLAIN, CLASSES)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("split", [0.0, 0.3])
def test_sparse_rows_are_unfolded_by_stretches_and_give_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, shuffle: bool, split: float
) -> None:
    monkeypatch.setattr(arrays, "_UNFOLDED", 4 * 9)  # two batches of four rows at once
    seen = []
    for x in (PLAIN, sparse.csr_matrix(PLAIN)):
        net = make_net()
        arguments: dict[str, Any] = {"batch_size": 4, "shuffle": shuffle, "verbose": 0}
        fit = net.fit(x, CLASSES, epochs=2, validation_split=split, **arguments)
        evaluation = net.evaluate(x, CLASSES, sample_weight=np.arange(ROWS))
        seen.append([fit.history, evaluation, net.predict(x).tobytes()])
    assert seen[0] == seen[1]


def test_a_sparse_matrix_trains_in_batches_and_by_a_loss_of_ones_own() -> None:
    def half_square(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(((p - y) ** 2).mean() / 2), (p - y) / p.size

    for loss in ("squared_error", half_square):
        parameters = []
        for x in (PLAIN, sparse.csr_array(PLAIN)):
            net = gn.MLP([4, 5, 1])
            net.compile("sgd", loss=loss)
            net.fit([(x[:20], PLAIN[:20, 0]), (x[20:], PLAIN[20:, 0])], verbose=0)
            net.fit(x, PLAIN[:, 0], verbose=0)
            net.train_on_batch(x, PLAIN[:, 0])
            parameters.append(net.parameter_vector.tobytes())
        assert parameters[0] == parameters[1]


def test_a_sparse_number_that_is_not_finite_is_told_with_its_place() -> None:
    x = sparse.csr_array(PLAIN)
    x.data[[50, 60]] = np.nan
    row, column = np.argwhere(~np.isfinite(x.toarray()))[0]
    with pytest.raises(ValueError, match=f"X has nan at row {row}, column {column}$"):
        make_net().fit(x, CLASSES, verbose=0)
    with pytest.raises(ValueError, match="X has 4 columns, the network takes 3"):
        gn.MLP([3, 3]).predict(x)
