"""Frames to calibrated probabilities, and the rule that says when one is sure enough."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from handlens import untrusted
from handlens.arrays import Batch
from handlens.errors import GraphError, RecordingError
from handlens.reading.frame import SIZE
from handlens.recording import Recording
from handlens.runtime import Net

NONE = "none"
"""The class of what is no digit, in networks that have one."""

RULE_FILE = "rule.json"
"""Beside a recording's header: how its network's outputs are to be taken."""

SHARE = 128
"""Frames that a core looks at in a go, for some 35 ms. The shares don't depend on the cores,
nor do the digits."""

MOST_RULE = 64 * 1024
"""Bytes of it; three numbers take less than a hundred."""

Frames = Float32[np.ndarray, "n 28 28"]


@dataclass(frozen=True)
class Rule:
    """How a network's outputs are to be taken; the shipped network's was chosen on held-out and made data."""

    temperature: float = 1.0
    """Logits are divided by it (Guo et al. 2017, On calibration of modern neural networks)."""
    threshold: float = 0.8
    """A digit that stands alone is rejected where `Judge.sureness` is below."""
    rarity: float = 0.0
    """Taken from the logit of ``none``: the logarithm of how much rarer such things are in pictures that are
    given to be read than in training (Saerens, Latinne, Decaestecker 2002, Adjusting the outputs of a
    classifier to new a priori probabilities)."""

    def __post_init__(self) -> None:
        if not (0 < self.temperature < np.inf and 0 <= self.threshold <= 1 and np.isfinite(self.rarity)):
            raise ValueError(f"out of range: {self}")

    @classmethod
    def of(cls, folder: Path) -> "Rule":
        """The rule that lies in a recording's folder, or the usual one.

        Raises:
            RecordingError: the file is damaged, or is a link out of the folder.
        """
        path = folder / RULE_FILE
        if not path.exists():
            return cls()
        try:
            fields = untrusted.parse(untrusted.read(path, MOST_RULE, within=folder))
            return cls(*(float(fields[name]) for name in ("temperature", "threshold", "rarity")))
        except OSError as error:
            raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from None
        except (untrusted.Refused, ValueError, KeyError, TypeError) as error:
            raise RecordingError(
                f"{path}: expected a JSON object with numbers temperature, threshold and rarity ({error}). "
                "Delete it, and the usual rule holds."
            ) from None


class Judge:
    """Gives each frame its probabilities.

    Args:
        net: takes ``[n, 1, 28, 28]``; a class ``none``, the last, may stand for what is no digit.
        rule: how its outputs are to be taken.
    """

    def __init__(self, net: Net, rule: Rule = Rule()) -> None:
        self.net, self.rule = net, rule
        self.names = net.graph.classes
        """All classes, ``none`` too."""
        self.digits = tuple(name for name in self.names if name != NONE)
        """The classes that can be read; they come first."""

    @classmethod
    def of(cls, recording: Recording) -> "Judge":
        """By a recording's last network and its rule.

        Its network runs on one thread, a digit is too little work for two; long rows are shared out.

        Raises:
            RecordingError: the recording or its rule is damaged, its training diverged, or its network takes
                other images than a digit's frame.
        """
        if recording.graph.input.shape != (1, SIZE, SIZE):
            raise RecordingError(
                f"{recording.folder}: its network takes images of {recording.graph.input.shape}; digits are "
                f"read by one that takes (1, {SIZE}, {SIZE}). Choose another recording"
            )
        weights = recording.weights()
        if bad := [name for name, tensor in weights.items() if not np.isfinite(tensor).all()]:
            raise RecordingError(
                f"{recording.folder}: its training diverged, {bad[0]} isn't finite: it can be looked at, but "
                "reads nothing. Choose another recording"
            )
        return cls(Net(recording.graph, weights, threads=1), Rule.of(recording.folder))

    def with_last_layer(
        self, weight: Float32[np.ndarray, "classes features"], bias: Float32[np.ndarray, "classes"]
    ) -> "Judge":
        """The same judge with another last layer, which must be a linear one with a bias.

        Raises:
            GraphError: the last layer is another operation, or the shapes aren't its own.
        """
        last = self.net.graph.node(self.net.graph.output)
        if last.op != "linear" or "bias" not in last.weights:
            raise GraphError(
                f"the network's last layer, {last.name!r}, isn't linear with a bias: it can't be taught"
            )
        changed = {last.weights["weight"]: weight, last.weights["bias"]: bias}
        return Judge(Net(self.net.graph, {**self.net.weights, **changed}, threads=1), self.rule)

    def as_trained(self, probabilities: Float[np.ndarray, "n classes"]) -> Float[np.ndarray, "n classes"]:
        """The same where what is no digit is as common as in training."""
        common = probabilities.copy()
        common[:, len(self.digits) :] *= np.exp(self.rule.rarity)
        common /= common.sum(axis=1, keepdims=True)
        return common

    def as_given(self, probabilities: Float[np.ndarray, "n classes"]) -> Float[np.ndarray, "n classes"]:
        """The way back from `as_trained`: what is no digit is as rare as in pictures that are given."""
        rare = probabilities.copy()
        rare[:, len(self.digits) :] *= np.exp(-self.rule.rarity)
        rare /= rare.sum(axis=1, keepdims=True)
        return rare

    def sureness(self, probabilities: Float[np.ndarray, "n classes"]) -> Float[np.ndarray, "n"]:
        """The probability of the likeliest digit where what is no digit is as common as in training.

        That parts digits from letters and scribbles, where the probability itself, by which such things are
        rare, is the better answer to how often the digit will be right: at the same share of digits refused,
        a fifth of the letters less passes.
        """
        sure: Float[np.ndarray, "n"] = self.as_trained(probabilities)[:, : len(self.digits)].max(axis=1)
        return sure

    def __call__(self, frames: Frames) -> Float[np.ndarray, "n classes"]:
        """Calibrated probabilities, float32 ``[n, classes]``, in the order of ``names``."""
        logits = self._logits(np.ascontiguousarray(frames[:, None])) / np.float32(self.rule.temperature)
        logits[:, len(self.digits) :] -= np.float32(self.rule.rarity)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Float[np.ndarray, "n classes"] = exponents / exponents.sum(axis=1, keepdims=True)
        return probabilities

    def _logits(self, images: Batch) -> np.ndarray:
        if len(images) <= SHARE:
            return self.net(images)
        shares = [images[start : start + SHARE] for start in range(0, len(images), SHARE)]
        with ThreadPoolExecutor(os.cpu_count()) as cores:
            return np.concatenate(list(cores.map(self.net, shares)))
