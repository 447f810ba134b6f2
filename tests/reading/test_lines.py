import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from handlens.reading import lines
from handlens.reading.lines import find_components, find_lines, of_one_digit


def bars(places, height=40, width=16, size=(400, 900), pen=5) -> np.ndarray:
    """Hollow rectangles, each with its top left corner at a place."""
    ink = np.zeros(size, np.float32)
    for top, left in places:
        ink[top : top + height, left : left + width] = 1
        ink[top + pen : top + height - pen, left + pen : left + width - pen] = 0
    return ink


def lefts(components, groups) -> list[list[int]]:
    return [sorted(components.boxes[group, 1].tolist()) for group in groups]


@pytest.mark.parametrize("width", [2, 4, 8, 20])
def test_the_pens_width_is_that_of_a_bar(width):
    ink = np.zeros((300, 60), np.float32)
    ink[20:280, 20 : 20 + width] = 1
    assert find_components(ink).pen == pytest.approx(width, rel=0.05)


def test_neither_a_blot_nor_specks_change_the_pens_width():
    ink = bars([(50, 50 + 30 * k) for k in range(6)], pen=5)
    alone = find_components(ink).pen
    ink[200:300, 100:200] = 1
    ink[350:390:4, 20:880:4] = 1
    assert find_components(ink).pen == alone == pytest.approx(5, abs=0.7)


def test_components_are_scipys():
    ink = ndimage.gaussian_filter(np.random.default_rng(1).random((80, 120)), 2.5)
    ink = ((ink - ink.min()) / (ink.max() - ink.min())).astype(np.float32) ** 4
    found = find_components(ink)
    numbered, count = ndimage.label(ink > lines.FLOOR, np.ones((3, 3)))
    areas = ndimage.sum_labels(np.ones_like(ink), numbered, np.arange(1, count + 1))
    large = np.flatnonzero(areas > found.pen**2 / 4)
    assert sorted(found.areas.tolist()) == sorted(areas[large].astype(int).tolist())
    theirs = [ndimage.find_objects(numbered)[index] for index in large]
    assert sorted(map(tuple, found.boxes.tolist())) == sorted(
        (rows.start, columns.start, rows.stop, columns.stop) for rows, columns in theirs
    )


def test_a_speck_is_no_component_and_a_dot_is_one():
    ink = bars([(50, 50)])
    ink[70:72, 150] = 1
    ink[70:76, 250:256] = 1
    assert find_components(ink).boxes[:, 1].tolist() == [50, 250]


def test_of_too_many_components_the_largest_are_kept(monkeypatch):
    monkeypatch.setattr(lines, "MOST", 3)
    ink = bars([(50, 50), (50, 100)])
    ink[200:208, 50:850:20] = 1
    found = find_components(ink)
    assert len(found.boxes) == 3
    assert found.dropped == 2 + 40 - 3
    assert {50, 100} <= set(found.boxes[:, 1].tolist())


@given(degrees=st.floats(-15, 15), gap=st.integers(12, 40))
def test_slanted_lines_stay_apart(degrees, gap):
    step, slope = 16 + gap, np.tan(np.radians(degrees))
    places = [
        [(round(150 + 75 * line + slope * step * k), 50 + step * k) for k in range(6)] for line in range(3)
    ]
    found = find_components(bars([place for line in places for place in line], size=(600, 500)))
    groups = find_lines(found)
    assert len(groups) == 3
    for group, written in zip(groups, places, strict=True):
        assert sorted(found.boxes[group, 0].tolist()) == sorted(top for top, _ in written)


def test_a_wave_is_one_line():
    places = [(round(100 + 30 * np.sin(k / 2)), 50 + 30 * k) for k in range(20)]
    found = find_components(bars(places))
    assert [len(group) for group in find_lines(found)] == [20]


def test_lines_of_different_sizes():
    ink = np.maximum(
        bars([(40, 50 + 90 * k) for k in range(4)], 100, 50), bars([(250, 60), (250, 90)], 25, 12, pen=3)
    )
    found = find_components(ink)
    assert lefts(found, find_lines(found)) == [[50, 140, 230, 320], [60, 90]]


def test_the_columns_of_a_row_are_one_line():
    found = find_components(bars([(top, left) for top in (50, 120) for left in (50, 80, 500, 530)]))
    assert lefts(found, find_lines(found)) == [[50, 80, 500, 530]] * 2


@pytest.mark.parametrize("place", [np.s_[100:103, 10:890], np.s_[10:390, 30:33]])
def test_a_rule_belongs_to_no_line(place):
    ink = bars([(50, 50), (50, 80), (50, 110)])
    ink[place] = 1
    found = find_components(ink)
    assert lefts(found, find_lines(found)) == [[50, 80, 110]]


def test_the_table_beside_the_sheet_belongs_to_no_line():
    ink = bars([(50, 150), (50, 180), (50, 210)])
    ink[:, :60] = ink[-30:] = 1
    found = find_components(ink)
    assert lefts(found, find_lines(found)) == [[150, 180, 210]]
    assert found.boxes[of_one_digit(found), 1].tolist() == [150, 180, 210]


def test_a_digit_that_fills_its_picture_is_kept():
    ink = np.zeros((60, 40), np.float32)
    ink[:8] = ink[:, 32:] = 1
    found = find_components(ink)
    assert len(of_one_digit(found)) == len(find_lines(found)) == 1


def test_dots_and_dashes_alone_are_no_line():
    ink = np.zeros((200, 200), np.float32)
    ink[50:56, 50:56] = ink[80:86, 100:106] = ink[120:126, 40:60] = 1
    assert find_lines(find_components(ink)) == []


def test_a_loose_roof_and_a_comma_belong_to_their_line():
    ink = bars([(60, 50), (60, 120)])
    ink[48:53, 52:70] = 1
    ink[95:110, 85:91] = 1
    found = find_components(ink)
    assert [len(group) for group in find_lines(found)] == [4]


def test_something_small_along_the_edge_is_no_writing_and_a_digit_that_fills_its_picture_is():
    ink = np.zeros((400, 400), np.float32)
    ink[150:200, :6] = 1
    assert not find_lines(find_components(ink))
    assert find_lines(find_components(ink[148:202, :14]))


def test_writing_is_not_measured_by_a_table_around_the_sheet():
    ink = bars([(250, 150)], size=(400, 300))
    ink[:, :6] = ink[:6] = 1
    components = find_components(ink)
    assert lefts(components, find_lines(components)) == [[150]]
