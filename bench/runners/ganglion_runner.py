"""Ganglion: `fit` for training, a predictor with memory of the caller's for inference."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import ganglion as gn
from ganglion.bench.adversaries import Adversaries
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_2, EPSILON, Dense, Floats, Workload
from ganglion.estimators.adversarial.pair import Pair, Rules
from ganglion.estimators.one_graph.epochs import EstimatorEpochs, undone_on_failure
from ganglion.estimators.one_graph.epochs import run as run_epochs
from ganglion.schedules import Constant
from ganglion.training.fit_plan import FitPlan
from ganglion.training.loop import Listener
from ganglion.training.progress import Progress
from ganglion.training.sources import shuffled


def chain(layers: Sequence[Dense]) -> gn.MLP:
    """Return a network of a chain's sizes."""
    return gn.MLP([len(layers[0].weights), *(layer.biases.size for layer in layers)])


def set_weights(net: gn.Model, layers: Sequence[Dense]) -> None:
    """Set weights and biases."""
    net.set_weights([part for layer in layers for part in layer])


def classifier(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return a network to be compiled with the loss of classes."""
    (net,) = chains
    return net


def autoencoder(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return a network with its loss, which compares with the input as it is."""
    (net,) = chains
    x = gn.Input(net.input_size)
    y = net(x)
    return gn.Model(x, y, losses=gn.losses.SquaredError()(x, y))


def variational(chains: Sequence[gn.MLP]) -> gn.Model:
    """Return encoder and decoder with codes that are drawn between, and both parts of the loss."""
    encoder, decoder = chains
    x = gn.Input(encoder.input_size)
    moments, units = encoder(x), decoder.input_size
    mean, log_variance = moments[:units], moments[units:]
    y = decoder(gn.Sampling()([mean, log_variance]))
    half_sum: Any = encoder.input_size / 2 * gn.losses.SquaredError()(x, y)
    return gn.Model(x, y, losses=[half_sum, gn.losses.NormalKL()([mean, log_variance])])


NETWORKS: dict[str, Callable[[Sequence[gn.MLP]], gn.Model]] = {
    "classifier": classifier,
    "autoencoder": autoencoder,
    "variational": variational,
}


class Training:
    """A compiled model."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, *labels = workload.data()
        self._y = labels[0] if labels else None
        chains = workload.chains(workload.initial_weights())
        self._net = NETWORKS[workload.kind](list(map(chain, chains)))
        optimizer = gn.optimizers.Adam(
            learning_rate=workload.learning_rate,
            beta_1=workload.beta_1,
            beta_2=BETA_2,
            epsilon=EPSILON,
        )
        self._net.compile(optimizer, "cross_entropy" if workload.kind == "classifier" else None)
        self.reset()

    def reset(self) -> None:
        """Set the initial weights."""
        set_weights(self._net, self._workload.initial_weights())

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        batch = self._workload.batch
        history = self._net.fit(
            self._x, self._y, batch_size=batch, epochs=epochs, verbose=0, shuffle=shuffle
        )
        return history.history["loss"]


class AdversarialTraining:
    """A generator and a discriminator, as the estimator trains them."""

    def __init__(self, workload: Workload) -> None:
        assert isinstance(workload, Adversaries)
        self._workload = workload
        (self._x,) = workload.data()
        layers = workload.chains(workload.initial_weights())
        made, judged = map(chain, layers)
        set_weights(made, layers[0])
        set_weights(judged, layers[1])
        generator = made if workload.noise == 1 else behind_factor(workload.noise, made)
        discriminator = gn.Sequential([judged, gn.Activation("sigmoid")])
        rules = Rules(packing=1, discriminator_steps=1, label_smoothing=0.0, seed=2)
        self._pair = Pair(generator, discriminator, rules)
        rate = Constant(workload.learning_rate)
        self._pair.set_rates(rate, rate)

    def reset(self) -> None:
        """Set the initial weights."""
        self._pair.read_models()

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        samples = len(self._x)
        order = shuffled(2, samples) if shuffle else lambda _: np.arange(samples)
        source = self._pair.source(self._x, self._workload.batch, order)
        rounds = EstimatorEpochs(objective=self._pair.turns, source=source, verbose=False)
        plan, progress = FitPlan(epochs=range(epochs)), Progress()
        with undone_on_failure(self._pair.turns):
            run_epochs(plan, progress, rounds, Listener(), is_part=True)
        curves = progress.history.history
        both = zip(curves["discriminator_loss"], curves["generator_loss"], strict=True)
        return [loss for of_epoch in both for loss in of_epoch]


def behind_factor(factor: float, model: gn.Model) -> gn.Model:
    """Return a model of what is multiplied by a factor, which is not trained."""
    columns = model.input_size
    scaled = gn.Dense(columns, use_bias=False, trainable=False)
    whole = gn.Sequential([scaled, model], input_size=columns)
    weights = np.eye(columns, dtype=np.float32) * np.float32(factor)
    whole.set_weights([weights, *model.get_weights()])
    return whole


def training(workload: Workload) -> Training | AdversarialTraining:
    """Return a network to train."""
    kind = AdversarialTraining if workload.kind == Adversaries.kind else Training
    return kind(workload)


def inference(workload: Workload) -> Inference:
    """Return a call of the predictor."""
    chains = workload.predicting_chains()
    net = gn.Sequential(list(map(chain, chains)), input_size=workload.sizes[0])
    set_weights(net, [layer for layers in chains for layer in layers])
    predictor = net.predictor()
    outputs = {
        rows: np.empty((rows, workload.sizes[-1]), np.float32) for rows in (1, workload.batch)
    }

    def infer(x: Floats) -> Floats:
        out = outputs[len(x)]
        predictor(x, out=out)
        return out

    return infer


if __name__ == "__main__":
    serve(Runner(training, inference))
