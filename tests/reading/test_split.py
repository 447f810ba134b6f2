from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import page, row

from handlens.reading.cuts import cuts_of
from handlens.reading.hand import Hand, bodies_of, hand_of
from handlens.reading.lines import find_components, find_lines
from handlens.reading.marks import Place, mark_at, slash_likelihood
from handlens.reading.overlap import with_shared_ink
from handlens.reading.split import candidates_of, pieces_of
from handlens.reading.strip import Strip, strip_of

NOTHING = np.empty((0, 4))
indices = st.lists(st.integers(0, 4999), min_size=1, max_size=5)


def strip(ink: np.ndarray) -> Strip:
    """All ink of a picture as one line."""
    components = find_components(ink)
    return strip_of(ink, components, np.arange(len(components.boxes)))


def rings(*lefts: int, width: int = 30) -> np.ndarray:
    """Upright ovals, 60 high with a pen of 6, as wide as asked."""
    y, x = np.mgrid[:120, : max(lefts) + width + 40]
    ink = np.zeros(y.shape, np.float32)
    for left in lefts:
        away = np.hypot((y - 60) / 30, (x - left - width / 2) / (width / 2))
        ink[(away < 1) & (away > 1 - 12 / width)] = 1
    return ink


def test_a_line_has_a_pen_of_its_own():
    fine, broad = np.zeros((2, 120, 300), np.float32)
    for left in (20, 90, 160):
        fine[30:90, left : left + 4] = 1
        broad[20:100, left : left + 12] = 1
    ink = np.vstack([fine, broad, broad])
    components = find_components(ink)
    pens = [strip_of(ink, components, line).pen for line in find_lines(components)]
    assert pens == pytest.approx([4, 12, 12], rel=0.1)


@given(chosen=indices, gap=st.integers(-4, 14))
def test_the_pieces_are_the_ink_no_more_and_no_less(mnist, chosen, gap):
    line = strip(page([row([mnist.validation.images[i] for i in chosen], gap)]))
    found = np.zeros_like(line.ink)
    for piece in pieces_of(line):
        found[piece.top : piece.bottom, piece.left : piece.right] += piece.ink
    np.testing.assert_allclose(found, line.ink * (line.labels > 0), atol=1e-6)


def test_a_component_whose_ink_is_lost_is_no_piece():
    """A speck's fringe may keep its label where a shrunk or turned line has no ink: that once crashed."""
    ink = rings(20, 80, 140)
    components = find_components(ink)
    (top, left, bottom, right), *_ = components.boxes[1:]
    ink[top:bottom, left:right] = 0
    line = strip_of(ink, components, np.arange(len(components.boxes)))
    assert len(pieces_of(line)) == len(components.boxes) - 1


@given(chosen=indices, gap=st.integers(-4, 14))
def test_a_candidate_is_the_ink_of_its_pieces(mnist, chosen, gap):
    line = strip(page([row([mnist.validation.images[i] for i in chosen], gap)]))
    pieces = pieces_of(line)
    candidates = candidates_of(line, pieces)
    assert {(c.start, c.stop) for c in candidates} >= {(i, i + 1) for i in range(len(pieces))}
    for candidate in candidates:
        run = pieces[candidate.start : candidate.stop]
        assert candidate.ink.sum() == pytest.approx(sum(piece.ink.sum() for piece in run), rel=1e-4)


def strokes(*heights: int) -> np.ndarray:
    """Upright strokes beside each other, 4 wide, 10 apart."""
    ink = np.zeros((120, 14 * len(heights) + 40), np.float32)
    for number, height in enumerate(heights):
        ink[100 - height : 100, 20 + 14 * number : 24 + 14 * number] = 1
    return ink


@pytest.mark.parametrize(
    ("heights", "runs"),
    [
        ((60, 60, 60), {(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)}),
        ((60, 30, 60), {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}),
    ],
)
def test_three_tall_strokes_are_no_digit_but_two_with_a_short_one_may_be(heights, runs):
    line = strip(strokes(*heights))
    found = candidates_of(line, pieces_of(line))
    assert {(candidate.start, candidate.stop) for candidate in found} == runs


def test_tall_pieces_of_one_stroke_may_be_a_digit_however_many():
    """A slanted, wavy nought that was cut often is one candidate all the same."""
    line = strip(rings(20, 44, 68))
    pieces = pieces_of(line)
    assert sum(piece.ink.shape[0] > 0.8 * line.height for piece in pieces) > 2
    assert (0, len(pieces)) in {(c.start, c.stop) for c in candidates_of(line, pieces)}


def test_each_of_some_separate_digits_is_a_candidate(mnist):
    images = [mnist.validation.images[i] for i in range(0, 5000, 700)]
    line = strip(page([row(images)]))
    whole = [c.left for c in candidates_of(line, pieces_of(line)) if c.whole and c.gap == 0]
    assert len(whole) >= len(images)


def test_digits_that_touch_are_cut_where_they_touch():
    ink = rings(20, 48)
    line = strip(ink)
    candidates = candidates_of(line, pieces_of(line))
    middle = (48 + 50) / 2 - 20  # of the shared wall, in the strip
    halves = [c for c in candidates if abs(c.left + c.ink.shape[1] - middle) < 4 and c.start == 0]
    assert halves
    assert not halves[0].whole


def test_a_cut_follows_a_slanted_gap():
    ink = np.zeros((80, 90), np.float32)
    for r in range(80):
        ink[r, 50 - r // 2 : 56 - r // 2] = ink[r, 68 - r // 2 : 74 - r // 2] = 1
    ink[38:44, 30:60] = 1  # the bridge
    cuts = cuts_of(ink, 80.0, 6.0, 0.5)
    between = [cut for cut in cuts if 56 - 40 < cut.columns[40] + 2 < 68 - 40 + 18]
    assert min(cut.crossed for cut in between) == pytest.approx(1, abs=0.4)
    best = min(between, key=lambda cut: cut.crossed)
    assert best.columns[5] > best.columns[75] + 20


def test_cuts_don_t_cross_and_leave_ink_on_both_sides(mnist):
    ink = row([mnist.validation.images[i] for i in range(0, 60, 10)], -4)
    cuts = cuts_of(ink, 40.0, 6.0, 0.0)
    assert len(cuts) > 5
    for before, after in pairwise(cuts):
        assert (after.columns >= before.columns).all()
    for cut in cuts:
        left = ink[np.arange(ink.shape[1]) + 0.5 < cut.columns[:, None]].sum()
        assert 0 < left < ink.sum()


def test_a_tangle_is_not_cut():
    rng = np.random.default_rng(0)
    eights = np.maximum(rings(2, 26, 50, 74), np.roll(rings(2, 26, 50, 74), 12, axis=1))
    assert cuts_of(eights, 60.0, 6.0, 0.0)
    tangle = np.zeros((150, 600), np.float32)
    for _ in range(40):
        ends = rng.uniform((0, 0), tangle.shape[::-1], (2, 2)).astype(int).tolist()
        cv2.line(tangle, *ends, 1.0, 3)
    assert not cuts_of(tangle, 150.0, 3.0, 0.0)


def test_a_broken_five_is_one_candidate_and_whole():
    ink = np.zeros((100, 80), np.float32)
    ink[20:25, 34:56] = 1  # the roof
    ink[30:50, 28:33] = ink[50:55, 28:50] = ink[55:75, 47:52] = ink[75:80, 26:52] = 1
    line = strip(ink)
    assert len(find_components(ink).boxes) == 2
    tall = [c for c in candidates_of(line, pieces_of(line)) if c.whole and c.ink.shape[0] > 55]
    assert len(tall) == 1


def test_a_slanted_line_is_turned_level_and_its_boxes_lead_back():
    ink = np.zeros((400, 500), np.float32)
    for k in range(6):
        top, left = round(60 + 60 * k * np.tan(np.radians(12))), 40 + 60 * k
        ink[top : top + 40, left : left + 20] = 1
        ink[top + 5 : top + 35, left + 5 : left + 15] = 0
    line = strip(ink)
    tops = line.boxes[:, 0]
    assert tops.max() - tops.min() < 4
    number = int(np.argmin(line.boxes[:, 1])) + 1
    box = line.box_in_picture(line.ink * (line.labels == number), 0, 0)
    np.testing.assert_allclose(box, (60, 40, 100, 60), atol=3)


def test_a_large_line_is_shrunk_and_its_boxes_lead_back():
    ink = np.zeros((900, 900), np.float32)
    ink[100:700, 200:500] = 1
    ink[150:650, 250:450] = 0
    line = strip(ink)
    assert line.height < 100
    np.testing.assert_allclose(line.box_in_picture(line.ink, 0, 0), (100, 200, 700, 500), atol=7)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Place(0.0, 0.12, 0.12, 0.1), "dot"),
        (Place(0.45, 0.57, 0.5, 0.1), "minus"),
        (Place(-0.2, 0.15, 0.15, 0.1), "comma"),
        (Place(-0.02, 0.25, 0.13, 0.08), "comma"),
        (Place(0.5, 0.62, 0.12, 0.1), "other"),
        (Place(0.7, 1.05, 0.12, 0.1), "other"),
        (Place(0.9, 1.0, 0.6, 0.1), None),  # a five's roof
        (Place(0.0, 0.1, 0.6, 0.1), None),  # a two's foot
        (Place(0.0, 0.55, 0.3, 0.1), None),  # a low digit
    ],
)
def test_small_marks_by_size_and_place(place, kind):
    assert mark_at(place) == kind


def marks_beside(*extra) -> list[str | None]:
    ink = rings(20, 110)
    for part in extra:
        ink[part] = 1
    return [piece.mark for piece in pieces_of(strip(ink)) if piece.mark or not piece.cut]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([np.s_[82:90, 70:78]], "dot"),
        ([np.s_[80:100, 70:77]], "comma"),
        ([np.s_[57:63, 65:90]], "minus"),
        ([np.s_[78:86, 70:78], np.s_[45:53, 70:78]], "colon"),
    ],
)
def test_marks_between_digits(parts, kind):
    assert marks_beside(*parts) == [None, kind, None]


def test_a_bar_through_a_digit_is_no_minus():
    assert marks_beside(np.s_[57:63, 26:44]) == [None, None]


def stroke(lean: float, height: int) -> np.ndarray:
    ink = np.zeros((height, 160), np.float32)
    for r in range(height):
        left = 70 + round(lean * (height / 2 - r))
        ink[r, left : left + 6] = 1
    columns = np.flatnonzero(ink.any(axis=0))
    return ink[:, columns[0] : columns[-1] + 1]


def likely_slash(lean: float, height: int, top: int, slant: float = 0.0) -> float:
    """How likely a stroke is a slash that begins at a row between upright rings from row 31 to 90."""
    ink, drawn = rings(20, 180), stroke(lean, height)
    ink[top : top + height, 100 : 100 + drawn.shape[1]] = drawn
    first, left = min(top, 31) - 1, 20 - 1  # a strip begins a pixel beside its ink
    hand = Hand(slant, 60.0, bodies_of(strip(ink)))
    return slash_likelihood(drawn, top - first, 100 - left, hand, 6.0)


def test_a_slash_leans_and_is_tall():
    assert likely_slash(0.15, 60, 30) < likely_slash(0.3, 60, 30) < 0.2
    assert likely_slash(0.5, 80, 20) > 0.8
    assert likely_slash(0.2, 70, 26) > 0.5, "it leans a little, but reaches beyond the digits"
    assert likely_slash(0, 78, 21) > 0.5, "upright, but far beyond them"
    for height, top in ((60, 30), (66, 25)):
        halfway = likely_slash(0.25, height, top)
        assert likely_slash(0.5, height, top, slant=0.5) == pytest.approx(halfway, abs=0.03), "half the slant"
    assert halfway > 0.5 > likely_slash(0.5, 60, 30, slant=0.5)
    assert slash_likelihood(rings(20)[30:90], 1, 1, Hand(0.0, 60.0, NOTHING), 6.0) == 0


def test_a_slash_begins_above_what_stands_beside_it():
    above, level, below = (likely_slash(0.3, 66, top) for top in (25, 31, 37))
    assert above > 0.5 > level > 0.1 > below
    alone = slash_likelihood(stroke(0.3, 66), 1, 1, Hand(0.0, 60.0, NOTHING), 6.0)
    assert alone == pytest.approx(level, abs=0.02), "beside nothing it begins above nothing"


def test_how_digits_lean_is_not_told_by_slashes():
    upright, slash = rings(20, 150), np.zeros((120, 220), np.float32)
    slash[20:100, 55 : 55 + stroke(0.6, 80).shape[1]] = stroke(0.6, 80)
    hand = hand_of(strip(np.maximum(upright, slash[:, : upright.shape[1]])))
    assert abs(hand.slant) < 0.02
    assert hand.height == pytest.approx(60, abs=2)
    alone = hand_of(strip(np.pad(stroke(0.6, 80), 20)))
    assert alone.slant == pytest.approx(0.6, abs=0.05), "where there is nothing else, they tell"


def test_a_cut_digit_may_have_the_ink_beside_its_cut():
    line = strip(rings(20, 44))  # they share a wall
    pieces = pieces_of(line)
    wall = (44 + 50) / 2 - 20
    for candidate in candidates_of(line, pieces):
        shared = with_shared_ink(candidate, pieces, line.pen)
        assert (shared is None) == candidate.whole
        if shared is not None:
            columns = np.flatnonzero((shared > 0).any(axis=0))
            own = candidate.ink.shape[1]
            assert own < columns[-1] - columns[0] + 1 <= own + 2 * (line.pen + 1)
            assert shared.max() <= 1
    left = min(
        (c for c in candidates_of(line, pieces) if c.start == 0 and not c.whole),
        key=lambda c: abs(c.left + c.ink.shape[1] - wall),
    )
    shared = with_shared_ink(left, pieces, line.pen)
    top, before = (np.flatnonzero((shared > 0).any(axis=axis))[0] for axis in (1, 0))
    margin = int(np.ceil(line.pen)) + 1
    assert before >= margin - 1, "nothing is added where no cut is"
    assert top <= margin
