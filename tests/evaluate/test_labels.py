"""What a label says, and the alignment of two strings of digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.evaluate.labels import Pair, aligned, digits_of, gaps_of, lines_of

digits = st.text("0123", max_size=7)


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("7", ("7",)),
        ("12.50", ("12 50",)),
        ("-5,", ("5",)),
        ("27-41 - 1990", ("27 41 1990",)),
        ("12|34", ("12", "34")),
        ("12\n--\n34\n", ("12", "34")),
        ("", ()),
        ("none", ()),
        ("A", ()),
        ("٣", ()),  # a digit to Unicode, and none of the ten
    ],
)
def test_a_label_is_lines_of_digits_and_gaps(label: str, lines: tuple[str, ...]) -> None:
    assert lines_of(label) == lines


def test_gaps_are_told_by_the_digits_before() -> None:
    lines = lines_of("1.25.3|4 5")
    assert digits_of(lines) == ("1253", "45")
    assert gaps_of(lines) == {(0, 1), (0, 3), (1, 1)}


def distance(a: str, b: str) -> int:
    """Levenshtein's, by its definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b[1:]) + (a[0] != b[0]), distance(a[1:], b) + 1, distance(a, b[1:]) + 1)


@given(st.text("012", max_size=5), st.text("012", max_size=5))
def test_an_alignment_costs_the_least(written: str, read: str) -> None:
    costs = [
        1 if pair.written is None or pair.read is None else written[pair.written] != read[pair.read]
        for pair in aligned(written, read)
    ]
    assert sum(costs) == distance(written, read)


@given(digits, digits)
def test_every_digit_stands_in_one_pair_in_order(written: str, read: str) -> None:
    pairs = aligned(written, read)
    assert [pair.written for pair in pairs if pair.written is not None] == list(range(len(written)))
    assert [pair.read for pair in pairs if pair.read is not None] == list(range(len(read)))


def test_a_missed_digit_shifts_no_other() -> None:
    assert aligned("2741", "241") == [Pair(0, 0), Pair(1, None), Pair(2, 1), Pair(3, 2)]
