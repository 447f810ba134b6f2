"""What the reader's own cuts make of rows of touching digits: digits, and what was cut wrong.

The best path over a row (handlens.reading.path) is as good as the network's judgement of its candidates. So
the network learns from candidates: rows are composed of known digits, the reader's splitter cuts them, and
each candidate is called by the digit that it is, or nothing, in both looks that the reader takes at it
(handlens.reading.overlap). (LeCun et al. 1998, section VI, train on such rows as a whole; labelling
candidates one by one needs no other loss.)
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8
from numpy.random import Generator

from handlens.arrays import Images, Ink, Labels
from handlens.reading.frame import frame
from handlens.reading.lines import find_components
from handlens.reading.overlap import with_shared_ink
from handlens.reading.split import Candidate, candidates_of, pieces_of
from handlens.reading.strip import strip_of

from .judge import Judge

NOTHING, PART = 10, 11
"""What is no digit; and among it, until the judge has looked, what may look like one by itself."""

WHOLE = 0.85
"""A candidate is a digit where it holds this share of the digit's ink, and as much of its ink is its."""

WRONG = 0.6
"""Where no digit comes to this share of both, it is nothing; between the two nobody could say."""

TWO = 0.5
"""Where it holds this share of each of two digits it is nothing, whatever it looks like: a four and the one
beside it still look like a four."""

MOST_SURE, MOST_SURE_ONE = 0.7, 0.55
"""A part of a digit of which the judge is surer is left out; sooner one that looks like a one, as a four's
stem does."""

TYPICAL, MOST = 4, 20
"""The ink that digits share where they touch, in pixels of MNIST: the mean, and the most."""

A_ROW = 12
"""So many digits, and so many that are none, are taken of a row: its candidates are much alike."""

ROWS = 500
"""Rows that are composed between two looks at whether there are enough."""

Layers = Float32[np.ndarray, "digits height width"]


Cut = tuple[UInt8[np.ndarray, "28 28"], int]


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
            *(cut for _ in range(ROWS) for cut in _some(rng, list(_of_a_row(rng, digits, labels)))),
            strict=True,
        )
        more = _judged(Cuts(np.stack(images), np.array(names, np.uint8)), judge)
        cuts = Cuts(*(np.concatenate(both) for both in zip(cuts, more, strict=True)))
    right, nothing = np.flatnonzero(cuts.labels < NOTHING)[:whole], np.flatnonzero(cuts.labels == NOTHING)
    kept = np.concatenate([right[_dozens(cuts.labels[right])], nothing[:wrong]])
    return Cuts(cuts.images[kept], cuts.labels[kept])


def _some(rng: Generator, cuts: list[Cut]) -> list[Cut]:
    """Not too many of either kind."""
    digit = [name < NOTHING for _, name in cuts]
    kinds = np.flatnonzero(digit), np.flatnonzero(np.logical_not(digit))
    return [cuts[place] for places in kinds for place in rng.permutation(places)[:A_ROW]]


def _judged(cuts: Cuts, judge: Judge) -> Cuts:
    """Without the parts that are digits by themselves."""
    parts = np.flatnonzero(cuts.labels == PART)
    seen = judge(cuts.images[parts])
    most = np.where(seen.argmax(axis=1) == 1, MOST_SURE_ONE, MOST_SURE)
    left_out = parts[seen.max(axis=1) >= most]
    images, labels = (np.delete(each, left_out, axis=0) for each in cuts)
    return Cuts(images, np.minimum(labels, NOTHING))


def _dozens(labels: Labels) -> np.ndarray:
    """The places of as many of each label as make whole dozens, ascending."""
    places = [np.flatnonzero(labels == label) for label in range(NOTHING)]
    return np.sort(np.concatenate([place[: len(place) // 12 * 12] for place in places]))


def _of_a_row(rng: Generator, digits: Images, labels: Labels) -> Iterator[Cut]:
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
    pieces = pieces_of(strip)
    for candidate in candidates_of(strip, pieces):
        name = _name(_shares(candidate, layers, int(top), int(left)), labels[chosen])
        if name is None:
            continue
        yield _framed(candidate.ink), name
        second = with_shared_ink(candidate, pieces, strip.pen)
        if second is not None:
            yield _framed(second), name


def _framed(ink: Ink) -> UInt8[np.ndarray, "28 28"]:
    framed: UInt8[np.ndarray, "28 28"] = np.rint(frame(ink).pixels * 255).astype(np.uint8)
    return framed


class Shares(NamedTuple):
    """Of a candidate, for each digit of the row."""

    held: Float64[np.ndarray, "digits"]
    """The share of the digit's ink that the candidate holds."""
    pure: Float64[np.ndarray, "digits"]
    """The share of the candidate's ink that is the digit's; where two touch, both have it."""


def _shares(candidate: Candidate, layers: Layers, top: int, left: int) -> Shares:
    height, width = candidate.ink.shape
    y, x = candidate.top + top, candidate.left + left
    under = layers[:, y : y + height, x : x + width]
    held = np.minimum(under, candidate.ink).sum(axis=(1, 2)) / layers.sum(axis=(1, 2))
    pure = (candidate.ink * (under > 0.2)).sum(axis=(1, 2)) / candidate.ink.sum()
    return Shares(held, pure)


def _name(shares: Shares, labels: Labels) -> int | None:
    """What a candidate is; None where nobody could say."""
    if np.count_nonzero(shares.held >= TWO) > 1:
        return NOTHING
    nearer = np.minimum(shares.held, shares.pure)
    if nearer.max() >= WHOLE:
        return int(labels[nearer.argmax()])
    return PART if nearer.max() < WRONG else None


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
            x = _beside(
                layers[:place].max(axis=0), part, y, x, overlap=zoom**2 * min(rng.exponential(TYPICAL), MOST)
            )
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
