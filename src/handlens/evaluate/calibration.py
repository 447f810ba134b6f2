"""Whether the reader is as often right as it says."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64

BINS = 15
"""As in Guo et al. 2017."""

Confidences = Float64[np.ndarray, "n"]
Right = Bool[np.ndarray, "n"]


class Bin(NamedTuple):
    """The answers whose confidence lies above `low` and up to `high`."""

    low: float
    high: float
    n: int
    confidence: float | None
    """Their mean; None of none."""
    accuracy: float | None


def reliability(confidences: Confidences, right: Right, bins: int = BINS) -> list[Bin]:
    """Confidence and accuracy in bins of equal width.

    Guo et al. 2017, On calibration of modern neural networks, section 2.
    Bin m holds confidences in ((m - 1) / bins, m / bins]; the first holds 0 too.
    """
    places = np.clip(np.ceil(confidences * bins).astype(int) - 1, 0, bins - 1)
    table = []
    for place in range(bins):
        inside = places == place
        n = int(inside.sum())
        means = (float(confidences[inside].mean()), float(right[inside].mean())) if n else (None, None)
        table.append(Bin(place / bins, (place + 1) / bins, n, *means))
    return table


def expected_calibration_error(confidences: Confidences, right: Right, bins: int = BINS) -> float:
    """ECE: the mean gap between confidence and accuracy, bin by bin (Guo et al. 2017, equation 3)."""
    n = max(len(confidences), 1)
    return math.fsum(
        each.n / n * abs(each.accuracy - each.confidence)
        for each in reliability(confidences, right, bins)
        if each.accuracy is not None and each.confidence is not None
    )


def brier(confidences: Confidences, right: Right) -> float:
    """The mean square of confidence minus being right (Brier 1950), of the event that the answer is right.

    Of no answers 0.
    """
    return float(((confidences - right) ** 2).mean()) if len(confidences) else 0.0
