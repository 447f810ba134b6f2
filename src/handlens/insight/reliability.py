"""Whether a classifier is as often right as it says: its answers, binned by confidence."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64

BINS = 15
"""As in Guo et al. 2017."""


class Binned(NamedTuple):
    """Answers in bins of equal width.

    Bin m holds confidences in ((m - 1) / bins, m / bins]; the first holds 0 too.
    """

    counts: Int64[np.ndarray, "bins 2"]
    """How many answers, how many of them right."""
    sure: Float64[np.ndarray, "bins"]
    """The sums of their confidences."""


def binned(confidences: Float[np.ndarray, "n"], right: Bool[np.ndarray, "n"], bins: int = BINS) -> Binned:
    """Count answers by their confidence, 0…1; those without a finite one are in no bin."""
    finite = np.isfinite(confidences)
    sure, hits = confidences[finite].astype(np.float64), right[finite]
    places = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    counts = [np.bincount(chosen, minlength=bins) for chosen in (places, places[hits])]
    return Binned(np.stack(counts, axis=1), np.bincount(places, sure, minlength=bins))


def calibration_error(table: Binned) -> float:
    """ECE: the mean gap between confidence and accuracy, bin by bin; 0 of no answers.

    Guo et al. 2017, On calibration of modern neural networks, equation 3.
    """
    gaps = np.abs(table.counts[:, 1] - table.sure)
    return math.fsum(gaps) / max(int(table.counts[:, 0].sum()), 1)
