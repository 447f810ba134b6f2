import cv2
import numpy as np
import pytest

from handlens.reading.desk import sheet_on_desk
from handlens.reading.ink import ink
from handlens.reading.pictures import load

HEIGHT, WIDTH = 240, 320
CORNERS = np.array([(50, 40), (270, 30), (300, 210), (30, 215)], np.int32)


def written(at: tuple[int, int] = (80, 130), size: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """Where digits are."""
    ink = np.zeros(size, np.uint8)
    cv2.putText(ink, "2480", at, cv2.FONT_HERSHEY_SIMPLEX, 2, 1, 5)
    return ink > 0


def on_desk(paper: int, desk: int, pen: int, corners: np.ndarray = CORNERS) -> tuple[np.ndarray, np.ndarray]:
    """A picture, and where its sheet is."""
    rng = np.random.default_rng(0)
    sheet = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(sheet, corners, 1)
    picture = np.where(sheet > 0, paper, desk + cv2.GaussianBlur(rng.normal(0, 20, sheet.shape), (0, 0), 2))
    picture[written() & (sheet > 0)] = pen
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.8) + rng.normal(0, 2, sheet.shape)
    return np.clip(blurred, 0, 255).astype(np.uint8), sheet > 0


OUT_OF_THE_PICTURE = np.array([(-90, 40), (250, 30), (270, 400), (-90, 400)], np.int32)


@pytest.mark.parametrize("corners", [CORNERS, OUT_OF_THE_PICTURE], ids=["whole", "two sides"])
@pytest.mark.parametrize(
    ("paper", "desk", "pen"), [(230, 70, 30), (40, 150, 220), (230, 70, 170), (90, 25, 20)]
)
def test_a_sheet_is_found_without_its_edge(paper, desk, pen, corners):
    picture, truth = on_desk(paper, desk, pen, corners)
    found = sheet_on_desk(picture)
    assert found is not None
    assert not (found & ~truth).any()
    assert found.sum() > 0.85 * truth.sum()
    assert found[written() & truth].all()


@pytest.mark.parametrize("light", [0.9, 0.6])
@pytest.mark.parametrize("size", [(480, 640), (1200, 1600)])
def test_ink_is_on_the_sheet_alone(light, size):
    picture, truth = on_desk(230, 70, 30)
    shade = np.where(np.arange(HEIGHT)[:, None] < HEIGHT / 2, 1.0, light)
    large = cv2.resize(np.rint(picture * shade).astype(np.uint8), size[::-1], interpolation=cv2.INTER_CUBIC)
    sheet = ink(load(np.dstack([large] * 3)))
    found = cv2.resize(sheet.ink, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) > 0.5
    assert sheet.ink.shape == size
    assert not sheet.light
    assert (found & written()).sum() > 0.8 * (found | written()).sum()
    assert truth.any()


def test_a_gray_card_on_the_sheet_leaves_the_desk_out():
    picture, digits = on_desk(230, 70, 230)[0], written((80, 90))
    picture[digits] = 30
    picture[110:205, 150:260] = 110  # too broad for a stroke
    found = ink(load(picture)).ink > 0.5
    assert (found & digits).sum() > 0.8 * (found | digits).sum()


def test_a_blank_sheet_on_a_desk_has_no_ink():
    assert ink(load(on_desk(230, 70, 230)[0])).blank


@pytest.mark.parametrize("dark", [0.35, 0.7])
def test_a_shadow_with_writing_on_both_sides_is_no_outline(dark):
    picture = np.where(written(), 40.0, 230.0)
    picture *= np.where(np.arange(WIDTH) > 165, dark, 1.0)
    assert sheet_on_desk(cv2.GaussianBlur(picture, (0, 0), 1).astype(np.uint8)) is None


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("pen", [6, 20, 44])
@pytest.mark.parametrize("digit", "0123456789")
def test_a_large_digit_is_no_sheet(digit, pen, turned):
    picture = np.full((HEIGHT, WIDTH), 235, np.uint8)
    cv2.putText(picture, digit, (90, 200), cv2.FONT_HERSHEY_SIMPLEX, 7, 25, pen)
    assert sheet_on_desk(255 - picture if turned else picture) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 320), (320, 1), (40, 320), (260, 260)])
def test_pictures_of_one_tone_are_one_paper(shape):
    assert sheet_on_desk(np.full(shape, 200, np.uint8)) is None
