"""What a person taught the reader: a last layer for the network that ships. `handlens.teach` makes it.

It lies in the user's data folder as one safetensors file: ``weight`` and ``bias``, and in the metadata, under
``handlens``, a JSON object that names the network which it belongs to and says what it does to MNIST. Every
file here holds a digest of itself in that object, under ``sha256``; one without it is taken as it is.
"""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from jaxtyping import Float32
from pydantic import ConfigDict, TypeAdapter

from handlens import untrusted
from handlens.arrays import Weights
from handlens.errors import RecordingError
from handlens.recording import Recording
from handlens.recording.files import pack, sha256, unpack, write_whole

log = logging.getLogger("handlens")

LAYER = "layer.safetensors"
"""The file's name in the folder `home`."""

_DIGEST = "sha256"

MOST_BYTES = 1 << 30
"""Of one file: MNIST's features, by far the largest, take 70 MB for the network that ships."""


def home() -> Path:
    """The folder for what can't be made anew: HANDLENS_HOME, or else the user's data folder."""
    root = os.environ.get("HANDLENS_HOME") or platformdirs.user_data_dir("handlens", appauthor=False)
    return Path(root).expanduser() / "taught"


def store(path: Path, tensors: Weights, notes: dict[str, Any]) -> None:
    """Write tensors and a JSON object as one safetensors file, whole or not at all.

    The same content gives the same bytes.

    Raises:
        RecordingError: naming the file and the system's reason.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{path.parent}: can't be made: {error.strerror or error}") from None
    noted = {**notes, _DIGEST: _digest(tensors, notes)}
    write_whole(path, pack(tensors, {"handlens": json.dumps(noted)}))


def stored(path: Path) -> tuple[Weights, dict[str, Any]]:
    """What `store` wrote.

    Raises:
        RecordingError: the file is missing or damaged.
    """
    try:
        content = untrusted.read(path, MOST_BYTES)
        notes = untrusted.metadata(content, "handlens")
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from None
    except untrusted.Refused as error:
        raise damaged(path, str(error)) from None
    tensors, written = unpack(content, path), notes.pop(_DIGEST, None)
    if written not in (None, _digest(tensors, notes)):  # files of before had none
        raise damaged(path, "it isn't what was written")
    return tensors, notes


def _digest(tensors: Weights, notes: dict[str, Any]) -> str:
    return sha256(pack(tensors) + json.dumps(notes).encode())


def damaged(path: Path, reason: str) -> RecordingError:
    """The error of a file that isn't what was written."""
    return RecordingError(f"{path}: damaged: {reason}. Put it back from a copy, or delete it")


@dataclass(frozen=True)
class Account:
    """What a lesson came to. Accuracies are shares, before and after, of MNIST's 5,000 and 10,000."""

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)

    network: str
    """SHA-256 of the weights that the layer belongs to."""
    corrections: int
    learned: int
    """How many of the corrections are read right now."""
    validation: tuple[float, float]
    """What decided whether the layer may be kept."""
    test: tuple[float, float]
    """A figure: it decided nothing."""


_ACCOUNT = TypeAdapter(Account)
_KIND = np.dtype(np.float32)


@dataclass(frozen=True, eq=False)
class Taught:
    """A last layer that a person taught."""

    weight: Float32[np.ndarray, "classes features"]
    bias: Float32[np.ndarray, "classes"]
    account: Account

    def save(self) -> None:
        """Keep it for the reader.

        Raises:
            RecordingError: the file can't be written.
        """
        store(home() / LAYER, {"weight": self.weight, "bias": self.bias}, asdict(self.account))

    @classmethod
    def kept(cls) -> "Taught | None":
        """The layer that is kept, whichever network it belongs to.

        Raises:
            RecordingError: its file is damaged.
        """
        path = home() / LAYER
        if not path.exists():
            return None
        tensors, notes = stored(path)
        try:
            weight, bias = tensors["weight"], tensors["bias"]
            if (weight.ndim, bias.shape) != (2, weight.shape[:1]) or {weight.dtype, bias.dtype} != {_KIND}:
                raise ValueError(f"{weight.dtype} {weight.shape} and {bias.dtype} {bias.shape}")
            if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
                raise ValueError("not all of its numbers are finite")
            return cls(weight, bias, _ACCOUNT.validate_python(notes))
        except (KeyError, ValueError) as error:  # pydantic's is a ValueError
            raise damaged(path, f"it isn't a taught layer ({error!r})") from None

    @classmethod
    def of(cls, recording: Recording) -> "Taught | None":
        """The layer that is kept for a recording's last network; another network's is told of, and not used.

        Raises:
            RecordingError: its file is damaged.
        """
        found = cls.kept()
        if found is None or found.account.network == recording.digest():
            return found
        log.warning(
            "what was taught belongs to another network and isn't used; "
            "the corrections are kept: handlens teach again learns them for this one"
        )
        return None
