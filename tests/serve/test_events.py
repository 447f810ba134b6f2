"""The events of a recording, heard from a real server while it grows."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx2
import pytest
from fastapi.sse import ServerSentEvent
from serving import serving
from small import drawn, header, record_steps, state

from handlens.recording import Writer, load
from handlens.recording.schema import Result
from handlens.serve.shelf import Kept

PATIENCE = 10  # seconds


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks for growth all the time, and breaks a silence soon."""
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    for module in ("growth", "shelf"):
        monkeypatch.setattr(f"handlens.serve.{module}.SECONDS", 0.01)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A recording that is being written."""
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    yield writer
    writer.release()


class Heard:
    """A client that listens to the events of run."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.lines = answer.iter_lines()

    def event(self) -> dict[str, Any]:
        """The next event that has data."""
        found, until = {}, monotonic() + PATIENCE
        for line in self.lines:
            assert monotonic() < until, "no event comes"
            name, _, value = line.partition(": ")
            found[name] = value
            if not line and "data" in found:
                return {"event": found["event"], "id": found["id"], **json.loads(found["data"])}
        raise EOFError


@contextmanager
def listening(address: str, **headers: str) -> Iterator[Heard]:
    with httpx2.stream("GET", f"{address}/runs/run/events", headers=headers, timeout=PATIENCE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Heard(answer)


def finish(writer: Writer) -> None:
    step = load(writer.folder).updates[-1].step
    writer.close(Result(step=step, images=step, seconds=1.0))


def test_it_tells_how_it_stands_then_of_each_growth_and_of_the_end(writer: Writer) -> None:
    with serving(load(writer.folder)) as address, listening(address) as heard:
        first = heard.event()
        assert first == {"event": "grew", "id": "1-0-running", "frames": 1, "total": 0, "status": "running"}
        record_steps(writer, range(1, 4))
        while (event := heard.event())["total"] < 3 or event["frames"] < 4:
            assert event["status"] == "running"
        assert httpx2.get(f"{address}/runs/run/run.json").json()["frames"] == [0, 1, 2, 3]
        finish(writer)
        while (event := heard.event())["status"] != "finished":
            assert event["total"] == 3
        with pytest.raises(EOFError):
            heard.event()


def test_what_grew_before_it_was_listened_to_is_told_at_once(writer: Writer) -> None:
    run = load(writer.folder)
    record_steps(writer, range(1, 3))
    with serving(run) as address, listening(address) as heard:
        assert heard.event()["frames"] == 3


def test_a_writer_that_is_killed_is_told(writer: Writer) -> None:
    with serving(load(writer.folder)) as address, listening(address) as heard:
        assert heard.event()["status"] == "running"
        writer.release()
        assert heard.event()["status"] == "interrupted"


def test_a_browser_that_has_heard_the_end_is_told_to_stay_away(writer: Writer) -> None:
    record_steps(writer, range(1, 3))
    finish(writer)
    with serving(load(writer.folder)) as address:
        with listening(address) as heard:
            last = heard.event()["id"]
        again = httpx2.get(f"{address}/runs/run/events", headers={"Last-Event-ID": last})
        assert (again.status_code, again.content) == (204, b"")
        with listening(address, **{"Last-Event-ID": "1-0-running"}) as heard:
            assert heard.event()["status"] == "finished"


def test_the_server_ends_cleanly_while_somebody_listens(writer: Writer) -> None:
    with serving(load(writer.folder)) as address:
        stream = httpx2.stream("GET", f"{address}/runs/run/events", timeout=PATIENCE)
        heard = Heard(stream.__enter__())
        heard.event()
    with pytest.raises(EOFError):  # and no connection that breaks
        heard.event()
    stream.__exit__(None, None, None)


def test_a_browser_that_goes_away_ends_its_events(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    from handlens.serve import growth

    ended, usual = Event(), growth.growth

    async def seen(*given: Any) -> AsyncIterator[ServerSentEvent]:
        try:
            async for event in usual(*given):
                yield event
        finally:
            ended.set()

    monkeypatch.setattr("handlens.serve.app.growth", seen)
    with serving(load(writer.folder)) as address:
        with listening(address) as heard:
            heard.event()
            assert not ended.is_set()
        assert ended.wait(PATIENCE)


def test_silence_is_broken_by_a_comment(writer: Writer) -> None:
    with serving(load(writer.folder)) as address, listening(address) as heard:
        heard.event()
        assert next(line for line in heard.lines if line) == ": ping"


def test_a_log_that_cannot_be_read_for_a_moment_changes_nothing(writer: Writer) -> None:
    log = writer.folder / "metrics.jsonl"
    with serving(load(writer.folder)) as address:
        whole = log.read_bytes()
        log.write_bytes(b"{}\n")
        assert httpx2.get(f"{address}/runs/run/run.json").json()["frames"] == [0]
        log.write_bytes(whole)
        record_steps(writer, range(1, 3))
        until = monotonic() + PATIENCE
        while httpx2.get(f"{address}/runs/run/run.json").json()["frames"] != [0, 1, 2]:
            assert monotonic() < until


def test_an_end_is_read_at_once_even_between_two_looks(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.serve.shelf.SECONDS", 60)
    kept = Kept(load(writer.folder))
    kept.refresh()
    record_steps(writer, range(1, 3))
    kept.refresh()
    assert kept.standing().total == 0  # it rests
    finish(writer)
    assert kept.standing().status == "interrupted"  # nobody holds it, and its end wasn't read
    kept.refresh()
    assert kept.standing().status == "finished"
