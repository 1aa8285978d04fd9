"""Bad input is refused in the user's words, and leaves the model as it was."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bad_argument_cases import COMPILE_CASES, FIT_CASES, LAYER_CASES, MODEL_CASES, STREAM_CASES
from bad_input_cases import INPUT_CASES, TARGET_CASES, WEIGHT_CASES, Case, data, make

import ganglion as gn

CASES = [
    *INPUT_CASES,
    *TARGET_CASES,
    *WEIGHT_CASES,
    *FIT_CASES,
    *STREAM_CASES,
    *COMPILE_CASES,
    *LAYER_CASES,
    *MODEL_CASES,
]


def assert_equal(net: gn.Sequential, twin: gn.Sequential, kind: str) -> None:
    """Two models have the same weights, rate and steps, and go on in the same way."""
    good = data(kind)
    for _ in range(2):
        np.testing.assert_array_equal(net.parameter_vector, twin.parameter_vector)
        np.testing.assert_array_equal(net.predict(good["x"]), twin.predict(good["x"]))
        assert net.learning_rate == twin.learning_rate
        assert steps_of(net) == steps_of(twin)
        assert net.fit(**good, verbose=0) == twin.fit(**good, verbose=0)


def steps_of(net: gn.Sequential) -> int:
    assert net._compiled is not None
    return net._compiled.state.steps


def test_the_table_is_long_and_its_names_are_distinct() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input_is_refused_and_changes_nothing(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    net = make(case.kind)
    threads = gn.get_num_threads()
    with pytest.raises(case.error, match=case.message) as caught:
        case.call(net)
    assert type(caught.value) is case.error or case.error is OSError
    assert gn.get_num_threads() == threads
    assert list(tmp_path.iterdir()) == []
    assert_equal(net, make(case.kind), case.kind)


@pytest.mark.parametrize("variable", ["GANGLION_NUM_THREADS", "GANGLION_ISA"])
@pytest.mark.parametrize(
    "value", ["abc", "0", "-1", "99999999999999999999", "2;3", "2,3", "1.0", " "]
)
def test_bad_variable_is_named_with_its_value(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANGLION_NUM_THREADS", raising=False)
    monkeypatch.setenv(variable, value)
    script = "import ganglion"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("ValueError: ")
    assert variable in last
    assert f"'{value}'" in last
