"""The lock says the same as pyproject.toml, names no torch and no place, pins by hash, and nothing unsafe."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from handlens.errors import install_line

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCK, re.MULTILINE))

FLOORS = {"pillow": "12.3", "starlette": "1.0.1", "torch": "2.10", "onnx": "1.21", "pillow-heif": "1.7"}
"""The oldest versions without a known hole that a foreign file or request can reach."""


def direct() -> list[str]:
    """All that pyproject.toml asks for and the lock must hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    lists = [project["project"]["dependencies"], *extras.values(), *groups.values()]
    return sorted({line for lines in lists for line in lines if Requirement(line).name != "torch"})


@pytest.mark.parametrize("line", direct())
def test_a_direct_dependency_is_pinned_within_its_range(line: str) -> None:
    wanted = Requirement(line)
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


def test_every_pin_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())
    assert len(entries) == len(PINS)
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_torch_and_cuda_are_not_the_locks_business() -> None:
    assert [name for name in PINS if re.match(r"torch|nvidia|cuda|triton|pytorch", name)] == []


def test_what_torch_itself_needs_is_pinned() -> None:
    assert {"filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy", "typing-extensions"} <= {*PINS}


def test_it_names_no_index_address_or_folder() -> None:
    lines = [line for line in LOCK.splitlines() if not line.lstrip().startswith(("#", "--hash=sha256:"))]
    assert [line for line in lines if re.search(r"://|/|^-|@", line)] == []


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_older_than_the_safe_versions_is_allowed(name: str) -> None:
    """Each list in pyproject.toml that names it asks for the safe version or a newer one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    asked = [Requirement(line) for lines in lists for line in lines]
    lowest = [
        Version(bound.version)
        for wish in asked
        if canonicalize_name(wish.name) == name
        for bound in wish.specifier
        if bound.operator in (">=", "==", "~=")
    ]
    named = sum(canonicalize_name(wish.name) == name for wish in asked)
    assert named == len(lowest) > 0  # each mention has a bound
    assert min(lowest) >= Version(FLOORS[name])


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_older_than_the_safe_versions_is_pinned_or_installed(name: str) -> None:
    assert Version(metadata.version(name)) >= Version(FLOORS[name])
    for pinned in pins(name):
        assert Version(pinned) >= Version(FLOORS[name])


def pins(name: str) -> list[str]:
    """The versions that an installation takes: the lock's, or torch's where it is written down."""
    if name != "torch":
        return re.findall(rf"^{name}==([^ ;]+)", LOCK, re.MULTILINE) or ["0"]
    written = (ROOT / "tasks.py").read_text(encoding="utf-8") + install_line("train")
    return re.findall(r"torch==([\d.]+)", written) or ["0"]
