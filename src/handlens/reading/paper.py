"""What the pixels of a large picture lack of their paper's brightness, whatever pen, paper and light.

1. Closing (Serra 1982) fills what is darker and narrower than a window, opening what is lighter. At the
   sharpest edges, growing windows fill one side first: that is the ink, and the window at which most of it is
   filled is a little wider than its strokes. A wider one would take shadows for ink.
2. Where that says paper, local means of the picture give the paper's colour, also under the ink.
3. What the pixels lack of it is projected on the direction in which the ink's colour differs from the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from handlens.reading.parts import broad
from handlens.reading.pixels import Colour, Gray, Pixels
from handlens.reading.rules import BLACK
from handlens.reading.sheet import Mask, Reduced, direction, gray_of, spread

CUT_OUT = 250
"""In pixels; of pictures whose longer side is more, most of the edge is paper."""

_REDUCED = 320
"""The longer side at which the paper is estimated, in pixels: light changes slowly over paper."""

_MOST, _SOME, _STILL = 0.85, 0.4, 0.035
"""Shares of the sharpest edges: most of them; the least that strokes have beside a shadow's; and so few more
are filled by a third wider a window, where there are no strokes of that width."""

_BLOT, _DARK, _FEW = 1.5, 0.75, 0.25
"""Blots are so many windows broad, at most; have at least that share of the strokes' darkness; and there is
so much of them at most, beside the strokes: 0.04 to 0.22 in four rows with one, 0.3 and more in shadows."""

_TWO_TONES = 0.3
"""Of ink on evenly lit paper, less than that share of the variance is within each of both."""


@dataclass(frozen=True, eq=False)
class Lack:
    """What each pixel lacks of its paper's brightness."""

    pixels: Gray
    """`BLACK` being all of it; 0 off the paper."""
    noise: float
    """Of the paper, in the same unit."""
    gray: Gray
    """The picture, its ink dark."""
    light: bool
    """Whether the ink was light."""
    shadowed: bool
    """Whether the hard edge of a shadow may have been taken for strokes."""


def lack_of(pixels: Pixels, where: Gray | None, beside_shadows: bool) -> Lack:
    """Of a picture.

    Args:
        pixels: of the picture.
        where: 0 off its paper; everything is paper without it.
        beside_shadows: whether what may be the hard edge of a shadow is taken for one.
    """
    reduced = reduce(pixels)
    beyond = (
        None if where is None else cv2.resize(where, reduced.shape[1::-1], interpolation=cv2.INTER_AREA) == 0
    )
    if beyond is not None:
        reduced = np.where(
            beyond if pixels.ndim == 2 else beyond[..., None], _fill(reduced, ~beyond), reduced
        )
    gray = cv2.medianBlur(gray_of(reduced), 3)
    light, widest, narrower = _polarity(gray)
    window = narrower if beside_shadows else widest
    if light:
        pixels, reduced, gray = cv2.bitwise_not(pixels), cv2.bitwise_not(reduced), cv2.bitwise_not(gray)
    strokes = _darker(gray, window)
    blots = _blots(gray, window, strokes)
    rough = strokes | blots
    known = cv2.dilate(rough.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if beyond is not None:
        known &= ~beyond
    paper = _fill(reduced, known)
    if pixels.ndim == 3:
        mix = _mix(paper, reduced, rough)
        pixels, paper, reduced = (cv2.transform(colours, mix) for colours in (pixels, paper, reduced))
    lack, noise = _lack(pixels, _with_edges(paper, reduced, window, blots), where)
    return Lack(lack, noise, gray_of(pixels), light, narrower < widest)


def reduce(pixels: Pixels) -> Reduced:
    """The picture at the size at which its paper is looked at."""
    height, width = pixels.shape[:2]
    scale = _REDUCED / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _polarity(gray: Gray) -> tuple[bool, int, int]:
    """Is the ink light, and a window that is wider than its strokes (see the module), or two."""
    square = np.ones((3, 3), np.uint8)
    highest = cv2.dilate(gray, square)
    step = cv2.subtract(highest, cv2.erode(gray, square)).astype(np.float32)
    sharpness = step / (highest.astype(np.float32) + 32)  # dark sensors' noise isn't sharp
    edge = sharpness > max(0.4 * float(np.percentile(sharpness, 99.9)), 2 * float(np.median(sharpness)))
    if not edge.any():
        return False, 3, 3
    heights, weights = step[edge], sharpness[edge]
    windows: list[int] = []
    dark: list[float] = []
    light: list[float] = []
    window = 3
    while window < max(4, 0.7 * min(gray.shape)):
        element = np.ones((window, window), np.uint8)
        windows.append(window)
        for operation, filled in ((cv2.MORPH_BLACKHAT, dark), (cv2.MORPH_TOPHAT, light)):
            narrow = cv2.dilate(cv2.morphologyEx(gray, operation, element), square)[edge]
            filled.append(float(np.average(np.minimum(1, narrow / heights), weights=weights)))
        window += max(2, int(0.45 * window) // 2 * 2)
    cut = _cut_out(gray)
    is_light = sum(light) > sum(dark) if cut is None else cut
    return is_light, *_wider_than_strokes(windows, np.array(light if is_light else dark))


def _wider_than_strokes(windows: Sequence[int], filled: Float64[np.ndarray, "windows"]) -> tuple[int, int]:
    """The window that is a little wider than strokes, and the one if the broadest are the edge of a shadow.

    Beside the hard edge of a shadow it takes a far wider one to fill most of the edges: there it is where the
    strokes' are filled, and that of the shadow isn't yet.

    Args:
        windows: ascending.
        filled: the share of the sharpest edges that each fills.
    """
    share = filled / max(float(filled.max()), 1e-9)
    most = windows[min(int(np.argmax(share >= _MOST)) + 2, len(windows) - 1)]
    still = np.flatnonzero((share[:-1] >= _SOME) & (np.diff(share) <= _STILL))
    strokes = windows[still[0] + 1] if still.size else most
    return most, strokes if 2 * strokes < most else most


def _cut_out(gray: Gray) -> bool | None:
    """Is the ink light, where a digit may have been cut out of its picture so close that it reaches the edge?

    Beyond the edge, strokes might be of any width. But there is less ink than paper, above all in corners.
    None where the picture is large, isn't clearly of two tones, or its rarer tone is too broad for strokes.
    """
    if max(gray.shape) > CUT_OUT:
        return None
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_OTSU)
    bright = gray > threshold
    parts = gray[bright], gray[~bright]
    within = sum(float(part.var()) * part.size for part in parts if part.size)
    if within > _TWO_TONES * float(gray.var()) * gray.size:
        return None
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]]
    light = bool(bright.mean() + corners.mean() < 1)
    return None if broad(bright == light).any() else light


def _darker(gray: Gray, window: int) -> Mask:
    """What is darker than its surroundings and narrower than the window."""
    lack = _missing(gray, window)
    clear = lack[lack > np.median(lack) + 4 * spread(lack) + 4]
    if not clear.size:
        return np.zeros(gray.shape, bool)
    threshold, _ = cv2.threshold(clear.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    found: Mask = lack > threshold / 2
    return found


def _blots(gray: Gray, window: int, strokes: Mask) -> Mask:
    """What is broader than the window and as dark as strokes: filled loops, a pen that rested.

    Where there is much of it, it is shadows.
    """
    narrow, wide = (_missing(gray, each) for each in (window, int(_BLOT * window) | 1))
    found: Mask = (wide > _DARK * np.median(narrow[strokes]) if strokes.any() else strokes) & ~strokes
    return found & (np.count_nonzero(found) <= _FEW * np.count_nonzero(strokes))


def _missing(gray: Gray, window: int) -> Gray:
    """What is missing of the brightness around, in what is narrower than the window; 255 is all."""
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    lack: Gray = cv2.divide(cv2.subtract(closed, gray), closed, scale=255)
    return lack


def _fill(picture: Pixels, known: Mask) -> Pixels:
    """Local means of the known pixels; where none is near, of those further away."""
    shape = known.shape if picture.ndim == 2 else (*known.shape, 1)
    weight = known.astype(np.float32)
    values = picture * weight.reshape(shape)
    filled, missing = np.zeros_like(values), np.ones_like(weight)
    for window in (9, 27, 81, 243, 2 * _REDUCED + 1):
        near, mean = cv2.blur(weight, (window, window)), cv2.blur(values, (window, window))
        trust = missing * np.minimum(1, 4 * near)
        filled += mean * (trust / np.maximum(near, 1e-6)).reshape(shape)
        missing -= trust
    filled /= np.maximum(1 - missing, 1e-6).reshape(shape)
    paper: Pixels = np.clip(np.rint(filled), 1, 255).astype(np.uint8)
    return paper


def _with_edges(paper: Reduced, gray: Reduced, window: int, blots: Mask) -> Reduced:
    """Local means blur the edge of a sharp shadow; closing keeps it, and would keep blots."""
    closed = cv2.morphologyEx(cv2.medianBlur(gray, 3), cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    closed[cv2.dilate(blots.view(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 255
    found: Reduced = cv2.erode(cv2.min(paper, closed), np.ones((3, 3), np.uint8))
    return found


def _mix(paper: Colour, picture: Colour, rough: Mask) -> Float32[np.ndarray, "1 3"]:
    """The shares of red, green and blue in which the ink differs most from the paper."""
    away = cv2.subtract(paper, picture)[rough].astype(np.float32)
    towards = direction(away) if len(away) else np.ones(3, np.float32)
    shares: Float32[np.ndarray, "1 3"] = (towards / towards.sum()).reshape(1, 3)
    return shares


def _lack(gray: Gray, paper: Reduced, where: Gray | None) -> tuple[Gray, float]:
    """What each pixel lacks of its paper's brightness, 0 off the paper, and the paper's noise in it."""
    paper = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    share = cv2.GaussianBlur(cv2.divide(gray, paper, scale=BLACK), (3, 3), 0)
    step = max(1, max(share.shape) // 400)
    sample = share[::step, ::step]
    if where is not None:
        sample = sample[where[::step, ::step] > 0]
    lack = cv2.subtract(np.full_like(share, BLACK), share)
    if where is not None:
        lack = cv2.multiply(lack, where)
    return lack, spread(sample[sample > BLACK // 2])
