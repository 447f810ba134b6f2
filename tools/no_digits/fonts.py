"""Glyphs of the fonts inside matplotlib's wheel, found without importing matplotlib."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_letters

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from .pen import Canvas, any_map, elastic

_LATIN = "".join(sorted(set(ascii_letters) - set("OoIlq")))
_SANS = "".join(sorted(set(_LATIN) - set("g")))  # their g is a 9
_SERIF = _LATIN + "I"
_GREEK = "ΓΔΛΞΠΣΨΩαγεζηλμνξπρφχψω"
_CYRILLIC = "БГДЖИЛПФЦШЩЫЭЮЯвгджиклмнптфцшщыюя"
_SIGNS = "&?!%@#$+=*~^<>()[]{}€§¶±÷≠≤≥√∞∫∑∏∂∇→←↑↓↔⇒☆★♥♣♠♪♫✓✗☺☹☀☂☎✂✈✉✎⚑⌂©®«»†‡"

FONTS: dict[str, tuple[str, str]] = {
    "DejaVuSans": (_SANS + _GREEK + _CYRILLIC, _SIGNS),
    "DejaVuSans-Oblique": (_SANS + _GREEK + _CYRILLIC, _SIGNS),
    "DejaVuSans-Bold": (_SANS, _SIGNS),
    "DejaVuSansMono": (_SANS + "I", _SIGNS),
    "DejaVuSansMono-Oblique": (_SANS + "I", _SIGNS),
    "DejaVuSerif": (_SERIF + _GREEK + _CYRILLIC, _SIGNS),
    "DejaVuSerif-Italic": (_SERIF + _GREEK + _CYRILLIC, _SIGNS),
    "DejaVuSerif-Bold": (_SERIF, _SIGNS),
    "STIXGeneral": (_SERIF + _GREEK + _CYRILLIC, _SIGNS),
    "STIXGeneralItalic": (_SERIF + _GREEK, _SIGNS),
    "STIXGeneralBol": (_SERIF, _SIGNS),
    "cmr10": (_SERIF, ""),
    "cmss10": (_SANS, ""),
    "cmtt10": (_SERIF, ""),
    "cmti10": (_SERIF, ""),
    "cmmi10": (_SERIF, ""),
    "cmb10": (_SERIF, ""),
    "cmsy10": ("ABCDEFGHIJKLMNPQRSTUVWXYZ", ""),
}
"""Font to its letters and its signs; what can't be told from a digit is left out."""

_HALF = frozenset("SZBbGgsz§вЭζ")
_SIZE = 120  # of the glyph's em, in pixels
_MARGIN = 30
_MISSING = "\uffff"


def letter(rng: Generator) -> Canvas:
    """A letter of any font, thinner or thicker and out of shape."""
    return _varied(_picked(0, rng), rng)


def sign(rng: Generator) -> Canvas:
    """A sign of any font, thinner or thicker and out of shape."""
    return _varied(_picked(1, rng), rng)


def _picked(kind: int, rng: Generator) -> Canvas:
    choices = _choices(kind)
    while True:
        font, character = choices[int(rng.integers(len(choices)))]
        if character in _HALF and rng.random() < 0.5:
            continue
        return _glyph(font, character)


@cache
def _choices(kind: int) -> tuple[tuple[str, str], ...]:
    """All pairs of a font and a character that it has."""
    return tuple(
        (font, character)
        for font, characters in FONTS.items()
        for character in characters[kind]
        if not np.array_equal(_glyph(font, character), _glyph(font, _MISSING))
    )


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise SystemExit("matplotlib is missing, whose fonts are drawn here: pip install 'handlens[train]'")
    return ImageFont.truetype(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf", _SIZE)


@cache
def _glyph(font: str, character: str) -> Canvas:
    left, top, right, bottom = (int(edge) for edge in _font(font).getbbox(character))
    image = Image.new("L", (right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN))
    ImageDraw.Draw(image).text((_MARGIN - left, _MARGIN - top), character, 255, _font(font))
    return np.asarray(image)


def _varied(glyph: Canvas, rng: Generator) -> Canvas:
    """Out of shape, then with another stroke width; thinned only as far as ink is left everywhere."""
    moved = elastic(glyph, rng, any_map(rng), rng.uniform(0, 5))
    by = int(rng.integers(-7, 12))
    if by == 0:
        return moved
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(by) + 1, abs(by) + 1))
    if by > 0:
        return np.asarray(cv2.dilate(moved, brush))
    thinned = cv2.erode(moved, brush)
    kept = thinned.sum(dtype=np.int64) > 0.45 * moved.sum(dtype=np.int64)
    return np.asarray(thinned if kept else moved)
