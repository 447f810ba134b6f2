"""A training as a process of its own, for one that serves: ``python -m handlens.engine.learner``.

It takes its order and then wishes from standard input, an object of JSON a line; that input's end, also by a
kill of whoever wrote it, is a wish to stop. What happens stands on standard output, likewise:

    {"began": {"folder", "step", "total"}}          it is recorded there from now on
    {"evaluated": {"step", "set", "loss", "accuracy", "stuck"}}
    {"changed": {"step", "field", "value"}}         a rate or a pause, recorded
    {"refused": "why"}                              a wish that can't be
    {"ended": {"status", "step"}}                   finished, failed (it diverged) or interrupted
    {"failed": "why"}                               it can't train so; the exit status is 1
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from handlens.engine.events import Began, Evaluated, Event
from handlens.engine.session import Interrupted, train
from handlens.engine.wishes import Wishes
from handlens.errors import HandlensError
from handlens.recipes import Recipe
from handlens.recording import Recording, load

Tell = Callable[[dict[str, Any]], None]


class Branch(BaseModel):
    """A frame of another recording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    step: int | None = None


class Order(BaseModel):
    """The first line: what to train, and where to record it.

    Raises:
        pydantic.ValidationError: it isn't one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    out: Path
    recipe: Recipe | None = None
    """None where a recording is resumed, by its own."""
    branch: Branch | None = None


class Wish(BaseModel):
    """Any further line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["change", "pause", "go on", "stop"]
    value: float | None = None
    """The learning rate to change to."""


def learn(lines: Iterator[bytes], tell: Tell) -> int:
    """Do what the lines order until the training has ended, and return the exit status.

    Args:
        lines: the order, then wishes, which are waited for in a thread beside the training.
        tell: is told what happens, also by that thread.

    Raises:
        ValidationError: the first line is no order.
    """
    order = Order.model_validate_json(next(lines, b""))
    wishes = Wishes(lambda line: tell({"changed": line.model_dump(exclude={"kind"})}))
    Thread(target=_listen, args=(lines, wishes, tell), daemon=True).start()
    try:
        run = _trained(order, wishes, _listener(order, tell))
    except Interrupted as stop:
        run = stop.recording
    except HandlensError as error:
        tell({"failed": str(error)})
        return 1
    tell({"ended": {"status": run.status, "step": run.steps[-1]}})
    return 0


def _trained(order: Order, wishes: Wishes, listener: Callable[[Event], None]) -> Recording:
    if order.recipe is None:
        return train(out=order.out, resume=True, wishes=wishes, listener=listener)
    branch = None
    if order.branch is not None:
        begun = load(order.branch.folder)
        branch = begun, begun.nearest(order.branch.step)
    return train(order.recipe, order.out, branch=branch, wishes=wishes, listener=listener)


def _listener(order: Order, tell: Tell) -> Callable[[Event], None]:
    def listener(event: Event) -> None:
        match event:
            case Began():
                tell({"began": {"folder": str(order.out), "step": event.step, "total": event.total}})
            case Evaluated():
                score = event.score.model_dump(include={"set", "loss", "accuracy"})
                tell({"evaluated": {"step": event.step, **score, "stuck": event.stuck}})

    return listener


def _listen(lines: Iterator[bytes], wishes: Wishes, tell: Tell) -> None:
    """Pass wishes on; at their end nobody is there any more who could have another."""
    for line in lines:
        try:
            _wish(Wish.model_validate_json(line), wishes)
        except (ValidationError, HandlensError) as error:
            tell({"refused": error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)})
    wishes.stop()


def _wish(wish: Wish, wishes: Wishes) -> None:
    match wish.do:
        case "change":
            wishes.change(wish.value or 0.0)
        case "pause":
            wishes.pause()
        case "go on":
            wishes.go_on()
        case "stop":
            wishes.stop()


def main() -> int:
    """Learn by this process's standard streams."""
    # A stream of its own, never closed: Python's would be, and wait for the thread that still reads.
    given = open(0, "rb", closefd=False)  # noqa: SIM115
    writing = Lock()

    def tell(said: dict[str, Any]) -> None:
        with writing, suppress(OSError):  # nobody hears it any more; the input's end says so too
            os.write(1, json.dumps(said).encode() + b"\n")

    return learn(given, tell)


if __name__ == "__main__":
    sys.exit(main())
