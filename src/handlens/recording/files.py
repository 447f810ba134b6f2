"""Writing so that a file is either whole or not there, and reading with the digest checked."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as _load_tensors
from safetensors.numpy import save as _save_tensors

from handlens import untrusted, whole
from handlens.arrays import Weights
from handlens.errors import RecordingError

MOST_TENSORS = 4 << 30
"""Bytes of a frame, a state or what is kept: a thousand million numbers."""

_DIGEST = "sha256"  # in the metadata of what is kept: of the same tensors without metadata


def sha256(content: bytes) -> str:
    """The hexadecimal digest."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all (handlens.whole).

    Raises:
        RecordingError: naming the file and the system's reason (disk full, read-only, …); what stood
            there before is untouched.
    """
    try:
        whole.write_whole(path, content)
    except OSError as error:
        raise RecordingError(f"{path}: can't be written: {error.strerror or error}") from None


def sync_folder(path: Path) -> None:
    """Flush a folder's own entries to the disk: a rename alone doesn't outlive a power cut everywhere."""
    if os.name == "posix":  # Windows opens no folders
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def pack(tensors: Weights, metadata: Mapping[str, str] | None = None) -> bytes:
    """Tensors as the bytes of a safetensors file, in the order of their names."""
    ordered = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
    return _save_tensors(ordered, dict(metadata) if metadata else None)


def unpack(content: bytes, path: Path) -> Weights:
    """The tensors of a safetensors file's bytes.

    Raises:
        RecordingError: it is no safetensors file.
    """
    try:
        return dict(_load_tensors(content))
    except (SafetensorError, ValueError, KeyError) as error:
        raise RecordingError(f"{path}: no readable safetensors file ({error}); the file is damaged") from None


def read_whole(path: Path, most: int = MOST_TENSORS, within: Path | None = None) -> bytes:
    """A file's bytes, read at once: a mapped file can't be replaced on Windows.

    Args:
        path: the file.
        most: bytes that it may have.
        within: the recording's folder, whose files may not be links that lead out of it.

    Raises:
        RecordingError: naming the file and the reason.
    """
    try:
        return untrusted.read(path, most, within)
    except untrusted.Refused as reason:
        raise RecordingError(f"{path}: {reason}") from None
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from None


def keep(path: Path, tensors: Weights) -> None:
    """Put what was computed where `kept` finds it; where nothing can be written, only time is lost."""
    with suppress(OSError, RecordingError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, pack(tensors, {_DIGEST: sha256(pack(tensors))}))


def kept(path: Path, within: Path) -> Weights | None:
    """What `keep` put there; None where nothing is, or not that.

    Args:
        path: the file.
        within: the folder of what is kept; a link may not lead out of it.
    """
    with suppress(RecordingError, untrusted.Refused):
        content = read_whole(path, MOST_TENSORS, within)
        tensors = unpack(content, path)
        told = untrusted.tensors_header(content).get("__metadata__") or {}
        if told.get(_DIGEST) == sha256(pack(tensors)):
            return tensors
    return None


def read_tensors(path: Path, digest: str, within: Path | None = None) -> Weights:
    """Tensors whose file has the digest that the log gives.

    Raises:
        RecordingError: the file is missing, unreadable, or not the one that was written.
    """
    content = read_whole(path, MOST_TENSORS, within)
    if (found := sha256(content)) != digest:
        raise RecordingError(
            f"{path}: damaged: SHA-256 {found[:16]}…, the log says {digest[:16]}…. "
            "`handlens info` names all that is damaged; the rest can be looked at"
        )
    return unpack(content, path)
