"""The last layer that reads the corrections and else answers as before."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from handlens.teach.descent import Point, least
from handlens.teach.features import Layer, Some

Shares = Float64[np.ndarray, "n classes"]


class Wanted(NamedTuple):
    """Features, what shall come of them, and how much that matters."""

    features: Some
    targets: Shares
    """Probabilities: of a correction all on its label; of an anchor as the layer gave them before."""
    weights: Float64[np.ndarray, "n"]


def probabilities(layer: Layer, features: Some, temperature: float) -> Shares:
    """What the layer makes of features: softmax of the logits over the temperature."""
    logits = features @ layer[:, :-1].T.astype(np.float32) + layer[:, -1]  # in 32 bits, as the network has it
    shares: Shares = np.exp(_log_softmax(logits / temperature))
    return shares


def adapted(before: Layer, begin: Layer, wanted: list[Wanted], pull: float, temperature: float) -> Layer:
    """Multinomial logistic regression, pulled towards the layer as it was.

    The least of  Σ wᵢ · H(targetᵢ, softmax(logitsᵢ / temperature)) + pull / 2 · |layer - before|², where H is
    the cross-entropy. It is strictly convex: there is one such layer.

    Args:
        before: the layer as it was; with anchors alone it is the answer, for its gradient is 0 there.
        begin: where to begin; a layer nearby saves steps.
        wanted: anchors and corrections.
        pull: the price of change in directions that no anchor shows.
        temperature: of the network's rule.
    """
    features = np.concatenate([each.features for each in wanted])
    features = np.concatenate([features, np.ones((len(features), 1), features.dtype)], axis=1)
    targets = np.concatenate([each.targets for each in wanted])
    weights = np.concatenate([each.weights for each in wanted])

    def cost(point: Point) -> tuple[float, Point]:
        layer = point.reshape(before.shape)
        # In 32 bits: products of a thousand terms, six digits of which are enough for a direction.
        logs = _log_softmax((features @ layer.astype(np.float32).T).astype(np.float64) / temperature)
        moved = layer - before
        value = -float(weights @ (targets * logs).sum(axis=1)) + pull / 2 * float((moved**2).sum())
        uphill = (weights[:, None] * (np.exp(logs) - targets) / temperature).astype(np.float32)
        gradient = (uphill.T @ features).astype(np.float64) + pull * moved
        return value, gradient.ravel()

    return least(cost, begin.ravel()).reshape(before.shape)


def _log_softmax(logits: Float64[np.ndarray, "n classes"]) -> Float64[np.ndarray, "n classes"]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs: Float64[np.ndarray, "n classes"] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
