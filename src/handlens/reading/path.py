"""The best path over a line: which pieces make a digit together, which are marks, which are neither.

A line's pieces stand between positions 0 … n. An edge takes the pieces from one position to a later one and
says what they are; a reading is a path of edges from 0 to n, and the best has the highest sum of scores
(Viterbi; LeCun et al. 1998, section VII). A pattern makes of each position one for each place in the pattern.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from handlens.errors import InkError
from handlens.reading.result import MarkKind

Kind = MarkKind | Literal["digit", "none"]

TOKENS: dict[str, MarkKind] = {".": "dot", ",": "comma", "-": "minus", ":": "colon", "/": "slash"}

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
    candidate: int = -1
    """Which of the line's candidates it is; -1 for what the network didn't see."""


def parse(expect: str) -> tuple[Kind, ...]:
    """A pattern in kinds: ``"dd-d"`` is digit, digit, minus, digit.

    Raises:
        InkError: the pattern has no digit.

    Example:
        >>> parse("dd-d")
        ('digit', 'digit', 'minus', 'digit')
    """
    if "d" not in expect:
        raise InkError(
            f"the pattern {expect!r} expects no digit; write d for each digit and the marks as they are: "
            '"dddddd", "dd-dd-dddd".'
        )
    return tuple("digit" if sign == "d" else TOKENS.get(sign, "other") for sign in expect if sign != " ")


def best_path(count: int, edges: Sequence[Edge], pattern: Sequence[Kind] | None = None) -> list[Edge] | None:
    """The edges of the best path over ``count`` pieces; None where no path fits the pattern.

    Of paths with equal scores the one whose edges come first is taken.
    """
    places = 0 if pattern is None else len(pattern)
    best: dict[tuple[int, int], tuple[float, Edge | None, tuple[int, int] | None]] = {
        (0, 0): (0.0, None, None)
    }
    leaving: list[list[Edge]] = [[] for _ in range(count + 1)]
    for edge in edges:
        leaving[edge.start].append(edge)
    for position in range(count + 1):
        for place in range(places + 1):
            here = (position, place)
            if here not in best:
                continue
            score = best[here][0]
            if pattern is not None and place < places and pattern[place] != "digit":
                _offer(best, (position, place + 1), score + MISSING, None, here)
            for edge in leaving[position]:
                for reached, added in _steps(edge, place, pattern):
                    _offer(best, (edge.stop, reached), score + edge.score + added, edge, here)
    state: tuple[int, int] | None = (count, places)
    if state not in best:
        return None
    path = []
    while state is not None:
        _, taken, state = best[state]
        if taken is not None:
            path.append(taken)
    return path[::-1]


def _steps(edge: Edge, place: int, pattern: Sequence[Kind] | None) -> list[tuple[int, float]]:
    """The places in the pattern that an edge leads to, and what it costs."""
    if pattern is None:
        return [(0, 0.0)]
    fits = place < len(pattern) and pattern[place] == edge.kind
    if edge.kind == "digit":
        return [(place + 1, 0.0)] if fits else []
    return [(place, STRAY), (place + 1, 0.0)] if fits else [(place, STRAY)]


def _offer(
    best: dict[tuple[int, int], tuple[float, Edge | None, tuple[int, int] | None]],
    state: tuple[int, int],
    score: float,
    edge: Edge | None,
    before: tuple[int, int],
) -> None:
    if state not in best or score > best[state][0]:
        best[state] = (score, edge, before)
