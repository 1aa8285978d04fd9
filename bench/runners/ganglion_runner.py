"""Ganglion: `fit` for training, a predictor with memory of the caller's for inference."""

import numpy as np

import ganglion as gn
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Floats, Workload


class Training:
    """A compiled model."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, self._y = workload.data()
        self._net = gn.MLP(workload.sizes)
        optimizer = gn.optimizers.Adam(
            learning_rate=workload.learning_rate, beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON
        )
        self._net.compile(optimizer=optimizer, loss="cross_entropy")
        self.reset()

    def reset(self) -> None:
        """Set the initial weights."""
        self._net.set_weights(
            [part for layer in self._workload.initial_weights() for part in layer]
        )

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Fit."""
        batch = self._workload.batch
        history = self._net.fit(
            self._x, self._y, batch_size=batch, epochs=epochs, verbose=0, shuffle=shuffle
        )
        return history.history["loss"]


def inference(workload: Workload) -> Inference:
    """Return a call of the predictor."""
    net = gn.MLP(workload.sizes)
    net.set_weights([part for layer in workload.initial_weights() for part in layer])
    predictor = net.predictor()
    outputs = {
        rows: np.empty((rows, workload.sizes[-1]), np.float32) for rows in (1, workload.batch)
    }

    def infer(x: Floats) -> Floats:
        return predictor(x, out=outputs[len(x)])

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
