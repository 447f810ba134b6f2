"""The adapted layer: its gradient is 0 by finite differences, anchors alone change nothing."""

import numpy as np

from handlens.teach.adaptation import Wanted, adapted, probabilities

RNG = np.random.default_rng(0)
BEFORE = RNG.normal(size=(4, 6))
ANCHORS = RNG.normal(size=(50, 5)).astype(np.float32)
HELD = Wanted(ANCHORS, probabilities(BEFORE, ANCHORS, 1.5), np.full(50, 1 / 50))
ODD = Wanted(RNG.normal(size=(1, 5)).astype(np.float32), np.eye(4)[[2]], np.array([0.5]))


def test_probabilities_are_the_softmax_over_the_temperature() -> None:
    logits = (ANCHORS.astype(np.float64) @ BEFORE[:, :5].T + BEFORE[:, 5]) / 1.5
    np.testing.assert_allclose(HELD.targets, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), rtol=1e-5)


def test_anchors_alone_change_nothing() -> None:
    np.testing.assert_allclose(adapted(BEFORE, BEFORE, [HELD], 0.1, 1.5), BEFORE, atol=1e-3)


def test_where_it_begins_decides_nothing() -> None:
    here = adapted(BEFORE, BEFORE, [HELD, ODD], 0.01, 1.5)
    there = adapted(BEFORE, BEFORE + RNG.normal(size=BEFORE.shape), [HELD, ODD], 0.01, 1.5)
    np.testing.assert_allclose(here, there, atol=2e-2)


def test_no_layer_nearby_costs_less() -> None:
    def cost(layer: np.ndarray) -> float:
        pulled = 0.005 * ((layer - BEFORE) ** 2).sum()
        wrong = sum(
            -float(each.weights @ (each.targets * np.log(probabilities(layer, each.features, 1.5))).sum(1))
            for each in (HELD, ODD)
        )
        return float(pulled + wrong)

    found = adapted(BEFORE, BEFORE, [HELD, ODD], 0.01, 1.5)
    assert cost(found) < cost(BEFORE)
    for _ in range(50):
        assert cost(found + 0.05 * RNG.normal(size=BEFORE.shape)) > cost(found)


def test_the_correction_comes_nearer_and_a_stronger_one_more_so() -> None:
    shares = [probabilities(BEFORE, ODD.features, 1.5)[0, 2]]
    for weight in (0.1, 1.0, 10.0):
        heavy = ODD._replace(weights=np.array([weight]))
        layer = adapted(BEFORE, BEFORE, [HELD, heavy], 0.01, 1.5)
        shares.append(probabilities(layer, ODD.features, 1.5)[0, 2])
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
