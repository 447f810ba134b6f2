"""Ink to lines: connected components, each linked to its neighbours along the line.

Every length is a share of something in the picture: of the pen's width or of the components' own heights.
Links look at neighbours only, so a line may slant or wave, and lines of different sizes stand side by side.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, Int32

from handlens.arrays import Ink

FLOOR = 1 / 4
"""A pixel with less than this share of full ink joins no two strokes; anti-aliased edges pass it halfway."""

MOST = 1000
"""The largest number of components that are looked at; the largest are kept. A page of text has some 500."""

STEEPEST = np.tan(np.radians(20))
"""Lines rise or fall by less than this; a page that is turned further is no page of lines."""

TALLER = 1.8
"""A digit is so many pen widths tall, however broad the pen; dots and dashes are one."""

Boxes = Int[np.ndarray, "n 4"]
Members = Int[np.ndarray, "_"]


@dataclass(frozen=True, eq=False)
class Components:
    """The strokes that touch, as far as they are more than specks."""

    labels: Int32[np.ndarray, "height width"]
    """0 on paper, i + 1 on component i and on the faint fringe around it."""
    boxes: Boxes
    """Top, left, bottom, right; the last two exclusive."""
    areas: Int[np.ndarray, "n"]
    """Pixels above the floor."""
    pen: float
    """The usual width of a stroke, in pixels."""
    dropped: int
    """Components left out because there were too many."""

    @property
    def heights(self) -> Int[np.ndarray, "n"]:
        """Of the boxes."""
        heights: Int[np.ndarray, "n"] = self.boxes[:, 2] - self.boxes[:, 0]
        return heights

    @property
    def widths(self) -> Int[np.ndarray, "n"]:
        """Of the boxes."""
        widths: Int[np.ndarray, "n"] = self.boxes[:, 3] - self.boxes[:, 1]
        return widths


def pen_width(labels: Int32[np.ndarray, "height width"], areas: Int[np.ndarray, "n"]) -> float:
    """The usual width of the strokes, in pixels, at least 1.

    Across a stroke of width w the distance to its edge runs evenly from 1/2 to w/2, w/4 on average (measured
    between pixels' centres: w/4 + 1/2). Of the components' widths the median is taken, each weighing as many
    dots of its own pen as it holds: one blot or shadow doesn't outweigh the writing, nor do specks.

    Args:
        labels: the component of each pixel, from 1; 0 on paper.
        areas: of each component, in pixels, paper first.
    """
    distance = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    total = np.bincount(labels.ravel(), distance.ravel(), len(areas))[1:]
    widths = np.maximum(1, 4 * (total / np.maximum(areas[1:], 1) - 0.5))
    dots = areas[1:] / widths**2
    if not len(dots):
        return 1.0
    dots[dots < min(3, dots.max())] = 0
    order = np.argsort(widths, kind="stable")
    return float(widths[order][np.searchsorted(np.cumsum(dots[order]), dots.sum() / 2)])


def find_components(ink: Ink) -> Components:
    """The components of a picture's ink, specks left out.

    A speck is smaller than a quarter of the square that the pen's tip makes: a dot that someone meant is a
    whole one.
    """
    mask = (ink > FLOOR).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    pen = pen_width(labels, areas)
    areas[0] = 0
    kept = np.flatnonzero(areas > pen**2 / 4)
    dropped = max(0, len(kept) - MOST)
    if dropped:
        kept = np.sort(kept[np.argsort(-areas[kept], kind="stable")[:MOST]])
    number = np.zeros(count, np.float32)
    number[kept] = np.arange(1, len(kept) + 1)
    numbered = number[labels]
    fringe = cv2.dilate(numbered, np.ones((3, 3), np.uint8))
    numbered = np.where(labels > 0, numbered, fringe).astype(np.int32)
    left, top = stats[kept, cv2.CC_STAT_LEFT], stats[kept, cv2.CC_STAT_TOP]
    bottom, right = top + stats[kept, cv2.CC_STAT_HEIGHT], left + stats[kept, cv2.CC_STAT_WIDTH]
    boxes = np.stack([top, left, bottom, right], axis=1).astype(np.int64)
    return Components(numbered, boxes, areas[kept], pen, dropped)


def find_lines(components: Components) -> list[Members]:
    """The components of each line, lines from top to bottom and left to right.

    What belongs to no line (a remnant of ruled paper, a fleck far from all digits) is left out.
    """
    kept = np.flatnonzero(~_ruled(components) & ~_margins(components))
    if not len(kept):
        return []
    boxes = components.boxes[kept].astype(np.float64)
    slope = 0.0
    groups = _linked(boxes, slope)
    for _ in range(2):  # a page's common slope sharpens the links, the links sharpen the slope
        slope = _common_slope(boxes, groups)
        groups = _linked(boxes, slope)
    groups = _joined(boxes, groups, slope)
    lines = [group for group in groups if _holds_writing(components, kept, kept[group])]
    return [kept[group] for group in _in_order(boxes, lines, slope)]


def of_one_digit(components: Components) -> Members:
    """The components that one digit may have: no rules, no table, nothing tiny beside the largest."""
    kept = np.flatnonzero(~_ruled(components) & ~_margins(components))
    areas = components.areas[kept]
    members: Members = kept[areas >= areas.max(initial=0) / 50]
    return members


def height_of(components: Components, members: Members) -> float:
    """A line's usual digit height: the median of what is tall, so that dots and dashes don't count."""
    heights = components.heights[members]
    tall = heights[heights >= 0.45 * heights.max()]
    return float(np.median(tall))


def _ruled(components: Components) -> Bool[np.ndarray, "n"]:
    """Remnants of rules and margins: thin, straight and far longer than anything that is written."""
    heights, widths, thin = components.heights, components.widths, 2.5 * components.pen
    longer = np.maximum(heights, widths)
    written = longer[np.minimum(heights, widths) > thin]
    usual = float(np.median(written)) if len(written) else np.inf
    ruled: Bool[np.ndarray, "n"] = (longer > 3 * usual) & (np.minimum(heights, widths) <= thin)
    return ruled


def _margins(components: Components) -> Bool[np.ndarray, "n"]:
    """What lies along the picture's edge, as a table beside the sheet does.

    Such a strip runs along half of the picture and reaches a third into it at most; where there is writing
    away from the edge, or where it is small beside the picture, whatever touches it with half of its length:
    a digit that was cut out for itself fills its picture. Where writing takes half of the picture's height, a
    row was cut out, and what stands upright at its ends belongs to it.
    """
    labels = components.labels
    count = len(components.boxes) + 1
    sides = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    contact = np.bincount(sides, minlength=count)[1:]
    longer = np.maximum(components.heights, components.widths)
    inside = components.heights[contact == 0]
    written = inside >= TALLER * components.pen
    high, wide = labels.shape
    flat = (components.widths > wide / 2) & (components.heights < high / 3)
    upright = (components.heights > high / 2) & (components.widths < wide / 3)
    small = longer < min(high, wide) / 2
    along: Bool[np.ndarray, "n"] = (contact > longer / 2) & (flat | upright | small | bool(written.any()))
    if components.heights[~along].max(initial=0) > high / 2:
        along &= ~upright
    return along


def _linked(boxes: Float[np.ndarray, "n 4"], slope: float) -> list[Members]:
    """Groups of neighbours, the common slope taken out."""
    top, left, bottom, right = boxes.T
    shift = slope * (left + right) / 2
    top, bottom = top - shift, bottom - shift
    height, width = bottom - top, right - left
    tall, low = np.maximum(height, height[:, None]), np.minimum(height, height[:, None])
    gap = np.maximum(left, left[:, None]) - np.minimum(right, right[:, None])
    lap = np.minimum(bottom, bottom[:, None]) - np.maximum(top, top[:, None])
    # On one line: half of the lower one stands beside the taller one; a comma hangs below it by its height.
    beside = (lap > 0.5 * low) & (gap < 1.2 * tall)
    hanging = (low < 0.45 * tall) & (lap > -0.2 * tall) & (gap < 0.6 * tall)
    # One over the other: the loose roof of a five, the loose half of an eight.
    over = (gap < -0.3 * np.minimum(width, width[:, None])) & (-lap < 0.2 * tall) & (low < 0.7 * tall)
    # A scribble or a frame around several lines doesn't join them.
    usual = np.median(height[height >= 0.3 * height.max()]) if len(height) else 1
    huge = height > 3 * max(usual, np.median(height))
    apart = huge[:, None] != huge
    return _groups((beside | hanging | over) & ~apart)


def _groups(linked: Bool[np.ndarray, "n n"]) -> list[Members]:
    """Connected groups of a graph; the order is that of their first members."""
    waiting = np.ones(len(linked), bool)
    groups = []
    for first in range(len(linked)):
        if not waiting[first]:
            continue
        group = reached = np.arange(len(linked)) == first
        while reached.any():
            reached = linked[reached].any(axis=0) & ~group
            group = group | reached
        waiting &= ~group
        groups.append(np.flatnonzero(group))
    return groups


def level(boxes: Float[np.ndarray, "n 4"]) -> tuple[float, float]:
    """Slope of the line through the boxes' middles, and how far it can be trusted (its weight).

    Only what is about as tall as the tallest counts. A digit's middle lies up to a tenth of its height off
    the line, so a line must be long before its slope means something.
    """
    heights = boxes[:, 2] - boxes[:, 0]
    bodies = boxes[heights >= 0.6 * heights.max()]
    if len(bodies) < 3:
        return 0.0, 0.0
    x, y = (bodies[:, 1] + bodies[:, 3]) / 2, (bodies[:, 0] + bodies[:, 2]) / 2
    x, y = x - x.mean(), y - y.mean()
    spread = float(x @ x)
    usual = float(np.median(heights[heights >= 0.6 * heights.max()]))
    if spread <= 0:
        return 0.0, 0.0
    slope = float(np.clip(x @ y / spread, -STEEPEST, STEEPEST))
    return slope, spread / usual**2


def _common_slope(boxes: Float[np.ndarray, "n 4"], groups: list[Members]) -> float:
    slopes, weights = zip(*(level(boxes[group]) for group in groups), strict=True)
    total = sum(weights)
    if total < 4:
        return 0.0
    order = np.argsort(slopes)
    half = np.cumsum(np.array(weights)[order]) >= total / 2
    return float(slopes[order[np.argmax(half)]])


def _joined(boxes: Float[np.ndarray, "n 4"], groups: list[Members], slope: float) -> list[Members]:
    """Groups far apart that stand level with each other and are equally tall: the columns of a row."""
    rows: list[list[tuple[float, float, Members]]] = []
    for group in groups:
        top, left, bottom, right = boxes[group].T
        shift = slope * (left + right) / 2
        tall = (bottom - top) >= 0.6 * (bottom - top).max()
        middle = float(np.median(((top + bottom) / 2 - shift)[tall]))
        height = float(np.median((bottom - top)[tall]))
        for row in rows:
            if all(_level_with(middle, height, *other[:2]) for other in row):
                row.append((middle, height, group))
                break
        else:
            rows.append([(middle, height, group)])
    return [np.sort(np.concatenate([group for _, _, group in row])) for row in rows]


def _level_with(middle: float, height: float, other_middle: float, other_height: float) -> bool:
    low, tall = sorted((height, other_height))
    return abs(middle - other_middle) < 0.35 * low and tall < 1.6 * low


def _holds_writing(components: Components, kept: Members, members: Members) -> bool:
    """Whether something in the group is more than a fleck or a dash, beside what else is kept."""
    heights, least = components.heights, TALLER * components.pen
    tall = heights[kept][heights[kept] >= least]
    return bool(len(tall)) and float(heights[members].max()) >= max(least, float(np.median(tall)) / 4)


def _in_order(boxes: Float[np.ndarray, "n 4"], groups: list[Members], slope: float) -> list[Members]:
    def place(group: Members) -> tuple[float, float]:
        top, left, bottom, right = boxes[group].T
        return float(np.mean((top + bottom) / 2 - slope * (left + right) / 2)), float(left.min())

    return sorted(groups, key=place)
