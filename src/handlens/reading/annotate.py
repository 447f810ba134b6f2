"""What was read, drawn upon the picture."""

import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from handlens.reading.frame import Box
from handlens.reading.pictures import LONGEST, Source, load
from handlens.reading.result import Reading

RGB = tuple[int, int, int]
Place = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the image that is drawn upon."""

# Okabe and Ito 2008, Color universal design: apart for every kind of colour vision.
SURE: RGB = (0, 114, 178)
"""Blue: a digit."""
MARK: RGB = (0, 158, 115)
"""Green: a mark."""
REJECTED: RGB = (213, 94, 0)
"""Vermilion: rejected ink."""

WHITE: RGB = (255, 255, 255)

PLAIN = 0.99
"""A digit as sure as this has its value alone: lines that stand close have no room for more."""

_LEGIBLE = 90
"""So many pixels high are the digits at least: a smaller picture is enlarged, by whole pixels …"""

_LARGEST = 3200
"""… to this longer side at most."""

_VALUE = 0.28
"""A value's letters are so high as this share of the digits …"""

_SHARE = 0.2
"""… and a percentage's, that it fits under a narrow digit."""

_ROOM = 1.2
"""A label's height, of its letters'."""

_SMALLER = (1.0, 0.75, 0.5, 0.35)
"""Where lines stand close, a label's letters have the first of these sizes that fits between them …"""

_LEAST = 8.0
"""… in pixels this at least."""


def annotate(source: Source, reading: Reading) -> Image.Image:
    """Draw each digit's box with its value, marks, and rejected ink with what it may be.

    A digit that is less than 99 % sure has its percentage, too. A value stands above its box, a percentage
    below; where something else is there, smaller, or at another side. Colours aren't needed to tell them
    apart: digits have a value, marks their name, and rejected ink a dashed box with a question mark.

    Args:
        source: the picture that was read.
        reading: what the reader found in it.

    Returns:
        An RGB image, upright; large pictures are shrunk to 1,600 pixels, small digits enlarged.

    Raises:
        InkError: the picture can't be decoded.
    """
    picture = load(source, LONGEST)
    pixels = picture.pixels if picture.pixels.ndim == 3 else np.stack([picture.pixels] * 3, axis=-1)
    height = _usual_height(reading) * picture.scale
    times = max(1, min(math.ceil(_LEGIBLE / height), _LARGEST // max(pixels.shape)))
    image = Image.fromarray(pixels.repeat(times, axis=0).repeat(times, axis=1))
    drawing = _Drawing(image, picture.scale * times, height * times)
    _draw_boxes(drawing, reading)
    _draw_labels(drawing, reading)
    return image


def _draw_boxes(drawing: "_Drawing", reading: Reading) -> None:
    for ink in reading.rejected:
        drawing.outline(ink.box, REJECTED, dashed=True)
    for mark in reading.marks:
        drawing.outline(mark.box, MARK)
    for digit in reading.digits:
        drawing.outline(digit.box, SURE)


def _draw_labels(drawing: "_Drawing", reading: Reading) -> None:
    """After all boxes, which they spare; what matters most has the first choice of places."""
    for digit in reading.digits:
        drawing.label(digit.box, digit.value, SURE, drawing.value)
    for digit in reading.digits:
        if digit.confidence < PLAIN:
            drawing.label(digit.box, f"{digit.confidence:.0%}", SURE, drawing.share, below=True)
    for ink in reading.rejected:
        drawing.label(ink.box, f"{ink.guess[0]}?" if ink.guess else "?", REJECTED, drawing.value)
    for mark in reading.marks:
        drawing.label(mark.box, mark.kind, MARK, drawing.value)


def _usual_height(reading: Reading) -> float:
    """Of the digits in pixels of the original; of rejected ink where there are none."""
    boxes = [digit.box for digit in reading.digits] or [ink.box for ink in reading.rejected]
    return float(np.median([box.bottom - box.top for box in boxes])) if boxes else float(_LEGIBLE)


class _Drawing:
    """Boxes and labels upon an image.

    Args:
        image: is drawn upon.
        scale: its pixels a pixel of the original, in which boxes are given.
        height: the digits' usual height in its pixels.
    """

    def __init__(self, image: Image.Image, scale: float, height: float) -> None:
        self.image, self.scale = image, scale
        self.pen = ImageDraw.Draw(image)
        self.line = max(1, round(height / 60))
        self.value, self.share = _VALUE * height, _SHARE * height
        self.taken: list[Place] = []
        """Boxes, and labels that have their place."""

    def outline(self, box: Box, colour: RGB, dashed: bool = False) -> None:
        """A box around ink."""
        place = self._around(box)
        if dashed:
            self._dashed(*place, colour)
        else:
            self.pen.rectangle(place, outline=colour, width=self.line)
        self.taken.append(place)

    def label(self, box: Box, text: str, colour: RGB, letters: float, below: bool = False) -> None:
        """A label at a box, within the picture; where it covers least of what has its place already."""
        fonts = [_font(max(_LEAST, share * letters)) for share in _SMALLER]
        tries = [
            (self._within(place), font)
            for side in ((1, 0, 2) if below else (0, 1, 2))
            for font in fonts
            for place in _places(self._around(box), *_size(text, font))[side]
        ]
        place, font = tries[_freest([place for place, _ in tries], self.taken)]
        left, top, right, bottom = place
        self.pen.rectangle(place, fill=colour)
        self.pen.text(((left + right) / 2, (top + bottom) / 2), text, fill=WHITE, font=font, anchor="mm")
        self.taken.append(place)

    def _around(self, box: Box) -> Place:
        top, left, bottom, right = (side * self.scale for side in box)
        return left - self.line, top - self.line, right + self.line, bottom + self.line

    def _within(self, place: Place) -> Place:
        """The same, moved into the picture."""
        left, top, right, bottom = place
        width, height = right - left, bottom - top
        left = max(0.0, min(left, self.image.width - width))
        top = max(0.0, min(top, self.image.height - height))
        return left, top, left + width, top + height

    def _dashed(self, left: float, top: float, right: float, bottom: float, colour: RGB) -> None:
        dash = 4 * self.line
        for start in np.arange(left, right, 2 * dash):
            for y in (top, bottom):
                self.pen.line((start, y, min(start + dash, right), y), fill=colour, width=self.line)
        for start in np.arange(top, bottom, 2 * dash):
            for x in (left, right):
                self.pen.line((x, start, x, min(start + dash, bottom)), fill=colour, width=self.line)


@cache
def _font(letters: float) -> ImageFont.FreeTypeFont:
    """The letters in that size; Pillow would unpack them anew for each label."""
    font = ImageFont.load_default(letters)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _size(text: str, font: ImageFont.FreeTypeFont) -> tuple[float, float]:
    """A label's width and height."""
    return font.getlength(text) + font.size / 4, _ROOM * font.size


def _places(around: Place, width: float, height: float) -> tuple[tuple[Place, Place], ...]:
    """Where a label of that size can be: above a box, below it, beside it; two places each."""
    left, top, right, bottom = around
    corners = (
        ((left, top - height), (right - width, top - height)),
        ((left, bottom), (right - width, bottom)),
        ((right, top), (left - width, top)),
    )
    return tuple(((x, y, x + width, y + height), (u, v, u + width, v + height)) for (x, y), (u, v) in corners)


def _freest(tries: list[Place], taken: list[Place]) -> int:
    """The number of the first of those of which least is taken; a tenth more or less counts for nothing."""
    mine, others = np.array(tries)[:, None], np.array(taken)[None]
    low, high = np.maximum(mine[..., :2], others[..., :2]), np.minimum(mine[..., 2:], others[..., 2:])
    covered = np.maximum(high - low, 0).prod(axis=-1).sum(axis=1)
    area = (mine[..., 2:] - mine[..., :2]).prod(axis=-1)[:, 0]
    return int(np.floor(10 * covered / area).argmin())
