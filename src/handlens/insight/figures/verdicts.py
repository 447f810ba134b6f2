"""Right and wrong: the confusion matrix, the accuracy of each class, the mistakes one by one."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int64, Integer, Num
from matplotlib.figure import Figure

from handlens.arrays import Confusion, Probabilities
from handlens.errors import LookError
from handlens.insight.figures.page import Box, Grid, Page, names_height, tile_size
from handlens.insight.figures.samples import Sheet
from handlens.insight.figures.style import (
    INK,
    LINE,
    QUIET,
    RIGHT,
    SMALL,
    TEXT,
    WRONG,
    chart,
    check_same_length,
    inches,
    ink_limits,
    percent,
    percents,
    quiet_axes,
)
from handlens.insight.mistakes import wilson_interval
from handlens.insight.scales import Number

Rates = Float[np.ndarray, "_"]
Counts = Integer[np.ndarray, "_"]
Indices = Int64[np.ndarray, "_"]
Labels = Integer[np.ndarray, "_"]


def confusion(matrix: Confusion, classes: Sequence[str], *, title: str = "Confusion matrix") -> Figure:
    """How often each class was taken for each other: counts in every cell, colour for the mistakes alone.

    The diagonal is left without colour: its hundreds would make every mistake look like none.

    Args:
        matrix: Counts, a row a true class, a column a prediction.
        classes: The names of the classes.
        title: The heading.

    Raises:
        LookError: There aren't as many names as classes.
    """
    check_same_length({"class names": classes, "rows of the matrix": matrix})
    total, right = int(matrix.sum()), int(matrix.trace())
    wrong = matrix - np.diag(matrix.diagonal())
    most = max(2, int(wrong.max(initial=0)))
    most += most % 2  # so that the middle of the scale is a count too
    cell = max(0.42, inches(f"{matrix.max(initial=0)}", SMALL, bold=True) + 0.08)
    side = max(inches(name, TEXT) for name in classes) + 0.45
    box = Box(side, 0.3, cell * len(classes), cell * len(classes))
    below = names_height(classes, box.width)
    share = f"{right:,} of {total:,} right ({right / total:.2%})" if total else "no samples"
    page = Page(box.left + box.width, box.top + box.height + below + 0.75, title, share)
    page.picture(np.where(np.eye(len(classes), dtype=bool), 0, wrong), box, (0.0, float(most)))
    page.words(box.left, 0.15, "prediction →  (true class ↓)", across="left", colour=QUIET)
    for row, name in enumerate(classes):
        y = box.top + cell * (row + 0.5)
        page.words(box.left - 0.08, y, name, size=TEXT, across="right", bold=True)
        for column in range(len(classes)):
            _cell(page, int(matrix[row, column]), row == column, most, box.left + cell * (column + 0.5), y)
    page.names(classes, box.left, box.top + box.height, box.width)
    page.scale((0.0, float(most)), box.left, box.top + box.height + below + 0.2, 2.2, "mistakes")
    return page.figure


def per_class(
    accuracy: Rates, counts: Counts, classes: Sequence[str], *, title: str = "Accuracy of each class"
) -> Figure:
    """The share of each class that was recognised, with its 95 % interval (Wilson).

    Points, not bars: the axis doesn't begin at 0.

    Args:
        accuracy: Shares in 0 … 1; NaN where a class has no samples.
        counts: The samples of each class.
        classes: The names of the classes.
        title: The heading.

    Raises:
        LookError: The lengths differ.
    """
    check_same_length({"accuracies": accuracy, "counts": counts, "class names": classes})
    figure = chart(max(2.6, 1.1 + 0.27 * len(classes)), title)
    axes = figure.add_subplot()
    quiet_axes(axes, "accuracy, with its 95 % interval", "")
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.xaxis.set_major_formatter(percents())
    for row, (share, count) in enumerate(zip(accuracy, counts, strict=True)):
        known = bool(count) and bool(np.isfinite(share))
        if known:
            low, high = wilson_interval(round(float(share) * int(count)), int(count))
            axes.plot([low, high], [row, row], color=RIGHT, linewidth=1.6)
            axes.plot([share], [row], color=RIGHT, marker="o", markersize=6)
        text = f"{percent(float(share), 2)} of {count:,}" if known else "no samples"
        axes.text(
            1.01, row, text, transform=axes.get_yaxis_transform(), fontsize=SMALL, va="center", color=INK
        )
    axes.set_yticks(range(len(classes)), list(classes), fontsize=TEXT, parse_math=False)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    return figure


def mistakes(
    images: Sheet,
    truth: Labels,
    probabilities: Probabilities,
    indices: Indices,
    *,
    classes: Sequence[str] = (),
    columns: int = 5,
    title: str = "Mistakes",
) -> Figure:
    """Chosen samples with what they are, what they were taken for, how surely, and all the probabilities.

    Args:
        images: The whole set [n, height, width], or with 1 or 3 channels.
        truth: The true classes of the set.
        probabilities: [n, classes].
        indices: Which samples are shown, such as `mistakes.first_mistakes` gives.
        classes: The names of the classes; by default their numbers.
        columns: How many stand in a row.
        title: The heading.

    Raises:
        LookError: The lengths differ, or an index is outside the set.
    """
    check_same_length({"images": images, "labels": truth, "probabilities": probabilities})
    if len(indices) and not 0 <= indices.min() <= indices.max() < len(images):
        raise LookError(
            f"Indices {indices.min()} … {indices.max()} are outside the set: 0 to {len(images) - 1}."
        )
    names = list(classes) or [str(index) for index in range(probabilities.shape[1])]
    width = max(1.2, max(inches(f"true {name}, read {name}", SMALL, bold=True) for name in names))
    under = 0.85 + names_height(names, width)
    columns = max(1, min(columns, len(indices)))
    grid = Grid(len(indices), columns, (width, width), gap=0.14, label=under)
    legend = "blue: the true class · orange: what it was taken for"
    page = Page(grid.width, grid.height, title, legend if len(indices) else "None: every sample is right.")
    limits = ink_limits(images)
    for place, index in enumerate(indices):
        tile = grid.box(place)
        shown = tile_size(images, width)
        page.ink(images[index], Box(tile.left + (width - shown[0]) / 2, tile.top, *shown), limits)
        below = Box(tile.left, tile.top + width, width, under)
        _verdict(page, below, names, int(index), int(truth[index]), probabilities[index])
    return page.figure


def _cell(page: Page, count: int, diagonal: bool, most: int, x: Number, y: Number) -> None:
    if not count and not diagonal:
        page.words(x, y, "·", colour=LINE)
        return
    dark = not diagonal and count > 0.55 * most
    page.words(x, y, str(count), colour="white" if dark else RIGHT if diagonal else INK, bold=diagonal)


def _verdict(
    page: Page, box: Box, names: Sequence[str], index: int, true: int, chances: Num[np.ndarray, "classes"]
) -> None:
    read = int(chances.argmax())
    middle = box.left + box.width / 2
    page.words(middle, box.top + 0.1, f"true {names[true]}, read {names[read]}", bold=True)
    sure = percent(float(chances[read])) if np.isfinite(chances).all() else "not finite"
    page.words(middle, box.top + 0.26, f"{sure} · no. {index}", colour=QUIET)
    colours = [LINE] * len(names)
    colours[read], colours[true] = WRONG, RIGHT
    page.bars(chances, Box(box.left, box.top + 0.36, box.width, 0.34), (0.0, 1.0), colours)
    page.names(names, box.left, box.top + 0.7, box.width)
