"""Items on a plane, each drawn as the name of its class: one moment of a film, as a still."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Integer
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from handlens.errors import LookError
from handlens.insight.figures.page import Page
from handlens.insight.figures.style import QUIET, SMALL, check_same_length, wrapped
from handlens.insight.palette import class_colours
from handlens.insight.sprites import NAME_LENGTH

Places = Float[np.ndarray, "_ 2"]
Labels = Integer[np.ndarray, "_"]

SIDE = 6.4  # inches
MARK = 40.0  # points²: what one letter takes
PARTS = 12  # classes are drawn in turns, so that none lies on top of all others


def points(
    places: Places, labels: Labels, classes: Sequence[str], *, title: str = "Items on a plane", note: str = ""
) -> Figure:
    """Items as the coloured names of their classes; both axes on one scale, without units.

    Args:
        places: [n, 2], y upward.
        labels: The class of each item.
        classes: The names of the classes; an item shows the first three letters.
        title: The heading.
        note: What one should know when reading the picture; stands under it.

    Raises:
        LookError: The lengths differ, there are no items, or places aren't finite.
    """
    check_same_length({"places": places, "labels": labels})
    if not len(places) or not np.isfinite(places).all():
        raise LookError("A cloud needs at least one item, and places that are finite.")
    lines = wrapped(note, SIDE, SMALL)
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (SIDE - 0.3) / max(float((high - low).max()), 1e-9)
    height = float((high - low)[1]) * scale + 0.3
    page = Page(SIDE, height + 0.05 + 0.16 * len(lines), title)
    middle = np.array([SIDE, height]) / 2
    inches = (places - (low + high) / 2) * np.array([scale, -scale]) + middle
    glyphs = [_glyph(name[:NAME_LENGTH]) for name in classes]
    colours = [[channel / 255 for channel in colour] for colour in class_colours(len(classes))]
    for part in np.array_split(np.random.default_rng(0).permutation(len(labels)), PARTS):
        for value in np.unique(labels[part]):
            x, y = inches[part[labels[part] == value]].T
            size = MARK * len(classes[value][:NAME_LENGTH]) ** 2
            page.axes.scatter(x, y, s=size, marker=glyphs[value], color=[colours[value]], linewidths=0)
    for line, text in enumerate(lines):
        page.words(0, height + 0.13 + 0.16 * line, text, colour=QUIET, across="left")
    return page.figure


def _glyph(name: str) -> Path:
    """The name as a marker with its middle at the origin."""
    outline = TextPath((0, 0), name, size=1, prop=FontProperties(weight="bold"))
    box = outline.get_extents()
    return Path(outline.vertices - [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2], outline.codes)
