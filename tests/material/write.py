"""Sets into folders."""

import csv
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from material.mnist import SPLITS, digits
from material.sets import SETS, Picture


def pictures(name: str, n: int | None = None, seed: int = 0, split: str = "test") -> Iterator[Picture]:
    """The first n of a set.

    Each has its own random numbers: the i-th is the same whatever n is.
    """
    kind, source = SETS[name], digits(split, seed)
    key = zlib.crc32(name.encode())
    for i in range(kind.n if n is None else n):
        yield kind.make(np.random.default_rng([seed, SPLITS.index(split), key, i]), i, source)


def write(
    out: Path, names: Iterable[str] = tuple(SETS), n: int | None = None, seed: int = 0, split: str = "test"
) -> None:
    """Write sets: ``out/NAME/00000.png`` …, ``labels.csv`` (file, label), ``about.csv`` where more is known.

    Args:
        out: the folder, made where it isn't there.
        names: which sets.
        n: how many of each; by default the set's own number.
        seed: of all random numbers.
        split: which of MNIST's digits are used: "test" or "validation".
    """
    for name in names:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        labels, about = [], []
        for i, picture in enumerate(pictures(name, n, seed, split)):
            file = f"{i:05}{picture.suffix}"
            (folder / file).write_bytes(picture.content)
            labels.append((file, picture.label))
            about.append({"file": file} | picture.about)
        with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows([("file", "label"), *labels])
        if about and len(about[0]) > 1:
            with (folder / "about.csv").open("w", newline="", encoding="utf-8") as target:
                table = csv.DictWriter(target, list(about[0]))
                table.writeheader()
                table.writerows(about)
