"""How far a share that was counted may be from the true one."""

import math

NORMAL_95 = 1.959963984540054
"""95 % of a normal distribution lies within so many standard deviations."""


def wilson(hits: int, n: int, z: float = NORMAL_95) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927, Probable inference), by default of 95 %.

    Args:
        hits: how often it was so, 0 … n.
        n: of how many; of none the share may be anything, 0 … 1.
        z: standard deviations of the normal distribution.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
