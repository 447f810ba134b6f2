"""What a page reads of a recording, as bytes by key: a server sends them, the one file embeds them.

::

    run.json                             what is known before any frame is read (about.py)
    lesson.json                          where there is one: a question and its moments (lesson.py)
    frames/300.safetensors               the weights at step 300, float32
    sets/test.safetensors                indices, labels, guesses: int32 [held], guesses of the last frame
    digits/test/0.safetensors            images: the 250 first of these, uint8 or float32 [n, C, H, W]

and what the page's rooms read (rooms.py), where somebody computes it. Loads no torch.
"""

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from handlens.errors import DataError, LookError, RecordingError
from handlens.page import lesson as lessons
from handlens.page.about import about
from handlens.page.ranges import Ranges, ranges
from handlens.page.rooms import Indices, Readers, Rooms, Shown, part
from handlens.page.sets import visible_sets
from handlens.page.thinning import fewer_frames
from handlens.recording import Recording
from handlens.recording.files import pack

BLOCK = 250
"""Images of a digits resource."""
SCALED_BY = 50
"""Items that the colour scales are made from."""


class Resources:
    """A recording as a page reads it: bytes by key, computed when asked for.

    Args:
        run: the recording, as it is now; a training that goes on is told of by another `Resources`.
        frames: so many frames at most, all by default.
        half: whether the frames between the first and the last are rounded to half precision (11 bits).
        held: of each set at most so many wrong answers, and as many first items; by default all items.
        rooms: computes what the page's rooms read; without it there are none.
        lesson: what is asked about it; by default what lesson.md in its folder asks.

    Example:
        >>> resources = Resources(load("runs/first"))            # doctest: +SKIP
        >>> resources.read("frames/300.safetensors")             # doctest: +SKIP
    """

    def __init__(
        self,
        run: Recording,
        *,
        frames: int | None = None,
        half: bool = False,
        held: int | None = None,
        rooms: Rooms | None = None,
        lesson: lessons.Lesson | None = None,
    ) -> None:
        self.run = run
        self.steps = run.steps if frames is None else fewer_frames(run.steps, frames)
        self._half = half
        self._held = held
        self._rooms = rooms
        self._lesson = lesson
        self._chosen: dict[str, Indices] = {}
        self._guessed: dict[str, Indices] = {}

    def keys(self) -> tuple[str, ...]:
        """Every key, what a page needs first first."""
        return tuple(self._readers)

    def read(self, key: str) -> bytes:
        """A resource.

        Raises:
            LookError: there is none of that key.
            RecordingError: the frame, or the samples, are damaged.
            DataError: the data set can't be read any more.
            LessonError: the recording's lesson.md isn't written as a lesson is.
        """
        if key not in self._readers:
            raise LookError(
                f"{self.run.folder.resolve().name}: no resource {key!r}; there are run.json, frames/STEP"
                ".safetensors, sets/NAME.safetensors, digits/NAME/BLOCK.safetensors and what the rooms read: "
                f"{', '.join(self._parts) or 'nothing'}"
            )
        return self._readers[key]()

    @cached_property
    def _readers(self) -> Readers:
        last, *others = [
            (f"frames/{step}.safetensors", partial(self._frame, step)) for step in self.steps[::-1]
        ]
        sets = [entry for name in reversed(self._counts) for entry in self._set_readers(name)]
        first: list[tuple[str, Callable[[], bytes]]] = [("run.json", self._about), last]
        if self._asks:
            first.insert(1, ("lesson.json", self._asked))
        return dict([*first, *sets[:2], *others, *sets[2:], *self._own.items()])

    def _set_readers(self, name: str) -> list[tuple[str, Callable[[], bytes]]]:
        blocks = range(-(-len(self._indices(name)) // BLOCK))
        return [
            (f"sets/{name}.safetensors", partial(self._set, name)),
            *((f"digits/{name}/{block}.safetensors", partial(self._digits, name, block)) for block in blocks),
        ]

    # -- run.json --------------------------------------------------------------------------------------

    def _about(self) -> bytes:
        shown: dict[str, Any] = {
            "sets": [
                {"name": name, "n": n, "held": len(self._indices(name))} for name, n in self._counts.items()
            ],
            "first": None,
            "missing": self._there[1] or None,
            "lesson": self._asks,
            "rooms": self._room_facts(),
        }
        if self._last_set:
            shown["first"] = {"set": self._last_set, "index": int(self._indices(self._last_set)[0])}
        return about(self.run, self.steps, self._half, shown, self._ranges())

    def _room_facts(self) -> dict[str, Any] | None:
        if self._rooms is None or self._shown is None:
            return None
        return {"set": self._shown.set, "parts": self._parts, **self._rooms.about(self._shown)}

    def _ranges(self) -> Ranges:
        name = self._last_set
        if name is None:
            return ranges(self.run, None, np.zeros((1, *self.run.graph.input.shape), np.float32))
        count = min(SCALED_BY, self._counts[name])
        return ranges(self.run, name, self.run.digits(name, np.arange(count))[0])

    # -- the lesson ------------------------------------------------------------------------------------

    @property
    def _asks(self) -> bool:
        """Whether there is a lesson."""
        return self._lesson is not None or (self.run.folder / lessons.FILE).is_file()

    def _asked(self) -> bytes:
        return (self._lesson or lessons.read(self.run.folder / lessons.FILE, within=self.run.folder)).json()

    # -- frames ----------------------------------------------------------------------------------------

    def _frame(self, step: int) -> bytes:
        weights = self.run.weights(step)
        inner = step not in (self.steps[0], self.steps[-1])
        return pack(
            {name: _halved(array) for name, array in weights.items()} if self._half and inner else weights
        )

    # -- sets ------------------------------------------------------------------------------------------

    @cached_property
    def _there(self) -> tuple[dict[str, int], str]:
        """How many items each set has that may be looked at, or the sentence that says why there is none."""
        data = self.run.header.data
        if not data.sha256 and data.samples is None:
            return {}, ""
        try:
            return {name: n for name in visible_sets(self.run) if (n := self._count(name))}, ""
        except (DataError, RecordingError) as error:
            return {}, placeless(str(error), self.run)

    def _count(self, name: str) -> int:
        if self.run.sets is None:
            return len(self.run.digits(name)[1])
        return self.run.sets.counts["development" if name == "train" else name]

    @property
    def _counts(self) -> dict[str, int]:
        return self._there[0]

    @property
    def _last_set(self) -> str | None:
        return next(reversed(self._counts), None)

    def _indices(self, name: str) -> Indices:
        """The items of a set that the page can get, ascending."""
        if name not in self._chosen:
            self._chosen[name] = np.arange(self._counts[name], dtype=np.int32)
            if self._held is not None:
                wrong = np.flatnonzero(self._guesses(name) != self.run.digits(name)[1])[: self._held]
                parts = [self._chosen[name][: self._held], wrong]
                if self._rooms and name == self._last_set:
                    parts.append(self._rooms.items(name))
                self._chosen[name] = np.unique(np.concatenate(parts)).astype(np.int32)
        return self._chosen[name]

    def _guesses(self, name: str) -> Indices:
        """What the last frame says of each item of a set; of equal logits the lowest class."""
        if name not in self._guessed:
            going_on = self.run.status == "running"  # its last frame will be another soon: not worth keeping
            logits = self.run.net()(self.run.digits(name)[0]) if going_on else self.run.outputs(name)
            self._guessed[name] = logits.argmax(axis=1).astype(np.int32)
        return self._guessed[name]

    def _set(self, name: str) -> bytes:
        chosen = self._indices(name)
        labels = self.run.digits(name)[1][chosen].astype(np.int32)
        return pack({"indices": chosen, "labels": labels, "guesses": self._guesses(name)[chosen]})

    def _digits(self, name: str, block: int) -> bytes:
        chosen = self._indices(name)[BLOCK * block : BLOCK * (block + 1)]
        if self.run.sets is None:
            return pack({"images": self.run.digits(name, chosen)[0]})
        split = self.run.sets.split("development" if name == "train" else name)
        return pack({"images": split.images[chosen][:, None]})

    # -- the rooms -------------------------------------------------------------------------------------

    @cached_property
    def _shown(self) -> Shown | None:
        """What the rooms look at; None where there is nothing to look at."""
        name = self._last_set
        return None if name is None else Shown(name, self.steps, self._indices(name))

    @cached_property
    def _own(self) -> Readers:
        return {} if self._rooms is None or self._shown is None else self._rooms.readers(self._shown)

    @property
    def _parts(self) -> list[str]:
        """How the rooms' keys begin."""
        return list(dict.fromkeys(map(part, self._own)))


def placeless(sentence: str, run: Recording) -> str:
    """A sentence with names in place of the folders of this computer that it speaks of.

    Args:
        sentence: such as an error's.
        run: the recording that it is about: its folder, its cache and its data set's are named.
    """
    places = [run.folder, run.cache, Path(run.header.data.name)]
    places += [place.resolve() for place in places if len(place.parts) > 1 or place.is_dir()]
    for place in sorted(places, key=lambda place: -len(str(place))):
        if len(place.parts) > 1:
            sentence = sentence.replace(str(place), place.name)
    return sentence


def _halved(array: np.ndarray) -> np.ndarray:
    """In half precision, unless a finite number would become infinite."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if (np.isfinite(half) == np.isfinite(array)).all() else array
