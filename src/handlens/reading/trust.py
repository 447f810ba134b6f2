"""Which of a line's digits are sure enough: alone, beside what hangs on them, and on their paper."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

import numpy as np

from handlens.reading.choice import Along
from handlens.reading.path import Edge
from handlens.reading.split import Piece
from handlens.reading.strip import loops_of

TOGETHER = 0.85
"""What hangs together must be so likely on average: of many ways to cut it, this looks best."""

KNOWN = 0.95
"""Where half of the line is clear and the row is so sure of the number of digits, the cuts are right."""

ALONE = 0.7
"""And so sure (`judge.Judge.sureness`) where nothing else stands in its line: an H is a one and a four, if it
must be digits. Of right readings of two digits that touch this refuses one in twenty, of letters three in
four; at 0.8 one row in a hundred more."""

ONLY_DIGITS = 0.82
"""And along the row it must be so likely that nothing but digits stands there: the halves of a star are
eights by themselves. All of 69 right readings of digits that touch pass."""

LOW = 0.5
"""And each of it likelier right than wrong; as must be what stands apart where half of the line is clear."""

TANGLED = 3.6
"""No digit's strokes are so long, in its heights: of photographed ones none has 3, a spiral or a tangle 4 and
more. It is asked of what stands by itself, where the pen is known to be its own."""

FAINT = 1 / 12
"""Ink that is no stronger than twelve times the paper's noise may be a part of it: ink begins at six."""

LOOPS = 2
"""A digit has at most two loops, an eight's, and by itself a third, where its stroke begins; the halves of a
star, if they were eights, would have five or six."""


def sure_of(
    pieces: Sequence[Piece],
    path: Sequence[Edge],
    values: Sequence[int],
    confidences: Sequence[float],
    sureness: Sequence[float],
    clear: Sequence[bool],
    noise: float,
    pen: float,
    row: Along | None = None,
) -> list[bool]:
    """Which edges of a path are digits, sure enough.

    What hangs together is accepted or rejected together, by its mean, and it must be surer than what stands
    apart: its parts are the likeliest of many, and a scribble cut often enough has some that look like ones.
    Of what is accepted so, a doubtful part is rejected by itself. Where two ones hang together, they are the
    ups and downs of a zigzag, an N or an M: ones have no strokes that would reach each other.

    A letter is seldom written among digits: where half of a line or more is clear, the rest counts if it is
    likelier right than wrong.

    A tangle by itself isn't accepted, see `TANGLED`; nor is what has more loops than digits can have.

    A one by itself must stand out of its paper: a fleck or the remnant of a rule looks like one; several
    don't look like writing.

    Args:
        pieces: of the line.
        path: over the line.
        values: for each edge, which digit it would be.
        confidences: for each edge, how likely that is.
        sureness: the same where what is no digit is as common as in training.
        clear: for each edge, whether it would be accepted by itself.
        noise: of the paper, as a share of the ink's strength.
        pen: the usual width of the line's strokes, in pixels.
        row: what the whole row says, where it was asked.
    """
    things = [place for place, edge in enumerate(path) if edge.candidate >= 0]
    among_digits = sum(clear[place] for place in things) >= len(things) / 2
    known = row is not None and among_digits and row.complete >= KNOWN
    only_digits = row is None or row.only_digits >= ONLY_DIGITS
    sure: list[bool] = []
    blobs = _blobs(pieces, path)
    for blob in blobs:
        good = len(blob) == 1 or (
            all(path[place].kind == "digit" for place in blob)
            and (known or fmean(confidences[place] for place in blob) >= TOGETHER)
            and (len(blobs) > 1 or (fmean(sureness[place] for place in blob) >= ALONE and only_digits))
        )
        tangled = _loops(pieces, path, blob, pen) > LOOPS * len(blob) + (len(blob) == 1)
        others = sum(clear[place] for place in things) - sum(clear[place] for place in blob)
        zigzag = not (known and others >= len(blob)) and any(
            values[one] == values[other] == 1 for one, other in pairwise(blob)
        )
        by_likelihood = among_digits or len(blob) > 1
        sure += [
            good
            and not zigzag
            and not tangled
            and path[place].kind == "digit"
            and (confidences[place] >= LOW if by_likelihood else clear[place])
            for place in blob
        ]
    if len(path) == 1 and sum(piece.length for piece in pieces) > TANGLED:
        return [False]
    if noise > FAINT and sum(sure) == 1 and values[sure.index(True)] == 1:
        return [False] * len(path)
    return sure


def _blobs(pieces: Sequence[Piece], path: Sequence[Edge]) -> list[range]:
    """The places in the path of what hangs together."""
    starts = [place for place, edge in enumerate(path) if not pieces[edge.start].cut]
    return [range(*ends) for ends in pairwise([*starts, len(path)])]


def _loops(pieces: Sequence[Piece], path: Sequence[Edge], blob: range, pen: float) -> int:
    """How many loops the strokes of what hangs together make."""
    run = pieces[path[blob[0]].start : path[blob[-1]].stop]
    top, left = min(piece.top for piece in run), min(piece.left for piece in run)
    bottom, right = max(piece.bottom for piece in run), max(piece.right for piece in run)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for piece in run:
        place = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(place, piece.ink, out=place)
    return loops_of(ink, pen)
