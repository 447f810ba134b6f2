"""The folder of a recording while it is written: born whole, added to, never half there.

A ``kill -9`` at any moment leaves a readable recording and a state from which the training goes on.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

from handlens.arrays import Weights
from handlens.errors import RecordingError
from handlens.recording.changes import made
from handlens.recording.files import pack, read_whole, sha256, sync_folder, write_whole
from handlens.recording.folder import (
    FRAMES,
    HEADER,
    LOG,
    SAMPLES,
    STATES,
    frame_path,
    header_bytes,
    hold,
    line_bytes,
    parse_line,
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
    NoteLine,
    Result,
    ResumeLine,
)
from handlens.recording.states import State, newest_state, remove_others, save_state


class Writer:
    """One process's hold on a recording. Made by `create` or `reopen`; ended by `close` or `release`."""

    def __init__(self, folder: Path, header: Header) -> None:
        self.folder = folder
        self.header = header
        self._frames: dict[int, int] = {}  # step → bytes
        self._lock = hold(folder)
        try:
            self._log: BinaryIO = (folder / LOG).open("ab")
        except OSError as error:
            self._lock.release()
            raise RecordingError(f"{folder / LOG}: can't be written: {error.strerror or error}") from None

    @classmethod
    def create(
        cls, folder: Path, header: Header, weights: Weights, state: State | None, samples: bytes | None
    ) -> Self:
        """Start a recording: a new folder that appears with its header, frame 0 and first state in place.

        Raises:
            RecordingError: the folder exists, or can't be written.
        """
        if folder.exists():
            raise _exists(folder)
        header = header.model_copy(update={"checked": True})
        first = pack(weights)
        log = line_bytes(FrameLine(step=0, sha256=sha256(first)))
        with _birth(folder) as born:
            write_whole(born / HEADER, header_bytes(header))
            if samples is not None:
                write_whole(born / SAMPLES, samples)
            write_whole(frame_path(born, 0), first)
            write_whole(born / LOG, log)
            if state is not None:
                save_state(born, 0, state, len(log))
        writer = cls(folder, header)
        writer._frames[0] = len(first)
        return writer

    @classmethod
    def reopen(cls, folder: Path) -> tuple[Self, State]:
        """Go on with an interrupted recording from its newest valid state; what came later is cut off.

        Raises:
            RecordingError: the recording is missing, damaged, finished, or being written.
        """
        writer = cls(folder, _resumable(folder))
        try:
            writer.header = _resumable(folder)  # again: whoever held it until now may have ended it
            state = writer._rewind()
        except BaseException:
            writer.release()
            raise
        return writer, state

    def _rewind(self) -> State:
        """Go back to the newest state: cut the log, and remove what came later or was never finished."""
        step, log_bytes, path, state = newest_state(self.folder)
        damaged = remove_others(path)
        lost = self._changes_behind(log_bytes)
        os.truncate(self.folder / LOG, log_bytes)
        missing = self._tidy()
        self.log(ResumeLine(step=step))
        if damaged:
            self.log(NoteLine(step=step, text=f"the state of step {damaged[-1]} was damaged: on from {step}"))
        if missing:
            self.log(DroppedLine(step=step, frames=missing))
            self.log(NoteLine(step=step, text=f"frames were missing: {', '.join(map(str, missing))}"))
        if lost:
            self.log(NoteLine(step=step, text=f"lost with what came after step {step}: {', '.join(lost)}"))
        return state

    def _changes_behind(self, log_bytes: int) -> list[str]:
        """What was changed by hand behind a place in the log, which may be damaged there."""
        planned = self.header.recipe.changes if self.header.recipe else ()
        found = []
        for line in read_whole(self.folder / LOG)[log_bytes:].split(b"\n"):
            with suppress(ValueError, RecordingError):
                read = parse_line(line, self.header.checked)
                found += [change for change in made([read]) if change not in planned]
        return [f"{change.field} = {change.value:g} from step {change.step}" for change in found]

    def _tidy(self) -> tuple[int, ...]:
        """Remove frames without a line and unfinished files; return the frames that are missing."""
        named = {
            step: frame_path(self.folder, step)
            for step in standing_frames(read_log(self.folder, self.header.checked))
        }
        _remove(set((self.folder / FRAMES).glob("*.safetensors")) - set(named.values()))
        for part in (self.folder, self.folder / FRAMES, self.folder / STATES):
            _remove(part.glob(".*.tmp-*"))
        self._frames = {step: path.stat().st_size for step, path in named.items() if path.is_file()}
        return tuple(sorted(named.keys() - self._frames.keys()))

    def log(self, *lines: Line) -> None:
        """Append lines; they are in the file, though not yet on the disk, when this returns."""
        if not lines:
            return
        if self._log.closed:
            raise RecordingError(f"{self.folder}: this recording has ended; nothing more can be added")
        with self._told():
            self._log.write(b"".join(map(line_bytes, lines)))
            self._log.flush()

    def frame(self, step: int, weights: Weights) -> None:
        """Keep the weights of a step."""
        content = pack(weights)
        with self._told():
            write_whole(frame_path(self.folder, step), content)
        self.log(FrameLine(step=step, sha256=sha256(content)))
        self._frames[step] = len(content)

    def has_frame(self, step: int) -> bool:
        """Whether the weights of a step are kept."""
        return step in self._frames

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
        frames = tuple(frames)
        _remove(frame_path(self.folder, step) for step in frames)
        for step in frames:
            del self._frames[step]

    def state(self, step: int, state: State) -> None:
        """Save what `reopen` needs; the two newest states are kept."""
        self._sync()
        with self._told():
            save_state(self.folder, step, state, self._log.tell())

    def set_header(self, **fields: Any) -> None:
        """Write the header with some fields changed."""
        self.header = self.header.model_copy(update=fields)
        with self._told():
            write_whole(self.folder / HEADER, header_bytes(self.header))

    def close(self, result: Result) -> None:
        """End the recording: finished, or failed where the result names a failure."""
        try:
            self._sync()
            status = "failed" if result.failure else "finished"
            self.set_header(status=status, result=result, log_bytes=self._log.tell())
        finally:
            self.release()

    def release(self) -> None:
        """Let go without an end: the recording counts as interrupted and can be resumed."""
        with suppress(OSError):  # a full disk, said already, that refuses the rest of the log again
            self._log.close()
        self._lock.release()

    def _sync(self) -> None:
        """The log and the frames that it names are on the disk when this returns."""
        with self._told():
            self._log.flush()
            os.fsync(self._log.fileno())
            sync_folder(self.folder / FRAMES)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What can't be written, in words, and how to go on."""
        try:
            yield
        except (OSError, RecordingError) as error:
            reason = str(error)
            if isinstance(error, OSError):
                reason = f"{error.filename or self.folder / LOG}: can't be written: {error.strerror or error}"
            then = "; make room"
            if self.header.recipe is not None:
                then += f" and go on with --out {self.folder} --resume"
            raise RecordingError(f"{reason}. What was recorded before is safe{then}") from None


def _resumable(folder: Path) -> Header:
    """The header of a recording that can go on."""
    header = read_header(folder)
    if header.status == "finished":
        raise RecordingError(f"{folder}: this training is finished; there is nothing to resume")
    if header.status == "failed":
        why = header.result.failure if header.result else "unknown"
        raise RecordingError(
            f"{folder}: this training failed, and would again ({why}). Branch from an earlier step "
            f"instead: --from {folder} --step N"
        )
    return header


def _exists(folder: Path) -> RecordingError:
    """What can be done with a folder that exists: resumed, where it is an interrupted training."""
    way_on = ""
    with suppress(RecordingError):
        header = read_header(folder)
        if header.recipe is not None and header.status == "running":
            way_on = f"go on with it by --out {folder} --resume, or "
    return RecordingError(f"{folder}: exists already; {way_on}choose another --out")


@contextmanager
def _birth(folder: Path) -> Iterator[Path]:
    """A folder under another name, to be filled; at the end it appears under its own, or not at all."""
    born = folder.with_name(f".{folder.name}.tmp-{secrets.token_hex(4)}")
    try:
        with _made(folder):
            (born / FRAMES).mkdir(parents=True)
            (born / STATES).mkdir()
        yield born
        with _made(folder):
            try:
                born.rename(folder)
            except OSError:
                if folder.exists():  # another process was faster
                    raise _exists(folder) from None
                raise
    except RecordingError as error:  # by the name that was asked for: the other one is gone
        raise RecordingError(str(error).replace(str(born), str(folder))) from None
    finally:
        shutil.rmtree(born, ignore_errors=True)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecordingError(f"{folder}: can't be made: {error.strerror or error}") from None


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # on Windows, while somebody reads it; it has no line, so it doesn't count
            path.unlink()
