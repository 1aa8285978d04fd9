"""Instruction sets: each that this machine has can be forced, and gives the same numbers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close

from ganglion import _core

Array = NDArray[Any]

TESTS = Path(__file__).parent
ISAS = _core.available_isas()
SELECTED = "from ganglion import _core; print(_core.selected_isa())"


def run_with(isa: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with GANGLION_ISA set, or unset for None."""
    left_out = ("GANGLION_ISA", "PYTEST_ADDOPTS")  # its options are for the whole suite
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    if isa is not None:
        environment["GANGLION_ISA"] = isa
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, check=False
    )


def test_baseline_is_always_there() -> None:
    assert ISAS[0] == "baseline"
    assert [isa for isa in _core.built_isas() if isa in ISAS] == ISAS


@pytest.mark.parametrize("isa", ISAS)
def test_isa_that_is_forced_is_selected(isa: str) -> None:
    run = run_with(isa, "-c", SELECTED)
    assert (run.stdout.strip(), run.stderr) == (isa, "")


@pytest.mark.parametrize("isa", [None, ""])
def test_best_isa_is_selected_when_none_is_forced(isa: str | None) -> None:
    assert run_with(isa, "-c", SELECTED).stdout.strip() == ISAS[-1]


@pytest.mark.parametrize("isa", ISAS)
def test_isa_that_is_forced_is_shown(isa: str) -> None:
    run = run_with(isa, "-c", "import ganglion; print(ganglion.show_config())")
    assert f"instruction set: {isa} (GANGLION_ISA)" in " ".join(run.stdout.split())


UNAVAILABLE = [isa for isa in _core.built_isas() if isa not in ISAS]
USES = {
    "selecting": SELECTED,
    "kernel": "from ganglion import _core; import numpy; _core.vector_math('exp', numpy.ones(3))",
    "network": "import ganglion as gn; gn.MLP([2, 3])",
    "update": """
from ganglion import _core
core, graph = _core.float32, _core.Graph()
x = graph.input("x", 3)
y = graph.affine(x, graph.parameter("w", 3, 3), None)
core.Tape(graph=graph, inputs=[x], outputs=[y], input_gradients=False,
          store=core.ParameterStore(graph), max_batch=1, seed=0
).apply_gradients(core.OptimizerState("sgd", {}, 9), 0.1)
""",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("isa", ["sse9", "AVX2", " avx2", *UNAVAILABLE])
def test_isa_that_is_not_there_is_an_error(isa: str, use: str) -> None:
    run = run_with(isa, "-c", USES[use])
    assert run.returncode == 1  # Python's own, not a signal's
    rule = f"GANGLION_ISA: '{isa}' is not one this machine runs: {', '.join(ISAS)}"
    assert run.stderr.splitlines()[-1].endswith(f"Error: {rule}")


@pytest.mark.parametrize("isa", ISAS)
def test_kernels_pass_their_tests_and_skip_none(isa: str) -> None:
    select = ["-m", "kernel and not slow", "-q", "-rs", "-x", "-p", "no:cacheprovider"]
    run = run_with(isa, "-m", "pytest", *select, str(TESTS))
    assert run.returncode == 0, run.stdout[-5000:]
    lines = run.stdout.splitlines()
    assert " passed" in lines[-1]
    skipped = [line for line in lines if line.startswith("SKIPPED")]
    # A whole file is passed over where its peer is not installed; it has no kernel tests.
    assert all("could not import" in line for line in skipped), run.stdout[-5000:]


TRAINING = """
import sys
import numpy as np
import ganglion as gn
from ganglion import Activation, Dense, Dropout, Residual, _core, losses, optimizers

def network(activation, dtype, optimizer, loss):
    layers = [Dense(24, activation), Dropout(0.25), Residual([Dense(24, activation)])]
    layers += [Activation("softmax"), Dense(6)]
    net = gn.Sequential(layers, input_size=19, dtype=dtype, seed=3)
    net.compile(optimizer, loss=loss)
    return net

results = {"isa": np.array(_core.selected_isa())}
x = _core.random_normal(1, 0, 70 * 19).reshape(70, 19)
y = {loss: np.abs(_core.random_normal(1, 1, 70 * 6).reshape(70, 6)) / 2 for loss in losses.LOSSES}
y["cross_entropy"] = y["multi_margin"] = _core.permutation(1, 2, 70) % 6
y["hinge"] = y["squared_hinge"] = _core.permutation(1, 3, 70 * 6).reshape(70, 6) % 2
y["gaussian"] = y["gaussian"][:, :3]
y["binary_cross_entropy"] = np.minimum(y["binary_cross_entropy"], 1)
cases = [("gelu", "adam", loss) for loss in losses.LOSSES]
cases += [("tanh", optimizer, "squared_error") for optimizer in optimizers.OPTIMIZERS]
cases += [(name, "sgd", "huber") for name in _core.activation_names() if name != "step"]
for dtype in ("float32", "float64"):
    for case in cases:
        net = network(case[0], dtype, *case[1:])
        net.fit(x, y[case[2]], batch_size=16, epochs=1, verbose=0)
        name = "-".join([dtype, *case])
        results["weights-" + name] = net.parameter_vector.copy()
        results["outputs-" + name] = net.predict(x)
        results["loss-" + name] = np.array(net.history.history["loss"], dtype)
    ones = np.ones((40, 100), dtype)
    results["mask-" + dtype] = _core.dropout(ones, rate=0.3, seed=1, stream=2, step=3)
np.savez(sys.argv[1], **results)
"""
TERMS = 19 + 24 + 24 + 6  # of the sums that follow on one another in a step


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Array]]:
    """What each instruction set makes of the same training."""
    results = {}
    for isa in ISAS:
        path = tmp_path_factory.mktemp("trained") / f"{isa}.npz"
        run = run_with(isa, "-c", TRAINING, str(path))
        assert run.returncode == 0, run.stderr
        with np.load(path) as file:
            results[isa] = dict(file)
        assert results[isa]["isa"] == isa
    return results


@pytest.mark.parametrize("isa", ISAS[1:])
def test_training_gives_the_same_numbers(isa: str, trained: dict[str, dict[str, Array]]) -> None:
    assert trained[isa].keys() == trained["baseline"].keys()
    for name, values in trained[isa].items():
        if name.startswith(("weights", "outputs", "loss")):
            expected = trained["baseline"][name]
            assert np.isfinite(expected).all(), name
            try:
                assert_close(values, expected, family="reduction", depth=TERMS)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error


@pytest.mark.parametrize("isa", ISAS[1:])
def test_masks_are_the_same_to_the_bit(isa: str, trained: dict[str, dict[str, Array]]) -> None:
    for dtype in ("float32", "float64"):
        expected = trained["baseline"][f"mask-{dtype}"]
        assert_close(trained[isa][f"mask-{dtype}"], expected, family="exact")
