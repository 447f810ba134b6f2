"""Which of a line's digits are sure enough: alone, beside what hangs on them, and on their paper."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

from handlens.reading.choice import Along
from handlens.reading.hand import BODY
from handlens.reading.path import Edge
from handlens.reading.split import Piece, joined
from handlens.reading.strip import loops_of, strokes_across

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

BY_ITSELF = 0.2
"""What stands by itself must be so likely for the judge and along the row together: that refuses two
photographed digits of a thousand, and one in nine of the letters that passed."""

LOW = 0.5
"""And each of it likelier right than wrong; as must be what stands apart where half of the line is clear."""

SEVERAL = 2
"""So many clear digits make a number of what stands beside them."""

TANGLED = 3.6
"""No digit's strokes are so long, in its heights: of photographed ones none has 3, a spiral or a tangle 4 and
more. It is asked of what stands by itself, where the pen is known to be its own."""

FAINT = 1 / 12
"""Ink that is no stronger than twelve times the paper's noise may be a part of it: ink begins at six."""

LOOPS = 2
"""A digit has at most two loops, an eight's, and by itself a third, where its stroke begins; the halves of a
star, if they were eights, would have five or six."""

ACROSS = 3
"""Lines through the middle of a digit cross so many strokes at most, along or upright, those through a spiral
of three turns or more four to eight. Of 9,800 digits in rows 11 have three, noughts and sixes that are rolled
up, and none has more; but outlined ones have, whose loops are as many as a digit may have."""


class Opinion(NamedTuple):
    """What is thought of an edge of a path."""

    value: int
    """The digit that it would be."""
    confidence: float
    """How likely it is that digit …"""
    any_digit: float
    """… and any."""
    sureness: float
    """See `judge.Judge.sureness`."""
    clear: bool
    """Whether it would be accepted by itself."""


def sure_of(
    pieces: Sequence[Piece],
    path: Sequence[Edge],
    opinions: Sequence[Opinion],
    noise: float,
    pen: float,
    height: float,
    row: Along | None = None,
) -> list[bool]:
    """Which edges of a path are digits, sure enough.

    What hangs together is accepted or rejected together, by its mean, and it must be surer than what stands
    apart: its parts are the likeliest of many, and a scribble cut often enough has some that look like ones.
    Of what is accepted so, a doubtful part is rejected by itself. Where two ones hang together, they are the
    ups and downs of a zigzag, an N or an M: ones have no strokes that would reach each other.

    A letter is seldom written among digits: where half of a line or more is clear, the rest counts if it is
    likelier right than wrong. So does what stands apart beside `SEVERAL` clear ones, as tall as they are, if
    it is likelier some digit than none: without it all that follows would stand in a wrong place, and its
    confidence says that it is doubtful.

    A tangle by itself isn't accepted, see `TANGLED`; nor is what has more loops than digits can have, nor a
    spiral.

    What stands by itself must do so along the row too, see `BY_ITSELF`; so must the only digit beside what is
    none. Such a one must stand out of its paper besides: a fleck or the remnant of a rule looks like one;
    several don't look like writing.

    Args:
        pieces: of the line.
        path: over the line.
        opinions: of each edge.
        noise: of the paper, as a share of the ink's strength.
        pen: the usual width of the line's strokes, in pixels.
        height: of the line's digits, in pixels.
        row: what the whole row says, where it was asked.
    """
    clear = sum(opinion.clear for opinion, edge in zip(opinions, path, strict=True) if edge.candidate >= 0)
    among_digits = clear >= sum(edge.candidate >= 0 for edge in path) / 2
    known = row is not None and among_digits and row.complete >= KNOWN
    only_digits = row is None or row.only_digits >= ONLY_DIGITS
    sure: list[bool] = []
    blobs = _blobs(pieces, path)
    for blob in blobs:
        here = opinions[blob.start : blob.stop]
        kinds = {path[place].kind for place in blob}
        run = pieces[path[blob[0]].start : path[blob[-1]].stop]
        counted = known and clear - sum(opinion.clear for opinion in here) >= len(blob)
        zigzag = not counted and any(one.value == other.value == 1 for one, other in pairwise(here))
        if zigzag or _too_tangled(run, pen, len(blob)):
            sure += [False] * len(blob)
        elif len(blob) > 1:
            good = (
                kinds == {"digit"}
                and (known or fmean(opinion.confidence for opinion in here) >= TOGETHER)
                and (len(blobs) > 1 or (fmean(opinion.sureness for opinion in here) >= ALONE and only_digits))
            )
            sure += [good and opinion.confidence >= LOW for opinion in here]
        elif among_digits and clear >= SEVERAL and _tall(run) >= BODY * height:
            sure += [kinds <= {"digit", "none"} and here[0].any_digit >= LOW]
        else:
            sure += [kinds == {"digit"} and (here[0].confidence >= LOW if among_digits else here[0].clear)]
    if len(path) == 1 and sum(piece.length for piece in pieces) > TANGLED:
        return [False]
    if sum(sure) != 1:
        return sure
    only = opinions[sure.index(True)]
    along = 1.0 if row is None else row.just_these if len(path) == 1 else row.complete
    if only.sureness * along < BY_ITSELF or (only.value == 1 and noise > FAINT):
        return [False] * len(path)
    return sure


def _blobs(pieces: Sequence[Piece], path: Sequence[Edge]) -> list[range]:
    """The places in the path of what hangs together."""
    starts = [place for place, edge in enumerate(path) if not pieces[edge.start].cut]
    return [range(*ends) for ends in pairwise([*starts, len(path)])]


def _tall(run: Sequence[Piece]) -> int:
    return max(piece.bottom for piece in run) - min(piece.top for piece in run)


def _too_tangled(run: Sequence[Piece], pen: float, digits: int) -> bool:
    """Whether what hangs together has more loops than so many digits, or none and strokes within strokes."""
    ink, _, _ = joined(run)
    loops = loops_of(ink, pen)
    return loops > LOOPS * digits + (digits == 1) or (loops < LOOPS and strokes_across(ink) > ACROSS)
