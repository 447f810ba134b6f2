"""The import order: the table of levels in pyproject.toml, held for every import, also inside functions.

import-linter reads the same table in `make check`. Here a fresh look at the syntax trees adds what it leaves
out: the public door imports nothing when it loads, nobody imports the door, each library has its one home.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"

HOMES = {
    "cyclopts": {"handlens.cli"},
    "cv2": {"handlens.reading"},
    "fastapi": {"handlens.serve"},
    "matplotlib": {"handlens.insight.figures"},
    "onnx": {"handlens.runtime"},
    "onnxruntime": {"handlens.runtime"},
    "openTSNE": {"handlens.insight.embedding"},
    "prometheus_client": {"handlens.serve"},
    "segno": {"handlens.serve"},
    "starlette": {"handlens.serve"},
    "uvicorn": {"handlens.serve"},
}


def levels() -> dict[str, int]:
    """The level of every module and package under handlens, the lowest 0."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    rows = [row.split("|") for row in reversed(contract["layers"])]
    return {name.strip(" ()"): level for level, row in enumerate(rows) for name in row}


def modules() -> dict[str, Path]:
    """Every module of handlens by its dotted name."""
    found = {}
    for file in sorted((SOURCE / "handlens").rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import, ``from a import b`` as ``a.b``, wherever in the tree it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def offences(name: str, source: str, is_package: bool = False) -> list[str]:
    """What a module imports against the order, one line each."""
    package = name if is_package else name.rpartition(".")[0]
    own = name.split(".")[1]
    found = []
    for line, target in imports(ast.parse(source), package):
        parts = target.split(".")
        if parts[0] != "handlens" or parts[1:2] == [own]:
            continue
        if len(parts) == 1 or parts[1] not in levels():
            found.append(f"{name}:{line} imports the public door ({target})")
        elif levels()[parts[1]] >= levels()[own]:
            found.append(f"{name}:{line} imports {target}, which is not on a lower level")
    return found


def strangers(name: str, source: str) -> list[str]:
    """Libraries that a module imports although another module is their home."""
    used = {(line, target.partition(".")[0]) for line, target in imports(ast.parse(source), name)}
    return [
        f"{name}:{line} imports {library}, whose home is {' or '.join(sorted(HOMES[library]))}"
        for line, library in sorted(used)
        if library in HOMES and not any(f"{name}.".startswith(f"{home}.") for home in HOMES[library])
    ]


INNER = {name: file for name, file in modules().items() if name != "handlens"}


@pytest.mark.parametrize("name", INNER)
def test_a_module_imports_only_from_lower_levels(name: str) -> None:
    file = INNER[name]
    assert name.split(".")[1] in levels(), f"{name} has no level in pyproject.toml"
    assert offences(name, file.read_text(encoding="utf-8"), file.name == "__init__.py") == []


@pytest.mark.parametrize("name", INNER)
def test_each_library_has_one_home(name: str) -> None:
    assert strangers(name, INNER[name].read_text(encoding="utf-8")) == []


def test_the_door_imports_nothing_of_handlens_when_it_loads() -> None:
    tree = ast.parse((SOURCE / "handlens" / "__init__.py").read_text(encoding="utf-8"))
    for_types_only = [
        found
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for found in imports(node, "handlens")
    ]
    at_load = set(imports(tree, "handlens")) - set(for_types_only)
    assert [target for _, target in at_load if target.startswith("handlens")] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("handlens.graph.model", "from handlens import recording"),
        ("handlens.graph.model", "def f():\n    import handlens.recording"),
        ("handlens.graph.model", "from ..recording import load"),
        ("handlens.graph.model", "from .. import recording"),
        ("handlens.nets", "from .recipes import recipe"),
        ("handlens.recipes", "if TYPE_CHECKING:\n    from handlens.nets import tutorial"),
        ("handlens.engine.loop", "from handlens.insight import kernels"),
        ("handlens.recording", "import handlens"),
        ("handlens.recording", "from handlens import load"),
    ],
)
def test_an_offence_is_seen(name: str, source: str) -> None:
    assert len(offences(name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("handlens.graph.model", "from . import ops\nfrom .ops import shape\nfrom handlens.graph import ops"),
        ("handlens.graph.model", "import json\nfrom ..errors import GraphError\nfrom .. import arrays"),
        ("handlens.cli", "from handlens import recording, engine\nimport numpy as np"),
    ],
)
def test_an_allowed_import_is_let_pass(name: str, source: str) -> None:
    assert offences(name, source) == []


def test_a_library_away_from_home_is_seen() -> None:
    assert strangers("handlens.insight.figures.film", "from matplotlib import pyplot") == []
    assert len(strangers("handlens.insight.kernels", "def f():\n    import matplotlib.pyplot")) == 1
