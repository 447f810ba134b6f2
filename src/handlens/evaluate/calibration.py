"""Whether the reader is as often right as it says."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64

from handlens.insight.reliability import BINS, binned, calibration_error

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
    """Confidence and accuracy in bins of equal width, as `handlens.insight.reliability.Binned` has them.

    Guo et al. 2017, On calibration of modern neural networks, section 2.
    """
    table = []
    counts, sure = binned(confidences, right, bins)
    for place, ((n, hits), total) in enumerate(zip(counts.tolist(), sure.tolist(), strict=True)):
        means = (total / n, hits / n) if n else (None, None)
        table.append(Bin(place / bins, (place + 1) / bins, n, *means))
    return table


def expected_calibration_error(confidences: Confidences, right: Right, bins: int = BINS) -> float:
    """ECE: the mean gap between confidence and accuracy, bin by bin (Guo et al. 2017, equation 3)."""
    return calibration_error(binned(confidences, right, bins))


def brier(confidences: Confidences, right: Right) -> float:
    """The mean square of confidence minus being right (Brier 1950), of the event that the answer is right.

    Of no answers 0.
    """
    return float(((confidences - right) ** 2).mean()) if len(confidences) else 0.0
