"""Wilson's interval, by SciPy's and by its own equation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.evaluate.intervals import NORMAL_95, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (1, 3), (97, 100), (9_950, 10_000)])
def test_it_is_scipys(hits: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_its_ends_are_the_shares_that_lie_z_deviations_off(counts: tuple[int, int]) -> None:
    hits, n = counts
    for end in wilson(hits, n):
        assert (hits / n - end) ** 2 == pytest.approx(NORMAL_95**2 * end * (1 - end) / n, abs=1e-12)


def test_of_nothing_anything_may_be() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_ninety_five_percent_of_a_normal_lie_within() -> None:
    assert math.erf(NORMAL_95 / math.sqrt(2)) == pytest.approx(0.95, abs=1e-15)
