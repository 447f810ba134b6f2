"""Pieces of digits, but for those that are digits themselves: half an 8 is a 3, a 4's stem a 1."""

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from handlens.arrays import Images

from .judge import Judge
from .pen import ZOOM, Canvas, framed

MOST_SURE = 0.55
"""A piece stays if the judge is less sure of every digit; of whole digits it is surer, 98 times in 100."""


def make(rng: Generator, n: int, digits: Images, judge: Judge) -> UInt8[np.ndarray, "n 28 28"]:
    """That many pieces of these digits, framed, of which the judge is not sure."""
    kept: list[np.ndarray] = []
    while len(kept) < n:
        drawn = rng.integers(len(digits), size=max(64, n - len(kept)))
        pieces = np.stack([framed(piece) for place in drawn for piece in _piece(digits[place], rng)])
        kept += list(pieces[judge(pieces).max(axis=1) < MOST_SURE])
    return np.stack(kept[:n])


def _piece(digit: np.ndarray, rng: Generator) -> list[Canvas]:
    """A piece of a digit, or none where the cut took too much or too little."""
    side = 28 * ZOOM
    large = cv2.resize(np.ascontiguousarray(digit), (side, side), interpolation=cv2.INTER_CUBIC)
    ink = large.sum(dtype=np.int64)
    if rng.random() < 0.88:
        left = np.where(_one_side(large, rng), large, 0)
        least, most = 0.25, 0.7
    else:
        left = np.where(_gap(large, rng), 0, large)
        least, most = 0.25, 0.7
    share = left.sum(dtype=np.int64) / ink
    return [left.astype(np.uint8)] if least < share < most and left.max() > 100 else []


def _one_side(large: Canvas, rng: Generator) -> np.ndarray:
    """What lies on one side of a line, straight or bent, through some of the ink."""
    ys, xs = np.mgrid[: large.shape[0], : large.shape[1]]
    inked = np.argwhere(large > 127)
    y, x = inked[int(rng.integers(len(inked)))]
    # Splitting a row into digits cuts from top to bottom; a picture's edge cuts along either axis.
    angle = rng.choice([rng.normal(0, 0.25), rng.uniform(0, np.pi)], p=[0.6, 0.4])
    across = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
    along = (ys - y) * np.cos(angle) - (xs - x) * np.sin(angle)
    bend = rng.normal(0, 0.004) * along**2 if rng.random() < 0.4 else 0
    kept: np.ndarray = across > bend
    return kept if rng.random() < 0.5 else ~kept


def _gap(large: Canvas, rng: Generator) -> np.ndarray:
    """One to three wide rubbings-out."""
    rubbed = np.zeros_like(large)
    inked = np.argwhere(large > 127)
    for _ in range(rng.integers(1, 4)):
        y, x = inked[int(rng.integers(len(inked)))]
        reach = rng.normal(0, 6 * ZOOM, 2)
        start, end = (np.round([x, y] + sign * reach).astype(int).tolist() for sign in (-1, 1))
        cv2.line(rubbed, start, end, 255, int(rng.uniform(2.5, 6) * ZOOM))
    return rubbed > 0
