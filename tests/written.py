"""Lines of MNIST's digits, written as ink: what the reader's tests read."""

import numpy as np

from handlens.arrays import Ink

HEIGHT = 40
"""Of each digit, in pixels."""


def digit(image: np.ndarray) -> Ink:
    """A digit's ink in its own box, twice as large as MNIST's."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.kron(box, np.ones((2, 2), np.uint8)).astype(np.float32) / 255


def row(images: list[np.ndarray], gap: int = 12) -> Ink:
    """Digits on one baseline, so many pixels apart; fewer than 0 lets them overlap."""
    digits = [digit(image) for image in images]
    width = sum(one.shape[1] + gap for one in digits) - gap
    ink = np.zeros((HEIGHT, width), np.float32)
    left = 0
    for one in digits:
        part = ink[HEIGHT - one.shape[0] :, left : left + one.shape[1]]
        np.maximum(part, one, out=part)
        left += one.shape[1] + gap
    return ink


def page(rows: list[Ink], margin: int = 40) -> Ink:
    """Rows one under the other, on paper."""
    width = max(one.shape[1] for one in rows) + 2 * margin
    return np.vstack(
        [np.pad(one, ((margin, margin), (margin, width - margin - one.shape[1]))) for one in rows]
    )


def on_paper(ink: Ink) -> np.ndarray:
    """Dark on light, 8 bits."""
    return np.rint(230 - 200 * ink).astype(np.uint8)
