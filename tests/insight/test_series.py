"""Running means against the plain definition; the first value that isn't finite."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.insight.series import first_not_finite, running_mean


@given(st.lists(st.floats(-1e3, 1e3) | st.just(np.nan), min_size=1, max_size=30), st.integers(1, 40))
def test_running_mean_is_the_mean_of_the_last_few(values: list[float], window: int) -> None:
    expected = [np.mean(values[max(0, end - window) : end]) for end in range(1, len(values) + 1)]
    np.testing.assert_allclose(running_mean(np.array(values), window), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("values", "position"), [([1.0, np.nan, np.inf], 1), ([np.inf], 0), ([1.0, 2.0], None), ([], None)]
)
def test_first_not_finite(values: list[float], position: int | None) -> None:
    assert first_not_finite(np.array(values)) == position
