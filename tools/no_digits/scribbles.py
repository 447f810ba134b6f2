"""Scribbles: what a pen does when it writes nothing."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from .judge import Judge
from .pen import Canvas, Figure, Points, any_hand, framed, write

MOST_SURE = 0.8
"""A scribble stays if the judge is less sure of every digit; of whole digits it is surer, 9 times in 10."""


def make(rng: Generator, n: int, judge: Judge) -> UInt8[np.ndarray, "n 28 28"]:
    """That many scribbles, framed, that by no accident became a digit."""
    kinds, weights = zip(*_KINDS, strict=True)
    chances = np.array(weights) / sum(weights)
    kept: list[np.ndarray] = []
    while len(kept) < n:
        drawn = rng.choice(len(kinds), max(64, n - len(kept)), p=chances)
        images = np.stack([framed(_one(kinds[kind](rng), rng)) for kind in drawn])
        kept += list(images[judge(images).max(axis=1) < MOST_SURE])
    return np.stack(kept[:n])


def _one(figure: Figure, rng: Generator) -> Canvas:
    hand = any_hand(rng)
    turn = float(rng.uniform(-np.pi, np.pi)) if rng.random() < 0.5 else hand.turn
    return write(figure, rng, replace(hand, turn=turn))


def _walk(rng: Generator) -> Figure:
    """A smooth random walk."""
    return [[_wandering(rng, int(rng.integers(4, 15)))]]


def _walks(rng: Generator) -> Figure:
    return [
        [_wandering(rng, int(rng.integers(3, 7))) + rng.normal(0, 1, 2)] for _ in range(rng.integers(2, 5))
    ]


def _jumps(rng: Generator) -> Figure:
    """Through points anywhere, smooth or straight."""
    points = rng.uniform(0, 1, (int(rng.integers(4, 13)), 2))
    return [[points]] if rng.random() < 0.5 else [_straight(points)]


def _invented(rng: Generator) -> Figure:
    """A letter of no alphabet: lines, arcs, hooks and loops between places of a letter's grid."""
    return [_primitive(rng) for _ in range(rng.integers(2, 5))]


def _zigzag(rng: Generator) -> Figure:
    turns = int(rng.integers(4, 14))
    along = np.arange(turns) + rng.normal(0, 0.2, turns)
    across = np.where(np.arange(turns) % 2, 1, -1) * rng.uniform(0.5, 1.2, turns) * rng.uniform(0.8, 6)
    points = np.stack([along, across], axis=1)
    return [[points]] if rng.random() < 0.4 else [_straight(points)]


def _spiral(rng: Generator) -> Figure:
    rounds = rng.uniform(1.6, 4.5)
    angle = np.arange(0, rounds * 2 * np.pi, 0.5) * rng.choice([-1, 1]) + rng.uniform(0, 6.3)
    radius = np.linspace(rng.uniform(0, 0.4), 1, len(angle)) ** rng.uniform(0.7, 1.3)
    return [[radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)]]


def _coil(rng: Generator) -> Figure:
    """Loops along a line, as a pen is tried out."""
    angle = np.arange(0, rng.uniform(3, 8) * 2 * np.pi, 0.6)
    across = np.sin(angle) * rng.uniform(0.8, 2.5)
    return [[np.stack([np.cos(angle) + angle * rng.uniform(0.08, 0.4), across], axis=1)]]


def _hatching(rng: Generator) -> Figure:
    lines = int(rng.integers(3, 9))
    figure = _lines(rng, lines, rng.uniform(-0.5, 0.5))
    if rng.random() < 0.5:
        across = _lines(rng, int(rng.integers(1, 7)), rng.uniform(-0.5, 0.5))
        figure += [[points[:, ::-1] for points in stroke] for stroke in across]
    return figure


def _struck(rng: Generator) -> Figure:
    """Something crossed out: a tangle, and strokes through it."""
    figure: Figure = [[_wandering(rng, int(rng.integers(5, 12)))]]
    everything = figure[0][0]
    low, high = everything.min(axis=0), everything.max(axis=0)
    for _ in range(rng.integers(2, 7)):
        start = low + rng.uniform(-0.2, 0.6, 2) * (high - low)
        end = high + rng.uniform(-0.6, 0.2, 2) * (high - low)
        figure.append(
            [np.stack([[start[0], end[1]], [end[0], start[1]]] if rng.random() < 0.5 else [start, end])]
        )
    return figure


def _underlined(rng: Generator) -> Figure:
    figure = [*_walk(rng)]
    points = figure[0][0]
    low, high = points.min(axis=0), points.max(axis=0)
    for line in range(rng.integers(1, 3)):
        y = high[1] + (0.1 + 0.2 * line) * (high[1] - low[1])
        figure.append([np.array([[low[0], y], [high[0], y]])])
    return figure


def _ringed(rng: Generator) -> Figure:
    """A ring with something inside; smaller than the ring, lest it be a digit's loop."""
    angle = np.arange(0, rng.uniform(1, 1.2) * 2 * np.pi, 0.5)
    ring = np.stack([np.cos(angle), np.sin(angle) * rng.uniform(0.7, 1.3)], axis=1)
    inside = _KINDS[int(rng.integers(4))][0](rng)
    everything = np.vstack([piece for stroke in inside for piece in stroke])
    low, span = everything.min(axis=0), np.ptp(everything, axis=0).max()
    size = rng.uniform(0.5, 1.1)
    return [[ring], *([(piece - low) / span * size - size / 2 for piece in stroke] for stroke in inside)]


def _strokes(rng: Generator) -> Figure:
    """Straight strokes anywhere, three to seven."""
    return [[rng.uniform(0, 1, (2, 2))] for _ in range(rng.integers(3, 8))]


def _wave(rng: Generator) -> Figure:
    """Flowing up and down, as a signature's end."""
    n = int(rng.integers(7, 16))
    ups = np.where(np.arange(n) % 2, 1, 0) * rng.uniform(0.3, 1, n) * rng.uniform(1, 4)
    return [[np.stack([np.cumsum(rng.uniform(0.1, 1, n)), ups], axis=1)]]


_KINDS: tuple[tuple[Callable[[Generator], Figure], float], ...] = (
    (_walk, 3),
    (_invented, 6),
    (_jumps, 2),
    (_walks, 2),
    (_zigzag, 1.5),
    (_spiral, 1),
    (_coil, 1),
    (_hatching, 1.5),
    (_struck, 1.5),
    (_underlined, 1),
    (_ringed, 1.5),
    (_strokes, 1.5),
    (_wave, 1.5),
)


def _wandering(rng: Generator, n: int) -> Points:
    """Points each a step on from the last, turning at random."""
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(rng.normal(0, 0.4), 1.2, n))
    steps = rng.uniform(0.3, 1.2, n)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    return np.asarray(np.cumsum(steps, axis=0))


def _straight(points: Points) -> list[Points]:
    return [np.stack(pair) for pair in pairwise(points)]


def _lines(rng: Generator, n: int, slope: float) -> Figure:
    ys = np.arange(n) + rng.normal(0, 0.15, n)
    left, right = rng.normal(0, 0.4, n), n + rng.normal(0, 0.4, n)
    return [
        [np.array([[x0, y - slope * n / 2], [x1, y + slope * n / 2]])]
        for x0, x1, y in zip(left, right, ys, strict=True)
    ]


def _primitive(rng: Generator) -> list[Points]:
    start, end = rng.choice(3, (2, 2)) / 2 + rng.normal(0, 0.05, (2, 2))
    if np.hypot(*(end - start)) < 0.3:  # a loop or a dot, round that place
        angle = np.linspace(0, rng.uniform(3.5, 6.5), 9) + rng.uniform(0, 6.3)
        return [start + rng.uniform(0.1, 0.4) * np.stack([np.cos(angle), np.sin(angle)], axis=1)]
    across = np.array([-(end - start)[1], (end - start)[0]])
    shape = rng.random()
    if shape < 0.45:
        return [np.stack([start, end])]
    if shape < 0.8:  # an arc
        return [np.stack([start, (start + end) / 2 + across * rng.normal(0, 0.45), end])]
    bend = (start + end) / 2 + across * rng.choice([-0.4, 0.4])  # a hook, or a corner
    return [np.stack([start, bend]), np.stack([bend, end])]
