"""What the page's rooms read of a recording: `handlens.page.rooms.Rooms`, computed.

A module for each kind of resource, with two functions: ``about(seen)`` gives fields of ``run.json``, quickly;
``readers(seen)`` the resources by key, each computed when it is called; `Slow` where that takes seconds.
Nothing heavy is loaded before that.
"""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from handlens.insight.embedding import balanced
from handlens.page.rooms import Indices, Readers, Shown, part
from handlens.recording import Recording
from handlens.reporting.rooms import answers, embedding
from handlens.reporting.rooms.seen import Memory, Seen, Slow, doubtful

ROOMS = (answers, embedding)
ITEMS = 2000
"""Items that a page holds for the rooms where it can't hold all: as many of each class."""
BYTES = 4_000_000
"""What the images of these may take."""


class Recorded:
    """A recording as the page's rooms see it.

    Args:
        run: the recording.
        memory: what was computed for it while it was running: one for all that is made of one folder.
        slow: whether there is also what takes seconds to compute, and wasn't computed yet.
    """

    def __init__(self, run: Recording, memory: Memory | None = None, *, slow: bool = False) -> None:
        self.run = run
        self.memory: Memory = {} if memory is None else memory
        self.slow = slow

    def items(self, name: str) -> Indices:
        """The first ones of each class, and those whose label is doubted; ascending."""
        size = prod(self.run.graph.input.shape) * (4 if self.run.sets is None else 1)
        chosen = balanced(self.run.digits(name)[1], min(ITEMS, BYTES // size))
        return np.union1d(chosen, np.array(doubtful(self.run, name), np.int64))

    def about(self, shown: Shown) -> dict[str, Any]:
        """See `handlens.page.rooms.Rooms`."""
        seen = Seen(self.run, self.memory, *shown)
        awaited = [(part(key), one) for key, one in _slow(seen) if not one.kept]
        return {
            "slow": {name: one.seconds for name, one in awaited if self.slow and not one.missing},
            "missing": {name: one.missing for name, one in awaited if one.missing},
            **{name: value for room in ROOMS for name, value in room.about(seen).items()},
        }

    def readers(self, shown: Shown) -> Readers:
        """See `handlens.page.rooms.Rooms`."""
        seen = Seen(self.run, self.memory, *shown)
        quick = {key: read for key, read in _all(seen) if not isinstance(read, Slow)}
        there = {key: one for key, one in _slow(seen) if one.kept or (self.slow and not one.missing)}
        return {**quick, **{key: one.read for key, one in there.items()}}


def _all(seen: Seen) -> Iterator[tuple[str, Callable[[], bytes] | Slow]]:
    for room in ROOMS:
        yield from room.readers(seen).items()


def _slow(seen: Seen) -> list[tuple[str, Slow]]:
    return [(key, one) for key, one in _all(seen) if isinstance(one, Slow)]
