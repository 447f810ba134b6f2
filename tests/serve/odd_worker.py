"""A process that reads as handlens.reading.worker does, with a reader that is told by the picture what to do.

Its arguments: a file that it holds locked while it lives, and one without which it doesn't start.
"""

import os
import signal
import sys
from pathlib import Path
from threading import Event

from filelock import FileLock

from handlens.errors import InkError, RecordingError
from handlens.reading import worker
from handlens.reading.result import Mode, Reading


class Odd:
    """Notes its process, how often readers were made in it, and what it was asked."""

    made = 0

    def __init__(self) -> None:
        Odd.made += 1

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        match image:
            case b"hang":
                Path(f"{sys.argv[1]}.hangs").touch()
                Event().wait()
            case b"crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case b"allocate":
                bytearray(2 * worker.MEMORY)
            case b"files":
                [open(os.devnull) for _ in range(2 * worker.FILES)]  # noqa: SIM115
            case b"disk":
                Path(sys.argv[1] + ".written").write_bytes(b"x")
            case b"babble":
                os.write(1, b"\0" * 100)
            case b"fault 1234":
                raise ZeroDivisionError(image)
            case b"ink":
                raise InkError("this is no picture")
            case b"network":
                raise RecordingError("the network is damaged")
            case b"large":
                worker.KEPT_MEMORY = 0
        notes = (str(os.getpid()), str(Odd.made), str(mode), str(expect))
        return Reading((), (), (1, 1), "page", notes)


if __name__ == "__main__":
    held, needed = sys.argv[1:]
    if not Path(needed).exists():
        sys.exit(1)
    lock = FileLock(f"{held}.{os.getpid()}")
    lock.acquire()
    worker.work(Odd, sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
