"""Make the recordings that are broken on purpose: src/handlens/recording/shipped/lessons, about a minute.

::

    python tools/make_lessons.py [NAME...]

Each is the training of the recipe of its name (handlens.recipes.LESSONS), on the bundled MNIST. Of its frames
some twenty stay, so that the folder is small; its saved states, which only a resume needs, the machine's
description and the notes, which would give the answer away, don't. On one machine, with one set of versions,
every frame comes out the same; the log differs in its seconds. What the page asks about it, lesson.md beside
it, is written by hand: its numbers are to be looked at again (tests/recording/test_lessons.py).
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from make_sample import shortened

from handlens.engine import train
from handlens.page.thinning import fewer_frames
from handlens.recording import Recording, load, shipped

FRAMES = 22
KEPT: dict[str, Sequence[int]] = {
    "rate-too-high": (
        *(0, 4, 8, 16, 24, 32, 48, 64, 80, 88, 96, 104, 112, 120, 128, 144, 160, 192, 256, 320, 400),
    ),
    "dead-relus": (0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 24, 32, 48, 64, 96, 160, 224, 300),
    "no-shuffling": (*range(0, 128, 8), *range(128, 257, 16)),
    "overfitting": (
        *(0, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 256, 320, 384, 448, 500),
    ),
}
"""Steps whose frames stay, where something happens late or all the time; else frames are thinned as usual."""


def main(names: list[str]) -> None:
    """Make those that are named, or all."""
    for name in names or shipped.lessons():
        with TemporaryDirectory() as folder:
            kept = lesson(name, Path(folder))
            if problems := kept.verify():
                raise SystemExit("\n".join(problems))
            place = shipped.folder(name)
            assert place is not None
            for old in ("frames", "cache"):
                shutil.rmtree(place / old, ignore_errors=True)
            shutil.copytree(kept.folder, place, dirs_exist_ok=True)
        size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
        print(f"{load(name)!r}, {size:,} bytes")


def lesson(name: str, folder: Path) -> Recording:
    """Train it and keep what a look needs, in a folder of this one."""
    run = train(name, out=folder / "trained")
    steps = KEPT.get(name) or fewer_frames(run.steps, FRAMES)
    return shortened(run, folder / name, steps, notes=False)


if __name__ == "__main__":
    main(sys.argv[1:])
