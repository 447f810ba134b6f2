"""Chance as numbers that were drawn beforehand, handed out column by column."""

from jaxtyping import Float
from torch import Tensor

NUMBERS = 208
"""Uniform numbers an image: enough for all distortions and all wear."""


class Chance:
    """Uniform numbers in 0 … 1 for each image of a batch, each used once.

    Args:
        numbers: ``[batch, NUMBERS]``.
    """

    def __init__(self, numbers: Float[Tensor, "batch numbers"]) -> None:
        self._numbers = numbers
        self._used = 0

    def take(self, count: int) -> Float[Tensor, "batch count"]:
        """So many numbers of each image."""
        start, self._used = self._used, self._used + count
        if self._used > self._numbers.shape[1]:
            raise IndexError(
                f"{self._used} numbers an image are asked for; {self._numbers.shape[1]} were drawn"
            )
        return self._numbers[:, start : self._used]

    def between(self, low: float, high: float) -> Float[Tensor, "batch"]:
        """One number of each image, in low … high."""
        return low + (high - low) * self.take(1)[:, 0]
