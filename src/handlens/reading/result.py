"""What a reader found in a picture.

Boxes are in pixels of the picture as it stands upright (its EXIF orientation applied): rows ``top`` …
``bottom - 1``, columns ``left`` … ``right - 1``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from handlens.reading.frame import Box, Pixels

Mode = Literal["digit", "row", "page"]
"""One digit fills the picture; one line of them; lines of them anywhere on a page."""

GAP = " "
"""What the text has where something that is no digit stands between digits, or much empty paper does."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit."""

    value: str
    """The class that it was read as: "0" … "9" for the networks that ship."""
    confidence: float
    """How sure: the calibrated probability, 0 … 1, that the value is right."""
    probabilities: Mapping[str, float]
    """Of each class of the network; where it has a class ``none``, that one too. They add up to 1."""
    box: Box
    pixels: Pixels = field(repr=False)
    """The 28x28 frame that the network saw, 0 … 1, stroke bright."""

    @property
    def alternatives(self) -> list[tuple[str, float]]:
        """The other values, the likeliest first."""
        others = ((name, p) for name, p in self.probabilities.items() if name not in (self.value, "none"))
        return sorted(others, key=lambda pair: -pair[1])

    def to_json(self) -> dict[str, Any]:
        """Everything but the pixels, as JSON has it."""
        return {
            "value": self.value,
            "confidence": self.confidence,
            "probabilities": dict(self.probabilities),
            "box": list(self.box),
        }


MarkKind = Literal["dot", "comma", "minus", "colon", "slash", "other"]


@dataclass(frozen=True)
class Mark:
    """A separator beside or between digits: it is told with its place, and is no digit."""

    kind: MarkKind
    box: Box

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"kind": self.kind, "box": list(self.box)}


@dataclass(frozen=True, eq=False)
class Rejected:
    """Ink that is no digit, or too doubtful a one."""

    reason: str
    """In words: a letter or a scribble, two values equally likely, …"""
    box: Box
    pixels: Pixels | None = field(default=None, repr=False)
    """The frame that the network saw, where it saw one."""
    guess: tuple[str, float] | None = None
    """The likeliest value and its probability, where the network saw it."""

    def to_json(self) -> dict[str, Any]:
        """Everything but the pixels, as JSON has it."""
        guess = None if self.guess is None else {"value": self.guess[0], "confidence": self.guess[1]}
        return {"reason": self.reason, "box": list(self.box), "guess": guess}


@dataclass(frozen=True, eq=False)
class Line:
    """A line of digits, in reading order."""

    digits: tuple[Digit, ...]
    marks: tuple[Mark, ...]
    text: str
    """The digits' values, with a gap where a mark, rejected ink or much empty paper lies between two."""
    box: Box
    complete: float = 1.0
    """The probability that it holds as many digits as were read; what was refused counts as one."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; the digits and marks themselves are the reading's."""
        return {
            "text": self.text,
            "digits": len(self.digits),
            "complete": self.complete,
            "box": list(self.box),
        }


@dataclass(frozen=True, eq=False)
class Reading:
    """What a picture says."""

    lines: tuple[Line, ...]
    rejected: tuple[Rejected, ...]
    size: tuple[int, int]
    """Height and width of the upright picture, in pixels."""
    mode: Mode
    notes: tuple[str, ...] = field(default=())
    """What a person should know: the picture is blank, it was shrunk, the pattern didn't fit, …"""

    @property
    def text(self) -> str:
        """All lines, one under the other."""
        return "\n".join(line.text for line in self.lines)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits, in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All marks, in reading order."""
        return tuple(mark for line in self.lines for mark in line.marks)

    @property
    def confidence(self) -> float:
        """The probability that no digit was missed and every one is right, were they independent.

        0 of nothing. Refused ink is told apart: it counts as seen.
        """
        if not self.digits:
            return 0.0
        return prod(line.complete for line in self.lines) * prod(digit.confidence for digit in self.digits)

    def to_json(self) -> dict[str, Any]:
        """Everything but the pixels, as JSON has it."""
        return {
            "text": self.text,
            "confidence": self.confidence,
            "mode": self.mode,
            "size": list(self.size),
            "lines": [line.to_json() for line in self.lines],
            "digits": [digit.to_json() for digit in self.digits],
            "marks": [mark.to_json() for mark in self.marks],
            "rejected": [ink.to_json() for ink in self.rejected],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return f"<Reading {self.text!r}, {self.confidence:.0%} sure>"
