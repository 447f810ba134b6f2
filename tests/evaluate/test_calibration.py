"""ECE, the Brier score and the reliability table, solved by hand."""

import numpy as np
import pytest

from handlens.evaluate.calibration import brier, expected_calibration_error, reliability


def of(*pairs: tuple[float, bool]) -> tuple[np.ndarray, np.ndarray]:
    confidences, right = zip(*pairs, strict=True)
    return np.array(confidences, np.float64), np.array(right, bool)


def test_the_mean_gap_over_the_bins_is_weighed_by_their_answers() -> None:
    # Of 15 bins: 0.95 and 0.97 lie in the last, mean 0.96, half right; 0.5 in the eighth, wrong.
    confidences, right = of((0.95, True), (0.97, False), (0.5, False))
    assert expected_calibration_error(confidences, right) == pytest.approx(2 / 3 * 0.46 + 1 / 3 * 0.5)


def test_a_gap_above_and_one_below_dont_cancel_across_bins() -> None:
    confidences, right = of((0.9, False), (0.1, True))
    assert expected_calibration_error(confidences, right) == pytest.approx(0.9)


def test_within_a_bin_they_do() -> None:
    confidences, right = of((0.75, True), (0.75, True), (0.75, True), (0.75, False))
    assert expected_calibration_error(confidences, right) == pytest.approx(0)


def test_a_bin_holds_its_upper_end_and_the_first_holds_zero() -> None:
    table = reliability(*of((0.0, False), (0.2, True), (0.2000001, True), (1.0, True)), bins=5)
    assert [each.n for each in table] == [2, 1, 0, 0, 1]
    assert table[2].accuracy is None
    assert (table[4].low, table[4].high, table[4].confidence, table[4].accuracy) == (0.8, 1.0, 1.0, 1.0)


def test_every_answer_is_in_one_bin() -> None:
    confidences = np.random.default_rng(0).random(1000)
    table = reliability(confidences, confidences > 0.5)
    assert len(table) == 15
    assert sum(each.n for each in table) == 1000
    assert sum(each.n * (each.confidence or 0) for each in table) == pytest.approx(confidences.sum())


def test_brier_is_the_mean_square() -> None:
    assert brier(*of((0.8, True), (0.6, False))) == pytest.approx((0.04 + 0.36) / 2)


def test_of_no_answers_both_are_zero() -> None:
    nothing = (np.zeros(0), np.zeros(0, bool))
    assert (expected_calibration_error(*nothing), brier(*nothing)) == (0, 0)
