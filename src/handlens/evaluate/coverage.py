"""Risk against coverage: how often the surest answers are wrong, as ever more of them are taken."""

import numpy as np
from jaxtyping import Float64

from handlens.evaluate.calibration import Confidences, Right


def risk_at_each_coverage(confidences: Confidences, right: Right) -> Float64[np.ndarray, "n"]:
    """The share of wrong answers among the k surest, for k = 1 … n (Geifman & El-Yaniv 2017).

    Answers that are equally sure come in no order: each counts as the mean of them, so the curve doesn't
    depend on the order in which pictures were given.
    """
    order = np.argsort(-confidences, kind="stable")
    _, group, sizes = np.unique(-confidences[order], return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=~right[order]) / sizes
    risks: Float64[np.ndarray, "n"] = np.cumsum(wrong[group]) / np.arange(1, len(order) + 1)
    return risks


def area_under_risk(risks: Float64[np.ndarray, "n"]) -> float:
    """AURC: the mean of the risks over all coverages.

    Geifman et al. 2019, Bias-reduced uncertainty estimation for deep neural classifiers, section 2.
    0 is perfect; answers in no order of sureness give the share of wrong ones. Of no answers 0.
    """
    return float(risks.mean()) if len(risks) else 0.0
