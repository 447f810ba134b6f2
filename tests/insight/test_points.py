"""Procrustes against SciPy, movement and neighbours against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

from handlens.insight.points import jump, neighbour_accuracy, procrustes, spread, unit_size

angles = st.floats(-4, 4)
shifts = st.tuples(st.floats(-9, 9), st.floats(-9, 9))
CLOUD = np.random.default_rng(0).normal(size=(20, 2)) * (3, 1)


@given(angles, st.booleans(), shifts)
def test_a_turned_mirrored_and_shifted_cloud_comes_back(
    angle: float, mirrored: bool, shift: tuple[float, float]
) -> None:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = CLOUD @ turn @ np.diag([-1.0 if mirrored else 1.0, 1.0]) + shift
    np.testing.assert_allclose(procrustes(moved, CLOUD), CLOUD, atol=1e-9)


def test_the_turn_is_the_best_one_and_leaves_distances() -> None:
    other = np.random.default_rng(1).normal(size=CLOUD.shape)
    centred, target = CLOUD - CLOUD.mean(axis=0), other - other.mean(axis=0)
    turn, _ = orthogonal_procrustes(centred, target)
    laid = procrustes(CLOUD, other)
    np.testing.assert_allclose(laid, centred @ turn + other.mean(axis=0))
    np.testing.assert_allclose(spread(laid), spread(CLOUD))


def test_unit_size_centres_and_scales() -> None:
    sized = unit_size(CLOUD + 5)
    np.testing.assert_allclose(sized.mean(axis=0), 0, atol=1e-12)
    assert spread(sized) == pytest.approx(1)
    np.testing.assert_array_equal(unit_size(np.ones((3, 2))), np.zeros((3, 2)))


def test_jump_is_the_median_distance_as_a_share_of_the_spread() -> None:
    square = np.array([[1.0, 1], [-1, 1], [-1, -1], [1, -1], [0, 0]])  # spread: sqrt(8 / 5)
    after = square.copy()
    after[:, 0] += [0.1, 0.2, 0.3, 0.4, 0.5]
    assert jump(square, after) == pytest.approx(0.3 / ((spread(square) + spread(after)) / 2))
    assert spread(square) == pytest.approx(np.sqrt(8 / 5))
    assert jump(square, square) == 0
    assert jump(10 * square, 10 * after) == pytest.approx(jump(square, after))


def test_neighbour_accuracy_counts_majorities() -> None:
    line = np.array([[0.0], [1], [2], [10], [11], [12]])
    assert neighbour_accuracy(line, np.array([0, 0, 0, 1, 1, 1]), neighbours=2) == 1
    assert neighbour_accuracy(line[[0, 1, 4, 5]], np.array([0, 0, 1, 1]), neighbours=1) == 1
    assert neighbour_accuracy(line, np.array([0, 1, 0, 1, 1, 1]), neighbours=2) == pytest.approx(5 / 6)
    assert neighbour_accuracy(line, np.array([7, 7, 7, 7, 7, 3]), neighbours=99) == pytest.approx(5 / 6)
