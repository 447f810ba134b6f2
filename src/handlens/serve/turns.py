"""Whose turn it is: a few pieces of work at a time, a few more that wait, and no more than that."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from starlette.exceptions import HTTPException

WORKERS = max(1, min(4, os.cpu_count() or 1))
"""Readings at a time: each keeps a core busy, and holds one decoded picture in memory."""
WAITING = 8
"""Requests that may wait: a reading takes tenths of a second, so the last of them waits a second or two."""
BUSY = "too many pictures at once; try again in a second"
ROOM_WORKERS, ROOM_WAITING = 2, 30
"""The same of what the page's rooms compute for seconds or minutes: a browser asks for six at once."""

Result = TypeVar("Result")
_Work = tuple["Future[Any]", Callable[[], Any]]


class Turns:
    """Places for requests, and threads for their work. For use within one event loop.

    The threads are daemons: what goes on and on doesn't keep the process from its end.

    Args:
        workers: so many calls run at a time.
        waiting: so many requests more are let in.
        busy: what is said to one more.
        seconds: when that one may come again.

    Attributes:
        taken: how many places are.
    """

    def __init__(
        self, workers: int = WORKERS, waiting: int = WAITING, busy: str = BUSY, seconds: int = 1
    ) -> None:
        self.taken = 0
        self._places = workers + waiting
        self._busy, self._seconds = busy, seconds
        self._closed = False
        self._workers = workers
        self._begun = 0
        self._work: SimpleQueue[_Work | None] = SimpleQueue()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request, from before its body is taken until it is answered.

        Raises:
            HTTPException: 503, with when to come again: all places are taken, or there are none any more.
        """
        if self._closed:
            raise HTTPException(503, "the server is ending", {"Retry-After": "5"})
        if self.taken == self._places:
            raise HTTPException(503, self._busy, {"Retry-After": str(self._seconds)})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do some work in a thread, as soon as one is free."""
        future: Future[Result] = Future()
        self._work.put((future, work))
        if self._begun < self._workers:
            self._begun += 1
            Thread(target=_do, args=(self._work,), name="handlens-work", daemon=True).start()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let nobody in any more; who has a place keeps it."""
        self._closed = True

    def end(self) -> None:
        """End the threads when their work is done; none is given any more."""
        for _ in range(self._begun):
            self._work.put(None)


def for_rooms() -> Turns:
    """Places and threads for what takes the page's rooms long."""
    return Turns(ROOM_WORKERS, ROOM_WAITING, "too much is being computed already; try again in a while", 5)


def _do(queue: SimpleQueue[_Work | None]) -> None:
    while (given := queue.get()) is not None:
        future, work = given
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
        del given, future, work  # a picture isn't kept until the next one comes
