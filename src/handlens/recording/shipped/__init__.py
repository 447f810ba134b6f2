"""The networks that ship with the package: recordings with one frame and a card, README.md, each.

`load` takes their names. ``make weights`` makes them anew; tools/make_weights.py says how.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """What ships, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/recording.json")))


def folder(name: str) -> Path | None:
    """The recording of that name; None where none ships."""
    return FOLDER / name if name in names() else None
