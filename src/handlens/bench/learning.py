"""A training of handlens on the clock, part by part.

As a child (`handlens.bench.children`) it answers twice for each run: when the last update is made, and when
all is done, with what `learnt` returns. The second run in one process is a warm one.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch

from handlens.bench.children import answer, settings
from handlens.engine import Began, Diverged, Evaluated, Finished, Stepped, training


def learnt(
    preset: str,
    updated: Callable[[], None] = lambda: None,
    final: bool = True,
    keep_losses: bool = False,
    **fields: Any,
) -> dict[str, Any]:
    """Train, and say how long each part took.

    Args:
        preset: the name of a recipe.
        updated: called when the last update is made.
        final: go on to the final score of the test set; without it, a training ends with the last scoring
            of the set that its recipe watches.
        keep_losses: keep every step's loss.
        fields: fields of the recipe to replace.

    Returns:
        Seconds: ``preparation`` from the call to the first update, ``loop`` from there to the end of the
        last update with all that lies between, ``training`` of the updates alone, ``evaluation`` of the
        watched set, ``final`` of the test set's score. ``watched`` has the accuracies that were seen on the
        way, ``accuracy`` the test set's, ``failure`` what went wrong, if anything did; ``device`` and
        ``threads`` say what it ran on.
    """
    spent = {"preparation": 0.0, "loop": 0.0, "training": 0.0, "evaluation": 0.0, "final": 0.0}
    found: dict[str, Any] = {"watched": [], "accuracy": None, "failure": None, "losses": []}
    events = training(preset, **fields)
    before = began = perf_counter()
    total = 0
    while (event := next(events, None)) is not None:
        now = perf_counter()
        match event:
            case Began():
                spent["preparation"] = now - before
                total, found["threads"] = event.total, event.threads
                found["device"] = _name(event.recipe.device)
                began = perf_counter()
            case Stepped():
                if event.step == total:
                    _wait(event.loss_tensor.device)
                    now = perf_counter()
                    spent["loop"] = now - began
                    updated()
                spent["training"] += now - before
                if keep_losses:
                    found["losses"].append(event.loss)
            case Evaluated():
                spent["evaluation"] += now - before
                found["watched"].append(event.score.accuracy)
                if event.step == total and not final:
                    break
            case Diverged():
                found["failure"] = event.text
            case Finished():
                spent["final"] = now - before
                found["accuracy"] = event.test.accuracy
        before = perf_counter()
    return {**spent, **found}


def _name(device: str) -> str:
    """The device's name, where that says more than the processor's."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device


def _wait(device: torch.device) -> None:
    """Until a GPU has done what it was given; a CPU has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main(preset: str, runs: int = 1, **given: Any) -> None:
    """Train as often as asked, and answer."""
    for _ in range(runs):
        answer(learnt(preset, updated=lambda: answer({"updated": True}), **given))


if __name__ == "__main__":
    main(**settings())
