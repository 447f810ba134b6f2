"""The wall clock jumps by years, both ways, and files come from the future: nothing depends on either."""

import itertools
import os
import time
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from small import drawn, header, record_steps, state

from handlens.bench.kills import told
from handlens.engine import Event, Interrupted, Stepped, recorder, train
from handlens.engine.wishes import Wishes
from handlens.recording import Recording, Writer, load
from handlens.recording.files import keep, kept
from handlens.recording.schema import Result
from handlens.serve import shelf

YEAR = 366 * 24 * 3600
JUMPS = (YEAR * 60, 0, YEAR * 90, YEAR)
TINY = {"widths": (2, 3), "limit": 300, "batch": 20, "epochs": 2, "watch_first": 50, "threads": 1, "shift": 1}
"""Thirty updates."""


@pytest.fixture
def jumping(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A wall clock that shows another year each time that one looks; gives the times that were shown."""
    times, shown = itertools.cycle(JUMPS), []

    def now() -> float:
        shown.append(float(next(times)))
        return shown[-1]

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp(now(), tz)

    monkeypatch.setattr(time, "time", now)
    monkeypatch.setattr(time, "time_ns", lambda: int(now() * 1e9))
    monkeypatch.setattr(recorder, "datetime", Jumping)
    return shown


def dated(folder: Path, seconds: float) -> None:
    """Give every file of a folder this date."""
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (seconds, seconds))


def seconds(run: Recording) -> list[float]:
    """When each update was, told from the training's beginning."""
    return [line.seconds for line in run.updates]


def test_training_and_resume_are_the_same_whatever_the_clock_says(
    tmp_path: Path, jumping: list[float]
) -> None:
    whole = train("default", tmp_path / "whole", **TINY)
    out, wishes = tmp_path / "stopped", Wishes()

    def stop(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == 13:
            wishes.stop()

    with pytest.raises(Interrupted):
        train("default", out, **TINY, listener=stop, wishes=wishes, state_seconds=0.0)
    assert load(out).status == "interrupted"
    dated(out, jumping[-1] + 200 * YEAR)
    run = train(out=out, resume=True)
    assert told(run) == told(whole)  # it was stopped where it has a frame anyway
    assert run.verify() == []
    assert len({whole.header.created, run.header.created}) == 2
    for each in (whole, run):
        assert seconds(each) == sorted(seconds(each))
        assert 0 <= seconds(each)[0] <= seconds(each)[-1] < 600


@pytest.mark.parametrize("date", [0, 200 * YEAR])
def test_a_page_sees_a_recording_grow_by_files_of_any_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jumping: list[float], date: float
) -> None:
    monkeypatch.setattr(shelf, "SECONDS", 0.0)
    monkeypatch.setattr(shelf, "SHARE", 0)
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    dated(writer.folder, date)
    shown = shelf.Kept(load(writer.folder))
    for step in range(1, 4):
        record_steps(writer, range(step, step + 1))
        dated(writer.folder, date)  # the same each time: as if no time had passed
        shown.refresh()
        assert shown.standing() == (step + 1, step, "running")
    version = shown.version
    shown.refresh()
    assert shown.version == version  # a date in the future isn't taken for growth
    writer.close(Result(step=3, seconds=1.0, images=300))
    dated(writer.folder, date)
    shown.refresh()
    assert shown.standing() == (4, 3, "finished")


def test_what_is_kept_is_judged_by_its_content_not_by_its_date(tmp_path: Path, jumping: list[float]) -> None:
    path = tmp_path / "cache" / "outputs.safetensors"
    keep(path, drawn(0))
    for date in (0, 200 * YEAR):
        dated(tmp_path, date)
        found = kept(path, tmp_path)
        assert found is not None
        assert found.keys() == drawn(0).keys()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    dated(tmp_path, 200 * YEAR)
    assert kept(path, tmp_path) is None
