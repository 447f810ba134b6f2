import base64
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from scipy import ndimage

from handlens.errors import InkError
from handlens.reading.frame import CENTRE, FIT, INK_THRESHOLD, SIZE, Frame, frame, from_gray

GOLDEN = sorted((Path(__file__).parent.parent / "golden" / "frame").glob("*.json"))

# Every pixel counts as ink, so that the box is the whole array and a property needs no exception.
solid = st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0.25, 1))
)
margins = st.tuples(*[st.integers(0, 30)] * 4)


def pad(ink: np.ndarray, margins: tuple[int, int, int, int]) -> np.ndarray:
    top, left, bottom, right = margins
    return np.pad(ink, ((top, bottom), (left, right)))


def square_of(framed: Frame) -> np.ndarray:
    """The 20x20 before gain and shift, empty margins included."""
    down, right = framed.shift
    around = np.pad(framed.pixels, SIZE)
    return around[SIZE + down :, SIZE + right :][:FIT, :FIT] / framed.gain


def averaged_by_repetition(ink: np.ndarray) -> np.ndarray:
    """Each pixel in FIT x FIT copies, then means of side x side: an area average without a fraction."""
    height, width = ink.shape
    side = max(height, width)
    above, before = (side - height) // 2, (side - width) // 2
    square = np.pad(ink, ((above, side - height - above), (before, side - width - before)))
    fine = np.kron(square, np.ones((FIT, FIT)))
    return fine.reshape(FIT, side, FIT, side).mean(axis=(1, 3))


@given(ink=solid)
def test_the_area_average_is_exact(ink):
    np.testing.assert_allclose(square_of(frame(ink)), averaged_by_repetition(ink), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("by", [1, 2, 3, 17, 60])
def test_shrinking_by_a_whole_number_equals_pillows_box_filter(by):
    ink = np.random.default_rng(by).uniform(0.2, 1, (FIT * by, FIT * by)).astype(np.float32)
    theirs = np.asarray(Image.fromarray(ink).resize((FIT, FIT), Image.Resampling.BOX))
    np.testing.assert_allclose(square_of(frame(ink)), theirs, rtol=2e-6)


@given(ink=solid)
def test_mass_is_kept_up_to_scale_and_gain(ink):
    framed = frame(ink)
    assert framed.pixels.sum() == pytest.approx(ink.sum() * framed.scale**2 * framed.gain, rel=1e-5)


@given(ink=solid, margins=margins)
def test_the_place_in_the_picture_changes_only_where_the_ink_was_found(ink, margins):
    bare, moved = frame(ink), frame(pad(ink, margins))
    np.testing.assert_array_equal(bare.pixels, moved.pixels)
    assert (bare.scale, bare.gain, bare.shift) == (moved.scale, moved.gain, moved.shift)
    top, left = margins[:2]
    assert moved.box == (top, left, top + ink.shape[0], left + ink.shape[1])
    assert moved.corner == (bare.corner[0] + top, bare.corner[1] + left)


@given(ink=solid)
def test_pixels_fill_0_to_1_and_the_longer_side_fills_20(ink):
    pixels = frame(ink).pixels
    assert pixels.shape == (SIZE, SIZE)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() == pytest.approx(1, abs=1e-6)
    held = pixels > 0
    sides = int(held.any(axis=1).sum()), int(held.any(axis=0).sum())
    assert max(sides) == FIT


@given(ink=solid)
def test_the_centre_of_mass_lies_in_the_middle_pixel(ink):
    # Solid ink is too even for the frame's edge to stop the shift.
    row, column = ndimage.center_of_mass(frame(ink).pixels.astype(float))
    assert CENTRE - 0.5 - 1e-4 <= row <= CENTRE + 0.5 + 1e-4
    assert CENTRE - 0.5 - 1e-4 <= column <= CENTRE + 0.5 + 1e-4


def test_the_shift_is_scipys_by_whole_pixels():
    ink = np.random.default_rng(3).uniform(0.3, 1, (FIT, 11))
    framed = frame(ink)
    middle = np.pad(square_of(framed) * framed.gain, (SIZE - FIT) // 2)
    moved = ndimage.shift(middle, np.array(framed.shift) - (SIZE - FIT) // 2, order=1)
    np.testing.assert_allclose(framed.pixels, moved, atol=1e-6)


def test_the_shift_stops_where_ink_would_be_cut_off():
    ink = np.zeros((60, 40))
    ink[:50, 20], ink[50:] = 0.2, 1
    framed = frame(ink)
    assert framed.shift[0] == 0
    assert ndimage.center_of_mass(framed.pixels)[0] > CENTRE + 0.5
    assert framed.pixels.sum() == pytest.approx(ink.sum() * framed.scale**2 * framed.gain, rel=1e-5)


def test_empty_margins_of_the_square_may_leave_the_frame():
    ink = np.zeros((60, 48))
    ink[:, :12], ink[-1] = 1, 0.2
    framed, mirrored = frame(ink), frame(np.fliplr(ink))
    assert (framed.shift[1], mirrored.shift[1]) == (10, -1)
    for one in framed, mirrored:
        assert one.pixels.sum() == pytest.approx(ink.sum() * one.scale**2 * one.gain, rel=1e-5)


@pytest.mark.parametrize("flip", [np.flipud, np.fliplr])
@pytest.mark.parametrize("shape", [(8, 8), (40, 20), (20, 20), (200, 6)])
def test_a_tie_falls_the_same_way_however_it_is_summed(flip, shape):
    ink = np.random.default_rng(5).uniform(0.3, 1, shape)
    ink = ink + np.flipud(ink)
    ink = (ink + np.fliplr(ink)) / 4
    np.testing.assert_array_equal(frame(ink).shift, frame(flip(ink)).shift)


def test_mnist_digits_come_back(mnist):
    images = mnist.train.images[:500]
    changes = np.array([np.abs(frame(from_gray(image)).pixels * 255 - image).mean() for image in images])
    assert np.median(changes) < 0.1
    assert np.mean(changes < 1) > 0.99


@given(ink=solid, by=st.integers(1, 9))
def test_sharper_pictures_of_the_same_ink_give_the_same_frame(ink, by):
    # Doubled first: an odd margin can't be halved into whole pixels.
    ink = np.kron(ink, np.ones((2, 2)))
    large = np.kron(ink, np.ones((by, by)))
    np.testing.assert_allclose(frame(large).pixels, frame(ink).pixels, atol=1e-6)


@given(ink=solid, margins=margins)
def test_a_point_of_the_frame_leads_back_to_its_source(ink, margins):
    framed = frame(pad(ink, margins))
    held = framed.pixels > 0
    top, left = np.flatnonzero(held.any(axis=1))[0], np.flatnonzero(held.any(axis=0))[0]
    row, column = framed.to_source(float(top), float(left))
    # Half a cell of the longer side is empty at most.
    assert framed.box.top - 1 / framed.scale <= row <= framed.box.top + 1e-9
    assert framed.box.left - 1 / framed.scale <= column <= framed.box.left + 1e-9
    down, right = framed.shift
    assert framed.to_source(float(down), float(right)) == framed.corner


def test_haze_below_the_threshold_does_not_widen_the_box():
    ink = np.full((50, 50), INK_THRESHOLD, np.float32)
    ink[20:40, 10:18] = 1
    assert frame(ink).box == (20, 10, 40, 18)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.uint16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("dark_on_light", [False, True])
def test_any_gray_picture_gives_the_same_ink(dtype, dark_on_light):
    seven = np.zeros((30, 20), bool)
    seven[5:8, 5:15] = seven[5:25, 12:15] = True
    full = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    picture = ((seven ^ dark_on_light) * full).astype(dtype)
    ink = from_gray(picture)
    assert ink.dtype == np.float32
    np.testing.assert_array_equal(ink, seven)


@given(
    stroke=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(60, 255)),
    paper=st.integers(0, 20),
)
def test_polarity_makes_no_difference(stroke, paper):
    picture = np.pad(stroke, 2, constant_values=paper)
    bright, dark = frame(from_gray(picture)), frame(from_gray(255 - picture))
    np.testing.assert_allclose(bright.pixels, dark.pixels, atol=1e-6)
    assert bright.box == dark.box


def test_paper_becomes_0_and_the_strongest_ink_1():
    picture = np.full((9, 9), 200, np.uint8)
    picture[4, 3:6] = 100, 150, 250
    np.testing.assert_allclose(from_gray(picture)[4, 3:6], [1, 0.5, 0], atol=1e-6)
    assert from_gray(picture)[0, 0] == 0


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_ink_that_runs_along_an_edge_is_not_taken_for_paper(turns):
    seven = np.zeros((40, 30), bool)
    seven[:, 0] = seven[0, :20] = True
    picture = np.rot90(seven, turns)
    np.testing.assert_array_equal(from_gray(~picture), picture)
    np.testing.assert_array_equal(from_gray(picture), picture)


def test_a_single_pixel_fills_the_box():
    framed = frame(np.ones((1, 1)))
    assert framed.scale == FIT
    assert framed.shift == (4, 4)
    np.testing.assert_array_equal(framed.pixels, np.pad(np.ones((FIT, FIT)), 4))


def test_the_input_stays_as_it_was():
    picture = np.random.default_rng(0).uniform(0, 1, (20, 30))
    before = picture.copy()
    picture.setflags(write=False)
    frame(picture)
    from_gray(picture)
    np.testing.assert_array_equal(picture, before)


def test_twelve_megapixels_are_framed():
    picture = np.full((3000, 4000), 250, np.uint8)
    picture[200:2900:2, 100:3900] = 10
    framed = frame(from_gray(picture))
    assert framed.box == (200, 100, 2899, 3900)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((28, 28, 3)), r"has shape \(28, 28, 3\); expected \[height, width\]"),
        (np.zeros(28), r"has shape \(28,\)"),
        (np.zeros((0, 5)), "is 0 x 5 pixels; expected 1 to 10000 a side"),
        (np.zeros((10_001, 1)), "is 10001 x 1 pixels.* Crop or shrink"),
        (np.array([[0, np.nan, np.inf]]), "has 2 values that are NaN or infinite; expected 0 … 1"),
        (np.array([[0.0, 255.0]]), "has values from 0 to 255; expected 0 … 1: divide"),
        (np.array([[-0.5, 0.5]]), "has values from -0.5 to 0.5"),
        (np.zeros((5, 5)), "no ink found"),
    ],
)
@pytest.mark.parametrize("function", [frame, from_gray])
def test_what_is_no_ink_is_refused_with_the_reason(function, picture, message):
    with pytest.raises(InkError, match=message):
        function(picture)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((5, 5), np.int64), r"values are int64; expected bool, uint8.* picture\.astype"),
        (np.zeros((5, 5), complex), "values are complex128"),
        (np.full((5, 5), 255, np.uint8), "no ink found: the grays differ from the paper's by 0.000"),
        (np.pad([[7]], 2).astype(np.uint8), "by 0.027 of the full range, less than 0.031"),
    ],
)
def test_what_is_no_gray_picture_is_refused_with_the_reason(picture, message):
    with pytest.raises(InkError, match=message):
        from_gray(picture)


def test_the_golden_files_are_all_here():
    assert len(GOLDEN) >= 12


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    gray, expected = case["gray"], case["frame"]
    pixels = np.frombuffer(base64.b64decode(gray["uint8"]), np.uint8)
    framed = frame(from_gray(pixels.reshape(gray["height"], gray["width"])))
    np.testing.assert_allclose(framed.pixels, expected["pixels"], rtol=0, atol=1e-6)
    assert list(framed.box) == expected["box"]
    assert list(framed.corner) == expected["corner"]
    assert list(framed.shift) == expected["shift"]
    assert framed.scale == pytest.approx(expected["scale"], rel=1e-9)
    assert framed.gain == pytest.approx(expected["gain"], rel=1e-6)
