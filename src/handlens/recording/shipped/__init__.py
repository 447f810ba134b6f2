"""The recordings that ship with the package. `load` takes their names.

The networks have one frame and a card, README.md, each; ``make weights`` makes them anew, and
tools/make_weights.py says how. The lessons, trainings that are broken on purpose, have some twenty frames and
a ``lesson.md`` (handlens.page.lesson) each; tools/make_lessons.py makes them.
"""

from pathlib import Path

from handlens.recipes import LESSONS

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The networks that ship, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/recording.json")))


def lessons() -> tuple[str, ...]:
    """The lessons that ship: one of each of `handlens.recipes.LESSONS`, in their order."""
    return tuple(LESSONS)


def folder(name: str) -> Path | None:
    """The recording of that name; None where none ships."""
    if name in lessons():
        return FOLDER / "lessons" / name
    return FOLDER / name if name in names() else None
