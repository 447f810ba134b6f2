"""What a label says, and a reading laid beside it."""

from typing import NamedTuple

import numpy as np

from handlens.reading.result import GAP

DIGITS = "0123456789"


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a label or a reading: digits, and one gap for whatever stands between two.

    ``|`` or a new line parts lines. Lines without a digit are left out; nothing at all means no digit.

    Example:
        >>> lines_of("12.50|7")
        ('12 50', '7')
    """
    plain = (
        GAP.join("".join(c if c in DIGITS else " " for c in line).split())
        for line in text.replace("|", "\n").split("\n")
    )
    return tuple(line for line in plain if line)


def digits_of(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines without their gaps."""
    return tuple(line.replace(GAP, "") for line in lines)


def gaps_of(lines: tuple[str, ...]) -> set[tuple[int, int]]:
    """Where the gaps are: line, and the number of digits before."""
    found = set()
    for number, line in enumerate(lines):
        parts = line.split(GAP)
        ends = np.cumsum([len(part) for part in parts])[:-1]
        found |= {(number, int(end)) for end in ends}
    return found


class Pair(NamedTuple):
    """A digit that is written and one that was read, by their places; None for a missed or an added one."""

    written: int | None
    read: int | None


def aligned(written: str, read: str) -> list[Pair]:
    """The digits of two strings in pairs, with the fewest exchanged, missed and added ones.

    That is the alignment of Levenshtein's distance (1966). Of several such ways, one that pairs as late as
    it can is taken, always the same.
    """
    costs = np.zeros((len(written) + 1, len(read) + 1), int)
    costs[:, 0], costs[0] = np.arange(len(written) + 1), np.arange(len(read) + 1)
    for row, digit in enumerate(written, 1):
        for column, other in enumerate(read, 1):
            costs[row, column] = min(
                costs[row - 1, column - 1] + (digit != other),
                costs[row - 1, column] + 1,
                costs[row, column - 1] + 1,
            )
    pairs = []
    row, column = len(written), len(read)
    while row or column:
        here = costs[row, column]
        if row and column and here == costs[row - 1, column - 1] + (written[row - 1] != read[column - 1]):
            row, column = row - 1, column - 1
            pairs.append(Pair(row, column))
        elif row and here == costs[row - 1, column] + 1:
            row -= 1
            pairs.append(Pair(row, None))
        else:
            column -= 1
            pairs.append(Pair(None, column))
    return pairs[::-1]
