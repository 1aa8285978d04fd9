"""Data as users bring it: the same numbers give the same bits, in whatever form they come."""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion._base.arrays import as_inputs
from ganglion.callbacks import LambdaCallback
from ganglion.training.data import Dataset

Array = NDArray[Any]

NUMBERS = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
ROWS, COLUMNS = 75, 6
DTYPES = ["float32", "float64"]


def dataset(net: gn.Sequential, loss: str, x: Any, y: Any) -> Dataset:
    """Return what `fit` makes of arrays."""
    net.compile(loss=loss)
    return net._subject.dataset("fit", net._objective("fit"), x, y)


def make_net(dtype: str = "float32", columns: int = COLUMNS, rescale: float = 1.0) -> gn.MLP:
    net = gn.MLP([columns, 9, 3], activation="tanh", dtype=dtype, rescale=rescale)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return net


def results(net: gn.Sequential, x: Any, y: Any, weight: Any = None) -> list[bytes]:
    """The bits of all that a network makes of data."""
    fit = net.fit(x, y, batch_size=16, epochs=2, sample_weight=weight, verbose=0)
    evaluation = net.evaluate(x, y, sample_weight=weight)
    figures = [*fit.history["loss"], *fit.history["accuracy"], *evaluation.values()]
    return [net.parameter_vector.tobytes(), net.predict(x).tobytes(), np.array(figures).tobytes()]


@pytest.fixture
def small() -> Array:
    """Whole numbers that every type holds exactly."""
    return np.random.default_rng(1).integers(0, 100, (ROWS, COLUMNS)).astype(np.float64)


@pytest.fixture
def classes() -> Array:
    return np.random.default_rng(2).integers(0, 3, ROWS)


def assert_same_as_plain(form: Any, plain: Array, y: Array, dtype: str = "float32") -> None:
    assert results(make_net(dtype), form, y) == results(make_net(dtype), plain, y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", NUMBERS)
def test_any_type_of_number_gives_the_same_bits(
    small: Array, classes: Array, number: str, dtype: str
) -> None:
    assert_same_as_plain(small.astype(number), small, classes, dtype)


@pytest.mark.parametrize("number", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_extreme_numbers_are_converted_as_numpy_does(number: str) -> None:
    limits = np.iinfo(number)
    x = np.array([[limits.min, limits.max, limits.max // 3]], number)
    for dtype in DTYPES:
        net = gn.Sequential([gn.Dense(3)], input_size=3, dtype=dtype)
        net.set_weights([np.eye(3), np.zeros(3)])
        assert np.array_equal(net.predict(x), x.astype(dtype))


def test_bools_are_0_and_1(small: Array, classes: Array) -> None:
    flags = small > 50
    assert_same_as_plain(flags, flags.astype(float), classes)


@pytest.mark.parametrize("dtype", DTYPES)
def test_float16_and_long_double_are_converted(small: Array, classes: Array, dtype: str) -> None:
    for number in (np.float16, np.longdouble):
        assert_same_as_plain(small.astype(number), small, classes, dtype)


@pytest.mark.parametrize("number", [">f4", ">f8", ">i2", ">u8", "<f4"])
def test_byte_order_does_not_matter(small: Array, classes: Array, number: str) -> None:
    assert_same_as_plain(small.astype(number), small, classes)


def unaligned(x: Array) -> Array:
    """A view one byte off any boundary, as a field of a packed record is."""
    records = np.zeros(len(x), np.dtype([("tag", "u1"), ("x", x.dtype, x.shape[1:])]))
    records["x"] = x
    return np.asarray(records["x"])


VIEWS: dict[str, Callable[[Array], Array]] = {
    "columns first": np.asfortranarray,
    "every other row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "every other column": lambda x: np.repeat(x, 2, axis=1)[:, 1::2],
    "rows backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "columns backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "broadcast over": lambda x: np.broadcast_to(x, (2, *x.shape))[1],
    "unaligned": unaligned,
}


@pytest.mark.parametrize("number", ["f4", "f8", "u1", "i8"])
@pytest.mark.parametrize("name", VIEWS)
def test_strides_do_not_matter(small: Array, classes: Array, name: str, number: str) -> None:
    plain = small.astype(number)
    view = VIEWS[name](plain)
    assert np.array_equal(view, plain)
    assert_same_as_plain(view, plain, classes)


def test_one_row_repeated_by_a_stride_of_zero(small: Array) -> None:
    view = np.broadcast_to(small[0], small.shape)
    net = make_net()
    assert np.array_equal(net.predict(view), net.predict(view.copy()))


def test_read_only_data_is_taken_and_left_alone(small: Array, classes: Array) -> None:
    given, targets, weight = small.copy(), classes.copy(), np.ones(ROWS)
    for array in (given, targets, weight):
        array.flags.writeable = False
    assert results(make_net(), given, targets, weight)
    assert np.array_equal(given, small)


@pytest.mark.parametrize("number", ["f4", "f8", "u1"])
def test_memory_map_gives_the_same_bits(
    small: Array, classes: Array, number: str, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\0\0\0" + small.astype(number).tobytes())  # a header of odd length
    mapped = np.memmap(path, number, "r", offset=3, shape=small.shape)
    assert_same_as_plain(mapped, small, classes)


def test_memory_map_with_nan_is_refused_with_its_place(small: Array, tmp_path: Path) -> None:
    small[40, 2] = np.nan
    path = tmp_path / "x"
    path.write_bytes(small.tobytes())
    mapped = np.memmap(path, "f8", "r", shape=small.shape)
    net = make_net()
    before = net.parameter_vector.copy()
    for ask in (
        lambda: net.fit(mapped, np.zeros(ROWS), batch_size=16, shuffle=False, verbose=0),
        lambda: net.evaluate(mapped, np.zeros(ROWS)),
        lambda: net.predict(mapped),
    ):
        with pytest.raises(ValueError, match="X has nan at row 40, column 2"):
            ask()
    assert np.array_equal(net.parameter_vector, before)


@pytest.mark.parametrize("targets", [pd.Series, pd.DataFrame, list, np.array])
def test_frames_series_and_lists_give_the_same_bits(
    small: Array, classes: Array, targets: Callable[[Array], Any]
) -> None:
    assert_same_as_plain(pd.DataFrame(small), small, classes)
    assert_same_as_plain(pd.DataFrame(small.astype("i4")), small, classes)
    mixed = pd.DataFrame(small).astype({0: "u1", 3: "f4"})
    given = results(make_net(), mixed, targets(classes), pd.Series(np.ones(ROWS)))
    assert given == results(make_net(), small, classes, np.ones(ROWS))
    assert results(make_net(), small.tolist(), targets(classes)) == results(
        make_net(), small, classes
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("levels", [16, 255])
def test_images_of_bytes_rescaled_are_images_of_floats(levels: int, dtype: str) -> None:
    rng = np.random.default_rng(3)
    images = rng.integers(0, levels + 1, (ROWS, 8, 8), dtype=np.uint8)
    y = rng.integers(0, 3, ROWS)
    scale = np.dtype(dtype).type(1 / levels)
    expected = results(make_net(dtype, 64), images.reshape(ROWS, 64).astype(dtype) * scale, y)
    assert results(make_net(dtype, 64, 1 / levels), images, y) == expected
    flipped = np.ascontiguousarray(images[:, :, ::-1])[:, :, ::-1]
    assert results(make_net(dtype, 64, 1 / levels), flipped, y) == expected


@pytest.mark.parametrize("targets", ["u1", "i8", ">i4", "f4", "f8", "bool"])
def test_class_numbers_of_any_type_give_the_same_bits(
    small: Array, classes: Array, targets: str
) -> None:
    y = np.minimum(classes, 1)
    expected = results(make_net(), small, y)
    assert results(make_net(), small, y.astype(targets)) == expected
    assert results(make_net(), small, np.repeat(y.astype(targets), 3)[::3][:, None]) == expected


def weighted_batches(x: Array, y: Array, weight: Array) -> list[tuple[Array, ...]]:
    cuts = [slice(first, first + 16) for first in range(0, len(x), 16)]
    return [(x[cut], y[cut], weight[cut]) for cut in cuts]


class Loader:
    """Makes its batches anew for each epoch, as data loaders do, each of another type."""

    def __init__(self, batches: list[tuple[Array, ...]]) -> None:
        self.batches = batches
        self.begun = 0

    def __iter__(self) -> Iterator[list[Array]]:
        self.begun += 1
        for number, (x, *rest) in enumerate(self.batches):
            yield [x.astype(NUMBERS[number]), *rest]


def endless(batches: list[tuple[Array, ...]]) -> Iterator[tuple[Array, ...]]:
    while True:
        yield from batches


@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_iterable_of_batches_trains_as_the_arrays_do(
    small: Array, classes: Array, weighted: bool, hooked: bool
) -> None:
    weight = np.random.default_rng(4).uniform(0, 2, ROWS)
    batches = weighted_batches(small, classes, weight)
    if not weighted:
        batches = [batch[:2] for batch in batches]
    seen: list[int] = []
    hook = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))

    def train(x: Any, *rest: Any, steps_per_epoch: int | None = None) -> list[bytes]:
        net = make_net()
        y, size, sample_weight = rest or (None, None, None)
        fit = net.fit(
            x,
            y,
            batch_size=size,
            epochs=3,
            verbose=0,
            callbacks=[hook] if hooked else (),
            shuffle=False,
            sample_weight=sample_weight,
            steps_per_epoch=steps_per_epoch,
        )
        figures = np.array(list(fit.history.values()))
        return [net.parameter_vector.tobytes(), figures.tobytes()]

    expected = train(small, classes, 16, weight if weighted else None)
    loader = Loader(batches)
    assert train(batches) == expected
    assert train(tuple(batches)) == expected
    assert train(loader) == expected
    assert loader.begun == 3
    assert train(endless(batches), steps_per_epoch=len(batches)) == expected
    assert train(loader, steps_per_epoch=len(batches)) == expected
    assert seen == (6 * 3 * list(range(len(batches))) if hooked else [])


def test_steps_per_epoch_go_on_where_the_last_epoch_ended(small: Array, classes: Array) -> None:
    batches = weighted_batches(small, classes, np.ones(ROWS))
    first, second = make_net(), make_net()
    first.fit(endless(batches), epochs=5, steps_per_epoch=3, verbose=0)
    second.fit(small, classes, batch_size=16, epochs=3, shuffle=False, verbose=0)
    assert np.allclose(first.parameter_vector, second.parameter_vector, rtol=0, atol=1e-7)


def test_generator_used_up_is_refused(small: Array, classes: Array) -> None:
    with pytest.raises(ValueError, match="x gave 0 batches in epoch 2"):
        make_net().fit(iter([(small, classes)]), epochs=2, verbose=0)
    with pytest.raises(ValueError, match="x gave 1 batches in epoch 1, must give 2"):
        make_net().fit(iter([(small, classes)]), steps_per_epoch=2, verbose=0)


def test_torchs_data_loader_is_an_iterable_of_batches(small: Array, classes: Array) -> None:
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.tensor(small), torch.tensor(classes))
    loader = torch.utils.data.DataLoader(data, batch_size=16)
    first, second = make_net(), make_net()
    first.fit(loader, epochs=2, verbose=0)
    second.fit(small, classes, batch_size=16, epochs=2, shuffle=False, verbose=0)
    assert np.array_equal(first.parameter_vector, second.parameter_vector)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["as it is", *VIEWS])
def test_dataset_is_the_data_itself(small: Array, name: str, number: str) -> None:
    numbers = small.astype(number)
    view = VIEWS[name](numbers) if name in VIEWS else numbers
    data = dataset(gn.MLP([COLUMNS, COLUMNS]), "squared_error", view, view)
    for table in (data.x, data.y, data.rows(slice(3, 50)).x):
        assert np.shares_memory(table, view)
        assert table.dtype == view.dtype


@pytest.mark.parametrize("number", ["f4", "f8", "u1", "i8"])
def test_images_in_c_order_are_not_copied(number: str) -> None:
    images = np.zeros((50, 8, 8), number)
    data = dataset(gn.MLP([64, 3]), "cross_entropy", images, np.zeros(50))
    assert data.x.shape == (50, 64)
    assert np.shares_memory(data.x, images)
    assert np.shares_memory(as_inputs("predict", images[::2], 64), images)


@pytest.mark.parametrize("number", ["f8", "u1"])
def test_nothing_as_large_as_the_data_is_made(number: str) -> None:
    """NumPy's arrays are traced: the order of an epoch, 8 bytes a row, is the largest."""
    x, y = np.zeros((20_000, 200), number), np.zeros(20_000, np.int64)
    net = make_net(columns=200)
    tracemalloc.start()
    try:
        net.fit(x, y, batch_size=500, validation_split=0.1, verbose=0)
        net.evaluate(x, y)
        net.predict(x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # x takes 4 million bytes, or 32


def test_network_without_layers_gives_its_input_back() -> None:
    """In a process of its own: it once took the process with it."""
    program = (
        "import ganglion as gn; net = gn.Sequential([gn.Activation('identity')], input_size=2);"
        "assert net.predict([[1.0, 2.0]]).tolist() == [[1.0, 2.0]]"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_one_image_is_answered_with_how_to_pass_it() -> None:
    net = gn.MLP([64, 10])
    with pytest.raises(
        ValueError, match=r"X has 8 columns, the network takes 64; for one sample pa"
    ):
        net.predict(np.zeros((8, 8)))
    assert net.predict(np.zeros((8, 8))[None]).shape == (1, 10)
    with pytest.raises(ValueError, match=r"X has 8 columns, the network takes 64$"):
        net.predict(np.zeros((7, 8)))
