"""A data set for other programs and for the eye: IDX files, and a sheet of digits as a picture."""

import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from handlens.arrays import Images
from handlens.data import idx
from handlens.data.sets import Split
from handlens.errors import DataError

_DIGIT = 56  # pixels: twice MNIST's 28, so that each of its pixels can be seen
_GAP = 8
_MARGIN = 16
_LETTER = 14  # height of a caption's letters
_CAPTION = 22  # what a caption adds to a row
_PAPER, _FRAME, _TEXT = 255, 214, 48  # gray levels
_MOST_PIXELS = 100_000_000

_STEMS = {"development": "train", "test": "t10k"}


def sheet(
    images: Images, labels: Sequence[object] | np.ndarray | None = None, columns: int = 0
) -> Image.Image:
    """Digits side by side on one page, row by row, dark ink on white paper.

    Args:
        images: uint8 [n, height, width], 0 (paper) to 255 (ink).
        labels: n captions (a label, a class name, or anything with a short str), one under each digit.
        columns: digits in a row; 0 makes the page about square.

    Returns:
        A gray picture (mode L); each pixel of a small image is enlarged to a square of whole pixels.

    Raises:
        DataError: there is nothing to show, too much, or not one label for each image.

    Example:
        >>> from handlens import data
        >>> test = data.load("mnist").test
        >>> sheet(test.images[:100], test.labels[:100]).save("digits.png")  # doctest: +SKIP
    """
    n = len(images)
    if n == 0:
        raise DataError("a sheet needs at least one image; found none.")
    if labels is not None and len(labels) != n:
        raise DataError(f"a sheet of {n} images was given {len(labels)} labels; expected one for each.")
    if columns < 0:
        raise DataError(f"a sheet can't have {columns} columns; expected 1 or more, or 0 for a square page.")
    captions = [] if labels is None else [str(label) for label in labels]
    return _page(images, captions, min(columns or math.ceil(math.sqrt(n)), n))


def write_idx(split: Split, folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a split as two IDX files, named so that `handlens.data.load(folder)` finds them.

    Train and development become train-images-idx3-ubyte and train-labels-idx1-ubyte, test becomes t10k-…,
    validation becomes validation-….

    Returns:
        The paths of the images and of the labels.

    Raises:
        DataError: one of the files is there already, or can't be written.
    """
    stem = Path(folder) / _STEMS.get(split.name, split.name)
    images, labels = Path(f"{stem}-images-idx3-ubyte"), Path(f"{stem}-labels-idx1-ubyte")
    for path in (images, labels):
        if path.exists():
            raise DataError(f"{path}: is there already, and isn't overwritten. Choose another folder.")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: can't be made ({error.strerror}). Choose another place.") from None
    idx.write(images, split.images)
    idx.write(labels, split.labels)
    return images, labels


def _page(images: Images, captions: list[str], columns: int) -> Image.Image:
    """Digits in rows, each framed, its caption centred under it; a column fits the widest caption."""
    n, scale = len(images), max(1, _DIGIT // max(images.shape[1:]))
    height, width = scale * images.shape[1], scale * images.shape[2]
    font = ImageFont.load_default(_LETTER)
    across = max([width, *(math.ceil(font.getlength(caption)) for caption in captions)]) + _GAP
    down = height + _GAP + (_CAPTION if captions else 0)
    size = (2 * _MARGIN - _GAP + columns * across, 2 * _MARGIN - _GAP + math.ceil(n / columns) * down)
    if math.prod(size) > _MOST_PIXELS:
        raise DataError(
            f"a sheet of {n:,} images would be {size[0]:,} × {size[1]:,} pixels; expected at most "
            f"{_MOST_PIXELS:,} in all. Show fewer images."
        )
    page = Image.new("L", size, _PAPER)
    draw = ImageDraw.Draw(page)
    for place, image in enumerate(images):
        x = _MARGIN + place % columns * across + (across - _GAP - width) // 2
        y = _MARGIN + place // columns * down
        tile = (255 - image).repeat(scale, axis=0).repeat(scale, axis=1)
        page.paste(Image.fromarray(tile), (x, y))
        draw.rectangle((x - 1, y - 1, x + width, y + height), outline=_FRAME)
        if captions:
            draw.text((x + width / 2, y + height + 3), captions[place], fill=_TEXT, font=font, anchor="mt")
    return page
