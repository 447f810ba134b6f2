"""Hostile pictures: a reading or a reason, soon, in little memory, and nothing else happens.

`make slow` reads all of them, the fast tests every ninth. Seconds depend on what else the machine does:
two are promised on two idle cores; what is asserted leaves room for company.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from trust.hostile import pictures

SCRIPT = Path(__file__).with_name("read_hostile.py")
MOST_SECONDS = 6.0
MOST_GROWTH, MOST_PEAK = 200, 512  # megabytes: what stays, and what is needed for an instant


def read_all(first: int, step: int) -> list[dict[str, Any]]:
    """What came of each of them, read in a process of its own."""
    words = [sys.executable, str(SCRIPT), str(first), str(step)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=590)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def check(found: list[dict[str, Any]]) -> None:
    """Every promise, of each of them."""
    broken = {
        "foreign exceptions": [each for each in found if each["came"].startswith("foreign")],
        "other deeds": [each for each in found if each["did"]],
        "too slow": [each for each in found if each["seconds"] > MOST_SECONDS],
        "too much for an instant": [each for each in found if each["peak"] > MOST_PEAK],
        "memory that stays": [each for each in found[-1:] if each["growth"] > MOST_GROWTH],
    }
    assert not any(broken.values()), {what: each for what, each in broken.items() if each}


def test_there_are_more_than_320_of_them():
    assert len(pictures()) > 320


def test_they_are_the_same_every_time():
    """In whichever order they are made."""
    names = [*list(pictures())[5::40], "drawings/noise of all grays", "drawings/sparse noise"]
    again = pictures.__wrapped__()
    first = {name: pictures()[name]() for name in names}
    assert first == {name: again[name]() for name in reversed(names)}


def test_one_in_nine():
    found = read_all(2, 9)
    assert len(found) == len(range(2, len(pictures()), 9))
    check(found)
    assert {each["came"] for each in found} == {"read", "InkError"}


@pytest.mark.slow
def test_all_of_them():
    found = read_all(0, 1)
    assert [each["name"] for each in found] == list(pictures())
    check(found)


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"came": "foreign: KeyError(1)"}, "foreign exceptions"),
        ({"did": ["open /etc/passwd"]}, "other deeds"),
        ({"seconds": 7.0}, "too slow"),
        ({"peak": 600}, "too much for an instant"),
        ({"growth": 201}, "memory that stays"),
    ],
)
def test_each_broken_promise_is_told(fault, what):
    good = {"name": "a", "seconds": 0.1, "came": "read", "growth": 1, "peak": 2, "did": []}
    check([good])
    with pytest.raises(AssertionError, match=what):
        check([good, {**good, **fault}])
