"""How a line's digits lean, how tall they are and where they stand: what a straight stroke is compared with.

A slash must not say how digits lean. So both are taken from what isn't straight, where there is such ink.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from handlens.arrays import Ink
from handlens.reading.strip import Strip

BODY = 0.6
"""What is at least this tall, as a share of the line's digit height, may be a digit, and is no small mark."""

Bodies = Float64[np.ndarray, "n 4"]
"""Boxes of what may be digits, from left to right."""


class Hand(NamedTuple):
    """A line's hand."""

    slant: float
    """Columns to the right a row upwards."""
    height: float
    """Of a digit, in pixels."""
    bodies: Bodies
    """In the line's strip, in pixels."""

    def above(self, top: int, left: int, right: int) -> float:
        """By how many pixels what has these ends begins above what stands beside it; 0 beside nothing."""
        middles = (self.bodies[:, 1] + self.bodies[:, 3]) / 2
        beside = (middles < left) | (middles > right)
        if not beside.any():
            return 0.0
        return float(np.interp((left + right) / 2, middles[beside], self.bodies[beside, 0])) - top


class Stroke(NamedTuple):
    """Second moments of ink, around its centre of mass."""

    upright: float
    """Sum of the squared distances up and down."""
    across: float
    """Sum of the products of the distances down and to the right."""
    straight: bool
    """Whether it is a straight bar, of the pen's width or little more."""

    @property
    def lean(self) -> float:
        """Columns to the right a row upwards."""
        return -self.across / self.upright if self.upright else 0.0


def stroke_of(ink: Ink, pen: float) -> Stroke:
    """The moments of ink whose pen is so wide, in pixels."""
    rows, columns = ink.sum(axis=1, dtype=np.float64), ink.sum(axis=0, dtype=np.float64)
    mass = rows.sum()
    y, x = np.arange(len(rows)) - rows @ np.arange(len(rows)) / mass, np.arange(len(columns))
    x = x - columns @ x / mass
    upright, wide, across = float(rows @ y**2), float(columns @ x**2), float(y @ ink @ x)
    thinnest = np.linalg.eigvalsh(np.array([[upright, across], [across, wide]]) / mass)[0]
    return Stroke(upright, across, thinnest <= (pen / 2) ** 2)  # a bar's own: width squared / 12


def bodies_of(strip: Strip) -> Bodies:
    """The boxes of a line's components that are no small marks."""
    boxes = strip.boxes.astype(np.float64)
    bodies = boxes[boxes[:, 2] - boxes[:, 0] >= BODY * strip.height]
    found: Bodies = bodies[np.argsort(bodies[:, 1] + bodies[:, 3], kind="stable")]
    return found


def hand_of(strip: Strip) -> Hand:
    """A line's hand: slant by second moments, as in deskewing; the median height."""
    strokes, heights, bodies = [], [], bodies_of(strip)
    for number, (top, left, bottom, right) in enumerate(strip.boxes.tolist(), 1):
        if bottom - top < BODY * strip.height or right - left > bottom - top:
            continue
        ink = strip.ink[top:bottom, left:right] * (strip.labels[top:bottom, left:right] == number)
        strokes.append(stroke_of(ink, strip.pen))
        heights.append(bottom - top)
    if not strokes:
        return Hand(0.0, strip.height, bodies)
    told = [place for place, stroke in enumerate(strokes) if not stroke.straight] or range(len(strokes))
    upright, across = (sum(strokes[place][part] for place in told) for part in (0, 1))
    slant = float(np.clip(-across / upright, -0.8, 0.8)) if upright else 0.0
    return Hand(slant, float(np.median([heights[place] for place in told])), bodies)
