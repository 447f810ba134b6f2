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

SPACING = 0.12
"""Cuts are at least so many digit heights apart; the pen itself is as wide."""

DENSEST = 4
"""At most so many cuts for each digit height of width."""

LARGEST = 40
"""Ink that is wider than so many digit heights, or a sixth of that high, is no writing: it isn't cut."""

_ASIDE = np.float32(0.1)  # a step aside, in pixels of ink: a way keeps straight through empty paper


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
    if columns < 3 * margin or rows > LARGEST / 6 * WORK or columns > LARGEST * WORK:
        return []
    small = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    leaning = rows * abs(slant) / 2
    starts = np.arange(margin - leaning, columns + leaning - margin, 2.0)
    crossed, ways = _ways(small, starts, slant)
    crossed = crossed / max(1.0, pen * scale)
    middles = ways.mean(axis=1)
    chosen: list[int] = []
    for index in np.argsort(crossed, kind="stable").tolist():
        if crossed[index] > MOST_CROSSED or len(chosen) >= DENSEST * columns / WORK:
            break
        if all(abs(middles[index] - middles[other]) >= margin for other in chosen):
            chosen.append(index)
    place = (np.arange(ink.shape[0]) + 0.5) * rows / ink.shape[0] - 0.5
    cuts, last = [], np.full(ink.shape[0], -np.inf)
    for index in sorted(chosen, key=lambda index: float(middles[index])):
        way = (np.interp(place, np.arange(rows), ways[index]) + 0.5) * ink.shape[1] / columns
        last = np.maximum(last, way)
        cuts.append(Cut(float(crossed[index]), last))
    return cuts


def _ways(
    ink: Ink, starts: Float[np.ndarray, "n"], slant: float
) -> tuple[Float[np.ndarray, "n"], Int[np.ndarray, "n rows"]]:
    """The cheapest way down near each start: the ink that it crosses, and its column in each row.

    Each keeps within a quarter of a digit height from the slanted line through its start, and takes one step
    aside a row at most (a shortest path, row by row).
    """
    rows, columns = ink.shape
    offsets = np.arange(-(WORK // 4), WORK // 4 + 1)
    drift = slant * ((rows - 1) / 2 - np.arange(rows))
    centre = np.round(starts[:, None] + drift).astype(np.int64)
    # Column 0 and the last of the padded ink are the paper on both sides.
    place = np.clip(centre[:, :, None] + offsets + 1, 0, columns + 1)
    price = np.pad(ink, ((0, 0), (1, 1)))[np.arange(rows)[None, :, None], place]
    cost = price[:, 0]
    came = np.zeros((rows, len(starts), len(offsets)), np.int64)
    for row in range(1, rows):
        wide = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        options = np.stack([wide[:, 1:-1], wide[:, :-2] + _ASIDE, wide[:, 2:] + _ASIDE])
        choice = options.argmin(axis=0)
        came[row] = np.arange(len(offsets)) + np.array([0, -1, 1])[choice]
        cost = options.min(axis=0) + price[:, row]
    index = np.arange(len(starts))
    state = cost.argmin(axis=1)
    states = np.zeros((len(starts), rows), np.int64)
    for row in range(rows - 1, -1, -1):
        states[:, row] = state
        state = came[row][index, state]
    crossed = np.take_along_axis(price, states[:, :, None], axis=2).sum(axis=(1, 2))
    return crossed, centre + offsets[states]
