"""Kernels as pictures: one input channel of every filter, before beside after, and the whole matrix."""

import numpy as np
from jaxtyping import Float
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from handlens.arrays import Kernels
from handlens.errors import LookError
from handlens.insight.figures.page import Box, Grid, Page, columns_for, labelled_grid
from handlens.insight.figures.style import DIVERGING, NOT_FINITE, SMALL, inches, note_not_finite
from handlens.insight.kernels import channel_slice, mosaic, tile_starts
from handlens.insight.scales import Limits, Number, check_limits, symmetric_limit

Layer = Float[np.ndarray, "_ _ _ _"]  # two may differ in shape, which is answered in words
Slices = Float[np.ndarray, "out kernel_height kernel_width"]


def kernels(
    weights: Kernels, channel: int = 0, *, rows: int = 4, title: str = "Kernels", limit: Number | None = None
) -> Figure:
    """One input channel of every filter, on one scale that is symmetric around 0.

    Args:
        weights: A convolution's weights [out, in, height, width].
        channel: The input channel that is shown, counted from 0; pictures count from 1.
        rows: In how many rows the filters stand.
        title: The heading.
        limit: The end of the scale, to share one between figures (`scales.symmetric_limit`);
            by default the largest absolute weight shown.

    Raises:
        LookError: There is no such channel, ``rows`` doesn't fit, or ``limit`` is too small.
    """
    slices = channel_slice(weights, channel)
    limits = _limits([slices], limit)
    grid = _grid(slices, rows)
    page = Page(grid.width, grid.height + 0.4, title, _note(weights, channel))
    _tiles(page, slices, grid, limits)
    page.scale(limits, 0, grid.height + 0.1, 2.2, "weight")
    return page.figure


def kernels_before_after(
    before: Layer,
    after: Layer,
    channel: int = 0,
    *,
    rows: int = 4,
    title: str = "Kernels before and after training",
    names: tuple[str, str] = ("before", "after"),
    limit: Number | None = None,
) -> Figure:
    """The same kernels at two moments on one scale; side by side, or one above the other if they're many.

    Args:
        before: Weights [out, in, height, width] at the earlier moment.
        after: The same at the later one.
        channel: The input channel that is shown, counted from 0.
        rows: In how many rows the filters of one moment stand.
        title: The heading.
        names: What the moments are called, such as "step 0" and "step 1,650".
        limit: The end of the scale; by default the largest absolute weight shown.

    Raises:
        LookError: The shapes differ, or what `kernels` refuses.
    """
    if before.shape != after.shape:
        raise LookError(
            f"Kernels of shape {list(before.shape)} and {list(after.shape)} aren't one layer at two moments."
        )
    moments = [channel_slice(weights, channel) for weights in (before, after)]
    limits = _limits(moments, limit)
    grid = _grid(moments[0], rows)
    beside = grid.columns <= 5
    right, down = (grid.width + 0.4, 0.0) if beside else (0.0, grid.height + 0.4)
    page = Page(grid.width + right, grid.height + down + 0.65, title, _note(after, channel))
    for place, (name, slices) in enumerate(zip(names, moments, strict=True)):
        left, top = place * right, place * down
        page.words(left, top + 0.1, name + note_not_finite(slices), bold=True, across="left")
        _tiles(page, slices, grid, limits, left, top + 0.25)
    page.scale(limits, 0, grid.height + down + 0.35, 2.2, "weight")
    return page.figure


def kernel_matrix(
    weights: Kernels, *, title: str = "All kernels", limit: Number | None = None, gap: int = 1
) -> Figure:
    """Every kernel of a layer in one picture: outputs as rows, inputs as columns.

    Args:
        weights: A convolution's weights [out, in, height, width].
        title: The heading.
        limit: The end of the scale; by default the largest absolute weight.
        gap: White cells between kernels.

    Raises:
        LookError: ``limit`` is too small.
    """
    outputs, inputs, height, width = weights.shape
    limits = _limits([weights], limit)
    picture = mosaic(weights, gap)
    cell = min(6.4 / picture.shape[1], 10.5 / picture.shape[0], 0.1)
    box = Box(0.4, 0.45, picture.shape[1] * cell, picture.shape[0] * cell)
    note = f"{outputs} outputs × {inputs} inputs, each {height}×{width}{note_not_finite(weights)}"
    page = Page(box.left + box.width, box.top + box.height + 0.5, title, note)
    _matrix(page, weights, gap, box, limits)
    for starts, size, across in (
        (tile_starts(inputs, width, gap), width, True),
        (tile_starts(outputs, height, gap), height, False),
    ):
        _numbers(page, box, [(start + size / 2) * cell for start in starts], across)
    page.words(0, 0.08, "output channel (kernel) ↓   input channel →", across="left")
    page.scale(limits, box.left, box.top + box.height + 0.2, 2.2, "weight")
    return page.figure


def _limits(layers: list[Kernels] | list[Slices], limit: Number | None) -> Limits:
    limit = symmetric_limit(layers) if limit is None else limit
    for weights in layers:
        check_limits((-limit, limit), weights, "kernels")
    return -limit, limit


def _note(weights: Kernels, channel: int) -> str:
    outputs, inputs, height, width = weights.shape
    return (
        f"input channel {channel + 1} of {inputs} · {outputs} kernels of {height}×{width}"
        f"{note_not_finite(weights)}"
    )


def _grid(slices: Slices, rows: int) -> Grid:
    return labelled_grid(slices, columns_for(len(slices), rows), inches(f"kernel {len(slices)}", SMALL))


def _tiles(
    page: Page, slices: Slices, grid: Grid, limits: Limits, left: Number = 0.0, top: Number = 0.0
) -> None:
    for index, kernel in enumerate(slices):
        box = grid.box(index, left, top)
        page.picture(kernel, box, limits)
        page.words(box.left + box.width / 2, box.top + box.height + 0.09, f"kernel {index + 1}")


def _matrix(page: Page, weights: Kernels, gap: int, box: Box, limits: Limits) -> None:
    finite = np.isfinite(weights)
    clear = DIVERGING.with_extremes(bad=(0, 0, 0, 0))
    page.picture(mosaic(weights, gap), box, limits, clear)
    if not finite.all():
        marks = mosaic(np.where(finite, np.nan, 1.0), gap)
        yellow = ListedColormap([NOT_FINITE]).with_extremes(bad=(0, 0, 0, 0))
        page.picture(marks, box, (0.0, 1.0), yellow)


def _numbers(page: Page, box: Box, middles: list[float], across: bool) -> None:
    """Channel numbers along a side of the matrix: each where there's room, else 1 and every 2nd, 5th…."""
    pitch = middles[1] - middles[0] if len(middles) > 1 else 1.0
    room = inches(str(len(middles)), SMALL) + 0.06 if across else 0.13
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if step * pitch >= room)
    for index, middle in enumerate(middles):
        if index and ((index + 1) % every or index * pitch < room):
            continue
        if across:
            page.words(box.left + middle, box.top - 0.12, str(index + 1))
        else:
            page.words(box.left - 0.07, box.top + middle, str(index + 1), across="right")
