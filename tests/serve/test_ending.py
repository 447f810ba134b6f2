"""A server that is told to end: what it reads is read, nobody else is let in, and that can be asked."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
from readings import Knowing, png, written
from serving import serving

from handlens.reading.result import Mode, Reading
from handlens.serve import create, server
from handlens.serve.server import Server, listen

PICTURE, READING = written()
PNG = png(PICTURE)
PATIENCE = 20


class Slow(Knowing):
    """A reader that reads when it may."""

    def __init__(self) -> None:
        super().__init__(READING)
        self.begun, self.may = Event(), Event()

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        self.begun.set()
        assert self.may.wait(PATIENCE)
        return super().read(image, mode, expect)


def read(address: str) -> httpx2.Response:
    return httpx2.post(
        f"{address}/v1/read", content=PNG, headers={"Content-Type": "image/png"}, timeout=PATIENCE
    )


@contextmanager
def running(reader: Slow) -> Iterator[tuple[Server, Thread, str]]:
    """A server, and the thread that it runs in."""
    answering = Event()
    made = Server(create(reader=reader), answering.set)
    with listen(0) as listener:
        thread = Thread(target=made.run, args=([listener],))
        thread.start()
        assert answering.wait(PATIENCE)
        yield made, thread, f"http://127.0.0.1:{listener.getsockname()[1]}"
        reader.may.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until_ending(address: str) -> httpx2.Response:
    """What it says when it has begun to end."""
    for _ in range(2000):
        answer = httpx2.get(f"{address}/v1/health/ready")
        if answer.status_code != 200:
            return answer
    raise AssertionError("it goes on")


def test_a_reading_under_way_is_answered_and_no_other_is_begun() -> None:
    slow, answers = Slow(), []
    with running(slow) as (made, thread, address):
        asking = Thread(target=lambda: answers.append(read(address)))
        asking.start()
        assert slow.begun.wait(PATIENCE)
        made.handle_exit(signal.SIGTERM, None)
        ready = until_ending(address)
        assert (ready.status_code, ready.json()) == (503, {"error": "the server is ending"})
        assert ready.headers["retry-after"] == "5"
        assert httpx2.get(f"{address}/v1/health/live").status_code == 200
        late = read(address)
        assert (late.status_code, late.json()) == (503, {"error": "the server is ending"})
        assert thread.is_alive()
        assert answers == []
        slow.may.set()
        asking.join(PATIENCE)
        (answer,) = answers
        assert (answer.status_code, answer.json()["text"]) == (200, READING.text)
        thread.join(PATIENCE)
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{address}/v1/health/live")


@pytest.mark.parametrize("how", ["time", "a second signal"])
def test_it_waits_neither_for_ever_nor_if_told_twice(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "time":
        monkeypatch.setattr(server, "DRAIN_SECONDS", 0.1)
    slow, answers = Slow(), []
    with running(slow) as (made, _, address):
        asking = Thread(target=lambda: answers.append(read(address)))
        asking.start()
        assert slow.begun.wait(PATIENCE)
        made.handle_exit(signal.SIGTERM, None)
        if how != "time":
            until_ending(address)
            made.handle_exit(signal.SIGTERM, None)
        asking.join(PATIENCE / 2)
        assert not asking.is_alive(), "it still waits for the reading"


def test_it_lives_and_is_ready() -> None:
    with serving() as address:
        for name in ("live", "ready"):
            for ask in (httpx2.get, httpx2.head):
                answer = ask(f"{address}/v1/health/{name}")
                assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
            assert httpx2.get(f"{address}/v1/health/{name}").json() == {"status": name}


def test_the_log_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(server, "write_lines", lambda: asked.append("lines"))
    monkeypatch.setattr(server.Server, "run", lambda self, sockets: asked.append("run"))
    server.serve([], port=0, open_browser=False)
    server.serve([], port=0, open_browser=False, log=True)
    assert asked == ["run", "lines", "run"]
