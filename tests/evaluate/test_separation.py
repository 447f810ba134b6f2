"""The AUROC, by scikit-learn's and by counting every pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.evaluate.separation import auroc

few = st.lists(st.integers(0, 4).map(lambda n: n / 4), min_size=1, max_size=12)


@given(few, few)
def test_it_is_the_share_of_pairs_in_order_ties_counted_half(high: list[float], low: list[float]) -> None:
    pairs = [1.0 if h > s else 0.5 if h == s else 0.0 for h in high for s in low]
    assert auroc(np.array(high), np.array(low)) == pytest.approx(sum(pairs) / len(pairs))


def test_it_is_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    high, low = rng.normal(1, 1, 300).round(1), rng.normal(0, 1, 200).round(1)
    truth = np.repeat([1, 0], [300, 200])
    assert auroc(high, low) == pytest.approx(metrics.roc_auc_score(truth, np.concatenate([high, low])))
