"""Colour scales that pictures share, so that equal colours mean equal values.

Values that aren't finite (a diverged run has them) never stretch a scale; figures mark them instead.
"""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Num

from handlens.errors import LookError

Values = Num[np.ndarray, "..."]
Number = float | int
Limits = tuple[Number, Number]


def symmetric_limit(arrays: Iterable[Values]) -> float:
    """The smallest ``limit`` such that ``-limit … limit`` holds every finite value of every array.

    Give it the kernels from before and after a training to draw both on one scale. Without any finite value
    other than zero it is 1, because a scale needs a width.
    """
    return max((_largest(array) for array in arrays), default=0.0) or 1.0


def stage_limits(arrays: Iterable[Values]) -> Limits:
    """One scale for a stage in all the frames that are compared: its lowest and highest value.

    From 0 to the largest value when nothing is negative (after a ReLU), otherwise symmetric around 0,
    so that 0 has the same colour in every picture.
    """
    arrays = list(arrays)
    limit = symmetric_limit(arrays)
    return (-limit, limit) if any((_finite(array) < 0).any() for array in arrays) else (0.0, limit)


def check_limits(limits: Limits, values: Values, what: str) -> None:
    """Refuse a scale that would show different values in one colour.

    Raises:
        LookError: ``limits`` is empty, or a finite value lies outside it.
    """
    low, high = limits
    if not low < high:
        raise LookError(f"{what}: the scale {low:g} … {high:g} is empty. Give a lower and a higher limit.")
    finite = _finite(values)
    slack = 1e-6 * (high - low)
    if finite.size and (finite.min() < low - slack or finite.max() > high + slack):
        raise LookError(
            f"{what}: the values span {finite.min():.4g} … {finite.max():.4g}, outside the given scale "
            f"{low:g} … {high:g}, where their colours would be cut off. "
            "Compute one scale over everything that is compared, or leave it out."
        )


def _finite(values: Values) -> Values:
    finite: Values = values[np.isfinite(values)]
    return finite


def _largest(values: Values) -> float:
    return float(np.abs(_finite(values)).max(initial=0.0))
