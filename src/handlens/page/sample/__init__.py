"""A small recording that ships with the package, so that there is something to see before any training."""

from pathlib import Path

from handlens.data.mnist import user_cache
from handlens.recording import Recording, load


def path() -> Path:
    """The folder of the recording; README.md beside it says what it is."""
    return Path(__file__).parent / "digits"


def recording() -> Recording:
    """The recording. What is computed from it stays in the user's cache: the package isn't written to."""
    return load(path(), user_cache() / "sample")
