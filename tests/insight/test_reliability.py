"""Answers by confidence, against numpy's own search among the edges and sums written out."""

import numpy as np
import pytest

from handlens.insight.reliability import BINS, binned, calibration_error


@pytest.mark.parametrize("bins", [1, 7, BINS])
def test_every_answer_is_in_the_bin_whose_edges_are_about_it(bins: int) -> None:
    rng = np.random.default_rng(5)
    confidences = rng.random(2000).astype(np.float32)
    right = rng.random(2000) < confidences
    counts, sure = binned(confidences, right, bins)
    places = np.searchsorted(np.linspace(0, 1, bins + 1), confidences, side="left") - 1
    for place in range(bins):
        inside = places == place
        assert counts[place].tolist() == [inside.sum(), right[inside].sum()]
        assert sure[place] == pytest.approx(confidences[inside].sum(dtype=np.float64))


def test_a_bin_holds_its_upper_edge_and_the_first_nothing_at_all() -> None:
    confidences = np.array([0.0, 0.25, 0.5, 0.5000001, 1.0])
    counts, _ = binned(confidences, np.array([True, True, False, True, True]), 4)
    assert counts.tolist() == [[2, 2], [1, 0], [1, 1], [1, 1]]


def test_what_is_no_number_is_in_none() -> None:
    confidences = np.array([np.nan, 0.9, np.inf], np.float32)
    table = binned(confidences, np.array([True, False, True]))
    assert table.counts.sum(axis=0).tolist() == [1, 0]
    assert calibration_error(table) == pytest.approx(0.9)


def test_the_gap_is_weighed_by_answers_and_doesnt_cancel_across_bins() -> None:
    # Mean 0.96, half right; 0.5, wrong; 0.1, right.
    confidences = np.array([0.95, 0.97, 0.5, 0.1])
    table = binned(confidences, np.array([True, False, False, True]))
    assert calibration_error(table) == pytest.approx((2 * 0.46 + 0.5 + 0.9) / 4)


def test_no_answers_have_no_gap() -> None:
    assert calibration_error(binned(np.zeros(0), np.zeros(0, bool))) == 0
