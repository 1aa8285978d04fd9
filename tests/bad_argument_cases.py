"""Bad input, continued: arguments of fit, and what models are made and compiled of."""

from pathlib import Path
from typing import Any

import numpy as np
from bad_input_cases import (
    CLASSES,
    INPUTS,
    RAGGED,
    ROWS,
    X_NAN,
    Case,
    X,
    compiled,
    evaluate,
    fit,
    made,
    own,
    stream,
    untrained,
)

import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual, losses, metrics, optimizers, schedules
from ganglion.callbacks import EarlyStopping


def wrong(value: Any) -> Any:
    """Return a value of a wrong type as the type checker does not see it."""
    return value


def sequential(layers: Any, **arguments: Any) -> Any:
    return made(lambda: gn.Sequential(layers, **{"input_size": INPUTS, **arguments}))


def optimizer(name: str, **arguments: Any) -> Any:
    return made(lambda: getattr(optimizers, name)(**arguments))


def set_rate(rate: Any) -> Any:
    return lambda net: setattr(net, "learning_rate", rate)


def set_weights(change: Any) -> Any:
    return lambda net: net.set_weights(change(net.get_weights()))


def backward(dy: Any) -> Any:
    def call(net: gn.Sequential) -> None:
        net.forward(X)
        net.backward(dy)

    return call


FIT_CASES = [
    Case("epochs 0", fit(epochs=0), ValueError, r"epochs must be .* one or more, got 0"),
    Case("epochs -1", fit(epochs=-1), ValueError, r"epochs must be .*, got -1"),
    Case("epochs 2.5", fit(epochs=2.5), TypeError, r"epochs must be a whole number.*got 2\.5"),
    Case("epochs a word", fit(epochs="10"), TypeError, r"epochs must be .*, got '10'"),
    Case("epochs None", fit(epochs=None), TypeError, r"epochs must be .*, got None"),
    Case("epochs True", fit(epochs=True), TypeError, r"epochs must be .*, got True"),
    Case("epochs infinite", fit(epochs=np.inf), TypeError, r"epochs must be .*, got inf"),
    Case(
        "initial_epoch last", fit(initial_epoch=1), ValueError, r"initial_epoch is 1, .*epochs, 1"
    ),
    Case("initial_epoch -1", fit(initial_epoch=-1), ValueError, r"initial_epoch must .*got -1"),
    Case("batch_size 0", fit(batch_size=0), ValueError, r"batch_size must be .*, got 0"),
    Case("batch_size -1", fit(batch_size=-1), ValueError, r"batch_size must be .*, got -1"),
    Case("batch_size 2.5", fit(batch_size=2.5), TypeError, r"batch_size must be .*, got 2\.5"),
    Case("batch_size auto", fit(batch_size="auto"), TypeError, r"batch_size must .*, got 'auto'"),
    Case("evaluate batch 0", evaluate(batch_size=0), ValueError, r"batch_size must be .*got 0"),
    Case("evaluate batch -5", evaluate(batch_size=-5), ValueError, r"batch_size must be .*got -5"),
    Case("evaluate batch 2.5", evaluate(batch_size=2.5), TypeError, r"batch_size must .*got 2\.5"),
    Case(
        "predict batch 0",
        lambda net: net.predict(X, batch_size=0),
        ValueError,
        r"batch_size must be .*got 0",
    ),
    Case("shuffle a word", fit(shuffle="batch"), TypeError, r"shuffle must be .*, got 'batch'"),
    Case("verbose 3", fit(verbose=3), ValueError, r"verbose must be .*, got 3"),
    Case("verbose a list", fit(verbose=[1]), TypeError, r"verbose must be .*, got \[1\]"),
    Case("callbacks a class", fit(callbacks=[EarlyStopping]), TypeError, r"callbacks .*EarlyStop"),
    Case("callback alone", fit(callbacks=EarlyStopping()), TypeError, r"callbacks .*EarlyStop"),
    Case("callback a function", fit(callbacks=[print]), TypeError, r"callbacks .*built-in func"),
    Case(
        "monitor what is not there",
        fit(callbacks=[EarlyStopping(monitor="val_loss")]),
        ValueError,
        r"monitor.*'val_loss'|'?val_loss'?.*loss",
    ),
    Case("split 1.0", fit(validation_split=1.0), ValueError, r"validation_split must .*, got 1\.0"),
    Case("split -0.1", fit(validation_split=-0.1), ValueError, r"validation_split .*, got -0\.1"),
    Case("split 20", fit(validation_split=20), ValueError, r"validation_split must .*, got 20"),
    Case(
        "split none",
        fit(validation_split=1e-6, x=X[:1], y=CLASSES[:1]),
        ValueError,
        r"validation_split is 1e-06, must leave rows on both sides of 1",
    ),
    Case(
        "two validations",
        fit(validation_split=0.1, validation_data=(X, CLASSES)),
        ValueError,
        r"validation_split and validation_data cannot both",
    ),
    Case(
        "validation X alone", fit(validation_data=X), TypeError, "validation_data .*, got a ndarray"
    ),
    Case("validation short", fit(validation_data=(X,)), TypeError, "validation_.* a tuple of 1"),
    Case(
        "validation too wide",
        fit(validation_data=(X[:, :2], CLASSES)),
        ValueError,
        r"validation_data: X has 2 columns, the network takes 4",
    ),
    Case(
        "validation has NaN",
        fit(validation_data=(X_NAN, CLASSES)),
        ValueError,
        r"validation_data: X has nan at row 7, column 2",
    ),
    Case(
        "validation of other classes",
        fit(validation_data=(X, CLASSES + 1)),
        ValueError,
        r"validation_data: y is 3 at row \d+",
    ),
    Case(
        "steps of an array", fit(steps_per_epoch=3), ValueError, r"steps_per_epoch goes with an it"
    ),
    Case("steps 0", fit(steps_per_epoch=0), ValueError, r"steps_per_epoch must be .*, got 0"),
]

STREAM_CASES = [
    Case("no batches", stream(), ValueError, r"x gave 0 batches"),
    Case("x not iterable", lambda net: net.fit(wrong(3), verbose=0), TypeError, r"fit: (x|X) "),
    Case("batches without y", stream(X), TypeError, r"a batch must be \(x, y\).*, got ndarray"),
    Case("batches of four", stream((X,) * 4), TypeError, r"a batch must be \(x, y\).*, got tuple"),
    Case("batch with NaN", stream((X_NAN, CLASSES)), ValueError, r"fit: X has nan at row 7, col"),
    Case(
        "second batch with NaN",
        stream((X, CLASSES), (X_NAN, CLASSES)),
        ValueError,
        r"fit: X has nan at row 7, column 2",
    ),
    Case(
        "batch_size of batches", stream((X, CLASSES), batch_size=8), ValueError, r"batch_size goes"
    ),
    Case(
        "split of batches", stream((X, CLASSES), validation_split=0.5), ValueError, r"_split goes"
    ),
    Case(
        "weights of batches",
        stream((X, CLASSES), sample_weight=np.ones(ROWS)),
        ValueError,
        r"sample_weight goes with arrays",
    ),
    Case(
        "fewer batches than steps",
        lambda net: net.fit(iter([(X, CLASSES)]), steps_per_epoch=3, verbose=0),
        ValueError,
        r"x gave 1 batches in epoch 1, must give 3",
    ),
    Case(
        "own loss, a number",
        own(lambda value, _: value),
        TypeError,
        r"loss.*\(loss, gradient",
        "own",
    ),
    Case("own loss, None", own(lambda *_: None), TypeError, r"loss.*None", "own"),
    Case(
        "own gradient too narrow",
        own(lambda value, gradient: (value, gradient[:, :1])),
        ValueError,
        r"gradient has shape \(40, 1\), must .*\(40, 2\)",
        "own",
    ),
    Case(
        "own gradient NaN",
        own(lambda value, gradient: (value, gradient * np.nan)),
        ValueError,
        r"gradient.*nan",
        "own",
    ),
    Case(
        "own loss for each row",
        own(lambda value, gradient: (np.ones(len(gradient)), gradient)),
        TypeError,
        r"loss.*(number|scalar|shape)",
        "own",
    ),
    Case(
        "own y too wide", fit(y=X), ValueError, r"y has shape \(40, 4\), must be \(40, 2\)", "own"
    ),
]

COMPILE_CASES = [
    Case("no loss", lambda net: net.compile("adam"), ValueError, r"compile: loss must be given"),
    Case("loss crossentropy", compiled(loss="crossentropy"), ValueError, r"mean 'cross_entropy'\?"),
    Case("loss MSE", compiled(loss="MSE"), ValueError, r"loss: unknown name 'MSE'.*squared_error"),
    Case("loss a class", compiled(loss=losses.Huber), TypeError, r"loss must be .*Huber"),
    Case("loss a number", compiled(loss=1), TypeError, r"loss must be .*, got 1"),
    Case(
        "optimizer Adm", compiled(optimizer="Adm"), ValueError, r"unknown name 'Adm', .* 'adam'\?"
    ),
    Case("optimizer None", compiled(optimizer=None), TypeError, r"optimizer must be .*, got None"),
    Case("optimizer a class", compiled(optimizer=optimizers.Adam), TypeError, r"call it, Adam\("),
    Case("metric accu", compiled(metrics=["accu"]), ValueError, r"metric: .*'accu', .*accuracy'\?"),
    Case("metrics a number", compiled(metrics=3), TypeError, r"metric must .* got 3"),
    Case("metrics a record", compiled(metrics=metrics.R2()), ValueError, r"r2 compares values"),
    Case(
        "metric a class", compiled(metrics=[metrics.R2]), TypeError, r"metric .*R2.*call it, R2\("
    ),
    Case("rate -1", optimizer("SGD", learning_rate=-1.0), ValueError, r"learning_rate .*got -1\.0"),
    Case("rate NaN", optimizer("Adam", learning_rate=np.nan), ValueError, r"learning_rate .*nan"),
    Case(
        "rate a word", optimizer("Adam", learning_rate="auto"), TypeError, r"learning_rate.*'auto'"
    ),
    Case(
        "momentum 1", optimizer("SGD", momentum=1.0), ValueError, r"momentum must be .*, got 1\.0"
    ),
    Case("nesterov 1", optimizer("SGD", nesterov=1), TypeError, r"nesterov must be .*, got 1"),
    Case("beta_1 1", optimizer("Adam", beta_1=1.0), ValueError, r"beta_1 must be .*, got 1\.0"),
    Case("epsilon 0", optimizer("Adam", epsilon=0.0), ValueError, r"epsilon must be .*, got 0\.0"),
    Case("rho -0.1", optimizer("RMSprop", rho=-0.1), ValueError, r"rho must be .*, got -0\.1"),
    Case("decay -1", optimizer("AdamW", weight_decay=-1), ValueError, r"weight_decay .*, got -1"),
    Case("clip 0", optimizer("SGD", global_clipnorm=0), ValueError, r"global_clipnorm .*, got 0"),
    Case("rate set to -1", set_rate(-1.0), ValueError, r"learning_rate must be .*-1\.0"),
    Case("rate set to NaN", set_rate(np.nan), ValueError, r"learning_rate must be .*nan"),
    Case("rate set to a word", set_rate("fast"), TypeError, r"learning_rate must be .*'fast'"),
    Case("rate set to None", set_rate(None), TypeError, r"learning_rate must be .*None"),
    Case(
        "decay in 0 steps", made(lambda: schedules.CosineDecay(0.1, 0)), ValueError, r"_steps .*0"
    ),
    Case("delta 0", made(lambda: losses.Huber(delta=0)), ValueError, r"delta must be .*, got 0"),
    Case("k 0", made(lambda: metrics.TopKAccuracy(k=0)), ValueError, r"k must be .*, got 0"),
    *(
        Case(
            f"{method} before compile",
            untrained(method, *given),
            ValueError,
            rf"{method}: .*compil",
        )
        for method, given in {
            "fit": (X, CLASSES),
            "evaluate": (X, CLASSES),
            "train_on_batch": (X, CLASSES),
            "apply_gradients": (),
        }.items()
    ),
]

LAYER_CASES = [
    Case("units 0", made(lambda: Dense(0)), ValueError, r"units must be .* from 1 to .*, got 0"),
    Case("units -1", made(lambda: Dense(-1)), ValueError, r"units must be .*, got -1"),
    Case(
        "units a word", made(lambda: Dense(wrong("10"))), TypeError, r"units must be .*, got '10'"
    ),
    Case("units 2.5", made(lambda: Dense(wrong(2.5))), TypeError, r"units must be .*, got 2\.5"),
    Case(
        "units vast",
        made(lambda: gn.Sequential([Dense(2**62)], input_size=4)),
        ValueError,
        r"units|461168601842738790",
    ),
    Case(
        "units past 64 bits",
        made(lambda: gn.Sequential([Dense(2**70)], input_size=4)),
        ValueError,
        r"units|118059162071741",
    ),
    Case(
        "rellu", made(lambda: Dense(4, "rellu")), ValueError, r"name 'rellu', did you mean 'relu'"
    ),
    Case("ReLU", made(lambda: Dense(4, "ReLU")), ValueError, r"name 'ReLU', did you mean 'relu'"),
    Case("a function", made(lambda: Dense(4, wrong(np.tanh))), TypeError, r"activation .*'tanh'"),
    Case("gelus", made(lambda: Activation("gelus")), ValueError, r"'gelus', did you mean 'gelu'"),
    Case(
        "kernel of zeroes",
        made(lambda: Dense(4, kernel_initializer="zeroes")),
        ValueError,
        r"initializer: unknown name 'zeroes', did you mean 'zeros'",
    ),
    Case(
        "kernel an array",
        made(lambda: Dense(4, kernel_initializer=wrong(np.zeros((4, 4))))),
        TypeError,
        r"initializer must be a name or a record, got array",
    ),
    Case("rate 1", made(lambda: Dropout(1.0)), ValueError, r"rate must be .*, got 1\.0"),
    Case("rate 50", made(lambda: Dropout(50)), ValueError, r"rate must be .*, got 50"),
    Case("mask 1", made(lambda: gn.MaskingNoise(1)), ValueError, r"rate must be .*, got 1"),
    Case("noise -1", made(lambda: gn.GaussianNoise(-1)), ValueError, r"stddev must be .*, got -1"),
    Case(
        "an empty block", made(lambda: Residual([])), ValueError, r"layers must hold at least one"
    ),
    Case(
        "a bare block", made(lambda: Residual(wrong(Dense(4)))), TypeError, r"layers must .*Dense"
    ),
    Case("a bare layer", sequential(Dense(3)), TypeError, r"layers must .*Dense\("),
    Case("layer class", sequential([Dense]), TypeError, r"layers? .*Dense"),
    Case("layer a name", sequential(["relu"]), TypeError, r"layers? .*'relu'"),
    Case("no layers", sequential([]), ValueError, r"layers must hold at least one"),
    Case("inputs 0", sequential([Dense(3)], input_size=0), ValueError, r"input_size .*, got 0"),
    Case(
        "input shape", sequential([Dense(3)], input_size=(4, None)), ValueError, "input_size is .*4"
    ),
    Case(
        "inputs vast", sequential([Dense(3)], input_size=2**62), ValueError, r"input_size|4611686"
    ),
    Case(
        "float16", sequential([Dense(3)], dtype="float16"), ValueError, r"dtype.*'float(32|64)'\?"
    ),
    Case("np.int32", sequential([Dense(3)], dtype=np.int32), ValueError, r"dtype: .*'int32'"),
    Case(
        "dtype None", sequential([Dense(3)], dtype=None), TypeError, r"dtype must be float32 or .*"
    ),
    Case("seed -1", sequential([Dense(3)], seed=-1), ValueError, r"seed must be .*, got -1"),
    Case("seed None", sequential([Dense(3)], seed=None), TypeError, r"seed must be .*, got None"),
    Case(
        "seed vast", sequential([Dense(3)], seed=2**64), ValueError, r"seed .*1844674407370955161"
    ),
    Case("rescale 0", sequential([Dense(3)], rescale=0), ValueError, r"rescale must be .*, got 0"),
    Case(
        "rescale a word", sequential([Dense(3)], rescale="1/255"), TypeError, r"rescale .*'1/255'"
    ),
    Case("one size", made(lambda: gn.MLP([4])), ValueError, r"sizes must name at least .*\[4\]"),
    Case("size 0", made(lambda: gn.MLP([4, 0, 3])), ValueError, r"sizes must be .*, got 0"),
    Case("size a number", made(lambda: gn.MLP(wrong(4))), TypeError, r"sizes must .*4"),
    Case("dropout 1", made(lambda: gn.MLP([4, 3], dropout=1)), ValueError, r"dropout must .*got 1"),
]

MODEL_CASES = [
    Case(
        "weights few", set_weights(lambda w: w[:3]), ValueError, r"weights holds 3 arrays, must h"
    ),
    Case(
        "weights transposed",
        set_weights(lambda w: [part.T for part in w]),
        ValueError,
        r"weights: layers\.0\.weight has shape \(8, 4\), must be \(4, 8\)",
    ),
    Case(
        "weight NaN",
        set_weights(lambda w: [*w[:3], w[3] * np.nan]),
        ValueError,
        r"1\.bias.*nan|not f",
    ),
    Case(
        "weight huge", set_weights(lambda w: [*w[:3], [1e39] * 3]), ValueError, r"layers\.1\.bias"
    ),
    Case("weight words", set_weights(lambda w: [*w[:3], ["a"] * 3]), TypeError, r"layers\.1\.bias"),
    Case(
        "weight complex", set_weights(lambda w: [*w[:3], w[3] + 1j]), TypeError, r"layers\.1\.bias"
    ),
    Case(
        "weight ragged", set_weights(lambda w: [RAGGED, *w[1:]]), ValueError, r"layers\.0\.weight"
    ),
    Case("weights None", set_weights(lambda _: None), TypeError, r"weights must .*None"),
    Case("theta 0", lambda net: net.theta(0), ValueError, r"theta: j is 0, must be from 1 to 2"),
    Case("theta 3", lambda net: net.theta(3), ValueError, r"theta: j is 3, must be from 1 to 2"),
    Case("theta 1.5", lambda net: net.theta(wrong(1.5)), TypeError, r"j (is|must be) .*1\.5"),
    Case("backward first", untrained("backward", X), ValueError, r"backward: there is no forward"),
    Case("dy too wide", backward(X), ValueError, r"dy has shape \(40, 4\), must .*\(40, 3\)"),
    Case("dy short", backward(X[:9, :3]), ValueError, r"dy has shape \(9, 3\), must .*\(40, 3\)"),
    Case("dy NaN", backward(X_NAN[:, :3]), ValueError, r"dy has nan at row 7, column 2"),
    Case(
        "dy words", backward([["a"] * 3] * ROWS), TypeError, r"dy has type <U1, must hold numbers"
    ),
    Case("metadata 1", lambda net: net.save("x", {"a": wrong(1)}), ValueError, r"metadata 'a' .*1"),
    Case(
        "metadata own", lambda net: net.save("x", {"format": "a"}), ValueError, r"metadata 'format'"
    ),
    Case(
        "metadata list", lambda net: net.save("x", wrong(["a"])), TypeError, r"metadata must .*'a'"
    ),
    Case("save nowhere", lambda net: net.save("no/where"), OSError, r"no/where"),
    Case("save a folder", lambda net: net.save("/tmp"), OSError, r"/tmp"),
    Case("load nowhere", made(lambda: gn.load("no/where")), OSError, r"no/where"),
    Case("load a folder", made(lambda: gn.load("/tmp")), OSError, r"/tmp"),
    Case(
        "load a text", made(lambda: gn.load(Path(__file__))), ValueError, r"cases\.py is damaged or"
    ),
    Case(
        "threads 0", made(lambda: gn.set_num_threads(0)), ValueError, r"threads must be .*, got 0"
    ),
    Case(
        "threads -1", made(lambda: gn.set_num_threads(-1)), ValueError, r"threads must .*, got -1"
    ),
    Case("threads 2.0", made(lambda: gn.set_num_threads(wrong(2.0))), TypeError, r"threads .*2\.0"),
    Case("threads 5000", made(lambda: gn.set_num_threads(5000)), ValueError, r"threads .*5000"),
    Case(
        "threads vast", made(lambda: gn.set_num_threads(2**40)), ValueError, r"threads .*109951162"
    ),
]
