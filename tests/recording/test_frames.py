"""Which steps get a frame, and which go when there are too many."""

from hypothesis import given
from hypothesis import strategies as st

from handlens.recording.frames import keeps, thinned


def test_the_counts_of_the_design() -> None:
    """69 frames for 1,650 steps and 84 for 6,000, without the last (docs/recording.md)."""
    for last, frames in ((1650, 69), (6000, 84)):
        assert sum(map(keeps, range(last + 1))) == frames


def test_every_step_to_16_then_eight_an_octave() -> None:
    kept = [step for step in range(1025) if keeps(step)]
    assert kept[:17] == list(range(17))
    for octave in range(4, 10):
        assert sum(2**octave <= step < 2 ** (octave + 1) for step in kept) == 8


@given(st.sets(st.integers(1, 100_000), min_size=1, max_size=200))
def test_thinning_keeps_first_and_last_and_always_gets_somewhere(steps: set[int]) -> None:
    steps = {0, *steps}
    going = thinned(sorted(steps))
    assert set(going) <= steps - {0, max(steps)}
    assert bool(going) == (len(steps) > 2)


def test_the_densest_octave_loses_every_second() -> None:
    """Steps 8 … 15 are eight in one octave; no octave has more, and it is the first of that many."""
    steps = [step for step in range(100) if keeps(step)]
    assert thinned(steps) == (9, 11, 13, 15)
