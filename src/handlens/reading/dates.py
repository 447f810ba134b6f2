"""Dates: two strokes that might be ones or slashes are slashes where that makes a date.

Lean and height tell few slashes from ones (`marks.slash_likelihood`); what stands around two of them does.
"""

from collections.abc import Sequence
from itertools import combinations, product

from handlens.reading.path import Edge, score_of

FIELDS = {*product((1, 2), (1, 2), (2, 4)), *product((4,), (1, 2), (1, 2))}
"""How many digits stand before, between and after the slashes of a date."""

COMMON = 6.0
"""The logarithm of how much likelier a date is than another number of as many strokes, two of them where a
date's slashes would be and looking like them. Any value from 4 to 8 reads the same, but two rows of 600."""


def is_date(path: Sequence[Edge]) -> bool:
    """Whether a path has a date's fields, parted by slashes."""
    kinds = [edge.kind for edge in path]
    slashes = [place for place, kind in enumerate(kinds) if kind == "slash"]
    return len(slashes) == 2 and kinds.count("digit") == len(kinds) - 2 and _fields(slashes, path) in FIELDS


def as_date(path: Sequence[Edge], edges: Sequence[Edge]) -> list[Edge] | None:
    """The path with two slashes for digits, the likeliest such that is a date; None where none is.

    Args:
        path: over a line.
        edges: all of the line.
    """
    slashes = {edge.candidate: edge for edge in edges if edge.kind == "slash"}
    places = [place for place, edge in enumerate(path) if edge.candidate in slashes]
    dates = []
    for pair in combinations(places, 2):
        if _fields(pair, path) in FIELDS:
            date = [slashes[edge.candidate] if place in pair else edge for place, edge in enumerate(path)]
            if is_date(date):
                dates.append(date)
    return max(dates, key=score_of, default=None)


def _fields(slashes: Sequence[int], path: Sequence[Edge]) -> tuple[int, int, int]:
    first, second = slashes
    return first, second - first - 1, len(path) - second - 1
