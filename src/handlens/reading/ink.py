"""A picture to its ink: strokes bright, paper 0, whatever the pen, the paper and the light.

Small pictures, and such as were blown up from them, are left to `small`. In larger ones the brightness of
the paper is estimated everywhere and divided out, so that shadows go:

1. Closing (Serra 1982) fills what is darker and narrower than a window, opening what is lighter. At the
   sharpest edges, growing windows fill one side first: that is the ink, and the window at which most of it is
   filled is a little wider than its strokes. A wider one would take shadows for ink.
2. Where that says paper, local means of the picture give the paper's colour, also under the ink.
3. What the pixels lack of it is projected on the direction in which the ink's colour differs from the paper.
4. Two thresholds (Canny 1986): a stroke is what passes the weak one and is joined to what passes the strong.
   Both stand well above the paper's own noise.
"""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float32

from handlens.reading.desk import sheet_on_desk
from handlens.reading.frame import LEAST_CONTRAST
from handlens.reading.parts import Parts, between_paper, distinct
from handlens.reading.pictures import Colour, Gray, Picture, Pixels
from handlens.reading.rules import BLACK, without_rules
from handlens.reading.sheet import (
    LEAST_DIGIT,
    Map,
    Mask,
    Reduced,
    Sheet,
    blank,
    direction,
    gray_of,
    spread,
    stroke_width,
)
from handlens.reading.small import SMALL, blown_up, in_small, seed_of

_REDUCED = 320
"""The longer side at which the paper is estimated, in pixels: light changes slowly over paper."""

_CUT_OUT = 250
"""In pixels; of pictures whose longer side is more, most of the edge is paper."""

_STRIP = 0.5
"""What lies along so much of a side of a large picture is no digit, unless there is nothing else."""

_BLURRED = 0.012
"""A share of the longer side: so near a strip of desk, the paper isn't looked at either."""

_LARGE = 400
"""In pixels; in such pictures the paper's grain and the artefacts of JPEG are seen …"""

_LEAST_WEIGHT = 4.0
"""… and are as small and as faint as that: the longer side in pixels times the lack of brightness, 0 … 1. Of
200 photographed digits none has less than 14."""

_TWO_TONES = 0.3
"""Of ink on evenly lit paper, less than that share of the variance is within each of both."""


def ink(picture: Picture) -> Sheet:
    """Find a picture's ink.

    Args:
        picture: as `pictures.load` gives it.

    Example:
        >>> from handlens.reading.pictures import load
        >>> photo = np.full((200, 200), 180, np.uint8)
        >>> photo[:, 90:100] = 60
        >>> sheet = ink(load(photo))
        >>> float(sheet.ink[100, 95]), float(sheet.ink[100, 50]), sheet.light
        (1.0, 0.0, False)
    """
    pixels = picture.pixels
    if max(pixels.shape[:2]) <= SMALL:
        return in_small(pixels)
    seed = seed_of(pixels)
    return _large(pixels) if seed is None else blown_up(in_small(seed), pixels.shape)


def _large(pixels: Pixels) -> Sheet:
    reduced = _reduce(pixels)
    paper = sheet_on_desk(cv2.medianBlur(gray_of(reduced), 3))
    if paper is None:
        return _without_desk(pixels, None)
    whole = cv2.resize(paper.view(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    left, top, width, height = cv2.boundingRect(whole)
    box = slice(top, top + height), slice(left, left + width)
    sheet = _without_desk(np.ascontiguousarray(pixels[box]), whole[box])
    found = np.zeros(pixels.shape[:2], np.float32)
    found[box] = sheet.ink
    return replace(sheet, ink=found)


def _without_desk(pixels: Pixels, where: Gray | None) -> Sheet:
    """As `_on_paper`; where something lies along a side of the picture, once more without that.

    A strip of desk that is too narrow for `desk` to tell would be the strongest and the broadest ink.
    """
    sheet, strips = _on_paper(pixels, where)
    if max(pixels.shape[:2]) <= _CUT_OUT or not strips.any():
        return sheet
    margin = max(2, round(_BLURRED * max(pixels.shape[:2])))
    paper = 1 - cv2.dilate(strips.view(np.uint8), np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    rest, _ = _on_paper(pixels, paper if where is None else cv2.multiply(paper, where))
    return sheet if rest.blank else rest


def _on_paper(pixels: Pixels, where: Gray | None) -> tuple[Sheet, Mask]:
    """The ink of a picture whose paper is where a mask isn't 0; everywhere, without a mask.

    And what else is darker than paper, if it lies along a side of the picture.
    """
    reduced = _reduce(pixels)
    beyond = (
        None if where is None else cv2.resize(where, reduced.shape[1::-1], interpolation=cv2.INTER_AREA) == 0
    )
    if beyond is not None:
        reduced = np.where(
            beyond if pixels.ndim == 2 else beyond[..., None], _fill(reduced, ~beyond), reduced
        )
    gray = cv2.medianBlur(gray_of(reduced), 3)
    light, window = _polarity(gray)
    if light:
        pixels, reduced, gray = cv2.bitwise_not(pixels), cv2.bitwise_not(reduced), cv2.bitwise_not(gray)
    rough = _darker(gray, window)
    known = cv2.dilate(rough.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if beyond is not None:
        known &= ~beyond
    paper = _fill(reduced, known)
    if pixels.ndim == 3:
        mix = _mix(paper, reduced, rough)
        pixels, paper, reduced = (cv2.transform(colours, mix) for colours in (pixels, paper, reduced))
    lack, noise = _lack(pixels, _with_edges(paper, reduced, window), where)
    return _strokes(without_rules(lack), gray_of(pixels), noise, light)


def _reduce(pixels: Pixels) -> Reduced:
    height, width = pixels.shape[:2]
    scale = _REDUCED / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _polarity(gray: Gray) -> tuple[bool, int]:
    """Is the ink light, and a window that is wider than its strokes (see the module)."""
    square = np.ones((3, 3), np.uint8)
    highest = cv2.dilate(gray, square)
    step = cv2.subtract(highest, cv2.erode(gray, square)).astype(np.float32)
    sharpness = step / (highest.astype(np.float32) + 32)  # dark sensors' noise isn't sharp
    edge = sharpness > max(0.4 * float(np.percentile(sharpness, 99.9)), 2 * float(np.median(sharpness)))
    if not edge.any():
        return False, 3
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
    curve = np.array(light if is_light else dark)
    enough = int(np.argmax(curve >= 0.85 * curve.max()))
    return is_light, windows[min(enough + 2, len(windows) - 1)]


def _cut_out(gray: Gray) -> bool | None:
    """Is the ink light, where a digit may have been cut out of its picture so close that it reaches the edge?

    Beyond the edge, strokes might be of any width. But there is less ink than paper, above all in corners.
    None where the picture is large, or isn't clearly of two tones.
    """
    if max(gray.shape) > _CUT_OUT:
        return None
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_OTSU)
    bright = gray > threshold
    parts = gray[bright], gray[~bright]
    within = sum(float(part.var()) * part.size for part in parts if part.size)
    if within > _TWO_TONES * float(gray.var()) * gray.size:
        return None
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]]
    return bool(bright.mean() + corners.mean() < 1)


def _darker(gray: Gray, window: int) -> Mask:
    """What is darker than its surroundings and narrower than the window."""
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    lack = cv2.divide(cv2.subtract(closed, gray), closed, scale=255)
    clear = lack[lack > np.median(lack) + 4 * spread(lack) + 4]
    if not clear.size:
        return np.zeros(gray.shape, bool)
    threshold, _ = cv2.threshold(clear.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    found: Mask = lack > threshold / 2
    return found


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


def _with_edges(paper: Reduced, gray: Reduced, window: int) -> Reduced:
    """Local means blur the edge of a sharp shadow; closing keeps it."""
    closed = cv2.morphologyEx(cv2.medianBlur(gray, 3), cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
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


def _strokes(lack: Gray, gray: Gray, noise: float, light: bool) -> tuple[Sheet, Mask]:
    """The lack that is ink, joined, freed of specks, and brought to 1 in the middle of each stroke.

    And the lack that lies along a side of the picture.

    Args:
        lack: of the paper's brightness.
        gray: the picture, its ink dark.
        noise: of the paper, in the lack.
        light: whether the ink was light.
    """
    clear = max(6 * noise, 1.5 * LEAST_CONTRAST * BLACK)
    candidates = lack[lack > clear]
    if not candidates.size:
        return blank(lack, light, "nothing is darker than the paper's own noise"), np.zeros(lack.shape, bool)
    contrast = float(np.percentile(candidates, 75))
    weak, strong = max(clear / 2, 0.2 * contrast), max(clear, 0.4 * contrast)
    parts = Parts.of(lack > weak)
    strips = parts.mask(parts.beside() > _STRIP)
    keep = parts.any(lack > strong) & distinct(parts, lack)
    mask = parts.mask(keep)
    stroke = stroke_width(mask & (lack > contrast / 2)) or stroke_width(mask)
    keep &= parts.area >= 0.4 * stroke**2  # specks
    keep &= between_paper(parts, lack, gray, stroke)
    if parts.side[keep].max(initial=0) < max(LEAST_DIGIT, 2.5 * stroke):
        return blank(lack, light, "only specks and shadows are darker than the paper"), strips
    weight = parts.side * parts.strength(lack)
    if max(lack.shape) > _LARGE and weight[keep].max() < _LEAST_WEIGHT:
        return blank(
            lack, light, "what is darker than the paper is as small and as faint as its grain"
        ), strips
    mask = parts.mask(keep)
    share = lack / _local_strength(lack, mask, stroke)
    found = np.where(mask, np.clip((share - 0.2) / 0.6, 0, 1), 0).astype(np.float32)
    return Sheet(found, stroke, noise / contrast, light), strips


def _local_strength(lack: Gray, mask: Mask, stroke: float) -> Map:
    """How strong the ink is around each place: the strongest within a stroke, averaged over a few strokes."""
    inked = np.where(mask, lack, np.uint8(0))
    reach = max(3, round(stroke) | 1)
    peak = cv2.dilate(inked, np.ones((reach, reach), np.uint8)).astype(np.float32)
    weight = inked.astype(np.float32)
    around = (2 * round(2 * stroke) + 1,) * 2
    strength: Map = np.maximum(
        cv2.blur(weight * peak, around) / np.maximum(cv2.blur(weight, around), 1e-3), 1
    )
    return strength
