"""``handlens serve`` as a process of its own, and the memory that it and its readers hold."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from handlens.errors import HandlensError

HOST = "127.0.0.1"
PROGRAM = "import sys; from handlens.cli import main; sys.exit(main(['serve', '--no-browser']))"
START_SECONDS, END_SECONDS = 60.0, 20.0
LOOK_SECONDS = 0.1
SAMPLE_SECONDS = 0.5


class Serving(NamedTuple):
    """A server that answers."""

    process: int
    port: int


@contextmanager
def serving() -> Iterator[Serving]:
    """Serve as the command does, without what a person taught; only this computer can reach it.

    Raises:
        HandlensError: it doesn't start.
    """
    with TemporaryDirectory() as home:
        environment = {**os.environ, "HANDLENS_HOME": home, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-P", "-c", PROGRAM]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, encoding="utf-8") as child:
            assert child.stdout is not None
            try:
                address = child.stdout.readline().split(" ")[0]
                found = Serving(child.pid, urlsplit(address).port or 0)
                _wait(found, child)
                yield found
            finally:
                _end(child)


def _wait(server: Serving, child: "subprocess.Popen[str]") -> None:
    """Wait until it takes pictures."""
    until = monotonic() + START_SECONDS
    while child.poll() is None and monotonic() < until:
        with suppress(OSError, http.client.HTTPException):
            if status(server, "/v1/health/ready") == 200:
                return
        Event().wait(LOOK_SECONDS)
    raise HandlensError("handlens serve doesn't start; type it to see why")


def status(server: Serving, path: str) -> int:
    """What a GET is answered with.

    Raises:
        OSError: nobody answers.
    """
    connection = http.client.HTTPConnection(HOST, server.port, timeout=END_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _end(child: "subprocess.Popen[str]") -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(END_SECONDS)
    child.kill()


def resident(process: int) -> float:
    """Megabytes (2^20 bytes) that a process and all that it began hold; what they share counts for each.

    Raises:
        HandlensError: psutil isn't installed.
    """
    try:
        import psutil
    except ModuleNotFoundError:
        wanted = "psutil isn't installed, which tells a process's memory: pip install psutil"
        raise HandlensError(wanted) from None
    total = 0
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process)
        for each in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
    return total / 2**20


class Watch:
    """Looks at a server's memory twice a second, within ``with``.

    Attributes:
        seen: megabytes, one after the other; at least one when it is over.
    """

    def __init__(self, server: Serving) -> None:
        self.seen: list[float] = []
        self._server, self._over = server, Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.seen.append(resident(self._server.process))

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.seen.append(resident(self._server.process))
