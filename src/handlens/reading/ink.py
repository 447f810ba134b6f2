"""A picture to its ink: strokes bright, paper 0, whatever the pen, the paper and the light.

Pictures as small as a data set's keep their grays: from the paper's colour (0) straight to the ink's (1).
In larger ones the paper's brightness is estimated everywhere and divided out, so that shadows go:

1. Closing (Serra 1982) fills what is darker and narrower than a window; the window is the one whose ink has
   the sharpest outline: too narrow a window hollows broad strokes, too wide a one takes shadows for ink.
2. Where that says paper, local means of the picture give the paper's colour, also under the ink.
3. What the pixels lack of it is projected on the direction in which the ink's colour differs from the paper.
4. Two thresholds (Canny 1986): a stroke is what passes the weak one and is joined to what passes the strong.
   Both stand well above the paper's own noise.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from handlens.reading.frame import LEAST_CONTRAST
from handlens.reading.pictures import Gray, Picture, Pixels

SMALL = 64
"""Pictures whose longer side is at most that many pixels keep their grays."""

_REDUCED = 320
"""The longer side at which the paper is estimated, in pixels: light changes slowly over paper."""

_Map = Float32[np.ndarray, "height width"]
_Mask = Bool[np.ndarray, "height width"]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The ink of a picture, and what is known of it."""

    ink: _Map
    """0 … 1, stroke bright; paper is exactly 0."""
    stroke: float
    """The usual width of a stroke in pixels; 0 on blank paper."""
    noise: float
    """The paper's noise (one standard deviation) as a share of the ink's strength."""
    light: bool
    """The ink is lighter than its paper."""
    blank: str | None = None
    """Why there is no ink; None where there is some."""


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
    return _small(pixels) if max(pixels.shape[:2]) <= SMALL else _large(pixels)


# --- small pictures ----------------------------------------------------------------------------------------


def _small(pixels: Pixels) -> Sheet:
    colours = pixels.reshape(*pixels.shape[:2], -1).astype(np.float32)
    border = np.concatenate([colours[0], colours[-1], colours[1:-1, 0], colours[1:-1, -1]])
    away = colours - np.median(border, axis=0)
    towards = _direction(away.reshape(-1, away.shape[2]))
    strength = away @ towards
    reach = float(strength.max())
    light = bool(towards.sum() > 0)
    noise = _spread(strength[strength < reach / 2])
    floor = 3 * noise
    if reach - floor < LEAST_CONTRAST * 255:
        return _blank(pixels, light, "no pixel differs from the paper by more than its noise")
    found = np.clip((strength - np.float32(floor)) / np.float32(reach - floor), 0, 1)
    return Sheet(found, _stroke_width(found > 0.5), noise / reach, light)


def _direction(away: Float32[np.ndarray, "n channels"]) -> Float32[np.ndarray, "channels"]:
    """The unit vector from the paper's colour to the ink's; what is far from the paper counts most."""
    if away.shape[1] == 1:
        return np.array([1 if float((away**3).sum()) >= 0 else -1], np.float32)
    total = (away * (away**2).sum(axis=1, keepdims=True)).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else np.ones(away.shape[1], np.float32)


def _spread(values: np.ndarray) -> float:
    """A standard deviation that strays don't widen: 1.4826 times the median distance from the median."""
    if not values.size:
        return 0.0
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def _blank(pixels: Pixels, light: bool, reason: str) -> Sheet:
    return Sheet(np.zeros(pixels.shape[:2], np.float32), 0.0, 0.0, light, reason)


def _stroke_width(strokes: _Mask) -> float:
    """Twice the usual distance from a stroke's middle to its edge."""
    distance = cv2.distanceTransform(strokes.astype(np.uint8), cv2.DIST_L2, 3)
    middle = strokes & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)))
    return max(1.0, 2 * float(np.median(distance[middle])) - 0.5) if middle.any() else 0.0


# --- large pictures ----------------------------------------------------------------------------------------


def _large(pixels: Pixels) -> Sheet:
    reduced = _reduce(pixels)
    light = _is_light(_gray(reduced))
    if light:
        pixels, reduced = cv2.bitwise_not(pixels), cv2.bitwise_not(reduced)
    paper = _paper(reduced)
    lack = _lack(pixels, paper)
    return _strokes(lack, light, pixels)


def _reduce(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = _REDUCED / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _gray(pixels: Pixels) -> Gray:
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _is_light(gray: Gray) -> bool:
    """Ink is the smaller part: the side on which few pixels are far from what is usual around them."""
    window = max(3, min(gray.shape) // 2 | 1)
    usual = cv2.medianBlur(gray, min(window, 255))
    away = (gray.astype(np.float32) - usual) / (usual.astype(np.float32) + 16)
    return float((away**3).sum()) > 0


def _paper(reduced: Pixels) -> Pixels:
    """The paper's colour everywhere, at the reduced size, for ink darker than it."""
    gray = cv2.medianBlur(_gray(reduced), 3)
    strokes = _rough_ink(gray)
    strokes = cv2.dilate(strokes.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return _fill(reduced, ~strokes)


def _rough_ink(gray: Gray) -> _Mask:
    """Where the ink is, by the window whose ink has the sharpest outline (see the module)."""
    down, across = cv2.Sobel(gray, cv2.CV_32F, 0, 1), cv2.Sobel(gray, cv2.CV_32F, 1, 0)
    steepness = cv2.magnitude(down, across)
    best, most = np.zeros(gray.shape, bool), 0.0
    window = 9
    while window < 0.6 * min(gray.shape):
        strokes = _darker(gray, window)
        outline = strokes & ~(cv2.erode(strokes.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        edge = steepness[outline]
        if edge.size:
            score = float((edge - np.percentile(edge, 90) / 2).sum())
            if score > most:
                best, most = strokes, score
        window = int(window * 1.5) | 1
    return best


def _darker(gray: Gray, window: int) -> _Mask:
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    lack = cv2.divide(cv2.subtract(closed, gray), closed, scale=255)
    noise = _spread(lack)
    threshold, _ = (
        cv2.threshold(lack[lack > 4 * noise + 4].reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
        if (lack > 4 * noise + 4).any()
        else (255, None)
    )
    return lack > threshold / 2


def _fill(picture: Pixels, known: _Mask) -> Pixels:
    """Local means of the known pixels; where none is near, of those further away."""
    weight = known.astype(np.float32)
    values = picture.astype(np.float32) * (weight if picture.ndim == 2 else weight[..., None])
    filled = np.zeros_like(values)
    missing = np.ones(weight.shape, np.float32)
    for sigma in (4.0, 12.0, 36.0, 108.0):
        near = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(values, (0, 0), sigma)
        trust = missing * np.minimum(1, near * 4)
        share = trust / np.maximum(near, 1e-6)
        filled += mean * (share if picture.ndim == 2 else share[..., None])
        missing -= trust
    filled += (missing if picture.ndim == 2 else missing[..., None]) * 255
    return np.clip(np.rint(filled), 1, 255).astype(np.uint8)


def _lack(pixels: Pixels, paper: Pixels) -> _Map:
    """What each pixel lacks of its paper's brightness, along the ink's colour; 1 is black ink."""
    paper = cv2.resize(paper, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    lack = 1 - cv2.divide(pixels, paper, dtype=cv2.CV_32F)
    if lack.ndim == 2:
        return lack
    sample = lack[:: max(1, lack.shape[0] // 400), :: max(1, lack.shape[1] // 400)].reshape(-1, 3)
    towards = np.maximum(_direction(np.maximum(sample, 0)), 0)
    return cv2.transform(lack, (towards / towards.sum()).reshape(1, 3))


def _strokes(lack: _Map, light: bool, pixels: Pixels) -> Sheet:
    paper = lack[lack < 0.5]
    noise = _spread(paper[:: max(1, paper.size // 100_000)])
    lack = cv2.GaussianBlur(lack, (3, 3), 0)
    strong = max(6 * noise, LEAST_CONTRAST * 1.5)
    candidates = lack > strong
    if not candidates.any():
        return _blank(pixels, light, "no stroke is darker than the paper's own noise")
    contrast = float(np.percentile(lack[candidates], 75))
    high, low = max(strong, contrast * 0.4), max(strong / 2, contrast * 0.2)
    mask = _joined(lack > low, lack > high)
    width = _stroke_width(lack * mask > contrast / 2)
    mask = _without_specks(mask, 0.4 * width**2)
    if not mask.any():
        return _blank(pixels, light, "only specks are darker than the paper")
    level = _local_level(lack, mask, width)
    found = np.clip((lack / level - 0.2) / 0.6, 0, 1) * mask
    return Sheet(found.astype(np.float32), width, noise / contrast, light)


def _joined(weak: _Mask, strong: _Mask) -> _Mask:
    """The parts of the weak that hold some of the strong."""
    count, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, bool)
    keep[labels[strong]] = True
    keep[0] = False
    kept: _Mask = keep[labels]
    return kept


def _without_specks(mask: _Mask, least: float) -> _Mask:
    _, labels, parts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    keep = parts[:, cv2.CC_STAT_AREA] >= least
    keep[0] = False
    kept: _Mask = keep[labels]
    return kept


def _local_level(lack: _Map, mask: _Mask, width: float) -> _Map:
    """How strong the ink is around each place: the strongest within a stroke, smoothed along it."""
    masked = np.where(mask, lack, np.float32(0))
    reach = max(3, round(width) | 1)
    peak = cv2.dilate(masked, np.ones((reach, reach), np.uint8))
    smooth = max(2.0, 2 * width)
    weight = cv2.blur(masked, (int(smooth) * 2 + 1,) * 2)
    level = cv2.blur(masked * peak, (int(smooth) * 2 + 1,) * 2)
    return np.maximum(level / np.maximum(weight, 1e-6), 1e-3)
