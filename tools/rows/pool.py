"""Many rows, made on all cores, in one file."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import cv2
import numpy as np

from handlens import data

from .bank import Bank, make
from .compose import Row, compose

ROWS, HELD_OUT = 160_000, 2_000
"""How many are composed, of training and of validation digits."""

THINGS = 12_000
"""That are no digit, for the rows to learn from."""

_CHUNK = 500
_bank: list[Bank] = []  # of this process, as its parent handed it on


def write_pool(folder: Path, seed: int = 1) -> None:
    """Make the rows to learn from, and those that are held out: ``learned.npz`` and ``held-out.npz``."""
    from no_digits.judge import trained_judge

    mnist, judge = data.load("mnist"), trained_judge()
    folder.mkdir(parents=True, exist_ok=True)
    for name, digits, count, things in (
        ("held-out", mnist.validation, HELD_OUT, THINGS // 20),
        ("learned", mnist.train, ROWS, THINGS),
    ):
        bank = make(np.asarray(digits.images), np.asarray(digits.labels), things, seed, judge)
        save(folder / f"{name}.npz", composed(bank, count, seed))


def composed(bank: Bank, count: int, seed: int) -> list[Row]:
    """That many rows, less those that came out too wide; the same on any number of cores."""
    starts = range(0, count, _CHUNK)
    # Begun anew: a process that is forked from one with threads, as torch and OpenCV have, may wait for ever.
    with ProcessPoolExecutor(cpu_count(), get_context("spawn"), _begin, (bank,)) as processes:
        chunks = processes.map(_chunk, starts, repeat(seed), [min(_CHUNK, count - start) for start in starts])
        return [row for chunk in chunks for row in chunk]


def _begin(bank: Bank) -> None:
    cv2.setNumThreads(1)
    _bank[:] = [bank]


def _chunk(start: int, seed: int, count: int) -> list[Row]:
    rows = (compose(np.random.default_rng([seed, place]), _bank[0]) for place in range(start, start + count))
    return [row for row in rows if row is not None]


def save(path: Path, rows: Sequence[Row]) -> None:
    """All rows side by side, with where each ends; and all texts."""
    np.savez_compressed(
        path,
        pixels=np.concatenate([row.pixels for row in rows], axis=1),
        ends=np.cumsum([row.pixels.shape[1] for row in rows]),
        text=np.concatenate([row.text for row in rows]).astype(np.uint8),
        text_ends=np.cumsum([len(row.text) for row in rows]),
    )


def load(path: Path) -> list[Row]:
    """What `save` wrote."""
    with np.load(path) as held:
        pixels = np.split(held["pixels"], held["ends"][:-1], axis=1)
        texts = np.split(held["text"], held["text_ends"][:-1])
    return [Row(image, tuple(text.tolist())) for image, text in zip(pixels, texts, strict=True)]
