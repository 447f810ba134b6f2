"""Dates: two strokes that might be ones or slashes are slashes where that makes a date.

Lean and height tell few slashes from ones (`marks.slash_likelihood`); what stands around two of them does.
"""

from collections.abc import Sequence
from itertools import combinations, product

from handlens.reading.path import Edge

FIELDS = {*product((1, 2), (1, 2), (2, 4)), *product((4,), (1, 2), (1, 2))}
"""How many digits stand before, between and after the slashes of a date."""

COMMON = 6.0
"""The logarithm of how much likelier a date is than another number of as many strokes, two of them where a
date's slashes would be and looking like them. Any value from 4 to 8 reads the same, but two rows of 600."""


def as_date(path: Sequence[Edge], edges: Sequence[Edge]) -> list[Edge]:
    """The path, with two slashes for digits where a date is likelier.

    Args:
        path: over a line.
        edges: all of the line.
    """
    slashes = {edge.candidate: edge for edge in edges if edge.kind == "slash"}
    places = [place for place, edge in enumerate(path) if edge.candidate in slashes]
    likeliest, most = list(path), 0.0
    for first, second in combinations(places, 2):
        fields = (first, second - first - 1, len(path) - second - 1)
        others = [edge for place, edge in enumerate(path) if place not in (first, second)]
        if fields not in FIELDS or any(edge.kind != "digit" for edge in others):
            continue
        gain = COMMON + sum(
            slashes[path[place].candidate].score - path[place].score for place in (first, second)
        )
        if gain > most:
            most, likeliest = gain, list(path)
            for place in (first, second):
                likeliest[place] = slashes[path[place].candidate]
    return likeliest
