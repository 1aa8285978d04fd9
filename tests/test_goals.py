"""What compile is told of outputs: loss, loss weights and metrics, all in the same forms."""

from typing import Any

import pytest

import ganglion as gn
from ganglion.losses import CrossEntropy, SquaredError
from ganglion.metrics import R2

ONE = ("values",)
TWO = ("values", "logs")
KINDS = {"alone": ONE, "list of one": ONE, "dict of one": ONE, "list": TWO, "dict": TWO}


def model(kind: str) -> gn.Model:
    x = gn.Input(3)
    outputs = [gn.Dense(2)(x) for _ in KINDS[kind]]
    if kind == "alone":
        return gn.Model(x, outputs[0])
    return gn.Model(x, outputs if "list" in kind else dict(zip(KINDS[kind], outputs, strict=True)))


def told(kind: str, **goals: Any) -> dict[str, tuple[Any, float, list[str]]]:
    """Return loss, weight and metrics of each output that has a loss, as compile has read them."""
    net = model(kind)
    net.compile("sgd", **{"loss": "squared_error", **goals})
    heads = net._objective("test").heads
    return {
        head.name: (head.loss, head.factor, [one.name for one in head.figures]) for head in heads
    }


FORMS: dict[str, list[Any]] = {  # one that is no default, in the ways that one is written
    "loss": ["absolute_error", gn.losses.AbsoluteError()],
    "loss_weights": [0.5],
    "metrics": ["r2", R2(), ["r2"], (R2(),)],
    "weighted_metrics": ["r2", R2(), ["r2"], (R2(),)],
}
CASES = [(kind, name, form) for kind in KINDS for name in FORMS for form in FORMS[name]]


@pytest.mark.parametrize(("kind", "name", "form"), CASES, ids=str)
def test_what_is_told_of_outputs_is_one_for_all_or_one_for_each(
    kind: str, name: str, form: Any
) -> None:
    outputs = model(kind).output_names
    ways = [[form] * len(outputs), dict.fromkeys(outputs, form)]
    if not isinstance(form, list | tuple):
        ways.append(form)
    read = [told(kind, **{name: way}) for way in ways]
    assert list(read[0]) == outputs
    assert read[0] != told(kind)
    assert all(one == read[0] for one in read)


@pytest.mark.parametrize("name", ["loss_weights", "metrics", "weighted_metrics"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_the_default(kind: str, name: str) -> None:
    outputs = model(kind).output_names
    for way in (None, {}, dict.fromkeys(outputs), [None] * len(outputs)):
        if way != [None] or name == "loss_weights":
            assert told(kind, **{name: way}) == told(kind)


@pytest.mark.parametrize("name", ["loss", "loss_weights"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_holds_one_for_each_output(kind: str, name: str) -> None:
    outputs = model(kind).output_names
    for given in ([], [*FORMS[name][:1]] * (len(outputs) + 1)):
        said = f"compile: {name} has {len(given)} parts, must have {len(outputs)}, one for each of"
        with pytest.raises(ValueError, match=f"^{said} {', '.join(outputs)}$"):
            told(kind, **{name: given})


@pytest.mark.parametrize("name", ["metrics", "weighted_metrics"])
def test_a_list_of_metrics_is_that_of_an_only_output_or_has_one_for_each(name: str) -> None:
    for kind in ("alone", "list of one", "dict of one"):
        for given in (["r2", "mae"], [["r2", "mae"]]):
            (read,) = told(kind, **{name: given}).values()
            assert read[2] == ["r2", "mean_absolute_error"]
    for kind in ("list", "dict"):
        read_each = told(kind, **{name: ["r2", ["r2", "mae"]]}).values()
        assert [one[2] for one in read_each] == [["r2"], ["r2", "mean_absolute_error"]]
        with pytest.raises(ValueError, match=f"compile: {name} has 1 parts, must have 2, one for"):
            told(kind, **{name: ["r2"]})


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_of_no_output_is_refused(kind: str, name: str) -> None:
    outputs = ", ".join(model(kind).output_names)
    with pytest.raises(ValueError, match=f"compile: {name} names 'size', there is only {outputs}$"):
        told(kind, **{name: {"size": FORMS[name][0]}})


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_an_output_with_no_loss_is_not_trained(kind: str) -> None:
    first, second = model(kind).output_names
    for given in ({second: "cross_entropy"}, [None, CrossEntropy()]):
        assert list(told(kind, loss=given)) == [second]
    assert list(told(kind, loss={first: SquaredError(), second: None})) == [first]


@pytest.mark.parametrize("spec", [gn.losses.Huber, gn.optimizers.Adam, gn.metrics.F1])
def test_a_class_in_a_records_place_is_answered_with_how_it_is_made(spec: Any) -> None:
    names = {gn.losses.Huber: "loss", gn.optimizers.Adam: "optimizer", gn.metrics.F1: "metrics"}
    with pytest.raises(
        TypeError, match=rf"must be a name or a record, .*: call it, {spec.__name__}"
    ):
        gn.MLP([3, 1]).compile(**{"loss": "mse", names[spec]: spec})
