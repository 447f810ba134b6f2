"""Where ink may be cut into digits: the cheapest ways from above it to below it.

A way follows the gap between two digits or crosses a thin place of a stroke, and it costs the ink that it
crosses (Wang & Jean 1994, Segmentation of merged characters by neural networks and shortest path).
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, Int

from handlens.arrays import Ink

WORK = 40
"""The digit height at which ways are sought, in pixels: a pen is 3 to 8 of them."""

MOST_CROSSED = 3.0
"""A cut crosses no more ink than so many pen widths: two strokes, met at an angle."""

SPACING = 0.08
"""Cuts are at least so many digit heights apart: as much as a thin pen is wide."""

LEAST = 0.1
"""A cut leaves on both sides a stroke of at least so many digit heights."""

TALLEST, BROADEST = 3, 40
"""Ink that is higher or wider than so many digit heights is no row of digits: it isn't cut."""

NARROWEST = 1.5
"""Ink that isn't wider than so many pens is one upright stroke: two digits have one each, side by side."""

DENSEST = 12.0
"""A column crosses no more strokes than so many, on average: eights that touch have seven, a tangle more."""

# In pixels of ink: a step aside, and each row in each pixel's distance from the straight line, lest a way
# wander through empty paper and go round the digit.
_ASIDE = np.float32(0.1)
_ASTRAY = np.float32(0.02)


class Cut(NamedTuple):
    """A way through the ink."""

    crossed: float
    """The ink that it crosses, in pen widths."""
    columns: Float[np.ndarray, "rows"]
    """In each row; pixels left of it lie before the cut."""


def cuts_of(ink: Ink, height: float, pen: float, slant: float) -> list[Cut]:
    """Where ink may be cut, from left to right; the ways don't cross.

    Args:
        ink: [height, width] of what may be several digits.
        height: of a digit, in pixels.
        pen: the width of a stroke, in pixels.
        slant: of the digits, columns to the right a row upwards.
    """
    scale = WORK / height
    rows, columns = max(2, round(ink.shape[0] * scale)), max(2, round(ink.shape[1] * scale))
    margin = SPACING * WORK
    if columns < 3 * margin or rows > TALLEST * WORK or columns > BROADEST * WORK:
        return []
    if ink.shape[1] <= NARROWEST * pen or ink.sum() > DENSEST * pen * ink.shape[1]:
        return []
    small = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    leaning = rows * abs(slant) / 2
    starts = np.arange(margin - leaning, columns + leaning - margin, 1.0)
    ways = _ways(small, starts, slant)
    before = np.pad(np.cumsum(small, axis=1), ((0, 0), (1, 0)))
    left = before[np.arange(rows), np.clip(ways, 0, columns)].sum(axis=1)
    crossed = small[np.arange(rows), np.clip(ways, 0, columns - 1)] * ((ways >= 0) & (ways < columns))
    cost = crossed.sum(axis=1) / (pen * scale)
    least = LEAST * WORK * pen * scale
    fair = (left > least) & (small.sum() - left > least) & (cost <= MOST_CROSSED)
    chosen: list[int] = []
    for index in np.argsort(cost, kind="stable").tolist():
        if fair[index] and all(np.abs(ways[index] - ways[other]).mean() >= margin for other in chosen):
            chosen.append(index)
    place = (np.arange(ink.shape[0]) + 0.5) * rows / ink.shape[0] - 0.5
    cuts, last = [], np.full(ink.shape[0], -np.inf)
    for index in sorted(chosen, key=lambda index: float(ways[index].mean())):
        way = (np.interp(place, np.arange(rows), ways[index]) + 0.5) * ink.shape[1] / columns
        last = np.maximum(last, way)
        cuts.append(Cut(float(cost[index]), last))
    return cuts


def _ways(ink: Ink, starts: Float[np.ndarray, "n"], slant: float) -> Int[np.ndarray, "n rows"]:
    """The cheapest way down near each start: its column in each row.

    Each keeps within a quarter of a digit height from the slanted line through its start, and takes one step
    aside a row at most (a shortest path, row by row).
    """
    rows, columns = ink.shape
    offsets = np.arange(-(WORK // 4), WORK // 4 + 1)
    drift = slant * ((rows - 1) / 2 - np.arange(rows))
    centre = np.round(starts[:, None] + drift).astype(np.int64)
    # Column 0 and the last of the padded ink are the paper on both sides.
    place = np.clip(centre[:, :, None] + offsets + 1, 0, columns + 1)
    price = np.pad(ink, ((0, 0), (1, 1)))[np.arange(rows)[None, :, None], place] + _ASTRAY * np.abs(
        offsets, dtype=np.float32
    )
    came = np.zeros((rows, len(starts), len(offsets)), np.int8)
    cost = np.full(
        (len(starts), len(offsets) + 2), np.inf, np.float32
    )  # nothing comes from beyond either end
    stay = cost[:, 1:-1]
    stay[:] = price[:, 0]
    for row in range(1, rows):
        before, after = cost[:, :-2] + _ASIDE, cost[:, 2:] + _ASIDE
        aside = np.minimum(before, after)
        came[row] = np.where(stay <= aside, 0, np.where(before <= after, -1, 1))
        np.minimum(stay, aside, out=stay)
        stay += price[:, row]
    index = np.arange(len(starts))
    state = stay.argmin(axis=1)
    states = np.zeros((len(starts), rows), np.int64)
    for row in range(rows - 1, -1, -1):
        states[:, row] = state
        state = state + came[row, index, state]
    found: Int[np.ndarray, "n rows"] = centre + offsets[states]
    return found
