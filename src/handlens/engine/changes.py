"""The changes of a training: those that its recipe plans, and those that are made while it runs."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

from handlens.recipes import Change, Recipe
from handlens.recording.changes import PAUSE, all_changes, made
from handlens.recording.schema import ChangeLine, Line


class Changes:
    """Says which learning rate holds when, and how long the training has rested.

    Args:
        recipe: with the changes that it plans.
        lines: the log until now, where a training is resumed.

    Attributes:
        paused: whether the log ends in a pause.

    Raises:
        RecordingError: the log tells of a change that no training could have written.
    """

    def __init__(self, recipe: Recipe, lines: Iterable[Line] = ()) -> None:
        lines = tuple(lines)
        told = made(lines)
        pauses = [line.value for line in lines if isinstance(line, ChangeLine) and line.field == PAUSE]
        self.paused = bool(pauses) and pauses[-1] is True
        self._recipe = recipe
        self._all = list(all_changes(recipe, lines))
        self._coming = [change for change in recipe.changes if change not in told]
        self._rested = 0.0
        self._resting_since: float | None = None

    def after(self, step: int) -> Recipe:
        """The recipe as the update after ``step`` others uses it."""
        place = bisect_right(self._all, step, key=_step)
        return self._recipe.but(lr=self._all[place - 1].value) if place else self._recipe

    def due(self, step: int) -> tuple[ChangeLine, ...]:
        """The lines of the planned changes that ``step`` has reached; each is given once."""
        reached = bisect_right(self._coming, step, key=_step)
        due, self._coming = self._coming[:reached], self._coming[reached:]
        return tuple(map(_line, due))

    def add(self, step: int, lr: float) -> ChangeLine:
        """Another learning rate from the update after ``step`` others on; of one step's the last counts.

        Raises:
            RecipeError: the rate is out of range.
        """
        change = Change(step=step, value=check_rate(lr))
        insort(self._all, change, key=_step)
        return _line(change)

    @property
    def rested(self) -> float:
        """Seconds in which the training waited instead of training."""
        since = self._resting_since
        return self._rested + (0.0 if since is None else perf_counter() - since)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """The training waits inside."""
        self._resting_since = perf_counter()
        try:
            yield
        finally:
            self._rested, self._resting_since = self.rested, None


def check_rate(lr: float) -> float:
    """A learning rate that a training may change to.

    Raises:
        RecipeError: it is no recipe's.
    """
    return Recipe(name="changed").but(lr=lr).lr


def _step(change: Change) -> int:
    return change.step


def _line(change: Change) -> ChangeLine:
    return ChangeLine(step=change.step, field=change.field, value=change.value)
