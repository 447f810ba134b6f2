"""What goes into the network and what comes out: digits, curves, answers and mistakes."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int64, Integer

from handlens.arrays import Confusion
from handlens.errors import LookError
from handlens.insight import embedding, figures, films
from handlens.insight.activations import softmax
from handlens.insight.figures import Figure
from handlens.insight.mistakes import (
    confusion_matrix,
    first_mistakes,
    most_confident_mistakes,
    per_class_accuracy,
)
from handlens.reading.frame import SIZE, frame
from handlens.recording import Recording
from handlens.reporting.asked import FILES, Asked, digits
from handlens.reporting.clouds import ITEMS, cast, cloud

Curve = tuple[Integer[np.ndarray, "n"], Float[np.ndarray, "n"]]
Chosen = Int64[np.ndarray, "k"]

SHEET, ANSWERS = 50, 10  # five rows of ten; week 5 prints ten predictions
MOST = 500  # so many pictures still make a file that can be opened


def digit(asked: Asked) -> Figure:
    """One digit with its label."""
    sample = asked.sample()
    title = asked.heading(sample.place[0].upper() + sample.place[1:])
    return figures.digit(sample.batch[0], asked.classes[sample.label], title=title)


def sheet(asked: Asked) -> Figure:
    """The first digits of a set."""
    name, images, labels = _first(asked, asked.looked_at, SHEET)
    title = asked.heading(f"The first {len(labels)} of the {FILES[name]}")
    return figures.digits(images, labels, classes=asked.classes, title=title)


def prepared(asked: Asked) -> Figure:
    """A digit, and the frame that is made of it.

    Raises:
        LookError: the network doesn't read frames of 28x28, gray.
    """
    shape = asked.run.graph.input.shape
    if shape != (1, SIZE, SIZE):
        raise LookError(
            f"{asked.run.folder}: digits are prepared as 1x{SIZE}x{SIZE}, and this network reads "
            f"{'x'.join(map(str, shape))}: its images come as they are"
        )
    sample = asked.sample()
    ink = np.clip(sample.batch[0, 0], 0, 1)
    title = asked.heading("As it came, and as the network sees it", sample.place)
    return figures.prepared(ink, frame(ink).pixels, title=title)


def curves(asked: Asked) -> Figure:
    """Loss and accuracy by step.

    Raises:
        LookError: the recording holds neither.
    """
    run = asked.run
    (accuracy_at, accuracies), watched = _accuracies(run)
    return figures.curves(
        *run.losses,
        accuracy_at,
        accuracies,
        loss=_which_loss(run),
        watched=watched,
        unit="step",
        title=asked.heading("Loss and accuracy along the training", f"{run.steps[-1]:,} steps"),
    )


def gradients(asked: Asked) -> Figure:
    """The gradient and the update of each layer's weights at the scorings.

    Raises:
        LookError: none were recorded.
    """
    run = asked.run
    lines = [line for line in run.evaluations if line.gradient_norm]
    if not lines:
        why = (
            "a loop of one's own doesn't give them"
            if run.header.recipe is None
            else "it ended before a scoring"
        )
        raise LookError(f"{run.folder}: no gradients were recorded: {why}")
    steps = np.array([line.step for line in lines], np.int64)
    tensors = {node.name: node.weights["weight"] for node in run.graph.nodes if node.op in ("conv", "linear")}
    norms, ratios = (
        {
            layer: np.array([getattr(line, field).get(tensor, np.nan) for line in lines], np.float64)
            for layer, tensor in tensors.items()
        }
        for field in ("gradient_norm", "update_ratio")
    )
    title = asked.heading("Gradients and updates of each layer's weights", f"to step {steps[-1]:,}")
    return figures.gradient_norms(steps, norms, ratios, title=title)


def predictions(asked: Asked) -> Figure:
    """The first answers against the truth."""
    name, images, labels = _first(asked, asked.scored, ANSWERS)
    predicted = asked.run.net(asked.frame)(images).argmax(axis=1)
    title = _titled(asked, f"The first {len(labels)} of the {FILES[name]}", name)
    return figures.predictions(
        images, labels, predicted, count=len(labels), classes=asked.classes, title=title
    )


def mistakes(asked: Asked) -> Figure:
    """The first mistakes in the order of the set."""
    return _mistakes(asked, "The first mistakes", lambda truth, beliefs, n: first_mistakes(
        truth, beliefs.argmax(axis=1), n
    ))  # fmt: skip


def confident(asked: Asked) -> Figure:
    """The mistakes that the network was surest of."""
    return _mistakes(asked, "The most confident mistakes", most_confident_mistakes)


def confusion(asked: Asked) -> Figure:
    """Which class is taken for which."""
    name, counts = confusions(asked)
    return figures.confusion(
        counts, asked.classes, title=_titled(asked, _scored(asked, "Confusion", counts), name)
    )


def per_class(asked: Asked) -> Figure:
    """The accuracy of each class."""
    name, counts = confusions(asked)
    title = _titled(asked, _scored(asked, "Accuracy of each class", counts), name)
    return figures.per_class(per_class_accuracy(counts), counts.sum(axis=1), asked.classes, title=title)


def tsne(asked: Asked) -> Figure:
    """One frame's t-SNE of the layer before the logits: the last one's is its film's last, but for a turn."""
    name = asked.scored
    chosen = cast(asked.run, name, asked.count(ITEMS))
    seen = cloud(asked.run, chosen, (asked.frame,), tsne=True)
    assert seen.tsne is not None
    title = _titled(asked, f"{chosen.stage} by t-SNE: {len(chosen.labels):,} {asked.things}", name)
    return figures.points(seen.tsne[0], chosen.labels, asked.classes, title=title, note=films.TSNE_NOTE)


def softmax_view(asked: Asked) -> Figure:
    """One frame of the linear view of the softmax outputs, the classes in the order of its film."""
    run, name = asked.run, asked.scored
    chosen = cast(run, name, asked.count(ITEMS))
    seen = cloud(run, chosen, run.steps, tsne=False)
    shown = min(run.steps.index(asked.frame), len(seen.steps) - 1)
    places = embedding.fanned(embedding.linear_view(seen.probabilities), chosen.labels)[shown]
    title = _titled(asked, f"The softmax outputs of {len(chosen.labels):,} {asked.things}", name)
    return figures.points(places, chosen.labels, asked.classes, title=title, note=films.LINEAR_NOTE)


def confusions(asked: Asked) -> tuple[str, Confusion]:
    """The scored set's name and its confusion matrix at the frame."""
    name, labels, logits = asked.answers()
    return name, confusion_matrix(labels, logits.argmax(axis=1), len(asked.classes))


def _mistakes(asked: Asked, what: str, choose: Callable[[np.ndarray, np.ndarray, int], Chosen]) -> Figure:
    name, labels, logits = asked.answers()
    beliefs = softmax(logits)
    chosen = choose(labels, beliefs, asked.count(ANSWERS, MOST))
    wrong = int((beliefs.argmax(axis=1) != labels).sum())
    title = _titled(asked, f"{what} ({len(chosen)} of {wrong:,})", name)
    images = digits(asked.run, name)[0]
    return figures.mistakes(images, labels, beliefs, chosen, classes=asked.classes, title=title)


def _first(asked: Asked, name: str, usual: int) -> tuple[str, np.ndarray, np.ndarray]:
    there = len(digits(asked.run, name)[1])
    return name, *digits(asked.run, name, np.arange(min(asked.count(usual, MOST), there)))


def _titled(asked: Asked, what: str, name: str) -> str:
    place = () if FILES[name] in what else (FILES[name],)
    return asked.heading(what, asked.moment, *place, *asked.afterwards(name))


def _scored(asked: Asked, what: str, counts: Confusion) -> str:
    return f"{what}, {counts.sum():,} {asked.things}"


def _accuracies(run: Recording) -> tuple[Curve, str]:
    """The scorings made during the training, or where there are none the samples' at each frame."""
    if run.evaluations:
        name, n = run.evaluations[-1].set, run.evaluations[-1].n
        lines = [line for line in run.evaluations if line.set == name]
        curve = ([line.step for line in lines], [line.accuracy for line in lines])
        return _curve(*curve), f"{name} set of {n:,}"
    if "samples" not in run.set_names:
        return _curve([], []), f"{run.header.data.watched or 'watched'} set"
    labels = digits(run, "samples")[1]
    shares = [float((run.outputs("samples", step).argmax(axis=1) == labels).mean()) for step in run.steps]
    return _curve(list(run.steps), shares), f"{len(labels):,} samples, scored afterwards"


def _curve(steps: list[int], values: list[float]) -> Curve:
    return np.array(steps, np.int64), np.array(values, np.float64)


def _which_loss(run: Recording) -> str:
    recipe = run.header.recipe
    if recipe is None:
        return "training loss as the loop gave it"
    smoothed = f", labels smoothed by {recipe.label_smoothing:g}" if recipe.label_smoothing else ""
    return f"training loss: cross-entropy of each batch{smoothed}"
