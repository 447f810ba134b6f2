"""A small picture of one digit, looked at in two ways.

Low resolution, noise, fog or stripes blur what is ink and what is paper. So the network sees the framed ink,
and the picture as it is: it has learnt from both, and the clearer look counts, as for what was cut
(`overlap`). On 400 validation digits spoiled in each of fifteen ways, the clearer of the two was right in
98.2 % and sure enough in 97.3 %; the mean of the two in 98.3 and 95.1 %.
"""

import cv2
import numpy as np

from handlens.arrays import Ink
from handlens.reading.frame import SIZE, Pixels, frame
from handlens.reading.judge import Judge
from handlens.reading.lines import Components, Members, find_components, of_one_digit
from handlens.reading.opinions import second
from handlens.reading.pictures import Picture
from handlens.reading.pixels import Gray
from handlens.reading.result import Digit
from handlens.reading.row_judge import RowJudge
from handlens.reading.rows import named


def look_at_small(judge: Judge, picture: Picture, ink: Ink, along: RowJudge | None = None) -> Digit:
    """The likeliest digit in a small picture.

    Args:
        judge: looks.
        picture: not blank.
        ink: of the picture.
        along: a second opinion, where the judge is in doubt.
    """
    gray = picture.pixels
    if gray.ndim == 3:
        gray = cv2.cvtColor(gray, cv2.COLOR_RGB2GRAY)
    components = find_components(ink)
    members = of_one_digit(components)
    framed = frame(_without_specks(ink, components, members))
    looks = judge(np.stack([framed.pixels, _as_it_is(gray)]))
    clearer = looks[looks[:, : len(judge.digits)].max(axis=1).argmax()]
    probabilities = second(judge, along, clearer, ink, components, members)
    return named(judge, probabilities, framed.box, framed.pixels)


def _without_specks(ink: Ink, components: Components, members: Members) -> Ink:
    if not len(members):
        return ink
    return np.where(np.isin(components.labels, members + 1), ink, np.float32(0))


def _as_it_is(gray: Gray) -> Pixels:
    """The picture at a frame's size and in its range, light on dark: most of a picture is paper."""
    lowest, highest = float(gray.min()), float(gray.max())
    ink = (gray.astype(np.float32) - np.float32(lowest)) / np.float32(highest - lowest)
    if np.median(ink) > 0.5:
        ink = 1 - ink
    height, width = ink.shape
    if height != width:
        side = max(height, width)
        square = np.full((side, side), np.median(ink), np.float32)
        top, left = (side - height) // 2, (side - width) // 2
        square[top : top + height, left : left + width] = ink
        ink = square
    if ink.shape != (SIZE, SIZE):
        ink = np.clip(cv2.resize(ink, (SIZE, SIZE), interpolation=cv2.INTER_AREA), 0, 1)
    return ink
