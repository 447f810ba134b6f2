"""How accurate a recipe is: trained on all 60,000 digits by seeds fixed beforehand, each scored once.

Hours come in pieces. Every training is a recording, ``runs/accuracy/RECIPE-SEED``: one that was stopped goes
on where it was, one that is finished isn't made again, nor is one whose row an earlier report of the same
recipe has. The recipes were chosen on digits that were held out, and are learnt from here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from handlens import nets
from handlens.arrays import Weights
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.bench.targets import ACCURACIES, UNWATCHED, Target, judged
from handlens.data.mnist import WRONG_TEST_LABELS
from handlens.engine import train
from handlens.errors import HandlensError
from handlens.evaluate.intervals import wilson
from handlens.graph import Graph, folded
from handlens.insight.reliability import binned, calibration_error
from handlens.recipes import Recipe, recipe
from handlens.recording import Recording, load
from handlens.runtime import Net

PACKAGES = ("numpy", "onnxruntime", "torch")
RUNS = Path("runs", "accuracy")

WHOLE: dict[str, Any] = {"train_on": "development", **UNWATCHED}
"""Fields of a recipe: it learns from all 60,000, and nothing is scored before the last update."""


def measured(
    preset: str,
    seeds: Sequence[int] | None = None,
    runs: Path = RUNS,
    told: Told = silent,
    earlier: Report | None = None,
    **fields: Any,
) -> Report:
    """Train with each seed, where that isn't done yet, and score each on the 10,000 test digits.

    Args:
        preset: a recipe that has a target in `targets.ACCURACIES`.
        seeds: which; by default all that are fixed for it.
        runs: where the recordings go, or are already.
        told: takes lines that say how far it is.
        earlier: a report to go on with: its rows are kept where its recipe is this one.
        fields: fields of the recipe to replace, to try a measurement out.

    Returns:
        One row a seed, earlier ones among them, and mean, scatter and least of them against the target.

    Raises:
        HandlensError: a training diverged, or a recording there was made by another recipe.
    """
    target = target_of(preset)
    wanted = chosen(preset, target.seeds[0], **fields)
    described = wanted.model_dump(mode="json", exclude={"seed"})
    known = (
        {row["seed"]: row for row in earlier["runs"]} if earlier and earlier["recipe"] == described else {}
    )
    for seed in seeds or target.seeds:
        if seed not in known:
            known[seed] = row = scored(trained(wanted.but(seed=seed), runs, told))
            told(f"{preset}, seed {seed}: {row['accuracy']:.2%} in {row['seconds'] / 60:.1f} minutes")
    rows = [known[seed] for seed in sorted(known)]
    costs = built(wanted).costs()
    return {
        "recipe": described,
        "parameters": sum(layer.parameters for layer in costs),
        "multiply_adds": sum(layer.multiply_adds for layer in costs),
        "accuracy": judged([row["accuracy"] for row in rows], target.accuracy, len(target.seeds)),
        "mean_of_right_labels": round(float(np.mean([row["right_labels"]["accuracy"] for row in rows])), 6),
        "runs": rows,
    }


def target_of(preset: str) -> Target:
    """What is promised of a recipe, and its seeds.

    Raises:
        HandlensError: nothing is.
    """
    for target in ACCURACIES:
        if target.preset == preset:
            return target
    known = ", ".join(target.preset for target in ACCURACIES)
    raise HandlensError(f"no accuracy is promised of the recipe {preset!r}; one is of {known}")


def chosen(preset: str, seed: int, **fields: Any) -> Recipe:
    """The recipe of a training that is measured: all 60,000 digits, scored at the end alone."""
    return recipe(preset, seed=seed, **{**WHOLE, **fields})


def trained(wanted: Recipe, runs: Path = RUNS, told: Told = silent) -> Recording:
    """The finished training of a recipe: made, gone on with, or made before.

    Raises:
        HandlensError: it diverged, or what lies there was made by another recipe.
    """
    folder = runs / f"{wanted.name}-{wanted.seed}"
    if folder.exists() and (done := load(folder)).status == "finished":
        if done.header.recipe != wanted:
            raise HandlensError(f"{folder}: was recorded by another recipe; move it away to measure this one")
        return done
    told(f"{folder}: training")
    run = train(wanted, out=folder, resume=folder.exists())
    if run.status != "finished":
        raise HandlensError(f"{folder}: {run.header.result.failure if run.header.result else run.status}")
    return run


def learnt(run: Recording) -> tuple[Graph, Weights]:
    """A finished training's network, without the norms that were only to learn by."""
    assert run.header.recipe is not None
    weights = run.weights(run.steps[-1])
    return folded(run.graph, weights) if run.header.recipe.net in nets.FOLDED else (run.graph, weights)


def built(wanted: Recipe) -> Graph:
    """The network that a recipe's training ends with, without the norms that are only to learn by."""
    graph = nets.build(wanted.net, wanted.widths, wanted.kernel, wanted.blocks)
    ones = {name: np.ones(shape, np.float32) for name, shape in graph.tensors.items()}
    return folded(graph, ones)[0] if wanted.net in nets.FOLDED else graph


def scored(run: Recording) -> Report:
    """What a recorded network's last frame does with the test set."""
    assert run.header.recipe is not None
    assert run.header.result is not None
    logits = Net(*learnt(run))(run.digits("test")[0]).astype(np.float64)
    right = logits.argmax(axis=1) == run.labels("test")
    confidences = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)  # softmax's largest
    well_labelled = ~np.isin(np.arange(len(right)), WRONG_TEST_LABELS)
    return {
        "seed": run.header.recipe.seed,
        **_share(right),
        "right_labels": _share(right[well_labelled]),
        "calibration_error": round(calibration_error(binned(confidences, right)), 6),
        "seconds": round(run.header.result.seconds, 1),
        "threads": run.header.threads,
        "device": run.header.device,
        "precision": run.header.precision,
        "created": run.header.created,
        "hardware": run.header.hardware,
        "versions": run.header.versions,
    }


def _share(right: Bool[np.ndarray, "n"]) -> Report:
    """How many were right, of how many, and Wilson's 95 % interval of the share."""
    low, high = wilson(int(right.sum()), len(right))
    share = float(right.mean())
    return {"n": len(right), "accuracy": round(share, 6), "interval": [round(low, 6), round(high, 6)]}


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    found = report["accuracy"]
    rows = [
        (
            str(row["seed"]),
            _percent(row["accuracy"]),
            " – ".join(_percent(end) for end in row["interval"]),
            _percent(row["right_labels"]["accuracy"]),
            _percent(row["calibration_error"]),
            cell(row["seconds"] / 60, 1),
        )
        for row in report["runs"]
    ]
    mean = (
        "mean",
        _percent(found["mean"]),
        "–" if found["sd"] is None else f"sd {_percent(found['sd'])}",
        _percent(report["mean_of_right_labels"]),
        _percent(float(np.mean([row["calibration_error"] for row in report["runs"]]))),
        cell(median([row["seconds"] for row in report["runs"]]) / 60, 1),
    )
    reached = "reached" if found["passes"] else "not reached"
    title = (
        f"{report['recipe']['name']}, {report['parameters']:,} parameters: "
        f"{_percent(found['target'])} is {reached}"
    )
    headings = ("seed", "right", "95 %", "of the 9,985", "ECE", "minutes")
    return [Table(title, headings, [*rows, mean])]


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
