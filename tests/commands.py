"""A command line, typed in this process."""

from collections.abc import Callable
from typing import NamedTuple


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


Typed = Callable[..., Done]
