"""What a room sees of a recording."""

from collections.abc import Callable
from math import prod
from typing import NamedTuple

import numpy as np

from handlens.data.mnist import WRONG_TEST_LABELS
from handlens.insight.embedding import balanced
from handlens.page.rooms import Indices
from handlens.recording import Recording

ITEMS = 2000
"""Items that a page holds for the rooms where it can't hold all: as many of each class."""
BYTES = 4_000_000
"""What the images of these may take."""

Memory = dict[tuple[str, str], bytes]
"""Resources of a running recording by set and frame digest: nothing of it goes into the cache."""


class Seen(NamedTuple):
    """A recording, and what the page holds of it (`handlens.page.rooms.Shown`)."""

    run: Recording
    memory: Memory
    set: str
    steps: tuple[int, ...]
    items: Indices


class Slow(NamedTuple):
    """A resource that takes seconds to compute, once: a room offers a button that has it computed."""

    read: Callable[[], bytes]
    kept: bool
    """Whether it was computed before, and needn't be again."""
    seconds: int
    """About how long it takes."""
    missing: str
    """What must be installed to compute it, a sentence; "" where all is there."""


def doubtful(run: Recording, name: str) -> tuple[int, ...]:
    """The items of a set whose label is known to be wrong, ascending."""
    return WRONG_TEST_LABELS if (run.header.data.name, name) == ("mnist", "test") else ()


def sampled(run: Recording, name: str) -> Indices:
    """Items of a set that any page holds: the first ones of each class, and the doubtful ones; ascending."""
    size = prod(run.graph.input.shape) * (4 if run.sets is None else 1)
    chosen = balanced(run.labels(name), min(ITEMS, BYTES // size))
    return np.union1d(chosen, np.array(doubtful(run, name), np.int64))
