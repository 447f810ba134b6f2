"""One line: from its ink to digits, marks and rejected ink, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, prod
from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float

from handlens.arrays import Ink
from handlens.reading.choice import Along, KnownLine, chosen, text_of
from handlens.reading.dates import is_date, rare
from handlens.reading.frame import Box, Pixels, frame
from handlens.reading.judge import NONE, Frames, Judge
from handlens.reading.lines import Components, Members
from handlens.reading.opinions import FOUND, second, threshold, together
from handlens.reading.overlap import with_shared_ink
from handlens.reading.paper import CUT_OUT
from handlens.reading.path import NO_DIGIT, Edge, Kind
from handlens.reading.result import GAP, Digit, Line, Mark, Rejected
from handlens.reading.row_judge import RowJudge, row_image
from handlens.reading.split import Candidate, Piece, candidates_of, pieces_of
from handlens.reading.strip import Strip, strip_of
from handlens.reading.trust import Opinion, sure_of

TIGHT = 0.8
"""Ink that takes this share of a picture's height was cut out without a margin …"""

BROAD = 0.5
"""… if, in a picture of more than `paper.CUT_OUT` pixels, it takes this share of the width too: a shadow down
one side of a sheet of paper doesn't, nor a stripe of a pattern."""

CUT_SHORT = 400
"""In pixels; a digit that was cut out of a picture is smaller, and may have been cut short."""

OUTGROWN = 1.3
"""What runs out of the picture and is so many times as tall as any other digit of its row is an edge."""

CORNER = 0.5
"""No digit lies along two sides of a picture for so much of each; the desk in its corner does, as a 7."""

LONGEST = 160
"""A line of more pieces, some fifty digits, is read by its candidates alone: the time for a text grows with
the square."""

WIDEST = 64
"""So is a line that is so many times as wide as its digits are high: rows of specks, far apart, would take
seconds each."""

WIDE = 1.0
"""A gap of more digit heights than this is a gap in the text."""

_Found = TypeVar("_Found", Digit, Mark, Rejected)


@dataclass(frozen=True, eq=False)
class Row:
    """What a line says."""

    digits: tuple[Digit, ...]
    marks: tuple[Mark, ...]
    rejected: tuple[Rejected, ...]
    text: str
    fits: bool = True
    """Whether the pattern, if there was one, could be met."""
    complete: float = 1.0
    """The probability that it holds as many digits as were read."""
    looks: int = 1
    """How often the network looked: twice at what was cut."""

    def enlarged(self, by: float) -> "Row":
        """The same with its boxes in a picture so many times as large."""
        if by == 1:
            return self

        def scaled(found: _Found) -> _Found:
            box = found.box
            low = (floor(box.top * by), floor(box.left * by))
            return replace(found, box=Box(*low, ceil(box.bottom * by), ceil(box.right * by)))

        return replace(
            self,
            digits=tuple(map(scaled, self.digits)),
            marks=tuple(map(scaled, self.marks)),
            rejected=tuple(map(scaled, self.rejected)),
        )

    @property
    def line(self) -> Line:
        """As a reading has it; there must be a digit."""
        top, left, bottom, right = zip(*(digit.box for digit in self.digits), strict=True)
        box = Box(min(top), min(left), max(bottom), max(right))
        return Line(self.digits, self.marks, self.text, box, self.complete)


def read_row(
    judge: Judge,
    ink: Ink,
    components: Components,
    members: Members,
    pattern: Sequence[Kind] | None,
    noise: float = 0,
    along: RowJudge | None = None,
) -> Row:
    """Read the line that these components make, by the pattern where it can be met.

    Where it is, digits count however doubtful they are: that one is there is known.

    Args:
        judge: of candidates.
        ink: of the picture.
        components: of the ink.
        members: those of the line.
        pattern: what is expected on it.
        noise: of the paper, as a share of the ink's strength.
        along: reads the row as a whole too.
    """
    strip = strip_of(ink, components, members)
    pieces = pieces_of(strip)
    candidates = candidates_of(strip, pieces)
    frames, probabilities = _looks(judge, candidates, pieces, strip.pen)
    line = KnownLine(pieces, candidates, judge.as_trained(probabilities), len(judge.digits))
    whole = len(pieces) <= LONGEST and strip.ink.shape[1] <= WIDEST * strip.height
    ask = (lambda: along(row_image(strip))) if along and whole else None
    path, fits, answers, along_row = chosen(line, pattern, ask)
    boxes = [_box(strip, edge, pieces, candidates) for edge in path]
    likely = probabilities[[edge.candidate for edge in path]]
    if answers is not None:
        spelt = [edge.spelt != NO_DIGIT for edge in path]
        likely[spelt] = together(judge, likely[spelt], answers, text_of(path))
    best = likely[:, : len(judge.digits)]
    values, confidences = best.argmax(axis=1).tolist(), best.max(axis=1).tolist()
    others = [[*boxes[:place], *boxes[place + 1 :]] for place in range(len(boxes))]
    sureness = judge.sureness(likely)
    enough = sureness >= (judge.rule.threshold if answers is None else FOUND)
    alone = int(enough.sum()) == 1 and max(ink.shape) > CUT_SHORT
    outlines = [
        ((value == 1 or alone) and runs_out(box, rest, ink.shape)) or in_corner(ink, box)
        for value, box, rest in zip(values, boxes, others, strict=True)
    ]
    clear = (enough & np.logical_not(outlines)).tolist()
    if fits:
        sure = [edge.kind == "digit" for edge in path]
    else:
        any_digit = best.sum(axis=1).tolist()
        opinions = [
            Opinion(*opinion)
            for opinion in zip(values, confidences, any_digit, sureness.tolist(), clear, strict=True)
        ]
        likely_enough = sure_of(pieces, path, opinions, noise, strip.pen, strip.height, along_row)
        sure = [
            ok and not (out and outgrows(box, rest))
            for ok, out, box, rest in zip(likely_enough, outlines, boxes, others, strict=True)
        ]
    digits = [
        named(judge, seen, box, frames[edge.candidate])
        for edge, box, seen in zip(path, boxes, likely, strict=True)
    ]
    things = [_Thing(*thing) for thing in zip(path, digits, clear, outlines, sure, strict=True)]
    looks = sum(1 if candidate.whole else 2 for candidate in candidates)
    row = _told(things, pieces, strip.height)
    complete = 1.0 if fits else _complete(path, candidates, along_row)
    return replace(row, fits=pattern is None or fits, complete=complete, looks=looks)


def _complete(path: Sequence[Edge], candidates: Sequence[Candidate], along_row: Along | None) -> float:
    """The probability that no digit was missed or added: slashes but a date's may be ones, ones slashes."""
    slashes = [] if is_date(path) else [edge for edge in path if edge.kind == "slash"]
    ones = [edge for edge in path if edge.kind == "digit" and edge.digit == 1]
    share = prod(candidates[edge.candidate].slash for edge in slashes)
    share *= prod(1 - rare(candidates[edge.candidate].slash) for edge in ones)
    return share * (1.0 if along_row is None else along_row.complete)


class _Thing(NamedTuple):
    """Something that stands on a line."""

    edge: Edge
    digit: Digit
    """The likeliest."""
    clear: bool
    """Whether it would be accepted if it stood apart."""
    outline: bool
    """Whether it may be an edge of the paper."""
    accepted: bool


def _told(things: Sequence[_Thing], pieces: Sequence[Piece], height: float) -> Row:
    """What stands on a line, from left to right, and what the line says."""
    digits: list[Digit] = []
    marks: list[Mark] = []
    rejected: list[Rejected] = []
    text, reach = "", 0
    for edge, digit, clear, outline, accepted in things:
        run = pieces[edge.start : edge.stop]
        if min(piece.left for piece in run) - reach > WIDE * height:
            text += GAP
        reach = max(reach, *(piece.right for piece in run))
        if accepted:
            digits.append(digit)
            text += digit.value
            continue
        text += GAP
        if edge.kind == "digit" or edge.kind == "none":
            rejected.append(refused(digit, clear, outline))
        else:
            marks.append(Mark(edge.kind, digit.box))
    return Row(tuple(digits), tuple(marks), tuple(rejected), GAP.join(text.split()))


def _looks(
    judge: Judge, candidates: Sequence[Candidate], pieces: Sequence[Piece], pen: float
) -> tuple[Frames, Float[np.ndarray, "candidates classes"]]:
    """Each candidate's frame and probabilities; of those that share ink, by the clearer of two looks."""
    shared = {
        place: ink
        for place, candidate in enumerate(candidates)
        if (ink := with_shared_ink(candidate, pieces, pen)) is not None
    }
    inks = [*(candidate.ink for candidate in candidates), *shared.values()]
    looks = np.stack([frame(ink).pixels for ink in inks])
    judged = judge(looks)
    frames, probabilities = looks[: len(candidates)], judged[: len(candidates)]
    best = judged[:, : len(judge.digits)].max(axis=1)
    for wider, place in enumerate(shared, len(candidates)):
        if best[wider] > best[place]:
            frames[place], probabilities[place] = looks[wider], judged[wider]
    return frames, probabilities


def read_one(
    judge: Judge,
    ink: Ink,
    components: Components,
    members: Members,
    known: bool,
    along: RowJudge | None = None,
) -> Row:
    """Read all of these components as one digit; where it is known to be one, however doubtful it is."""
    strip = strip_of(ink, components, members, turn=False)
    framed = frame(strip.ink)
    (alone,) = judge(framed.pixels[None])
    probabilities = second(judge, along, alone, ink, components, members)
    box = strip.box_in_picture(strip.ink, 0, 0)
    return row_of_one(judge, named(judge, probabilities, box, framed.pixels), known, along)


def row_of_one(judge: Judge, digit: Digit, known: bool, along: RowJudge | None = None) -> Row:
    """A line of one digit, or of none where it is too doubtful and not known to be one."""
    probabilities = np.array([list(digit.probabilities.values())])
    if known or judge.sureness(probabilities)[0] >= threshold(judge, along):
        return Row((digit,), (), (), digit.value)
    return Row((), (), (refused(digit, clear=False, outline=False),), "")


def named(judge: Judge, probabilities: np.ndarray, box: Box, pixels: Pixels) -> Digit:
    """The likeliest digit of a frame."""
    by_name = dict(zip(judge.names, probabilities.tolist(), strict=True))
    value = max(judge.digits, key=lambda name: by_name[name])
    return Digit(value, by_name[value], by_name, box, pixels)


def refused(digit: Digit, clear: bool, outline: bool) -> Rejected:
    """The same as rejected ink, with the reason.

    Args:
        digit: the likeliest.
        clear: whether it would be accepted if it stood apart.
        outline: whether it may be an edge of the paper, see `runs_out`.
    """
    second, next_best = digit.alternatives[0]
    if digit.probabilities.get(NONE, 0) > digit.confidence:
        reason = "it looks like no digit: a letter, a scribble or a stain"
    elif clear:
        reason = f"it may be {digit.value}, but it is joined to ink that is no digit, or a doubtful one"
    elif outline:
        reason = f"it may be {digit.value}, but it runs out of the picture, as edges do"
    elif digit.confidence < 2 * next_best:
        reason = f"it may be {digit.value} or {second}"
    else:
        reason = f"it may be {digit.value}, but that is too doubtful"
    return Rejected(reason, digit.box, digit.pixels, (digit.value, digit.confidence))


def without_digits(row: Row) -> Row:
    """The same line where none of its digits is believed."""
    doubted = tuple(refused(digit, clear=False, outline=False) for digit in row.digits)
    return replace(row, digits=(), rejected=(*row.rejected, *doubted), text="")


def runs_out(box: Box, others: Sequence[Box], picture: tuple[int, int]) -> bool:
    """Whether ink reaches an edge of the picture, and isn't of a row that was cut out without a margin.

    A bar that does is an edge of the paper or of the desk oftener than a one; so is anything by itself in a
    photograph.

    Args:
        box: of the ink.
        others: of what else stands in its row: if that was cut out, one of these fills the height too.
        picture: height and width.
    """
    height, width = picture
    at_edge = box.top == 0 or box.left == 0 or box.bottom >= height or box.right >= width
    tight = max(each.bottom - each.top for each in others or [box]) >= TIGHT * height
    if max(picture) > CUT_OUT:
        row = [box, *others]
        tight &= max(each.right for each in row) - min(each.left for each in row) >= BROAD * width
    return at_edge and not tight


def in_corner(ink: Ink, box: Box) -> bool:
    """Whether what is ink in a box lies along two sides of the picture: the desk beside a sheet, a shadow."""
    height, width = ink.shape
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    sides = (
        (box.top == 0, ink[0, columns], width),
        (box.bottom == height, ink[-1, columns], width),
        (box.left == 0, ink[rows, 0], height),
        (box.right == width, ink[rows, -1], height),
    )
    along = [there and np.count_nonzero(side) >= CORNER * length for there, side, length in sides]
    return bool(sum(along) > 1)


def outgrows(box: Box, others: Sequence[Box]) -> bool:
    """Whether ink is clearly taller than all else in its row.

    Args:
        box: of the ink.
        others: of what else stands in its row; beside nothing it outgrows nothing.
    """
    tallest = max((each.bottom - each.top for each in others), default=box.bottom)
    return box.bottom - box.top > OUTGROWN * tallest


def _box(strip: Strip, edge: Edge, pieces: Sequence[Piece], candidates: Sequence[Candidate]) -> Box:
    """Of what an edge takes, in the picture."""
    if edge.candidate >= 0:
        candidate = candidates[edge.candidate]
        return strip.box_in_picture(candidate.ink, candidate.top, candidate.left)
    run = pieces[edge.start : edge.stop]
    boxes = [strip.box_in_picture(piece.ink, piece.top, piece.left) for piece in run]
    top, left, bottom, right = zip(*boxes, strict=True)
    return Box(min(top), min(left), max(bottom), max(right))
