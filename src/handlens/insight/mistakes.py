"""Where a classifier is right and wrong: counts, rates with their intervals, and the samples themselves.

Labels are whole numbers in ``0 … classes - 1``; predictions likewise.
"""

from statistics import NormalDist

import numpy as np
from jaxtyping import Float, Int64, Integer

from handlens.arrays import Confusion, Logits, Probabilities
from handlens.errors import LookError

Classes = Integer[np.ndarray, "_"]  # lengths are compared here, in words
Indices = Int64[np.ndarray, "k"]
Rates = Float[np.ndarray, "classes"]
Losses = Float[np.ndarray, "_"]


def confusion_matrix(truth: Classes, predicted: Classes, classes: int) -> Confusion:
    """How often class ``row`` was taken for class ``column``, [classes, classes].

    Raises:
        LookError: The lengths differ, or a label isn't in ``0 … classes - 1``.
    """
    _check_lengths(truth, predicted)
    for name, labels in (("true", truth), ("predicted", predicted)):
        _check_labels(name, labels, classes)
    cells = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    matrix: Confusion = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return matrix


def per_class_accuracy(matrix: Confusion) -> Rates:
    """The share of each true class that was recognised (its recall); NaN for a class without samples."""
    counts = matrix.sum(axis=1)
    rates = np.full(len(matrix), np.nan)
    np.divide(matrix.diagonal(), counts, out=rates, where=counts > 0)
    return rates


def first_mistakes(truth: Classes, predicted: Classes, count: int) -> Indices:
    """The positions of the first ``count`` wrong predictions (or all, if fewer), in the order of the set.

    Raises:
        LookError: The lengths differ.
    """
    _check_lengths(truth, predicted)
    return np.flatnonzero(truth != predicted)[:count].astype(np.int64)


def most_confident_mistakes(truth: Classes, probabilities: Probabilities, count: int) -> Indices:
    """The positions of the wrong predictions that the network was surest of, the surest first.

    Equal confidences keep the order of the set; a sample without finite probabilities comes last.

    Raises:
        LookError: The lengths differ.
    """
    wrong: Indices = first_mistakes(truth, probabilities.argmax(axis=1), len(truth))
    confidence = np.nan_to_num(probabilities[wrong].max(axis=1), nan=-1.0)
    surest_first: Indices = wrong[np.argsort(-confidence, kind="stable")[:count]]
    return surest_first


def cross_entropy(logits: Logits, truth: Classes) -> Losses:
    """The loss of each sample in nats: minus the logarithm of the probability of its true class.

    Computed from the logits by log-sum-exp, so a probability that rounds to 0 still has a finite loss.

    Raises:
        LookError: The lengths differ, or a label has no logit.
    """
    _check_lengths(truth, logits)
    _check_labels("true", truth, logits.shape[1])
    with np.errstate(invalid="ignore"):
        shifted = logits - logits.max(axis=1, keepdims=True)
    losses: Losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth]
    return losses


def wilson_interval(correct: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """The interval in which an accuracy measured on ``count`` samples plausibly lies (Wilson, 1927, eq. 5).

    Unlike accuracy ± 2 standard errors it stays inside 0 … 1 and works at 100 %.

    Example:
        >>> low, high = wilson_interval(9900, 10_000)
        >>> round(low, 4), round(high, 4)
        (0.9879, 0.9918)

    Raises:
        LookError: ``correct`` isn't in ``0 … count``, or there are no samples.
    """
    if count < 1 or not 0 <= correct <= count:
        raise LookError(f"{correct} correct of {count}: an accuracy needs 0 ≤ correct ≤ count and a sample.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = correct / count
    centre = share + z * z / (2 * count)
    spread = z * ((share * (1 - share) + z * z / (4 * count)) / count) ** 0.5
    scale = 1 + z * z / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _check_lengths(truth: Classes, others: np.ndarray) -> None:
    if len(truth) != len(others):
        raise LookError(f"{len(truth)} true labels and {len(others)} predictions: one for each is needed.")


def _check_labels(name: str, labels: Classes, classes: int) -> None:
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        raise LookError(
            f"The {name} label {labels[outside][0]} is outside 0 … {classes - 1}. "
            "Check the number of classes."
        )
