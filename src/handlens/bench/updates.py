"""Seconds an update of several trainings in turn, so that what else the machine does meets them all."""

from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter

from handlens.bench.targets import UNWATCHED
from handlens.engine import Began, Event, Stepped, training
from handlens.errors import HandlensError
from handlens.graph import Graph
from handlens.recipes import Recipe

ROUNDS, UPDATES = 5, 20  # how often each has its turn, and the updates on the clock in a turn
FIRST = 5  # updates before the first turn: memory is asked for, kernels are chosen
SETTLING = 2  # updates at the start of a turn, off the clock: the caches and threads were another's


class Pace:
    """A training that stands still between its turns.

    Attributes:
        recipe: what was asked for, but that nothing is scored and that it doesn't end.
        graph: its network.
        images: how many digits it learns from.
        an_epoch: updates an epoch takes.
        turns: seconds an update, one figure a turn.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe.but(**UNWATCHED, epochs=10_000)
        self.turns: list[float] = []
        self._events: Iterator[Event] = training(self.recipe)
        began = next(self._events)
        assert isinstance(began, Began)
        self.graph: Graph = began.graph
        self.images: int = began.split[recipe.train_on]
        self.an_epoch = -(-self.images // recipe.batch)

    def turn(self, updates: int, unclocked: int) -> None:
        """Make updates: first some off the clock, then those that count."""
        self._update(unclocked)
        began = perf_counter()
        self._update(updates)
        self.turns.append((perf_counter() - began) / updates)

    def _update(self, count: int) -> None:
        steps = list(islice((event for event in self._events if isinstance(event, Stepped)), count))
        if len(steps) < count:
            raise HandlensError(f"recipe {self.recipe.name!r} diverged while it was measured: lower its rate")
        _ = steps[-1].loss  # on a GPU, reading it waits until the work is done


def paced(recipes: Sequence[Recipe], rounds: int = ROUNDS, updates: int = UPDATES) -> list[Pace]:
    """Measure trainings in turn: the first, the second, …, the first again.

    Args:
        recipes: what to train.
        rounds: how many turns each gets.
        updates: on the clock in a turn.

    Raises:
        HandlensError: one of them diverged.
    """
    paces = [Pace(recipe) for recipe in recipes]
    for number in range(rounds):
        for pace in paces:
            pace.turn(updates, SETTLING if number else FIRST)
    return paces
