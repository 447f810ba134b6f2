"""Digits as they are: one with its label, a sheet of many, the prepared frame beside the original."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Integer, Num
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures.page import Box, Page, labelled_grid, tile_size
from handlens.insight.figures.style import (
    INK,
    LINE,
    SMALL,
    WIDTH,
    WRONG,
    Shown,
    check_same_length,
    inches,
    ink_limits,
)

Sheet = Num[np.ndarray, "_ _ _"] | Num[np.ndarray, "_ _ _ _"]
Labels = Integer[np.ndarray, "_"]


def digit(image: Shown, label: int | str, *, title: str = "") -> Figure:
    """One image, large, with its label under the heading as ``y = 7``.

    Args:
        image: [height, width], or with 1 or 3 channels in front.
        label: What it is.
        title: The heading, such as where the image comes from.
    """
    width, height = tile_size(image, 4.9)
    page = Page(width, height, title, f"y = {label} · {image.shape[-2]}×{image.shape[-1]} pixels")
    page.ink(image, Box(0, 0, width, height), ink_limits(image))
    return page.figure


def digits(
    images: Sheet,
    labels: Labels,
    predicted: Labels | None = None,
    *,
    columns: int = 10,
    classes: Sequence[str] = (),
    title: str = "",
) -> Figure:
    """A sheet of images with their labels; with predictions, both are named and wrong ones framed.

    Args:
        images: [n, height, width], or with 1 or 3 channels.
        labels: The true class of each.
        predicted: What a network takes each for.
        columns: How many stand in a row.
        classes: The classes' names; by default their numbers.
        title: The heading.

    Raises:
        LookError: The lengths differ, there are no images or no columns.
    """
    everything = {
        "images": images,
        "labels": labels,
        "predictions": labels if predicted is None else predicted,
    }
    check_same_length(everything)
    if not len(images) or columns < 1:
        raise LookError(f"{len(images)} images in {columns} columns: a sheet needs one image and one column.")
    names = [_caption(index, labels, predicted, classes) for index in range(len(images))]
    wrong = np.zeros(len(images), bool) if predicted is None else labels != predicted
    widest = max(inches(name, SMALL, bold=True) for name in names)
    columns = min(columns, len(images), max(1, int(WIDTH / (widest + 0.12))))
    grid = labelled_grid(images, columns, widest, largest=1.0)
    page = Page(grid.width, grid.height, title, _score(wrong) if predicted is not None else "")
    limits = ink_limits(images)
    for index, name in enumerate(names):
        box, colour = grid.box(index), WRONG if wrong[index] else None
        page.ink(images[index], box, limits, colour or LINE)
        below = box.top + box.height + 0.1
        page.words(box.left + box.width / 2, below, name, bold=bool(wrong[index]), colour=colour or INK)
    return page.figure


def predictions(
    images: Sheet,
    labels: Labels,
    predicted: Labels,
    *,
    count: int = 10,
    columns: int = 5,
    classes: Sequence[str] = (),
    title: str = "Predictions against the truth",
) -> Figure:
    """The first ``count`` predictions against the truth, as `digits` draws them.

    Raises:
        LookError: The lengths differ, there are no images or no columns.
    """
    return digits(
        images[:count], labels[:count], predicted[:count], columns=columns, classes=classes, title=title
    )


def prepared(original: Shown, frame: Shown, *, title: str = "As the network sees it") -> Figure:
    """A picture of a digit, and beside it the frame that is made of it.

    Args:
        original: The picture as it came, gray or RGB, of any size.
        frame: What the network is given.
        title: The heading.
    """
    side = 3.1
    page = Page(2 * side + 0.4, side + 0.3, title)
    for place, (name, image) in enumerate((("original", original), ("prepared", frame))):
        width, height = tile_size(image, side)
        left = place * (side + 0.4)
        page.ink(image, Box(left, 0.25, width, height), ink_limits(image))
        shape = f"{image.shape[-2]}×{image.shape[-1]} pixels"
        page.words(left, 0.1, f"{name}, {shape}", across="left")
    return page.figure


def class_name(index: int, classes: Sequence[str]) -> str:
    """The name of a class, or its number where there are no names."""
    return classes[index] if classes else str(index)


def _caption(index: int, labels: Labels, predicted: Labels | None, classes: Sequence[str]) -> str:
    true = class_name(int(labels[index]), classes)
    if predicted is None:
        return true
    read = class_name(int(predicted[index]), classes)
    return f"{true} → {read}"


def _score(wrong: np.ndarray) -> str:
    right = len(wrong) - int(wrong.sum())
    return f"true class → prediction · {right} of {len(wrong)} right"
