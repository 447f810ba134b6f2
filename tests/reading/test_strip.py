import cv2
import numpy as np
import pytest

from handlens.reading.strip import loops_of, strokes_across

PEN = 6.0
TIPS = [(100 + 80 * np.sin(turn), 100 - 80 * np.cos(turn)) for turn in 4 * np.pi / 5 * np.arange(5)]
"""Of a star that is drawn in one stroke."""


def drawn(*outlines: list[tuple[float, float]]) -> np.ndarray:
    """Closed outlines of points x, y, inked."""
    ink = np.zeros((200, 200), np.float32)
    for points in outlines:
        cv2.polylines(ink, [np.round(points).astype(np.int32)], True, 1.0, round(PEN))
    return ink


def square(left: int, top: int, side: int) -> list[tuple[float, float]]:
    return [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]


@pytest.mark.parametrize(
    ("ink", "loops"),
    [
        (drawn([(100, 20), (100, 180)]), 0),
        (drawn(square(60, 60, 80)), 1),
        (drawn(square(60, 20, 70), square(60, 90, 70)), 2),
        (drawn(square(20, 60, 60), square(120, 60, 60)), 2),
        (drawn(TIPS), 6),
    ],
    ids=["one", "nought", "eight", "two noughts", "star"],
)
def test_loops_are_paper_that_strokes_enclose(ink: np.ndarray, loops: int):
    assert loops_of(ink, PEN) == loops


@pytest.mark.parametrize(("side", "loops"), [(2, 1), (3, 2)])
def test_a_speck_of_paper_in_a_stroke_is_no_loop(side: int, loops: int):
    ink = drawn(square(60, 60, 80))
    ink[100 : 100 + side, 59 : 59 + side] = 0
    assert loops_of(ink, PEN) == loops


def spiral(turns: float) -> np.ndarray:
    """From the middle to 95 pixels from it, its turns evenly apart."""
    angle = np.linspace(0, 2 * np.pi * turns, 400)
    out = 100 + (95 * angle / angle[-1])[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ink = np.zeros((200, 200), np.float32)
    cv2.polylines(ink, [np.round(out).astype(np.int32)], False, 1.0, 3)
    return ink


@pytest.mark.parametrize("turns", [2, 3, 4, 5])
def test_a_line_through_a_spiral_crosses_each_turn_twice(turns: int):
    """Those a sixth of its width from its middle lie outside of its innermost turns."""
    assert 2 * turns - 2 <= strokes_across(spiral(turns)) <= 2 * turns


@pytest.mark.parametrize(
    ("ink", "strokes"),
    [
        (np.ones((160, 6), np.float32), 1),
        (drawn(square(20, 20, 160)), 2),
        (drawn(square(20, 20, 160), square(60, 60, 80)), 4),
        (drawn(*([(x, 20), (x, 180)] for x in range(20, 200, 20))), 0),
        (drawn(*([(20, y), (180, y)] for y in range(20, 200, 20))), 0),
    ],
    ids=["one", "nought", "nought in a nought", "upright lines", "lines"],
)
def test_strokes_are_counted_along_and_upright(ink: np.ndarray, strokes: int):
    """Lines between upright lines cross none; what is crossed one way only is no spiral."""
    assert strokes_across(ink) == strokes
