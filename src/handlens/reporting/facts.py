"""What a report says in words and tables: the network, the training, the score and the machine."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from handlens.graph import Node
from handlens.insight.mistakes import cross_entropy, wilson_interval
from handlens.recipes import Recipe
from handlens.recording import Recording
from handlens.recording.schema import Score
from handlens.reporting.asked import digits

OPERATIONS: Mapping[str, str] = {
    "conv": "convolution", "linear": "linear layer", "maxpool": "max pooling", "avgpool": "average pooling",
    "batchnorm": "batch normalisation", "relu": "ReLU", "leaky_relu": "leaky ReLU", "gelu": "GELU",
    "silu": "SiLU", "add": "sum", "concat": "joined maps", "mean": "mean over places",
    "flatten": "all in one row",
}  # fmt: skip
OPTIMISERS = {"sgd": "stochastic gradient descent", "adam": "Adam", "adamw": "AdamW"}
ORDERS = {
    "file": "always in the order of the file",
    "shuffled": "shuffled anew each epoch",
    "torch": "in the order of a shuffling DataLoader",
}

_FOREIGN = (
    "Somebody's own PyTorch loop made {steps:,} updates, which handlens recorded. The optimiser, the data "
    "and their order are that loop's own, and aren't known here."
)
_IMPORTED = "The weights were saved elsewhere and imported; how they came about isn't known here."


class Layer(NamedTuple):
    """A row of the network's table."""

    name: str
    operation: str
    shape: str
    parameters: int
    multiply_adds: int


class Verdict(NamedTuple):
    """How well the network does, with the 95 % interval, and on what."""

    score: Score
    low: float
    high: float
    meaning: str


def layers(run: Recording) -> list[Layer]:
    """The network, a row a node."""
    return [
        Layer(
            cost.name, _operation(node), "×".join(map(str, cost.shape)), cost.parameters, cost.multiply_adds
        )
        for node, cost in zip(run.graph.nodes, run.graph.costs(), strict=True)
    ]


def verdict(run: Recording) -> Verdict | None:
    """The score that counts: the test set's where it was scored, else the last one; None without any."""
    result = run.header.result
    if result is not None and result.test is not None:
        return _verdict(result.test, _meaning_of_test(run))
    if run.evaluations:
        last = run.evaluations[-1]
        score = Score(set=last.set, n=last.n, loss=last.loss, accuracy=last.accuracy)
        return _verdict(score, f"This is the last score of the training, at step {last.step:,}.")
    if run.header.recipe is None:
        meaning = (
            "Scored afterwards on the samples that were recorded. Whether the network was trained on them, "
            "the recording doesn't know."
        )
        return _verdict(_samples_score(run), meaning)
    return None


def story(run: Recording) -> list[str]:
    """How it was trained, and which set was watched, in sentences."""
    recipe, steps = run.header.recipe, run.steps[-1]
    if recipe is None:
        return [_FOREIGN.format(steps=steps) if steps else _IMPORTED]
    origin = run.header.origin
    start = f"were drawn at random (seed {recipe.seed})"
    if origin is not None:
        start = f"of step {origin.step:,} of {origin.recording} were taken"
    learnt = (
        f"The weights {start} and changed in {steps:,} steps by {OPTIMISERS[recipe.optimiser]}, "
        f"{_rate(recipe)}. Each step looked at {recipe.batch} digits, {ORDERS[recipe.order]}, and moved the "
        "weights a little so that the loss on these digits falls."
    )
    return [learnt, _watched(run, recipe)]


def recipe_rows(run: Recording) -> list[tuple[str, str]]:
    """The recipe, field by field, as it would be typed."""
    if run.header.recipe is None:
        return []
    return [(field, "–" if value is None else f"{value}") for field, value in run.header.recipe]


def machine_rows(run: Recording) -> list[tuple[str, str]]:
    """What ran the training, with what versions, when and for how long."""
    header = run.header
    rows = [("recorded", header.created), ("device", f"{header.device}, {header.threads} threads")]
    rows += [(name, str(value)) for name, value in header.hardware.items()]
    rows += [(name, value) for name, value in header.versions.items()]
    if header.result is not None:
        rows.append(("time in the training loop", f"{header.result.seconds:.1f} s"))
    rows += [(f"SHA-256 of {file}", digest) for file, digest in header.data.sha256.items()]
    return rows


def troubles(run: Recording) -> list[str]:
    """What a reader must know first: the training's own notes, and an end that isn't one."""
    said = [f"Step {note.step:,}: {note.text}." for note in run.notes]
    failure = run.header.result.failure if run.header.result else None
    if failure and not any(failure in line for line in said):
        said.insert(0, f"The training failed: {failure}.")
    if run.status in ("running", "interrupted"):
        said.insert(0, f"The training is {run.status}: this is how far it has come.")
    return said


def _operation(node: Node) -> str:
    name = OPERATIONS.get(node.op, node.op)
    kernel, stride = node.attrs.get("kernel"), node.attrs.get("stride")
    if not isinstance(kernel, tuple) or not isinstance(stride, tuple):
        return name
    usual = (1, 1) if node.op == "conv" else kernel  # a pool's windows lie side by side
    across = stride[:1] if stride[0] == stride[1] else stride
    moved = "" if stride == usual else f", stride {'×'.join(map(str, across))}"
    return f"{name} {'×'.join(map(str, kernel))}{moved}"


def _verdict(score: Score, meaning: str) -> Verdict:
    return Verdict(score, *wilson_interval(round(score.accuracy * score.n), score.n), meaning)


def _meaning_of_test(run: Recording) -> str:
    if run.header.recipe is None:
        return (
            "Scored when the weights were imported; whether anything was chosen by this set isn't known here."
        )
    if run.header.data.watched == "test":
        return (
            "This set was also watched during the training, as the tutorial does: whoever changes the recipe "
            "by looking at these numbers chooses by the test set, and the accuracy is then a little too good."
        )
    return "Scored once, after the last step: the test set chose nothing."


def _samples_score(run: Recording) -> Score:
    labels, logits = digits(run, "samples")[1], run.outputs("samples")
    right = float((logits.argmax(axis=1) == labels).mean())
    loss = float(np.mean(cross_entropy(logits, labels)))
    return Score(set="samples", n=len(labels), loss=loss, accuracy=right)


def _rate(recipe: Recipe) -> str:
    if recipe.schedule == "constant":
        return f"learning rate {recipe.lr:g} throughout"
    return f"learning rate up to {recipe.lr:g} and down to 0 again (one cycle)"


def _watched(run: Recording, recipe: Recipe) -> str:
    split = run.header.data.split
    learnt = f"It learnt from {split.get(recipe.train_on, 0):,} digits"
    epochs = f", seen {recipe.epochs} times each" if recipe.epochs > 1 else ", seen once each"
    if run.status != "finished":
        epochs = f", to be seen {recipe.epochs} times each, and came as far as step {run.steps[-1]:,}"
    if recipe.watch == "test":
        return (
            f"{learnt} of the training file{epochs}. While it learnt, {split.get('test', 0):,} digits of the "
            "test set were scored, because the tutorial does so; the default recipe keeps them apart."
        )
    return (
        f"{learnt}{epochs}. While it learnt, {split.get('validation', 0):,} other digits of the training "
        "file were scored, which it never learnt from. The test set stays closed until the last step."
    )
