"""The best path over a line: which pieces make a digit together, which are marks, which are neither.

A line's pieces stand between positions 0 … n. An edge takes the pieces from one position to a later one and
says what they are; a reading is a path of edges from 0 to n, and the best has the highest sum of scores
(Viterbi; LeCun et al. 1998, section VII). A pattern makes of each position one for each place in the pattern.

**The score** of taking a candidate for a digit is the logarithm of the network's probability of the likeliest
digit, times the length of the candidate's strokes. So each bit of ink is explained once, by the digit that
it is part of, and a path's score is the mean over its ink: two digits are no better and no worse than one,
which they would be if each counted once (Wang, Liu et al. 2012, Handwritten Chinese text recognition by
integrating multiple contexts, weight by the character's width for the same reason). Many candidates are wrong
cuts, so the probabilities are to be those of a world in which what is no digit is as common as in training
(`judge.Judge.as_trained`): taken as rare, two digits pass for one too often.

To the scores comes what is known before the network looks: most digits don't touch, and most aren't broken.
Ink may also be no digit, by the probability of the network's class ``none``, as long as no cut made it so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Literal

import numpy as np
from jaxtyping import Float

from handlens.errors import InkError
from handlens.reading.result import MarkKind
from handlens.reading.split import Candidate, Piece

Kind = MarkKind | Literal["digit", "none"]

Place = Kind | Literal["stroke"] | int
"""What stands at a place in a line: something of a kind, a certain digit, or a stroke: a one or a slash."""

NO_DIGIT = -1

TOKENS: dict[str, MarkKind] = {".": "dot", ",": "comma", "-": "minus", ":": "colon", "/": "slash"}

SPELT: tuple[Kind, ...] = ("digit", "slash")
"""What stands for something along the row; other marks are blanks."""

CUT = 0.02
"""What a cut costs, and again for each pen width of ink that it crosses: most digits don't touch."""

BROKEN = 0.5
"""What taking strokes together costs that stand side by side: most digits aren't broken."""

APART = 3.0
"""And for each digit height of paper between them."""

SWALLOWED = 1.5
"""What taking a mark for a digit, or for part of one, costs."""

UNEVEN = 3.0
"""What a digit costs that is lower than its line's (times the square of its height's logarithm)."""

SHARED = 0.5
"""What taking a short piece for part of both its neighbours costs: digits that touch may share a stroke."""

MOST_SHARED = 0.8
"""The longest piece that two digits may share, in digit heights."""

STROKE = 1
"""Along the row a slash looks like a one, and is spelt so; lean, height and place tell them."""

REJECT = 4.0
"""What taking ink for no digit costs: pictures are given to be read."""

UNKNOWN = 0.05
"""The probability of ``none`` for networks without that class."""

LEAST = 1e-4
"""No probability is taken for less; a network is never that sure."""

MARK = -0.02
"""The score of a small mark: its size and place say enough."""

MISSING = -4.0
"""The score of a pattern's mark that isn't seen: people leave a gap instead, yet a faint dot counts more."""

STRAY = -2.0
"""The score of a mark, or of something that is no digit, where the pattern has none."""


@dataclass(frozen=True)
class Edge:
    """Pieces ``start`` … ``stop`` - 1 taken as one thing."""

    start: int
    stop: int
    kind: Kind
    score: float
    """A logarithm: 0 is certain."""
    candidate: int
    """Which of the line's candidates it is; -1 for a small mark."""
    digit: int = NO_DIGIT
    """Which class, where it is a digit."""

    @property
    def spelt(self) -> int:
        """As which digit it stands along the row, see `STROKE`."""
        return STROKE if self.kind == "slash" else self.digit


def parse(expect: str) -> tuple[Kind, ...]:
    """A pattern in kinds: ``"dd-d"`` is digit, digit, minus, digit.

    Raises:
        InkError: the pattern has no digit.

    Example:
        >>> parse("dd-d")
        ('digit', 'digit', 'minus', 'digit')
    """
    if not isinstance(expect, str) or "d" not in expect:
        raise InkError(
            f"the pattern {expect!r} expects no digit; write d for each digit and the marks as they are: "
            '"dddddd", "dd-dd-dddd".'
        )
    return tuple("digit" if sign == "d" else TOKENS.get(sign, "other") for sign in expect if sign != " ")


def edges_of(
    pieces: Sequence[Piece],
    candidates: Sequence[Candidate],
    probabilities: Float[np.ndarray, "candidates classes"],
    digits: int,
    named: Collection[int] = (),
) -> list[Edge]:
    """What the pieces may be, with scores.

    Args:
        pieces: of the line.
        candidates: of the line.
        probabilities: of each candidate, by the network.
        digits: how many of the classes, the first, are digits.
        named: the digits that a candidate may be taken for; by default the likeliest of each alone.
    """
    best = probabilities[:, :digits].argmax(axis=1).tolist()
    none = probabilities[:, digits].tolist() if probabilities.shape[1] > digits else [UNKNOWN] * len(best)
    edges: list[Edge] = []
    for index, candidate in enumerate(candidates):
        run = pieces[candidate.start : candidate.stop]
        length = sum(piece.length for piece in run)
        prior = -BROKEN * sum(not piece.cut for piece in run[1:]) - APART * candidate.gap
        uneven = UNEVEN * float(np.log(min(candidate.height, 1))) ** 2
        if run[0].cut:
            prior -= CUT * (1 + run[0].crossed)
        prior -= SWALLOWED * sum(piece.mark is not None for piece in run)
        inside = candidate.start > 0 and candidate.stop < len(pieces)
        slash = candidate.slash if inside else 0.0
        shares = _shares(run)
        for digit in named or (best[index],):
            likely = float(probabilities[index, digit]) * (1 - slash)
            taken = _edge(candidate, "digit", likely, length, prior - uneven, index, digit)
            edges.append(taken)
            if shares:
                edges.append(replace(taken, start=taken.start + 1, score=taken.score - SHARED))
        if candidate.whole:
            edges.append(_edge(candidate, "none", none[index] * np.exp(-REJECT), length, prior, index))
        if slash > LEAST:
            edges.append(_edge(candidate, "slash", slash, length, prior, index))
    for position, piece in enumerate(pieces):
        if piece.mark is not None:
            edges.append(Edge(position, position + 1, piece.mark, MARK, -1))
    return edges


def _shares(run: Sequence[Piece]) -> bool:
    """Whether the first piece may belong to the digit before it too: a short one, cut on both sides."""
    return len(run) > 1 and run[0].cut and run[1].cut and run[0].length < MOST_SHARED


def _edge(
    candidate: Candidate,
    kind: Kind,
    probability: float,
    length: float,
    prior: float,
    index: int,
    digit: int = NO_DIGIT,
) -> Edge:
    score = length * log(max(probability, LEAST)) + prior
    return Edge(candidate.start, candidate.stop, kind, score, index, digit)


def filled(pattern: Sequence[Kind] | None, text: Sequence[int]) -> tuple[Place, ...]:
    """A pattern with what a row spells in its places; without a pattern, what it spells alone."""
    if pattern is None:
        return tuple("stroke" if digit == STROKE else digit for digit in text)
    digits = iter(text)
    places = [(kind, next(digits) if kind in SPELT else NO_DIGIT) for kind in pattern]
    return tuple(digit if kind == "digit" else kind for kind, digit in places)


def may_be(text: Sequence[int], pattern: Sequence[Kind] | None) -> bool:
    """Whether a row that spells this may be by the pattern: its slashes are spelt as ones."""
    if pattern is None:
        return True
    spelt = [kind for kind in pattern if kind in SPELT]
    return len(text) == len(spelt) and all(
        kind == "digit" or digit == STROKE for kind, digit in zip(spelt, text, strict=True)
    )


def best_path(
    count: int, edges: Sequence[Edge], places: Sequence[Place] | None = None, stray: float = STRAY
) -> list[Edge] | None:
    """The edges of the best path over ``count`` pieces; None where no path fits the places.

    Of paths with equal scores the one whose edges come first is taken.

    Args:
        count: of the line's pieces.
        edges: what they may be.
        places: what stands on the line, in order: any digit, a certain one, marks; by default anything.
        stray: the score of a mark, or of something that is no digit, that has no place.
    """
    ends = 0 if places is None else len(places)
    best: dict[tuple[int, int], tuple[float, Edge | None, tuple[int, int] | None]] = {
        (0, 0): (0.0, None, None)
    }
    leaving: list[dict[int, list[Edge]]] = [{} for _ in range(count + 1)]
    for edge in edges:
        leaving[edge.start].setdefault(edge.digit, []).append(edge)
    for position in range(count + 1):
        for place in range(ends + 1):
            here = (position, place)
            if here not in best:
                continue
            score = best[here][0]
            wanted = None if places is None or place == ends else places[place]
            if isinstance(wanted, str) and wanted not in ("digit", "stroke"):
                _offer(best, (position, place + 1), score + MISSING, None, here)
            certain = STROKE if wanted == "stroke" else wanted
            for digit, group in leaving[position].items():
                if isinstance(certain, int) and digit not in (certain, NO_DIGIT):
                    continue
                for edge in group:
                    for further, added in [(0, 0.0)] if places is None else _steps(edge, wanted, stray):
                        reached = (edge.stop, place + further)
                        _offer(best, reached, score + edge.score + added, edge, here)
    state: tuple[int, int] | None = (count, ends)
    if state not in best:
        return None
    path = []
    while state is not None:
        _, taken, state = best[state]
        if taken is not None:
            path.append(taken)
    return path[::-1]


def score_of(path: Sequence[Edge]) -> float:
    """The sum of a path's scores; what a pattern misses isn't counted."""
    return sum(edge.score for edge in path)


def _steps(edge: Edge, wanted: Place | None, stray: float) -> list[tuple[int, float]]:
    """How many places an edge leads further where that one is next, and at what score."""
    if wanted == "stroke" and edge.spelt == STROKE:
        return [(1, 0.0)]
    if edge.kind == "digit":
        return [(1, 0.0)] if wanted in ("digit", edge.digit) else []
    return [(0, stray), (1, 0.0)] if wanted == edge.kind else [(0, stray)]


def _offer(
    best: dict[tuple[int, int], tuple[float, Edge | None, tuple[int, int] | None]],
    state: tuple[int, int],
    score: float,
    edge: Edge | None,
    before: tuple[int, int],
) -> None:
    if state not in best or score > best[state][0]:
        best[state] = (score, edge, before)
