"""One row: digits beside each other, apart, close or touching, with marks and other things between them.

Only the text is kept. What is drawn goes through the reader's own first steps, so that the network learns
from rows as it will see them.
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy.random import Generator

from handlens.arrays import Ink
from handlens.reading.lines import find_components
from handlens.reading.row_judge import row_image
from handlens.reading.strip import strip_of

from .bank import NONE, Bank

COUNTS = (0.08, 0.2, 0.2, 0.17, 0.14, 0.1, 0.06, 0.05)
"""How often a row has one, two, … digits."""

THINGS, THING = 0.15, 0.45
"""The share of rows with things that are no digit, and how often each place of such a row has one."""

MARKED, MARK = 0.35, 0.4
"""The share of rows with marks, and how often one stands between two digits of such a row."""

MARKS = ".,-/:"
MARK_SHARES = (0.2, 0.16, 0.18, 0.37, 0.09)

STROKE = 1
"""What a straight stroke is called, upright or leaning: along the row a slash looks like a one, and lean and
height tell them (`handlens.reading.path.STROKE`)."""

EDGED = 0.05
"""The share of rows beside which a long line stands, as margins and edges of paper do."""

TOUCHING, CLOSE, APART, NEAR = range(4)
SPACINGS = (0.42, 0.13, 0.17, 0.28)
"""How often a row is mostly touching, close (over and under each other), apart, or near, some touching."""

TYPICAL, MOST = 4, 22
"""The ink that digits share where they touch, in pixels of MNIST: the mean, and the most."""

WIDEST = 320
"""Rows that come out wider, in pixels as the network sees them, are left out."""


class Row(NamedTuple):
    """A row as the network sees it, and what it says."""

    pixels: UInt8[np.ndarray, "32 width"]
    text: tuple[int, ...]
    """0 … 9, or `NONE`."""


def compose(rng: Generator, bank: Bank) -> Row | None:
    """A row; None for one that is too wide."""
    text, ink = _written(rng, bank)
    ink = _leaning(ink, rng.normal(0, 0.12))
    if rng.random() < 0.25:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.5))
    components = find_components(ink)
    strip = strip_of(ink, components, np.arange(len(components.boxes)), turn=False)
    image = row_image(strip)
    if image.pixels.shape[1] > WIDEST:
        return None
    return Row(np.rint(image.pixels * 255).astype(np.uint8), text)


def _written(rng: Generator, bank: Bank) -> tuple[tuple[int, ...], Ink]:
    """Digits, marks and things from left to right."""
    zoom = rng.uniform(1.4, 3.4)
    digit = 20 * zoom
    parts = _parts(rng, bank)
    spread, slope, spacing = rng.uniform(0.02, 0.16), rng.normal(0, 0.02), rng.choice(4, p=SPACINGS)
    marked = rng.random() < MARKED
    sheet = np.zeros((int(2.6 * digit), int((1.9 * len(parts) + 3) * digit)), np.float32)
    top, x, drift = int(0.8 * digit), int(0.5 * digit), 0.0
    if rng.random() < EDGED / 2:
        x = _edge(rng, sheet, x, digit)
    text: list[int] = []
    for place, (name, image) in enumerate(parts):
        part = _enlarged(rng, image, zoom * float(np.clip(np.exp(rng.normal(0, spread)), 0.65, 1.5)))
        tall, wide = part.shape
        drift = 0.5 * drift + rng.normal(0, 0.07)
        y = int(np.clip(top + (digit - tall) / 2 + (drift + slope * place) * digit, 0, len(sheet) - tall))
        if place and marked and rng.random() < MARK:
            mark = MARKS[rng.choice(len(MARKS), p=MARK_SHARES)]
            text += [STROKE] if mark == "/" else []
            x = _mark(rng, sheet, mark, top, x, digit)
        elif place:
            x = _beside(rng, sheet, part, y, x, spacing, zoom)
        _lay(sheet, part, y, x)
        text.append(name)
        x += wide
    if rng.random() < EDGED / 2:
        x = _edge(rng, sheet, x, digit)
    return tuple(text), sheet


def _parts(rng: Generator, bank: Bank) -> list[tuple[int, np.ndarray]]:
    """What stands in a row: with what name, and how it looks; in two rows of five all of one pen."""
    odd, one_pen, pen = rng.random() < THINGS, rng.random() < 0.4, rng.random()
    parts = []
    for _ in range(1 + int(rng.choice(len(COUNTS), p=COUNTS))):
        if odd and rng.random() < THING:
            parts.append((NONE, bank.things[rng.integers(len(bank.things))]))
            continue
        share = np.clip(pen + rng.normal(0, 0.06), 0, 0.9999) if one_pen else rng.random()
        place = bank.by_pen[int(share * len(bank.by_pen))]
        parts.append((int(bank.labels[place]), bank.digits[place]))
    return parts


def _enlarged(rng: Generator, image: np.ndarray, zoom: float) -> Ink:
    """Cut to its ink."""
    rows, columns = (np.flatnonzero((image > 30).any(axis=axis)) for axis in (1, 0))
    cut = np.ascontiguousarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    wider = zoom * float(np.exp(rng.normal(0, 0.05)))
    large = cv2.resize(cut, None, fx=wider, fy=zoom, interpolation=cv2.INTER_CUBIC)
    ink: Ink = large.astype(np.float32) / 255
    return ink


def _beside(rng: Generator, sheet: Ink, part: Ink, y: int, x: int, spacing: int, zoom: float) -> int:
    """Where the part begins; what was written so far ends at x."""
    digit = 20 * zoom
    if rng.random() < {TOUCHING: 0.85, NEAR: 0.4}.get(spacing, 0):
        shared = zoom**2 * min(rng.exponential(TYPICAL), MOST)
        return _moved(sheet, part, y, x, max(0, x - int(0.65 * part.shape[1])), shared)
    if spacing == CLOSE:
        free = _moved(sheet, part, y, x, max(0, x - part.shape[1] // 2), 1e-6)
        return free + 1 + int(rng.uniform(1, 0.12 * digit))
    return x + int(rng.uniform(*((0.05, 0.8) if spacing == APART else (0, 0.3))) * digit)


def _moved(sheet: Ink, part: Ink, y: int, x: int, furthest: int, shared: float) -> int:
    """How far to the left the part may move until so much ink, in pixels, lies over what is there."""
    tall, wide = part.shape
    while x > furthest and np.minimum(sheet[y : y + tall, x : x + wide], part).sum() < shared:
        x -= 1
    return x


def _lay(sheet: Ink, part: Ink, y: int, x: int) -> None:
    under = sheet[y : y + part.shape[0], x : x + part.shape[1]]
    np.maximum(under, part[: under.shape[0], : under.shape[1]], out=under)


def _mark(rng: Generator, sheet: Ink, kind: str, top: int, x: int, digit: float) -> int:
    """A mark behind what ends at x, and where it ends with the paper behind it."""
    pen = rng.uniform(0.08, 0.16) * digit
    height, width = int(1.5 * digit), int(1.2 * digit)
    ink = np.zeros((height, width), np.float32)
    above, middle = 0.15 * digit, width / 2

    def dot(y: float) -> None:
        cv2.circle(
            ink, _fixed(middle, above + y), int(8 * rng.uniform(0.5, 0.8) * pen), 1, -1, cv2.LINE_AA, 3
        )

    def stroke(x1: float, y1: float, x2: float, y2: float) -> None:
        ends = _fixed(middle + x1, above + y1), _fixed(middle + x2, above + y2)
        cv2.line(ink, *ends, 1, max(1, round(pen)), cv2.LINE_AA, 3)

    if kind == ".":
        dot(digit - pen / 2)
    elif kind == ":":
        dot(0.75 * digit)
        dot(0.3 * digit)
    elif kind == ",":
        stroke(0, 0.92 * digit, -0.1 * digit, rng.uniform(1.05, 1.2) * digit)
    elif kind == "-":
        half, level = rng.uniform(0.12, 0.3) * digit, rng.uniform(0.4, 0.62) * digit
        stroke(-half, level + rng.normal(0, 0.03) * digit, half, level)
    else:
        lean = rng.uniform(-0.05, 0.45) * digit
        stroke(lean, rng.uniform(-0.12, 0.12) * digit, -lean, rng.uniform(0.88, 1.2) * digit)
    columns = np.flatnonzero(ink.any(axis=0))
    ink = ink[:, columns[0] : columns[-1] + 1]
    x += int(rng.uniform(0.04, 0.3) * digit)
    _lay(sheet, ink, top - int(above), x)
    return x + ink.shape[1] + int(rng.uniform(0.04, 0.3) * digit)


def _edge(rng: Generator, sheet: Ink, x: int, digit: float) -> int:
    """A long upright line, and where it ends with the paper behind it."""
    x += int(rng.uniform(0.1, 0.5) * digit)
    tilt = rng.normal(0, 0.06) * digit
    ends = _fixed(x, rng.uniform(-0.2, 0.5) * digit), _fixed(x + tilt, rng.uniform(2.1, 2.8) * digit)
    cv2.line(
        sheet,
        *ends,
        float(rng.uniform(0.4, 1)),
        max(1, round(rng.uniform(0.02, 0.12) * digit)),
        cv2.LINE_AA,
        3,
    )
    return x + int(max(tilt, 0) + rng.uniform(0.15, 0.5) * digit)


def _fixed(x: float, y: float) -> tuple[int, int]:
    """A point for OpenCV, to an eighth of a pixel."""
    return round(8 * x), round(8 * y)


def _leaning(ink: Ink, lean: float) -> Ink:
    """The whole row sheared: so many columns to the right a row upwards."""
    height, width = ink.shape
    room = int(abs(lean) * height) + 1
    shear = np.array([[1, -lean, lean * height / 2 + room / 2], [0, 1, 0]], np.float32)
    leaning: Ink = np.clip(cv2.warpAffine(ink, shear, (width + room, height)), 0, 1)
    return leaning
