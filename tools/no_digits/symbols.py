"""Signs: by hand and of the fonts; dots and dashes as the blobs and bars that framing makes of them."""

from functools import cache

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from . import fonts
from .letters_by_hand import read
from .pen import ZOOM, Canvas, Figure, any_map, elastic, framed, write
from .symbols_by_hand import SYMBOLS

BY_HAND, DOTS = 0.66, 0.12
"""Shares of signs by hand, and of dots, commas and dashes; the rest are from fonts."""

_NAMES = sorted(SYMBOLS)


def make(rng: Generator, n: int) -> UInt8[np.ndarray, "n 28 28"]:
    """That many signs, framed."""
    return np.stack([framed(_one(rng)) for _ in range(n)])


def _one(rng: Generator) -> Canvas:
    kind = rng.random()
    if kind < BY_HAND:
        shapes = _shapes(str(rng.choice(_NAMES)))
        return write(shapes[int(rng.integers(len(shapes)))], rng)
    if kind < BY_HAND + DOTS:
        return _dot(rng)
    return fonts.sign(rng)


@cache
def _shapes(name: str) -> tuple[Figure, ...]:
    return tuple(read(text) for text in SYMBOLS[name])


def _dot(rng: Generator) -> Canvas:
    """A dot, a comma or a dash: as wide as its pen, or a few times as long, but not upright as a 1."""
    canvas = np.zeros((32 * ZOOM, 32 * ZOOM), np.uint8)
    middle = 16 * ZOOM
    if rng.random() < 0.5:
        axes = (int(rng.uniform(4, 8) * ZOOM), int(rng.uniform(3, 8) * ZOOM))
        cv2.ellipse(canvas, (middle, middle), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    else:
        length, thick = rng.uniform(5, 9) * ZOOM, int(rng.uniform(1.5, 7) * ZOOM)
        angle = rng.uniform(-0.5, 0.5)
        reach = np.array([np.cos(angle), np.sin(angle)]) * length
        start, end = (np.round(middle + sign * reach).astype(int).tolist() for sign in (-1, 1))
        cv2.line(canvas, start, end, 255, thick, cv2.LINE_AA)
    return np.asarray(elastic(canvas, rng, any_map(rng, slant=0.1), rng.uniform(0, 8)))
