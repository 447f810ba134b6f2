"""Writing so that a file is either whole or not there, and reading with the digest checked."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as _load_tensors
from safetensors.numpy import save as _save_tensors

from handlens import whole
from handlens.arrays import Weights
from handlens.errors import RecordingError


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


def read_whole(path: Path) -> bytes:
    """A file's bytes, read at once: a mapped file can't be replaced on Windows.

    Raises:
        RecordingError: naming the file and the reason.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from None


def read_tensors(path: Path, digest: str) -> Weights:
    """Tensors whose file has the digest that the log gives.

    Raises:
        RecordingError: the file is missing, unreadable, or not the one that was written.
    """
    content = read_whole(path)
    if (found := sha256(content)) != digest:
        raise RecordingError(
            f"{path}: damaged: SHA-256 {found[:16]}…, the log says {digest[:16]}…. "
            "`handlens info` names all that is damaged; the rest can be looked at"
        )
    return unpack(content, path)
