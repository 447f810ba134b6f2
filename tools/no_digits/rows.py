"""What the reader's own cuts make of rows of touching digits: digits, and what was cut wrong.

The best path over a row (handlens.reading.path) is as good as the network's judgement of its candidates. So
the network learns from candidates: rows are composed of known digits, the reader's splitter cuts them, and
each candidate is called by the digit that it is, or nothing. (LeCun et al. 1998, section VI, train on such
rows as a whole; labelling candidates one by one needs no other loss.)
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy.random import Generator

from handlens.arrays import Images, Ink, Labels
from handlens.reading.frame import frame
from handlens.reading.lines import find_components
from handlens.reading.split import Candidate, candidates_of, pieces_of
from handlens.reading.strip import strip_of

from .judge import Judge

NOTHING = 10

WHOLE = 0.85
"""A candidate is a digit where it holds this share of the digit's ink, and as much of its ink is its."""

WRONG = 0.6
"""Where neither digit comes to this share of both, it is nothing; between the two nobody could say."""

MOST_SURE = 0.85
"""A wrong cut of which the judge is surer is left out."""

ROWS = 500
"""Rows that are composed between two looks at whether there are enough."""

Layers = Float32[np.ndarray, "digits height width"]


class Cuts(NamedTuple):
    """Candidates as the network sees them."""

    images: Images
    labels: Labels
    """0 … 9, or `NOTHING`."""


def make(rng: Generator, whole: int, wrong: int, digits: Images, labels: Labels, judge: Judge) -> Cuts:
    """About ``whole`` candidates that are digits, of each a multiple of twelve, and ``wrong`` that are none.

    Args:
        rng: decides all.
        whole: how many digits at most.
        wrong: how many that are none.
        digits: what rows are composed of.
        labels: which digits those are.
        judge: says which wrong cuts are digits all the same, as a 4's stem is a 1: they are left out.
    """
    cuts = Cuts(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    while (cuts.labels < NOTHING).sum() < whole or (cuts.labels == NOTHING).sum() < wrong:
        images, names = zip(
            *(cut for _ in range(ROWS) for cut in _of_a_row(rng, digits, labels)), strict=True
        )
        more = Cuts(np.stack(images), np.array(names, np.uint8))
        clear = (more.labels < NOTHING) | (judge(more.images).max(axis=1) < MOST_SURE)
        cuts = Cuts(*(np.concatenate([old, new[clear]]) for old, new in zip(cuts, more, strict=True)))
    right, nothing = np.flatnonzero(cuts.labels < NOTHING)[:whole], np.flatnonzero(cuts.labels == NOTHING)
    kept = np.concatenate([right[_dozens(cuts.labels[right])], nothing[:wrong]])
    return Cuts(cuts.images[kept], cuts.labels[kept])


def _dozens(labels: Labels) -> np.ndarray:
    """The places of as many of each label as make whole dozens, ascending."""
    places = [np.flatnonzero(labels == label) for label in range(NOTHING)]
    return np.sort(np.concatenate([place[: len(place) // 12 * 12] for place in places]))


def _of_a_row(
    rng: Generator, digits: Images, labels: Labels
) -> Iterator[tuple[UInt8[np.ndarray, "28 28"], int]]:
    """The candidates of one row of two to four digits, with what they are."""
    chosen = rng.integers(0, len(digits), rng.integers(2, 5))
    layers = _row(rng, [digits[index] for index in chosen])
    ink = layers.max(axis=0)
    components = find_components(ink)
    if not len(components.boxes):
        return
    strip = strip_of(ink, components, np.arange(len(components.boxes)), turn=False)
    if strip.to_picture[0, 0] != 1:  # shrunk: its places aren't the layers'
        return
    left, top = strip.to_picture[:, 2].astype(int)
    for candidate in candidates_of(strip, pieces_of(strip)):
        whose, share = _share(candidate, layers, int(top), int(left))
        if share >= WHOLE:
            yield _framed(candidate.ink), int(labels[chosen[whose]])
        elif share < WRONG:
            yield _framed(candidate.ink), NOTHING


def _framed(ink: Ink) -> UInt8[np.ndarray, "28 28"]:
    framed: UInt8[np.ndarray, "28 28"] = np.rint(frame(ink).pixels * 255).astype(np.uint8)
    return framed


def _share(candidate: Candidate, layers: Layers, top: int, left: int) -> tuple[int, float]:
    """The digit that a candidate is nearest to, and the smaller of the two shares (see `WHOLE`)."""
    height, width = candidate.ink.shape
    y, x = candidate.top + top, candidate.left + left
    under = layers[:, y : y + height, x : x + width]
    held = np.minimum(under, candidate.ink).sum(axis=(1, 2)) / layers.sum(axis=(1, 2))
    pure = (candidate.ink * (under > 0.2)).sum(axis=(1, 2)) / candidate.ink.sum()
    shares = np.minimum(held, pure)
    return int(shares.argmax()), float(shares.max())


def _row(rng: Generator, digits: list[np.ndarray]) -> Layers:
    """Digits of one hand side by side, a layer each: most of them touch the one before."""
    zoom = rng.uniform(1.6, 3.2)
    parts = [_enlarged(digit, zoom * rng.uniform(0.85, 1.15)) for digit in digits]
    height = round(1.3 * max(part.shape[0] for part in parts)) + 4
    width = sum(part.shape[1] for part in parts) + round(12 * zoom)
    layers = np.zeros((len(parts), height, width), np.float32)
    x = 2
    for place, part in enumerate(parts):
        tall, wide = part.shape
        y = int(np.clip((height - tall) / 2 + rng.normal(0, 0.05 * height), 0, height - tall))
        if place:
            x = _beside(layers[:place].max(axis=0), part, y, x, overlap=rng.uniform(0.5, 8) * zoom)
            x += int(rng.uniform(0, 3) * zoom) if rng.random() < 0.3 else 0
        layers[place, y : y + tall, x : x + wide] = part
        x += wide
    return layers


def _enlarged(digit: np.ndarray, zoom: float) -> Ink:
    """A digit cut to its ink."""
    rows, columns = (np.flatnonzero((digit > 30).any(axis=axis)) for axis in (1, 0))
    cut = np.ascontiguousarray(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    large = cv2.resize(cut, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    ink: Ink = np.clip(large.astype(np.float32) / 255, 0, 1)
    return ink


def _beside(before: Ink, part: Ink, y: int, x: int, overlap: float) -> int:
    """How far to the left the part may move until so much ink, in pixels, lies over what is there."""
    tall, wide = part.shape
    furthest = max(0, x - wide // 2)
    while x > furthest and np.minimum(before[y : y + tall, x : x + wide], part).sum() < overlap:
        x -= 1
    return x
