"""A training told line by line: what it takes, what it says, and that it ends with whoever started it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError

from handlens.engine.learner import learn
from handlens.engine.session import train
from handlens.recipes import Recipe, recipe
from handlens.recording import load
from handlens.recording.changes import made
from handlens.recording.folder import read_log

QUICK = recipe(epochs=1, limit=2000, threads=1, watch_first=100, watch_every=5)
LONG = QUICK.but(epochs=1000, watch_every=10)  # always stopped


class Parent:
    """Gives an order and wishes in this process, and notes what it is told; may answer."""

    def __init__(self, **order: Any) -> None:
        self.given: SimpleQueue[bytes | None] = SimpleQueue()
        self.heard: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], None] = lambda said: None
        self.read = Event()
        self.give(**order)

    def give(self, **line: Any) -> None:
        self.given.put(json.dumps(line, default=str).encode() + b"\n")

    def lines(self) -> Iterator[bytes]:
        yield from iter(self.given.get, None)
        self.read.set()

    def tell(self, said: dict[str, Any]) -> None:
        json.dumps(said)
        self.heard.append(said)
        self.answer(said)

    def learn(self) -> int:
        try:
            return learn(self.lines(), self.tell)
        finally:
            self.given.put(None)
            assert self.read.wait(20)

    def kinds(self) -> list[str]:
        return [next(iter(said)) for said in self.heard]


def values(chosen: Recipe) -> dict[str, Any]:
    return chosen.model_dump(mode="json")


def test_it_trains_as_ordered_and_tells(tmp_path: Path) -> None:
    parent = Parent(recipe=values(QUICK), out=tmp_path / "run")
    assert parent.learn() == 0
    assert parent.heard[0] == {"began": {"folder": str(tmp_path / "run"), "step": 0, "total": 20}}
    assert parent.kinds() == ["began", *["evaluated"] * 5, "ended"]
    assert parent.heard[-1] == {"ended": {"status": "finished", "step": 20}}
    run, told = load(tmp_path / "run"), parent.heard[-2]["evaluated"]
    last = run.evaluations[-1]
    assert told == {
        "step": 20,
        "set": "validation",
        "loss": last.loss,
        "accuracy": last.accuracy,
        "stuck": None,
    }
    assert run.digest() == train(QUICK, tmp_path / "plain").digest()


def test_wishes_are_done_and_told(tmp_path: Path) -> None:
    parent = Parent(recipe=values(LONG), out=tmp_path / "run")

    def answer(said: dict[str, Any]) -> None:
        match said:
            case {"began": _}:
                parent.give(do="pause")
            case {"changed": {"field": "pause", "value": True}}:
                parent.give(do="change", value=0.5)
            case {"changed": {"field": "lr"}}:
                parent.give(do="go on")
            case {"changed": {"field": "pause", "value": False}}:
                parent.give(do="stop")

    parent.answer = answer
    assert parent.learn() == 0
    changed = [said["changed"] for said in parent.heard if "changed" in said]
    assert [(change["field"], change["value"]) for change in changed] == [
        ("pause", True),
        ("lr", 0.5),
        ("pause", False),
    ]
    assert {change["step"] for change in changed} == {changed[0]["step"]}
    assert parent.heard[-1]["ended"]["status"] == "interrupted"
    assert [change.value for change in made(read_log(tmp_path / "run", checked=True))] == [0.5]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"do": "change", "value": -1}, "recipe, lr: Input should be greater than 0 (got -1.0)"),
        ({"do": "change"}, "recipe, lr: Input should be greater than 0 (got 0.0)"),
        ({"do": "dance"}, "Input should be 'change', 'pause', 'go on' or 'stop'"),
        ({"do": "pause", "for": 3}, "Extra inputs are not permitted"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_the_training_goes_on(
    tmp_path: Path, wish: dict[str, Any], why: str
) -> None:
    parent = Parent(recipe=values(LONG), out=tmp_path / "run")
    parent.answer = lambda said: parent.give(do="stop") if "refused" in said else None
    parent.give(**wish)
    assert parent.learn() == 0
    assert [said["refused"] for said in parent.heard if "refused" in said] == [why]
    assert parent.heard[-1]["ended"]["status"] == "interrupted"


def test_the_end_of_its_input_ends_it_and_it_can_be_resumed(tmp_path: Path) -> None:
    parent = Parent(recipe=values(QUICK), out=tmp_path / "run")
    parent.given.put(None)
    assert parent.learn() == 0
    assert parent.heard[-1] == {"ended": {"status": "interrupted", "step": 1}}
    again = Parent(out=tmp_path / "run")
    assert again.learn() == 0
    assert again.heard[0]["began"] == {"folder": str(tmp_path / "run"), "step": 1, "total": 20}
    assert load(tmp_path / "run").digest() == train(QUICK, tmp_path / "plain").digest()


def test_a_branch_begins_where_it_was_ordered_to(tmp_path: Path) -> None:
    first = train(QUICK, tmp_path / "first")
    branch = {"folder": first.folder, "step": 9}
    parent = Parent(recipe=values(QUICK.but(limit=100)), out=tmp_path / "second", branch=branch)
    assert parent.learn() == 0
    assert load(tmp_path / "second").digest(0) == first.digest(9)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"data": "nowhere"}, "'nowhere' is neither a data set's name nor a folder"),
        ({"device": "cuda:99"}, "device 'cuda:99' isn't usable here"),
    ],
)
def test_why_it_cannot_train_is_told(tmp_path: Path, fields: dict[str, Any], why: str) -> None:
    parent = Parent(recipe=values(QUICK.but(**fields)), out=tmp_path / "run")
    assert parent.learn() == 1
    assert parent.kinds() == ["failed"]
    assert parent.heard[0]["failed"].startswith(why)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    parent = Parent(recipe=values(QUICK), out=tmp_path)
    assert parent.learn() == 1
    assert "exists already" in parent.heard[0]["failed"]


def test_what_is_no_order_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="out"):
        learn(iter([b'{"recipe": null}\n']), lambda said: None)


# -- as a process --------------------------------------------------------------------------------------


def started() -> subprocess.Popen[bytes]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "handlens.engine.learner"], **pipes)


def test_a_process_ends_when_its_input_does(tmp_path: Path) -> None:
    with started() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"recipe": values(LONG), "out": str(tmp_path / "run")}).encode() + b"\n")
        child.stdin.flush()
        assert "began" in json.loads(child.stdout.readline())
        _, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (0, b"")
    assert load(tmp_path / "run").status == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_process_ends_cleanly_when_it_is_told_to_and_nobody_listens(tmp_path: Path) -> None:
    with started() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(json.dumps({"recipe": values(LONG), "out": str(tmp_path / "run")}).encode() + b"\n")
        child.stdin.flush()
        child.stdout.readline()
        child.stdout.close()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
        assert child.stderr.read() == b""
    run = load(tmp_path / "run")
    assert (run.status, run.verify()) == ("interrupted", [])
