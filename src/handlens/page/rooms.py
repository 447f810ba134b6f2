"""What the page's rooms read besides the recording itself: declared here, computed above, handed in.

A room is a section of the page that opens under the network. All rooms look at one set, the last that may be
looked at, and at the items of it that the page holds.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Integer

Indices = Integer[np.ndarray, "held"]
Readers = dict[str, Callable[[], bytes]]


class Shown(NamedTuple):
    """What the page holds of a recording."""

    set: str
    """The rooms' set."""
    steps: tuple[int, ...]
    """The frames, ascending."""
    items: Indices
    """The held items of the set, ascending; a place among them is a *position*."""


def part(key: str) -> str:
    """How a resource's key begins: all of one part are there, or none."""
    return key.partition("/")[0].partition(".")[0]


@runtime_checkable
class Rooms(Protocol):
    """Computes what the rooms read of a recording."""

    def items(self, name: str) -> Indices:
        """The items of a set that a page which can't hold all shall hold for the rooms."""
        ...

    def about(self, shown: Shown) -> dict[str, Any]:
        """What ``run.json`` says of the rooms, as JSON values; quickly."""
        ...

    def readers(self, shown: Shown) -> Readers:
        """The rooms' own resources by key, each computed when it is called."""
        ...
