"""Answers in 8 bits: what is sorted by them is in its true order, but for those whose codes tie."""

import numpy as np
import pytest

from handlens.insight.activations import softmax
from handlens.insight.mistakes import cross_entropy
from handlens.reporting.rooms.answers import codes


@pytest.mark.parametrize("factor", [0.3, 3, 40])
def test_orders_are_true_but_for_codes_that_tie(factor: float) -> None:
    rng = np.random.default_rng(7)
    logits = (factor * rng.normal(size=(500, 10))).astype(np.float32)
    labels = rng.integers(0, 10, 500)
    coded, _ = codes(logits)
    items = np.arange(500)
    losses = cross_entropy(logits.astype(np.float64), labels)
    sure = softmax(logits.astype(np.float64)).max(axis=1)
    by_loss = coded[items, labels].astype(int)[np.argsort(losses)]
    by_confidence = coded[items, logits.argmax(axis=1)].astype(int)[np.argsort(sure)]
    assert (np.diff(by_loss) <= 0).all()
    assert (np.diff(by_confidence) >= 0).all()
    assert len(np.unique(by_loss)) > 30
