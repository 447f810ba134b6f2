"""SECURITY.md and docs/trust.md say what the code does: limits, floors, tests that are there, breakages."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
from test_lock import FLOORS
from trust.hostile import pictures
from trust.targets import TARGETS

from handlens.recipes import known
from handlens.serve import turns

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from breakages import BREAKAGES

ROOT = Path(__file__).resolve().parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TRUST = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
UNITS = {"": 1, "s": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
LIMITS = re.findall(r"^\| (.+) \| ([\d,]+) ?(\w*) \| `([\w.]+)\.([A-Z_]+)` \|$", SECURITY, re.MULTILINE)


def test_every_line_of_the_limits_is_understood() -> None:
    section = SECURITY.partition("## Limits")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(r"\| [^-*|]", line)][1:]
    assert len(LIMITS) == len(lines) > 50


@pytest.mark.parametrize(("what", "number", "unit", "module", "name"), LIMITS)
def test_a_limit_is_the_codes(what: str, number: str, unit: str, module: str, name: str) -> None:
    found = getattr(importlib.import_module(f"handlens.{module}"), name)
    told = int(number.replace(",", "")) * UNITS[unit]
    if (module, name) == ("serve.turns", "WORKERS"):  # what it is depends on the cores
        assert f"min({told}, os.cpu_count()" in inspect.getsource(turns)
        assert found <= told
    else:
        assert found == told
    assert (unit == "s") == (name.endswith("SECONDS"))


@pytest.mark.parametrize("module", sorted({module for *_, module, _ in LIMITS}))
def test_no_limit_of_a_module_is_left_out(module: str) -> None:
    written = set(re.findall(r"^(MOST\w*)(?=[ :,])", _source(module), re.MULTILINE))
    told = {name for *_, of, name in LIMITS if of == module}
    assert written - told <= {"MOST_SHARED", "MOST_FAILURES"} | _PASSING.get(module, set())


_PASSING = {"reading.worker": {"MOST_BYTES"}}
"""Of messages between a server and its own processes."""


def _source(module: str) -> str:
    return inspect.getsource(importlib.import_module(f"handlens.{module}"))


def test_the_floors_are_the_locks() -> None:
    assert dict(re.findall(r"^\| ([a-z-]+) \| ([\d.]+) \|$", SECURITY, re.MULTILINE)) == FLOORS


def test_nothing_is_invented() -> None:
    """No address that nobody answers: neither a mail's nor a page's."""
    assert re.findall(r"\S+@\S+|https?://\S+", SECURITY) == []


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", SECURITY))
def test_its_links_lead_somewhere(target: str) -> None:
    if target.startswith("#"):
        assert f"\n## {target[1:].capitalize()}\n" in SECURITY
    else:
        assert (ROOT / target).is_file()


# -- docs/trust.md -----------------------------------------------------------------------------------------


def test_the_breakages_are_those_that_are_tried() -> None:
    rows = re.findall(r"^\| (.+) \| `([\w/.]+)` \| `([\w/.]+)` `([\w\[\]]+)` \| \d+ \|$", TRUST, re.MULTILINE)
    told = [(about, file, f"{test}::{name}") for about, file, test, name in rows]
    listed = [
        (f"{part} | {each.about}", each.file, each.test) for part, some in BREAKAGES.items() for each in some
    ]
    assert told == listed


def test_it_counts_right() -> None:
    count = sum(map(len, BREAKAGES.values()))
    assert f"{count} of {count} are caught" in TRUST
    assert f"| {len(LIMITS)} limits |" in TRUST
    assert f"{len(known())} with everything forced on" in TRUST
    assert f"| {len(known())} recipes:" in TRUST
    assert f": {len(TARGETS)} parsers," in TRUST
    assert f"| {len(pictures())} pictures:" in TRUST


@pytest.mark.parametrize("test", sorted(set(re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", TRUST))))
def test_the_tests_it_names_are_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert (ROOT / file).exists()
    assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
