"""The mosaic holds every kernel at its place and nothing else; a channel is a slice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import LookError
from handlens.insight.kernels import channel_slice, mosaic, tile_starts

sizes = st.integers(1, 5)


@given(sizes, sizes, sizes, sizes, st.integers(0, 3))
def test_every_tile_is_at_its_place_and_the_rest_is_gap(
    outputs: int, inputs: int, height: int, width: int, gap: int
) -> None:
    weights = np.random.default_rng(0).normal(size=(outputs, inputs, height, width))
    picture = mosaic(weights, gap)
    left = np.isfinite(picture)
    for output, top in enumerate(tile_starts(outputs, height, gap)):
        for channel, start in enumerate(tile_starts(inputs, width, gap)):
            place = np.s_[top : top + height, start : start + width]
            np.testing.assert_array_equal(picture[place], weights[output, channel])
            left[place] = False
    assert not left.any()
    assert picture.shape == (
        outputs * (height + gap) - gap,
        inputs * (width + gap) - gap,
    )


def test_the_tutorials_second_layer_is_one_picture() -> None:
    assert mosaic(np.zeros((32, 16, 5, 5), np.float32)).shape == (191, 95)


def test_a_channel_is_the_same_slice_of_every_filter() -> None:
    weights = np.arange(2 * 3 * 1 * 2, dtype=np.float32).reshape(2, 3, 1, 2)
    np.testing.assert_array_equal(channel_slice(weights, 1), [[[2, 3]], [[8, 9]]])


@pytest.mark.parametrize("channel", [-1, 3])
def test_a_channel_that_is_not_there_is_refused(channel: int) -> None:
    with pytest.raises(LookError, match=rf"no input channel {channel}: these kernels have channels 0 to 2"):
        channel_slice(np.zeros((2, 3, 5, 5), np.float32), channel)
