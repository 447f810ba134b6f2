"""The data folder: MNIST's own files with made pictures of nothing behind its training digits."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator

from handlens import data
from handlens.arrays import Images
from handlens.data import Sets, idx

from . import letters, pairs, pieces, rows, scribbles, symbols, textures
from .judge import Judge, trained_judge

NOTHING = 10
"""The label of what is no digit: the class after the ten digits."""

SHARES = {
    "letters": 0.38,
    "symbols": 0.08,
    "scribbles": 0.15,
    "pieces": 0.15,
    "pairs": 0.14,
    "textures": 0.10,
}
"""What the made pictures are, in the order in which they lie in the pool."""


CUT_RIGHT, CUT_WRONG = 75, 75
"""For a hundred made pictures, so many candidates cut from rows that are digits, and that are nothing."""


def counts(n: int) -> dict[str, int]:
    """How many of n pictures each part gets; the rounding falls upon the last."""
    bounds = np.round(n * np.cumsum([0.0, *SHARES.values()])).astype(int)
    return dict(zip(SHARES, np.diff(bounds).tolist(), strict=True))


def make(n: int, seed: int, digits: Images, judge: Judge) -> Images:
    """The made pictures, uint8 [n, 28, 28]: the same for the same n, seed, digits and judge.

    Args:
        n: how many.
        seed: of numpy's generators, one a part: a change in one part leaves the others as they were.
        digits: uint8 [count, 28, 28]: what pieces and pairs are made of.
        judge: says which pieces and scribbles are digits.
    """
    parts: dict[str, Callable[[Generator, int], Images]] = {
        "letters": letters.make,
        "symbols": symbols.make,
        "scribbles": partial(scribbles.make, judge=judge),
        "pieces": partial(pieces.make, digits=digits, judge=judge),
        "pairs": partial(pairs.make, digits=digits),
        "textures": textures.make,
    }
    made = [
        parts[name](np.random.default_rng([seed, place]), count)
        for place, (name, count) in enumerate(counts(n).items())
        if count
    ]
    return np.concatenate(made)


def write(folder: Path, mnist: Sets, made: Images, cut: rows.Cuts) -> None:
    """Write the four IDX files: MNIST's training digits, what rows were cut into, the made pictures.

    MNIST's digits come first, and of each digit whole dozens are added, so that `handlens.data.honest_split`
    holds out MNIST's own validation digits, and every twelfth of the others. The test files are MNIST's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    learned, test = mnist.development, mnist.test
    labels = np.concatenate([learned.labels, cut.labels, np.full(len(made), NOTHING, np.uint8)])
    idx.write(folder / "train-images-idx3-ubyte", np.concatenate([learned.images, cut.images, made]))
    idx.write(folder / "train-labels-idx1-ubyte", labels)
    idx.write(folder / "t10k-images-idx3-ubyte", np.asarray(test.images))
    idx.write(folder / "t10k-labels-idx1-ubyte", np.asarray(test.labels))


def write_pool(folder: Path, n: int = 40_000, seed: int = 1) -> None:
    """Make the whole pool of n made pictures, with a judge that is trained for it."""
    mnist = data.load("mnist")
    learned = mnist.train
    judge = trained_judge()
    made = make(n, seed, learned.images, judge)
    right, wrong = CUT_RIGHT * n // 100, CUT_WRONG * n // 100
    cut = rows.make(
        np.random.default_rng([seed, len(SHARES)]), right, wrong, learned.images, learned.labels, judge
    )
    write(folder, mnist, made, cut)
