"""What is computed from a recording once, and kept in its cache."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from handlens.errors import HandlensError, RecordingError
from handlens.recording import Recording
from handlens.recording.files import pack, read_whole, unpack, write_whole

Arrays = dict[str, np.ndarray]


def kept(run: Recording, name: str, make: Callable[[], Arrays]) -> Arrays:
    """What lies in the cache by that name, else what is made and put there."""
    path = run.cache / name
    with suppress(HandlensError):
        return unpack(read_whole(path), path)
    made = make()
    with suppress(OSError, RecordingError):  # a cache that can't be written costs time, nothing else
        run.cache.mkdir(parents=True, exist_ok=True)
        write_whole(path, pack(made))
    return made
