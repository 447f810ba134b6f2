import cv2
import numpy as np
import pytest

from handlens.reading.parts import Parts, along_sides, between_paper, broad
from handlens.reading.rules import BLACK

STROKE = 8.0
WIDTH = round(STROKE)


def photograph() -> tuple[np.ndarray, np.ndarray]:
    """Paper, brightness 0 … 255, on whose right half lies a shadow; and where a stroke crosses its edge."""
    gray = np.full((120, 200), 200, np.float32)
    gray[:, 100:] = 110
    stroke = np.zeros(gray.shape, bool)
    stroke[56 : 56 + WIDTH, 40:160] = True
    gray[stroke] *= 0.5
    return cv2.GaussianBlur(gray, (0, 0), 1.5).astype(np.uint8), stroke


def kept(inside: np.ndarray, gray: np.ndarray, strength: float) -> list[bool]:
    """Of each part of what is inside, from the left."""
    parts = Parts.of(inside)
    lack = np.where(inside, np.uint8(strength * BLACK), np.uint8(0))
    _, firsts = np.unique(parts.labels.T, return_index=True)
    order = parts.labels.T.ravel()[np.sort(firsts)]
    return [bool(between_paper(parts, lack, gray, STROKE)[part]) for part in order if part]


def test_a_stroke_lies_between_paper_and_paper_also_across_the_edge_of_a_shadow():
    gray, stroke = photograph()
    assert kept(stroke, gray, 0.5) == [True]


def test_the_edge_of_a_shadow_has_paper_on_one_side():
    gray, stroke = photograph()
    edge = np.zeros(gray.shape, bool)
    edge[10:50, 100 : 100 + WIDTH] = True
    assert kept(edge, gray, 0.4) == [False]
    assert kept(edge | (stroke & (np.arange(200) < 90)), gray, 0.45) == [True, False], "each by itself"


@pytest.mark.parametrize("strength", [0.5, 0.08])
def test_a_weak_stroke_beside_a_strong_one_stays(strength):
    gray = np.full((120, 200), 200, np.float32)
    inside = np.zeros(gray.shape, bool)
    lack = np.zeros(gray.shape, np.uint8)
    for left, dark in ((40, 0.8), (120, strength)):
        place = (slice(20, 100), slice(left, left + WIDTH))
        inside[place], lack[place] = True, round(dark * BLACK)
        gray[place] *= 1 - dark
    parts = Parts.of(inside)
    assert between_paper(parts, lack, gray.astype(np.uint8), STROKE)[1:].tolist() == [True, True]


def test_a_stroke_lies_between_paper_also_where_it_is_weak():
    gray = np.full((120, 200), 200, np.float32)
    inside = np.zeros(gray.shape, bool)
    inside[20:100, 40 : 40 + WIDTH] = True
    dark = np.where(np.arange(120) < 60, 0.8, 0.2)[:, None] * inside
    parts = Parts.of(inside)
    lack = np.rint(dark * BLACK).astype(np.uint8)
    assert between_paper(parts, lack, (gray * (1 - dark)).astype(np.uint8), STROKE)[1:].tolist() == [True]


@pytest.mark.parametrize("turns", range(4))
def test_a_strip_lies_along_a_side_and_the_strokes_that_hang_on_it_do_not(turns: int):
    strip, strokes = np.zeros((2, 100, 200), bool)
    for column in range(200):
        strip[: 24 + column // 50, column] = True
    strip[:, 190:] = True
    strokes[:70, 50:58] = strokes[:40, 100:130] = True
    strokes[60:90, 150:158] = True  # by itself
    strokes[90:, :90] = strokes[60:, :8] = True  # along sides, but not for long
    found = np.rot90(along_sides(np.rot90(strip | strokes, turns)), -turns)
    np.testing.assert_array_equal(found, strip)


@pytest.mark.parametrize(("width", "found"), [(60, False), (70, True)])
def test_what_is_a_third_of_the_picture_broad_is_no_stroke(width: int, found: bool):
    mask = np.zeros((150, 200), bool)
    mask[10:140, 20 : 20 + width] = True
    assert broad(mask).any() == found
    assert not broad(mask.T[:, :5]).any()
