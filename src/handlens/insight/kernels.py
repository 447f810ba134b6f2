"""The kernels of a convolution as pictures: one input channel of all filters, or all of them in one array."""

import numpy as np
from jaxtyping import Float

from handlens.arrays import Kernels
from handlens.errors import LookError

Slices = Float[np.ndarray, "out kernel_height kernel_width"]
Mosaic = Float[np.ndarray, "rows columns"]


def channel_slice(weights: Kernels, channel: int) -> Slices:
    """The part of every filter that looks at one input channel, [out, height, width].

    Args:
        weights: A convolution's weights [out, in, height, width].
        channel: The input channel, counted from 0.

    Raises:
        LookError: There is no such channel.
    """
    channels = weights.shape[1]
    if not 0 <= channel < channels:
        raise LookError(
            f"There is no input channel {channel}: these kernels have channels 0 to {channels - 1}."
        )
    return weights[:, channel]


def mosaic(weights: Kernels, gap: int = 1) -> Mosaic:
    """All kernels in one array: outputs as rows of tiles, inputs as columns, NaN in the gaps between them.

    The tile of output ``o`` and input ``i`` begins at row ``o * (height + gap)`` and column
    ``i * (width + gap)``; see `tile_starts`. 512 kernels of 5x5 give one array of 191 x 95.
    """
    outputs, inputs, height, width = weights.shape
    tiles = np.full((outputs, inputs, height + gap, width + gap), np.nan, dtype=weights.dtype)
    tiles[:, :, :height, :width] = weights
    rows = tiles.transpose(0, 2, 1, 3).reshape(outputs * (height + gap), inputs * (width + gap))
    return rows[: rows.shape[0] - gap, : rows.shape[1] - gap]  # no gap after the last tile


def tile_starts(count: int, size: int, gap: int = 1) -> list[int]:
    """Where the tiles of a mosaic begin along one axis, in cells."""
    return [index * (size + gap) for index in range(count)]
