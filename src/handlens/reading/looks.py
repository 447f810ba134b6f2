"""A small picture of one digit, looked at in two ways.

Low resolution, noise, fog or stripes take an edge's sharpness, and with it what tells ink from paper. So the
network sees the framed ink, and the picture as it is: it has learnt from both.
"""

import cv2
import numpy as np

from handlens.arrays import Ink
from handlens.errors import InkError
from handlens.reading.frame import SIZE, frame, from_gray
from handlens.reading.judge import Judge
from handlens.reading.lines import find_components, of_one_digit
from handlens.reading.pictures import Picture
from handlens.reading.result import Digit
from handlens.reading.rows import named


def look_at_small(judge: Judge, picture: Picture) -> Digit | None:
    """The likeliest digit in a small picture; None where it is blank."""
    gray = picture.pixels
    if gray.ndim == 3:
        gray = cv2.cvtColor(gray, cv2.COLOR_RGB2GRAY)
    try:
        ink = from_gray(gray)
    except InkError:
        return None
    framed = frame(_without_specks(ink))
    looks = np.stack([framed.pixels, _as_it_is(ink)])
    probabilities = judge(looks).mean(axis=0)
    return named(judge, probabilities, framed.box, framed.pixels)


def _without_specks(ink: Ink) -> Ink:
    components = find_components(ink)
    members = of_one_digit(components)
    if not len(members):
        return ink
    return np.where(np.isin(components.labels, members + 1), ink, np.float32(0))


def _as_it_is(ink: Ink) -> Ink:
    """The picture at a frame's size."""
    if ink.shape == (SIZE, SIZE):
        return ink
    height, width = ink.shape
    side = max(height, width)
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ink
    return cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
