"""What lies where in a recording's folder, and its header and log read with every field checked."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout
from pydantic import ValidationError

from handlens.errors import RecordingError
from handlens.recording.files import read_whole
from handlens.recording.schema import FORMAT, LINE, DroppedLine, FrameLine, Header, Line

HEADER, LOG, LOCK = "recording.json", "metrics.jsonl", ".lock"
FRAMES, STATES, CACHE, MADE, SAMPLES = "frames", "state", "cache", "made", "samples.safetensors"

_looking = Lock()  # to look, one takes the file's lock for an instant: two at once would see each other


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
    content = read_whole(path)
    try:
        return Header.model_validate_json(content)
    except ValidationError as error:
        raise RecordingError(_header_fault(path, content, error)) from None


def _header_fault(path: Path, content: bytes, error: ValidationError) -> str:
    with suppress(ValueError):
        found = json.loads(content)
        version = found.get("format") if isinstance(found, dict) else None
        if isinstance(version, int) and version > FORMAT:
            return f"{path}: format {version} is newer than this handlens reads ({FORMAT}); update handlens"
        if version is None:
            return f"{path}: no handlens recording: it names no format"
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "as a whole"
    return f"{path}: damaged: {where}: {first['msg'].removeprefix('Value error, ')}"


def read_log(folder: Path) -> list[Line]:
    """The lines of the log; a last line without an end was being written, and doesn't count.

    Raises:
        RecordingError: naming the line that can't be read.
    """
    path = folder / LOG
    lines = read_whole(path).split(b"\n")[:-1]
    parsed = []
    for number, line in enumerate(lines, start=1):
        try:
            parsed.append(LINE.validate_json(line))
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise RecordingError(f"{path}, line {number}: damaged: {reason}") from None
    return parsed


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
    """Whether a process is writing the recording."""
    if not (folder / LOCK).exists():
        return False
    try:
        with _looking, FileLock(folder / LOCK, timeout=0, thread_local=False):
            return False
    except (Timeout, OSError) as error:
        return isinstance(error, Timeout)
