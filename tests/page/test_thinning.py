"""Fewer frames and losses: within the bound, ends and extremes kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.page.thinning import fewer_frames, fewer_losses
from handlens.recording.frames import keeps


@pytest.mark.parametrize(("most", "left"), [(100, 69), (48, 45), (36, 35), (2, 2), (1, 2)])
def test_frames_are_thinned_by_the_recordings_own_rule(most: int, left: int) -> None:
    steps = [step for step in range(1600) if keeps(step)]
    kept = fewer_frames(steps, most)
    assert len(kept) == left
    assert set(kept) <= set(steps)
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
    assert list(kept) == sorted(kept)


def test_frames_thin_evenly_over_the_octaves() -> None:
    kept = fewer_frames([step for step in range(2048) if keeps(step)], 40)
    counts = np.bincount([step.bit_length() for step in kept])[4:]
    assert counts.min() >= 3
    assert counts.max() <= 5


@given(
    st.lists(st.floats(-10, 10) | st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1, max_size=300),
    st.integers(5, 60),
)
def test_a_thinned_curve_keeps_its_extremes(values: list[float], most: int) -> None:
    steps, losses = np.arange(len(values), dtype=np.int64) + 7, np.array(values)
    fewer, kept = fewer_losses(steps, losses, most)
    assert len(fewer) <= max(most, 1)
    np.testing.assert_array_equal(losses[fewer - 7], kept)
    assert (fewer[0], fewer[-1]) == (steps[0], steps[-1])
    assert (np.diff(fewer) > 0).all()
    finite = losses[np.isfinite(losses)]
    if finite.size:
        assert {finite.min(), finite.max()} <= set(kept.tolist())
    assert np.isfinite(kept).all() == np.isfinite(losses).all()
