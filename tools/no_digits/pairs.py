"""Two neighbours of a row taken for one: whole digits, or one with a big part of the next."""

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from handlens.arrays import Images

from .pen import ZOOM, Canvas, any_map, elastic, framed, grained

PARTLY = 0.35
"""Share of pairs of which one neighbour was cut off."""

LEAST_WIDER = 1.3
"""A pair is at least this much wider than the wider of its two: else a digit is all that is seen."""


def make(rng: Generator, n: int, digits: Images) -> UInt8[np.ndarray, "n 28 28"]:
    """That many pairs of these digits, framed."""
    images: list[np.ndarray] = []
    while len(images) < n:
        left, right = (_digit(digits[int(rng.integers(len(digits)))], rng) for _ in range(2))
        pair = _joined(left, right, rng)
        if pair is not None:
            images.append(framed(pair))
    return np.stack(images)


def _digit(digit: np.ndarray, rng: Generator) -> Canvas:
    """A digit, enlarged, in another size and shape, cut to its ink."""
    size = rng.uniform(0.75, 1.2)
    side = round(28 * ZOOM * size)
    large = cv2.resize(np.ascontiguousarray(digit), (side, side), interpolation=cv2.INTER_CUBIC)
    return _trimmed(elastic(large, rng, any_map(rng, turn=0.08), rng.uniform(0, 3)))


def _trimmed(ink: np.ndarray) -> Canvas:
    rows, columns = (np.flatnonzero((ink > 50).any(axis=axis)) for axis in (1, 0))
    return np.asarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _joined(left: Canvas, right: Canvas, rng: Generator) -> Canvas | None:
    """The two side by side, -5 … 4 pixels of the frame apart; None where hardly more than one is seen."""
    if rng.random() < PARTLY:
        keep = rng.uniform(0.4, 0.85)
        if rng.random() < 0.5:
            right = _trimmed(right[:, : max(1, int(keep * right.shape[1]))])
        else:
            left = _trimmed(left[:, int((1 - keep) * left.shape[1]) :])
    gap = max(round(rng.uniform(-5, 4) * ZOOM), round(-0.4 * min(left.shape[1], right.shape[1])))
    width = left.shape[1] + gap + right.shape[1]
    if width < LEAST_WIDER * max(left.shape[1], right.shape[1]):
        return None
    drop = round(rng.normal(0, 1.5) * ZOOM) + (left.shape[0] - right.shape[0])  # on one line, about
    tops = (max(-drop, 0), max(drop, 0))
    height = max(tops[0] + left.shape[0], tops[1] + right.shape[0])
    row = np.zeros((height, width), np.uint8)
    for part, top, start in ((left, tops[0], 0), (right, tops[1], left.shape[1] + gap)):
        place = row[top : top + part.shape[0], start : start + part.shape[1]]
        np.maximum(place, part, out=place)
    return grained(row, rng, rng.uniform(0.1, 0.4)) if rng.random() < 0.1 else row
