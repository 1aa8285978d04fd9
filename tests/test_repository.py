"""The shape of the repository: what a reader may rely on."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import pytest

import ganglion
from ganglion import _core
from ganglion.cli import REQUIRED

ROOT = Path(__file__).parents[1]
# Each includes, or imports, from its own floor and from those before it.
FLOORS = ["base", "simd", "kernels", "program", "graph", "plan", "train"]
PYTHON_FLOORS = [
    *("_core", "_base"),
    "inference",
    *(
        "activations",
        "initializers",
        "losses",
        "regularizers",
        "constraints",
        "metrics",
        "schedules",
        "optimizers",
    ),
    *("layers", "graphs", "callbacks", "training", "models"),
    *("files", "networks", "normalization"),  # for pickles of before, beside what users import
    "__init__",
    *("estimators.shared", "estimators.perceptron", "estimators.multilayer"),
    *("estimators.one_graph", "estimators.adversarial", "estimators.autoencoders", "estimators"),
    *(
        "neural_network",
        "linear_model",
        "adversarial",
        "autoencoder",
        "model_selection",
        "tables",
        "bench",
        "cli",
        "__main__",
    ),
]
CAPS = {".py": 250, ".pyx": 250, ".pyi": 400, ".cpp": 300, ".h": 300}  # a stub is all of a module
TEST_CAP = 400

SOURCES = sorted((ROOT / "csrc").rglob("*.cpp")) + sorted((ROOT / "csrc").rglob("*.h"))
PYTHON = sorted((ROOT / "python").rglob("*.py"))
BENCH = sorted((ROOT / "bench").rglob("*.py"))
STUBS = [  # one a file: _core's has its submodules beside it
    *(ROOT / "python" / "ganglion").glob("*.pyi"),
    *(ROOT / "python" / "ganglion").rglob("__init__.pyi"),
]
MODULES = {  # and their names, less that of the package
    ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"): path
    for folder, paths in [
        (ROOT / "python" / "ganglion", [*PYTHON, *STUBS]),
        (ROOT / "src", [ROOT / "src" / "inference.pyx"]),
        (ROOT, BENCH),
    ]
    for path in paths
}


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def includes(path: Path) -> list[str]:
    return re.findall(r'#include "([^"]+)"', path.read_text())


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == _core.__version__ == version("ganglion")
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_extra_of_the_command_line_brings_all_that_its_commands_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = {re.split(">", one)[0] for one in project["optional-dependencies"]["cli"]}
    core = {re.split(">", one)[0] for one in project["dependencies"]}
    assert set(REQUIRED.values()) | {"matplotlib"} <= extra | core  # which --report draws with


def test_no_file_is_over_its_cap() -> None:
    folders = ["csrc", "src", "python", "tools", "examples", "bench"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    over = [path for path in files if lines_over(path, CAPS.get(path.suffix))]
    tests = [path for path in (ROOT / "tests").rglob("*.py") if lines_over(path, TEST_CAP)]
    assert over + tests == []


def lines_over(path: Path, cap: int | None) -> bool:
    return cap is not None and path.is_file() and lines(path) > cap


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_core_includes_only_downward_and_knows_no_python(path: Path) -> None:
    floor = path.relative_to(ROOT / "csrc").parts[0]
    allowed = FLOORS[: FLOORS.index(floor) + 1]
    for header in includes(path):
        assert header.split("/")[0] in allowed, header
    assert "Python.h" not in path.read_text()
    assert "pybind11" not in path.read_text()


def floor(module: str) -> int:
    """Return the number of a module's floor, that of the longest name it begins with."""
    return max(
        (
            number
            for number, name in enumerate(PYTHON_FLOORS)
            if f"{module}.".startswith(f"{name}.")
        ),
        key=lambda number: len(PYTHON_FLOORS[number]),
    )


def imported(path: Path) -> Iterator[str]:
    """Give the modules of ours that a module imports, wherever in it that stands."""
    text = path.read_text()
    if path.suffix == ".pyx":  # whose other lines are no Python
        text = "\n".join(re.findall(r"^from ganglion.* import .*", text, re.MULTILINE))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: {ast.unparse(node)}"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, module = f"{name}.".partition(".")
            if package == "ganglion":
                yield _module_of(module.rstrip("."))


def _module_of(name: str) -> str:
    """Return the module that a name is, or is in; the package itself for what it shows."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or "__init__"


@pytest.mark.parametrize("module", MODULES)
def test_python_imports_only_downward(module: str) -> None:
    above = [name for name in imported(MODULES[module]) if floor(name) > floor(module)]
    assert above == []


def test_no_python_modules_import_each_other_in_a_circle() -> None:
    graph = {module: set(imported(path)) - {module} for module, path in MODULES.items()}
    TopologicalSorter(graph).prepare()  # a CycleError names those that do


def test_every_module_has_a_floor_and_what_is_shown_is_for_users() -> None:
    top = {module.partition(".")[0] for module in MODULES}
    assert top == {name.partition(".")[0] for name in PYTHON_FLOORS}
    shown = {name for name in dir(ganglion) if name in MODULES}
    ours = "layers graphs training models estimators inference bench cli"
    before = "networks normalization"
    hidden = {name for name in top if name.startswith("_")} | {*ours.split(), *before.split()}
    assert shown == top - hidden
    assert sorted(dir(ganglion)) == sorted({*ganglion.__all__, *shown})


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_threads_are_started_by_the_two_layers_alone(path: Path) -> None:
    if path.name != "openmp.cpp":
        assert not re.search(r"#pragma omp|omp\.h|omp_", path.read_text())
    if path.name not in ("openmp.cpp", "pool.cpp"):
        assert not re.search(r"std::thread[^:]|pthread_create", path.read_text())


@pytest.mark.parametrize("path", SOURCES + PYTHON, ids=lambda path: path.name)
def test_nothing_prints(path: Path) -> None:
    assert not re.search(r"\bprint\(|std::cout|std::cerr|printf", path.read_text())


def test_importing_brings_in_nothing_but_numpy_and_the_core() -> None:
    heavy = ["tqdm", "safetensors", "sklearn", "pandas", "matplotlib", "typer", "torch", "scipy"]
    script = f"import sys, ganglion; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "tests",
    )
    assert done.stdout.strip() == "[]"


def test_messages_name_packages_that_can_be_installed() -> None:
    hints = [path for path in [*PYTHON, *BENCH] if "ganglion[" in path.read_text()]
    assert hints == []  # ganglion itself is in no index


def test_every_python_module_has_a_docstring() -> None:
    bare = [path for path in PYTHON if not path.read_text().lstrip().startswith('"""')]
    assert bare == []
