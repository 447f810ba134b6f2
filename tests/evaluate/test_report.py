"""What answers come to, on cases that can be counted by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from handlens.errors import DataError, InkError
from handlens.evaluate import answered, report, summary
from handlens.evaluate.answers import Answer, Guess, Unreadable, answer_of
from handlens.evaluate.labels import digits_of, lines_of
from handlens.evaluate.sets import Labelled, LabelledSet
from handlens.reading.frame import Box
from handlens.reading.reader import Reader
from handlens.reading.result import Digit, Line, Mode, Reading, Rejected

BOX = Box(0, 0, 1, 1)


def answer(label: str, text: str, *sure: float, refused: tuple[Guess, ...] = ()) -> Answer:
    """An answer whose digits are that sure, one after the other."""
    read = lines_of(text)
    values = "".join(digits_of(read))
    digits = tuple(Guess(value, p) for value, p in zip(values, sure, strict=True))
    return Answer("x", lines_of(label), read, digits, refused, float(np.prod(sure)), 0.002)


def no(value: str, confidence: float) -> dict[str, Any]:
    """Ink that was refused."""
    return {"refused": (Guess(value, confidence),)}


def test_single_digits() -> None:
    found = report(
        [
            answer("7", "7", 0.9),
            answer("7", "1", 0.8),
            answer("3", "", **no("3", 0.6)),
            answer("3", "", **no("5", 0.5)),
            answer("3", ""),
        ]
    )
    digits = found["digits"]
    assert (digits["n"], digits["accuracy"]) == (5, 1 / 5)
    assert digits["accuracy_without_refusing"] == 2 / 5
    assert (digits["missed"], digits["added"]) == (3, 0)
    assert digits["classes"]["7"]["accuracy"] == 1 / 2
    assert set(digits["classes"]) == {"3", "7"}
    counts = np.array(digits["confusion"]["counts"])
    assert (counts[7, 7], counts[7, 1], counts[3, 10], counts.sum()) == (1, 1, 3, 5)
    assert found["refused"]["share"] == 3 / 5
    assert found["strings"] is None
    assert found["rejection"] is None
    assert found["calibration"]["n"] == 4
    assert found["calibration"]["brier"] == pytest.approx((0.01 + 0.64 + 0.16 + 0.25) / 4)
    assert found["latency"] == {"median": 0.002, "p95": 0.002}


def test_risk_and_coverage_take_refused_guesses_as_answers() -> None:
    found = report([answer("7", "7", 0.9), answer("3", "", **no("5", 0.5)), answer("3", "", **no("3", 0.6))])
    assert [point["risk"] for point in found["coverage"]["curve"]] == [0, 0, 1 / 3]
    assert found["coverage"]["aurc"] == pytest.approx(1 / 9)


def test_what_was_refused_beside_digits_lowers_their_confidence() -> None:
    partly = answer("274", "2 4", 1.0, 1.0, **no("7", 0.7))
    found = report([partly, answer("1", "1", 0.4), answer("2", "2", 0.2)])
    assert [point["risk"] for point in found["coverage"]["curve"]] == [0, 1 / 2, 1 / 3]


def test_strings() -> None:
    found = report(
        [
            answer("12.50", "12 50", 0.9, 0.9, 0.9, 0.9),
            answer("12.50", "1250", 0.9, 0.9, 0.9, 0.9),
            answer("12.50", "1 2 5 0", 0.9, 0.9, 0.9, 0.9),
            answer("12|34", "1234", 0.9, 0.9, 0.9, 0.9),  # two lines told as one
            answer("2741", "241", 0.9, 0.9, 0.9),
            answer("88", "888", 0.9, 0.9, 0.9),
        ]
    )
    assert found["strings"]["accuracy"] == 3 / 6
    separators = found["strings"]["separators"]
    assert (separators["written"], separators["swallowed"], separators["added"]) == (3, 1, 2)
    assert separators["share"] == 1 / 3
    digits = found["digits"]
    assert (digits["n"], digits["missed"], digits["added"]) == (22, 1, 1)
    assert digits["accuracy"] == 21 / 22
    assert found["calibration"]["n"] == 22  # 21 right, and one that was added


def test_what_holds_no_digit() -> None:
    found = report(
        [answer("7", "7", 0.9), answer("3", "", **no("3", 0.6)), answer("none", "4", 0.7), answer("A", "")]
    )
    assert (found["with_digits"], found["without"]) == (2, 2)
    assert found["rejection"]["read_as_digits"] == 1 / 2
    assert found["rejection"]["auroc"] == 3 / 4
    assert found["digits"]["n"] == 2


def test_without_digits_there_are_no_figures_of_digits() -> None:
    found = report([answer("", "")])
    assert [found[key] for key in ("digits", "strings", "refused", "calibration", "coverage")] == [None] * 5
    assert found["rejection"]["auroc"] is None
    assert report([])["latency"] is None


def test_a_set_is_a_row_and_mean_and_worst_skip_what_isnt_there() -> None:
    clean = report([answer("7", "7", 0.9), answer("1", "1", 0.9)])
    fog = report([answer("7", "7", 0.9), answer("1", "", **no("1", 0.4))])
    letters = report([answer("", "")])
    found = summary({"clean": clean, "fog": fog, "letters": letters})
    assert [row["digits"] for row in found["rows"].values()] == [1, 1 / 2, None]
    assert (found["mean"]["digits"], found["worst"]["digits"]) == (3 / 4, 1 / 2)
    assert (found["mean"]["refused"], found["worst"]["refused"]) == (1 / 4, 1 / 2)
    assert found["mean"]["auroc"] is None


def test_a_reading_is_laid_beside_its_label() -> None:
    pixels = np.zeros((28, 28), np.float32)
    digits = tuple(Digit(value, p, {value: p}, BOX, pixels) for value, p in (("1", 0.5), ("2", 0.8)))
    line = Line(digits, (), "1 2", BOX)
    rejected = (Rejected("a letter", BOX, pixels, ("4", 0.3)), Rejected("too small", BOX))
    found = answer_of("a.png", "1.2", Reading((line,), rejected, (1, 1), "row"), 0.25)
    assert found == Answer(
        "a.png", ("1 2",), ("1 2",), (Guess("1", 0.5), Guess("2", 0.8)), (Guess("4", 0.3),), 0.4, 0.25
    )


class Reads(Reader):
    """A reader that can't read pictures whose first pixel is 0, and finds nothing in others."""

    def __init__(self, *digits: str) -> None:
        self.judge: Any = SimpleNamespace(digits=digits or tuple("0123456789"))
        self.modes: list[str | None] = []

    def read(self, image: Any, mode: Mode | None = None, expect: str | None = None) -> Reading:
        self.modes.append(mode)
        if not image[0, 0]:
            raise InkError("this is no picture")
        return Reading((), (), (1, 1), "digit")


def test_a_picture_that_cant_be_read_is_told_and_the_rest_is_read() -> None:
    items = [Labelled(str(n), np.full((1, 1), n, np.uint8), "7") for n in (1, 0, 2)]
    reader = Reads()
    found = list(answered(reader, LabelledSet("s", items, "digit")))
    assert found[1] == Unreadable("0", "this is no picture")
    assert report(found)["pictures"] == 2
    assert report(found)["unreadable"] == [{"name": "0", "reason": "this is no picture"}]
    list(answered(reader, LabelledSet("s", items, "digit"), "row"))
    assert reader.modes == ["digit"] * 3 + ["row"] * 3


def test_a_network_of_letters_is_refused() -> None:
    with pytest.raises(DataError, match="reads a; expected one that reads 0 to 9"):
        list(answered(Reads("a", "1"), LabelledSet("s", [], None)))
