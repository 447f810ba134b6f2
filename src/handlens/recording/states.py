"""What a training resumes from: state/STEP-DIGEST.safetensors, the newest two of them."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handlens import untrusted
from handlens.arrays import Weights
from handlens.errors import RecordingError
from handlens.recording.files import pack, read_whole, sha256, sync_folder, unpack, write_whole
from handlens.recording.folder import LOG, STATES
from handlens.recording.schema import Step

_NAME = re.compile(r"(\d{8,})-([0-9a-f]{16})\.safetensors")


class State(NamedTuple):
    """Everything that a training needs to go on: tensors by name, and its place as JSON values."""

    tensors: Weights
    progress: dict[str, Any]


class _Progress(BaseModel):
    """What a state's file says of its place."""

    model_config = ConfigDict(extra="forbid", strict=True)

    step: Step
    seconds: float
    log_bytes: Annotated[int, Field(ge=0)]


class Saved(NamedTuple):
    """A state as it lies in its folder: updates done, the log's length at that moment, its file."""

    step: int
    log_bytes: int
    path: Path
    state: State


def save_state(folder: Path, step: int, state: State, log_bytes: int) -> None:
    """Write a state; it and the newest of an earlier step are kept."""
    content = pack(state.tensors, {"handlens": json.dumps({**state.progress, "log_bytes": log_bytes})})
    path = folder / STATES / f"{step:08d}-{sha256(content)[:16]}.safetensors"
    write_whole(path, content)
    sync_folder(path.parent)  # before the older one goes, or a power cut might leave neither
    remove_others(path)


def newest_state(folder: Path) -> Saved:
    """The newest state whose content has the digest in its name, and whose log is there.

    Raises:
        RecordingError: there is none.
    """
    log, states = folder / LOG, folder / STATES
    length = log.stat().st_size if log.is_file() else -1
    read = map(_read, _paths(states) if states.is_dir() else ())
    found = [saved for saved in read if saved is not None and 0 <= saved.log_bytes <= length]
    if not found:
        raise RecordingError(
            f"{folder}: no saved state is whole, so this training can't be resumed; "
            "its frames can still be looked at, and branched from with --from RUN --step N"
        )
    return max(found, key=lambda saved: (saved.step, saved.log_bytes))


def remove_others(kept: Path) -> list[int]:
    """Remove all states but this one and the newest of an earlier step; return the steps of later ones.

    Of two states of one step the older must go: its log may name frames that the newer one's has dropped.
    """
    steps = _paths(kept.parent)
    earlier = sorted((step, path) for path, step in steps.items() if step < steps[kept])[-1:]
    gone = {path: step for path, step in steps.items() if path != kept and (step, path) not in earlier}
    for path in gone:
        with suppress(OSError):  # on Windows, while somebody reads it
            path.unlink()
    return sorted(step for step in gone.values() if step > steps[kept])


def _paths(states: Path) -> dict[Path, int]:
    """The files that bear a state's name, and their steps."""
    return {path: int(name[1]) for path in states.iterdir() if (name := _NAME.fullmatch(path.name))}


def _read(path: Path) -> Saved | None:
    """The state in a file, or None where it isn't the one that was written."""
    with suppress(RecordingError, untrusted.Refused, ValidationError):
        content = read_whole(path, within=path.parents[1])
        step, _, digest = path.stem.partition("-")
        if sha256(content).startswith(digest):
            progress = _Progress.model_validate(untrusted.metadata(content, "handlens"))
            state = State(unpack(content, path), progress.model_dump(exclude={"log_bytes"}))
            return Saved(int(step), progress.log_bytes, path, state)
    return None
