"""The recordings that a server shows, and nothing else of the disk."""

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import Lock
from time import monotonic
from typing import Literal, NamedTuple

from handlens.errors import HandlensError
from handlens.page.lesson import FILE as LESSON
from handlens.page.resources import Resources, placeless
from handlens.recording import Recording, load, shipped
from handlens.recording.folder import HEADER, LOG
from handlens.reporting.rooms import Recorded
from handlens.reporting.rooms.seen import Memory

SECONDS = 0.5  # between two looks at whether a recording has grown
QUICK = ("run.json", "lesson.json", "frames/", "digits/")
SCORED = ("sets/", "outputs/", "units/")

Pace = Literal["quick", "scored", "computed"]
"""How long a resource may take: milliseconds; a second, once; minutes, once."""
SHARE = 10  # the rest between two readings is so many times as long as the reading: a training goes first


class Shelf:
    """Recordings by id: their folders' names, made fit for addresses and told apart."""

    def __init__(self, runs: Iterable[Recording] = ()) -> None:
        self._kept: dict[str, Kept] = {}
        for run in runs:
            self.add(run)

    def add(self, run: Recording) -> str:
        """Put a recording on the shelf and return its id; a folder that is there already keeps its own."""
        folder = run.folder.resolve()
        for known, kept in self._kept.items():
            if kept.run.folder.resolve() == folder:
                return known
        name = _fit(folder.name)
        chosen, number = name, 1
        while chosen in self._kept:
            number += 1
            chosen = f"{name}-{number}"
        self._kept[chosen] = Kept(run)
        return chosen

    def get(self, name: str) -> "Kept | None":
        """The recording of an id."""
        return self._kept.get(name)

    def cards(self) -> list[dict[str, object]]:
        """What there is to choose from, as JSON values."""
        found = list(self._kept.items())
        for _, kept in found:
            kept.refresh()
        return [{"id": name, **kept.card()} for name, kept in found]


def _fit(name: str) -> str:
    """A folder's name as it can stand in an address without escapes."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "recording"


def pace(key: str) -> Pace:
    """How long a resource may take, by its key."""
    return "quick" if key.startswith(QUICK) else "scored" if key.startswith(SCORED) else "computed"


class Standing(NamedTuple):
    """How far a recording has come."""

    frames: int
    total: int
    status: str

    @property
    def id(self) -> str:
        """As one word."""
        return "-".join(map(str, self))


class Kept:
    """A recording and its resources, read again when its files have grown. For use by several threads."""

    def __init__(self, run: Recording) -> None:
        self.run = run
        self.version = 0
        self._memory: Memory = {}
        self._resources = self._made()
        ended = run.header.status != "running"  # one that runs may have grown since it was read
        self._seen = self._signature() if ended else ()
        self._rest_until = -1.0
        self._reading = Lock()
        # What takes seconds once and is then kept is made once; no answer waits for what takes longer.
        self._turns: dict[Pace, AbstractContextManager[object]] = {
            "quick": nullcontext(),
            "scored": Lock(),
            "computed": Lock(),
        }

    def read(self, key: str) -> bytes:
        """A resource as it is now.

        Raises:
            HandlensError: there is no such resource, or what it is made of is damaged; no folder of this
                computer is named.
        """
        self.refresh()
        try:
            with self._turns[pace(key)]:
                return self._resources.read(key)
        except HandlensError as error:
            error.args = (placeless(str(error), self.run),)
            raise

    def card(self) -> dict[str, object]:
        """Name, status and accuracy, and whether it is one of those that ship broken on purpose."""
        run = self.run
        name = run.folder.resolve().name
        broken = name in shipped.lessons() and run.folder == shipped.folder(name)
        return {"name": name, "status": run.status, "accuracy": run.accuracy, "broken": broken}

    def standing(self) -> Standing:
        """How far it has come."""
        run = self.run
        last = run.updates[-1].step if run.updates else 0
        return Standing(len(run.steps), max(last, run.steps[-1]), run.status)

    def refresh(self) -> None:
        """Read the recording again where it has grown and wasn't read a moment ago."""
        with self._reading:
            now = self._signature()
            # What has ended is read at once: until then its header says that it runs, and nobody holds it.
            resting = monotonic() < self._rest_until and self.run.status == "running"
            if now == self._seen or resting:
                return
            begun = monotonic()
            with suppress(HandlensError):  # being rewritten by a resume: as it was, until the next look
                self.run = load(self.run.folder, self.run.cache)
                if self.run.status != "running":
                    self._memory = {}  # the cache takes its place
                self._resources = self._made()
                self.version += 1
                self._seen = now
            self._rest_until = monotonic() + max(SECONDS, SHARE * (monotonic() - begun))

    def _made(self) -> Resources:
        return Resources(self.run, rooms=Recorded(self.run, self._memory, slow=True))

    def _signature(self) -> tuple[object, ...]:
        """What changes whenever the recording does: its files' sizes and times, and who holds it."""
        found: list[object] = [self.run.status]
        for name in (HEADER, LOG, LESSON):
            with suppress(OSError):
                about = (self.run.folder / name).stat()
                found += [about.st_size, about.st_mtime_ns]
        return tuple(found)
