"""Counts, rates and losses against scikit-learn, torch and cases worked out by hand."""

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import LookError
from handlens.insight.mistakes import (
    confusion_matrix,
    cross_entropy,
    first_mistakes,
    most_confident_mistakes,
    per_class_accuracy,
    wilson_interval,
)

labels = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=50)


@given(labels)
def test_confusion_matrix_equals_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = np.array(pairs).T
    expected = sklearn.metrics.confusion_matrix(truth, predicted, labels=range(7))
    np.testing.assert_array_equal(confusion_matrix(truth.astype(np.uint8), predicted, 7), expected)


def test_per_class_accuracy_by_hand() -> None:
    truth, predicted = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 2])
    rates = per_class_accuracy(confusion_matrix(truth, predicted, 3))
    np.testing.assert_array_equal(rates, [0.75, 0.5, np.nan])


def test_first_mistakes_in_order_and_no_more_than_there_are() -> None:
    truth, predicted = np.array([1, 2, 3, 4, 5], np.uint8), np.array([1, 0, 3, 0, 0])
    np.testing.assert_array_equal(first_mistakes(truth, predicted, 2), [1, 3])
    np.testing.assert_array_equal(first_mistakes(truth, predicted, 99), [1, 3, 4])


def test_most_confident_mistakes_surest_first_and_undefined_last() -> None:
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [np.nan, np.nan], [0.9, 0.1], [0.2, 0.8]])
    truth = np.array([1, 1, 1, 1, 1])
    np.testing.assert_array_equal(most_confident_mistakes(truth, probabilities, 9), [1, 3, 0, 2])
    np.testing.assert_array_equal(most_confident_mistakes(truth, probabilities, 1), [1])


@given(st.integers(0, 2**32 - 1), st.integers(2, 20))
def test_cross_entropy_equals_torchs_and_log_loss(seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(scale=3, size=(12, classes))
    truth = random.integers(classes, size=12)
    losses = cross_entropy(logits, truth)
    from_torch = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits), torch.from_numpy(truth), reduction="none"
    )
    np.testing.assert_allclose(losses, from_torch.numpy(), atol=1e-9)


def test_a_probability_of_zero_has_a_finite_loss() -> None:
    np.testing.assert_array_equal(cross_entropy(np.array([[2000.0, 0.0]]), np.array([1])), [2000.0])


@given(st.integers(1, 500), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_interval_equals_scipys(count: int, share: float, level: float) -> None:
    correct = round(share * count)
    expected = scipy.stats.binomtest(correct, count).proportion_ci(level, method="wilson")
    assert wilson_interval(correct, count, level) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_interval_of_a_perfect_score_by_hand() -> None:
    low, high = wilson_interval(10, 10)  # n / (n + z²) with z = 1.959964
    assert (low, high) == (pytest.approx(0.722467, abs=1e-6), 1.0)


def test_contradictions_are_refused() -> None:
    three = np.array([0, 1, 2])
    with pytest.raises(LookError, match="3 true labels and 2 predictions"):
        confusion_matrix(three, three[:2], 3)
    with pytest.raises(LookError, match="3 true labels and 2 predictions"):
        first_mistakes(three, three[:2], 1)
    with pytest.raises(LookError, match=r"The predicted label 2 is outside 0 … 1"):
        confusion_matrix(np.array([0, 1, 1]), three, 2)
    with pytest.raises(LookError, match=r"The true label 2 is outside 0 … 1"):
        cross_entropy(np.zeros((3, 2)), three)
    with pytest.raises(LookError, match="11 correct of 10"):
        wilson_interval(11, 10)
