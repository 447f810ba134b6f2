from statistics import fmean

import cv2
import numpy as np
import pytest

from handlens.reading.choice import Along
from handlens.reading.path import Edge
from handlens.reading.split import Piece
from handlens.reading.strip import strokes_across
from handlens.reading.trust import (
    ACROSS,
    ALONE,
    BY_ITSELF,
    FAINT,
    KNOWN,
    LOOPS,
    LOW,
    ONLY_DIGITS,
    TANGLED,
    TOGETHER,
    Opinion,
    sure_of,
)


def sure(
    cuts: str,
    values: str,
    confidences: list[float],
    clear=None,
    noise=0.0,
    kinds=None,
    sureness=1.0,
    length=1.0,
    ink=None,
    row=None,
    any_digit=None,
    height=100.0,
) -> list[bool]:
    """Of one piece a digit; where ``cuts`` has a 1, the piece was cut from the one before."""
    inks = [np.ones((2, 2), np.float32)] * len(cuts) if ink is None else ink
    pieces = [Piece(inks[place], 0, 3 * place, length, cut == "1") for place, cut in enumerate(cuts)]
    kinds = kinds or ["digit"] * len(cuts)
    path = [Edge(place, place + 1, kind, 0.0, place) for place, kind in enumerate(kinds)]
    clear = [confidence > 0.3 for confidence in confidences] if clear is None else clear
    likely = confidences if any_digit is None else any_digit
    opinions = [
        Opinion(int(value), confidence, some, sureness, sure)
        for value, confidence, some, sure in zip(values, confidences, likely, clear, strict=True)
    ]
    return sure_of(pieces, path, opinions, noise, 1.0, height, row)


def test_digits_that_stand_apart_are_judged_one_by_one():
    few = [True, False, False, False]
    assert sure("0000", "4272", [0.9, 0.2, 0.6, 0.9], clear=few) == few


def test_among_digits_what_is_likelier_right_than_wrong_is_one():
    most = [True, True, True, False, False]
    assert sure("00000", "42724", [0.9, 0.9, LOW - 0.1, LOW + 0.1, LOW - 0.1], clear=most) == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_what_is_some_digit_among_clear_ones_as_tall_as_they_is_read():
    clear, sure_ones = [True, True, False], [0.9, 0.9, LOW - 0.1]
    some, none = [1.0, 1.0, LOW + 0.1], [1.0, 1.0, LOW - 0.1]
    assert sure("000", "428", sure_ones, clear, any_digit=some, height=2.0) == [True] * 3
    assert sure("000", "428", sure_ones, clear, any_digit=some, height=4.0) == clear, "a speck beside them"
    assert sure("000", "428", sure_ones, clear, any_digit=none, height=2.0) == clear, "a letter"
    assert sure("00", "48", sure_ones[1:], clear[1:], any_digit=some[1:], height=2.0) == clear[1:], (
        "one digit"
    )
    assert sure("001", "428", sure_ones, clear, any_digit=some, height=2.0) == [True, False, False], "joined"
    refused = ["digit", "digit", "none"]
    assert sure("000", "428", sure_ones, clear, kinds=refused, any_digit=some, height=2.0) == [True] * 3
    slash = ["digit", "digit", "slash"]
    assert sure("000", "421", sure_ones, clear, kinds=slash, any_digit=some, height=2.0) == clear


def test_what_hangs_together_is_accepted_or_rejected_together():
    high, low = TOGETHER + 0.1, TOGETHER - 0.05
    assert sure("0100", "4272", [high, low, low, low]) == [True, True, True, True]
    assert sure("0110", "4272", [low - 0.05, low, high, low]) == [False, False, False, True]


def test_a_doubtful_part_among_clear_ones_is_rejected_by_itself():
    assert sure("01111", "42728", [1.0, 1.0, LOW - 0.1, 1.0, 1.0]) == [True, True, False, True, True]


def test_with_what_is_no_digit_nothing_that_hangs_on_it_is_one():
    assert sure("010", "427", [0.99] * 3, kinds=["digit", "none", "digit"]) == [False, False, True]


@pytest.mark.parametrize(
    ("cuts", "values", "digits"), [("011", "111", False), ("011", "171", True), ("00", "11", True)]
)
def test_ones_that_hang_together_are_a_zigzag(cuts, values, digits):
    assert sure(cuts, values, [0.99] * len(cuts)) == [digits] * len(cuts)


def test_ones_that_touch_among_as_many_digits_are_no_zigzag_if_the_row_counts_them():
    sure_row, other = Along(KNOWN + 0.01, 1.0, 1.0), Along(KNOWN - 0.01, 1.0, 1.0)
    assert sure("0100", "1139", [0.99] * 4, row=sure_row) == [True] * 4
    assert sure("0100", "1139", [0.99] * 4, row=other) == [False, False, True, True]
    assert sure("010", "119", [0.99] * 3, row=sure_row) == [False, False, True], "too few beside them"


def test_what_hangs_together_and_stands_alone_must_be_sure():
    assert sure("01", "14", [0.95, 0.95], sureness=ALONE - 0.01) == [False, False]
    assert sure("01", "14", [0.95, 0.95], sureness=ALONE + 0.01) == [True, True]
    assert sure("010", "147", [0.95] * 3, sureness=ALONE - 0.01) == [True] * 3, "among digits"


def test_a_one_by_itself_must_stand_out_of_its_paper():
    assert sure("0", "1", [0.99], noise=1.1 * FAINT) == [False]
    assert sure("0", "1", [0.99], noise=0.9 * FAINT) == [True]
    assert sure("0", "2", [0.99], noise=1.1 * FAINT) == [True], "no fleck looks like a two"
    assert sure("00", "12", [0.99, 0.9], noise=1.1 * FAINT) == [True, True], "a row of them is writing"
    assert sure("00", "12", [0.99, 0.1], noise=1.1 * FAINT) == [False, False]
    assert sure("00", "12", [0.1, 0.99], noise=1.1 * FAINT) == [False, True]


def test_what_stands_by_itself_must_do_so_along_the_row_too():
    likely, unlikely = Along(1.0, 1.0, 2 * BY_ITSELF), Along(1.0, 1.0, BY_ITSELF)
    assert sure("0", "8", [0.99], sureness=0.6, row=likely) == [True]
    assert sure("0", "8", [0.99], sureness=0.6, row=unlikely) == [False]
    assert sure("0", "8", [0.99], sureness=0.4, row=likely) == [False], "both count"
    assert sure("00", "84", [0.99, 0.1], sureness=0.6, row=unlikely) == [True, False], "something else does"
    assert sure("00", "84", [0.99, 0.1], sureness=0.6, row=Along(BY_ITSELF, 0.0, 0.0)) == [False, False]
    assert sure("00", "84", [0.99] * 2, sureness=0.6, row=Along(BY_ITSELF, 0.0, 0.0)) == [True, True]


def test_digits_have_two_loops_and_one_by_itself_a_third():
    two, three, four = (ladder(LOOPS + more) for more in range(3))
    assert sure("0", "8", [0.99], ink=[two]) == sure("0", "8", [0.99], ink=[three]) == [True]
    assert sure("0", "8", [0.99], ink=[four]) == [False]
    assert sure("01", "88", [0.99] * 2, ink=[two, two]) == [True, True]
    assert sure("01", "88", [0.99] * 2, ink=[two, three]) == [False, False], "a star's halves"


def ladder(loops: int) -> np.ndarray:
    ink = np.ones((2 * loops + 1, 3), np.float32)
    ink[1::2, 1] = 0
    return ink


def test_digits_have_no_more_than_three_strokes_one_within_another():
    three, four = grid(ACROSS), grid(ACROSS + 1)
    assert sure("0", "0", [0.99], ink=[three]) == [True]
    assert sure("0", "0", [0.99], ink=[four]) == [False]
    assert sure("00", "00", [0.99] * 2, ink=[three, four]) == [True, False], "not by itself either"


def test_an_outlined_nought_is_one():
    ink = np.zeros((240, 160), np.float32)
    for axes in ((76, 116), (50, 90)):
        cv2.ellipse(ink, (80, 120), axes, 0, 0, 360, 1.0, 4)
    assert strokes_across(ink) == ACROSS + 1
    assert sure("0", "0", [0.99], ink=[ink]) == [True]


def grid(strokes: int) -> np.ndarray:
    """Squares that touch nowhere: so many in each row and column, and no loop."""
    ink = np.zeros((6 * strokes, 6 * strokes), np.float32)
    rows, columns = np.indices(ink.shape)
    ink[(rows % 6 < 5) & (columns % 6 < 5)] = 1
    return ink


def test_what_hangs_together_and_stands_alone_must_be_digits_along_the_row_too():
    assert sure("01", "88", [0.99] * 2, row=Along(1.0, ONLY_DIGITS - 0.01, 1.0)) == [False, False]
    assert sure("01", "88", [0.99] * 2, row=Along(1.0, ONLY_DIGITS + 0.01, 1.0)) == [True, True]
    assert sure("001", "488", [0.99] * 3, row=Along(1.0, ONLY_DIGITS - 0.01, 1.0)) == [True] * 3, "not alone"


@pytest.mark.parametrize(("complete", "kept"), [(KNOWN + 0.01, True), (KNOWN - 0.01, False)])
def test_where_the_row_knows_how_many_there_are_a_doubtful_one_beside_a_sure_one_counts(complete, kept):
    confidences = [0.99, 0.99, 0.99, LOW + 0.05]
    assert fmean(confidences[2:]) < TOGETHER
    read = sure("0001", "5959", confidences, row=Along(complete, 1.0, 1.0))
    assert read == [True, True, kept, kept]
    lone = [False, False, True, False]
    assert sure("0001", "5959", confidences, clear=lone, row=Along(0.99, 1.0, 1.0))[2:] == [False, False]


def test_a_tangle_by_itself_is_no_digit():
    assert sure("0", "0", [0.99], length=TANGLED + 0.1) == [False]
    assert sure("0", "0", [0.99], length=TANGLED - 0.1) == [True]
    assert sure("00", "08", [0.99] * 2, length=TANGLED + 0.1) == [True, True], "another pen may be meant"
