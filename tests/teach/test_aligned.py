"""Which ink a label means."""

import numpy as np
import pytest

from handlens.errors import InkError
from handlens.reading.frame import Box
from handlens.reading.result import Digit, Line, Reading, Rejected
from handlens.teach.aligned import aligned, pattern_of, values_of

BOX = Box(0, 0, 10, 10)


def frame(value: int) -> np.ndarray:
    return np.full((28, 28), value / 10, np.float32)


def reading(text: str, *rejected: Rejected) -> Reading:
    digits = tuple(Digit(value, 0.9, {value: 0.9}, BOX, frame(int(value))) for value in text)
    lines = (Line(digits, (), text, BOX),) if digits else ()
    return Reading(lines, rejected, (10, 10), "row")


@pytest.mark.parametrize(
    ("label", "values"),
    [("7", ("7",)), ("27-41", tuple("2741")), (" None ", ("none",))],
)
def test_a_label_is_its_digits_or_none(label: str, values: tuple[str, ...]) -> None:
    assert values_of(label) == values


@pytest.mark.parametrize(
    ("label", "message"),
    [("12|34", "several lines"), ("a7", "no digits"), ("--", "no digits"), ("", "no digits")],
)
def test_a_label_that_says_nothing_is_refused(label: str, message: str) -> None:
    with pytest.raises(InkError, match=message):
        values_of(label)


def test_its_pattern_has_a_d_for_each_digit() -> None:
    assert pattern_of(" 27-41 ") == "dd-dd"


def test_digits_stand_beside_values_in_order() -> None:
    pairs = aligned(reading("2141"), tuple("2741"))
    assert [(seen.value, value) for seen, value in pairs] == [("2", "2"), ("1", "7"), ("4", "4"), ("1", "1")]
    assert pairs[1][0].pixels[0, 0] == np.float32(0.1)


def test_where_none_is_a_digit_all_that_was_read_is_none() -> None:
    pairs = aligned(reading("13"), ("none",))
    assert [(seen.value, value) for seen, value in pairs] == [("1", "none"), ("3", "none")]


def test_a_single_value_takes_the_largest_ink_that_was_refused() -> None:
    speck = Rejected("a speck", Box(0, 0, 2, 2), frame(1))
    large = Rejected("a scribble", Box(0, 0, 9, 9), frame(2))
    unseen = Rejected("a line", Box(0, 0, 90, 90))
    ((seen, value),) = aligned(reading("", speck, large, unseen), ("7",))
    assert (seen.value, seen.pixels[0, 0], value) == (None, np.float32(0.2), "7")


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("27", "2741", r"means 4 pieces of ink, but 2 were found there \(the text '27'\)"),
        ("27", "2", "means 1 piece of ink, but 2 were found"),
        ("", "2", r"but 0 were found there \(no digit\)"),
    ],
)
def test_another_number_of_digits_is_refused(text: str, values: str, message: str) -> None:
    with pytest.raises(InkError, match=message):
        aligned(reading(text), tuple(values))
