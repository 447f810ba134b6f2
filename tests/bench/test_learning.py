"""A training on the clock: what is counted where."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from handlens.bench import learning
from handlens.bench.learning import learnt
from handlens.bench.targets import UNWATCHED
from handlens.engine import Began, Evaluated, Event, Finished, Stepped, training
from handlens.nets import tutorial
from handlens.recipes import recipe
from handlens.recording.schema import Score

TINY = {"limit": 300, "epochs": 2, "watch_first": 100, "threads": 1}


def test_it_finds_what_the_training_itself_tells() -> None:
    events = list(training("lab", **TINY))
    found = learnt("lab", keep_losses=True, **TINY)
    assert found["losses"] == [event.loss for event in events if isinstance(event, Stepped)]
    assert found["watched"] == [event.score.accuracy for event in events if isinstance(event, Evaluated)]
    assert isinstance(events[-1], Finished)
    assert found["accuracy"] == events[-1].test.accuracy
    assert (found["failure"], found["threads"], found["device"]) == (None, 1, "cpu")


def test_the_last_update_is_told_before_anything_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(learning, "_wait", lambda device: order.append("waited"))
    found = learnt("default", updated=lambda: order.append("updated"), **TINY, **UNWATCHED)
    assert order == ["waited", "updated"]
    assert len(found["watched"]) == 1, "the scoring at the end, which every training has"


def test_each_part_has_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    moment: Any = {"seconds": 0.0, "weights": dict, "state": dict}
    score = Score(set="validation", n=10, loss=1.0, accuracy=0.5)

    def told(event: type[Event], seconds: float, step: int, **fields: Any) -> Event:
        nonlocal clock
        clock += seconds
        return event(step=step, **moment, **fields)

    def fake(preset: str) -> Iterator[Event]:
        known = {"recipe": recipe(preset), "graph": tutorial(), "threads": 2, "digests": {}, "split": {}}
        scored: Any = {"score": score, "gradient_norm": {}, "update_ratio": {}, "stuck": None}
        made: Any = {"epoch": 1, "images": 1, "loss_tensor": torch.zeros(()), "lr": 0.1}
        yield told(Began, 2, 0, total=2, **known)
        yield told(Evaluated, 3, 0, **scored)
        yield told(Stepped, 1, 1, **made)
        yield told(Evaluated, 5, 1, **scored)
        yield told(Stepped, 1, 2, **made)
        yield told(Evaluated, 5, 2, **scored)
        yield told(Finished, 7, 2, images=2, test=score)

    monkeypatch.setattr(learning, "training", fake)
    monkeypatch.setattr(learning, "perf_counter", lambda: clock)
    found = learnt("default")
    parts = ("preparation", "loop", "training", "evaluation", "final")
    assert [found[part] for part in parts] == [2, 3 + 1 + 5 + 1, 1 + 1, 3 + 5 + 5, 7]


def test_without_the_final_score_the_test_set_is_left_alone() -> None:
    found = learnt("default", final=False, **TINY)
    assert found["accuracy"] is None
    assert found["final"] == 0
    assert len(found["watched"]) >= 1


def test_a_training_that_diverged_says_so() -> None:
    updates: list[None] = []
    wild = {**TINY, "optimiser": "sgd", "lr": 1e6, "weight_decay": 1e6, "epochs": 40}
    found = learnt("default", updated=lambda: updates.append(None), **wild)
    assert found["failure"].startswith("diverged: ")
    assert (found["accuracy"], updates) == (None, [])
