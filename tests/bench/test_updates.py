"""Trainings in turn: whose turn it is, what is on the clock, and that nothing is scored."""

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from handlens.bench import updates
from handlens.bench.updates import FIRST, SETTLING, paced
from handlens.engine import Began, Event, Stepped
from handlens.errors import HandlensError
from handlens.nets import tutorial
from handlens.recipes import Recipe, recipe

NOTHING: Any = SimpleNamespace()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The updates of fake trainings: the recipe's seed and the step; each takes 1 ms on a fake clock."""
    steps: list[tuple[int, int]] = []

    def training(given: Recipe) -> Iterator[Event]:
        moment = {"seconds": 0.0, "weights": dict, "state": dict}
        split, total = {"train": 250}, 10**9
        yield Began(
            step=0, recipe=given, graph=tutorial(), threads=1, digests={}, split=split, total=total, **moment
        )
        for step in count(1):
            if given.lr > 1:
                return
            steps.append((given.seed, step))
            yield Stepped(step=step, epoch=1, images=1, loss_tensor=torch.zeros(()), lr=0.1, **moment)

    monkeypatch.setattr(updates, "training", training)
    monkeypatch.setattr(updates, "perf_counter", lambda: len(steps) / 1000)
    return steps


def test_each_has_its_turn_and_the_first_updates_are_off_the_clock(made: list[tuple[int, int]]) -> None:
    paces = paced([recipe("default", seed=1), recipe("default", seed=2)], rounds=3, updates=4)
    turns = [FIRST + 4, SETTLING + 4, SETTLING + 4]
    assert [seed for seed, _ in made] == [seed for turn in turns for seed in (1, 2) for _ in range(turn)]
    assert [step for seed, step in made if seed == 1] == list(range(1, sum(turns) + 1))
    assert [pace.turns for pace in paces] == [[pytest.approx(0.001)] * 3] * 2
    assert paces[0].an_epoch == 3, "250 digits in batches of 100"


def test_one_that_diverges_is_named(made: list[tuple[int, int]]) -> None:
    with pytest.raises(HandlensError, match="recipe 'default' diverged while it was measured"):
        paced([recipe("default", lr=2.0)], rounds=1, updates=1)
    assert made == []


def test_a_real_training_goes_on_from_turn_to_turn_beyond_its_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    scored: list[str] = []
    monkeypatch.setattr("handlens.engine.trainer.score", lambda *_: scored.append("scored"))
    (pace,) = paced([recipe("default", limit=200, epochs=1, threads=1)], rounds=2, updates=2)
    assert len(pace.turns) == 2
    assert min(pace.turns) > 0
    assert pace.images == 200
    assert scored == []
