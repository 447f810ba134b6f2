import cv2
import numpy as np
import pytest

from handlens.reading.strip import loops_of

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
