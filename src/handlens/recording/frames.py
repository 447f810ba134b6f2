"""At which steps a recording keeps the weights: densely at first, then ever more rarely."""

from collections import Counter
from collections.abc import Sequence


def keeps(step: int) -> bool:
    """Whether a step gets a frame: eight an octave, so every step to 16, every second to 32, and so on.

    Of 1,650 steps 69 have one, of 6,000 84; the last step always has one too.

    >>> [step for step in range(40) if keeps(step)][-8:]
    [20, 22, 24, 26, 28, 30, 32, 36]
    """
    return step & ((1 << max(step.bit_length() - 4, 0)) - 1) == 0


def thinned(steps: Sequence[int]) -> tuple[int, ...]:
    """The steps to drop when the frames fill their allowance: every second one of the densest octave.

    The first and the last are kept, and of octaves equally dense the earliest is thinned. Empty where
    nothing more can go.

    >>> thinned([0, 1, 2, 3, 4, 5, 6, 7, 8])
    (5, 7)
    """
    inner = sorted(steps)[1:-1]
    if not inner:
        return ()
    counts = Counter(step.bit_length() for step in inner)
    densest = max(counts, key=lambda octave: (counts[octave], -octave))
    members = [step for step in inner if step.bit_length() == densest]
    return tuple(members[1::2]) or tuple(members)
