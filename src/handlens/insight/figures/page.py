"""A page measured in inches, for pictures made of many small pictures.

One axes fills the figure; its unit is the inch, its origin the upper left corner of the body, under the
heading. Everything is placed by arithmetic, so nothing can be cut off, and hundreds of tiles draw in the
time that a layout engine needs for ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Num
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from handlens.errors import LookError
from handlens.insight.figures.style import (
    DPI,
    GRAY,
    INK,
    LINE,
    QUIET,
    SMALL,
    TEXT,
    TITLE,
    colours_of,
    inches,
    number,
    paint,
    wrapped,
)
from handlens.insight.scales import Limits, Number

MARGIN = 0.2
LABEL = 0.2  # the height of a line of small text, with air
NARROWEST = 4.9
Array = Num[np.ndarray, "..."]


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in inches from the body's upper left corner."""

    left: Number
    top: Number
    width: Number
    height: Number


@dataclass(frozen=True)
class Grid:
    """Where ``count`` equal tiles lie, row by row, each in a cell with room for a label under it."""

    count: int
    columns: int
    tile: tuple[Number, Number]
    gap: Number = 0.08
    label: Number = LABEL
    across: Number = 0.0

    @property
    def rows(self) -> int:
        """How many rows the tiles take."""
        return -(-self.count // self.columns)

    @property
    def width(self) -> Number:
        """The width of all columns."""
        return self.columns * self._pitch - self.gap

    @property
    def height(self) -> Number:
        """The height of all rows, labels included."""
        return self.rows * (self.tile[1] + self.gap + self.label) - self.gap

    def box(self, index: int, left: Number = 0.0, top: Number = 0.0) -> Box:
        """The place of tile ``index`` in a grid that begins at ``left``, ``top``."""
        row, column = divmod(index, self.columns)
        aside = (self._pitch - self.gap - self.tile[0]) / 2
        down = row * (self.tile[1] + self.gap + self.label)
        return Box(left + column * self._pitch + aside, top + down, *self.tile)

    @property
    def _pitch(self) -> Number:
        return max(self.tile[0], self.across) + self.gap


class Page:
    """A figure in the making; ``figure`` is the result."""

    def __init__(self, width: Number, height: Number, title: str, note: str = "") -> None:
        width = max(width, NARROWEST)
        titles, notes = wrapped(title, width, TITLE), wrapped(note, width, TEXT)
        head = 0.22 * len(titles) + 0.18 * len(notes) + (0.1 if titles or notes else 0.0)
        size = (width + 2 * MARGIN, height + head + 2 * MARGIN)
        self.figure = Figure(figsize=size, dpi=DPI, facecolor="white")
        self.figure.set_label(title)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set(
            xlim=(-MARGIN, width + MARGIN), ylim=(height + MARGIN, -head - MARGIN), autoscale_on=False
        )
        for line, text in enumerate(titles):
            self.words(0, -head + 0.11 + 0.22 * line, text, size=TITLE, bold=True, across="left")
        for line, text in enumerate(notes):
            top = -head + 0.22 * len(titles) + 0.09 + 0.18 * line
            self.words(0, top, text, size=TEXT, colour=QUIET, across="left")

    def words(
        self,
        x: Number,
        y: Number,
        text: str,
        *,
        size: Number = SMALL,
        colour: str = INK,
        bold: bool = False,
        across: str = "center",
        turn: Number = 0,
    ) -> None:
        """One line of text, its middle at ``x``, ``y``; ``across`` names another anchor than the middle."""
        self.axes.text(
            x,
            y,
            text,
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            ha=across,
            va="center",
            rotation=turn,
            parse_math=False,
        )

    def picture(
        self, image: Array, box: Box, limits: Limits, colours: Colormap | None = None, edge: str = LINE
    ) -> None:
        """An image [height, width] or [channels, height, width] in a thin frame, never smoothed."""
        painted = paint(image)
        if painted.ndim == 2:
            painted = np.where(np.isfinite(painted), painted, np.nan)
        self.axes.imshow(
            painted,
            cmap=colours or colours_of(limits),
            vmin=limits[0],
            vmax=limits[1],
            extent=(box.left, box.left + box.width, box.top + box.height, box.top),
            interpolation="none",
            aspect="auto",
        )
        self.frame(box, edge)

    def ink(self, image: Array, box: Box, limits: Limits, edge: str = LINE) -> None:
        """A gray or RGB image as people see it."""
        self.picture(image, box, limits, GRAY, edge)

    def frame(self, box: Box, edge: str = LINE) -> None:
        """A frame around a box; a coloured one is thick, because it says something."""
        thick = 0.6 if edge == LINE else 2.0
        self.axes.add_patch(
            Rectangle((box.left, box.top), box.width, box.height, fill=False, edgecolor=edge, linewidth=thick)
        )

    def scale(self, limits: Limits, left: Number, top: Number, width: Number, name: str) -> None:
        """A colour bar lying down: its gradient, both ends and the middle numbered, its name beside it."""
        ramp = np.linspace(*limits, 256)[None]
        self.picture(ramp, Box(left, top, width, 0.11), limits)
        for share, across in ((0.0, "left"), (0.5, "center"), (1.0, "right")):
            value = limits[0] + share * (limits[1] - limits[0])
            self.words(left + share * width, top + 0.21, number(value), colour=QUIET, across=across)
        self.words(left + width + 0.1, top + 0.055, name, colour=QUIET, across="left")

    def bars(self, values: Array, box: Box, limits: Limits, colours: Sequence[str]) -> None:
        """One bar a value, from the line of zero; none where a value isn't finite."""
        low, high = limits
        pitch = box.width / len(values)
        zero = box.top + box.height * high / (high - low)
        middles = box.left + pitch * (np.arange(len(values)) + 0.5)
        heights = -np.where(np.isfinite(values), values, 0.0) * box.height / (high - low)
        self.axes.bar(middles, heights, width=0.8 * pitch, bottom=zero, color=list(colours))
        self.axes.plot([box.left, box.left + box.width], [zero, zero], color=LINE, linewidth=0.6)

    def names(self, names: Sequence[str], left: Number, top: Number, width: Number) -> None:
        """A name under each of equally wide bars; long names stand upright (see `names_height`)."""
        pitch = width / len(names)
        upright = _upright(names, pitch)
        for index, name in enumerate(names):
            middle = (inches(name, SMALL) if upright else 0.14) / 2
            x = left + pitch * (index + 0.5)
            self.words(x, top + 0.03 + middle, name, colour=QUIET, turn=90 if upright else 0)


def names_height(names: Sequence[str], width: Number) -> float:
    """The room that `Page.names` takes below its top."""
    widest = max((inches(name, SMALL) for name in names), default=0.0)
    return 0.06 + (widest if _upright(names, width / max(len(names), 1)) else 0.14)


def _upright(names: Sequence[str], pitch: float) -> bool:
    return any(inches(name, SMALL) + 0.02 > pitch for name in names)


def tile_size(image: Array, longest: Number) -> tuple[float, float]:
    """The width and height in inches of a tile that shows an image [..., height, width].

    Large cells are a whole number of pixels, so that all look alike.
    """
    height, width = image.shape[-2:]
    cell = longest / max(height, width)
    pixels = cell * DPI
    cell = (int(pixels) if pixels >= 3 else pixels) / DPI
    return width * cell, height * cell


def labelled_grid(images: Array, columns: int, label: Number, largest: Number = 1.15) -> Grid:
    """Tiles [n, ..., height, width] as large as a page of usual width allows, in cells that hold a label."""
    longest = max(min(largest, 6.6 / columns - 0.08), label)
    return Grid(len(images), columns, tile_size(images, longest), across=label + 0.04)


def columns_for(count: int, rows: int) -> int:
    """How many columns ``count`` tiles need in ``rows`` rows.

    Raises:
        LookError: There are no tiles, or ``rows`` isn't in ``1 … count``.
    """
    if count < 1:
        raise LookError("There is nothing to show: the array holds no picture.")
    if not 1 <= rows <= count:
        raise LookError(
            f"{count} pictures can't stand in {rows} rows: give a number of rows from 1 to {count}."
        )
    return -(-count // rows)
