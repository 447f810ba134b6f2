"""A page of handwriting whose reading is known, and a reader that gives it."""

from io import BytesIO

import numpy as np
from PIL import Image

from handlens import data
from handlens.errors import InkError
from handlens.reading.frame import Box, frame
from handlens.reading.result import Digit, Line, Mark, Mode, Reading, Rejected

PAPER, SIZE = 224, (420, 640)
CLASSES = (*"0123456789", "none")
ROWS = ("2741", "350")


def shares(value: str, confidence: float, second: str) -> dict[str, float]:
    """Probabilities of the classes: the value's, half the rest to another, the other half to all others."""
    rest = 1 - confidence
    others = {name: rest / 2 / (len(CLASSES) - 2) for name in CLASSES if name not in (value, second)}
    return {**others, value: confidence, second: rest / 2}


def written() -> tuple[Image.Image, Reading]:
    """Dark MNIST digits on light paper, two lines: 2741, and 3.50 with a point; a scribble below."""
    split = data.load("mnist").test
    paper = np.full(SIZE, PAPER, np.float32)
    paper -= 40 * np.linspace(0, 1, SIZE[1], dtype=np.float32)  # uneven light
    lines = []
    for row, text in enumerate(ROWS):
        digits = []
        for place, value in enumerate(text):
            index = np.flatnonzero(split.labels == int(value))[3 + place]
            top, left = 50 + 130 * row, 50 + 105 * place + (40 if row and place else 0)
            digits.append(_digit(paper, split.images[index], value, top, left, 0.999 - 0.04 * place))
        box = Box(top, 50, top + 84, digits[-1].box.right)
        marks = (Mark("dot", Box(250, 148, 262, 160)),) if row else ()
        lines.append(Line(tuple(digits), marks, text if not row else "3 50", box))
    paper[250:262, 148:160] = 60
    rejected = (_scribble(paper),)
    reading = Reading(tuple(lines), rejected, SIZE, "page", ("the light is uneven",))
    return Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)), reading


def _digit(paper: np.ndarray, image: np.ndarray, value: str, top: int, left: int, sure: float) -> Digit:
    ink = np.asarray(Image.fromarray(image).resize((84, 84), Image.Resampling.BICUBIC), np.float32) / 255
    paper[top : top + 84, left : left + 84] -= 150 * ink
    seen = frame(image.astype(np.float32) / 255)
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis=axis)) for axis in (1, 0))
    box = Box(
        top + int(rows[0]), left + int(columns[0]), top + int(rows[-1]) + 1, left + int(columns[-1]) + 1
    )
    return Digit(value, sure, shares(value, sure, str((int(value) + 2) % 10)), box, seen.pixels)


def _scribble(paper: np.ndarray) -> Rejected:
    across = np.arange(60, 220)
    for dx in range(5):
        down = (345 + 22 * np.sin(across / 9.0)).astype(int)
        paper[down + dx, across] -= 130
    pixels = np.zeros((28, 28), np.float32)
    pixels[np.clip((14 + 5 * np.sin(np.arange(4, 24))).astype(int), 0, 27), np.arange(4, 24)] = 1
    return Rejected(
        "it looks like no digit: a letter or a scribble", Box(322, 60, 373, 220), pixels, ("3", 0.21)
    )


def png(image: Image.Image) -> bytes:
    """The bytes of its file."""
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


class Knowing:
    """A reader that gives one reading of whatever picture it gets, in that picture's pixels.

    Attributes:
        asked: mode and pattern of each call.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.asked: list[tuple[Mode | None, str | None]] = []

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """The reading; refused are what Pillow can't decode, and a pattern without a d."""
        self.asked.append((mode, expect))
        if expect is not None and "d" not in expect:
            raise InkError(f"the pattern {expect!r} has no d: d stands for a digit")
        try:
            Image.open(BytesIO(image)).load()
        except OSError:
            raise InkError("this is no picture: expected PNG, JPEG, …") from None
        return self.reading
