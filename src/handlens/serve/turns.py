"""Whose turn it is: a few readings at a time, a few more that wait, and no more than that."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from starlette.exceptions import HTTPException

WORKERS = max(1, min(4, os.cpu_count() or 1))
"""Readings at a time: each keeps a core busy, and holds one decoded picture in memory."""
WAITING = 8
"""Requests that may wait: a reading takes tenths of a second, so the last of them waits a second or two."""

Result = TypeVar("Result")


class Turns:
    """Places for requests, and threads for their work. For use within one event loop.

    Args:
        workers: so many calls run at a time.
        waiting: so many requests more are let in.

    Attributes:
        taken: how many places are.
    """

    def __init__(self, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._places = workers + waiting
        self._closed = False
        self.taken = 0
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="handlens-reading")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request, from before its body is taken until it is answered.

        Raises:
            HTTPException: 503, with when to come again: all places are taken, or there are none any more.
        """
        if self._closed:
            raise HTTPException(503, "the server is ending", {"Retry-After": "5"})
        if self.taken == self._places:
            busy = "too many pictures at once; try again in a second"
            raise HTTPException(503, busy, {"Retry-After": "1"})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    def close(self) -> None:
        """Let nobody in any more; who has a place keeps it."""
        self._closed = True

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do some work in a thread, as soon as one is free."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
