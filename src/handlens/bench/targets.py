"""What is promised of which recipe, and the seeds it is judged by: fixed before it was measured."""

from typing import Any, NamedTuple


class Target(NamedTuple):
    """A recipe, the mean accuracy on the test set that it is to reach, and the seeds."""

    preset: str
    accuracy: float
    seeds: tuple[int, ...]


FEW, MANY = tuple(range(1, 6)), tuple(range(1, 11))

TARGETS = (
    Target("dash", 0.9877, FEW),  # what the tutorial loop reaches in ten epochs
    Target("fast", 0.99, FEW),
    Target("sharp", 0.994, MANY),
)


ACCURACIES = (
    Target("tutorial", 0.9945, FEW),
    Target("tiny", 0.994, FEW),
    Target("micro", 0.988, FEW),
    Target("accurate", 0.9965, (1, 2, 3)),  # half an hour each
    Target("accurate-gpu", 0.9975, MANY),
)
"""Of recipes that take their time, after learning from all 60,000: see `handlens.bench.accuracy`."""


def targets(device: str = "cpu") -> tuple[Target, ...]:
    """The targets on a device: on a fast one, more seeds cost little."""
    return TARGETS if device == "cpu" else tuple(target._replace(seeds=MANY) for target in TARGETS)


UNWATCHED: dict[str, Any] = {"watch_every": 1, "watch_from": 10**9}
"""Fields of a recipe: nothing is scored before the last update."""

LEAST_SEEDS = 5
"""A mean of fewer passes nothing, where a training takes seconds."""


def judged(
    accuracies: list[float], target: float, least: int = LEAST_SEEDS
) -> dict[str, float | int | bool | None]:
    """Mean, scatter and least of some accuracies, and whether the mean reaches a target.

    A mean of fewer than ``least`` passes nothing. ``sd`` is the sample's (n - 1), ``standard_error`` that of
    the mean; neither is known of one value.
    """
    n = len(accuracies)
    mean = sum(accuracies) / n
    sd = (sum((each - mean) ** 2 for each in accuracies) / (n - 1)) ** 0.5 if n > 1 else None
    return {
        "n": n,
        "mean": round(mean, 6),
        "sd": None if sd is None else round(sd, 6),
        "standard_error": None if sd is None else round(sd / n**0.5, 6),
        "least": min(accuracies),
        "target": target,
        # Rounded: 0.99 isn't reached by a sum that comes to 0.98999999999999999.
        "passes": n >= least and round(mean, 9) >= target,
    }
