"""What a network computes on its way from pixels to probabilities, as arrays that can be drawn."""

import numpy as np
from jaxtyping import Float

from handlens.arrays import Logits, Probabilities
from handlens.errors import LookError

Vector = Float[np.ndarray, "n"]
Folded = Float[np.ndarray, "rows columns"]


def softmax(logits: Logits) -> Probabilities:
    """Probabilities of the classes, rows summing to 1; large logits don't overflow.

    A row with a logit that isn't finite gives NaN: such a network has no opinion.
    """
    with np.errstate(invalid="ignore"):
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def fold(values: Vector, rows: int) -> Folded:
    """A flattened layer as rows of equal length; with one row a feature map, row ``m`` is map ``m``.

    Raises:
        LookError: ``rows`` doesn't divide the number of values.
    """
    if rows < 1 or len(values) % rows:
        raise LookError(
            f"{len(values)} values can't be folded into {rows} equal rows. "
            "Give the number of feature maps that were flattened."
        )
    return values.reshape(rows, len(values) // rows)


def fold_narrow(values: Vector, widest: int) -> Folded:
    """A flattened layer as the fewest equal rows that are at most ``widest`` long."""
    fewest = -(-len(values) // widest)
    return fold(values, next(rows for rows in range(fewest, len(values) + 1) if len(values) % rows == 0))
