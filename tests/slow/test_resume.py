"""Every recipe and lesson, with all that is random forced on, stopped and broken off, ends as one left alone.

Forced on: digits moved, warped and worn anew each time they are seen, a moving average, and rates that change
on the way. The training is stopped by Ctrl-C in each epoch, where it saves itself, then dies eleven updates
behind its last state, which are made again. Compared is all that a recording tells but times of day.
"""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from handlens.bench.kills import told, with_chance
from handlens.engine import Event, Interrupted, Stepped, train
from handlens.recipes import Change, Recipe, known
from handlens.recording.folder import read_log
from handlens.recording.schema import ResumeLine

pytestmark = pytest.mark.slow

STOPS = (17, 29)  # in the first and in the second epoch of 24 updates; else they have no frame
DEAD = 40

SLICE: dict[str, Any] = {
    "limit": 1200,
    "batch": 50,
    "epochs": 2,
    "watch_first": 200,
    "watch_every": 5,
    "device": "cpu",
    "threads": 2,
    "widths": (4, 8),
}


class Died(Exception):
    """As by a kill: nothing more is saved."""


def changing(name: str) -> Recipe:
    """A recipe on a slice, with all that is random in it, and other rates on the way."""
    own = with_chance(name)
    return own.but(**SLICE, changes=(Change(step=20, value=own.lr / 2), Change(step=35, value=own.lr / 3)))


def stopping(step: int) -> Any:
    """A listener that presses Ctrl-C after a step."""

    def press(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    return press


def dying(event: Event) -> None:
    """A listener that ends it all."""
    if isinstance(event, Stepped) and event.step == DEAD:
        raise Died


@pytest.mark.parametrize("name", known())
def test_a_resume_ends_at_the_same_bytes(name: str, tmp_path: Path) -> None:
    chosen, out = changing(name), tmp_path / "stopped"
    whole = train(chosen, tmp_path / "whole")
    for stop in STOPS:
        with pytest.raises(Interrupted):
            train(chosen, out, resume=out.exists(), listener=stopping(stop), state_seconds=0.0)
    with pytest.raises(Died):
        train(chosen, out, resume=True, listener=dying, state_seconds=1e9)
    run = train(chosen, out, resume=True)
    resumed = [line.step for line in read_log(out, checked=True) if isinstance(line, ResumeLine)]
    assert resumed == list(STOPS)
    assert len(whole.evaluations) > 9
    expected, found = told(whole), told(run)
    assert len(set(expected["frames"].values())) == len(expected["frames"])  # it learns at each step
    for stop in STOPS:  # a stop keeps its step
        del found["frames"][stop]
    assert found == expected
    assert run.verify() == whole.verify() == []
