"""How well a score tells two kinds apart."""

import numpy as np
from jaxtyping import Float64

Scores = Float64[np.ndarray, "_"]


def auroc(high: Scores, low: Scores) -> float:
    """The probability that one of `high` scores above one of `low`, ties counted half (Mann & Whitney 1947).

    That is the area under the curve of true against false positives (Hanley & McNeil 1982): 1 where a
    threshold parts the two, 0.5 where the score says nothing.

    Args:
        high: scores of those that should be high; at least one.
        low: scores of those that should be low; at least one.
    """
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left")
    not_above = np.searchsorted(ordered, high, "right")
    return float((below + not_above).mean() / (2 * len(low)))
