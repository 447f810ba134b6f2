"""A picture to its ink: strokes bright, paper 0, whatever the pen, the paper and the light.

Pictures as small as a data set's, and such as were blown up from them, keep their grays: from the paper's
colour (0) straight to the ink's (1). In larger ones the paper's brightness is estimated everywhere and
divided out, so that shadows go:

1. Closing (Serra 1982) fills what is darker and narrower than a window, opening what is lighter. At the
   sharpest edges, growing windows fill one side first: that is the ink, and the window at which most of it is
   filled is a little wider than its strokes. A wider one would take shadows for ink.
2. Where that says paper, local means of the picture give the paper's colour, also under the ink.
3. What the pixels lack of it is projected on the direction in which the ink's colour differs from the paper.
4. Two thresholds (Canny 1986): a stroke is what passes the weak one and is joined to what passes the strong.
   Both stand well above the paper's own noise.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Num, UInt8

from handlens.reading.desk import sheet_on_desk
from handlens.reading.frame import LEAST_CONTRAST
from handlens.reading.pictures import Colour, Gray, Picture, Pixels
from handlens.reading.rules import BLACK, without_rules

SMALL = 64
"""Pictures whose longer side is at most that many pixels keep their grays."""

_REDUCED = 320
"""The longer side at which the paper is estimated, in pixels: light changes slowly over paper."""

_LOST = 0.02
"""A picture that loses less when it is made small, as a share of its range, was blown up from a small one.
From 8x8 pixels to any size they lose 0.01; a photograph out of focus 0.03, a sharp picture more than 0.1."""

_EVEN = 4.0
"""Along the edge of a small picture the paper's brightness spreads less; more is clouds, to be taken off."""

_HAZE = 0.15
"""Noise takes at most that share of a small picture's ink away: a network reads through the rest."""

_ALL_ALONG = 0.75
"""A line parts the picture where at least that share of it is a jump from dark to light, or back."""

_LEAST_DIGIT = 8
"""A picture that isn't small has no digit of fewer pixels on its longer side: what is smaller is specks."""

_DISTINCT = 0.5
"""A stroke's step at its outline, as a share of its strength, is 0.6 to 0.9, out of focus 0.3."""

_CUT_OUT = 250
"""In pixels; of pictures whose longer side is more, most of the edge is paper."""

_TWO_TONES = 0.3
"""Of ink on evenly lit paper, less than that share of the variance is within each of both."""

_ALONG = 0.1
"""A share of the picture's side; a stroke that runs out of the picture takes less of it."""

_Map = Float32[np.ndarray, "height width"]
_Mask = Bool[np.ndarray, "height width"]
_Reduced = UInt8[np.ndarray, "rows columns"] | UInt8[np.ndarray, "rows columns 3"]


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
    if max(pixels.shape[:2]) <= SMALL:
        return _small(pixels)
    seed = _seed(pixels)
    return _large(pixels) if seed is None else _blown_up(_small(seed), pixels.shape)


# --- small pictures ----------------------------------------------------------------------------------------


def _small(pixels: Pixels) -> Sheet:
    colours = _one_paper(pixels).reshape(*pixels.shape[:2], -1).astype(np.float32)
    border = _border(colours)
    away = colours - np.median(border, axis=0)
    towards = _direction(away.reshape(-1, away.shape[2]))
    light = bool(towards.sum() > 0)
    strength = away @ towards
    cloudy = _spread(border @ towards) > _EVEN
    if cloudy:
        strength = _above_clouds(strength)
    reach = float(strength.max())
    noise = _spread(strength[strength < reach / 2])
    floor = _HAZE * reach if cloudy else min(3 * noise, _HAZE * reach)
    if reach - floor < LEAST_CONTRAST * 255:
        return _blank(pixels, light, "no pixel differs from the paper by more than its noise")
    found = np.clip((strength - np.float32(floor)) / np.float32(reach - floor), 0, 1)
    return Sheet(found, _stroke_width(found > 0.5), noise / reach, light)


def _seed(pixels: Pixels) -> _Reduced | None:
    """The small picture that this one was blown up from, in squares or smoothly; None where it wasn't.

    Strokes of such pictures may be so broad and so soft that nothing tells them from shadows. Large
    photographs may be as soft, but have shadows; smoothly, few pictures are blown up so far.
    """
    height, width = pixels.shape[:2]
    squares = _squares(pixels)
    if max(height, width) <= squares * SMALL:
        return np.ascontiguousarray(pixels[squares // 2 :: squares, squares // 2 :: squares])
    if max(height, width) > _REDUCED:
        return None
    scale = SMALL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small: _Reduced = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    lost = cv2.absdiff(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), pixels)
    low, high = np.percentile(small, (1, 99))
    return small if np.percentile(lost, 99) < _LOST * (high - low) else None


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


def _blown_up(sheet: Sheet, shape: tuple[int, ...]) -> Sheet:
    """A small picture's ink in a larger picture."""
    found: _Map = cv2.resize(sheet.ink, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return replace(sheet, ink=found, stroke=sheet.stroke * max(shape[:2]) / max(sheet.ink.shape))


def _border(picture: np.ndarray) -> np.ndarray:
    """The outermost pixels."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def _above_clouds(strength: _Map) -> _Map:
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
    if min(pixels.shape[:2]) < _LEAST_DIGIT:
        return pixels
    gray = _gray(pixels).astype(np.int16)
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
    gray = _gray(turned).astype(np.int16)
    edge = np.ptp(_border(gray)) <= step
    middle = np.ptp(gray[len(gray) // 3 : -(len(gray) // 3)], axis=1) > step
    return turned if edge and middle.mean() > _ALL_ALONG else pixels


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
    paper = sheet_on_desk(cv2.medianBlur(_gray(reduced), 3))
    if paper is None:
        return _on_paper(pixels, None)
    whole = cv2.resize(paper.view(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    left, top, width, height = cv2.boundingRect(whole)
    box = slice(top, top + height), slice(left, left + width)
    sheet = _on_paper(np.ascontiguousarray(pixels[box]), whole[box])
    found = np.zeros(pixels.shape[:2], np.float32)
    found[box] = sheet.ink
    return replace(sheet, ink=found)


def _on_paper(pixels: Pixels, where: Gray | None) -> Sheet:
    """The ink of a picture whose paper is where a mask isn't 0; everywhere, without a mask."""
    reduced = _reduce(pixels)
    beyond = (
        None if where is None else cv2.resize(where, reduced.shape[1::-1], interpolation=cv2.INTER_AREA) == 0
    )
    if beyond is not None:
        reduced = np.where(
            beyond if pixels.ndim == 2 else beyond[..., None], _fill(reduced, ~beyond), reduced
        )
    gray = cv2.medianBlur(_gray(reduced), 3)
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
    return _strokes(without_rules(lack), noise, light)


def _reduce(pixels: Pixels) -> _Reduced:
    height, width = pixels.shape[:2]
    scale = _REDUCED / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _gray(pixels: Pixels) -> Gray:
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


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


def _darker(gray: Gray, window: int) -> _Mask:
    """What is darker than its surroundings and narrower than the window."""
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    lack = cv2.divide(cv2.subtract(closed, gray), closed, scale=255)
    clear = lack[lack > np.median(lack) + 4 * _spread(lack) + 4]
    if not clear.size:
        return np.zeros(gray.shape, bool)
    threshold, _ = cv2.threshold(clear.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    found: _Mask = lack > threshold / 2
    return found


def _fill(picture: Pixels, known: _Mask) -> Pixels:
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


def _with_edges(paper: _Reduced, gray: _Reduced, window: int) -> _Reduced:
    """Local means blur the edge of a sharp shadow; closing keeps it."""
    closed = cv2.morphologyEx(cv2.medianBlur(gray, 3), cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    found: _Reduced = cv2.erode(cv2.min(paper, closed), np.ones((3, 3), np.uint8))
    return found


def _mix(paper: Colour, picture: Colour, rough: _Mask) -> Float32[np.ndarray, "1 3"]:
    """The shares of red, green and blue in which the ink differs most from the paper."""
    away = cv2.subtract(paper, picture)[rough].astype(np.float32)
    towards = _direction(away) if len(away) else np.ones(3, np.float32)
    shares: Float32[np.ndarray, "1 3"] = (towards / towards.sum()).reshape(1, 3)
    return shares


def _lack(gray: Gray, paper: _Reduced, where: Gray | None) -> tuple[Gray, float]:
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
    return lack, _spread(sample[sample > BLACK // 2])


def _strokes(lack: Gray, noise: float, light: bool) -> Sheet:
    """The lack that is ink, joined, freed of specks, and brought to 1 in the middle of each stroke."""
    clear = max(6 * noise, 1.5 * LEAST_CONTRAST * BLACK)
    candidates = lack[lack > clear]
    if not candidates.size:
        return _blank(lack, light, "nothing is darker than the paper's own noise")
    contrast = float(np.percentile(candidates, 75))
    weak, strong = max(clear / 2, 0.2 * contrast), max(clear, 0.4 * contrast)
    parts = _Parts.of(lack > weak)
    keep = parts.any(lack > strong) & _distinct(parts, lack)
    mask = parts.mask(keep)
    stroke = _stroke_width(mask & (lack > contrast / 2)) or _stroke_width(mask)
    keep &= parts.area >= 0.4 * stroke**2  # specks
    if parts.side[keep].max(initial=0) < max(_LEAST_DIGIT, 2.5 * stroke):
        return _blank(lack, light, "only specks and shadows are darker than the paper")
    mask = parts.mask(keep)
    share = lack / _local_strength(lack, mask, stroke)
    found = np.where(mask, np.clip((share - 0.2) / 0.6, 0, 1), 0).astype(np.float32)
    return Sheet(found, stroke, noise / contrast, light)


@dataclass(frozen=True, eq=False)
class _Parts:
    """The connected parts of a mask; part 0 is what isn't in the mask."""

    labels: Int32[np.ndarray, "height width"]
    inside: _Mask
    area: Int32[np.ndarray, "parts"]
    """In pixels."""
    side: Int32[np.ndarray, "parts"]
    """The longer side of its box."""

    @classmethod
    def of(cls, mask: _Mask) -> "_Parts":
        _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        side = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
        return cls(labels, mask, boxes[:, cv2.CC_STAT_AREA], side)

    def mask(self, keep: Bool[np.ndarray, "parts"]) -> _Mask:
        """Where the parts are that are kept."""
        kept: _Mask = keep[self.labels] & self.inside
        return kept

    def any(self, where: _Mask) -> Bool[np.ndarray, "parts"]:
        """The parts with a pixel there."""
        found = np.zeros(len(self.area), bool)
        found[self.labels[where]] = True
        return found

    def beside(self) -> Float64[np.ndarray, "parts"]:
        """The largest share of a side of the picture that each takes."""
        sides = (self.labels[0], self.labels[-1], self.labels[:, 0], self.labels[:, -1])
        counts = [np.bincount(side, minlength=len(self.area)) / len(side) for side in sides]
        share: Float64[np.ndarray, "parts"] = np.max(counts, axis=0)
        return share


def _distinct(parts: _Parts, lack: Gray) -> Bool[np.ndarray, "parts"]:
    """Which parts don't fade out: strokes have a step at their outline, shadows a slope.

    What lies along the picture's edge (a lens darkens corners) must be distinct of all.
    """
    count = len(parts.area)
    near = 2 * max(2, round(0.005 * max(lack.shape))) + 1
    element = np.ones((2 * near + 1, 2 * near + 1), np.uint8)
    core = cv2.erode(parts.inside.view(np.uint8), element) > 0
    around = cv2.dilate(parts.labels.astype(np.float32), element)
    inner = _mean(lack, parts.labels, parts.inside & ~core, count)
    outer = _mean(lack, around, (around > 0) & ~parts.inside, count)
    least = np.where(parts.beside() > _ALONG, _DISTINCT, _DISTINCT / 2)
    found: Bool[np.ndarray, "parts"] = inner - outer > least * _mean(
        lack, parts.labels, parts.inside, count, power=2
    )
    return found


def _mean(
    lack: Gray, labels: Num[np.ndarray, "height width"], where: _Mask, count: int, power: int = 1
) -> Float64[np.ndarray, "parts"]:
    """Each part's mean lack there; with power 2 its darker pixels count more."""
    at = np.flatnonzero(where)
    part, values = labels.ravel()[at].astype(np.int32), lack.ravel()[at].astype(np.float32)
    weights = values ** (power - 1)
    return np.bincount(part, values * weights, count) / np.maximum(np.bincount(part, weights, count), 1e-9)


def _local_strength(lack: Gray, mask: _Mask, stroke: float) -> _Map:
    """How strong the ink is around each place: the strongest within a stroke, averaged over a few strokes."""
    inked = np.where(mask, lack, np.uint8(0))
    reach = max(3, round(stroke) | 1)
    peak = cv2.dilate(inked, np.ones((reach, reach), np.uint8)).astype(np.float32)
    weight = inked.astype(np.float32)
    around = (2 * round(2 * stroke) + 1,) * 2
    strength: _Map = np.maximum(
        cv2.blur(weight * peak, around) / np.maximum(cv2.blur(weight, around), 1e-3), 1
    )
    return strength
