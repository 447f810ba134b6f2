"""Two real processes that want one recording at the same moment: one has it, the other is told so."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import IO

import pytest

from handlens.recording import load
from handlens.recording.states import newest_state

SCRIPT = Path(__file__).with_name("contending.py")
TRIES = 30
SOON = 0.004  # seconds until an order is due: both have read it by then, mostly
LOST = {
    "create": r"run-\d+: exists already; choose another --out",
    "resume": r"run-\d+: another process is writing this recording",
}


class Contender:
    """A process that takes orders."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            env={**os.environ, "PYTHONPATH": str(SCRIPT.parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def order(self, moment: float, order: str) -> None:
        """Give an order for a moment."""
        self._stream("stdin").write(f"{moment} {order}\n")

    def answer(self) -> str:
        """What came of the oldest order that isn't answered."""
        return self._stream("stdout").readline().rstrip("\n")

    def _stream(self, name: str) -> IO[str]:
        stream = getattr(self.process, name)
        assert stream is not None
        return stream


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Contender, Contender]]:
    """Two processes."""
    both = Contender(), Contender()
    yield both
    for contender in both:
        contender.process.communicate(timeout=30)


def check_one(two: tuple[Contender, Contender], order: str, folder: Path) -> None:
    """Give both the same order: one does it, the other says why it doesn't, and the recording is whole."""
    moment = monotonic() + SOON
    for contender in two:
        contender.order(moment, f"{order} {folder}")
    answers = [contender.answer() for contender in two]
    assert answers.count("ok") == 1, answers
    assert load(folder).status == "running"
    two[answers.index("ok")].order(0, "let-go")
    assert two[answers.index("ok")].answer() == "ok"
    (lost,) = (answer for answer in answers if answer != "ok")
    assert re.search(LOST[order], lost), lost
    run = load(folder)
    assert (run.status, run.verify()) == ("interrupted", [])
    assert run.steps == ((0, 1, 2, 3) if order == "create" else (0, 1, 2))
    assert newest_state(folder).step == 0


def test_of_two_that_begin_or_go_on_one_does(two: tuple[Contender, Contender], tmp_path: Path) -> None:
    for number in range(TRIES):
        folder = tmp_path / f"run-{number}"
        check_one(two, "create", folder)
        check_one(two, "resume", folder)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_one_writes_the_other_can_neither_begin_nor_resume(
    two: tuple[Contender, Contender], tmp_path: Path
) -> None:
    first, second = two
    first.order(0, f"create {tmp_path / 'run-0'}")
    assert first.answer() == "ok"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for order, reason in LOST.items():
        second.order(0, f"{order} {tmp_path / 'run-0'}")
        assert re.search(reason, second.answer())
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    first.order(0, "let-go")
    assert first.answer() == "ok"
