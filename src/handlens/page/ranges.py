"""The colour scale of each stage and tensor: one for the whole training, so that change can be compared."""

import math
from collections.abc import Iterable
from contextlib import suppress

import numpy as np
from jaxtyping import Num

from handlens.arrays import Batch, Weights
from handlens.errors import RecordingError
from handlens.recording import Recording
from handlens.recording.files import keep, kept, sha256
from handlens.runtime import Net

Ranges = dict[str, dict[str, float]]
Values = Num[np.ndarray, "..."]

ROUND = (1, 1.5, 2, 3, 5, 7, 10)
SHARE = 99.9  # per cent of the values that a scale holds: a few outliers shall not pale all others


def ranges(run: Recording, set_name: str | None, images: Batch) -> Ranges:
    """Limits of the scales ``-limit … limit``: ``{"stages": {stage: limit}, "tensors": {tensor: limit}}``.

    A stage's limit is that of its values for ``images`` at the last frame, a tensor's (of two axes or more)
    that of its weights at the first frame and the last. Damaged frames are passed over, and numbers that
    aren't finite; without any number a limit is 1. Kept in the recording's cache, but for a running training,
    whose last frame will be another soon.

    Args:
        run: the recording.
        set_name: where the images are from; names the cached file.
        images: float32 ``[n, channels, height, width]``.
    """
    path = run.cache / f"ranges-{_digest(run, set_name, len(images))}.safetensors"
    if (found := kept(path, run.cache)) is not None:
        with suppress(KeyError):
            return _unpacked(run, found)
    made = _computed(run, images)
    if run.status != "running":
        keep(path, _packed(made))
    return made


def limit(arrays: Iterable[Values]) -> float:
    """A round number that isn't below the 99.9th percentile of the finite ``|values|``; 1 without any."""
    sizes = np.concatenate([np.abs(array[np.isfinite(array)], dtype=np.float64).ravel() for array in arrays])
    return rounded_up(float(np.percentile(sizes, SHARE))) if sizes.size else 1.0


def rounded_up(number: float) -> float:
    """The smallest of 1, 1.5, 2, 3, 5, 7 times a power of ten that isn't below a number ≥ 0; 1 for 0.

    >>> rounded_up(0.31), rounded_up(15), rounded_up(8.2)
    (0.5, 15.0, 10.0)
    """
    if number < 1e-30:  # also what float32 can hardly hold
        return 1.0
    exponent = math.floor(math.log10(number))
    candidates = (float(f"{step}e{exponent + more}") for more in (-1, 0, 1) for step in ROUND)
    return next(candidate for candidate in candidates if candidate >= number)


def _computed(run: Recording, images: Batch) -> Ranges:
    first, last = _readable(run, run.steps), _readable(run, run.steps[::-1])
    values = Net(run.graph, last).stages(images)
    return {
        "stages": {name: limit([values[name]]) for name in run.graph.stages},
        "tensors": {name: limit([first[name], last[name]]) for name in _scaled_tensors(run)},
    }


def _scaled_tensors(run: Recording) -> list[str]:
    return [name for name, shape in run.graph.tensors.items() if len(shape) >= 2]


def _readable(run: Recording, steps: Iterable[int]) -> Weights:
    """The weights of the first of some frames that isn't damaged; zeros where all are."""
    for step in steps:
        with suppress(RecordingError):
            return run.weights(step)
    return {name: np.zeros(shape, np.float32) for name, shape in run.graph.tensors.items()}


def _digest(run: Recording, set_name: str | None, count: int) -> str:
    content = f"{run.digest(0)} {run.digest()} {set_name} {count} {SHARE} {ROUND}"
    return sha256(content.encode())[:16]


def _packed(made: Ranges) -> Weights:
    return {
        f"{kind}/{name}": np.array([number], np.float64)
        for kind, limits in made.items()
        for name, number in limits.items()
    }


def _unpacked(run: Recording, tensors: Weights) -> Ranges:
    return {
        "stages": {name: float(tensors[f"stages/{name}"][0]) for name in run.graph.stages},
        "tensors": {name: float(tensors[f"tensors/{name}"][0]) for name in _scaled_tensors(run)},
    }
