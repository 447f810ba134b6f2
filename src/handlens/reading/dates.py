"""Dates and fractions: strokes that might be ones or slashes are slashes where that makes one of these.

Its lean, height and place tell half of the slashes from ones (`marks.slash_likelihood`); what stands around
them tells more.
"""

import math
from collections.abc import Sequence
from itertools import combinations, pairwise, product

from handlens.reading.path import SPELT, Edge, score_of

FIELDS = {*product((1, 2), (1, 2), (2, 4)), *product((4,), (1, 2), (1, 2))}
"""How many digits stand before, between and after the slashes of a date."""

LENGTHS = {sum(fields) + 2 for fields in FIELDS}
"""With the slashes."""

DAYS, MONTHS, YEARS = 31, 12, range(1500, 2200)
"""The most that stand in a date beside its year, in either order, and its year, if it is written in full:
of random numbers so parted one in forty is such a date; without full years one in ten to four in five."""

COMMON = 6.0
"""The logarithm of how much likelier a date is than another number of as many strokes, two of them where a
date's slashes would be and looking like them. Any value from 4 to 8 reads the same, but two rows of 600."""

SHORT = (1, 2)
"""How many digits a fraction has above and below its slash."""

SMALL, ROUND = 20, 5
"""Things are divided into so many at most, or into a multiple of that: marks out of 50."""

UNUSUAL = -4.0
"""The logarithm of how much rarer a slash is elsewhere, as an edge among ones."""


def usual(path: Sequence[Edge]) -> float:
    """What the places of a path's slashes add to its score."""
    if is_date(path):
        return COMMON
    return 0.0 if is_fraction(path) else UNUSUAL * sum(edge.kind == "slash" for edge in path)


def rare(likelihood: float) -> float:
    """The probability that a one is a slash, of its likelihood, where it makes no date or fraction."""
    odds = likelihood * math.exp(UNUSUAL)
    return odds / (odds + 1 - likelihood)


def is_fraction(path: Sequence[Edge]) -> bool:
    """Whether a path is a share or a day of the year: few digits on either side of one slash."""
    parts = _parts(path)
    if parts is None or len(parts) != 2 or not {len(part) for part in parts} <= set(SHORT):
        return False
    above, below = map(_number, parts)
    return _in_calendar(above, below) or (above <= below and (below <= SMALL or below % ROUND == 0))


def is_date(path: Sequence[Edge]) -> bool:
    """Whether a path has a date's fields, parted by slashes, and the calendar has such a day."""
    parts = _parts(path)
    if parts is None or tuple(map(len, parts)) not in FIELDS:
        return False
    first, second, third = map(_number, parts)
    year_first = _is_year(parts[0]) and len(parts[2]) <= 2
    year_last = _is_year(parts[2]) and len(parts[0]) <= 2
    return (year_last and _in_calendar(first, second)) or (year_first and _in_calendar(second, third))


def _number(digits: Sequence[int]) -> int:
    return int("".join(map(str, digits)))


def _is_year(digits: Sequence[int]) -> bool:
    return len(digits) == 2 or _number(digits) in YEARS


def _in_calendar(one: int, other: int) -> bool:
    return 1 <= min(one, other) <= MONTHS and 1 <= max(one, other) <= DAYS


def _parts(path: Sequence[Edge]) -> list[list[int]] | None:
    """The digits before, between and after the slashes; None where there is another mark.

    Specks don't count.
    """
    things = [edge for edge in path if edge.kind not in ("none", "other")]
    if not {edge.kind for edge in things} <= {"digit", "slash"}:
        return None
    ends = [place for place, edge in enumerate(things) if edge.kind == "slash"]
    return [
        [edge.digit for edge in things[start + 1 : stop]]
        for start, stop in pairwise([-1, *ends, len(things)])
    ]


def as_date(path: Sequence[Edge], edges: Sequence[Edge]) -> list[Edge] | None:
    """The path with two slashes for digits, the likeliest such that is a date; None where none is.

    Args:
        path: over a line.
        edges: all of the line.
    """
    if sum(edge.kind in SPELT for edge in path) not in LENGTHS:
        return None
    slashes = {edge.candidate: edge for edge in edges if edge.kind == "slash"}
    places = [place for place, edge in enumerate(path) if edge.candidate in slashes]
    dates = []
    for pair in combinations(places, 2):
        date = [slashes[edge.candidate] if place in pair else edge for place, edge in enumerate(path)]
        if is_date(date):
            dates.append(date)
    return max(dates, key=score_of, default=None)


def as_number(path: Sequence[Edge], edges: Sequence[Edge]) -> list[Edge] | None:
    """The path with digits for its slashes; None where it has none.

    Args:
        path: over a line.
        edges: all of the line.
    """
    if all(edge.kind != "slash" for edge in path):
        return None
    digits: dict[int, Edge] = {}
    for edge in sorted(edges, key=lambda edge: edge.score):
        if edge.kind == "digit":
            digits[edge.candidate] = edge
    return [digits[edge.candidate] if edge.kind == "slash" else edge for edge in path]
