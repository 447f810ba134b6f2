"""The connected parts of what is darker than its paper, and which of them are strokes."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int32, Num

from handlens.reading.pixels import Gray
from handlens.reading.rules import BLACK
from handlens.reading.sheet import Mask

DISTINCT = 0.5
"""A stroke's step at its outline, as a share of its strength, is 0.6 to 0.9, out of focus 0.3."""

ONE_SIDED = 0.2
"""Of 4,300 digits in pictures that were read, all but one have less than 0.1 of their surroundings as dark as
their ink; shadows' edges that were read as digits have 0.26 to 0.53."""

CLEARLY = 0.4
"""Paper beside a stroke is lighter by that share of the stroke's own strength at least."""

ALONG = 0.1
"""A share of the picture's side; a stroke that runs out of the picture takes less of it."""

STRIP = 0.5
"""What lies along so much of a side of a large picture is no digit, unless there is nothing else."""

RUN = 0.2
"""A share of the picture's side: a strip of desk runs along it for so long at least."""

BROADEST = 1 / 3
"""A share of the picture's longer side: no stroke is so broad, not where a digit was cut out close either."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The connected parts of a mask; part 0 is what isn't in the mask."""

    labels: Int32[np.ndarray, "height width"]
    inside: Mask
    area: Int32[np.ndarray, "parts"]
    """In pixels."""
    side: Int32[np.ndarray, "parts"]
    """The longer side of its box."""

    @classmethod
    def of(cls, mask: Mask) -> "Parts":
        """Those that hang together, corners too."""
        _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        side = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
        return cls(labels, mask, boxes[:, cv2.CC_STAT_AREA], side)

    def mask(self, keep: Bool[np.ndarray, "parts"]) -> Mask:
        """Where the parts are that are kept."""
        kept: Mask = keep[self.labels] & self.inside
        return kept

    def any(self, where: Mask) -> Bool[np.ndarray, "parts"]:
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

    def strength(self, lack: Gray) -> Float64[np.ndarray, "parts"]:
        """What each lacks of its paper's brightness, 0 … 1, its darker pixels counting more."""
        return _mean(lack, self.labels, self.inside, len(self.area), power=2) / BLACK


def distinct(parts: Parts, lack: Gray) -> Bool[np.ndarray, "parts"]:
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
    least = np.where(parts.beside() > ALONG, DISTINCT, DISTINCT / 2)
    found: Bool[np.ndarray, "parts"] = (inner - outer) / BLACK > least * parts.strength(lack)
    return found


def between_paper(parts: Parts, lack: Gray, gray: Gray, stroke: float) -> Bool[np.ndarray, "parts"]:
    """Which parts have clearly lighter paper around them: a stroke lies between paper and paper.

    An edge of a shadow has it on one side only: of the other a wrong brightness was expected.

    Args:
        parts: of the ink.
        lack: what pixels lack of their paper's brightness, `BLACK` being all of it.
        gray: the picture, its ink dark.
        stroke: the usual width of strokes, in pixels.
    """
    reach = max(1, round(stroke / 2))
    near, far, core = (
        np.ones((2 * radius + 1,) * 2, np.uint8)
        for radius in (reach, reach + max(1, reach // 2), 2 * reach + 1)
    )
    inside = parts.inside.view(np.uint8)
    smooth = cv2.GaussianBlur(gray, (0, 0), max(1.0, stroke / 6))
    darkest = cv2.erode(np.where(parts.inside, smooth, np.uint8(255)), core)
    strongest = cv2.dilate(np.where(parts.inside, lack, np.uint8(0)), core)
    around = (cv2.dilate(inside, far) > 0) & (cv2.dilate(inside, near) == 0)
    whose = cv2.dilate(parts.labels.astype(np.float32), far)[around].astype(np.int32)
    paper = smooth[around].astype(np.float32)
    count = len(parts.area)
    dark = paper - darkest[around] < CLEARLY * strongest[around] / BLACK * paper
    sided = np.bincount(whose, dark, count) / np.maximum(np.bincount(whose, minlength=count), 1)
    found: Bool[np.ndarray, "parts"] = sided <= ONE_SIDED
    return found


def along_sides(mask: Mask) -> Mask:
    """What of a mask lies along a side of the picture: a strip, without the strokes that run into it.

    Its runs in the direction of a side, `RUN` of it or longer (half of that where they leave the picture:
    they may go on), that hang together and take `STRIP` of it.
    """
    if mask.shape[0] > mask.shape[1]:
        return along_sides(mask.T).T
    found = _along_rows(mask)  # first: a strip along the longer sides may be as thick as runs across are long
    found |= _along_rows((mask & ~found).T).T
    return found


def _along_rows(mask: Mask) -> Mask:
    """What lies along the first or the last row."""
    run = np.ones((1, round(RUN * mask.shape[1]) | 1), np.uint8)
    runs = cv2.morphologyEx(np.ascontiguousarray(mask).view(np.uint8), cv2.MORPH_OPEN, run)
    _, labels = cv2.connectedComponents(runs)
    shares = [np.bincount(side, minlength=labels.max() + 1) / len(side) for side in labels[[0, -1]]]
    along = np.max(shares, axis=0) > STRIP
    along[0] = False  # the rest
    found: Mask = along[labels]
    return found


def broad(mask: Mask) -> Mask:
    """The middles of what is too broad for a stroke: shadows, and what isn't paper."""
    to_paper = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 3)
    found: Mask = to_paper >= BROADEST / 2 * max(mask.shape)
    return found


def _mean(
    lack: Gray, labels: Num[np.ndarray, "height width"], where: Mask, count: int, power: int = 1
) -> Float64[np.ndarray, "parts"]:
    """Each part's mean lack there; with power 2 its darker pixels count more."""
    at = np.flatnonzero(where)
    part, values = labels.ravel()[at].astype(np.int32), lack.ravel()[at].astype(np.float32)
    weights = values ** (power - 1)
    return np.bincount(part, values * weights, count) / np.maximum(np.bincount(part, weights, count), 1e-9)
