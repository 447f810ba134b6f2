from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import InkError
from handlens.reading import path
from handlens.reading.path import NO_DIGIT, Edge, best_path, edges_of, filled, may_be, parse
from handlens.reading.split import Candidate, Piece

COUNT = 4
PAIRS = [(start, stop) for start in range(COUNT) for stop in range(start + 1, COUNT + 1)]

pairs = st.sampled_from(PAIRS)
scores = st.integers(-50, 0).map(lambda tenth: tenth / 10)
marks, digits = st.sampled_from(["none", "minus", "dot"]), st.sampled_from([3, 7])
edge_lists = st.lists(
    st.builds(
        lambda pair, kind, score: Edge(*pair, kind, score, 0, 3 if kind == "digit" else NO_DIGIT),
        pairs,
        st.sampled_from(["digit", "none", "minus", "dot"]),
        scores,
    ),
    max_size=9,
)
named_lists = st.lists(
    st.one_of(
        st.builds(lambda pair, kind, score: Edge(*pair, kind, score, 0), pairs, marks, scores),
        st.builds(lambda pair, digit, score: Edge(*pair, "digit", score, 0, digit), pairs, digits, scores),
    ),
    max_size=12,
)
patterns = st.lists(st.sampled_from(["digit", "minus", "dot"]), min_size=1, max_size=3)


def all_paths(edges, position=0):
    if position == COUNT:
        yield []
    for edge in edges:
        if edge.start == position:
            for rest in all_paths(edges, edge.stop):
                yield [edge, *rest]


def cost_of_pattern(kinds, pattern) -> float:
    """The least cost of reading these kinds by the pattern, by trying every way to match marks."""
    best = -np.inf
    marks = [i for i, kind in enumerate(kinds) if kind != "digit"]
    for met in product([True, False], repeat=len(marks)):
        read = [kind for i, kind in enumerate(kinds) if kind == "digit" or met[marks.index(i)]]
        strays = met.count(False)
        for kept in product([True, False], repeat=len(pattern)):
            if any(not keep and kind == "digit" for keep, kind in zip(kept, pattern, strict=True)):
                continue
            if [kind for keep, kind in zip(kept, pattern, strict=True) if keep] == read:
                best = max(best, strays * path.STRAY + kept.count(False) * path.MISSING)
    return best


def total(edges) -> float:
    return sum(edge.score for edge in edges)


@given(edges=edge_lists)
def test_the_best_of_all_paths(edges):
    found = best_path(COUNT, edges)
    scores = [total(one) for one in all_paths(edges)]
    assert (found is None) == (not scores)
    if found is not None:
        assert total(found) == pytest.approx(max(scores))
        assert [edge.start for edge in found] == [0, *(edge.stop for edge in found[:-1])]


@given(edges=edge_lists, pattern=patterns)
def test_the_best_of_all_paths_that_a_pattern_allows(edges, pattern):
    def scored(one):
        return total(one) + cost_of_pattern([edge.kind for edge in one], pattern)

    scores = [score for one in all_paths(edges) if (score := scored(one)) > -np.inf]
    found = best_path(COUNT, edges, pattern)
    assert (found is None) == (not scores)
    if found is not None:
        assert scored(found) == pytest.approx(max(scores))


def digits_of(edges) -> tuple[int, ...]:
    return tuple(edge.digit for edge in edges if edge.kind == "digit")


@given(edges=named_lists, text=st.lists(digits, max_size=3).map(tuple), stray=scores)
def test_the_best_of_all_paths_that_read_a_text(edges, text, stray):
    def scored(one):
        return total(one) + stray * sum(edge.kind != "digit" for edge in one)

    expected = [scored(one) for one in all_paths(edges) if digits_of(one) == text]
    found = best_path(COUNT, edges, filled(None, text), stray)
    assert (found is None) == (not expected)
    if found is not None:
        assert digits_of(found) == text
        assert scored(found) == pytest.approx(max(expected))


@given(edges=named_lists, pattern=patterns, data=st.data())
def test_the_best_of_all_paths_that_read_a_text_by_a_pattern(edges, pattern, data):
    count = pattern.count("digit")
    text = tuple(data.draw(st.lists(digits, min_size=count, max_size=count)))

    def scored(one):
        return total(one) + cost_of_pattern([edge.kind for edge in one], pattern)

    expected = [scored(one) for one in all_paths(edges) if digits_of(one) == text]
    expected = [score for score in expected if score > -np.inf]
    found = best_path(COUNT, edges, filled(pattern, text))
    assert (found is None) == (not expected)
    if found is not None:
        assert digits_of(found) == text
        assert scored(found) == pytest.approx(max(expected))


@pytest.mark.parametrize(("stray", "found"), [(0.0, ["digit", "minus"]), (-2.0, ["digit"])])
def test_what_a_mark_without_a_place_costs_can_be_chosen(stray, found):
    edges = [
        Edge(0, 4, "digit", -1.0, 0, 3),
        Edge(0, 3, "digit", 0.0, 0, 3),
        Edge(3, 4, "minus", 0.0, 0),
    ]
    assert [edge.kind for edge in best_path(COUNT, edges, (3,), stray)] == found


@pytest.mark.parametrize(("text", "kinds"), [((4, 1), "digit slash"), ((4, 7), "digit digit")])
def test_along_the_row_a_slash_is_spelt_as_a_one(text, kinds):
    four = Edge(0, 2, "digit", 0.0, 0, 4)
    others = [
        Edge(2, 4, "slash", -1.0, 1),
        Edge(2, 4, "digit", -1.5, 1, 1),
        Edge(2, 4, "digit", -3.0, 1, 7),
    ]
    found = best_path(COUNT, [four, *others], filled(None, text), 0.0)
    assert [edge.kind for edge in found] == kinds.split()
    assert tuple(edge.spelt for edge in found) == text


def test_a_text_takes_a_patterns_places_for_digits_and_slashes():
    assert filled(parse("dd-d."), (4, 0, 9)) == (4, 0, "minus", 9, "dot")
    assert filled(parse("d/dd"), (4, 1, 1, 9)) == (4, "slash", 1, 9)
    assert filled(None, (4, 1, 9)) == (4, "stroke", 9)


@pytest.mark.parametrize(
    ("text", "pattern", "may"),
    [
        ((4, 1, 9), None, True),
        ((4, 1, 9), "d/d", True),
        ((4, 7, 9), "d/d", False),
        ((4, 9), "d/d", False),
        ((4, 9), "d.d", True),
        ((4, 1, 9), "d.d", False),
    ],
)
def test_what_a_row_spells_may_be_by_a_pattern(text, pattern, may):
    assert may_be(text, pattern and parse(pattern)) == may


def test_a_pattern_in_kinds():
    assert parse("dd-d d.d,d:d/d_") == (
        *("digit", "digit", "minus", "digit", "digit", "dot", "digit", "comma", "digit"),
        *("colon", "digit", "slash", "digit", "other"),
    )


@pytest.mark.parametrize("pattern", ["", "12-12", "--"])
def test_a_pattern_without_a_digit_is_refused(pattern):
    with pytest.raises(InkError, match="expects no digit; write d for each digit"):
        parse(pattern)


def line(lengths, cuts=(), marks=()):
    """Pieces of these lengths, all runs of them as candidates."""
    ink = np.ones((2, 2), np.float32)
    pieces = [
        Piece(ink, 0, 3 * i, length, i in cuts, 1.0 if i in cuts else 0.0, "dot" if i in marks else None)
        for i, length in enumerate(lengths)
    ]
    candidates = [
        Candidate(start, stop, ink, 0, 0, 0.0, 1.0, start not in cuts and stop not in cuts, 0.0)
        for start in range(len(pieces))
        for stop in range(start + 1, len(pieces) + 1)
    ]
    return pieces, candidates


def test_as_many_digits_as_few():
    # The same ink, equally well explained by one digit and by two, before what is known about cuts.
    pieces, candidates = line([1.2, 0.7])
    edges = edges_of(pieces, candidates, np.full((3, 10), 0.3, np.float32), 10)
    score = {(edge.start, edge.stop): edge.score for edge in edges if edge.kind == "digit"}
    assert score[0, 1] + score[1, 2] == pytest.approx(score[0, 2] + path.BROKEN)


@pytest.mark.parametrize(("sure", "found"), [(0.99, [(0, 1), (1, 2)]), (0.3, [(0, 2)])])
def test_a_cut_must_be_worth_it(sure, found):
    pieces, candidates = line([1.5, 1.5], cuts=[1])
    probabilities = np.full((3, 10), 0.01, np.float32)
    probabilities[[0, 2], 4], probabilities[1, 8] = sure, 0.5
    taken = best_path(2, edges_of(pieces, candidates, probabilities, 10))
    assert [(edge.start, edge.stop) for edge in taken] == found


def test_only_what_no_cut_made_is_no_digit():
    pieces, candidates = line([1.0, 1.0], cuts=[1])
    probabilities = np.zeros((3, 11), np.float32)
    probabilities[:, 10] = 1
    edges = edges_of(pieces, candidates, probabilities, 10)
    assert {(edge.start, edge.stop) for edge in edges if edge.kind == "none"} == {(0, 2)}


def test_a_mark_is_not_read_as_a_digit():
    pieces, candidates = line([1.0, 0.1, 1.0], marks=[1])
    probabilities = np.full((6, 10), 0.99, np.float32)
    taken = best_path(3, edges_of(pieces, candidates, probabilities, 10))
    assert [edge.kind for edge in taken] == ["digit", "dot", "digit"]


def test_a_short_piece_between_two_cuts_may_be_part_of_both_its_neighbours():
    pieces, candidates = line([1.0, 0.4, 1.0], cuts=[1, 2])
    edges = edges_of(pieces, candidates, np.full((6, 10), 0.5, np.float32), 10)
    shared = [edge for edge in edges if candidates[edge.candidate].start != edge.start]
    assert [(edge.start, edge.stop, candidates[edge.candidate].start) for edge in shared] == [(2, 3, 1)]


def test_a_candidate_is_each_of_the_named_digits_the_likelier_the_better():
    pieces, candidates = line([1.0, 0.4, 1.0], cuts=[1, 2])
    probabilities = np.random.default_rng(0).dirichlet(np.ones(11), len(candidates)).astype(np.float32)
    edges = edges_of(pieces, candidates, probabilities, 10, {2, 5, 7})
    plain = edges_of(pieces, candidates, probabilities, 10)
    for index, candidate in enumerate(candidates):
        own = {e.digit: e.score for e in edges if e.candidate == index and e.start == candidate.start}
        own.pop(path.NO_DIGIT, None)
        assert set(own) == {2, 5, 7}
        assert sorted(own, key=own.__getitem__) == sorted(own, key=probabilities[index].__getitem__)
        length = sum(piece.length for piece in pieces[candidate.start : candidate.stop])
        ratio = np.log(probabilities[index, 2] / probabilities[index, 5])
        assert own[2] - own[5] == pytest.approx(length * ratio, rel=1e-4)
    assert [e for e in edges if e.kind != "digit"] == [e for e in plain if e.kind != "digit"]
    assert len([e for e in edges if e.kind == "digit"]) == 3 * len([e for e in plain if e.kind == "digit"])


def test_without_names_a_candidate_is_its_likeliest_digit():
    pieces, candidates = line([1.0, 1.0])
    probabilities = np.random.default_rng(1).dirichlet(np.ones(11), 3).astype(np.float32)
    digits = [e for e in edges_of(pieces, candidates, probabilities, 10) if e.kind == "digit"]
    assert [e.digit for e in digits] == probabilities[:, :10].argmax(axis=1).tolist()
    every = edges_of(pieces, candidates, probabilities, 10, range(10))
    assert set(digits) < set(every)
