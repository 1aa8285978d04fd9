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
