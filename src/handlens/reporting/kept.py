"""What is computed from a recording once, and kept in its cache.

What travels with a recording in its folder ``made/``, as with the one that ships, isn't computed at all.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from handlens.recording import Recording, files
from handlens.recording.folder import MADE

Arrays = dict[str, np.ndarray]


def kept(run: Recording, name: str, make: Callable[[], Arrays]) -> Arrays:
    """What lies in the cache by that name or came with the recording, else what is made and put there."""
    for path in _places(run, name):
        if (found := files.kept(path, path.parent)) is not None:
            return found
    made = make()
    files.keep(run.cache / name, made)
    return made


def is_kept(run: Recording, name: str) -> bool:
    """Whether there is something by that name that needn't be made."""
    return any(path.exists() for path in _places(run, name))


def _places(run: Recording, name: str) -> tuple[Path, Path]:
    return run.cache / name, run.folder / MADE / name
