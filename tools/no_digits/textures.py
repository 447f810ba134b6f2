"""Textures and pictures: what a camera sees where nothing was written."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy.random import Generator

from .pen import any_map, elastic, framed, to_uint8

ZOOM = 4  # there is less detail in them than in a pen's stroke
SIDE = 28 * ZOOM
FILLING = 0.5
"""Share of pictures that fill the frame; the others are framed as ink is."""

Picture = Float32[np.ndarray, "height width"]


def make(rng: Generator, n: int) -> UInt8[np.ndarray, "n 28 28"]:
    """That many pictures, their contrast brought to the full range."""
    kinds, weights = zip(*_KINDS, strict=True)
    chances = np.array(weights) / sum(weights)
    return np.stack([_taken(kinds[kind](rng), rng) for kind in rng.choice(len(kinds), n, p=chances)])


def _taken(picture: Picture, rng: Generator) -> np.ndarray:
    picture = _stretched(picture)
    if rng.random() < 0.25:
        picture = 1 - picture
    if rng.random() < 0.2:
        picture = np.clip(picture + rng.normal(0, 0.08, picture.shape), 0, 1).astype(np.float32)
    if rng.random() < FILLING:
        small = cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA)
        return to_uint8(_stretched(small))
    border = rng.integers(0, 3) * ZOOM
    return framed(to_uint8(np.pad(picture, border)))


def _stretched(picture: np.ndarray) -> Picture:
    low, high = float(picture.min()), float(picture.max())
    return ((picture - low) / max(high - low, 1e-6)).astype(np.float32)


def _noise(rng: Generator) -> Picture:
    """Of one scale, from single pixels to clouds."""
    cells = int(rng.choice([2, 3, 4, 6, 9, 14, 28]))
    values = rng.random((cells, cells)).astype(np.float32) ** rng.choice([0.5, 1, 4])
    way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
    return _stretched(cv2.resize(values, (SIDE, SIDE), interpolation=way))


def _specks(rng: Generator) -> Picture:
    """Salt on black: few single pixels to many, small or large."""
    cells = int(rng.choice([14, 28, 42]))
    values = (rng.random((cells, cells)) < rng.uniform(0.01, 0.4)).astype(np.float32)
    values[rng.integers(cells), rng.integers(cells)] = 1
    return cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)


def _clouds(rng: Generator) -> Picture:
    """Noise of all scales together, as paper and cloth have it; or only where it is strongest."""
    total = np.zeros((SIDE, SIDE), np.float32)
    for cells in (2, 4, 8, 16, 32):
        values = rng.random((cells, cells)).astype(np.float32) * cells ** -rng.uniform(0.3, 1)
        total += cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    total = _stretched(total)
    return (
        np.where(total > rng.uniform(0.4, 0.75), total, 0).astype(np.float32) if rng.random() < 0.5 else total
    )


def _gradient(rng: Generator) -> Picture:
    """A shadow: straight or round, soft or with an edge."""
    ys, xs = _grid()
    if rng.random() < 0.6:
        angle = rng.uniform(0, 2 * np.pi)
        ramp = np.cos(angle) * xs + np.sin(angle) * ys
    else:
        ramp = np.hypot(xs - rng.uniform(-1, 1), (ys - rng.uniform(-1, 1)) * rng.uniform(0.6, 1.6))
    edge = rng.choice([1, 1, 4, 15])
    return _stretched(np.tanh(edge * (_stretched(ramp) - rng.uniform(0.3, 0.7))))


def _stripes(rng: Generator) -> Picture:
    """Or checks, where two lie across each other."""
    ys, xs = _grid()
    angle, period = rng.uniform(0, np.pi), rng.uniform(0.12, 0.9)
    across = np.sin((np.cos(angle) * xs + np.sin(angle) * ys) * np.pi / period + rng.uniform(0, 6))
    if rng.random() < 0.5:
        other = np.sin((np.cos(angle) * ys - np.sin(angle) * xs) * np.pi / period + rng.uniform(0, 6))
        across = across * other if rng.random() < 0.5 else np.maximum(across, other)
    sharp = rng.choice([1, 3, 20])
    return _stretched(np.tanh(sharp * (across - rng.uniform(-0.6, 0.6))))


def _blobs(rng: Generator) -> Picture:
    """Stains."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(rng.integers(1, 8)):
        middle = rng.uniform(0.15, 0.85, 2) * SIDE
        axes = rng.uniform(0.03, 0.3, 2) * SIDE
        cv2.ellipse(
            picture, (tuple(middle), tuple(2 * axes), rng.uniform(0, 180)), int(rng.integers(90, 256)), -1
        )
    return _soft(_bent(picture, rng, 6), rng)


def _silhouette(rng: Generator) -> Picture:
    """A filled outline of any shape."""
    n = int(rng.integers(3, 12))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = rng.uniform(0.25, 0.95, n) * SIDE / 2
    corners = SIDE / 2 + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    picture = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA)
    return _soft(_shaded(_bent(picture, rng, rng.uniform(0, 8)), rng), rng)


def _thing(rng: Generator) -> Picture:
    """Filled like clothes, bags, houses, bottles: boxes about an upright axis, and details."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    level = 0.1
    while level < 0.85:  # from top to bottom, each part as wide as it likes, left and right alike
        height = rng.uniform(0.1, 0.6)
        widths = rng.uniform(0.15, 0.85, 2) * SIDE / 2
        top, bottom = level * SIDE, min(level + height, 0.92) * SIDE
        outline = [(-widths[0], top), (widths[0], top), (widths[1], bottom), (-widths[1], bottom)]
        corners = np.array(outline) + np.array([SIDE / 2, 0])
        cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], int(rng.integers(110, 256)), cv2.LINE_AA)
        level += height
    for _ in range(rng.integers(0, 4)):  # windows, buttons, a seam
        middle, size = rng.uniform(0.3, 0.7, 2) * SIDE, rng.uniform(0.03, 0.2, 2) * SIDE
        start, end = (np.round(middle + sign * size).astype(int).tolist() for sign in (-1, 1))
        cv2.rectangle(picture, start, end, int(rng.integers(0, 120)), -1)
    turned = picture if rng.random() < 0.7 else picture.T.copy()
    return _soft(_shaded(_bent(turned, rng, rng.uniform(0, 8)), rng), rng)


def _ruled(rng: Generator) -> Picture:
    """Remnants of ruled and squared paper: a few long lines, thin, broken here and there."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    down, across = [(1, 0), (0, 1), (1, 1), (2, 2), (3, 0), (2, 1), (4, 4)][int(rng.integers(7))]
    thick = max(1, int(rng.uniform(0.5, 2.5) * ZOOM))
    for count, flip in ((across, False), (down, True)):
        for place in (np.arange(count) + rng.uniform(0.3, 0.7)) * SIDE / max(count, 1):
            line = np.zeros_like(picture)
            end = int(place + rng.normal(0, 0.03) * SIDE)
            cv2.line(line, (0, int(place)), (SIDE, end), int(rng.integers(120, 256)), thick, cv2.LINE_AA)
            picture = np.maximum(picture, line.T if flip else line)
    if down + across == 1 and down:  # one upright line is a 1
        picture = np.maximum(picture, picture.T)
    gaps = cv2.resize(rng.random((6, 6)).astype(np.float32), (SIDE, SIDE))
    return _soft((picture * (gaps > rng.uniform(-0.3, 0.45))).astype(np.uint8), rng)


def _paper(rng: Generator) -> Picture:
    """Blank but for faint noise, as it looks with its contrast brought to the full range."""
    noise = rng.normal(0, 1, (28, 28))
    softness = rng.uniform(0, 1.5)
    if softness > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), softness))
    ys, xs = _grid(28)
    noise = _stretched(noise) + rng.uniform(-1, 1) * xs + rng.uniform(-1, 1) * ys
    if rng.random() < 0.4:  # only what lies above the paper's level
        noise = np.maximum(noise - np.quantile(noise, rng.uniform(0.3, 0.9)), 0)
    return cv2.resize(_stretched(noise), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)


_KINDS: tuple[tuple[Callable[[Generator], Picture], float], ...] = (
    (_noise, 1),
    (_specks, 1),
    (_clouds, 1),
    (_gradient, 0.7),
    (_stripes, 1),
    (_blobs, 1),
    (_silhouette, 1.3),
    (_thing, 1.6),
    (_ruled, 1),
    (_paper, 1),
)


def _grid(side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    line = np.linspace(-1, 1, side, dtype=np.float32)
    ys, xs = np.meshgrid(line, line, indexing="ij")
    return ys, xs


def _bent(picture: np.ndarray, rng: Generator, strength: float) -> np.ndarray:
    return elastic(picture, rng, any_map(rng), strength)


def _soft(picture: np.ndarray, rng: Generator) -> Picture:
    blurred = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.2, 1.5) * ZOOM)
    blurred[0, 0] = max(int(blurred[0, 0]), int(blurred.max() == 0))  # never wholly empty
    return (blurred / np.float32(255)).astype(np.float32)


def _shaded(picture: np.ndarray, rng: Generator) -> np.ndarray:
    """Filled unevenly: light from one side, or cloth."""
    if rng.random() < 0.4:
        return picture
    shade = 0.35 + 0.65 * (_gradient(rng) if rng.random() < 0.5 else _clouds(rng))
    return np.asarray((picture * shade).astype(np.uint8))
