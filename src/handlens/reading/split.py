"""One line's ink to pieces, and runs of pieces to candidates: what may be one digit.

The classic over-segmentation (LeCun et al. 1998, sections VI–VII): ink is cut wherever one digit might end,
too often rather than too seldom, and every run of neighbouring pieces is a candidate that the network
judges; the best path (``path``) then says which cuts were right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handlens.arrays import Ink
from handlens.reading.cuts import LEAST, Cut, cuts_of
from handlens.reading.hand import Hand, hand_of
from handlens.reading.marks import Group, marks_of, slash_likelihood
from handlens.reading.result import MarkKind
from handlens.reading.strip import Strip

MOST_PIECES = 10
"""A digit has at most so many pieces, unless they are all that one component was cut into."""

WIDEST = 1.4
"""A digit of several pieces is at most so many digit heights wide."""

LOOSEST = 0.4
"""Pieces with more paper between them than so many digit heights are no one digit."""

TALL, MOST_TALL = 0.8, 2
"""A broken digit has at most two strokes, side by side, that are tall: so many digit heights, and
not cut off from others."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Ink that isn't parted further."""

    ink: Ink
    top: int
    left: int
    length: float
    """Of its strokes, in digit heights."""
    cut: bool = False
    """Whether it was cut from the piece before it."""
    crossed: float = 0
    """The ink that this cut crosses, in pen widths."""
    mark: MarkKind | None = None
    """The mark that it is by its size and place."""

    @property
    def bottom(self) -> int:
        """Exclusive."""
        return self.top + int(self.ink.shape[0])

    @property
    def right(self) -> int:
        """Exclusive."""
        return self.left + int(self.ink.shape[1])


@dataclass(frozen=True, eq=False)
class Candidate:
    """A run of pieces, ``start`` … ``stop`` - 1, that may be one digit."""

    start: int
    stop: int
    ink: Ink
    top: int
    left: int
    gap: float
    """Paper between its pieces, in digit heights."""
    height: float
    """In digit heights."""
    whole: bool
    """Neither its beginning nor its end was cut."""
    slash: float
    """How likely it is a slash by its slant, its height and its place."""


def pieces_of(strip: Strip) -> list[Piece]:
    """A line's pieces from left to right."""
    slant = hand_of(strip).slant
    marks = marks_of(strip)
    blobs = _blobs(strip, slant, {int(index) for group, _ in marks for index in group})
    found: list[tuple[float, Piece]] = []
    for group, mark in [*marks, *((blob, None) for blob in blobs)]:
        boxes = strip.boxes[group]
        (top, left), (bottom, right) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        own = np.isin(strip.labels[top:bottom, left:right], group + 1)
        ink = np.where(own, strip.ink[top:bottom, left:right], np.float32(0))
        cuts = [] if mark else cuts_of(ink, strip.height, strip.pen, slant)
        place = (left + right) / 2 + slant * (top + bottom) / 2
        found += [(place, piece) for piece in _parted(ink, top, left, cuts, mark, strip)]
    return [piece for _, piece in sorted(found, key=lambda pair: pair[0])]  # stable: a blob's stay in order


def candidates_of(strip: Strip, pieces: list[Piece]) -> list[Candidate]:
    """All runs of pieces that may be one digit."""
    hand = hand_of(strip)
    begins = [*(not piece.cut for piece in pieces), True]  # a blob, before which piece; and behind the last
    found = []
    for start, first in enumerate(pieces):
        one_blob, reach, tall = True, first.right, 0
        for stop in range(start + 1, len(pieces) + 1):
            last = pieces[stop - 1]
            one_blob = one_blob and (stop - start == 1 or last.cut)
            if last.left - reach > LOOSEST * strip.height or not (one_blob or stop - start <= MOST_PIECES):
                break
            tall += begins[stop - 1] and begins[stop] and last.ink.shape[0] >= TALL * strip.height
            if tall > MOST_TALL:
                break
            reach = max(reach, last.right)
            whole = begins[start] and begins[stop]
            if stop - start == 1 or (one_blob and whole) or _narrow(pieces[start:stop], strip):
                found.append(_candidate(pieces[start:stop], start, stop, whole, strip, hand))
    return found


def joined(run: Sequence[Piece]) -> tuple[Ink, int, int]:
    """Pieces' ink together, [height, width] of their box; the box's top and left in the line's strip."""
    top, left = min(piece.top for piece in run), min(piece.left for piece in run)
    bottom, right = max(piece.bottom for piece in run), max(piece.right for piece in run)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for piece in run:
        part = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(part, piece.ink, out=part)
    return ink, top, left


def _narrow(run: list[Piece], strip: Strip) -> bool:
    """Whether pieces are few enough and stand close enough together to be one digit."""
    if len(run) > MOST_PIECES:
        return False
    width = max(piece.right for piece in run) - min(piece.left for piece in run)
    height = max(piece.bottom for piece in run) - min(piece.top for piece in run)
    return width <= WIDEST * max(height, strip.height)


def _candidate(run: list[Piece], start: int, stop: int, whole: bool, strip: Strip, hand: Hand) -> Candidate:
    ink, top, left = joined(run)
    gap, reach = 0, run[0].right
    for piece in run:
        gap, reach = gap + max(0, piece.left - reach), max(reach, piece.right)
    slash = slash_likelihood(ink, top, left, hand, strip.pen) if whole and gap == 0 else 0.0
    tall = len(ink) / strip.height
    return Candidate(start, stop, ink, top, left, gap / strip.height, tall, whole, slash)


def _blobs(strip: Strip, slant: float, marks: set[int]) -> list[Group]:
    """Components that stand over each other are of one digit, or of several that touch; no marks."""
    top, left, bottom, right = strip.boxes.astype(np.float64).T
    shift = slant * (top + bottom) / 2
    left, right = left + shift, right + shift
    blobs: list[list[int]] = []
    reach: list[tuple[float, float]] = []
    for index in np.argsort(left, kind="stable").tolist():
        if index in marks or bottom[index] == top[index]:
            continue
        for other, (start, stop) in enumerate(reach):
            lap = min(stop, right[index]) - max(start, left[index])
            if lap > 0.6 * min(stop - start, right[index] - left[index]):
                blobs[other].append(index)
                reach[other] = (min(start, left[index]), max(stop, right[index]))
                break
        else:
            blobs.append([index])
            reach.append((left[index], right[index]))
    return [np.array(blob) for blob in blobs]


def _parted(
    ink: Ink, top: int, left: int, cuts: list[Cut], mark: MarkKind | None, strip: Strip
) -> list[Piece]:
    """A blob's pieces; a cut that leaves next to nothing on one side is not made."""
    columns = np.arange(ink.shape[1]) + 0.5
    pieces: list[Piece] = []
    rest, crossed = ink, 0.0
    for cut in cuts:
        before = rest * (columns < cut.columns[:, None])
        if min(strip.length(before), strip.length(rest - before)) < LEAST:
            continue
        pieces.append(_piece(before, top, left, bool(pieces), crossed, mark, strip))
        rest, crossed = rest - before, cut.crossed
    return [*pieces, _piece(rest, top, left, bool(pieces), crossed, mark, strip)]


def _piece(
    ink: Ink, top: int, left: int, cut: bool, crossed: float, mark: MarkKind | None, strip: Strip
) -> Piece:
    rows, columns = np.flatnonzero((ink > 0).any(axis=1)), np.flatnonzero((ink > 0).any(axis=0))
    own = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(own, top + int(rows[0]), left + int(columns[0]), strip.length(ink), cut, crossed, mark)
