"""Dots, commas, minus signs, colons and slashes, by their size and their place on the line.

All lengths are shares of the line's digit height, or of the pen's width; heights count from the baseline
(0) up to the digits' tops (1).
"""

from typing import NamedTuple

from handlens.reading.result import MarkKind


class Place(NamedTuple):
    """Where a piece lies, in digit heights over the local baseline, and how large it is."""

    low: float
    high: float
    width: float
    pen: float
    """The pen's width, in digit heights."""

    @property
    def height(self) -> float:
        """From the lowest to the highest point."""
        return self.high - self.low

    @property
    def middle(self) -> float:
        """Halfway up."""
        return (self.low + self.high) / 2


def mark_at(place: Place) -> MarkKind | None:
    """What small mark a piece of that size and place is, if any."""
    tip = max(0.22, 1.8 * place.pen)  # a dot is a touch of the pen, perhaps a small circle
    flat = place.height < max(0.2, 1.8 * place.pen)
    if flat and place.width > 1.7 * place.height and 0.15 < place.width < 1.3 and 0.2 < place.middle < 0.8:
        return "minus"
    if place.height < tip and place.width < tip:
        return "dot" if place.middle < 0.3 else "other"
    if place.height < 0.5 and place.width < 0.35 and place.low < -0.1 and place.high < 0.35:
        return "comma"
    if place.height < 0.4 and place.width < 0.3 and place.low > 0.65:
        return "other"  # an apostrophe
    return None


def colon(lower: Place, upper: Place, lap: float) -> bool:
    """Whether two dots make a colon: one over the other (``lap``: shared part of their widths)."""
    return lap > 0.3 and upper.low > lower.high and lower.middle < 0.45 and 0.3 < upper.middle < 1
