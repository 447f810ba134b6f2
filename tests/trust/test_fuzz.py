"""Damaged files by the hundred in the fast tests, by the hundred thousand a parser in the slow ones."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from trust import fuzzing
from trust.fuzzing import MOST, Target, fuzz, workplace
from trust.targets import TARGETS

CASES, MANY = 300, 100_000
SCRIPT = Path(__file__).with_name("fuzzing.py")


@pytest.mark.parametrize("name", TARGETS)
def test_hundreds_of_damaged_files(name):
    target = TARGETS[name]()
    with workplace() as folder:
        report = fuzz(target, CASES, 1, Path(folder))
    assert report.failures == []
    assert report.cases == len(target.seeds) + len(target.corpus) + CASES
    assert report.accepted > 0


@pytest.mark.parametrize("name", TARGETS)
def test_each_good_file_is_accepted(name, tmp_path):
    target = TARGETS[name]()
    for seed in target.seeds:
        target.oracle(seed, target.parse(seed, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_hundred_thousand_damaged_files(name):
    """In a process of its own: a crash of a decoder in C ends only that."""
    words = [sys.executable, str(SCRIPT), name, str(MANY), "2"]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-3000:]
    report = json.loads(ended.stdout.splitlines()[-1])
    assert report["failures"] == []
    assert report["cases"] > MANY


# --- the fuzzer itself -------------------------------------------------------------------------------------


def _target(parse, oracle=lambda data, value: None) -> Target:
    return Target("made up", [b"seven 7 eight 8"], lambda data, folder: parse(data), (ValueError,), oracle)


def test_it_finds_what_a_parser_must_not_raise(tmp_path):
    report = fuzz(_target(lambda data: {b"7": 1}[data[6:7]]), 300, 1, tmp_path)
    assert len(report.failures) == MOST
    assert "raised KeyError" in report.failures[0]


def test_it_finds_what_is_accepted_wrongly(tmp_path):
    def oracle(data: bytes, value: int) -> None:
        assert data.count(b"7") == 1

    report = fuzz(_target(len, oracle), 300, 1, tmp_path)
    assert "accepted wrongly" in report.failures[0]
    assert report.accepted == report.cases


def test_it_finds_what_is_slow(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzzing, "SLOW", 0.05)

    def parse(data: bytes) -> None:
        if not data.startswith(b"seven"):
            time.sleep(0.06)

    report = fuzz(_target(parse), 5, 2, tmp_path)
    assert any("took 0.1 s" in failure for failure in report.failures)


def test_it_finds_what_hangs(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from trust import fuzzing\n"
        "def parse(data, folder):\n"
        "    while True: pass\n"
        "fuzzing.HANG = 0.5\n"
        "target = fuzzing.Target('hangs', [b'7'], parse, (), print)\n"
        "fuzzing.fuzz(target, 9, 1, Path())\n"
    )
    words = [sys.executable, "-c", program, str(SCRIPT.parents[1])]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in parse" in ended.stderr


def test_the_same_seed_gives_the_same_cases(tmp_path):
    seen: list[list[bytes]] = []
    for seed in (1, 1, 2):
        cases: list[bytes] = []
        fuzz(_target(cases.append), 200, seed, tmp_path)
        seen.append(cases)
    assert seen[0] == seen[1] != seen[2]
    assert len(set(seen[0])) > 150
