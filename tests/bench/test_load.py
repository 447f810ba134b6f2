"""The load test: when pictures come, what counts as late, what the figures say, and the whole for seconds."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from handlens.bench import load, load_client, load_server
from handlens.bench.load_client import Door, Reply, Sent, arrivals, in_turn, when_due
from handlens.bench.load_server import Serving, Watch, resident, serving
from handlens.cli import main
from handlens.errors import HandlensError

PICTURE = b"a picture"


def answer(status: int = 200, *lines: str, body: bytes = b"{}") -> bytes:
    named = "\r\n".join([f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *lines])
    return named.encode() + b"\r\n\r\n" + body


class Server:
    """Answers as it is told, and counts connections and requests.

    Args:
        replies: gives the answer to the request of a number, counted from 1; empty to hang up.
    """

    def __init__(self, replies: Callable[[int], Awaitable[bytes]]) -> None:
        self.connections = self.requests = 0
        self.heads: list[bytes] = []
        self._replies = replies

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(int(self.heads[-1].split(b"Content-Length: ")[1].split(b"\r")[0]))
                self.requests += 1
                writer.write(reply := await self._replies(self.requests))
                if not reply:
                    break
        except (EOFError, ConnectionError):
            pass
        finally:
            writer.close()

    def asked(self, ask: Callable[[int], Awaitable[Any]]) -> Any:
        """What comes of asking it, by its port."""

        async def run() -> Any:
            async with asyncio.timeout(20), await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
                return await ask(server.sockets[0].getsockname()[1])

        return asyncio.run(run())


def always(reply: bytes) -> Callable[[int], Awaitable[bytes]]:
    async def replies(_: int) -> bytes:
        return reply

    return replies


def posted(server: Server, times: int = 1) -> list[Reply]:
    async def ask(port: int) -> list[Reply]:
        door = Door(port)
        found = [await door.post(PICTURE) for _ in range(times)]
        await door.close()
        return found

    found: list[Reply] = server.asked(ask)
    return found


# -- when pictures come --------------------------------------------------------------------------------


def test_arrivals_are_a_poisson_process() -> None:
    due = list(arrivals(100.0, 100.0, Random(1)))
    gaps = [after - before for before, after in zip([0.0, *due], due, strict=False)]
    assert len(due) == pytest.approx(10_000, abs=400)  # four standard deviations
    assert min(gaps) > 0
    assert max(due) < 100
    assert sum(gap > 0.01 for gap in gaps) / len(gaps) == pytest.approx(2.718**-1, abs=0.02)
    assert due == list(arrivals(100.0, 100.0, Random(1))) != list(arrivals(100.0, 100.0, Random(2)))


@pytest.mark.parametrize(("rate", "seconds"), [(3001.0, 1.0), (0.0, 1.0), (10.0, 601.0), (10.0, 0.0)])
def test_there_is_a_bound_to_them(rate: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="expected up to 3000 and 600 s"):
        next(arrivals(rate, seconds, Random(1)))


def test_a_server_that_stands_still_is_not_waited_for() -> None:
    """It answers nobody until the last one has come: whoever waited for an answer would wait for ever."""
    loads = [(60.0, 0.5), (120.0, 0.5)]
    due = load_client.drawn(loads, seed=3)

    async def held(number: int) -> bytes:
        if number == len(due):
            everyone.set()
        await everyone.wait()
        return answer()

    async def ask(port: int) -> list[Sent]:
        return await when_due(port, loads, seed=3)

    everyone = asyncio.Event()
    sent = sorted(Server(held).asked(ask), key=lambda each: each.due)
    assert [(each.load, each.due) for each in sent] == due
    last = max(each.begun for each in sent)
    assert all(each.ended >= last for each in sent)
    longest = load.summary(sent, 90.0, 1.0)["milliseconds"]["longest"]
    assert longest >= 1e3 * (last - sent[0].due)  # all of it counts, not only since it was sent
    assert {each.kind for each in sent} == {"digit", "row"}
    assert all(each.begun >= each.due for each in sent)


def test_more_than_the_most_at_once_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_client, "MOST_OPEN", 3)
    monkeypatch.setattr(load_client, "PATIENCE", 0.5)
    never = asyncio.Event()

    async def silent(_: int) -> bytes:
        await never.wait()
        return b""

    async def ask(port: int) -> list[Sent]:
        return await when_due(port, [(100.0, 0.3)], seed=1)

    server = Server(silent)
    sent = server.asked(ask)
    assert server.requests == 3
    assert {each.status for each in sent} == {None}
    assert sum(each.ended - each.begun > 0.4 for each in sent) == 3
    assert load.summary(sent, 100.0, 0.3)["statuses"] == {"none": len(sent)}


def test_in_turn_each_connection_waits_for_its_answer() -> None:
    under_way: list[int] = []
    most = 0

    async def counted(number: int) -> bytes:
        nonlocal most
        under_way.append(number)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        under_way.remove(number)
        return answer()

    async def ask(port: int) -> list[Sent]:
        return await in_turn(port, connections=2, seconds=0.2, seed=1)

    server = Server(counted)
    sent = server.asked(ask)
    assert len(sent) == server.requests > 2
    assert server.connections == 2
    assert most <= 2
    assert {each.kind for each in sent} == {"digit", "row"}


# -- what is understood of an answer -------------------------------------------------------------------


def test_a_connection_is_used_again() -> None:
    server = Server(always(answer()))
    assert posted(server, 3) == [Reply(200)] * 3
    assert (server.connections, server.requests) == (1, 3)
    assert server.heads[0].startswith(b"POST /v1/read HTTP/1.1\r\nHost: 127.0.0.1:")


def test_unless_the_server_says_not_to() -> None:
    server = Server(always(answer(200, "Connection: close")))
    assert posted(server, 2) == [Reply(200)] * 2
    assert server.connections == 2


def test_whether_it_says_when_to_come_again() -> None:
    assert posted(Server(always(answer(503, "Retry-After: 1")))) == [Reply(503, again=True)]
    assert posted(Server(always(answer(503)))) == [Reply(503, again=False)]
    assert posted(Server(always(answer(503, "Retry-After: soon")))) == [Reply(503, again=False)]


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"nonsense\r\n\r\n",
        answer()[:-1],
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_whole_answer_counts_as_none(reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_client, "PATIENCE", 0.5)
    assert posted(Server(always(reply))) == [Reply(None)]


def test_nobody_there_counts_as_no_answer() -> None:
    assert asyncio.run(Door(1).post(PICTURE)) == Reply(None)


def test_the_pictures_are_digits_and_rows_of_the_validation_set() -> None:
    made = load_client.pictures()
    sizes = {
        kind: {Image.open(io.BytesIO(each)).size for each in pictures} for kind, pictures in made.items()
    }
    assert sizes == {"digit": {(168, 168)}, "row": {(616, 168)}}
    for pictures in made.values():
        assert len(set(pictures)) == load_client.EACH
        assert max(map(len, pictures)) < 50_000
    assert made == load_client.pictures()


# -- figures -------------------------------------------------------------------------------------------


def sent(due: float, took: float, status: int | None = 200, again: bool = False, late: float = 0.0) -> Sent:
    return Sent(0, "digit", due, due + late, due + took, status, again)


def test_a_load_in_figures() -> None:
    read = [sent(n / 100, 0.010 * (1 + (n == 99)), late=0.001) for n in range(100)]
    refused = [sent(1.0, 0.002, 503, again=True), sent(1.0, 0.004, 503), sent(1.0, 0.006, 429, again=True)]
    found = load.summary([*read, *refused, sent(1.0, 30.0, None)], 52.04, 2.0)
    assert found["statuses"] == {"200": 100, "429": 1, "503": 2, "none": 1}
    assert (found["sent"], found["due_a_second"], found["read_a_second"]) == (104, 52.0, 50.0)
    assert found["refused_without_retry_after"] == 1
    assert found["milliseconds"] == {"p50": 10.0, "p99": 10.1, "longest": 20.0}
    assert found["milliseconds_until_refused"]["p50"] == 4.0
    assert found["milliseconds_sent_late"]["p50"] == 1.0
    assert found["milliseconds_of_kinds"]["row"] == {"p50": None, "p99": None, "longest": None}


def test_recovery_is_when_it_is_as_quick_as_before() -> None:
    before = [sent(n / 50, 0.010) for n in range(100)]
    after = [sent(n / 50, 1.0 if n < 60 else 0.0119) for n in range(200)]
    assert load.recovery(before, after) == 1.25  # the last slow one was due at 1.18 s
    assert load.recovery(before, after[::-1]) == 1.25
    assert load.recovery(before, before) == 0.0
    refused = [*after[60:], sent(3.0, 0.001, 503, again=True)]
    assert load.recovery(before, refused) == 3.25


def test_what_never_comes_or_is_too_few_is_no_recovery() -> None:
    before = [sent(n / 50, 0.010) for n in range(100)]
    assert load.recovery(before, [sent(n / 50, 0.0121) for n in range(200)]) is None
    assert load.recovery(before, [sent(n / 50, 1.0 if n < 190 else 0.01) for n in range(200)]) is None
    assert load.recovery([sent(0.0, 1.0, 503)], before) is None


def report(**changes: Any) -> dict[str, Any]:
    quiet = {"statuses": {"200": 9}, "refused_without_retry_after": 0}
    busy = {"statuses": {"200": 9, "429": 1, "503": 9}, "refused_without_retry_after": 0}
    loads = {"half": quiet, "double": busy, "recovery": busy, "soak": quiet}
    memory = {"before_soak": 400.0, "soak_growth": 20.0}
    return {"loads": loads, "recovery_seconds": 5.0, "memory_mb": memory, **changes}


@pytest.mark.parametrize(
    ("promise", "broken"),
    [
        (0, ("double", {"statuses": {"200": 1, "500": 1}})),
        (0, ("soak", {"statuses": {"200": 1, "none": 1}})),
        (0, ("double", {"statuses": {"200": 1, "422": 1}})),
        (1, ("double", {"refused_without_retry_after": 1})),
        (2, ("half", {"statuses": {"200": 1, "503": 1}})),
        (2, ("soak", {"statuses": {"200": 1, "503": 1}})),
        (3, ("recovery_seconds", None)),
        (3, ("recovery_seconds", 5.25)),
        (4, ("memory_mb", {"before_soak": 400.0, "soak_growth": 20.5})),
        (4, ("memory_mb", {"before_soak": 9000.0, "soak_growth": 201.0})),
    ],
)
def test_each_promise_can_be_broken(promise: int, broken: tuple[str, Any]) -> None:
    name, value = broken
    good = report()
    assert all(kept(good) for kept in load.PROMISES.values())
    loads = good["loads"]
    bad = (
        report(loads={**loads, name: {**loads[name], **value}}) if name in loads else report(**{name: value})
    )
    assert not list(load.PROMISES.values())[promise](bad)


def test_memory_counts_a_process_and_what_it_began() -> None:
    code = "import sys; held = b'x' * (64 << 20); print(len(held), flush=True); sys.stdin.read()"
    begun = resident(os.getpid())
    command = [sys.executable, "-c", code]
    with (
        Watch(Serving(os.getpid(), 0)) as watch,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child,
    ):
        assert child.stdout is not None
        child.stdout.readline()
        assert 64 <= resident(os.getpid()) - begun < 128
    assert watch.seen[-1] == pytest.approx(begun, abs=16)
    assert resident(2**22 + 1) == 0  # more than Linux ever gives: it has ended


def test_without_psutil_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(HandlensError, match=r"psutil isn't installed, .*: pip install psutil"):
        resident(os.getpid())


def test_a_server_that_reads_nothing_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_ask", lambda **_: [sent(0.0, 0.1, 503)])
    with pytest.raises(HandlensError, match="handlens serve read none of 1 pictures"):
        load._capacity(Serving(os.getpid(), 1), 1.0, 1)


def test_a_server_that_ends_at_once_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_server, "PROGRAM", "raise SystemExit(1)")
    with pytest.raises(HandlensError, match="handlens serve doesn't start; type it to see why"), serving():
        pass


@pytest.mark.slow
def test_the_whole_of_it_for_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "load.json"
    assert main(["bench", "load", "--trial", "--out", str(out)]) == 0
    found = json.loads(out.read_bytes())
    assert found["capacity"]["read_a_second"] > 0
    assert list(found["loads"]) == ["half", "double", "recovery", "soak"]
    names = list(load.PROMISES)
    assert found["kept"].keys() == set(names)
    assert found["kept"][names[0]]
    assert found["kept"][names[1]]
    assert 50 < found["memory_mb"]["begun"] <= found["memory_mb"]["highest_of_loads"] + 50
    printed = capsys.readouterr().out
    assert "Capacity: " in printed
    assert "a trial: its numbers mean nothing" in printed
