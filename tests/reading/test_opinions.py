"""Two networks' opinions of a digit, taken together."""

import numpy as np
import pytest
from written import on_paper, page, row

from handlens.reading import opinions
from handlens.reading.choice import DOUBT
from handlens.reading.lines import find_components
from handlens.reading.opinions import SURE, second, threshold, together
from handlens.reading.reader import Reader
from handlens.reading.row_judge import RowJudge

BLANK = 11


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def alone(shares: dict[int, float]) -> np.ndarray:
    """Probabilities of ten digits and none."""
    spread = np.full(11, (1 - sum(shares.values())) / (11 - len(shares)))
    spread[list(shares)] = list(shares.values())
    return spread


def places(*shares: dict[int, float]) -> np.ndarray:
    """Answers along a row: a digit's place each, and paper between."""
    answers = np.full((2 * len(shares), 12), 1e-4)
    answers[1::2, BLANK] = 1
    for place, share in enumerate(shares):
        answers[2 * place, list(share)] = list(share.values())
    return np.log(answers / answers.sum(axis=1, keepdims=True))


def test_the_mean_of_the_logarithms(reader: Reader) -> None:
    """By hand: four or nine, 0.8 : 0.2 for the one and 0.1 : 0.9 for the other: sqrt(0.08) : sqrt(0.18)."""
    judge = reader.judge
    own = judge.as_given(np.array([alone({4: 0.8 - 1e-6, 9: 0.2 - 1e-6})]))
    (both,) = together(judge, own, places({4: 0.1, 9: 0.9}), (4,))
    assert both[9] / both[4] == pytest.approx(1.5, rel=0.01)
    assert both.sum() == pytest.approx(1)
    assert both.argmax() == 9


def test_each_digit_of_a_row_by_its_own_place(reader: Reader) -> None:
    own = np.stack([alone({4: 0.5, 9: 0.4}), alone({1: 0.5, 7: 0.4})])
    both = together(reader.judge, own, places({9: 0.9}, {7: 0.9}), (4, 1))
    assert both.argmax(axis=1).tolist() == [9, 7]


@pytest.mark.parametrize("asked", [False, True])
def test_where_the_judge_is_sure_nobody_else_is_asked(
    reader: Reader, mnist, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    ink = mnist.validation.images[0].astype(np.float32) / 255
    components = find_components(ink)
    members = np.arange(len(components.boxes))
    seen = []

    def answers(_: RowJudge, image: object) -> np.ndarray:
        seen.append(image)
        return places({3: 0.9})

    monkeypatch.setattr(RowJudge, "__call__", answers)
    share = DOUBT - 0.01 if asked else DOUBT + 0.005
    own = reader.judge.as_given(alone({4: share})[None])[0]
    both = second(reader.judge, reader.along, own, ink, components, members)
    assert bool(seen) == asked
    assert np.array_equal(both, own) != asked
    assert np.array_equal(second(reader.judge, None, own, ink, components, members), own)


def test_the_threshold_is_of_those_who_are_asked(reader: Reader) -> None:
    assert threshold(reader.judge, None) == reader.judge.rule.threshold
    assert threshold(reader.judge, reader.along) == SURE


def test_what_is_found_in_a_picture_must_be_surer(mnist, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1.1 nothing of which the judge is in doubt is sure enough to stand alone in a picture."""
    paper = on_paper(page([row([mnist.validation.images[0]])]))
    reader = Reader()
    assert reader.read(paper).text == str(mnist.validation.labels[0])
    monkeypatch.setattr("handlens.reading.choice.DOUBT", 1.0)
    monkeypatch.setattr("handlens.reading.rows.FOUND", 1.1)
    reading = reader.read(paper)
    assert (reading.text, len(reading.rejected)) == ("", 1)
    assert opinions.FOUND < 1
