"""The corrections that a person made: a small personal set, in one file.

``corrections.safetensors`` in the user's data folder: ``frames``, uint8 [n, 28, 28], stroke bright; in the
metadata, under ``handlens``, a JSON object ``{"corrections": [{"label": …, "source": …}, …]}``. A frame is
kept in 256 grays, as MNIST's are, so that its PNG is the same frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from handlens.errors import InkError
from handlens.reading.frame import SIZE, Pixels
from handlens.reading.judge import NONE
from handlens.reading.taught import damaged, home, store, stored

FILE = "corrections.safetensors"
"""The file's name in the folder `handlens.reading.taught.home`."""

MOST = 10_000
"""Corrections at most; beyond, one would train a network, not correct it."""

Frame = UInt8[np.ndarray, "28 28"]


@dataclass(frozen=True, eq=False)
class Correction:
    """One frame and what it says."""

    frame: Frame
    """0 (paper) to 255 (ink)."""
    label: str
    """A class of the network: a digit, or ``none`` for what is no digit."""
    source: str = ""
    """The picture's name, for the person."""

    @classmethod
    def of(cls, pixels: Pixels, label: str, source: str = "") -> "Correction":
        """The correction of a frame as a reading has it, 0 … 1."""
        return cls(np.rint(pixels * 255).astype(np.uint8), label, source)

    @property
    def pixels(self) -> Pixels:
        """The frame as a network takes it, 0 … 1."""
        shown: Pixels = self.frame.astype(np.float32) / np.float32(255)
        return shown


def added(kept: Iterable[Correction], more: Iterable[Correction]) -> tuple[Correction, ...]:
    """Both together; of a frame that is there twice, the newer label counts.

    Raises:
        InkError: there would be too many.
    """
    by_frame = {each.frame.tobytes(): each for each in kept}
    for each in more:
        by_frame.pop(each.frame.tobytes(), None)  # the newest stands last
        by_frame[each.frame.tobytes()] = each
    if len(by_frame) > MOST:
        raise InkError(
            f"{len(by_frame):,} corrections; expected at most {MOST:,}. For so many, train a network: "
            "handlens train"
        )
    return tuple(by_frame.values())


def save(corrections: Iterable[Correction]) -> None:
    """Keep the set.

    Raises:
        RecordingError: the file can't be written.
    """
    all_of_them = tuple(corrections)
    frames = np.array([each.frame for each in all_of_them], np.uint8).reshape(-1, SIZE, SIZE)
    notes = [{"label": each.label, "source": each.source} for each in all_of_them]
    store(path(), {"frames": frames}, {"corrections": notes})


def load() -> tuple[Correction, ...]:
    """The set that is kept, in the order in which it was taught.

    Raises:
        RecordingError: its file is damaged.
    """
    if not path().exists():
        return ()
    tensors, notes = stored(path())
    try:
        frames, lines = tensors["frames"], notes["corrections"]
        if frames.dtype != np.uint8 or frames.shape != (len(lines), SIZE, SIZE):
            raise ValueError(f"{frames.dtype} {frames.shape} for {len(lines)} labels")
        pairs = zip(frames, lines, strict=True)
        return tuple(Correction(frame, str(line["label"]), str(line["source"])) for frame, line in pairs)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path(), f"these are no corrections ({error!r})") from None


def path() -> Path:
    """Where the set is kept."""
    return home() / FILE


def known(label: str, classes: Iterable[str]) -> str:
    """The label, if the network has such a class.

    Raises:
        InkError: it hasn't.
    """
    names = tuple(classes)
    if label not in names:
        without = "" if NONE in names else "; it has no class for what is no digit"
        raise InkError(f"the label {label!r} is none of this network's classes: {', '.join(names)}{without}")
    return label
