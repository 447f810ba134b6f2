"""Types commands where the disk is full, then where it isn't any more; prints what came of each as JSON.

    PYTHONPATH=tests python tests/trust/full_disk.py limit|tmpfs FOLDER

``limit``: the system lets this process make no file longer than so many bytes, and what goes beyond fails in
the middle of a write. ``tmpfs``: the folder is a small file system of its own, really full; that needs the
right to mount one, such as in ``unshare --user --map-root-user --mount``.
"""

import contextlib
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from trust.crafted import seven

from handlens.cli import main as handlens
from handlens.recording import load

TINY = ("lab", "--widths", "2", "3", "--limit", "1000", "--batch", "10", "--epochs", "4", "--threads", "1")
"""Four hundred updates: a log of some 60 kB, frames of 7 kB, states of the same."""

PLENTY = 400 << 20
PAGE = 4096  # bytes by which a tmpfs counts


class Limit:
    """No file may be longer than so many bytes."""

    rooms = (2_000, 30_000)
    """The first file of a recording fails; the log does, in the middle of a line, states and frames fit."""

    def __init__(self, folder: Path) -> None:
        pass

    @contextlib.contextmanager
    def full(self, room: int) -> Iterator[None]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Small:
    """A file system that has room for so many bytes more."""

    rooms = (3 * PAGE, 40 * PAGE, 122 * PAGE)
    """A birth fails; a frame does, soon or late, of which a part could be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={PLENTY}", "handlens", folder], check=True)

    @contextlib.contextmanager
    def full(self, room: int) -> Iterator[None]:
        about = os.statvfs(self._folder)
        self._resize((about.f_blocks - about.f_bfree) * about.f_frsize + room)
        try:
            yield
        finally:
            self._resize(PLENTY)

    def _resize(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self._folder], check=True)


def typed(*words: object) -> dict[str, object]:
    """A command's exit status, and what it complained of."""
    out, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
        status = handlens([str(word) for word in words])
    return {"command": str(words[0]), "status": status, "complaint": complaints.getvalue()}


def contents(folder: Path) -> dict[str, str]:
    """The digest of every file, by its place."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def frames(folder: Path) -> dict[int, str]:
    """The digest of every frame."""
    run = load(folder)
    return {step: run.digest(step) for step in run.steps}


def train(disk: Limit | Small, room: int, folder: Path, whole: dict[int, str]) -> dict[str, object]:
    """Train until the disk is full, then go on."""
    out, before = folder / f"run-{room}", contents(folder)
    with disk.full(room):
        found = typed("train", *TINY, "--out", out)
        after = contents(folder)
    found["room"] = room
    found["harmed"] = [name for name, digest in before.items() if after.get(name) != digest]
    found["born"] = out.exists()
    found["left"] = [] if out.exists() else sorted(after.keys() - before.keys())
    if out.exists():
        found["status_told"], found["problems"] = load(out).status, load(out).verify()
        found["updates"] = len(load(out).updates)
        found["resumed"] = typed("train", "--out", out, "--resume")
        found["same"] = frames(out) == whole and load(out).verify() == []
        found["unfinished"] = [path.name for path in out.rglob(".*.tmp-*")]
    return found


def other(disk: Limit | Small, folder: Path, *words: object) -> dict[str, object]:
    """A command on a full disk."""
    before = contents(folder)
    with disk.full(0 if isinstance(disk, Small) else 300):
        found = typed(*words)
    after = contents(folder)
    found["harmed"] = [name for name, digest in before.items() if after.get(name) != digest]
    found["left"] = sorted(after.keys() - before.keys())
    return found


def main(way: str, folder: Path) -> list[dict[str, object]]:
    """Everything that writes."""
    disk = (Small if way == "tmpfs" else Limit)(folder)
    os.environ["HANDLENS_HOME"] = str(folder / "home")
    digits = folder / "digits"
    digits.mkdir()
    Image.fromarray(seven(120, 120)).save(digits / "seven.png")
    (digits / "labels.csv").write_text("file,label\nseven.png,7\n")
    typed("train", *TINY, "--out", folder / "whole")
    typed("teach", digits / "seven.png", 1)  # there is something to lose
    typed("export", folder / "whole", "--to", "html", "--no-figures", "--out", folder / "page.html")
    whole = frames(folder / "whole")
    found = [train(disk, room, folder, whole) for room in disk.rooms]
    run = folder / "whole"
    for words in (
        ("teach", digits / "seven.png", "none"),
        ("export", run, "--to", "html", "--no-figures", "--out", folder / "page.html"),
        ("export", run, "--to", "html", "--no-figures", "--out", folder / "new.html"),
        ("report", run),
        ("evaluate", "--reader", digits, "--out", folder / "report.json"),
        ("data", "export", "mnist", "--to", "idx", "--split", "test", "--out", folder / "idx"),
    ):
        found.append(other(disk, folder, *words))
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]))) + "\n")
