"""The reader: a picture in, a reading out."""

import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from handlens.reading.frame import frame, from_gray
from handlens.reading.judge import Judge
from handlens.reading.result import Digit, Line, Mode, Reading
from handlens.reading.taught import Taught
from handlens.recording import Recording, load

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray
"""A path, a file's bytes, an open file, a PIL image, or an array [height, width] or [height, width, 3]."""


class Reader:
    """Reads digits from pictures. One is enough for a process; it may be used from several threads.

    Args:
        recording: a recording, its folder, or a shipped network's name.
        taught: with the last layer that a person taught (`handlens teach`), where there is one.

    Raises:
        RecordingError: there is no such recording, or it is damaged.
        InkError: its network doesn't take one gray image of 28x28.

    Example:
        >>> reader = Reader()
        >>> reader.read("photo.jpg").text  # doctest: +SKIP
        '2741'
    """

    def __init__(self, recording: Recording | str | Path = "reader", taught: bool = False) -> None:
        chosen = recording if isinstance(recording, Recording) else load(recording)
        self.recording = chosen
        self.judge = Judge.of(chosen)
        self.taught = Taught.of(chosen) if taught else None
        """What was taught, and is used."""
        if self.taught is not None:
            self.judge = self.judge.with_last_layer(self.taught.weight, self.taught.bias)

    def read(self, image: Source, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """Read a picture.

        Args:
            image: see `Source`.
            mode: how the digits stand; by default it is found out.
            expect: a pattern of what is written: d stands for a digit, anything else for a mark.

        Raises:
            InkError: the picture can't be decoded or is too large, or the pattern is none.
        """
        ink = from_gray(np.asarray(image))
        framed = frame(ink)
        (probabilities,) = self.judge(framed.pixels[None])
        found: dict[str, Any] = dict(zip(self.judge.names, map(float, probabilities), strict=True))
        value = max(self.judge.digits, key=lambda name: float(found[name]))
        digit = Digit(value, found[value], found, framed.box, framed.pixels)
        line = Line((digit,), (), value, framed.box)
        return Reading((line,), (), (ink.shape[0], ink.shape[1]), "digit", self.judge.rule.threshold)
