"""One wish for a picture, and what it leaves open filled in: the frame, the set, the digit, the layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Integer

from handlens.arrays import Batch, Logits
from handlens.errors import DataError, LookError
from handlens.graph import Graph
from handlens.page.sets import things, visible_sets, watched_test
from handlens.recording import Recording

Labels = Integer[np.ndarray, "n"]

AFTERWARDS = "drawn afterwards; chose nothing"
FILES = {"train": "training file", "validation": "validation set", "test": "test set", "samples": "samples"}
SINGLE = {
    "train": "training digit",
    "validation": "validation digit",
    "test": "test digit",
    "samples": "sample",
}
LAB_DIGIT = 1  # the lab looks at train_dataset[1]


class Sample(NamedTuple):
    """One image as the network takes it, its label, and where it comes from."""

    batch: Float32[np.ndarray, "1 channels height width"]
    label: int
    place: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What `look` was asked for; None stands for its choice."""

    run: Recording
    step: int | None = None
    digit: int | None = None
    set: str | None = None
    layer: str | None = None
    channel: int | None = None
    rows: int | None = None
    title: str | None = None
    n: int | None = None

    @property
    def frame(self) -> int:
        """The step of the frame that is shown: the nearest to what was asked.

        Raises:
            LookError: a step before the first.
        """
        if self.step is not None and self.step < 0:
            raise LookError(
                f"step is {self.step}: this recording's steps run from 0 to {self.run.steps[-1]:,}"
            )
        return self.run.nearest(self.step)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.run.graph.classes

    @property
    def things(self) -> str:
        """What is looked at: digits, somebody's samples, or the items of another set."""
        return things(self.run)

    def count(self, usual: int, most: int | None = None) -> int:
        """How many are shown: from 1 to ``most``.

        Raises:
            LookError: another number was asked for.
        """
        if self.n is None:
            return usual
        if self.n < 1 or (most is not None and self.n > most):
            valid = "1 or more" if most is None else f"from 1 to {most:,}"
            raise LookError(f"n is {self.n:,}: give how many to show, {valid}")
        return self.n

    def heading(self, what: str, *where: str) -> str:
        """A title: what it shows (or the caller's own words), then the recording and the rest."""
        return " · ".join([self.title or what, self.run.folder.resolve().name, *where])

    @property
    def moment(self) -> str:
        """The shown frame in words."""
        return f"step {self.frame:,}"

    # -- sets ------------------------------------------------------------------------------------------

    @property
    def looked_at(self) -> str:
        """The set that single digits come from: the training file, as in the lab, or the samples."""
        return checked_set(self.run, self.set or self.run.set_names[0])

    @property
    def scored(self) -> str:
        """The set that answers are counted on."""
        return checked_set(self.run, self.set or scored_set(self.run))

    def afterwards(self, name: str, earliest: int | None = None) -> tuple[str, ...]:
        """What a title says where test digits are shown at a moment before the test set was scored."""
        shown = self.frame if earliest is None else earliest
        early = name == "test" and shown != self.run.steps[-1]
        return (AFTERWARDS,) if early and not watched_test(self.run) else ()

    def sample(self) -> Sample:
        """The chosen digit."""
        name = self.looked_at
        index = self._usual_digit(name) if self.digit is None else self.digit
        images, labels = digits(self.run, name, np.array([index]))
        label = self.classes[int(labels[0])]
        return Sample(images, int(labels[0]), f"{SINGLE[name]} no. {index:,} (y={label})")

    def _usual_digit(self, name: str) -> int:
        return min(LAB_DIGIT, len(digits(self.run, name)[1]) - 1) if name == "samples" else LAB_DIGIT

    def answers(self) -> tuple[str, Labels, Logits]:
        """The scored set's name, its labels and the network's logits for it."""
        name = self.scored
        labels = digits(self.run, name)[1]
        return name, labels, self.run.outputs(name, self.frame)

    # -- layers ----------------------------------------------------------------------------------------

    def convolution(self) -> str:
        """The chosen layer with kernels; the first by default."""
        return self._one_of(convolutions(self.run.graph), "layer with kernels")

    def maps_stage(self) -> str:
        """The chosen stage with feature maps; by default the first convolution's, or the first of all."""
        stages = map_stages(self.run.graph)
        convolved = [name for name in convolutions(self.run.graph) if name in stages]
        return self._one_of(stages, "stage with feature maps", convolved[:1])

    def vector_stage(self) -> str:
        """The chosen stage without places; by default what the logits are computed from."""
        graph = self.run.graph
        vectors = [name for name in graph.stages if len(graph.shape(name)) == 1]
        last = before_logits(graph)
        return self._one_of(vectors, "flat stage", [last] if last in vectors else vectors[-1:])

    def _one_of(self, names: Sequence[str], what: str, usual: Sequence[str] = ()) -> str:
        if not names:
            raise LookError(f"{self.run.folder}: this network has no {what}")
        chosen = self.layer or [*usual, *names][0]
        if chosen not in names:
            raise LookError(f"{chosen!r} is no {what}; this network has {', '.join(names)}")
        return chosen


def convolutions(graph: Graph) -> list[str]:
    """The layers that have kernels."""
    return [node.name for node in graph.nodes if node.op == "conv"]


def map_stages(graph: Graph) -> list[str]:
    """The stages that are feature maps, without the input."""
    return [name for name in graph.stages[1:] if len(graph.shape(name)) == 3]


def before_logits(graph: Graph) -> str:
    """The stage that the logits are computed from: week 5's "last layer"."""
    name = graph.node(graph.output).inputs[0]
    while name not in graph.stages:
        name = graph.node(name).inputs[0]
    return name


def scored_set(run: Recording) -> str:
    """The set that says how well a recording's network does at its moment."""
    return visible_sets(run)[-1]


def checked_set(run: Recording, name: str) -> str:
    """The name of a set that may be looked at.

    Raises:
        LookError: there is no such set, or it is the test set of a training that isn't finished.
    """
    if name not in run.set_names:
        raise LookError(f"{run.folder}: no set {name!r}; this recording has {', '.join(run.set_names)}")
    if name not in visible_sets(run):
        raise LookError(
            f"{run.folder}: this training is {run.status}; its test set is looked at when it has finished. "
            "Look at the validation set until then"
        )
    return name


def digits(run: Recording, name: str, indices: np.ndarray | None = None) -> tuple[Batch, Labels]:
    """Images and labels of a set that may be looked at.

    Raises:
        LookError: an index is beyond the set, or the set isn't there any more.
    """
    try:
        return run.digits(checked_set(run, name), indices)
    except DataError as error:
        raise LookError(str(error)) from None


def labels(run: Recording, name: str) -> Labels:
    """The labels of a whole set that may be looked at.

    Raises:
        LookError: the set isn't there any more.
    """
    try:
        return run.labels(checked_set(run, name))
    except DataError as error:
        raise LookError(str(error)) from None
