"""The ink of pictures as small as a data set's, and of such as were blown up from them.

They keep their grays: from the paper's colour (0) straight to the ink's (1). Where the paper is clouded, what
is broader than a third of the picture is taken off first.
"""

from dataclasses import replace

import cv2
import numpy as np

from handlens.reading.frame import LEAST_CONTRAST
from handlens.reading.pixels import Pixels
from handlens.reading.sheet import (
    LEAST_DIGIT,
    Map,
    Reduced,
    Sheet,
    blank,
    direction,
    gray_of,
    spread,
    stroke_width,
)

SMALL = 64
"""Pictures whose longer side is at most that many pixels keep their grays."""

_LARGEST_SMOOTH = 320
"""The longer side, in pixels, of pictures that may have been blown up smoothly from a small one."""

_LOST = 0.02
"""A picture that loses less when it is made small, as a share of its range, was blown up from a small one.
From 8x8 pixels to any size they lose 0.01; a photograph out of focus 0.03, a sharp picture more than 0.1."""

_EVEN = 4.0
"""Along the edge of a small picture the paper's brightness spreads less; more is clouds, to be taken off."""

_HAZE = 0.15
"""Noise takes at most that share of a small picture's ink away: a network reads through the rest."""

_ALL_ALONG = 0.75
"""A line parts the picture where at least that share of it is a jump from dark to light, or back."""


def in_small(pixels: Pixels) -> Sheet:
    """The ink of a small picture."""
    strength, light = _away_from_paper(_one_paper(pixels))
    cloudy = _cloudy(strength)
    if cloudy:
        strength = _above_clouds(strength)
    reach = float(strength.max())
    noise = spread(strength[strength < reach / 2])
    floor = _HAZE * reach if cloudy else min(3 * noise, _HAZE * reach)
    if reach - floor < LEAST_CONTRAST * 255:
        return blank(pixels, light, "no pixel differs from the paper by more than its noise")
    found = np.clip((strength - np.float32(floor)) / np.float32(reach - floor), 0, 1)
    return Sheet(found, stroke_width(found > 0.5), noise / reach, light)


def _away_from_paper(pixels: Pixels) -> tuple[Map, bool]:
    """How far each pixel's colour is from the border's towards the ink's, and whether that is lighter."""
    colours = pixels.reshape(*pixels.shape[:2], -1).astype(np.float32)
    away = colours - np.median(_border(colours), axis=0)
    towards = direction(away.reshape(-1, away.shape[2]))
    return away @ towards, bool(towards.sum() > 0)


def _cloudy(strength: Map) -> bool:
    return spread(_border(strength)) > _EVEN


def seed_of(pixels: Pixels) -> Reduced | None:
    """The small picture that this one was blown up from, in squares or smoothly; None where it wasn't.

    Strokes of such pictures may be so broad and so soft that nothing tells them from shadows. Large
    photographs may be as soft, but have shadows; smoothly, few pictures are blown up so far.
    """
    height, width = pixels.shape[:2]
    squares = _squares(pixels)
    if max(height, width) <= squares * SMALL:
        return np.ascontiguousarray(pixels[squares // 2 :: squares, squares // 2 :: squares])
    if max(height, width) > _LARGEST_SMOOTH:
        return None
    scale = SMALL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small: Reduced = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    lost = cv2.absdiff(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), pixels)
    low, high = np.percentile(small, (1, 99))
    smooth = np.percentile(lost, 99) < _LOST * (high - low)
    return small if smooth and not _cloudy(_away_from_paper(small)[0]) else None


def blown_up(sheet: Sheet, shape: tuple[int, ...]) -> Sheet:
    """A small picture's ink in a larger picture."""
    found: Map = cv2.resize(sheet.ink, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return replace(sheet, ink=found, stroke=sheet.stroke * max(shape[:2]) / max(sheet.ink.shape))


def _squares(pixels: Pixels) -> int:
    """The side of the largest squares of one colour of which a picture consists; 1 where it is blank."""
    side = 0
    for axis in (0, 1):
        others = tuple(other for other in range(pixels.ndim) if other != axis)
        places = np.flatnonzero(np.diff(pixels, axis=axis).any(axis=others)) + 1
        side = int(np.gcd.reduce([side, *places]))
        if side == 1:  # as nearly always
            return 1
    return int(np.gcd.reduce([side, *pixels.shape[:2]])) if side else 1


def _border(picture: np.ndarray) -> np.ndarray:
    """The outermost pixels."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def _above_clouds(strength: Map) -> Map:
    """What is narrower than a third of the picture."""
    window = max(strength.shape) // 3 | 1
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (window, window))
    narrow: np.ndarray = cv2.morphologyEx(strength, cv2.MORPH_TOPHAT, element)
    return narrow


def _one_paper(pixels: Pixels) -> Pixels:
    """Where a straight line parts the picture, and all along it dark becomes light, one side is turned over.

    Digits, too, turn from light to dark where they cross it. Turned right, all of the picture's edge is
    paper, and every row in the middle has ink; else the line was the side of a stroke from edge to edge.
    """
    if min(pixels.shape[:2]) < LEAST_DIGIT:
        return pixels
    gray = gray_of(pixels).astype(np.int16)
    step = (int(gray.max()) - int(gray.min())) / 2
    over = np.zeros(gray.shape, bool)
    for axis in (0, 1):
        jumps = np.abs(np.diff(gray, axis=1 - axis)) > step
        edges = np.flatnonzero(jumps.mean(axis=axis) >= _ALL_ALONG) + 1
        side = np.zeros(gray.shape[1 - axis], bool)
        for edge in edges:
            side[edge:] ^= True
        over ^= np.expand_dims(side, axis)
    turned = np.where(over if pixels.ndim == 2 else over[..., None], 255 - pixels, pixels)
    if not over.any():
        return pixels
    gray = gray_of(turned).astype(np.int16)
    edge = np.ptp(_border(gray)) <= step
    middle = np.ptp(gray[len(gray) // 3 : -(len(gray) // 3)], axis=1) > step
    return turned if edge and middle.mean() > _ALL_ALONG else pixels
