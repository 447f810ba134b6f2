"""Letters: by hand above all, and of the fonts that come with matplotlib."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from . import fonts
from .letters_by_hand import AS_DIGITS, LETTERS, read
from .pen import Canvas, Figure, Points, any_hand, framed, write

BY_HAND, IN_WORDS = 0.68, 0.07
"""Shares of letters by hand, and of two or three of them in one box; the rest are from fonts."""

_NAMES = sorted(LETTERS)
_WEIGHTS = np.array([0.5 if name in AS_DIGITS else 1 for name in _NAMES])


def make(rng: Generator, n: int) -> UInt8[np.ndarray, "n 28 28"]:
    """That many letters, framed."""
    return np.stack([framed(_one(rng)) for _ in range(n)])


def _one(rng: Generator) -> Canvas:
    kind = rng.random()
    if kind < BY_HAND:
        return _by_hand(rng)
    if kind < BY_HAND + IN_WORDS:
        return _word(rng)
    return fonts.letter(rng)


def _by_hand(rng: Generator) -> Canvas:
    name = str(rng.choice(_NAMES, p=_WEIGHTS / _WEIGHTS.sum()))
    hand = any_hand(rng)
    if name in "ij":  # with a thick pen the dot would run into the stem: a 1
        hand = replace(hand, width=min(hand.width, 3))
    return write(_figure(name, rng), rng, hand)


def _word(rng: Generator) -> Canvas:
    """Two or three letters in a row, as one box."""
    figure: Figure = []
    for place in range(int(rng.integers(2, 4))):
        offset = np.array([place * rng.uniform(7, 10), rng.normal(0, 1)])
        letter = _figure(str(rng.choice(_NAMES)), rng)
        figure += [[points + offset for points in stroke] for stroke in letter]
    hand = any_hand(rng)
    return write(figure, rng, replace(hand, width=min(hand.width, 2.2)))  # a thick pen leaves a blot


@cache
def _shapes(name: str) -> tuple[Figure, ...]:
    return tuple(read(text) for text in LETTERS[name])


def _figure(name: str, rng: Generator) -> Figure:
    """One of a letter's shapes, in a round, angular or flowing hand."""
    shapes = _shapes(name)
    figure = shapes[int(rng.integers(len(shapes)))]
    if name in AS_DIGITS:
        return figure
    style = rng.random()
    if style < 0.1:
        return [_angular(stroke) for stroke in figure]
    if style < 0.2:
        return [_rounded(stroke) for stroke in figure]
    if style < 0.35 and name.islower():
        return _flowing(figure, rng)
    return figure


def _angular(stroke: list[Points]) -> list[Points]:
    return [np.stack(pair) for piece in stroke for pair in pairwise(piece)]


def _rounded(stroke: list[Points]) -> list[Points]:
    return [np.vstack([stroke[0], *(piece[1:] for piece in stroke[1:])])]


def _flowing(figure: Figure, rng: Generator) -> Figure:
    """With the strokes that lead to the letter before and after."""
    first, *rest = figure
    start = first[0][0]
    entry = np.stack([start + np.array([-rng.uniform(1.5, 4), rng.uniform(1, 6)]), start])
    figure = [[entry, *first], *rest]
    *rest, last = figure
    end = last[-1][-1]
    if end[1] < 6:  # ends high or in the middle: nothing flows from there
        return figure
    leaving = np.array([[0, 0], [rng.uniform(1, 2), -0.2], [rng.uniform(2.5, 4), -rng.uniform(1.5, 4)]])
    return [*rest, [*last, end + leaving]]
