"""Numbers along a training, made ready to draw."""

import numpy as np
from jaxtyping import Float

Series = Float[np.ndarray, "n"]


def running_mean(values: Series, window: int) -> Series:
    """The mean of each value and the ``window - 1`` before it (of fewer at the start).

    A value that isn't finite makes the means that hold it NaN: a curve breaks where its run did.
    """
    window = max(1, min(window, len(values)))
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    broken = np.concatenate([[0], np.cumsum(~known)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    means = (sums[ends] - sums[starts]) / (ends - starts)
    return np.where(broken[ends] > broken[starts], np.nan, means)


def first_not_finite(values: Series) -> int | None:
    """The position of the first NaN or infinity, or None."""
    bad = ~np.isfinite(values)
    return int(bad.argmax()) if bad.any() else None
