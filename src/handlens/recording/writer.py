"""The folder of a recording while it is written: born whole, added to, never half there.

A ``kill -9`` at any moment leaves a readable recording and a state from which the training goes on.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from filelock import FileLock, Timeout

from handlens.arrays import Weights
from handlens.errors import RecordingError
from handlens.recording.files import pack, read_whole, sha256, unpack, write_whole
from handlens.recording.folder import (
    FRAMES,
    HEADER,
    LOCK,
    LOG,
    SAMPLES,
    STATES,
    frame_path,
    read_header,
    read_log,
    standing_frames,
)
from handlens.recording.frames import thinned
from handlens.recording.schema import (
    DroppedLine,
    FrameLine,
    Header,
    Line,
    Result,
    ResumeLine,
)

STATES_KEPT = 2


class State(NamedTuple):
    """Everything that a training needs to go on: tensors by name, and its place as JSON values."""

    tensors: Weights
    progress: dict[str, Any]


class Writer:
    """One process's hold on a recording. Made by `create` or `reopen`; ended by `close`."""

    def __init__(self, folder: Path, header: Header, lines: Iterable[Line]) -> None:
        self.folder = folder
        self.header = header
        self._lock = FileLock(folder / LOCK, thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RecordingError(f"{folder}: another process is writing this recording") from None
        self._frames = {step: frame_path(folder, step).stat().st_size for step in standing_frames(lines)}
        self._log: BinaryIO = (folder / LOG).open("ab")

    @classmethod
    def create(
        cls, folder: Path, header: Header, weights: Weights, state: State | None, samples: bytes | None
    ) -> Self:
        """Start a recording: a new folder that appears with its header, frame 0 and first state in place.

        Raises:
            RecordingError: the folder exists, or can't be written.
        """
        if folder.exists():
            raise RecordingError(f"{folder}: exists already; {_way_on(folder)}choose another --out")
        born = folder.with_name(f".{folder.name}.tmp-{os.getpid()}")
        try:
            for part in (FRAMES, STATES):
                (born / part).mkdir(parents=True)
        except OSError as error:
            raise RecordingError(f"{folder}: can't be made: {error.strerror or error}") from None
        try:
            write_whole(born / HEADER, _header_bytes(header))
            if samples is not None:
                write_whole(born / SAMPLES, samples)
            first = pack(weights)
            write_whole(frame_path(born, 0), first)
            log = FrameLine(step=0, sha256=sha256(first))
            content = _line_bytes(log)
            write_whole(born / LOG, content)
            if state is not None:
                _write_state(born, 0, state, len(content))
            _appear(born, folder)
        finally:
            shutil.rmtree(born, ignore_errors=True)
        return cls(folder, header, [log])

    @classmethod
    def reopen(cls, folder: Path) -> tuple[Self, State]:
        """Go on with an interrupted recording from its newest valid state; what came later is cut off.

        Raises:
            RecordingError: the recording is missing, damaged, finished, or being written.
        """
        header = read_header(folder)
        if header.status == "finished":
            raise RecordingError(f"{folder}: this training is finished; there is nothing to resume")
        if header.status == "failed":
            why = header.result.failure if header.result else "unknown"
            raise RecordingError(
                f"{folder}: this training failed, and would again ({why}). Branch from an earlier step "
                f"instead: --from {folder} --step N"
            )
        lines = read_log(folder)
        writer = cls(folder, header, lines)
        try:
            step, state = newest_state(folder)
            writer._cut(state.progress.pop("log_bytes"))
            writer.log(ResumeLine(step=step))
            writer.set_header(status="running", result=None)
        except BaseException:
            writer.release()
            raise
        return writer, state

    def _cut(self, length: int) -> None:
        """Truncate the log to a state's length and remove frames that have no line any more."""
        os.truncate(self.folder / LOG, length)
        lines = read_log(self.folder)
        keep = standing_frames(lines)
        self._frames = {step: size for step, size in self._frames.items() if step in keep}
        for path in (self.folder / FRAMES).iterdir():
            if path not in {frame_path(self.folder, step) for step in keep}:
                path.unlink()

    def log(self, *lines: Line) -> None:
        """Append lines; they are in the file, though not yet on the disk, when this returns."""
        if not lines:
            return
        try:
            self._log.write(b"".join(map(_line_bytes, lines)))
            self._log.flush()
        except OSError as error:
            raise RecordingError(
                f"{self.folder / LOG}: can't be written: {error.strerror or error}. What was recorded "
                f"before is safe; make room and go on with --out {self.folder} --resume"
            ) from None

    def frame(self, step: int, weights: Weights) -> None:
        """Keep the weights of a step."""
        content = pack(weights)
        write_whole(frame_path(self.folder, step), content)
        self.log(FrameLine(step=step, sha256=sha256(content)))
        self._frames[step] = len(content)

    @property
    def full(self) -> bool:
        """Whether the frames take more than they may."""
        return sum(self._frames.values()) > self.header.frames_bytes and bool(thinned(tuple(self._frames)))

    def thin(self, step: int) -> tuple[int, ...]:
        """Say in the log which frames go, and return them; `remove` then deletes their files.

        A state must be saved between the two: else a resume would find lines whose frames are gone.
        """
        going = thinned(tuple(self._frames))
        self.log(DroppedLine(step=step, frames=going))
        return going

    def remove(self, frames: Iterable[int]) -> None:
        """Delete the files of frames that `thin` has dropped."""
        for step in frames:
            frame_path(self.folder, step).unlink(missing_ok=True)
            del self._frames[step]

    def state(self, step: int, state: State) -> None:
        """Save what `reopen` needs; the two newest states are kept."""
        self._log.flush()
        os.fsync(self._log.fileno())
        _write_state(self.folder, step, state, self._log.tell())

    def set_header(self, **fields: Any) -> None:
        """Write the header with some fields changed."""
        self.header = self.header.model_copy(update=fields)
        write_whole(self.folder / HEADER, _header_bytes(self.header))

    def close(self, result: Result) -> None:
        """End the recording: finished, or failed where the result names a failure."""
        try:
            self.set_header(status="failed" if result.failure else "finished", result=result)
        finally:
            self.release()

    def release(self) -> None:
        """Let go without an end: the recording counts as interrupted and can be resumed."""
        self._log.close()
        self._lock.release()


def _way_on(folder: Path) -> str:
    """What can be done with a folder that exists: resumed, where it is an interrupted training."""
    with suppress(RecordingError):
        header = read_header(folder)
        if header.recipe is not None and header.status == "running":
            return f"go on with it by --out {folder} --resume, or "
    return ""


def newest_state(folder: Path) -> tuple[int, State]:
    """The newest state whose content has the digest in its name: (step, state).

    Raises:
        RecordingError: there is none.
    """
    for path in sorted((folder / STATES).glob("*.safetensors"), reverse=True):
        step, _, digest = path.stem.partition("-")
        content = read_whole(path)
        if sha256(content).startswith(digest) and len(digest) == 16:
            return int(step), State(unpack(content, path), _metadata(content))
    raise RecordingError(
        f"{folder}: no saved state is whole, so this training can't be resumed; "
        "its frames can still be looked at, and branched from with --from RUN --step N"
    )


def _write_state(folder: Path, step: int, state: State, log_bytes: int) -> None:
    progress = json.dumps({**state.progress, "log_bytes": log_bytes})
    content = pack(state.tensors, {"handlens": progress})
    path = folder / STATES / f"{step:08d}-{sha256(content)[:16]}.safetensors"
    write_whole(path, content)
    for old in sorted(path.parent.glob("*.safetensors"), reverse=True)[STATES_KEPT:]:
        old.unlink()


def _metadata(content: bytes) -> dict[str, Any]:
    """The JSON in a safetensors file's metadata: 8 bytes of length, then the header."""
    length = int.from_bytes(content[:8], "little")
    header: Mapping[str, Any] = json.loads(content[8 : 8 + length])
    progress: dict[str, Any] = json.loads(header["__metadata__"]["handlens"])
    return progress


def _appear(born: Path, folder: Path) -> None:
    try:
        born.rename(folder)
    except OSError as error:
        raise RecordingError(f"{folder}: can't be made: {error.strerror or error}") from None


def _header_bytes(header: Header) -> bytes:
    return (header.model_dump_json(indent=1) + "\n").encode()


def _line_bytes(line: Line) -> bytes:
    return (line.model_dump_json(exclude_none=True) + "\n").encode()
