"""The sheet of paper on its desk, the board on its wall.

A sheet is a large region with straight sides, at which brightness jumps all the way round, and it holds the
writing. A stroke is narrow, with paper on both sides. A shadow's outline jumps, too, but there is writing on
both sides of it.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int32, UInt8

_WORK = 160
"""The longer side at which the outline is looked for, in pixels: strokes have gone there."""

_SMALLEST = 250
"""In pixels; pictures whose longer side is less were cut out of larger ones."""

_LEAST, _MOST = 0.08, 0.97
"""Shares of the picture that a sheet may take."""

_JUMP = 0.2
"""The least jump of the logarithm of brightness at a sheet's outline: a fifth brighter than its desk."""

_WIDTH = 0.25
"""A sheet is at least that wide, as a share of the picture's shorter side; what is narrower is a stroke."""

_CONVEX = 0.93
"""A sheet fills at least that share of its convex hull: corners curl, and fingers hold."""

_LONG = 0.08
"""A straight side takes at least that share of the outline; a circle's sides, within a hundredth, 0.06."""

_STRAIGHT = 0.75
"""At least that share of a sheet's outline is straight sides; a broad round stroke's isn't."""

_PAPER = 0.7
"""At least that share of a sheet is paper and not ink: a hollow digit is no sheet."""

_BESIDE = 0.1
"""A region is a patch of light on the paper where there is more than that share of its writing beside it."""

_BITE = 0.08
"""A share of the longer side; ink at the edge of a sheet takes no wider bites out of its outline."""

_FAINT = 0.12
"""A pencil's stroke takes at least that share of the paper's brightness away."""

_SURE = 2
"""A shadow on the paper seldom has so many corners in the picture."""

_EDGE = 0.012
"""A share of the longer side; so near its outline a sheet is blurred, and curls."""

_Gray = UInt8[np.ndarray, "rows columns"]
_Mask = Bool[np.ndarray, "rows columns"]
_Outline = Int32[np.ndarray, "points 1 2"]


def sheet_on_desk(gray: _Gray) -> _Mask | None:
    """Find the sheet that the writing is on.

    Args:
        gray: brightness; a few hundred pixels are enough.

    Returns:
        Where the sheet is, without its blurred edge; None where the picture is one paper.
    """
    scale = _WORK / max(gray.shape)
    if max(gray.shape) < _SMALLEST or scale * min(gray.shape) < _WORK // 5:
        return None
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = cv2.medianBlur(small, 5)
    margin = max(2, round(_EDGE * max(gray.shape)))
    sheet, most = None, 0
    for picture in (smooth, cv2.bitwise_not(smooth)):
        outline = _outline(picture, smooth)
        if outline is None:
            continue
        region = _without_bites(_filled(outline, smooth.shape))
        inside, outside = (
            _eroded(cv2.resize(side, gray.shape[::-1], interpolation=cv2.INTER_NEAREST), margin)
            for side in (region, 1 - region)
        )
        here, there = _strokes(gray, inside, outside)
        written, beside = int(here.sum()) + margin**2, int(there.sum())
        if _corners(outline, smooth.shape) < _SURE and (beside > _BESIDE * written or _cross(here, inside)):
            continue
        if beside <= written and written > most:
            sheet, most = inside, written
    return sheet


def _outline(picture: _Gray, brightness: _Gray) -> _Outline | None:
    """The outline of the brightest region that looks like a sheet."""
    logs = np.log(brightness.astype(np.float32) + 16)
    best, jump = None, _JUMP
    for level in np.unique(np.percentile(picture, np.arange(4, 96, 4)).astype(int)):
        bright = cv2.morphologyEx(
            (picture > level).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
        )
        outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if not outlines:
            continue
        outline = max(outlines, key=cv2.contourArea)
        area, hull = cv2.contourArea(outline), cv2.convexHull(outline)
        if not _LEAST * bright.size < area < _MOST * bright.size or area < _CONVEX * cv2.contourArea(hull):
            continue
        region = _filled(outline, bright.shape)
        narrow = min(cv2.minAreaRect(hull)[1]) < _WIDTH * min(bright.shape)
        if narrow or not _straight(hull) or bright[region > 0].mean() < _PAPER:
            continue
        found = _least_jump(region, logs)
        if found > jump:
            best, jump = outline, found
    return best


def _filled(outline: _Outline, shape: tuple[int, ...]) -> _Gray:
    region: _Gray = np.zeros(shape, np.uint8)
    cv2.drawContours(region, [outline], -1, 1, cv2.FILLED)
    return region


def _straight(outline: _Outline) -> bool:
    """Whether most of it is long straight sides."""
    length = cv2.arcLength(outline, True)
    ends = cv2.approxPolyDP(outline, 0.01 * float(np.ptp(outline, axis=0).max()), True)[:, 0]
    sides = np.linalg.norm(ends - np.roll(ends, 1, axis=0), axis=1)
    return float(sides[sides > _LONG * length].sum()) > _STRAIGHT * float(sides.sum())


def _least_jump(region: _Gray, logs: Float32[np.ndarray, "rows columns"]) -> float:
    """By how much nearly all of the outline differs from what lies beyond it; 0 where that can't be seen."""
    square = np.ones((5, 5), np.uint8)
    edge = cv2.morphologyEx(region, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    means = []
    for side in (region - cv2.erode(region, square), cv2.dilate(region, square) - region):
        weight = side.astype(np.float32)
        near = cv2.blur(weight, (9, 9))
        means.append(cv2.blur(weight * logs, (9, 9)) / np.maximum(near, 1e-6))
        edge &= near > 0.05
    if edge.sum() < max(region.shape) / 4:
        return 0.0
    return float(np.percentile(np.abs(means[0] - means[1])[edge], 10))


def _corners(outline: _Outline, shape: tuple[int, ...]) -> int:
    """How many corners of the sheet lie within the picture."""
    ends = cv2.approxPolyDP(cv2.convexHull(outline), 0.03 * cv2.arcLength(outline, True), True)[:, 0]
    last = np.array(shape[::-1]) - 1
    return int(((ends > 3) & (ends < last - 3)).all(axis=1).sum())


def _without_bites(region: _Gray) -> _Gray:
    """What ink at the sheet's edge has bitten off is given back; a strip of desk is no bite."""
    bite = round(_BITE * max(region.shape)) | 1
    wide = cv2.copyMakeBorder(region, bite, bite, bite, bite, cv2.BORDER_CONSTANT, value=(0,))
    whole: _Gray = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((bite, bite), np.uint8))
    return np.ascontiguousarray(whole[bite:-bite, bite:-bite])


def _eroded(region: _Gray, margin: int) -> _Mask:
    """What lies further inside; the picture's own edge stays."""
    mask: _Mask = cv2.erode(region, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)) > 0
    return mask


def _strokes(gray: _Gray, inside: _Mask, outside: _Mask) -> tuple[_Mask, _Mask]:
    """The strokes on both, as strong as those inside, and clear of a desk's grain."""
    here, there = _narrow(gray, inside), _narrow(gray, outside)
    if not inside.any() or not outside.any():
        return inside, outside
    level = max(_FAINT, 0.5 * float(np.percentile(here[inside], 99.8)))
    return here > level, there > max(level, 4 * float(np.median(there[outside])))


def _cross(strokes: _Mask, inside: _Mask) -> bool:
    """Whether strokes run over the outline."""
    edge = inside & (cv2.erode(inside.view(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    return bool((strokes & edge).any())


def _narrow(gray: _Gray, where: _Mask) -> Float32[np.ndarray, "rows columns"]:
    """By what share a region's narrow places differ from what surrounds them in it; elsewhere 0."""
    window = max(5, round(0.06 * max(gray.shape)) | 1)
    found = np.zeros(gray.shape, np.float32)
    square = np.ones((window, window), np.uint8)
    for picture in (gray, cv2.bitwise_not(gray)):
        highest = cv2.dilate(np.where(where, picture, np.uint8(0)), square)
        closed = cv2.erode(np.where(where, highest, np.uint8(255)), square)
        differs = cv2.subtract(closed, picture).astype(np.float32)
        found = np.maximum(
            found, differs / (np.maximum(gray, closed if picture is gray else gray) + np.float32(16))
        )
    return np.where(where, found, np.float32(0))
