"""Softmax against SciPy; folding keeps every value and its order."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from handlens.errors import LookError
from handlens.insight.activations import fold, fold_narrow, softmax

logits = arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=st.floats(-800, 800))


@given(logits)
def test_softmax_equals_scipys(values: np.ndarray) -> None:
    np.testing.assert_allclose(softmax(values), scipy.special.softmax(values, axis=1), atol=1e-12)


def test_logits_that_are_not_finite_give_no_opinion() -> None:
    result = softmax(np.array([[np.inf, 0.0], [np.nan, 0.0], [0.0, 0.0]], np.float32))
    assert np.isnan(result[:2]).any(axis=1).all()
    np.testing.assert_array_equal(result[2], [0.5, 0.5])


def test_a_row_of_the_folded_layer_is_a_feature_map() -> None:
    maps = np.random.default_rng(0).normal(size=(32, 7, 7)).astype(np.float32)
    np.testing.assert_array_equal(fold(maps.reshape(-1), 32), maps.reshape(32, 49))


@pytest.mark.parametrize("rows", [0, 3])
def test_uneven_rows_are_refused(rows: int) -> None:
    with pytest.raises(LookError, match=rf"1568 values can't be folded into {rows} equal rows"):
        fold(np.zeros(1568, np.float32), rows)


@given(st.integers(1, 300), st.integers(1, 300))
def test_narrow_rows_fit_and_are_as_few_as_possible(count: int, widest: int) -> None:
    values = np.arange(count, dtype=np.float32)
    folded = fold_narrow(values, widest)
    np.testing.assert_array_equal(folded.reshape(-1), values)
    rows, columns = folded.shape
    assert columns <= widest
    assert not any(count % fewer == 0 and count // fewer <= widest for fewer in range(1, rows))
