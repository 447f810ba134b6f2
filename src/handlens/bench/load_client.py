"""Sends pictures to a server on this computer, and takes down when each was due, sent and answered.

A child of `load`, as `handlens.bench.children` describes them; it has two ways of sending:

- **In turn**: a few connections, each of which sends its next picture when the last one is answered. What the
  server then answers in a second is what it can.
- **Due**: pictures arrive as strangers' do, each at a time that was drawn beforehand (a Poisson process, by
  a seed), whether those before it are answered or not. A slow server is not waited for, and whoever comes
  late is counted from when they were due.
"""

import asyncio
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image

from handlens import data
from handlens.bench.children import answer, settings

HOST = "127.0.0.1"
KINDS = ("digit", "row")
EACH = 12
"""Different pictures of a kind."""
DIGITS = 5
"""In a row."""
LARGER, MARGIN = 4, 28  # times MNIST's 28 pixels; pixels of white paper on every side
MOST_A_SECOND = 3000.0
MOST_SECONDS = 600.0
MOST_OPEN = 400
"""Requests under way at once; one more isn't sent, and counts as such."""
PATIENCE = 30.0
"""Seconds after which a request counts as not answered."""
IDLE_SECONDS = 5.0
"""A connection isn't used again after that: half as long as the server waits for one."""
MOST_BYTES = 2**20
"""Of an answer."""


class Sent(NamedTuple):
    """One request. Times are seconds from the beginning of what is measured."""

    load: int
    """The number of the load that it belongs to."""
    kind: str
    due: float
    begun: float
    ended: float
    status: int | None
    """None where no whole answer came, or it couldn't be sent."""
    again: bool
    """Whether the answer said when to come again."""


class Reply(NamedTuple):
    """What a server said."""

    status: int | None
    again: bool = False


def pictures() -> dict[str, tuple[bytes, ...]]:
    """Single digits, and rows of five, as PNG: MNIST's validation digits, dark on white paper."""
    images = data.load("mnist").validation.images[: EACH * (1 + DIGITS)]
    size = LARGER * images.shape[1]
    large = [np.asarray(Image.fromarray(255 - each).resize((size, size))) for each in images]
    rows = [np.hstack(large[EACH + n * DIGITS :][:DIGITS]) for n in range(EACH)]
    return {"digit": tuple(map(_png, large[:EACH])), "row": tuple(map(_png, rows))}


def _png(gray: np.ndarray) -> bytes:
    Image.fromarray(np.pad(gray, MARGIN, constant_values=255)).save(into := io.BytesIO(), "PNG")
    return into.getvalue()


def arrivals(rate: float, seconds: float, random: Random) -> Iterator[float]:
    """When they come: independently of each other, so many a second in the mean.

    Raises:
        ValueError: that is more than a measurement may send.
    """
    if not (0 < rate <= MOST_A_SECOND and 0 < seconds <= MOST_SECONDS):
        raise ValueError(f"{rate:g} a second for {seconds:g} s: expected up to {MOST_A_SECOND:g} and 600 s")
    due = random.expovariate(rate)
    while due < seconds:
        yield due
        due += random.expovariate(rate)


def drawn(loads: Sequence[tuple[float, float]], seed: int) -> list[tuple[int, float]]:
    """Each request's load and when it is due, all loads one after the other; the same for the same seed."""
    random, plan, begun = Random(f"due {seed}"), list[tuple[int, float]](), 0.0
    for load, (rate, seconds) in enumerate(loads):
        plan += [(load, begun + due) for due in arrivals(rate, seconds, random)]
        begun += seconds
    return plan


class Door:
    """The way to one server's POST /v1/read, by connections that are used again.

    Args:
        port: the server's, on this computer.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, picture: bytes) -> Reply:
        """Send a picture; what came of it."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._posted(picture)
        except (OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            return Reply(None)

    async def _posted(self, picture: bytes) -> Reply:
        reader, writer = await self._connection()
        kept = False
        try:
            writer.write(
                f"POST /v1/read HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nContent-Type: image/png\r\n"
                f"Content-Length: {len(picture)}\r\n\r\n".encode()
                + picture
            )
            status, headers = _read_head(await reader.readuntil(b"\r\n\r\n"))
            length = int(headers.get("content-length", "-1"))
            if not 0 <= length <= MOST_BYTES:
                raise ValueError("an answer without a length, or too long a one")
            await reader.readexactly(length)
            kept = headers.get("connection", "").lower() != "close"
        finally:
            if kept:
                self._idle.append((asyncio.get_running_loop().time(), reader, writer))
            else:
                writer.close()
        return Reply(status, headers.get("retry-after", "").isdecimal())

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, reader, writer = self._idle.pop()
            if now - since < IDLE_SECONDS and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(HOST, self._port)

    async def close(self) -> None:
        """Leave."""
        for _, _, writer in self._idle:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer, their names in small letters.

    Raises:
        ValueError: it is no answer.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first[len("HTTP/1.1 ") :].partition(" ")[0]), {
        name.strip().lower(): value.strip() for name, _, value in pairs
    }


async def in_turn(port: int, connections: int, seconds: float, seed: int) -> list[Sent]:
    """Send the next picture whenever one is answered, until the time is over."""
    clock, door, made, sent = asyncio.get_running_loop().time, Door(port), pictures(), list[Sent]()
    start = clock()

    async def sender(random: Random) -> None:
        while (begun := clock() - start) < seconds:
            kind = random.choice(KINDS)
            reply = await door.post(random.choice(made[kind]))
            sent.append(Sent(0, kind, begun, begun, clock() - start, *reply))
            if reply.status != 200:
                await asyncio.sleep(0.01)  # a server that is gone isn't asked a million times

    async with asyncio.TaskGroup() as group:
        for number in range(connections):
            group.create_task(sender(Random(f"{seed} {number}")))
    await door.close()
    return sent


async def when_due(port: int, loads: Sequence[tuple[float, float]], seed: int) -> list[Sent]:
    """Send pictures when they are due.

    Args:
        port: the server's.
        loads: one after the other, each so many a second for so many seconds.
        seed: draws when they come, and which picture each is.
    """
    clock, door, made, sent = asyncio.get_running_loop().time, Door(port), pictures(), list[Sent]()
    plan, random, under_way = drawn(loads, seed), Random(seed), 0
    start = clock()

    async def send(load: int, kind: str, picture: bytes, due: float) -> None:
        nonlocal under_way
        begun = clock() - start
        if under_way == MOST_OPEN:
            sent.append(Sent(load, kind, due, begun, begun, None, False))
            return
        under_way += 1
        reply = await door.post(picture)
        under_way -= 1
        sent.append(Sent(load, kind, due, begun, clock() - start, *reply))

    async with asyncio.TaskGroup() as group:
        for load, due in plan:
            await asyncio.sleep(max(0.0, start + due - clock()))
            kind = random.choice(KINDS)
            group.create_task(send(load, kind, random.choice(made[kind]), due))
    await door.close()
    return sent


def main() -> None:
    """Send what `load` asks for."""
    given = settings()
    way = in_turn if "connections" in given else when_due
    answer({"sent": asyncio.run(way(**given))})


if __name__ == "__main__":
    main()
