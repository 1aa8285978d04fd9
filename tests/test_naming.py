import pytest

from ganglion import naming

KNOWN = {"adam": dict, "sgd": list}


def test_resolve_returns_a_known_name() -> None:
    assert naming.resolve("optimizer", "sgd", KNOWN) == "sgd"


@pytest.mark.parametrize("name", ["adm", "Adam", "ADAM"])
def test_resolve_suggests_the_nearest_name(name: str) -> None:
    message = f"^optimizer: unknown name '{name}', did you mean 'adam'\\? Known: adam, sgd$"
    with pytest.raises(ValueError, match=message):
        naming.resolve("optimizer", name, KNOWN)


def test_resolve_suggests_nothing_when_nothing_is_near() -> None:
    with pytest.raises(ValueError, match=r"^loss: unknown name 'xyz'\. Known: adam, sgd$"):
        naming.resolve("loss", "xyz", KNOWN)


@pytest.mark.parametrize("name", [None, 3, dict])
def test_resolve_refuses_what_is_no_name(name: object) -> None:
    with pytest.raises(TypeError, match="optimizer must be a name or a record, got"):
        naming.resolve("optimizer", name, KNOWN)


def test_build_makes_the_record() -> None:
    assert naming.build("optimizer", "sgd", KNOWN) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [("mse", "squared_error"), ("Categorical_Crossentropy", "cross_entropy"), ("swish", "silu")],
)
def test_the_names_of_other_packages_suggest_ours(name: str, meant: str) -> None:
    known = ["squared_error", "cross_entropy", "binary_cross_entropy", "mish", "silu"]
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        naming.resolve("loss", name, known)
