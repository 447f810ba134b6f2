"""Rows of MNIST's digits as they are, side by side: what other people's tests of readers are made of."""

import numpy as np

MARGIN = 12
"""Of paper around a row, in pixels of MNIST."""


def pasted(rng: np.random.Generator, images: list[np.ndarray], touching: bool) -> np.ndarray:
    """Digits cut to their columns, one to eight pixels apart, or moved together until they touch."""
    parts = [image[:, slice(*_ends(image.any(axis=0)))] for image in images]
    ink = np.zeros((28, sum(part.shape[1] + 8 for part in parts)), np.uint8)
    right = 0
    for place, part in enumerate(parts):
        left = right + int(rng.integers(1, 9)) if place and not touching else right
        least = int(rng.integers(1, 5))  # pixels that both have
        while touching and place and left > 0 and _shared(ink[:, left : left + part.shape[1]], part) < least:
            left -= 1
        under = ink[:, left : left + part.shape[1]]
        np.maximum(under, part, out=under)
        right = max(right, left + part.shape[1])
    return np.pad(ink[:, :right], MARGIN)


def _ends(inked: np.ndarray) -> tuple[int, int]:
    places = np.flatnonzero(inked)
    return int(places[0]), int(places[-1]) + 1


def _shared(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.count_nonzero(np.minimum(one, other) > 60))
