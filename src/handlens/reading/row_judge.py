"""A whole row as the row network sees it, and what it says stands where along the row.

The judge (`judge`) is asked about one candidate at a time, cut from its neighbours: where digits share ink a
cut hurts both, and nobody tells it what was cut away. The row network sees the row uncut, and slides along.
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, Float32

from handlens.errors import RecordingError
from handlens.reading.strip import Strip
from handlens.recording import Recording
from handlens.runtime import Net

HEIGHT = 32
"""Of a row as the network sees it, in pixels."""

DIGIT = 20
"""Of the usual digit in it, as in a frame."""

MIDST = 18
"""A window's middle lies so many pixels from both its ends: the row is continued by as much paper."""

STRIDE = 2
"""The network answers at every second pixel."""

LARGEST = 4.0
"""Rows aren't enlarged more: digits of less than five pixels can't be read."""

LEAST = -9.2
"""No answer is taken for less likely, as a logarithm: a network is never that sure."""

Answers = Float[np.ndarray, "places classes"]
"""Logarithms of probabilities at each place along a row: ten digits, ``none``, and ``blank``, the last."""


class RowImage(NamedTuple):
    """A row as the network sees it."""

    pixels: Float32[np.ndarray, "32 width"]
    """0 … 1, stroke bright."""
    scale: float
    """Pixels here a pixel of the strip."""


def row_image(strip: Strip) -> RowImage:
    """A strip at the row network's size: its usual digit `DIGIT` pixels high, in the middle of `HEIGHT`."""
    scale = min(DIGIT / strip.height, LARGEST)
    height, width = strip.ink.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    ink = cv2.resize(strip.ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    tops, bottoms = strip.boxes[:, 0], strip.boxes[:, 2]
    tall = bottoms - tops >= 0.45 * (bottoms - tops).max()  # as `lines.height_of` takes them
    middle = scale * float(np.median((tops + bottoms)[tall])) / 2
    pixels = np.zeros((HEIGHT, size[0]), np.float32)
    top = round(HEIGHT / 2 - middle)
    above, below = max(0, -top), min(size[1], HEIGHT - top)
    pixels[top + above : top + below] = ink[above:below]
    return RowImage(pixels / max(float(pixels.max()), 1e-3), scale)


class RowJudge:
    """Says what stands where along a row.

    Args:
        net: slides over ``[n, 1, 32, width]``; its classes are the ten digits, ``none`` and ``blank``.
    """

    def __init__(self, net: Net) -> None:
        self.net = net

    @classmethod
    def of(cls, recording: Recording) -> "RowJudge":
        """By a recording's last network.

        Raises:
            RecordingError: the recording is damaged, or its network is another.
        """
        graph = recording.graph
        if graph.input.shape[:2] != (1, HEIGHT) or graph.classes[-2:] != ("none", "blank"):
            raise RecordingError(f"{recording.folder}: its network doesn't read along rows, as `rows` does")
        return cls(Net(graph, recording.weights(), threads=1))

    def __call__(self, row: RowImage) -> Answers:
        """What stands at every `STRIDE`-th pixel of the row, from its first."""
        padded = np.pad(row.pixels, ((0, 0), (MIDST, MIDST)))
        logits = self.net.slide(padded[None, None])[0].T.astype(np.float64)
        highest = logits.max(axis=1, keepdims=True)
        answers: Answers = logits - highest - np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))
        np.maximum(answers, LEAST, out=answers)
        return answers
