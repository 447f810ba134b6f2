"""A picture to its ink: strokes bright, paper 0, whatever the pen, the paper and the light.

Small pictures, and such as were blown up from them, are left to `small`. In larger ones the brightness of
the paper is estimated everywhere and divided out, so that shadows go (`paper`); of what is darker, two
thresholds (Canny 1986) say what is ink: a stroke is what passes the weak one and is joined to what passes the
strong. Both stand well above the paper's own noise. What is no stroke, and yet darker, goes by what is known
of strokes (`parts`): they have outlines, lie between paper and paper, are narrow, and are more than grain.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool

from handlens.reading.desk import sheet_on_desk
from handlens.reading.frame import LEAST_CONTRAST
from handlens.reading.paper import CUT_OUT, Lack, lack_of, reduce
from handlens.reading.parts import STRIP, Parts, along_sides, between_paper, broad, distinct
from handlens.reading.pictures import Picture
from handlens.reading.pixels import Gray, Pixels
from handlens.reading.rules import BLACK, without_rules
from handlens.reading.sheet import LEAST_DIGIT, Map, Mask, Sheet, blank, gray_of, stroke_width
from handlens.reading.small import SMALL, blown_up, in_small, seed_of

_BLURRED = 0.012
"""A share of the longer side: so near a strip of desk, the paper isn't looked at either."""

_LEAST_WEIGHT = 4.0
"""The paper's grain, the artefacts of JPEG and slivers of shadows, all of them seen in large pictures, are as
small and as faint as that: the longer side in pixels times the lack of brightness, 0 … 1. Of 3,900 digits in
pictures of more than `CUT_OUT` pixels none has less than 7 …"""

_LEAST_HEAVY = 1 / 3
"""… and of their pictures' ink at least half is heavier, the specks on coarse paper being the rest."""

_LEAST_CLEAR = 25.0
"""Neither is a stroke so fine and so faint: its width in pixels times how much stronger it is than the
paper's noise. Of 1,800 pictures with digits that were read the least has 27."""

_BESIDE = 12
"""In widths of the stroke: what is lighter and further from any other ink is a speck, and no dot of a row."""


def ink(picture: Picture, beside_shadows: bool = False) -> Sheet:
    """Find a picture's ink.

    Args:
        picture: as `pictures.load` gives it.
        beside_shadows: whether what may be a broad stroke, or the hard edge of a shadow, is taken for a
            shadow: to be tried where the sheet was ``shadowed`` and most of it couldn't be read.

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
    return _large(pixels, beside_shadows) if seed is None else blown_up(in_small(seed), pixels.shape)


def _large(pixels: Pixels, beside_shadows: bool) -> Sheet:
    reduced = reduce(pixels)
    paper = sheet_on_desk(cv2.medianBlur(gray_of(reduced), 3))
    if paper is None:
        return _without_desk(pixels, None, beside_shadows)
    whole = cv2.resize(paper.view(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    left, top, width, height = cv2.boundingRect(whole)
    box = slice(top, top + height), slice(left, left + width)
    sheet = _without_desk(np.ascontiguousarray(pixels[box]), whole[box], beside_shadows)
    found = np.zeros(pixels.shape[:2], np.float32)
    found[box] = sheet.ink
    return replace(sheet, ink=found)


def _without_desk(pixels: Pixels, where: Gray | None, beside_shadows: bool) -> Sheet:
    """The ink where a mask isn't 0; where something lies along a side of the picture, once more without that.

    A strip of desk that is too narrow for `desk` to tell would be the strongest and the broadest ink; so
    would a shadow.
    """
    dark = _Dark.of(lack_of(pixels, where, beside_shadows))
    sheet, aside = replace(_strokes(dark), shadowed=dark.paper.shadowed), dark.aside()
    if not aside.any():
        return sheet

    def without(off: Mask) -> Sheet:
        paper = (~off if where is None else ~off & (where > 0)).view(np.uint8)
        return replace(_strokes(_Dark.of(lack_of(pixels, paper, beside_shadows))), shadowed=sheet.shadowed)

    margin = max(2, round(_BLURRED * max(pixels.shape[:2])))
    rest = without(_wider(aside, margin))
    if rest.blank:
        return sheet
    strips = _wider(dark.parts.mask(dark.parts.any(broad(aside))) | along_sides(aside), margin)
    return without(strips) if (aside & ~strips).any() else rest


@dataclass(frozen=True, eq=False)
class _Dark:
    """What is darker than its paper, its rules gone."""

    lack: Gray
    """Of the paper's brightness."""
    paper: Lack
    """What it was found with."""
    contrast: float
    """The usual lack of what is clearly darker; 0 where nothing is."""
    strong: float
    """A stroke lacks so much somewhere."""
    parts: Parts
    """Of what may be ink."""

    @classmethod
    def of(cls, paper: Lack) -> "_Dark":
        lack = without_rules(paper.pixels)
        clear = max(6 * paper.noise, 1.5 * LEAST_CONTRAST * BLACK)
        candidates = lack[lack > clear]
        contrast = float(np.percentile(candidates, 75)) if candidates.size else 0.0
        weak = max(clear / 2, 0.2 * contrast) if contrast else BLACK
        return cls(lack, paper, contrast, max(clear, 0.4 * contrast), Parts.of(lack > weak))

    @property
    def large(self) -> bool:
        """Whether the picture was hardly cut out around a digit."""
        return bool(max(self.lack.shape) > CUT_OUT)

    def aside(self) -> Mask:
        """What is too broad for a stroke, or lies along a side of a large picture."""
        no_stroke = self.parts.any(broad(self.parts.inside))
        if self.large:
            no_stroke |= self.parts.beside() > STRIP
        return self.parts.mask(no_stroke)

    def heavy(self) -> Bool[np.ndarray, "parts"]:
        """Which parts are more than grain; in a picture that was cut out, all."""
        weight = self.parts.side * self.parts.strength(self.lack)
        found: Bool[np.ndarray, "parts"] = (weight >= _LEAST_WEIGHT) | (not self.large)
        return found


def _strokes(dark: _Dark) -> Sheet:
    """What is ink, joined, freed of specks, and brought to 1 in the middle of each stroke."""
    lack, parts, light = dark.lack, dark.parts, dark.paper.light
    if not dark.contrast:
        return blank(lack, light, "nothing is darker than the paper's own noise")
    keep = parts.any(lack > dark.strong) & distinct(parts, lack)
    mask = parts.mask(keep)
    stroke = stroke_width(mask & (lack > dark.contrast / 2)) or stroke_width(mask)
    keep &= parts.area >= 0.4 * stroke**2  # specks
    keep &= between_paper(parts, lack, dark.paper.gray, stroke)
    if parts.side[keep].max(initial=0) < max(LEAST_DIGIT, 2.5 * stroke):
        return blank(lack, light, "only specks and shadows are darker than the paper")
    heavy = keep & dark.heavy()
    too_light = parts.area[heavy].sum() < _LEAST_HEAVY * parts.area[keep].sum()
    if too_light or (dark.large and stroke * dark.contrast < _LEAST_CLEAR * dark.paper.noise):
        return blank(lack, light, "what is darker than the paper is as small and as faint as its grain")
    if (heavy < keep).any():
        away = cv2.distanceTransform((~parts.mask(heavy)).view(np.uint8), cv2.DIST_C, 3)
        keep &= parts.any(away <= _BESIDE * stroke)
    mask = parts.mask(keep)
    share = lack / _local_strength(lack, mask, stroke)
    found = np.where(mask, np.clip((share - 0.2) / 0.6, 0, 1), 0).astype(np.float32)
    return Sheet(found, stroke, dark.paper.noise / dark.contrast, light)


def _wider(mask: Mask, margin: int) -> Mask:
    wider: Mask = cv2.dilate(mask.view(np.uint8), np.ones((2 * margin + 1,) * 2, np.uint8)) > 0
    return wider


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
