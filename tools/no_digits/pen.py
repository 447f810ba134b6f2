"""A pen: strokes given by a few points become ink, and ink becomes a frame.

A figure is a list of strokes; a stroke is a list of pieces [points, 2] in any unit, x to the right and y
down. A piece is smooth, corners lie between pieces.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy.random import Generator

from handlens.reading.frame import FIT, frame

ZOOM = 6
"""Pixels of the canvas for one of the frame."""

Points = Float[np.ndarray, "points 2"]
Figure = list[list[Points]]
Canvas = UInt8[np.ndarray, "height width"]
Framed = UInt8[np.ndarray, "28 28"]

_T = np.arange(8) / 8
# Uniform Catmull-Rom (Catmull and Rom 1974, A class of local interpolating splines), tension 1/2.
_BASIS = 0.5 * np.stack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2], axis=1
)


@dataclass(frozen=True)
class Hand:
    """How somebody writes."""

    width: float
    """Of the stroke, in pixels of the frame; MNIST's lie in 1.5 … 5."""
    slant: float
    """The tangent of the angle; positive leans to the right."""
    turn: float
    """Radians."""
    aspect: float
    """Width by height, times that of the figure."""
    wobble: float
    """How far the points stray, in shares of the figure's longer side."""
    pressure: float
    """How much the width changes along a stroke, 0 … 1."""


def any_hand(rng: Generator) -> Hand:
    """Anybody's: pencil to marker, upright to slanted, careful to hasty."""
    return Hand(
        width=float(np.clip(rng.lognormal(np.log(2.6), 0.32), 1.3, 5)),
        slant=float(np.clip(rng.normal(0.1, 0.2), -0.45, 0.5)),
        turn=float(rng.normal(0, 0.08)),
        aspect=float(rng.lognormal(-0.1, 0.22)),
        wobble=float(rng.uniform(0.008, 0.05)),
        pressure=float(rng.choice([0, rng.uniform(0.1, 0.4)])),
    )


def smooth(points: Points) -> Points:
    """A curve through all points; closed where the last is the first."""
    if len(points) < 3:
        return points
    closed = np.allclose(points[0], points[-1])
    before = points[-2] if closed else 2 * points[0] - points[1]
    after = points[1] if closed else 2 * points[-1] - points[-2]
    windows = np.lib.stride_tricks.sliding_window_view(np.vstack([before, points, after]), 4, axis=0)
    curve = np.einsum("tk,sck->stc", _BASIS, windows).reshape(-1, 2)
    return np.vstack([curve, points[-1]])


def write(figure: Figure, rng: Generator, hand: Hand | None = None) -> Canvas:
    """The ink of a figure in somebody's hand, 20 pixels of the frame large; ink 255."""
    hand = hand or any_hand(rng)
    strokes = _placed(_deformed(figure, rng, hand), FIT * ZOOM, hand.width * ZOOM)
    return _worn(draw(strokes, hand.width * ZOOM, rng, hand.pressure), rng)


def draw(strokes: list[Points], width: float, rng: Generator, pressure: float = 0) -> Canvas:
    """Ink along the strokes, given in pixels of a canvas that begins at (0, 0) and is made large enough."""
    corner = np.vstack(strokes).max(axis=0) + width
    canvas = np.zeros((int(corner[1]) + 3, int(corner[0]) + 3), np.uint8)
    for points in strokes:
        if pressure and len(points) > 2:
            _drawn_unevenly(canvas, points, width * _pressure(len(points), pressure, rng))
        else:
            thickness = max(1, round(width))
            cv2.polylines(canvas, [_fixed(points)], False, 255, thickness, cv2.LINE_AA, _SHIFT)
    return canvas


def framed(ink: np.ndarray) -> Framed:
    """As the reader frames; ink uint8."""
    return to_uint8(frame(ink.astype(np.float32) / 255).pixels)


def to_uint8(pixels: np.ndarray) -> UInt8[np.ndarray, "..."]:
    """0 … 1 to 0 … 255."""
    levels = np.round(255 * np.clip(pixels, 0, 1))
    return np.asarray(levels.astype(np.uint8))


def elastic(ink: np.ndarray, rng: Generator, matrix: np.ndarray, strength: float) -> np.ndarray:
    """The picture under an affine map about its middle and a smooth displacement of that many pixels.

    Simard et al. 2003 (Best practices for convolutional neural networks), section 2.
    """
    height, width = ink.shape
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    dx, dy = (
        cv2.resize(rng.normal(0, strength, (4, 4)).astype(np.float32), (width, height), None, 0, 0, _CUBIC)
        for _ in "xy"
    )
    xs, ys = xs - width / 2, ys - height / 2
    x_from = matrix[0, 0] * xs + matrix[0, 1] * ys + width / 2 + dx
    y_from = matrix[1, 0] * xs + matrix[1, 1] * ys + height / 2 + dy
    return np.asarray(cv2.remap(ink, x_from.astype(np.float32), y_from.astype(np.float32), cv2.INTER_LINEAR))


def any_map(rng: Generator, aspect: float = 0.2, slant: float = 0.2, turn: float = 0.12) -> np.ndarray:
    """A random affine map [2, 2] with these standard deviations (log, tangent, radians)."""
    angle, wide = rng.normal(0, turn), np.exp(rng.normal(0, aspect) / 2)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(rotation @ np.array([[wide, rng.normal(0, slant)], [0, 1 / wide]]))


_SHIFT = 3
_CUBIC = cv2.INTER_CUBIC


def _fixed(points: Points) -> np.ndarray:
    return np.round(points * (1 << _SHIFT)).astype(np.int32)


def _pressure(n: int, strength: float, rng: Generator) -> np.ndarray:
    knots = rng.uniform(1 - strength, 1 + strength, 5)
    return np.interp(np.linspace(0, 4, n), np.arange(5), knots)


def _drawn_unevenly(canvas: Canvas, points: Points, widths: np.ndarray) -> None:
    fixed = _fixed(points)
    for start, end, width in zip(fixed[:-1].tolist(), fixed[1:].tolist(), widths.tolist(), strict=False):
        cv2.line(canvas, start, end, 255, max(1, round(width)), cv2.LINE_AA, _SHIFT)


def _deformed(figure: Figure, rng: Generator, hand: Hand) -> list[Points]:
    """The strokes with their points astray, smoothed, slanted and turned."""
    everything = np.vstack([piece for stroke in figure for piece in stroke])
    span = max(float(np.ptp(everything, axis=0).max()), 1e-6)
    middle = (everything.min(axis=0) + everything.max(axis=0)) / 2
    stretch = np.array([[hand.aspect, -hand.slant], [0, 1]])
    turn = np.array([[np.cos(hand.turn), -np.sin(hand.turn)], [np.sin(hand.turn), np.cos(hand.turn)]])
    # One slow wave bends the whole figure; each point strays for itself, ends that touch stray together.
    wave, phase = rng.normal(0, hand.wobble, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    strokes = []
    for stroke in figure:
        pieces = []
        end = None
        for piece in stroke:
            points = (piece - middle) / span
            points = points + wave @ np.ones(2) * np.sin(3 * points[:, ::-1] + phase)
            points = points + rng.normal(0, hand.wobble, points.shape)
            if len(piece) > 2 and np.allclose(piece[0], piece[-1]):
                points[-1] = points[0] + rng.normal(0, hand.wobble / 2, 2)
            if end is not None:
                points[0] = end
            end = points[-1]
            pieces.append(smooth(points))
        strokes.append(np.vstack(pieces) @ stretch.T @ turn.T)
    return strokes


def _placed(strokes: list[Points], size: float, width: float) -> list[Points]:
    """The strokes so that their ink just fills a square of that size, with a margin for the pen."""
    everything = np.vstack(strokes)
    low, span = everything.min(axis=0), max(float(np.ptp(everything, axis=0).max()), 1e-6)
    return [(points - low) * (size - width) / span + width for points in strokes]


def _worn(ink: Canvas, rng: Generator) -> Canvas:
    """Now and then soft, as out of focus, or uneven, as a dry pen or a pencil on rough paper."""
    kind = rng.random()
    if kind < 0.25:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1) * ZOOM)
    elif kind < 0.4:
        ink = grained(ink, rng, rng.uniform(0.2, 0.6))
    return ink


def grained(ink: np.ndarray, rng: Generator, strength: float) -> np.ndarray:
    """Ink with up to that share missing in grains."""
    grain = int(rng.integers(2, 3 * ZOOM))
    height, width = ink.shape
    noise = rng.random((height // grain + 2, width // grain + 2)).astype(np.float32)
    return np.asarray((ink * (1 - strength * cv2.resize(noise, (width, height)))).astype(np.uint8))
