"""The risk–coverage curve and its area, solved by hand."""

import numpy as np
import pytest

from handlens.evaluate.coverage import area_under_risk, risk_at_each_coverage


def test_the_surest_come_first() -> None:
    confidences, right = np.array([0.2, 0.9, 0.5, 0.7]), np.array([False, True, True, False])
    risks = risk_at_each_coverage(confidences, right)
    assert risks.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert area_under_risk(risks) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_the_equally_sure_count_as_their_mean_in_any_order() -> None:
    confidences = np.array([0.9, 0.5, 0.5, 0.5])
    for wrong in (1, 2, 3):
        right = np.ones(4, bool)
        right[wrong] = False
        assert risk_at_each_coverage(confidences, right).tolist() == pytest.approx([0, 1 / 6, 2 / 9, 1 / 4])


def test_a_sureness_that_says_nothing_gives_the_share_of_errors() -> None:
    right = np.array([True, False, True, True])
    assert area_under_risk(risk_at_each_coverage(np.full(4, 0.5), right)) == pytest.approx(1 / 4)


def test_it_agrees_with_a_mean_over_random_orders() -> None:
    rng = np.random.default_rng(0)
    confidences, right = rng.integers(0, 5, 40) / 5, rng.random(40) < 0.7
    seen = []
    for _ in range(4000):
        order = rng.permutation(40)
        order = order[np.argsort(-confidences[order], kind="stable")]
        seen.append(np.cumsum(~right[order]) / np.arange(1, 41))
    np.testing.assert_allclose(risk_at_each_coverage(confidences, right), np.mean(seen, axis=0), atol=0.02)


def test_of_no_answers_the_area_is_zero() -> None:
    assert area_under_risk(risk_at_each_coverage(np.zeros(0), np.zeros(0, bool))) == 0
