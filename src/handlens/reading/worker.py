"""Reading as a process of its own, which can be stopped: ``python -m handlens.reading.worker NET``.

Standard input brings pictures, one after the other, and its end, also by a kill of whoever wrote it, is the
process's end, at once. Standard output answers each, after a first message that says ``ready``. Both are
two lengths (`write`), an object of JSON, and bytes:

    {"mode", "expect", "frames", "taught"}   how to read; the bytes are the picture
    {"found": …}                             as `answer` gives it
    {"refused": "why"}                       this picture can't be read, or the pattern is none
    {"unfit": "why"}                         the network can't read
    {"fault": "where"}                       a fault in handlens: the places in its code, and the kind

``last`` beside any of them says that the process ends itself, so that its memory goes back. ``taught`` is a
number; whenever it is another than before, what a person taught is loaded again.
"""

import base64
import json
import math
import os
import select
import struct
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any, Protocol, runtime_checkable

import numpy as np

from handlens.errors import HandlensError, RecordingError
from handlens.reading.frame import Pixels
from handlens.reading.result import Mode, Reading

MEMORY = 3 * 2**30
"""Address space: the libraries take 0.8 GiB of it on two cores, a picture of 60 megapixels up to 1 GiB."""
KEPT_MEMORY = 600 * 2**20
"""More than this isn't held until the next picture."""
FILES = 64
CPU_SECONDS = 120
"""For one picture; whoever waits for it gives up long before, unless it was killed."""
MOST_BYTES = 2**26
LARGE = "it takes more memory to read than there is for one picture; send it smaller, or less of the page"

_LENGTHS = struct.Struct("!II")
_OUT_OF_MEMORY = ("Insufficient memory", "bad_alloc", "Failed to allocate")

Message = tuple[dict[str, Any], bytes]


@runtime_checkable
class Reads(Protocol):
    """What reads pictures: a `handlens.reading.reader.Reader`, or anything like it, from several threads."""

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """Read a picture; an InkError says what is wrong with it, or with the pattern."""


def answer(
    reader: Reads, image: bytes, mode: Mode | None, expect: str | None, frames: bool
) -> dict[str, Any]:
    """A reading as JSON has it; with ``frames`` also what the network saw.

    Raises:
        InkError: the picture or the pattern is none.
        RecordingError: the network's answers are no numbers.
    """
    reading = reader.read(image, mode, expect)
    if not math.isfinite(reading.confidence):
        raise RecordingError(
            "the network's answers are no numbers: its training blew up; serve another --net"
        )
    found = reading.to_json()
    if frames:
        for told, digit in zip(found["digits"], reading.digits, strict=True):
            told["frame"] = _packed(digit.pixels)
        for told, ink in zip(found["rejected"], reading.rejected, strict=True):
            told["frame"] = None if ink.pixels is None else _packed(ink.pixels)
    return found


def _packed(pixels: Pixels) -> str:
    """A frame as JSON takes it: base64 of its 784 bytes, row by row, 0 paper … 255 stroke."""
    return base64.b64encode(np.rint(pixels * 255).astype(np.uint8).tobytes()).decode("ascii")


# -- messages ------------------------------------------------------------------------------------------


def write(stream: IO[bytes], header: dict[str, Any], content: bytes = b"") -> None:
    """Write a message: two lengths of four bytes, the most significant first, the JSON and the bytes.

    Raises:
        OSError: nobody takes it.
    """
    told = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(told), len(content)) + told)
    stream.write(content)
    stream.flush()


def take(stream: IO[bytes]) -> Message | None:
    """The next message; None at the end, and where it isn't whole or is no message."""
    start = stream.read(_LENGTHS.size)
    if len(start) != _LENGTHS.size or max(lengths := _LENGTHS.unpack(start)) > MOST_BYTES:
        return None
    told, content = (stream.read(length) for length in lengths)
    if (len(told), len(content)) != lengths:
        return None
    with suppress(ValueError, RecursionError):
        header = json.loads(told)
        if isinstance(header, dict):
            return header, content
    return None


# -- the process ---------------------------------------------------------------------------------------


def work(make: Callable[[], Reads], given: IO[bytes], told: IO[bytes]) -> None:
    """Read what comes, until its end, which ends the process.

    Args:
        make: makes the reader; again whenever something was taught.
        given: where pictures come from.
        told: where answers go.
    """
    Thread(target=_end_with, args=(given.fileno(),), daemon=True).start()
    reader, taught = make(), 0
    _limit()
    write(told, {"ready": True})
    while (message := take(given)) is not None:
        wishes, image = message
        _allow_seconds()
        if wishes["taught"] != taught:
            reader, taught = make(), wishes["taught"]
        said = _answered(reader, wishes, image)
        if _memory() > KEPT_MEMORY:
            said["last"] = True
        write(told, said)
        if said.get("last"):
            return
        del image, message


def _end_with(pipe: int) -> None:
    """End at once when nobody can write to the pipe any more, whatever is being read: nobody waits for it.

    Where that can't be waited for, on Windows, it ends when it has read.
    """
    with suppress(AttributeError):
        poll = select.poll()
        poll.register(pipe, 0)
        poll.poll()
        os._exit(0)


def _answered(reader: Reads, wishes: dict[str, Any], image: bytes) -> dict[str, Any]:
    try:
        return {"found": answer(reader, image, wishes["mode"], wishes["expect"], wishes["frames"])}
    except RecordingError as error:
        return {"unfit": str(error)}
    except HandlensError as error:
        return {"refused": str(error)}
    except Exception as error:
        if isinstance(error, MemoryError) or any(word in str(error) for word in _OUT_OF_MEMORY):
            return {"refused": LARGE, "last": True}
        return {"fault": "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__}


def _limit() -> None:
    """Refuse it memory without end, files, and dumps; where there is no such thing, nothing is refused."""
    with suppress(ImportError):
        import resource

        most = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": FILES, "RLIMIT_CORE": 0}
        for name, value in most.items():
            with suppress(OSError, ValueError):
                resource.setrlimit(getattr(resource, name), (value, value))


def _allow_seconds() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS, hard))


def _memory() -> int:
    """Bytes of memory that it holds now; 0 where that can't be asked."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def _made(net: str) -> Reads:
    """A reader that has read once: what it loads when it first reads is there."""
    from handlens.reading.reader import Reader

    reader = Reader(net, taught=True)
    paper = np.full((80, 240), 255, np.uint8)
    paper[20:60, 40:44] = paper[20:60, 120:124] = 0
    reader.read(paper)
    return reader


def main() -> None:
    """Read with the network that is named."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    work(lambda: _made(sys.argv[1]), sys.stdin.buffer, told)


if __name__ == "__main__":
    main()
