"""A data set and its splits: read when asked for, read-only, split honestly."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int64

from handlens.arrays import Images, Labels
from handlens.errors import DataError

Part = Literal["train", "t10k"]
"""The two pairs of files that a set comes in, by the names that MNIST gave them."""

Indices = Int64[np.ndarray, "n"]
Places = Int64[np.ndarray, "_"]

HELD_OUT = 12
"""One digit in twelve is held out for validation: of MNIST's 60,000 exactly 5,000."""

PURPOSES = {
    "train": "to learn from: the training file without the validation digits",
    "validation": f"to choose by: every {HELD_OUT}th digit of the training file, counted label by label",
    "test": "for the final score: the test file, which chooses nothing",
    "development": "train and validation together: the whole training file, in its order",
}


class Check(NamedTuple):
    """What was expected of one file, what was found, and whether that is right."""

    file: str
    expected: str
    found: str
    ok: bool


class Source(ABC):
    """Where the files of a set come from."""

    about: str
    """One line: what the set is and whose."""

    @abstractmethod
    def shape(self, part: Part) -> tuple[int, int, int]:
        """Images, height and width of a part; reads no pixels."""

    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """What the labels 0, 1, … mean."""

    @abstractmethod
    def read(self, part: Part) -> tuple[Images, Labels]:
        """The images and labels of a part."""

    @abstractmethod
    def digests(self) -> dict[str, str]:
        """SHA-256 of each unpacked file, by its name."""

    @abstractmethod
    def verify(self) -> list[Check]:
        """Read every file and check it."""


@dataclass(frozen=True, eq=False)
class Split:
    """Some digits of a set, with their labels; the arrays are read-only.

    Attributes:
        name: train, validation, test or development.
        images: uint8 [n, height, width], 0 (paper) to 255 (ink).
        labels: uint8 [n], indices into the set's classes.
        indices: int64 [n], the place of each digit in the original file, from 0.
    """

    name: str
    images: Images
    labels: Labels
    indices: Indices

    def __post_init__(self) -> None:
        for field in ("images", "labels", "indices"):
            view = getattr(self, field).view()
            view.setflags(write=False)
            object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        return f"<{self.name}: {len(self):,} images of {height} × {width} pixels, uint8, with labels>"


@dataclass(frozen=True, eq=False, repr=False)
class Sets:
    """A data set. Each split is read when it is first asked for: `train` never touches the test files.

    Attributes:
        name: what `load` knows it by, or its folder's name.
        source: where its files come from.

    Example:
        >>> from handlens import data
        >>> sets = data.load("mnist")
        >>> len(sets.train), len(sets.validation), len(sets.test)
        (55000, 5000, 10000)
    """

    name: str
    source: Source

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """What the labels 0, 1, … mean."""
        return self.source.classes()

    @cached_property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each unpacked file, by its name."""
        return self.source.digests()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of every image, in pixels."""
        return self.source.shape("train")[1:]

    @property
    def counts(self) -> dict[str, int]:
        """How many digits each split holds; reads no pixels."""
        development, test = self.source.shape("train")[0], self.source.shape("t10k")[0]
        validation = -(-development // HELD_OUT)
        counts = (development - validation, validation, test, development)
        return dict(zip(PURPOSES, counts, strict=True))

    @cached_property
    def development(self) -> Split:
        """The whole training file, in its order: what train and validation are cut from."""
        return self._whole("development", "train")

    @cached_property
    def train(self) -> Split:
        """The digits to learn from, in the training file's order."""
        return self._cut("train", honest_split(self.development.labels)[0])

    @cached_property
    def validation(self) -> Split:
        """The digits to choose by, in the training file's order."""
        return self._cut("validation", honest_split(self.development.labels)[1])

    @cached_property
    def test(self) -> Split:
        """The digits of the final score."""
        return self._whole("test", "t10k")

    def split(self, name: str) -> Split:
        """The split of this name: train, validation, test or development.

        Raises:
            DataError: there is no such split, or its files are damaged.
        """
        if name not in PURPOSES:
            raise DataError(f"no split is named {name!r}; expected one of {', '.join(PURPOSES)}.")
        split: Split = getattr(self, name)
        return split

    def verify(self) -> list[Check]:
        """Read every file of the set and check it; a damaged file is reported, not raised."""
        return self.source.verify()

    def __repr__(self) -> str:
        height, width = self.size
        lines = [
            f"{self.name}: {self.source.about}",
            f"  images  uint8 [n, {height}, {width}], 0 (paper) to 255 (ink)",
            f"  labels  uint8 [n], {len(self.classes)} classes: {_listed(self.classes)}",
        ]
        for name, count in self.counts.items():
            lines.append(f"  .{name:<12}{count:>7,}  {PURPOSES[name]}")
        return "\n".join(lines)

    def _whole(self, name: str, part: Part) -> Split:
        images, labels = self.source.read(part)
        return Split(name, images, labels, np.arange(len(labels), dtype=np.int64))

    def _cut(self, name: str, indices: Places) -> Split:
        whole = self.development
        return Split(name, whole.images[indices], whole.labels[indices], indices)


def honest_split(labels: Labels) -> tuple[Places, Places]:
    """Cut a training file into train and validation, the same way every time and without random numbers.

    Sorted by label (in file order within each), every twelfth digit is held out: so each class keeps its
    share, to within one digit.

    Args:
        labels: uint8 [n], of the whole training file.

    Returns:
        The places of the training and of the validation digits, both ascending: int64 [n - ⌈n/12⌉] and
        int64 [⌈n/12⌉].
    """
    validation = np.sort(np.argsort(labels, kind="stable")[::HELD_OUT]).astype(np.int64)
    learned = np.ones(len(labels), dtype=bool)
    learned[validation] = False
    return np.flatnonzero(learned).astype(np.int64), validation


def _listed(classes: tuple[str, ...]) -> str:
    shown = classes if len(classes) <= 26 else (*classes[:25], "…")
    return " ".join(shown)
