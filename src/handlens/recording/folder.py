"""What lies where in a recording's folder, and its header and log read with every field checked."""

import os
import re
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout
from pydantic import ValidationError

from handlens import untrusted
from handlens.errors import RecordingError
from handlens.recording.files import read_whole, sha256
from handlens.recording.schema import FORMAT, LINE, DroppedLine, FrameLine, Header, Line

HEADER, LOG, LOCK = "recording.json", "metrics.jsonl", ".lock"
FRAMES, STATES, CACHE, MADE, SAMPLES = "frames", "state", "cache", "made", "samples.safetensors"

MOST_HEADER = 16 << 20
"""Bytes of a header: a graph of a thousand nodes takes half of one million."""
MOST_LOG = 2 << 30
"""Bytes of a log: ten million updates."""


def frame_path(folder: Path, step: int) -> Path:
    """Where a step's weights lie."""
    return folder / FRAMES / f"{step:08d}.safetensors"


def read_header(folder: Path) -> Header:
    """The header, checked.

    Raises:
        RecordingError: there is none, it is newer than this handlens, or it contradicts itself.
    """
    path = folder / HEADER
    if not folder.is_dir():
        raise RecordingError(f"{folder}: no such folder; a recording is a folder that holds {HEADER}")
    if not path.is_file():
        raise RecordingError(f"{folder}: no recording: it holds no {HEADER}")
    content = read_whole(path, MOST_HEADER, folder)
    try:
        found = untrusted.parse(content)
    except untrusted.Refused as reason:
        raise RecordingError(f"{path}: damaged: as a whole: {reason}") from None
    version = found.get("format") if isinstance(found, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise RecordingError(
            f"{path}: format {version} is newer than this handlens reads ({FORMAT}); update handlens"
        )
    if version is None:
        raise RecordingError(f"{path}: no handlens recording: it names no format")
    return _checked(path, content)


def _checked(path: Path, content: bytes) -> Header:
    try:
        header = Header.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "as a whole"
        reason = first["msg"].removeprefix("Value error, ")
        raise RecordingError(f"{path}: damaged: {where}: {reason}") from None
    if header.sha256 is not None and sha256(_blank(content)) != header.sha256:
        raise RecordingError(f"{path}: damaged: its SHA-256 isn't {header.sha256[:16]}…, as it says itself")
    return header


_OWN = re.compile(rb'"sha256": "([0-9a-f]{64})"\n}\n\Z')


def _blank(content: bytes) -> bytes:
    """A header's bytes with its own digest's digits as zeros."""
    own = _OWN.search(content)
    return content if own is None else content[: own.start(1)] + b"0" * 64 + content[own.end(1) :]


def header_bytes(header: Header) -> bytes:
    """The header's file: JSON that ends in the digest of all that stands before and behind it."""
    blank = header.model_copy(update={"sha256": "0" * 64}).model_dump_json(indent=1) + "\n"
    before, _, behind = blank.rpartition("0" * 64)
    return f"{before}{sha256(blank.encode())}{behind}".encode()


def read_log(folder: Path, checked: bool) -> list[Line]:
    """The lines of the log; a last line without an end was being written, and doesn't count.

    Args:
        folder: the recording's.
        checked: as its header says.

    Raises:
        RecordingError: naming the line that can't be read.
    """
    path = folder / LOG
    lines = read_whole(path, MOST_LOG, folder).split(b"\n")[:-1]
    parsed = []
    for number, line in enumerate(lines, start=1):
        try:
            parsed.append(parse_line(line, checked))
        except ValueError as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise RecordingError(f"{path}, line {number}: damaged: {reason}") from None
    return parsed


def line_bytes(line: Line) -> bytes:
    """A line of the log: JSON whose last field is the CRC-32 of what stands before it."""
    told = line.model_dump_json(exclude_none=True)[:-1].encode()
    return b'%s,"crc":"%08x"}\n' % (told, zlib.crc32(told))


_SUM = re.compile(rb',"crc":"([0-9a-f]{8})"}\Z')


def parse_line(content: bytes, checked: bool) -> Line:
    """A line of the log without its newline.

    Args:
        content: its bytes.
        checked: whether it must have a check sum; one that it has must be right in any case.

    Raises:
        ValueError: it is no line of a log, or not the one that was written.
    """
    found = _SUM.search(content)
    if found is not None:
        told = content[: found.start()]
        if zlib.crc32(told) != int(found[1], 16):
            raise ValueError("its check sum isn't that of its content")
        content = told + b"}"
    elif checked:
        raise ValueError("it has no check sum")
    return LINE.validate_json(content)


def standing_frames(lines: Iterable[Line]) -> dict[int, str]:
    """Step → digest of the frames that a log names and hasn't dropped."""
    frames: dict[int, str] = {}
    for line in lines:
        if isinstance(line, FrameLine):
            frames[line.step] = line.sha256
        elif isinstance(line, DroppedLine):
            for step in line.frames:
                frames.pop(step, None)
    return frames


def hold(folder: Path) -> FileLock:
    """Become the one process that writes the recording; a kill ends the hold.

    Raises:
        RecordingError: another process has it, or the folder can't be written.
    """
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0.2, poll_interval=0.01)  # longer than `held` takes to look
    except Timeout:
        raise RecordingError(f"{folder}: another process is writing this recording") from None
    except OSError as error:
        raise RecordingError(f"{folder}: can't be written: {error.strerror or error}") from None
    return lock


def held(folder: Path) -> bool:
    """Whether a process is writing the recording, whoever's it is.

    Where the lock can't be looked at (unreadable, or on a file system without locks), nobody here can tell
    that the writing has ended: the recording counts as held, as its header says. Who resumes it learns more.
    """
    path = folder / LOCK
    try:
        return path.exists() and _taken(path)
    except OSError:
        return True


if sys.platform == "win32":
    _looking = Lock()  # to look, one takes the file's lock for an instant: two at once would see each other

    def _taken(path: Path) -> bool:
        try:
            with _looking, FileLock(path, timeout=0, thread_local=False):
                return False
        except Timeout:
            return True

else:
    import fcntl

    def _taken(path: Path) -> bool:
        """Whether somebody has the lock for himself; whoever may read the file can see it."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False
