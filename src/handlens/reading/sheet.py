"""What is found in a picture, and what finding it takes in small pictures and in large ones."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from handlens.reading.pixels import Gray, Pixels

LEAST_DIGIT = 8
"""A picture that isn't small has no digit of fewer pixels on its longer side: what is smaller is specks."""

Map = Float32[np.ndarray, "height width"]
Mask = Bool[np.ndarray, "height width"]
Reduced = UInt8[np.ndarray, "rows columns"] | UInt8[np.ndarray, "rows columns 3"]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The ink of a picture, and what is known of it."""

    ink: Map
    """0 … 1, stroke bright; paper is exactly 0."""
    stroke: float
    """The usual width of a stroke in pixels; 0 on blank paper."""
    noise: float
    """The paper's noise (one standard deviation) as a share of the ink's strength."""
    light: bool
    """The ink is lighter than its paper."""
    blank: str | None = None
    """Why there is no ink; None where there is some."""
    shadowed: bool = False
    """Whether the hard edge of a shadow may have been taken for strokes, see `ink.ink`."""


def blank(pixels: Pixels, light: bool, reason: str) -> Sheet:
    """A sheet without ink."""
    return Sheet(np.zeros(pixels.shape[:2], np.float32), 0.0, 0.0, light, reason)


def gray_of(pixels: Pixels) -> Gray:
    """The grays of a picture."""
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def direction(away: Float32[np.ndarray, "n channels"]) -> Float32[np.ndarray, "channels"]:
    """The unit vector from the paper's colour to the ink's; what is far from the paper counts most."""
    if away.shape[1] == 1:
        return np.array([1 if float((away**3).sum()) >= 0 else -1], np.float32)
    total = (away * (away**2).sum(axis=1, keepdims=True)).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else np.ones(away.shape[1], np.float32)


def spread(values: np.ndarray) -> float:
    """A standard deviation that strays don't widen: 1.4826 times the median distance from the median."""
    if not values.size:
        return 0.0
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def stroke_width(strokes: Mask) -> float:
    """Twice the usual distance from a stroke's middle to its edge."""
    distance = cv2.distanceTransform(strokes.astype(np.uint8), cv2.DIST_L2, 3)
    middle = strokes & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)))
    return max(1.0, 2 * float(np.median(distance[middle])) - 0.5) if middle.any() else 0.0
