"""Ones that are a date's slashes."""

import pytest

from handlens.reading.dates import COMMON, UNUSUAL, as_date, as_number, is_date, rare, usual
from handlens.reading.path import NO_DIGIT, Edge

ONE, SLASH = -0.3, -2.5
"""Scores of a stroke as either."""


def kinds(digits: str, slashes: dict[int, float]) -> str | None:
    """What a path of these digits becomes, where strokes at these places may be slashes, by these scores."""
    path = [
        Edge(place, place + 1, "minus", ONE, place)
        if sign == "-"
        else Edge(place, place + 1, "digit", ONE, place, int(sign))
        for place, sign in enumerate(digits)
    ]
    maybe = [Edge(place, place + 1, "slash", score, place) for place, score in slashes.items()]
    assert not is_date(path)
    date = as_date(path, [*path, *maybe])
    if date is None:
        return None
    assert is_date(date)
    assert [(edge.start, edge.stop) for edge in date] == [(edge.start, edge.stop) for edge in path]
    return "".join({"digit": "d", "slash": "/", "minus": "-"}[edge.kind] for edge in date)


@pytest.mark.parametrize(("likelihood", "probability"), [(0.0, 0.0), (0.5, 0.018), (0.982, 0.5), (1.0, 1.0)])
def test_a_slash_is_rarer_among_ones_than_among_the_regressions_strokes(likelihood, probability):
    """e^-4 times as common: 0.982 is 55 to one, as 1 to e^-4 is."""
    assert rare(likelihood) == pytest.approx(probability, abs=1e-3)


@pytest.mark.parametrize(
    ("digits", "first", "second", "read"),
    [
        ("3112012", 1, 3, None),  # 3/1/012 is no date
        ("31112012", 1, 3, "d/d/dddd"),
        ("2512191", 2, 4, "dd/d/dd"),
        ("1911112017", 2, 5, "dd/dd/dddd"),
        ("2017111119", 4, 7, "dddd/dd/dd"),
        ("115", 0, 1, None),
        ("18172063", 2, 4, None),  # nor is 18/7/063
        ("83102153", 2, 5, None),  # 83/02/53: there is no such day
        ("30140191", 2, 5, None),
        ("21061213", 1, 3, None),  # 2/0/1213: nor month
        ("83102131", 2, 5, "dd/dd/dd"),  # the year may stand first
        ("12131045", 2, 5, "dd/dd/dd"),  # and the month before the day
        ("9007121612", 4, 7, None),  # nobody dates by the year 9007
        ("1211219007", 2, 5, None),
        ("1499111119", 4, 7, None),
        ("1500111119", 4, 7, "dddd/dd/dd"),
    ],
)
def test_two_slashes_make_a_date(digits: str, first: int, second: int, read: str | None) -> None:
    assert kinds(digits, {first: SLASH, second: SLASH}) == read


def test_one_slash_is_no_date() -> None:
    assert kinds("31112012", {1: SLASH}) is None


def test_of_several_dates_the_likeliest_is_taken() -> None:
    assert kinds("11112017", {1: SLASH, 3: SLASH, 2: -0.1}) == "d/d/dddd"
    assert kinds("1111112017", {2: SLASH, 5: SLASH, 1: -0.1}) == "dd/dd/dddd"


def test_what_has_another_mark_is_no_date() -> None:
    assert kinds("3111-2012", {1: SLASH, 3: SLASH}) is None


def path_of(signs: str) -> list[Edge]:
    named = {"/": "slash", "-": "minus", "~": "none"}
    return [
        Edge(
            place, place + 1, named.get(sign, "digit"), ONE, place, int(sign) if sign.isdigit() else NO_DIGIT
        )
        for place, sign in enumerate(signs)
    ]


@pytest.mark.parametrize(
    ("signs", "added"),
    [
        ("12/3/2045", COMMON),
        ("~12/3/20~45", COMMON),  # specks don't count
        ("32/3/2045", 2 * UNUSUAL),
        ("1/23", 0),  # a day of January
        ("9/4", 0),
        ("17/20", 0),  # of so many
        ("45/60", 0),
        ("1/72", UNUSUAL),
        ("80/4", UNUSUAL),
        ("32/31", UNUSUAL),
        ("123", 0),
        ("123/4", UNUSUAL),
        ("1/234", UNUSUAL),
        ("/1", UNUSUAL),
        ("1-/2", UNUSUAL),
        ("1/2/3/4", 3 * UNUSUAL),
    ],
)
def test_a_slash_is_usual_in_dates_and_fractions(signs: str, added: float) -> None:
    assert usual(path_of(signs)) == added


def test_a_number_has_ones_for_slashes() -> None:
    path = path_of("5/5")
    ones = [Edge(1, 2, "digit", score, 1, digit) for score, digit in ((-9.0, 7), (-0.1, 1))]
    number = as_number(path, [*path, *ones])
    assert number is not None
    assert [(edge.kind, edge.digit) for edge in number[1:2]] == [("digit", 1)]
    assert number[::2] == path[::2]
    assert as_number(number, ones) is None


def test_a_long_number_is_no_date_however_many_ones_it_has() -> None:
    assert kinds("1" * 40, dict.fromkeys(range(40), SLASH)) is None
