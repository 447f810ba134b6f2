"""Scales: symmetric, just wide enough, blind to values that aren't finite."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from handlens.errors import LookError
from handlens.insight.scales import check_limits, stage_limits, symmetric_limit

floats = st.floats(-1e6, 1e6, allow_subnormal=False)
some_arrays = st.lists(arrays(np.float64, array_shapes(max_side=4), elements=floats), min_size=1, max_size=3)


@given(some_arrays)
def test_symmetric_limit_is_reached_and_never_exceeded(given_arrays: list[np.ndarray]) -> None:
    limit = symmetric_limit(given_arrays)
    largest = max(np.abs(array).max() for array in given_arrays)
    assert limit == (largest if largest > 0 else 1.0)


@given(some_arrays)
def test_stage_limits_cover_everything_and_pass_their_own_check(given_arrays: list[np.ndarray]) -> None:
    low, high = stage_limits(given_arrays)
    negative = any((array < 0).any() for array in given_arrays)
    assert low == (-high if negative else 0.0)
    for array in given_arrays:
        check_limits((low, high), array, "conv1")


def test_one_negative_frame_makes_the_shared_scale_symmetric() -> None:
    assert stage_limits([np.array([0.0, 3.0]), np.array([-1.0])]) == (-3.0, 3.0)


def test_values_that_are_not_finite_do_not_stretch_a_scale() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 0.5])
    assert symmetric_limit([values]) == 0.5
    assert stage_limits([values]) == (0.0, 0.5)
    assert stage_limits([np.array([np.nan])]) == (0.0, 1.0)


def test_a_scale_that_cuts_colours_off_is_refused() -> None:
    with pytest.raises(LookError, match=r"conv1: the values span -2 … 0.5, outside the given scale -1 … 1"):
        check_limits((-1.0, 1.0), np.array([-2.0, 0.5]), "conv1")
    with pytest.raises(LookError, match=r"the scale 1 … 1 is empty"):
        check_limits((1.0, 1.0), np.array([1.0]), "conv1")
