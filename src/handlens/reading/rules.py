"""Rules: the lines of ruled and squared paper, of tables and forms, taken off without eating strokes.

A rule is straight, thin and long: it runs through the picture or to its edge, or is one of several parallel
ones. A digit's own straight strokes do none of that, unless its picture was cut out close: then they are as
dark as the rest of the ink, and broader than a rule of that length. Lines are found by the Hough transform
(Duda and Hart 1972) and traced, since paper bends; what lies under a rule is interpolated between the places
just beside it, so that a stroke that crosses the rule stays whole.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int, UInt8

BLACK = 200
"""A byte's value for black ink, so that what is brighter than the paper still fits in a byte."""

TILT = 12.0
"""The largest angle of a rule with the picture's edge, in degrees: a hand turns a page by ten."""

_Map = Float32[np.ndarray, "height width"]
_Bytes = UInt8[np.ndarray, "height width"]

_WORK = 800  # rules are looked for at this longer side, in pixels
_SMALLEST = 32  # in less high or wide a picture, a rule can't be told from a stroke
_CUT_OUT = 160  # and a smaller one was cut out around a digit or two, whose strokes are as long as rules
_MOST = 400  # so many candidates are looked at
_LEAST = 1 / 3  # of the picture's side: a rule's part that can be seen is at least so long
_TO_EDGE = 1 / 2  # so long a line that comes from the picture's edge is a rule
_THROUGH = 0.8  # and so long a line that doesn't
_EDGE = 0.02  # and one that ends so near the picture's edge comes from it
_CURL = 0.01  # of its length a rule bends off the straight line
_UNBROKEN = 0.85  # of what nothing hides
_SHOWN = 0.5  # of its length isn't hidden by digits
_STROKE = 1 / 60  # of its length: a stroke of a pen is at least so broad; 1/40 is a fine pen, 1/100 a rule
_ROW = 0.75  # of the one side, the other takes no more where a row of digits was cut out
_AS_DARK = 0.6  # of what the darkest ink lacks, a stroke of the same pen lacks at least that much


@dataclass(frozen=True, eq=False)
class _Line:
    """A traced line at the working size: its row in every column, and where it can be seen."""

    rows: Float32[np.ndarray, "width"]
    first: int
    last: int
    share: float
    """How much of the width it spans."""

    def reaches_edge(self, width: int) -> bool:
        return self.first == 0 or self.last == width - 1


def without_rules(lack: _Bytes) -> _Bytes:
    """Take rules off.

    Args:
        lack: what each pixel lacks of its paper's brightness; 200 is black.

    Returns:
        A map with what lies beside the rules where rules were; the same one where there are none.
    """
    scale = min(1.0, _WORK / max(lack.shape))
    size = max(1, round(lack.shape[1] * scale)), max(1, round(lack.shape[0] * scale))
    small = cv2.resize(lack, size, interpolation=cv2.INTER_AREA) if scale < 1 else lack
    across, down = _lines(small), _lines(np.ascontiguousarray(small.T))
    for line in across:
        lack = _erase(lack, line, scale)
    if down:
        turned = np.ascontiguousarray(lack.T)
        for line in down:
            turned = _erase(turned, line, scale)
        lack = np.ascontiguousarray(turned.T)
    return lack


def _lines(small: _Bytes) -> list[_Line]:
    """The rules that run from left to right."""
    height, width = small.shape
    if min(height, width) < _SMALLEST or max(height, width) < _CUT_OUT:
        return []
    thickest = max(5, round(0.012 * max(height, width)) | 1)
    thin = cv2.morphologyEx(small, cv2.MORPH_TOPHAT, np.ones((thickest, 1), np.uint8))
    thin = cv2.blur(thin, (max(1, width // 150) | 1, 1))  # along the rule, against noise
    level = max(0.02 * BLACK, 2.5 * float(np.percentile(thin, 75)))
    tilt = np.deg2rad(TILT)
    found = cv2.HoughLines(
        (thin > level).astype(np.uint8),
        1,
        np.pi / 720,
        int(0.8 * _LEAST * width),
        min_theta=np.pi / 2 - tilt,
        max_theta=np.pi / 2 + tilt,
    )
    if found is None:
        return []
    lines: list[_Line] = []
    tried: list[tuple[float, float]] = []
    columns = np.arange(width, dtype=np.float32)
    for rho, theta in found.reshape(-1, found.shape[-1])[:_MOST, :2]:
        rows = ((rho - columns * np.cos(theta)) / np.sin(theta)).astype(np.float32)
        left, right = float(rows[0]), float(rows[-1])
        if any(abs(left - one) < thickest / 2 and abs(right - other) < thickest / 2 for one, other in tried):
            continue
        tried.append((left, right))
        line = _trace(small, thin, rows, level)
        if line is not None:
            lines.append(line)
            _take(thin, line, thickest)
    parallel = [line for line in lines if line.share * width >= _LEAST * max(height, width)]
    several = len(parallel) >= 3
    dark = _AS_DARK * float(np.percentile(small[small > level], 90))
    return [
        line
        for line in lines
        if (
            line.share >= _THROUGH
            or (line.share >= _TO_EDGE and line.reaches_edge(width))
            or (several and line in parallel)
        )
        and not _is_stroke(small, line, dark)
    ]


def _is_stroke(small: _Bytes, line: _Line, dark: float) -> bool:
    """Whether a pen may have drawn a line: as broad as a pen for its length, and dark.

    What comes from the picture's edge is sooner a desk's or a shadow's, but in a row that was cut out close.
    """
    height, width = small.shape
    if line.reaches_edge(width) and width > _ROW * height:
        return False
    reach = max(3, round(_STROKE * width))
    rows, span = np.rint(line.rows).astype(int), slice(line.first, line.last + 1)
    profile = np.median(_sample(small, rows, np.arange(-reach, reach + 1))[:, span], axis=1)
    broad = np.count_nonzero(profile > profile.max() / 2)
    return bool(profile.max() >= dark and broad >= _STROKE * (line.last + 1 - line.first))


def _take(thin: _Bytes, line: _Line, thickness: int) -> None:
    """Blank a line in place, so that no second one is found along it."""
    half = thickness // 2 + 1
    columns = np.arange(line.first, line.last + 1)
    at = np.rint(line.rows[columns]).astype(int) + np.arange(-half, half + 1)[:, None]
    thin[np.clip(at, 0, len(thin) - 1), columns[None]] = 0


def _trace(small: _Bytes, thin: _Bytes, rows: Float32[np.ndarray, "width"], level: float) -> _Line | None:
    """Follow the ridge beside a straight line; None where it isn't one rule, long and even."""
    height, width = thin.shape
    traced = rows + _bend(thin, rows, level)
    at, near = np.rint(traced).astype(int), np.arange(-1, 2)
    strength = _sample(thin, at, near).max(axis=0)
    strength[(traced < 0) | (traced >= height)] = 0
    seen = strength > level
    if seen.sum() < _LEAST * width:
        return None
    # A rule is equally strong everywhere; through a line of digits goes many a line that isn't.
    usual = float(np.median(strength[seen]))
    even = strength > 0.5 * usual
    hidden = ~even & (_sample(small, at, near).max(axis=0) > 0.5 * usual)
    kept = np.flatnonzero(_opened(even, 5))
    if even.sum() < _LEAST * width or not len(kept):
        return None
    first, last = int(kept[0]), int(kept[-1])
    margin = round(_EDGE * width)
    first, last = 0 if first <= margin else first, width - 1 if last >= width - 1 - margin else last
    span = slice(first, last + 1)
    if even[span].sum() < _UNBROKEN * (~hidden[span]).sum() or even[span].mean() < _SHOWN:
        return None
    return _Line(traced, first, last, (last - first + 1) / width)


def _bend(thin: _Bytes, rows: Float32[np.ndarray, "width"], level: float) -> Float32[np.ndarray, "width"]:
    """How far the ridge lies below a straight line: a cubic, as pages curl, without what lies off it."""
    width = thin.shape[1]
    reach = max(3, round(_CURL * width))
    strip = cv2.blur(
        _sample(thin, np.rint(rows).astype(int), np.arange(-reach, reach + 1)), (width // 50 | 1, 1)
    )
    across = np.linspace(-1, 1, width)
    below = strip.argmax(axis=0) - reach + np.rint(rows) - rows
    good = strip.max(axis=0) > level
    bend: Float64[np.ndarray, "width"] = np.zeros(width)
    for apart in (reach, 3.0, 1.5):
        good &= np.abs(below - bend) <= apart
        if good.sum() < 8:
            break
        bend = np.polyval(np.polyfit(across[good], below[good], 3), across)
    found: Float32[np.ndarray, "width"] = bend.astype(np.float32)
    return found


def _opened(flags: Bool[np.ndarray, "width"], least: int) -> Bool[np.ndarray, "width"]:
    """Only the runs of at least so many."""
    runs = cv2.morphologyEx(flags.astype(np.uint8)[None], cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    opened: Bool[np.ndarray, "width"] = runs[0] > 0
    return opened


def _sample(
    picture: _Bytes, rows: Int[np.ndarray, "width"], offsets: Int[np.ndarray, "offsets"]
) -> UInt8[np.ndarray, "offsets width"]:
    """The pixels at some offsets from a row in every column."""
    at = np.clip(rows[None] + offsets[:, None], 0, picture.shape[0] - 1)
    sampled: UInt8[np.ndarray, "offsets width"] = picture[at, np.arange(picture.shape[1])[None]]
    return sampled


def _erase(lack: _Bytes, line: _Line, scale: float) -> _Bytes:
    """Replace a rule by what lies just above and below it, but for what is darker than the rule."""
    height, width = lack.shape
    columns = np.arange(width)
    rows = np.interp((columns + 0.5) * scale - 0.5, np.arange(len(line.rows)), line.rows)
    rows = np.rint((rows + 0.5) / scale - 0.5).astype(int)
    first, last = int(line.first / scale), min(width, int((line.last + 1) / scale + 1))
    reach = max(4, round(0.01 * max(height, width)))
    offsets = np.arange(-reach, reach + 1)
    profile = np.median(_sample(lack, rows, offsets)[:, first:last].astype(np.float32), axis=1)
    profile -= min(profile[0], profile[-1])
    strength = float(profile.max())
    if strength <= 0:
        return lack
    wide = np.flatnonzero(profile > 0.15 * strength)
    top, bottom = int(offsets[wide[0]]) - 1, int(offsets[wide[-1]]) + 1
    inside = np.arange(top, bottom + 1)
    at = rows[first:last][None] + inside[:, None]
    valid = (at >= 0) & (at < height)
    at = np.clip(at, 0, height - 1)
    across = np.broadcast_to(columns[first:last][None], at.shape)
    old = lack[at, across].astype(np.float32)
    above = lack[np.clip(at[0] - 1, 0, height - 1), across[0]].astype(np.float32)
    below = lack[np.clip(at[-1] + 1, 0, height - 1), across[0]].astype(np.float32)
    part = ((inside - top + 1) / (len(inside) + 1))[:, None]
    new = np.minimum(old, above * (1 - part) + below * part)
    darker = old > 1.6 * strength + 0.05 * BLACK
    result = lack.copy()
    result[at[valid], across[valid]] = np.where(darker, old, new).astype(np.uint8)[valid]
    return result
