"""What the page's rooms read of a recording: `handlens.page.rooms.Rooms`, computed.

A module for each kind of resource, with two functions: ``about(seen)`` gives fields of ``run.json``, quickly;
``readers(seen)`` the resources by key, each computed when it is called; `Slow` where that takes seconds.
Nothing heavy is loaded before that.
"""

from collections.abc import Callable, Iterator
from typing import Any

from handlens.page.rooms import Indices, Readers, Shown, part
from handlens.recording import Recording
from handlens.reporting.rooms import answers, embedding, filters
from handlens.reporting.rooms.seen import Memory, Seen, Slow, sampled

ROOMS = (answers, filters, embedding)


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
        """See `handlens.page.rooms.Rooms`."""
        return sampled(self.run, name)

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
