"""One line's ink to pieces that may be digits, and the pieces to candidates.

The classic over-segmentation (LeCun et al. 1998, sections VI–VII): ink is cut wherever one digit might end,
too often rather than too seldom, and every run of neighbouring pieces is a candidate that the network
judges; the best path (``path``) then says which cuts were right.

A cut is the cheapest way from above the ink to below it near a column, following the gap between two digits
or a thin place of a stroke; crossing ink costs what it crosses (Wang & Jean 1994, Segmentation of merged
characters by neural networks and shortest path).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float64, Int, Int32

from handlens.arrays import Ink
from handlens.reading.frame import Box
from handlens.reading.lines import Boxes, Components, Members, height_of, level
from handlens.reading.marks import Place, mark_at
from handlens.reading.result import MarkKind

TALL = 96
"""A line with taller digits is shrunk to this digit height: five times what a frame keeps of it."""

WORK = 40
"""The digit height at which cuts are sought, in pixels: a pen is 3 to 8 of them."""

SLOPE = 3.0
"""A line is turned level where it rises or falls by more than this many degrees."""

MOST_CROSSED = 3.0
"""A cut crosses no more ink than so many pen widths: two strokes, met at an angle."""

CUT_SPACING = 0.12
"""Cuts are at least so many digit heights apart."""

MOST_PIECES = 6
"""A digit has at most so many pieces."""

WIDEST = 1.4
"""A digit of several pieces is at most so many digit heights wide."""

LOOSE = 0.4
"""Pieces with a wider gap between them than this many digit heights are no one digit."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One line, level and at a handy size."""

    ink: Ink
    labels: Int32[np.ndarray, "height width"]
    """The component that a pixel belongs to, counted from 1; 0 on paper."""
    boxes: Boxes
    """Of the components."""
    pen: float
    height: float
    """The usual digit height."""
    to_picture: Float64[np.ndarray, "2 3"]
    """Takes (x, y, 1) here to the picture."""

    def box_in_picture(self, ink: Ink, top: int, left: int) -> Box:
        """The box around a piece's ink, in the picture's pixels."""
        y, x = np.nonzero(ink > 0)
        corners = [(x + left + dx, y + top + dy) for dx in (0, 1) for dy in (0, 1)]
        places = np.hstack([self.to_picture @ np.stack([cx, cy, np.ones(len(x))]) for cx, cy in corners])
        (low_x, low_y), (high_x, high_y) = (
            np.floor(places.min(axis=1) + 0.01),
            np.ceil(places.max(axis=1) - 0.01),
        )
        return Box(int(low_y), int(low_x), int(high_y), int(high_x))


@dataclass(frozen=True, eq=False)
class Piece:
    """Ink that no cut parts further."""

    ink: Ink
    top: int
    left: int
    length: float
    """Of its strokes, in digit heights."""
    crossed: float
    """Ink that the cut before it crosses, in pen widths; 0 where nothing was cut."""
    cut: bool
    """Whether it was cut from the piece before it."""
    mark: MarkKind | None = None
    """What it is by its size and place, unless it belongs to a digit."""

    @property
    def bottom(self) -> int:
        """Exclusive."""
        return self.top + self.ink.shape[0]

    @property
    def right(self) -> int:
        """Exclusive."""
        return self.left + self.ink.shape[1]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A run of pieces, ``start`` … ``stop`` - 1, that may be one digit."""

    start: int
    stop: int
    ink: Ink
    top: int
    left: int
    gap: float
    """Empty width between its pieces, in digit heights."""
    whole: bool
    """Neither its beginning nor its end was cut."""


def strip_of(ink: Ink, components: Components, members: Members) -> Strip:
    """A line by itself, turned level where it slants, and shrunk where its digits are large."""
    boxes = components.boxes[members]
    top, left = boxes[:, :2].min(axis=0) - 2
    top, left = max(0, int(top)), max(0, int(left))
    bottom, right = boxes[:, 2:].max(axis=0) + 2
    number = np.zeros(len(components.boxes) + 1, np.float32)
    number[members + 1] = np.arange(1, len(members) + 1)
    labels = number[components.labels[top:bottom, left:right]]
    own = np.where(labels > 0, ink[top:bottom, left:right], np.float32(0))
    height = height_of(components, members)
    to_picture = np.array([[1, 0, left], [0, 1, top]], np.float64)
    scale = min(1.0, TALL / height)
    if scale < 1:
        size = (max(1, round(own.shape[1] * scale)), max(1, round(own.shape[0] * scale)))
        to_picture[0, 0], to_picture[1, 1] = own.shape[1] / size[0], own.shape[0] / size[1]
        own = cv2.resize(own, size, interpolation=cv2.INTER_AREA)
        labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    slope, weight = level(boxes.astype(np.float64))
    if weight > 4 and abs(np.degrees(np.arctan(slope))) > SLOPE:
        own, labels, turned = _level(own, labels, slope)
        to_picture = to_picture @ np.vstack([turned, [0, 0, 1]])
    ids = labels.astype(np.int32)
    return Strip(own, ids, _boxes(ids, len(members)), components.pen * scale, height * scale, to_picture)


def pieces_of(strip: Strip) -> list[Piece]:
    """A line's pieces from left to right."""
    slant = _slant(strip)
    marks = _marks(strip)
    found: list[tuple[float, Piece]] = []
    for group in _blobs(strip, slant, marks):
        own = np.isin(strip.labels, group + 1)
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        if not len(rows):
            continue
        top, left, bottom, right = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
        ink = np.where(own[top:bottom, left:right], strip.ink[top:bottom, left:right], np.float32(0))
        mark = marks.get(int(group[0])) if len(group) == 1 else None
        cuts = [] if mark else _cuts(ink, strip, slant)
        middle = (left + right) / 2 + slant * (top + bottom) / 2
        for index, piece in enumerate(_parted(ink, int(top), int(left), cuts, strip, mark)):
            found.append((middle + index * 1e-3, piece))
    return [piece for _, piece in sorted(found, key=lambda pair: pair[0])]


def candidates_of(strip: Strip, pieces: list[Piece]) -> list[Candidate]:
    """All runs of pieces that may be one digit, shorter ones first."""
    found = []
    for start in range(len(pieces)):
        for stop in range(start + 1, len(pieces) + 1):
            run = pieces[start:stop]
            top, left = min(piece.top for piece in run), min(piece.left for piece in run)
            bottom, right = max(piece.bottom for piece in run), max(piece.right for piece in run)
            gap, loosest = _gaps(run)
            whole = not run[0].cut and (stop == len(pieces) or not pieces[stop].cut)
            if stop - start > 1 and loosest > LOOSE * strip.height:
                break
            of_one = all(piece.cut for piece in run[1:])
            if stop - start > 1 and right - left > WIDEST * max(strip.height, bottom - top):
                if not (of_one and whole):
                    continue
            elif stop - start > MOST_PIECES and not (of_one and whole):
                continue
            ink = np.zeros((bottom - top, right - left), np.float32)
            for piece in run:
                part = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
                np.maximum(part, piece.ink, out=part)
            found.append(Candidate(start, stop, ink, top, left, gap / strip.height, whole))
    return found


def _gaps(run: list[Piece]) -> tuple[float, float]:
    """Empty columns between the pieces: all together, and the widest gap."""
    total = widest = 0.0
    reach = run[0].right
    for piece in run[1:]:
        gap = max(0, piece.left - reach)
        total, widest = total + gap, max(widest, gap)
        reach = max(reach, piece.right)
    return total, widest


def _level(own: Ink, labels: Ink, slope: float) -> tuple[Ink, Ink, Float64[np.ndarray, "2 3"]]:
    """Both turned about their corner until the slope is 0, and the way back."""
    height, width = own.shape
    angle = np.arctan(slope)
    cosine, sine = np.cos(angle), np.sin(angle)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ np.array(
        [[cosine, -sine], [sine, cosine]]
    )
    low = corners.min(axis=0)
    size = np.ceil(corners.max(axis=0) - low).astype(int)
    # OpenCV counts from pixels' centres, we from their corners.
    back = np.array([[cosine, -sine, 0], [sine, cosine, 0]])
    back[:, 2] = back[:, :2] @ low
    centred = back.copy()
    centred[:, 2] += back[:, :2] @ [0.5, 0.5] - 0.5
    arguments = {"dsize": (int(size[0]), int(size[1]))}
    turned = cv2.warpAffine(own, centred, **arguments, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    numbered = cv2.warpAffine(labels, centred, **arguments, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return turned, numbered, back


def _boxes(labels: Int32[np.ndarray, "height width"], count: int) -> Boxes:
    """The box of each component; one that vanished when the line was shrunk gets an empty one."""
    boxes = np.zeros((count, 4), np.int64)
    y, x = np.nonzero(labels)
    index = labels[y, x] - 1
    boxes[:, :2] = np.iinfo(np.int32).max
    np.minimum.at(boxes[:, 0], index, y)
    np.minimum.at(boxes[:, 1], index, x)
    np.maximum.at(boxes[:, 2], index, y + 1)
    np.maximum.at(boxes[:, 3], index, x + 1)
    boxes[boxes[:, 2] == 0] = 0
    return boxes


def _slant(strip: Strip) -> float:
    """Columns to the right per row upwards, over all tall components: second moments, as in deskewing."""
    upright = across = 0.0
    for number, (top, left, bottom, right) in enumerate(strip.boxes, 1):
        if bottom - top < 0.5 * strip.height or right - left > bottom - top:
            continue
        part = strip.ink[top:bottom, left:right] * (strip.labels[top:bottom, left:right] == number)
        mass = part.sum()
        if mass <= 0:
            continue
        y, x = np.arange(bottom - top), np.arange(right - left)
        y = y - part.sum(axis=1) @ y / mass
        x = x - part.sum(axis=0) @ x / mass
        upright += part.sum(axis=1) @ y**2
        across += y @ part @ x
    return float(np.clip(-across / upright, -0.8, 0.8)) if upright else 0.0


def _marks(strip: Strip) -> dict[int, MarkKind]:
    """The components that are marks by their size and place, among the digits of their neighbourhood."""
    boxes = strip.boxes.astype(np.float64)
    heights = boxes[:, 2] - boxes[:, 0]
    bodies = boxes[heights >= 0.6 * strip.height]
    found: dict[int, MarkKind] = {}
    if not len(bodies):
        return found
    middles = (bodies[:, 1] + bodies[:, 3]) / 2
    order = np.argsort(middles, kind="stable")
    bodies, middles = bodies[order], middles[order]
    for index, (top, left, bottom, right) in enumerate(boxes):
        if heights[index] >= 0.6 * strip.height or bottom == top:
            continue
        middle = (left + right) / 2
        base = float(np.interp(middle, middles, bodies[:, 2]))
        tall = max(base - float(np.interp(middle, middles, bodies[:, 0])), 1.0)
        place = Place((base - bottom) / tall, (base - top) / tall, (right - left) / tall, strip.pen / tall)
        kind = mark_at(place)
        if kind is not None:
            found[index] = kind
    return found


def _blobs(strip: Strip, slant: float, marks: dict[int, MarkKind]) -> list[Int[np.ndarray, "group"]]:
    """Components that stand over each other are one digit's; marks stay by themselves."""
    top, left, bottom, right = strip.boxes.astype(np.float64).T
    shift = slant * (top + bottom) / 2
    left, right = left + shift, right + shift
    order = np.argsort(left, kind="stable")
    blobs: list[list[int]] = []
    reach: list[tuple[float, float]] = []
    for index in map(int, order):
        if bottom[index] == top[index]:
            continue
        joined = False
        if index not in marks:
            for other, (start, stop) in enumerate(reach):
                lap = min(stop, right[index]) - max(start, left[index])
                if blobs[other][0] not in marks and lap > 0.6 * min(stop - start, right[index] - left[index]):
                    blobs[other].append(index)
                    reach[other] = (min(start, left[index]), max(stop, right[index]))
                    joined = True
                    break
        if not joined:
            blobs.append([index])
            reach.append((left[index], right[index]))
    return [np.array(blob) for blob in blobs]


def _cuts(ink: Ink, strip: Strip, slant: float) -> list[tuple[float, Float[np.ndarray, "rows"]]]:
    """Where one blob may be cut, from left to right: ink crossed in pen widths, and the column in each row."""
    scale = WORK / strip.height
    rows, columns = max(2, round(ink.shape[0] * scale)), max(2, round(ink.shape[1] * scale))
    margin = CUT_SPACING * WORK
    if columns < 3 * margin or rows > 6 * WORK or columns > 40 * WORK:
        return []
    small = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    drift = slant * ((rows - 1) / 2 - np.arange(rows))
    starts = np.arange(-rows * abs(slant) / 2 + margin, columns + rows * abs(slant) / 2 - margin, 2.0)
    crossed, seams = _seams(small, starts, drift)
    pen = max(1.0, strip.pen * scale)
    chosen: list[int] = []
    for index in np.argsort(crossed, kind="stable"):
        if crossed[index] > MOST_CROSSED * pen or len(chosen) > 4 * columns / WORK:
            break
        middle = seams[index].mean()
        if all(abs(middle - seams[other].mean()) >= margin for other in chosen):
            chosen.append(int(index))
    chosen.sort(key=lambda index: float(seams[index].mean()))
    place = (np.arange(ink.shape[0]) + 0.5) * rows / ink.shape[0] - 0.5
    cuts = []
    floor = np.full(ink.shape[0], -np.inf)
    for index in chosen:
        column = (np.interp(place, np.arange(rows), seams[index]) + 0.5) * ink.shape[1] / columns
        floor = np.maximum(floor, column)  # cuts don't cross
        cuts.append((float(crossed[index]) / pen, floor.copy()))
    return cuts


def _seams(
    ink: Ink, starts: Float[np.ndarray, "n"], drift: Float[np.ndarray, "rows"]
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n rows"]]:
    """The cheapest way down near each start: the ink that it crosses, and its column in each row.

    A way leaves its start, drifting with the slant, by a quarter of a digit height at most, and by one
    column a row; each step aside costs a tenth of a pixel of ink, lest it wander through empty paper.
    """
    reach = WORK // 4
    aside = np.float32(0.1)
    rows, columns = ink.shape
    offsets = np.arange(-reach, reach + 1)
    centre = np.round(starts[:, None] + drift[None, :]).astype(np.int64)  # [n, rows]
    padded = np.pad(ink, ((0, 0), (1, 1)))
    step = np.diff(centre, axis=1, prepend=centre[:, :1])
    cost = np.zeros((len(starts), len(offsets)), np.float32)
    came = np.zeros((rows, len(starts), len(offsets)), np.int64)
    last = len(offsets) - 1
    for row in range(rows):
        # A state is the offset from the start's own drifting column; the drift moves all of them alike.
        wide = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.float32(np.inf))
        options = np.stack([wide[:, 1:-1], wide[:, :-2] + aside, wide[:, 2:] + aside])
        choice = options.argmin(axis=0)
        came[row] = np.clip(np.arange(last + 1) + np.array([0, -1, 1])[choice], 0, last)
        where = np.clip(centre[:, row, None] + offsets + 1, 0, columns + 1)
        cost = options.min(axis=0) + padded[row][where]
    state = cost.argmin(axis=1)
    index = np.arange(len(starts))
    seams = np.zeros((len(starts), rows))
    crossed = np.zeros(len(starts))
    for row in range(rows - 1, -1, -1):
        column = centre[:, row] + offsets[state]
        seams[:, row] = column
        crossed += padded[row][np.clip(column + 1, 0, columns + 1)]
        state = came[row][index, state]
    del step
    return crossed, seams


def _parted(
    ink: Ink,
    top: int,
    left: int,
    cuts: list[tuple[float, Float[np.ndarray, "rows"]]],
    strip: Strip,
    mark: MarkKind | None,
) -> list[Piece]:
    """A blob's pieces; a cut that leaves next to nothing on one side is not made."""
    columns = np.arange(ink.shape[1]) + 0.5
    least = 0.1 * strip.height  # of a stroke's length
    pieces: list[Piece] = []
    rest, crossed = ink, 0.0
    for cost, seam in cuts:
        before = rest * (columns[None, :] < seam[:, None])
        if min(_length(before, strip), _length(rest - before, strip)) * strip.height < least:
            continue
        pieces.append(_piece(before, top, left, crossed, strip, mark, bool(pieces)))
        rest, crossed = rest - before, cost
    pieces.append(_piece(rest, top, left, crossed, strip, mark, bool(pieces)))
    return pieces


def _length(ink: Ink, strip: Strip) -> float:
    return float(ink.sum()) / (strip.pen * strip.height)


def _piece(
    ink: Ink, top: int, left: int, crossed: float, strip: Strip, mark: MarkKind | None, cut: bool
) -> Piece:
    rows, columns = np.flatnonzero((ink > 0).any(axis=1)), np.flatnonzero((ink > 0).any(axis=0))
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(part, top + int(rows[0]), left + int(columns[0]), _length(ink, strip), crossed, cut, mark)
