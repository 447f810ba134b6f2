"""What was read, drawn upon the picture."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from handlens.reading.frame import Box
from handlens.reading.pictures import LONGEST, Source, load
from handlens.reading.result import Reading

RGB = tuple[int, int, int]

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


def annotate(source: Source, reading: Reading) -> Image.Image:
    """Draw each digit's box with its value, marks, and rejected ink with what it may be.

    A digit that is less than 99 % sure has its percentage below. Colours aren't needed to tell them apart:
    digits have a value, marks their name, and rejected ink a dashed box with a question mark.

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
    for ink in reading.rejected:
        drawing.label(ink.box, f"{ink.guess[0]}?" if ink.guess else "?", REJECTED, dashed=True)
    for mark in reading.marks:
        drawing.label(mark.box, mark.kind, MARK)
    for digit in reading.digits:
        share = "" if digit.confidence >= PLAIN else f"{digit.confidence:.0%}"
        drawing.label(digit.box, digit.value, SURE, share)
    return image


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
        self.value, self.share = max(8.0, _VALUE * height), max(8.0, _SHARE * height)

    def label(self, box: Box, text: str, colour: RGB, below: str = "", dashed: bool = False) -> None:
        """A box with a label above its top left corner and one below, within the picture."""
        top, left = box.top * self.scale - self.line, box.left * self.scale - self.line
        bottom, right = box.bottom * self.scale + self.line, box.right * self.scale + self.line
        if dashed:
            self._dashed(left, top, right, bottom, colour)
        else:
            self.pen.rectangle((left, top, right, bottom), outline=colour, width=self.line)
        self._tag(text, left, top - _ROOM * self.value, colour, self.value)
        if below:
            self._tag(below, left, bottom, colour, self.share)

    def _tag(self, text: str, left: float, top: float, colour: RGB, letters: float) -> None:
        font = ImageFont.load_default(letters)
        width, height = font.getlength(text) + letters / 4, _ROOM * letters
        left = max(0.0, min(left, self.image.width - width))
        top = max(0.0, min(top, self.image.height - height))
        self.pen.rectangle((left, top, left + width, top + height), fill=colour)
        self.pen.text((left + width / 2, top + height / 2), text, fill=WHITE, font=font, anchor="mm")

    def _dashed(self, left: float, top: float, right: float, bottom: float, colour: RGB) -> None:
        dash = 4 * self.line
        for start in np.arange(left, right, 2 * dash):
            for y in (top, bottom):
                self.pen.line((start, y, min(start + dash, right), y), fill=colour, width=self.line)
        for start in np.arange(top, bottom, 2 * dash):
            for x in (left, right):
                self.pen.line((x, start, x, min(start + dash, bottom)), fill=colour, width=self.line)
