"""Every recipe, stopped in each epoch and saved at every step, ends at the bytes of one left alone."""

import os
import signal
from pathlib import Path

import pytest

from handlens.engine import Event, Interrupted, Stepped, train
from handlens.recipes import PRESETS
from handlens.recording import Recording

pytestmark = pytest.mark.slow

STOPS = (18, 27)  # of some 40 steps in two epochs; 27 has no frame else
FIELDS = {"device": "cpu", "batch": 3000, "limit": None, "epochs": 2, "watch_first": 500, "threads": 2}


def digests(run: Recording) -> dict[int, str]:
    """Every frame's digest."""
    assert run.verify() == []
    return {step: run.digest(step) for step in run.steps}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_resume_ends_at_the_same_bytes(preset: str, tmp_path: Path) -> None:
    # So narrow that the frames of a large network need no thinning.
    fields = FIELDS | ({"widths": (8, 16)} if PRESETS[preset].widths > (32, 32) else {})
    whole = train(preset, tmp_path / "whole", **fields)
    out = tmp_path / "stopped"
    for stop in STOPS:

        def press(event: Event, stop: int = stop) -> None:
            if isinstance(event, Stepped) and event.step == stop:
                os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(Interrupted):
            train(
                preset,
                out,
                **fields,
                resume=out.exists(),
                listener=press,
                state_seconds=0.0,
            )
    run = train(out=out, resume=True, state_seconds=0.0)
    assert set(run.steps) == {*whole.steps, *STOPS}
    kept = digests(run)
    assert {step: kept[step] for step in whole.steps} == digests(whole)
    assert run.losses[1].tolist() == whole.losses[1].tolist()
