"""A small recording that ships with the package, so that there is something to see before any training."""

from pathlib import Path


def path() -> Path:
    """The folder of the recording; README.md beside it says what it is."""
    return Path(__file__).parent / "digits"
