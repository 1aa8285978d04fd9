"""NumPy: forward, backward and Adam by hand."""

import numpy as np

from ganglion.bench.runners.numpy_adversaries import AdversarialTraining
from ganglion.bench.runners.numpy_training import Training
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import Floats, Workload

TRAININGS = {"adversaries": AdversarialTraining}


def training(workload: Workload) -> Training:
    """Return a network to train."""
    return TRAININGS.get(workload.kind, Training)(workload)


def inference(workload: Workload) -> Inference:
    """Return chains of products."""
    chains = workload.predicting_chains()

    def infer(x: Floats) -> Floats:
        for *hidden, last in chains:
            for layer in hidden:
                x = x @ layer.weights
                x += layer.biases
                np.maximum(x, 0, out=x)
            x = x @ last.weights
            x += last.biases
        return x

    return infer


if __name__ == "__main__":
    serve(Runner(training, inference))
