"""What a network makes of one image: the maps of a stage, the flattened layer, every stage on one page."""

from collections.abc import Mapping, Sequence
from math import ceil, isqrt

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from handlens.arrays import Maps
from handlens.errors import LookError
from handlens.insight.activations import fold, fold_narrow
from handlens.insight.figures.page import Box, Grid, Page, columns_for, labelled_grid, names_height, tile_size
from handlens.insight.figures.style import (
    LINE,
    QUIET,
    RIGHT,
    SMALL,
    Shown,
    inches,
    ink_limits,
    note_not_finite,
    number,
    percent,
)
from handlens.insight.scales import Limits, Number, check_limits, stage_limits

Vector = Float[np.ndarray, "n"]
Stage = Float[np.ndarray, "..."]

STRIP = 5.3  # the width of a stage's pictures on the overview, in inches
SIDE = 1.45  # the least width of the names beside them
NUMBERS = 0.55  # the part of it that the maps' numbers take
PLUS, MINUS = "#b2182b", "#2166ac"  # the scale's own red and blue, dark enough for bars
FEW = 64  # a layer of at most so many values is drawn as bars


def activations(
    maps: Maps, *, title: str = "Feature maps", rows: int = 4, limits: Limits | None = None
) -> Figure:
    """The feature maps of one stage for one image, on one scale.

    Args:
        maps: [channels, height, width].
        title: The heading.
        rows: In how many rows the maps stand.
        limits: The scale, to share one between figures (`scales.stage_limits`); by default that of ``maps``:
            from 0 if nothing is negative, else symmetric around 0.

    Raises:
        LookError: ``rows`` doesn't fit, or ``limits`` is too small.
    """
    limits = _limits(maps, limits, "maps")
    columns = columns_for(len(maps), rows)
    grid = labelled_grid(maps, columns, inches(f"map {len(maps)}", SMALL))
    page = Page(grid.width, grid.height + 0.4, title, _shape(maps) + _span(maps))
    for index, one in enumerate(maps):
        box = grid.box(index)
        page.picture(one, box, limits)
        page.words(box.left + box.width / 2, box.top + box.height + 0.09, f"map {index + 1}")
    page.scale(limits, 0, grid.height + 0.1, 2.2, "activation")
    return page.figure


def flattened(
    values: Vector, channels: int, *, title: str = "The flattened layer", limits: Limits | None = None
) -> Figure:
    """The layer that the last linear layer reads, one row a feature map, each map read row by row.

    Args:
        values: All values [n], map after map.
        channels: How many feature maps were flattened.
        title: The heading.
        limits: The scale; by default that of ``values``.

    Raises:
        LookError: ``channels`` doesn't divide the number of values, or ``limits`` is too small.
    """
    limits = _limits(values, limits, "flattened layer")
    folded = fold(values, channels)
    cell = min(6.3 / folded.shape[1], 9.0 / channels, 0.2)
    box = Box(0.5, 0.2, folded.shape[1] * cell, channels * cell)
    note = f"{len(values):,} values = {channels} maps × {folded.shape[1]} places{_span(values)}"
    page = Page(box.left + box.width, box.top + box.height + 0.7, title, note)
    page.picture(folded, box, limits)
    page.words(box.left, 0.08, "place inside the map, row by row", across="left", colour=QUIET)
    for index in _spaced(channels, cell, 0.125):
        middle = box.top + (index + 0.5) * cell
        page.words(box.left - 0.06, middle, f"map {index + 1}", across="right")
    for index in _spaced(folded.shape[1], cell, 0.3, isqrt(folded.shape[1])):
        page.words(box.left + (index + 0.5) * cell, box.top + box.height + 0.1, str(index + 1))
    page.scale(limits, box.left, box.top + box.height + 0.4, 2.2, "activation")
    return page.figure


def stages_overview(
    image: Shown,
    stages: Mapping[str, Stage],
    probabilities: Vector,
    classes: Sequence[str],
    *,
    title: str = "From pixels to probabilities",
    limits: Mapping[str, Limits] | None = None,
) -> Figure:
    """One image on its way through every stage to the probabilities, on one page.

    Maps stand in lines, the flattened layer as a strip read row by row, short layers (logits) as bars. Each
    stage has its own scale, printed beside it.

    Args:
        image: What the network was given.
        stages: The stages in order: maps [channels, height, width] or vectors [n].
        probabilities: [classes].
        classes: The names of the classes.
        title: The heading.
        limits: Scales by stage, to share them between figures.

    Raises:
        LookError: A stage has another number of axes, a scale is too small, or names and probabilities differ
            in number.
    """
    if len(classes) != len(probabilities):
        raise LookError(f"{len(probabilities)} probabilities and {len(classes)} class names: one for each.")
    scales = {name: _scale(stage, (limits or {}).get(name), name) for name, stage in stages.items()}
    heights = [_band_height(stage, classes) for stage in stages.values()]
    names = names_height(classes, STRIP)
    side = max(SIDE, max((inches(name, SMALL, bold=True) for name in stages), default=0.0) + NUMBERS)
    page = Page(side + STRIP, 1.2 + sum(heights) + 1.1 + names, title)
    width, height = tile_size(image, 1.0)
    page.ink(image, Box(side, 0, width, height), ink_limits(image))
    page.words(0, 0.08, "input", bold=True, across="left")
    page.words(0, 0.25, _shape(image), colour=QUIET, across="left")
    top = 1.2
    for (name, stage), band in zip(stages.items(), heights, strict=True):
        _band(page, name, stage, scales[name], (side, top), classes)
        top += band
    page.words(0, top + 0.08, "probabilities", bold=True, across="left")
    chances(page, probabilities, Box(side, top + 0.2, STRIP, 0.8), classes, value=True)
    return page.figure


def chances(
    page: Page, probabilities: Vector, box: Box, classes: Sequence[str], *, value: bool = False
) -> None:
    """Bars from 0 to 1 for the classes, the most probable one dark; with its value above it if ``value``."""
    finite = bool(np.isfinite(probabilities).all())
    best = int(probabilities.argmax())
    colours = [RIGHT if finite and index == best else LINE for index in range(len(probabilities))]
    page.bars(probabilities, box, (0.0, 1.0), colours)
    page.names(classes, box.left, box.top + box.height, box.width)
    if not finite:
        page.words(box.left + box.width / 2, box.top + box.height / 2, "not finite", colour=QUIET)
    elif value:
        x = box.left + box.width * (best + 0.5) / len(classes)
        y = box.top + box.height * (1 - float(probabilities[best])) - 0.09
        page.words(x, y, percent(float(probabilities[best])), colour=RIGHT, bold=True)


def lines_of(maps: Maps, width: Number) -> Grid:
    """Maps in lines of a given width: eight in a line if they're large, else sixteen."""
    columns = min(len(maps), 8 if max(maps.shape[1:]) > 16 else 16)
    longest = min(width / columns - 0.04, 0.7)
    return Grid(len(maps), columns, tile_size(maps, longest), gap=0.04, label=0.0)


def map_lines(page: Page, maps: Maps, limits: Limits, left: Number, top: Number, width: Number) -> None:
    """Draw maps in the lines of `lines_of`, each line with the numbers of its maps on its left."""
    grid = lines_of(maps, width)
    for index, one in enumerate(maps):
        page.picture(one, grid.box(index, left, top), limits)
    for first in range(0, len(maps), grid.columns):
        box, last = grid.box(first, left, top), min(first + grid.columns, len(maps))
        numbers = f"{first + 1}–{last}" if last > first + 1 else str(last)
        page.words(left - 0.06, box.top + box.height / 2, numbers, across="right")


def _band(
    page: Page, name: str, stage: Stage, limits: Limits, corner: tuple[Number, Number], classes: Sequence[str]
) -> None:
    side, top = corner
    page.words(0, top + 0.08, name, bold=True, across="left")
    page.words(0, top + 0.25, _shape(stage), colour=QUIET, across="left")
    if stage.ndim == 1 and len(stage) <= FEW:
        _signed_bars(page, stage, Box(side, top, STRIP, 0.9), limits, classes)
        return
    page.scale(limits, 0, top + 0.36, 0.9, "")
    if stage.ndim == 1:
        page.picture(fold_narrow(stage, 256), Box(side, top, STRIP, 0.5), limits)
    else:
        map_lines(page, stage, limits, side, top, STRIP)


def _signed_bars(page: Page, values: Vector, box: Box, limits: Limits, classes: Sequence[str]) -> None:
    """Bars in the colours of plus and minus, with their values where there's room."""
    room = Box(box.left, box.top + 0.15, box.width, box.height - 0.3)
    page.bars(values, room, limits, [PLUS if value > 0 else MINUS for value in values])
    pitch = room.width / len(values)
    if pitch > inches("−0.000", SMALL):
        scale = room.height / (limits[1] - limits[0])
        for index, value in enumerate(values):
            tip = room.top + scale * (limits[1] - (float(value) if np.isfinite(value) else 0.0))
            y = tip + (-0.08 if not value < 0 else 0.08)
            page.words(room.left + pitch * (index + 0.5), y, number(float(value)), colour=QUIET)
    if len(classes) == len(values):
        page.names(classes, box.left, box.top + box.height, box.width)


def _band_height(stage: Stage, classes: Sequence[str]) -> float:
    if stage.ndim == 3:
        return max(lines_of(stage, STRIP).height, 0.65) + 0.2
    if stage.ndim == 1 and len(stage) <= FEW:
        return 1.05 + (names_height(classes, STRIP) if len(classes) == len(stage) else 0.0)
    if stage.ndim == 1:
        return 0.85
    raise LookError(f"A stage of shape {list(stage.shape)} can't be drawn: give one image's maps or values.")


def _scale(stage: Stage, limits: Limits | None, name: str) -> Limits:
    """As `_limits`, but bars needn't be symmetric: they begin at zero and print their values."""
    if limits or stage.ndim > 1 or len(stage) > FEW:
        return _limits(stage, limits, name)
    finite = stage[np.isfinite(stage)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    return (low, high) if low < high else (0.0, 1.0)


def _limits(values: Stage, limits: Limits | None, what: str) -> Limits:
    limits = limits or stage_limits([values])
    check_limits(limits, values, what)
    return limits


def _shape(values: Stage) -> str:
    return "×".join(str(size) for size in values.shape)


def _span(values: Stage) -> str:
    finite = values[np.isfinite(values)]
    span = f" · from {number(float(finite.min()))} to {number(float(finite.max()))}" if finite.size else ""
    return span + note_not_finite(values)


def _spaced(count: int, pitch: Number, room: Number, step: int = 1) -> list[int]:
    """Every ``step``-th of ``count`` places, or every 2nd, 3rd… of those, so that labels have room."""
    return list(range(0, count, step * ceil(room / (step * pitch))))
