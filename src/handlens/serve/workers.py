"""Processes that read, each a picture at a time: what hangs, crashes or takes too much ends alone.

Waiting pictures aren't put together for one run of the network, for little of a reading is the network's:
of a single digit of 28×28 pixels 1.0 of 3.1 ms of a core, beside 0.4 for decoding and 1.6 for the ink and
its frame. Eight of them in one run take 0.61 ms each, where one alone takes 0.76: 5 % of the reading, less
of the request, and they would wait for each other. Of a digit of 168×168 pixels it is 1 % of 25 ms. (CPU
time of the thread, medians of 200 readings and 300 runs by the shipped reader; AMD EPYC, two cores, busy
with other work.)
"""

import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, LifoQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import IO, Any

from starlette.exceptions import HTTPException

from handlens.errors import InkError, RecordingError
from handlens.reading import worker
from handlens.serve.schemas import Wishes
from handlens.serve.turns import WORKERS

WORKER = (sys.executable, "-P", "-m", "handlens.reading.worker")  # -P: no module of the folder one stands in
SECONDS = 10.0
"""For one picture: a page of 700 digits takes about one."""
WATCH_SECONDS = 0.2
START_SECONDS = 60.0
"""How long a picture waits for a process that starts, which takes one or two where nothing else goes on."""
MOST_FAILURES = 3
"""After so many processes in a row that didn't start, the next one is started when a picture comes."""
CRASHED = "reading it broke off: it isn't as its format says, or is more than can be read; send it otherwise"


class WorkerFault(Exception):
    """A fault of handlens's own in such a process.

    Args:
        where: the places in its code, and its kind.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Workers:
    """A few processes that read, begun at once; for use by several threads.

    Args:
        command: what starts one, as `handlens.reading.worker` describes.
        count: so many.
        seconds: that a picture may take.
        ended: is told why one was ended: "slow", "crash", "memory" or "start", which couldn't begin.
    """

    def __init__(
        self,
        command: Sequence[str],
        count: int = WORKERS,
        seconds: float = SECONDS,
        ended: Callable[[str], None] = lambda why: None,
    ) -> None:
        self.ended = ended
        self._command, self._seconds = command, seconds
        self._idle: LifoQueue[_Child] = LifoQueue()  # who has just read is quickest
        self._children: set[_Child] = set()
        self._changing = Lock()
        self._closed = self._begun = False
        self._failures = self._taught = 0
        self._over = Event()
        Thread(target=self._watch, name="handlens-watch", daemon=True).start()
        for _ in range(count):
            self._begin()

    def answer(self, image: bytes, wishes: Wishes) -> dict[str, Any]:
        """Have a picture read.

        Raises:
            InkError: it can't be, takes too long, or ended its process.
            RecordingError: the network can't read.
            HTTPException: 503, no process is there.
            WorkerFault: a fault of ours.
        """
        child = self._taken()
        said = child.ask({**wishes.model_dump(), "taught": self._taught}, image, self._seconds)
        if said is None:
            self._replace(child, "slow" if child.late else "crash")
            late = f"it takes longer than {self._seconds:g} s to read; send less of the page, or it smaller"
            raise InkError(late if child.late else CRASHED)
        if said.get("last") or child.late:
            self._replace(child, "memory")
        else:
            self._idle.put(child)
        return _found(said)

    def teach(self) -> None:
        """Have what was taught read from now on."""
        self._taught += 1

    def trouble(self) -> str | None:
        """Why nothing is read; None where it is."""
        if self._failures >= MOST_FAILURES:
            return "the processes that read don't start"
        return None if self._begun else "the processes that read are starting"

    def close(self) -> None:
        """End them all, whatever they read."""
        with self._changing:
            self._closed = True
            self._over.set()
            children = list(self._children)
        for child in children:
            child.end()

    def _taken(self) -> "_Child":
        with self._changing:
            none = not self._children
        if none:
            self._begin()
        try:
            return self._idle.get(timeout=START_SECONDS)
        except Empty:
            raise HTTPException(503, "nothing that reads is there; try again in a while") from None

    def _begin(self) -> None:
        with self._changing:
            if self._closed:
                return
            child = _Child(self._command)
            self._children.add(child)
        Thread(target=self._await, args=(child,), daemon=True).start()

    def _watch(self) -> None:
        """End who is late; a timer for each picture would add to how long that takes."""
        while not self._over.wait(WATCH_SECONDS):
            with self._changing:
                children = list(self._children)
            for child in children:
                child.stop_if_late()

    def _await(self, child: "_Child") -> None:
        """Wait until it can read; begin another where it can't, but not again and again."""
        if child.begins():
            self._failures, self._begun = 0, True
            self._idle.put(child)
            return
        self._failures += 1
        self._forget(child, "start")
        if self._failures < MOST_FAILURES:
            self._begin()

    def _replace(self, child: "_Child", why: str) -> None:
        self._forget(child, why)
        self._begin()

    def _forget(self, child: "_Child", why: str) -> None:
        child.end()
        with self._changing:
            self._children.discard(child)
        if not self._closed:
            self.ended(why)


def _found(said: dict[str, Any]) -> dict[str, Any]:
    match said:
        case {"found": dict(found)}:
            return found
        case {"refused": str(why)}:
            raise InkError(why)
        case {"unfit": str(why)}:
            raise RecordingError(why)
    raise WorkerFault(str(said.get("fault", "no answer that is known")))


class _Child:
    """One process."""

    def __init__(self, command: Sequence[str]) -> None:
        self.late = False
        self._until = math.inf
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a decoder's complaints, which may quote the picture
            # In a group of its own, so that Ctrl-C in the terminal is the server's alone.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._ending = Lock()

    def begins(self) -> bool:
        """Wait until it can read; whether it can."""
        with suppress(OSError, ValueError):
            return worker.take(self._stream("stdout")) is not None
        return False

    def ask(self, wishes: dict[str, Any], image: bytes, seconds: float) -> dict[str, Any] | None:
        """What it says of a picture; None where it ended, or was ended since that took too long."""
        self._until = monotonic() + seconds
        try:
            worker.write(self._stream("stdin"), wishes, image)
            message = worker.take(self._stream("stdout"))
        except (OSError, ValueError):
            return None
        finally:
            self._until = math.inf
        return None if message is None else message[0]

    def stop_if_late(self) -> None:
        """End it where a picture takes it too long."""
        if monotonic() > self._until:
            self.late = True
            self._process.kill()

    def end(self) -> None:
        """End it at once."""
        with self._ending:
            self._process.kill()
            self._process.wait()
            for name in ("stdin", "stdout"):
                with suppress(OSError):
                    self._stream(name).close()

    def _stream(self, name: str) -> IO[bytes]:
        stream = getattr(self._process, name)
        assert stream is not None
        return stream  # type: ignore[no-any-return]
