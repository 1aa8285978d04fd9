"""What goes wrong within a fit: what is told, and what is left."""

import contextlib
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import Callback, EarlyStopping, LambdaCallback, TerminateOnNaN
from ganglion.schedules import Schedule
from ganglion.training.phases import Phase

X = np.linspace(-1, 1, 40).reshape(20, 2)
Y = X.sum(axis=1)


def net_for(loss: Any = "squared_error", optimizer: Any = "sgd", **arguments: Any) -> gn.MLP:
    net = gn.MLP([2, 4, 1], **{"activation": "tanh", **arguments})
    net.compile(optimizer, loss)
    return net


def test_memory_that_was_not_there_once_may_be_there_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = net_for()
    net.fit(X, Y, batch_size=5, verbose=0)
    with monkeypatch.context() as short:
        short.setattr(Phase, "_make_pass", raise_memory_error)
        with pytest.raises(MemoryError):
            net.fit(X, Y, batch_size=20, verbose=0)
    net.fit(X, Y, batch_size=20, verbose=0)
    assert np.isfinite(net.parameter_vector).all()


def raise_memory_error(*_: object) -> None:
    raise MemoryError


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("weight", [1e-30, 3.0, 1e30])
def test_only_the_ratio_of_weights_counts(weight: float, dtype: str) -> None:
    plain, weighted = net_for(dtype=dtype), net_for(dtype=dtype)
    plain.fit(X, Y, verbose=0)
    weighted.fit(X, Y, sample_weight=np.full(20, weight), verbose=0)
    np.testing.assert_allclose(weighted.parameter_vector, plain.parameter_vector, rtol=1e-6)


def test_a_row_of_weight_zero_does_no_harm() -> None:
    net = gn.Sequential([gn.Dense(1)], input_size=1)
    net.compile("sgd", "poisson")
    net.set_weights([[[1.0]], [0.0]])
    net.fit([[0.5], [1000.0]], [1.0, 1.0], sample_weight=[1.0, 0.0], verbose=0)
    assert np.isfinite(net.parameter_vector).all()
    assert net.get_weights()[0] != 1.0


@pytest.mark.filterwarnings("ignore:.*networks learn")  # so large that the update overflows
@pytest.mark.parametrize("clip", [{}, {"global_clipnorm": 1.0}])
def test_an_update_that_is_not_finite_is_undone_and_told(clip: dict[str, Any]) -> None:
    net = net_for(optimizer=gn.optimizers.SGD(learning_rate=3e38, **clip), activation="relu")
    before = net.parameter_vector.copy()
    with pytest.raises(gn.LossNotFiniteError, match=r"in epoch \d+, step \d+: .* is not finite"):
        net.fit(1e19 * X, 1e19 * Y, epochs=3, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_a_validation_loss_that_is_not_finite_is_nan_and_no_error() -> None:
    net = net_for(activation="relu")
    history = net.fit(X, Y, validation_data=(1e25 * X, Y), epochs=2, verbose=0)
    assert np.isnan(history.history["val_loss"]).all()
    assert np.isfinite(history.history["loss"]).all()


def test_evaluate_names_the_tensor_that_overflows() -> None:
    layers = [gn.Dense(4) for _ in range(4)]
    net = gn.Sequential([*layers, gn.Dense(1)], input_size=2)
    net.compile("sgd", "squared_error")
    net.set_weights([w * (1e30 if w.shape == (4, 4) else 1) for w in net.get_weights()])
    with pytest.raises(gn.LossNotFiniteError, match=r"layers\.2 affine"):
        net.evaluate(X, Y)


def test_terminate_on_nan_ends_quietly_beside_a_monitor() -> None:
    net = net_for(optimizer=gn.optimizers.SGD(learning_rate=1e30), activation="relu")
    quiet = [EarlyStopping(), TerminateOnNaN()]
    history = net.fit(X, Y, epochs=9, validation_data=(X, Y), callbacks=quiet, verbose=0)
    assert len(history) < 9
    assert {len(values) for values in history.history.values()} == {len(history)}


def test_the_step_of_a_failure_counts_batches_of_an_iterable() -> None:
    batches = [(X, Y), (X, Y), (1e25 * X, Y)]
    with pytest.raises(gn.LossNotFiniteError, match="in epoch 1, step 2"):
        net_for(activation="relu").fit(batches, verbose=0)


def test_every_callback_is_told_of_the_end() -> None:
    told: list[str] = []

    def fail(logs: Any) -> None:
        raise RuntimeError("first")

    callbacks: list[Callback] = [
        LambdaCallback(on_train_end=fail),
        LambdaCallback(on_train_end=lambda logs: told.append("second")),
    ]
    with pytest.raises(RuntimeError, match="first"):
        net_for().fit(X, Y, callbacks=callbacks, verbose=0)
    assert told == ["second"]


def test_only_callbacks_that_have_begun_end() -> None:
    told: list[tuple[str, str]] = []

    class Called(Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def on_train_begin(self, logs: Any = None) -> None:
            told.append((self.name, "begin"))
            if self.name == "second":
                raise RuntimeError(self.name)

        def on_train_end(self, logs: Any = None) -> None:
            told.append((self.name, "end"))

    callbacks = [Called(name) for name in ("first", "second", "third")]
    with pytest.raises(RuntimeError, match="second"):
        net_for().fit(X, Y, callbacks=callbacks, verbose=0)
    assert told == [("first", "begin"), ("second", "begin"), ("first", "end")]
    assert not callbacks[0].finished


def test_what_a_fit_has_not_restored_is_not_put_into_the_model() -> None:
    """The weights that a callback remembers are those of the fit before."""
    stopping = EarlyStopping("loss", restore_best_weights=True)
    net = net_for()
    net.fit(X, Y, callbacks=[stopping], verbose=0)
    net.fit(X, Y, epochs=3, verbose=0)
    before = net.parameter_vector.copy()

    def fail(logs: Any) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        net.fit(X, Y, callbacks=[LambdaCallback(on_train_begin=fail), stopping], verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_a_callback_is_told_whether_a_fit_has_come_to_its_end() -> None:
    def told(*others: Callback) -> bool:
        callback = Callback()
        with contextlib.suppress(RuntimeError, KeyboardInterrupt):
            net_for().fit(X, Y, epochs=3, callbacks=[callback, *others], verbose=0)
        return callback.finished

    def fail(error: type[BaseException]) -> Callback:
        def raises(epoch: int, logs: Any) -> None:
            if epoch == 2:
                raise error

        return LambdaCallback(on_epoch_end=raises)

    assert told()
    assert told(EarlyStopping("loss", min_delta=10, patience=1))
    assert not told(fail(RuntimeError))
    assert not told(fail(KeyboardInterrupt))


def test_a_loss_cannot_change_the_targets() -> None:
    y = Y.astype(np.float32)

    def loss(t: NDArray[Any], p: NDArray[Any], w: Any) -> tuple[float, NDArray[Any]]:
        t -= p[:, 0:1]
        return float((t**2).mean()), t

    with pytest.raises(ValueError, match="read-only"):
        net_for(loss=loss).fit(X, y, verbose=0)
    np.testing.assert_array_equal(y, Y.astype(np.float32))


@pytest.mark.parametrize("which", ["predictions", "weights"])
def test_a_loss_cannot_change_what_metrics_read(which: str) -> None:
    def loss(t: NDArray[Any], p: NDArray[Any], w: Any) -> tuple[float, NDArray[Any]]:
        changed = p if which == "predictions" else w
        changed *= 2
        return float((p - t).mean()), p - t

    with pytest.raises(ValueError, match="read-only"):
        net_for(loss=loss).fit(X, Y, sample_weight=np.ones(20), verbose=0)


def test_a_fit_whose_first_epoch_fails_leaves_the_history_of_the_one_before() -> None:
    net = net_for()
    history = net.fit(X, Y, epochs=2, verbose=0)

    def fail(epoch: int, logs: Any) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        net.fit(X, Y, epochs=5, callbacks=[LambdaCallback(on_epoch_end=fail)], verbose=0)
    assert net.history is history
    later = LambdaCallback(on_epoch_begin=lambda epoch, logs: fail(0, {}) if epoch == 3 else None)
    with pytest.raises(OSError, match="disk full"):
        net.fit(X, Y, epochs=5, callbacks=[later], verbose=0)
    assert net.history.epoch == [0, 1, 2]  # whose weights are kept


def test_what_is_set_within_a_failed_epoch_is_undone_with_it() -> None:
    net = net_for()
    before, rate = net.parameter_vector.copy(), net.learning_rate

    def set_and_fail(epoch: int, logs: Any) -> None:
        net.set_weights([np.ones_like(weight) for weight in net.get_weights()])
        net.learning_rate = 0.5
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        net.fit(X, Y, callbacks=[LambdaCallback(on_epoch_end=set_and_fail)], verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)
    assert net.learning_rate == rate


def test_a_rate_set_before_a_failed_first_epoch_is_undone_with_it() -> None:
    net = net_for()
    rate = net.learning_rate
    set_rate = LambdaCallback(on_train_begin=lambda logs: setattr(net, "learning_rate", 1e30))
    with pytest.raises(gn.LossNotFiniteError, match="in epoch 1"):
        net.fit(X, Y, batch_size=1, callbacks=[set_rate], verbose=0)
    assert net.learning_rate == rate


def test_backward_uses_up_its_forward_pass() -> None:
    net = net_for()
    net.forward(X)
    net.backward(np.ones((20, 1)))
    with pytest.raises(ValueError, match="no forward pass"):
        net.backward(np.ones((20, 1)))


def test_each_forward_pass_draws_new_masks() -> None:
    net = gn.Sequential([gn.Dropout(0.5), gn.Dense(1)], input_size=64, seed=1)
    net.set_weights([np.linspace(0, 1, 64)[:, None] ** 2, [0.0]])
    outputs = [net.forward(np.ones((rows, 64)))[0, 0] for rows in (3, 5, 3, 9)]
    assert len(set(outputs)) == 4


def test_a_second_fit_at_the_same_time_is_refused() -> None:
    net, alone = gn.MLP([64, 256, 1], seed=0), gn.MLP([64, 256, 1], seed=0)
    for one in (net, alone):
        one.compile("sgd", "squared_error")
    x, y = np.ones((20000, 64)), np.ones(20000)
    refused: list[BaseException] = []

    def fit() -> None:
        try:
            net.fit(x, y, epochs=3, verbose=0)
        except RuntimeError as error:
            refused.append(error)

    threads = [threading.Thread(target=fit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused
    assert "in use by another call" in str(refused[0])
    for _ in range(3 - len(refused)):
        alone.fit(x, y, epochs=3, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, alone.parameter_vector)


@dataclass(frozen=True)
class Broken(Schedule):
    answer: Any

    def rates(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(self.answer)


@pytest.mark.parametrize("answer", [[0.1], np.nan, [[0.1]], [-1.0, -1.0]])
def test_a_schedule_that_answers_wrongly_is_refused(answer: Any) -> None:
    net = net_for(optimizer=gn.optimizers.SGD(learning_rate=Broken(answer)))
    before = net.parameter_vector.copy()
    with pytest.raises(ValueError, match="must give 2 rates that are finite and not negative"):
        net.fit(X, Y, batch_size=10, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_rates_may_be_a_broadcast_view() -> None:
    views = net_for(optimizer=gn.optimizers.SGD(learning_rate=Broken(np.broadcast_to(0.1, 2))))
    plain = net_for(optimizer=gn.optimizers.SGD(learning_rate=0.1))
    for net in (views, plain):
        net.fit(X, Y, batch_size=10, verbose=0)
    np.testing.assert_array_equal(views.parameter_vector, plain.parameter_vector)


@pytest.mark.parametrize("call", ["fit", "train_on_batch"])
def test_a_metric_that_fails_undoes_what_was_learnt_with_it(call: str) -> None:
    def failing(targets: NDArray[Any], outputs: NDArray[Any]) -> float:
        raise ValueError("no figure")

    net = gn.MLP([2, 4, 1])
    net.compile("sgd", "squared_error", metrics=[failing])
    before = net.parameter_vector.copy()
    with pytest.raises(ValueError, match="no figure"):
        getattr(net, call)(X, Y)
    np.testing.assert_array_equal(net.parameter_vector, before)
