"""What a training tells while it runs. Each event can give the weights of its moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch

from handlens.arrays import Weights
from handlens.graph import Graph
from handlens.recipes import Recipe
from handlens.recording.schema import Score
from handlens.recording.states import State


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened after ``step`` updates.

    ``weights()`` and ``state()`` copy what the trainer holds *now*: call them before taking the next event.
    On a GPU the updates between two frames are made at once; what it holds after each is then the last one's.
    """

    step: int
    seconds: float
    """Since the training began, scoring included."""
    weights: Callable[[], Weights] = field(repr=False, compare=False)
    """The weights that the network predicts with, by name."""
    state: Callable[[], State] = field(repr=False, compare=False)
    """All that is needed to go on from here."""
    settled: bool = False
    """Whether everything about this step has been told, so that a resume may begin here."""


@dataclass(frozen=True, kw_only=True)
class Began(Event):
    """Before the first update, or before the first after a resume."""

    recipe: Recipe
    graph: Graph
    threads: int
    precision: Literal["float32", "bfloat16"] = "float32"
    """What convolutions are computed in: what the recipe asks for, where the device has units for it."""
    digests: dict[str, str]
    split: dict[str, int]
    total: int
    """Updates that the whole training takes."""


@dataclass(frozen=True, kw_only=True)
class Stepped(Event):
    """One update."""

    epoch: int
    """Counted from 1."""
    images: int
    """Seen so far."""
    loss_tensor: torch.Tensor = field(repr=False, compare=False)
    lr: float

    @property
    def loss(self) -> float:
        """Of this step's batch, before its update. On a GPU, reading it waits for the step to end."""
        return float(self.loss_tensor)


@dataclass(frozen=True, kw_only=True)
class Evaluated(Event):
    """A scoring of the watched set."""

    score: Score
    gradient_norm: dict[str, float]
    update_ratio: dict[str, float]
    stuck: str | None
    """What to try, where the accuracy is no better than guessing long after it should be."""


@dataclass(frozen=True, kw_only=True)
class Diverged(Event):
    """The loss is no number any more; the training has ended. ``step`` is the last update that was made."""

    images: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """After the last update."""

    images: int
    test: Score
    """The test set's score; nothing was chosen by it."""
