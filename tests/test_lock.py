"""The lock says the same as pyproject.toml, names no torch and no place, and pins by hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCK, re.MULTILINE))


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
