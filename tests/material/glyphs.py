"""One character's ink: from MNIST's images, or from a hand's strokes."""

from dataclasses import dataclass

import cv2
import numpy as np

from material import hands
from material.mnist import half_width, signed_distance, stroke_field


@dataclass(frozen=True)
class Hand:
    """How somebody writes: the same for all characters of a row."""

    slant: float
    width: float
    wobble: float
    stroke: float  # the pen's width by the digits' height
    styles: int  # which style of each character
    tremor: float

    @classmethod
    def any(cls, rng: np.random.Generator) -> "Hand":
        return cls(
            slant=float(np.clip(rng.normal(0.12, 0.16), -0.25, 0.5)),
            width=float(rng.uniform(0.75, 1.2)),
            wobble=float(rng.uniform(1.0, 5.5)),
            stroke=float(np.exp(rng.uniform(np.log(0.05), np.log(0.16)))),
            styles=int(rng.integers(1 << 30)),
            tremor=float(rng.uniform(0.2, 0.9)),
        )


@dataclass(frozen=True, eq=False)
class Glyph:
    """A character's signed distance to its edge, inside positive, and where it stands."""

    field: np.ndarray
    text: str
    top: float  # of the field's first row, by the digits' height, measured from their top


def drawn(rng: np.random.Generator, text: str, hand: Hand, height: int, steady: bool = True) -> Glyph:
    """A character drawn in a hand's style.

    Args:
        rng: decides how this one differs from the hand's others.
        text: a digit, mark or letter.
        hand: whose.
        height: of a digit, in pixels.
        steady: the same style each time; else any.
    """
    paths = (hands.DIGITS | hands.MARKS | hands.LETTERS)[text]
    path = paths[(hand.styles + ord(text)) % len(paths) if steady else int(rng.integers(len(paths)))]
    stroke_width = max(hand.stroke * height, 1.3)
    wobble = hand.wobble * (0.4 if text in hands.MARKS else 1)
    stretch = rng.normal(1, 0.05, 2)
    turn = rng.normal(0, 0.05)
    curves = []
    for stroke in hands.strokes(path):
        pieces = []
        joint = None  # pieces of a stroke stay together where they meet
        for piece in stroke:
            moved = piece + rng.normal(0, wobble, piece.shape)
            if joint is not None:
                moved[0] = joint
            joint = moved[-1]
            pieces.append(hands.smooth(moved))
        curve = np.vstack(pieces)
        curve = curve + _tremor(rng, len(curve)) * hand.tremor
        x, y = curve[:, 0] * hand.width * stretch[0], curve[:, 1] * stretch[1]
        x = x + (50 - y) * (hand.slant + turn)
        curves.append(np.stack([x, y], axis=1) * (height / 100))
    return _inked(rng, curves, stroke_width, text, height)


def written(
    rng: np.random.Generator, image: np.ndarray, text: str, height: int, stroke: float | None
) -> Glyph:
    """One of MNIST's digits at that height.

    Args:
        rng: unused but for a little turn of the stroke's width.
        image: [28, 28] uint8.
        text: its digit.
        height: of the ink in pixels.
        stroke: the pen's width by the height, to which the strokes' is brought as far as they allow; None
            leaves it.
    """
    field = stroke_field(image, height)
    half = half_width(field)
    if stroke is not None:
        wanted = 0.5 * stroke * height
        field = field + np.clip(wanted - half, -0.3 * half, 0.9 * half) * rng.uniform(0.85, 1)
    return Glyph(field, text, 0.5 - field.shape[0] / height / 2)


def _tremor(rng: np.random.Generator, n: int) -> np.ndarray:
    """A slow random deviation along a curve, [n, 2]."""
    knots = rng.normal(0, 1, (max(4, n // 9), 2))
    at = np.linspace(0, len(knots) - 1, n)
    return np.stack([np.interp(at, np.arange(len(knots)), knots[:, k]) for k in range(2)], axis=1)


def _inked(rng: np.random.Generator, curves: list[np.ndarray], width: float, text: str, height: int) -> Glyph:
    """A round pen drawn along the curves, pressed a little harder here than there."""
    margin = width * 1.5 + 3
    every = np.vstack(curves)
    left, top = every.min(axis=0) - margin
    right, bottom = every.max(axis=0) + margin
    fine = 3 if width < 12 else 1  # thin strokes are drawn larger, for their edges
    canvas = np.zeros((int((bottom - top) * fine) + 1, int((right - left) * fine) + 1), np.uint8)
    for curve in curves:
        dots = _dense((curve - (left, top)) * fine, 0.7)
        ramp = np.linspace(0, 1, len(dots))
        pressure = 1 + 0.13 * np.interp(ramp, np.linspace(0, 1, 6), rng.normal(0, 1, 6))
        ends = np.clip(np.minimum(ramp, 1 - ramp) * 12, 0, 1) * 0.25 + 0.75
        radii = np.maximum(0.5 * width * fine * np.clip(pressure, 0.65, 1.35) * ends, 0.7)
        for (x, y), radius in zip(dots, radii, strict=True):
            cv2.circle(canvas, (round(x * 16), round(y * 16)), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
    field = signed_distance(canvas > 127)
    if fine > 1:
        size = (max(1, canvas.shape[1] // fine), max(1, canvas.shape[0] // fine))
        field = cv2.resize(field, size, interpolation=cv2.INTER_AREA) / fine
    return Glyph(field, text, top / height)


def _dense(curve: np.ndarray, step: float) -> np.ndarray:
    """The curve's points, one each step."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / step)))
    return np.stack([np.interp(at, lengths, curve[:, k]) for k in range(2)], axis=1)


def cover(field: np.ndarray) -> np.ndarray:
    """The share of each pixel that is under ink, float32."""
    return np.clip(field + 0.5, 0, 1).astype(np.float32)
