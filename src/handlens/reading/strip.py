"""One line by itself: its own components alone, turned level, at a handy size."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float64, Int32

from handlens.arrays import Ink
from handlens.reading.frame import Box
from handlens.reading.lines import Boxes, Components, Members, height_of, level, pen_width

TALL = 96
"""A line with taller digits is shrunk to this digit height: five times what a frame keeps of it."""

SLOPE = 3.0
"""A line is turned level where it rises or falls by more than this many degrees."""

_TRUSTED = 4.0  # see `lines.level`: three digits in a row weigh about 2, four about 5

_Labels = Int32[np.ndarray, "height width"]
_Map = Float[np.ndarray, "_ _"]
_Affine = Float64[np.ndarray, "2 3"]


@dataclass(frozen=True, eq=False)
class Strip:
    """One line, level and at a handy size."""

    ink: Ink
    labels: _Labels
    """The component that a pixel belongs to, counted from 1; 0 on paper."""
    boxes: Boxes
    """Of the components; empty at (0, 0, 0, 0) for one that vanished when the line was shrunk."""
    pen: float
    """The usual width of this line's strokes, in pixels."""
    height: float
    """The usual digit height, in pixels."""
    to_picture: _Affine
    """Takes (x, y, 1) here to the picture, both from the top left edge."""

    def box_in_picture(self, ink: Ink, top: int, left: int) -> Box:
        """The box in the picture around ink whose top left corner lies here at (top, left)."""
        y, x = np.nonzero(ink > 0)
        corners = [(x + left + dx, y + top + dy) for dx in (0, 1) for dy in (0, 1)]
        there = np.hstack([self.to_picture @ np.stack([cx, cy, np.ones(len(x))]) for cx, cy in corners])
        low, high = np.floor(there.min(axis=1) + _EDGE), np.ceil(there.max(axis=1) - _EDGE)
        return Box(max(0, int(low[1])), max(0, int(low[0])), int(high[1]), int(high[0]))

    def length(self, ink: Ink) -> float:
        """How long a stroke of the usual pen with that much ink is, in digit heights."""
        return float(ink.sum()) / (self.pen * self.height)


_EDGE = 0.01  # lest rounding take in one more pixel


def strip_of(ink: Ink, components: Components, members: Members, turn: bool = True) -> Strip:
    """A line by itself, turned level (if it may be) and shrunk where its digits are large."""
    boxes = components.boxes[members]
    (top, left), (bottom, right) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    top, left = max(0, int(top) - 1), max(0, int(left) - 1)  # a component's fringe is one pixel wide
    bottom, right = int(bottom) + 1, int(right) + 1
    number = np.zeros(len(components.boxes) + 1, np.float32)
    number[members + 1] = np.arange(1, len(members) + 1)
    labels: Ink = number[components.labels[top:bottom, left:right]]
    own: Ink = np.where(labels > 0, ink[top:bottom, left:right], np.float32(0))
    height = height_of(components, members)
    back = np.array([[1, 0, left], [0, 1, top]], np.float64)
    scale = min(1.0, TALL / height)
    if scale < 1:
        size = (max(1, round(own.shape[1] * scale)), max(1, round(own.shape[0] * scale)))
        back[0, 0], back[1, 1] = own.shape[1] / size[0], own.shape[0] / size[1]
        own = cv2.resize(own, size, interpolation=cv2.INTER_AREA)
        labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    slope, weight = level(boxes.astype(np.float64))
    if turn and weight > _TRUSTED and abs(np.degrees(np.arctan(slope))) > SLOPE:
        own, labels, turned = _turned(own, labels, slope)
        back = back @ np.vstack([turned, [0, 0, 1]])
    numbered = np.where(own > 0, labels, np.float32(0)).astype(np.int32)  # a speck may lose all its ink
    areas = np.bincount(numbered.ravel(), minlength=len(members) + 1)
    pen = pen_width(numbered, areas)
    own = np.minimum(own, 1)  # OpenCV's averages may exceed it by a rounding
    return Strip(own, numbered, _boxes(numbered, len(members)), pen, height * scale, back)


def loops_of(ink: Ink, pen: float) -> int:
    """How many patches of paper strokes enclose, but for specks finer than half the pen.

    Args:
        ink: of the strokes.
        pen: their usual width, in pixels.
    """
    paper = np.pad(ink <= 0.5, 1, constant_values=True).view(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    areas = np.sort(boxes[1:, cv2.CC_STAT_AREA])[:-1]  # but the largest, which lies around it all
    return int(np.count_nonzero(areas >= (pen / 2) ** 2))


def strokes_across(ink: Ink) -> float:
    """How many strokes a line through the middle of it crosses, along or upright, whichever crosses fewer.

    The median over the lines of its middle third: 2 for a nought, 1 for a one, 7 for a spiral of four turns.
    """
    return min(_crossed_by_rows(ink), _crossed_by_rows(ink.T))


def _crossed_by_rows(ink: Ink) -> float:
    height = len(ink)
    middle = np.pad(ink[height // 3 : height - height // 3] > 0.5, ((0, 0), (1, 0)))
    begins = middle[:, 1:] & ~middle[:, :-1]
    return float(np.median(begins.sum(axis=1)))


def _turned(own: _Map, labels: _Map, slope: float) -> tuple[_Map, _Map, _Affine]:
    """Both turned until the slope is 0, and the way back."""
    height, width = own.shape
    cosine, sine = np.cos(np.arctan(slope)), np.sin(np.arctan(slope))
    forth = np.array([[cosine, sine], [-sine, cosine]])
    corners = forth @ np.array([[0, width, 0, width], [0, 0, height, height]])
    low = corners.min(axis=1)
    size = np.ceil(corners.max(axis=1) - low).astype(int)
    back = np.column_stack([forth.T, forth.T @ low])
    centred = back.copy()  # OpenCV counts from the pixels' centres
    centred[:, 2] += back[:, :2] @ [0.5, 0.5] - 0.5

    def turned(picture: _Map, how: int) -> _Map:
        return cv2.warpAffine(
            picture, centred, (int(size[0]), int(size[1])), flags=how | cv2.WARP_INVERSE_MAP
        )

    return turned(own, cv2.INTER_LINEAR), turned(labels, cv2.INTER_NEAREST), back


def _boxes(labels: _Labels, count: int) -> Boxes:
    y, x = np.nonzero(labels)
    index = labels[y, x] - 1
    far = np.iinfo(np.int32).max
    boxes = np.array([[far, far, 0, 0]] * count, np.int64)
    np.minimum.at(boxes[:, 0], index, y)
    np.minimum.at(boxes[:, 1], index, x)
    np.maximum.at(boxes[:, 2], index, y + 1)
    np.maximum.at(boxes[:, 3], index, x + 1)
    boxes[boxes[:, 2] == 0] = 0
    return boxes
