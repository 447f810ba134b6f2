import io

import numpy as np
import pytest
from PIL import Image

from handlens.reading.annotate import MARK, REJECTED, SURE, annotate
from handlens.reading.frame import Box
from handlens.reading.result import Digit, Line, Mark, Reading, Rejected


def reading(
    size: tuple[int, int], digits: list[Box], marks: tuple[Box, ...] = (), rejected: tuple[Box, ...] = ()
) -> Reading:
    empty = np.zeros((28, 28), np.float32)
    found = tuple(Digit("7", 0.97, {"7": 0.97, "1": 0.03}, box, empty) for box in digits)
    signs = tuple(Mark("minus", box) for box in marks)
    lines = (Line(found, signs, "7" * len(digits), digits[0]),) if digits else ()
    return Reading(lines, tuple(Rejected("a scribble", box) for box in rejected), size, "row")


def where(image: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    return (np.asarray(image) == colour).all(axis=-1)


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])


def test_each_kind_has_its_box_and_colour():
    boxes = [Box(100, 50, 200, 120), Box(140, 150, 150, 190), Box(100, 220, 200, 300)]
    paper = np.full((300, 400), 255, np.uint8)
    image = annotate(paper, reading((300, 400), boxes[:1], (boxes[1],), (boxes[2],)))
    assert image.size == (400, 300)
    for box, colour in zip(boxes, (SURE, MARK, REJECTED), strict=True):
        mask = where(image, colour)
        sides = mask[box.top : box.bottom, box.left - 6 : box.right + 6]
        assert sides[:, :7].any(axis=1).mean() > 0.3  # dashed where rejected
        assert sides[:, -7:].any(axis=1).mean() > 0.3
        assert not sides[20:-20, 20:-20].any()  # what is within can be seen


def test_a_digit_tells_its_value_above_and_its_confidence_below():
    box = Box(100, 150, 200, 220)
    image = annotate(np.full((300, 400), 255, np.uint8), reading((300, 400), [box]))
    top, left, bottom, _ = box_of(where(image, SURE))
    assert top < 100 - 20
    assert bottom > 200 + 15
    assert left >= 140


def test_a_sure_digit_has_its_value_alone():
    box, paper = Box(100, 150, 200, 220), np.full((300, 400), 255, np.uint8)
    empty = np.zeros((28, 28), np.float32)
    line = Line((Digit("7", 0.995, {"7": 0.995}, box, empty),), (), "7", box)
    image = annotate(paper, Reading((line,), (), (300, 400), "digit"))
    assert box_of(where(image, SURE))[2] <= 200 + 3


@pytest.mark.parametrize("box", [Box(0, 0, 28, 28), Box(4, 9, 24, 18)])
def test_a_small_picture_is_enlarged_so_that_its_labels_can_be_read(box):
    image = annotate(np.zeros((28, 28), np.uint8), reading((28, 28), [box]))
    times = image.width // 28
    assert image.size == (28 * times, 28 * times)
    assert (box.bottom - box.top) * times >= 90
    assert where(image, SURE).any()


def test_boxes_are_the_upright_originals_also_on_a_shrunk_photo():
    exif = Image.Exif()
    exif[0x0112] = 6
    into = io.BytesIO()
    Image.new("RGB", (3000, 2000), "white").save(into, "JPEG", exif=exif)
    image = annotate(into.getvalue(), reading((3000, 2000), [Box(2000, 1000, 2400, 1200)]))
    assert image.size == (1067, 1600)
    mask = where(image, SURE)
    scale = 1600 / 3000
    down = np.flatnonzero(mask[:, round(1100 * scale)])
    assert np.abs(down - 2000 * scale).min() <= 4
    assert np.abs(down - 2400 * scale).min() <= 4
    assert mask[round(2200 * scale), round(1000 * scale) - 6 : round(1000 * scale) + 4].any()


def test_nothing_found_is_the_picture_itself():
    paper = np.random.default_rng(0).integers(0, 256, (120, 90, 3), np.uint8)
    np.testing.assert_array_equal(np.asarray(annotate(paper, reading((120, 90), []))), paper)


def test_labels_at_the_edge_stay_within():
    box = Box(0, 360, 100, 400)
    image = annotate(np.full((100, 400), 255, np.uint8), reading((100, 400), [box]))
    white = where(image, (255, 255, 255))
    assert white[:30, 340:].any()
    assert where(image, SURE)[:30, 340:].mean() > 0.1


def rows(distance: int) -> list[Box]:
    """Three rows of digits 100 pixels high, so far below each other."""
    return [
        Box(top, left, top + 100, left + 70)
        for top in range(60, 60 + 3 * (100 + distance), 100 + distance)
        for left in range(40, 360, 80)
    ]


@pytest.mark.parametrize("distance", [16, 24, 40, 80])
def test_labels_between_close_lines_cover_no_digit(distance: int):
    boxes = rows(distance)
    size = (boxes[-1].bottom + 60, 420)
    drawn = where(annotate(np.full(size, 128, np.uint8), reading(size, boxes)), SURE)
    for box in boxes:
        assert not drawn[box.top + 1 : box.bottom - 1, box.left + 1 : box.right - 1].any()
        assert drawn[box.top - 14 : box.top - 4, box.left : box.left + 8].any(), "its value is above it"


def test_labels_cover_no_other_label():
    paper, boxes = np.full((300, 400), 128, np.uint8), (Box(100, 100, 110, 120), Box(100, 130, 110, 150))
    one, both = (
        sum(where(image, colour).sum() for colour in (MARK, (255, 255, 255)))
        for image in (
            annotate(paper, Reading((Line((), marks, "", boxes[0]),), (), (300, 400), "row"))
            for marks in ((Mark("minus", boxes[0]),), tuple(Mark("minus", box) for box in boxes))
        )
    )
    assert both == pytest.approx(2 * one, rel=0.05)  # their edges touch
