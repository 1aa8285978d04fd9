"""The comparison: equal losses are compared, others refused, and the table has the ratios."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import ganglion
from ganglion import _core
from ganglion.bench import bench_threads, compare, cores, machine, peers
from ganglion.bench.cores import Limits
from ganglion.bench.machine import Machine
from ganglion.bench.results import Measured, Row, disagreeing, table
from ganglion.bench.runners import numpy_runner
from ganglion.bench.suite import SUITE, chosen
from ganglion.bench.workloads import TABLE, Workload
from ganglion.cli import main

FRAMEWORKS = ["ganglion", "numpy", "sklearn"]
MACHINE = Machine(peak=1e11, bandwidth=1e10)
SMALLEST = TABLE[0]


@pytest.fixture(autouse=True)
def few_and_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "TURN", 0.0)
    monkeypatch.setattr(machine, "measure", lambda threads: MACHINE)
    monkeypatch.setattr(peers, "installed", lambda: FRAMEWORKS)


def row(checks: Sequence[float], workload: Workload = SMALLEST) -> Row:
    measured = {
        name: Measured([check], [], [time, 2 * time])
        for name, check, time in zip(FRAMEWORKS, checks, [10.0, 40.0, 90.0], strict=True)
    }
    return Row("train", workload, measured)


@pytest.mark.parametrize("task", ["train", "row", "batch"])
def test_frameworks_compute_the_same(task: str) -> None:
    (done,) = compare.measure(task, [SMALLEST], FRAMEWORKS, rounds=1, threads=1)
    assert done.refused == []
    assert list(done.measured) == FRAMEWORKS
    assert all(time > 0 for one in done.measured.values() for time in one.microseconds)


def test_the_loss_falls() -> None:
    losses = numpy_runner.training(SMALLEST).run(5, shuffle=False)
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("wrong", [1.01, 0.99, math.nan, math.inf])
def test_a_wrong_loss_is_refused(wrong: float) -> None:
    assert disagreeing({"ganglion": [1.0], "numpy": [1.0001], "sklearn": [wrong]}) == ["sklearn"]
    refused = row([1.0, 1.0, wrong])
    assert refused.over_best() is refused.over_numpy() is None
    text = table([refused], MACHINE)
    assert "90 (135)!" in text
    assert text.count("refused") == 4  # its two ratios, and the means of none


def test_the_table_has_the_ratios() -> None:
    text = table([row([1.0, 1.0, 1.0])], MACHINE)
    assert text.startswith(
        "train, classifiers: microseconds a training step of one batch, least (median)\n"
    )
    assert "10 (15)  40 (60)  90 (135)              4.00          4.00" in text
    assert text.splitlines()[-1].split() == ["geometric", "mean", "4.00", "4.00"]


def test_the_command_writes_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures, picture = tmp_path / "figures.json", tmp_path / "picture.png"
    words = ["bench", "--task", "row", "--workloads", "0", "--rounds", "1", "--threads", "1"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--output", str(figures), "--plot", str(picture)])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "row, classifiers: microseconds a call that predicts one row, least (median)" in told
    for column in ("best peer / ours", "NumPy / ours", "ours / roofline"):
        assert told.count(column) == 2  # over the figures, and in words below
    assert "1.25 (1.40): the least time and the median" in told
    report = json.loads(figures.read_text())
    assert report["environment"]["OPENBLAS_NUM_THREADS"] == "1"
    assert report["rows"][0]["refused"] == []
    assert picture.stat().st_size > 10_000


def test_bad_options_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "find_spec", lambda name: None)
    for words, told in {
        ("--plot", "x.png"): "python -m pip install matplotlib",
        ("--workloads", "99"): "there is no workload '99'",
        ("--rounds", "0"): "--rounds must be at least 1, got 0",
    }.items():
        with pytest.raises(SystemExit) as ended:
            main(["bench", *words])
        assert ended.value.code == 2
        message = capsys.readouterr().err
        assert message.startswith("ganglion bench: ")
        assert told in message
        assert message.count("\n") == 1


def test_workloads_are_chosen_by_index_or_name() -> None:
    assert chosen(["1", "784-128-10, 32"]) == [TABLE[1], TABLE[2]]
    assert chosen([]) == list(SUITE)


def test_costs_are_those_counted_by_hand() -> None:
    workload = Workload((2, 3, 4), batch=5, samples=10)
    training, inference = workload.training_cost(), workload.inference_cost(rows=1)
    assert training.flops == 2 * 5 * (2 * 2 * 3 + 3 * 3 * 4)
    assert training.bytes == 4 * (25 + 25 - 6 + 6 * 25 + 3 * 5 * (2 + 2 * 7))
    assert inference.flops == 2 * (2 * 3 + 3 * 4)
    assert inference.bytes == 4 * (25 + 2 + 2 * 3 + 4)


@pytest.mark.parametrize("members", [1, 2])
def test_expected_times_are_those_computed_by_hand(members: int) -> None:
    training, prediction = cores.tasks(SMALLEST)  # 4-16-16-3, batches of 16
    near, far = Limits(MACHINE, 1 << 30), Limits(Machine(peak=1e30, bandwidth=1e3), 0)
    (costs,) = training.team_costs(members)
    if members == 1:
        assert (costs.operations, costs.updates) == (2 * 16 * (2 * 64 + 3 * 256 + 3 * 48), 403)
    else:
        assert costs.jobs == 6
        assert costs.bytes > 0
    shared = costs.bytes / members / cores.BETWEEN_CORES
    waits = costs.jobs * cores.HELPER * (members - 1)
    work = costs.operations / (cores.ATTAINED * 1e11) + costs.updates * cores.UPDATE
    assert near.seconds(training, members) == pytest.approx(work + waits + shared)
    assert far.seconds(training, members) == pytest.approx(
        SMALLEST.training_cost().bytes / 1e3 + waits + shared
    )
    assert far.seconds(prediction, 1) == pytest.approx(SMALLEST.inference_cost(16).bytes / 1e3)


def test_a_large_batch_is_predicted_in_pieces() -> None:
    _, prediction = cores.tasks(Workload((4, 3), batch=600, samples=600))
    rows = [int(one.operations) // (2 * 4 * 3) for one in prediction.team_costs(1)]
    assert rows == [512, 88]


def test_what_more_cores_bring_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_threads, "TABLE", [SMALLEST])
    monkeypatch.setattr(cores, "TABLE", [SMALLEST])
    monkeypatch.setattr(machine, "bandwidth", lambda threads: MACHINE.bandwidth)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0})
    threads = ganglion.get_num_threads()
    bench_threads.main(["--scaling", "--members", "1", "64"])
    assert ganglion.get_num_threads() == threads
    told = capsys.readouterr().out
    one, many = (line.split() for line in told.splitlines()[1:3])
    assert one[3:6] == ["1", "6", "0.0"]
    assert one[-2:] == ["1.00", "1.00"]
    assert many[3:5] == ["64", "6"]
    assert len(many) == len(one) - 1  # more than there are cores: not measured
    assert "85% of a core's peak, 100 GFLOP/s" in told
    with pytest.raises(SystemExit):
        bench_threads.main(["--scaling", "--members", "65"])
    assert "--members must be from 1 to 64, got 65" in capsys.readouterr().err


def test_peak_is_measured_by_the_core() -> None:
    assert np.isfinite(_core.peak_flops("float32", 1, 0.01))
