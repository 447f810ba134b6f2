"""MNIST's digits as they were written: large and smooth, as by a pen."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from handlens import data

SPLITS = ("test", "validation")
"""Thresholds are chosen on the one's material and judged on the other's."""


@dataclass(frozen=True, eq=False)
class Digits:
    """The images of one split, in an order of their own."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def nth(self, i: int) -> tuple[np.ndarray, str]:
        """An image [28, 28] uint8 and its digit; after the last comes the first again."""
        i %= len(self)
        return self.images[i], str(self.labels[i])

    def any(self, rng: np.random.Generator) -> tuple[np.ndarray, str]:
        return self.nth(int(rng.integers(len(self))))


@cache
def digits(split: str, seed: int) -> Digits:
    """A split's images, shuffled."""
    if split not in SPLITS:
        raise ValueError(f"{split!r} is no split to make material from; expected one of {', '.join(SPLITS)}")
    part = getattr(data.load("mnist"), split)
    order = np.random.default_rng([seed, SPLITS.index(split)]).permutation(len(part.labels))
    return Digits(np.asarray(part.images)[order], np.asarray(part.labels)[order])


def stroke_field(image: np.ndarray, height: int) -> np.ndarray:
    """The signed distance to the stroke's edge, in pixels, inside positive; the ink is about that high.

    Enlarged smoothly, then cut at a third of the ink's strength: so the strokes get back the sharp edge that
    they had before MNIST averaged them to 20x20.
    """
    rows, columns = np.flatnonzero(image.max(axis=1) > 100), np.flatnonzero(image.max(axis=0) > 100)
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = height / box.shape[0]
    padded = np.pad(box.astype(np.float32) / 255, 3)
    size = (max(1, round(padded.shape[1] * scale)), max(1, round(padded.shape[0] * scale)))
    large = cv2.resize(padded, size, interpolation=cv2.INTER_CUBIC)
    if scale > 1:
        large = cv2.GaussianBlur(large, (0, 0), 0.5 * scale)
    return signed_distance(large > 0.36)


def signed_distance(inside: np.ndarray) -> np.ndarray:
    """From a mask to the distance to its edge, in pixels, inside positive."""
    mask = inside.astype(np.uint8)
    within = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    without = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    return within - without + np.where(inside, -0.5, 0.5).astype(np.float32)


def half_width(field: np.ndarray) -> float:
    """Half the stroke's width in pixels: its area by the length of its edge."""
    edge = np.count_nonzero(np.abs(field) < 0.75) / 1.5
    return float(np.count_nonzero(field > 0) / max(edge, 1))
