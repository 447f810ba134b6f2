"""MNIST whose validation and test digits stand elsewhere than those that are learnt from.

For the lesson about augmentation (handlens.recipes.LESSONS): the training digits stay as they are, in the
middle of their pictures.
"""

import hashlib
from functools import cache

import numpy as np
from jaxtyping import Int8, Int64, UInt8

from handlens.arrays import Images, Labels
from handlens.data.mnist import Mnist
from handlens.data.sets import Part, honest_split

MOST = 6
"""Pixels that a digit is moved by at most, up or down and left or right."""

Moves = Int8[np.ndarray, "n 2"]


class Shifted(Mnist):
    """MNIST's files; every digit of validation and test is moved, each by its own draw."""

    about = f"MNIST, where validation and test digits are moved by up to {MOST} pixels each way"

    def read(self, part: Part) -> tuple[Images, Labels]:
        """The images and labels of a part.

        Raises:
            DataError: the package itself is damaged.
        """
        images, labels = super().read(part)
        places = np.arange(len(labels)) if part == "t10k" else honest_split(labels)[1]
        moved = images.copy()
        moved[places] = shifted(images[places], moves(part)[places])
        return moved, labels

    def digests(self) -> dict[str, str]:
        """Of MNIST's files, and of what each digit is moved by."""
        drawn = hashlib.sha256(moves("train").tobytes() + moves("t10k").tobytes())
        return super().digests() | {"moves": drawn.hexdigest()}


@cache
def moves(part: Part) -> Moves:
    """How far each image of a part is moved down and to the right, -6 to 6 pixels.

    Of a `RandomState`, whose numbers are the same in every version of numpy (NEP 19).
    """
    n = Mnist().shape(part)[0]
    seed = 1 if part == "t10k" else 0
    drawn: Moves = np.random.RandomState(seed).randint(-MOST, MOST + 1, (n, 2), dtype=np.int8)
    return drawn


def shifted(images: Images, by: Moves) -> Images:
    """Each image moved down and to the right by its own pixels, but never so far that ink is lost."""
    n, height, width = images.shape
    down = np.clip(by[:, 0], *_room(images.max(axis=2)))
    right = np.clip(by[:, 1], *_room(images.max(axis=1)))
    padded = np.pad(images, ((0, 0), (MOST, MOST), (MOST, MOST)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    cut: Images = windows[np.arange(n), MOST - down, MOST - right]
    return cut


def _room(darkest: UInt8[np.ndarray, "n lines"]) -> tuple[Int64[np.ndarray, "n"], Int64[np.ndarray, "n"]]:
    """How far the ink of each image can be moved back (0 or less) and on (0 or more)."""
    inked = darkest > 0
    return -inked.argmax(axis=1), inked[:, ::-1].argmax(axis=1)
