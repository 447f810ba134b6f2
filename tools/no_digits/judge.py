"""Who says that a piece or a scribble is a digit still: a network that learns MNIST now."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from handlens.engine import train
from handlens.runtime import Net

Framed = UInt8[np.ndarray, "n 28 28"]

Judge = Callable[[Framed], Float[np.ndarray, "n 10"]]
"""Framed pictures to the probability of each digit."""


def trained_judge() -> Judge:
    """A network that learns MNIST's training digits, in some seconds; it judges by the mean over copies.

    Asked once it is sure of nearly everything; of what is no digit it changes its mind from copy to copy.
    """
    with TemporaryDirectory() as folder:
        run = train("sharp", out=Path(folder) / "judge", seed=1)
        net = Net(run.graph, run.weights(), threads=1)

    def judge(images: Framed) -> np.ndarray:
        asked = [_softmax(net(_as_input(copy))) for copy in copies(images)]
        return np.asarray(np.mean(asked, axis=0))

    return judge


def copies(images: Framed) -> Iterator[Framed]:
    """The images as they are, moved, turned, shrunk and slanted: a piece that is a digit stays one in all."""
    for angle, size, slant, x, y in (
        (0, 1, 0, 0, 0),
        (0, 1, 0, 1.5, 1),
        (0, 1, 0, -1.5, -1),
        (0.2, 1, 0, 0, 0),
        (-0.2, 1, 0, 0, 0),
        (0, 0.8, 0, 0, 0),
        (0, 0.9, 0.25, 0, 0),
        (0, 0.9, -0.25, 0, 0),
    ):
        cos, sin = size * np.cos(angle), size * np.sin(angle)
        linear = np.array([[cos, -sin + size * slant], [sin, cos]])
        matrix = np.hstack([linear, (np.array([14 + x, 14 + y]) - linear @ [14, 14])[:, None]])
        yield np.stack([cv2.warpAffine(image, matrix, (28, 28)) for image in images])


def _as_input(images: Framed) -> np.ndarray:
    return np.ascontiguousarray(images[:, None], dtype=np.float32) / np.float32(255)


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))
