"""Which reading is taken, where the candidates and the whole row say different things."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.reading import choice
from handlens.reading.choice import UNTHOUGHT, KnownLine, chosen, text_of
from handlens.reading.path import Edge, best_path, edges_of, parse
from handlens.reading.split import Candidate, Piece

NONE, BLANK = 10, 11


def line(seen: dict[tuple[int, int], dict[int, float]], answers: np.ndarray | None = None) -> KnownLine:
    """Pieces of one digit height, all runs of them as candidates.

    Args:
        seen: by a run, how likely some digits are; all others are so by one in a hundred.
        answers: along the row.
    """
    count = max(stop for _, stop in seen)
    ink = np.ones((2, 2), np.float32)
    pieces = [Piece(ink, 0, 3 * place, 1.0, place > 0, 1.0) for place in range(count)]
    runs = [(start, stop) for start in range(count) for stop in range(start + 1, count + 1)]
    candidates = [Candidate(*run, ink, 0, 0, 0.0, 1.0, run == (0, count), 0.0) for run in runs]
    probabilities = np.full((len(runs), 11), 0.01, np.float32)
    for run, likely in seen.items():
        for digit, probability in likely.items():
            probabilities[runs.index(run), digit] = probability
    return KnownLine(pieces, candidates, probabilities, 10, answers)


def along(*texts: tuple[str, float]) -> np.ndarray:
    """Answers of each place of texts of one length, each as likely there; between the places is paper."""
    places = []
    for signs in zip(*(text for text, _ in texts), strict=True):
        spread = np.full(12, (1 - sum(share for _, share in texts)) / 12)
        for sign, (_, share) in zip(signs, texts, strict=True):
            spread[{"_": BLANK, "n": NONE}.get(sign) or int(sign)] += share
        paper = np.full(12, 1e-5)
        paper[BLANK] = 1
        places += [spread, paper / paper.sum()]
    return np.log(np.array(places))


def spans(path: list[Edge], count: int) -> bool:
    return [edge.start for edge in path] == [0, *(edge.stop for edge in path[:-1])] and path[-1].stop == count


@pytest.mark.parametrize("pattern", [None, "d", "dd"])
def test_without_answers_the_best_path_is_taken(pattern: str | None) -> None:
    known = line({(0, 1): {4: 0.6}, (1, 2): {7: 0.5}, (0, 2): {8: 0.4}})
    kinds = parse(pattern) if pattern else None
    edges = edges_of(known.pieces, known.candidates, known.probabilities, 10)
    assert chosen(known, kinds) == (best_path(2, edges, kinds), pattern is not None, None, None)


@pytest.mark.parametrize(("other", "read"), [(0.3, (9,)), (1e-4, (4,))])
def test_a_sure_row_beats_a_slightly_better_path_and_not_a_much_better_one(
    other: float, read: tuple[int, ...]
) -> None:
    known = line({(0, 1): {4: 0.6, 9: other}}, along(("9", 0.9)))
    assert text_of(chosen(known._replace(answers=None), None).path) == (4,)
    assert text_of(chosen(known, None).path) == read


@pytest.mark.parametrize(("whole", "read"), [(0.6, (1, 7)), (0.999, (8,))])
def test_a_row_says_how_many_digits_touch_unless_the_path_is_far_better(
    whole: float, read: tuple[int, ...]
) -> None:
    parts = 0.5 if whole < 0.9 else 0.01
    known = line({(0, 1): {1: parts}, (1, 2): {7: parts}, (0, 2): {8: whole}}, along(("17", 0.9)))
    assert text_of(chosen(known._replace(answers=None), None).path) == (8,)
    assert text_of(chosen(known, None).path) == read


def test_a_row_that_knows_nothing_changes_nothing() -> None:
    known = line({(0, 1): {4: 0.5, 9: 0.4}, (1, 2): {7: 0.5, 1: 0.4}}, np.full((6, 12), -np.log(12)))
    assert text_of(chosen(known, None).path) == (4, 7)


def test_what_is_no_digit_along_the_row_is_left_out_of_the_text() -> None:
    thing, sure, paper = np.full(12, 1e-3), np.full(12, 5e-4), np.full(12, 1e-5)
    thing[10], sure[9], paper[BLANK] = 0.989, 0.9945, 1
    known = line({(0, 1): {4: 0.9, 9: 1e-4}}, np.log([thing, paper, sure, paper]))
    assert text_of(chosen(known, None).path) == (9,)


def test_a_pattern_takes_only_texts_with_its_number_of_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "HOPELESS", 1000)
    seen = {(0, 1): {4: 0.6, 9: 0.3}, (1, 2): {7: 0.6, 1: 0.3}, (0, 2): {8: 0.6}}
    for text, read in (("91", (9, 1)), ("8_", (4, 7)), ("_8", (4, 7))):
        path, fits, *_ = chosen(line(seen, along((text, 0.9))), parse("dd"))
        assert (text_of(path), fits) == (read, True)
    path, fits, *_ = chosen(line(seen, along(("91", 0.9))), parse("d"))
    assert (text_of(path), fits) == ((8,), True)


def test_a_patterns_marks_stay_where_a_text_is_taken() -> None:
    seen = {(0, 1): {4: 0.5, 9: 0.4}, (1, 2): {1: 0.3}, (2, 3): {7: 0.5, 2: 0.4}}
    known = line(seen, along(("92", 0.9)))
    pieces = [known.pieces[0], Piece(known.pieces[1].ink, 0, 3, 0.1, mark="minus"), known.pieces[2]]
    path, fits, *_ = chosen(known._replace(pieces=pieces), parse("d-d"))
    assert ([edge.kind for edge in path], fits) == (["digit", "minus", "digit"], True)
    assert text_of(path) == (9, 2)


def test_without_a_pattern_a_mark_costs_a_text_nothing() -> None:
    """Else it would be taken for a part of the digit before it, though that costs too."""
    seen = {(0, 1): {4: 0.5, 9: 0.4}, (0, 2): {9: 0.9}, (2, 3): {7: 0.5, 2: 0.4}}
    known = line(seen, along(("92", 0.9)))
    pieces = [known.pieces[0], Piece(known.pieces[1].ink, 0, 3, 0.1, mark="minus"), known.pieces[2]]
    path, *_ = chosen(known._replace(pieces=pieces), None)
    assert [edge.kind for edge in path] == ["digit", "minus", "digit"]
    assert text_of(path) == (9, 2)


@pytest.mark.parametrize("answers", [None, along(("8", 0.9))])
def test_a_hopeless_pattern_is_given_up(answers: np.ndarray | None) -> None:
    known = line({(0, 1): {}, (1, 2): {}, (0, 2): {8: 0.999}}, answers)
    path, fits, *_ = chosen(known, parse("dd"))
    assert (text_of(path), fits) == ((8,), False)
    assert chosen(known, parse("d")).fits


def test_a_row_that_is_sure_of_another_number_of_digits_makes_a_pattern_hopeless() -> None:
    seen = {(0, 1): {4: 0.6}, (1, 2): {7: 0.6}, (0, 2): {8: 0.6}}
    assert chosen(line(seen), parse("dd")).fits
    path, fits, *_ = chosen(line(seen, along(("8_", 0.9999))), parse("dd"))
    assert (text_of(path), fits) == ((8,), False)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 4), pattern=st.sampled_from([None, "d", "d-dd"]))
def test_the_path_spans_all_pieces(seed: int, count: int, pattern: str | None) -> None:
    rng = np.random.default_rng(seed)
    answers = np.log(rng.dirichlet(np.full(12, 0.2), 2 * count) + 1e-9)
    known = line({(0, count): {}}, answers)
    probabilities = rng.dirichlet(np.full(11, 0.3), len(known.candidates)).astype(np.float32)
    path, fits, *_ = chosen(known._replace(probabilities=probabilities), parse(pattern) if pattern else None)
    assert spans(path, count)
    if fits:
        assert len(text_of(path)) == pattern.count("d")


def strokes(digits: str, slashes: dict[int, float], answers: np.ndarray | None = None) -> KnownLine:
    """Pieces apart that are surely these digits; ones at some places may be slashes, by these shares."""
    ink = np.ones((2, 2), np.float32)
    places = range(len(digits))
    pieces = [Piece(ink, 0, 9 * place, 1.0) for place in places]
    candidates = [
        Candidate(place, place + 1, ink, 0, 0, 0.0, 1.0, True, slashes.get(place, 0.0)) for place in places
    ]
    probabilities = np.full((len(digits), 11), 1e-3, np.float32)
    probabilities[places, [int(sign) for sign in digits]] = 0.99
    return KnownLine(pieces, candidates, probabilities, 10, answers)


def signs(path: list[Edge]) -> str:
    return "".join("/" if edge.kind == "slash" else str(edge.digit) for edge in path)


@pytest.mark.parametrize(
    ("digits", "share", "read"),
    [
        ("31112012", 0.1, "3/1/2012"),
        ("31112012", 0.02, "31112012"),  # too unlike slashes
        ("3112012", 0.1, "3112012"),  # no date
        ("11912", 0.1, "11912"),
    ],
)
@pytest.mark.parametrize("row", [False, True])
def test_a_date_is_likelier_than_another_number(digits: str, share: float, read: str, row: bool) -> None:
    answers = along((digits, 0.99)) if row else None
    known = strokes(digits, {1: share, 3: share}, answers)
    assert signs(chosen(known, None).path) == read


@pytest.mark.parametrize(("share", "read"), [(0.8, "4/3"), (0.2, "413")])
def test_whether_a_stroke_is_a_slash_or_a_one_its_lean_says_and_not_the_row(share: float, read: str) -> None:
    """Along the row a slash looks like a one."""
    choice = chosen(strokes("413", {1: share}, along(("413", 0.999))), None)
    assert signs(choice.path) == read
    assert text_of(choice.path) == (4, 1, 3)


@pytest.mark.parametrize(("own", "asked"), [(0.92, False), (0.88, True)])
def test_the_row_is_asked_where_the_judge_is_in_doubt(own: float, asked: bool) -> None:
    known = strokes("427", {})
    known.probabilities[1, 2] = own
    answers = along(("427", 0.9))
    choice = chosen(known, None, lambda: answers)
    assert text_of(choice.path) == (4, 2, 7)
    assert (choice.answers is answers) == asked


def test_the_row_is_asked_where_ink_was_cut() -> None:
    known = line({(0, 1): {4: 0.999}, (1, 2): {7: 0.999}})
    answers = along(("47", 0.9))
    assert chosen(known, None, lambda: answers).answers is answers


@pytest.mark.parametrize(("share", "complete"), [(0.9, 0.9), (0.6, 0.6)])
def test_how_likely_a_line_has_as_many_digits_as_were_read(share: float, complete: float) -> None:
    """The row says 47 with that share, and 4 alone with the rest."""
    known = line({(0, 1): {4: 0.999}, (1, 2): {7: 0.999}}, along(("47", share), ("4_", 0.999 - share)))
    assert chosen(known, None).row.complete == pytest.approx(complete, abs=0.02)
    assert chosen(known, parse("dd")).row is None, "who gives a pattern knows how many"


def test_how_likely_nothing_but_digits_stands_along_the_row() -> None:
    seen = {(0, 1): {4: 0.999}, (1, 2): {7: 0.999}}
    choice = chosen(line(seen, along(("47", 0.7), ("4n", 0.299))), None)
    assert choice.row.only_digits == pytest.approx(0.7, abs=0.02)
    assert choice.row.complete == pytest.approx(0.7, abs=0.02)
    assert chosen(line(seen), None).row is None


def test_how_likely_just_what_was_read_stands_along_the_row() -> None:
    seen = {(0, 1): {4: 0.999}, (1, 2): {7: 0.999}}
    row = chosen(line(seen, along(("47_", 0.5), ("47n", 0.3), ("4__", 0.199))), None).row
    assert row.complete == pytest.approx(0.8, abs=0.02)
    assert row.only_digits == pytest.approx(0.7, abs=0.02)
    assert row.just_these == pytest.approx(0.8 * 0.7, abs=0.02)


def test_a_number_of_digits_that_no_likely_text_has_is_next_to_impossible() -> None:
    one_piece = line({(0, 1): {4: 1.0}}, along(("4747", 0.9999)))
    choice = chosen(one_piece, None)
    assert len(text_of(choice.path)) == 1
    assert UNTHOUGHT <= choice.row.complete < 2 * UNTHOUGHT
