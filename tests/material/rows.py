"""Characters beside each other in a row, apart or touching, and rows below each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from material import hands
from material.glyphs import Glyph, Hand, drawn, written
from material.mnist import Digits

_EMPTY = -1000.0


@dataclass(frozen=True, eq=False)
class Row:
    """The ink of some text: signed distance [h, w], inside positive."""

    field: np.ndarray
    text: str
    height: int  # of a digit, in pixels
    base: float  # the row of the field on which the digits stand


@dataclass(frozen=True)
class Spacing:
    """How characters stand beside each other, in digit heights."""

    gap: float = 0.2
    touching: float = 0.0  # the share of neighbours whose ink overlaps
    bounce: float = 0.04
    sizes: float = 0.06


def glyphs(
    rng: np.random.Generator, text: str, height: int, hand: Hand, digits: Digits | None, sizes: float
) -> list[Glyph]:
    """The characters of a text; digits are MNIST's, or drawn where ``digits`` is None."""
    same_pen = rng.random() < 0.75
    found = []
    for character in text:
        own = max(8, round(height * np.clip(rng.normal(1, sizes), 0.75, 1.3)))
        if digits is None or not character.isdigit():
            found.append(drawn(rng, character, hand, own))
        else:
            image = _of(rng, digits, character)
            found.append(written(rng, image, character, own, hand.stroke if same_pen else None))
    return found


def _of(rng: np.random.Generator, digits: Digits, digit: str) -> np.ndarray:
    """An image of that digit."""
    while True:
        image, found = digits.any(rng)
        if found == digit:
            return image


def row(rng: np.random.Generator, parts: Sequence[Glyph], height: int, spacing: Spacing) -> Row:
    """Put characters beside each other."""
    pad = height
    canvas = np.full((3 * height + 2 * pad, 1), _EMPTY, np.float32)
    zero = pad + height  # the row of the digits' top
    text, drift = "", 0.0
    slope = rng.normal(0, 0.012)
    last = rng.random(len(parts)) < spacing.touching
    if spacing.touching and len(parts) > 1 and not last[1:].any():
        last[int(rng.integers(1, len(parts)))] = True
    for i, part in enumerate(parts):
        drift = float(np.clip(drift * 0.6 + rng.normal(0, spacing.bounce), -0.15, 0.15))
        top = round(zero + height * (part.top + drift + slope * i))
        top = int(np.clip(top, 0, canvas.shape[0] - part.field.shape[0]))
        lone = np.full((canvas.shape[0], part.field.shape[1]), _EMPTY, np.float32)
        lone[top : top + part.field.shape[0]] = part.field
        if not text:
            canvas = lone
        else:
            touch = bool(last[i]) and text[-1] not in hands.MARKS and part.text not in hands.MARKS
            gap = max(0.05, rng.normal(spacing.gap, 0.25 * spacing.gap)) * height
            if part.text in ".,:" or text[-1] in ".,:":
                gap *= 0.6
            canvas = (
                _touch(rng, canvas, lone, height) if touch else _join(canvas, lone, height, max(gap, 2.0))
            )
        text += part.text
    rows, columns = np.flatnonzero((canvas > 0).any(axis=1)), np.flatnonzero((canvas > 0).any(axis=0))
    top, left = max(rows[0] - 3, 0), max(columns[0] - 3, 0)
    field = canvas[top : rows[-1] + 4, left : columns[-1] + 4]
    return Row(field, text, height, zero + height - top)


def _join(left: np.ndarray, right: np.ndarray, height: int, gap: float) -> np.ndarray:
    """Put a character so far beside the ink before it."""
    reach = max(1, round(min(gap, 0.12 * height)))  # free all around, not only along one row of pixels
    around = cv2.dilate((left > 0).astype(np.uint8), np.ones((2 * reach + 1, 1), np.uint8)) > 0
    room, box = _room(around, right > 0), _room(_flat(left > 0), _flat(right > 0))
    return _laid(left, right, max(round(gap) - room, -box - round(0.1 * height)))


def _touch(rng: np.random.Generator, left: np.ndarray, right: np.ndarray, height: int) -> np.ndarray:
    """Put a character into the ink before it, a little way; higher or lower where they else would nest."""
    depth = max(2, round(rng.uniform(0.01, 0.07) * height))
    found = []
    for share in (0, 0.04, -0.04, 0.08, -0.08, 0.13, -0.13):
        moved = np.roll(right, round(share * height), axis=0)
        shift = -_room(left > 0, moved > 0) - depth
        nested = -_room(_flat(left > 0), _flat(moved > 0)) - shift  # how far the boxes overlap
        found.append((nested, abs(share), shift, moved))
        if nested < 0.2 * height:
            break
    _, _, shift, moved = min(found, key=lambda f: f[:2])
    return _laid(left, moved, shift)


def _flat(ink: np.ndarray) -> np.ndarray:
    """All rows as one."""
    return ink.any(axis=0, keepdims=True)


def _room(left: np.ndarray, right: np.ndarray) -> int:
    """The least distance from left ink to right ink along a row, both laid at column 0 (so negative)."""
    width = left.shape[1]
    end = np.where(left.any(axis=1), width - 1 - np.argmax(left[:, ::-1], axis=1), -width)
    start = np.where(right.any(axis=1), np.argmax(right, axis=1), width)
    return int((start - end).min()) - 1


def _laid(left: np.ndarray, right: np.ndarray, shift: int) -> np.ndarray:
    """Both, the right one beginning at that column."""
    shift = max(shift, 0)
    width = left.shape[1]
    joined = np.full((left.shape[0], max(width, shift + right.shape[1])), _EMPTY, np.float32)
    joined[:, :width] = left
    part = joined[:, shift : shift + right.shape[1]]
    np.maximum(part, right, out=part)
    return joined


def stack(rng: np.random.Generator, rows: Sequence[Row], line: int) -> Row:
    """Put rows below each other, their bases ``line`` pixels apart."""
    above = max(0, round(max(rows[0].base, 0)))
    ragged = [round(abs(rng.normal(0, 0.35)) * r.height) for r in rows]
    width = max(r.field.shape[1] + x for r, x in zip(rows, ragged, strict=True))
    tall = above + line * (len(rows) - 1) + 2 * max(r.height for r in rows)
    canvas = np.full((tall, width), _EMPTY, np.float32)
    for i, (one, x) in enumerate(zip(rows, ragged, strict=True)):
        top = round(above + line * i - one.base)
        cut = max(0, -top)
        bottom = min(top + one.field.shape[0], tall)
        part = canvas[top + cut : bottom, x : x + one.field.shape[1]]
        np.maximum(part, one.field[cut : bottom - top], out=part)
    used = np.flatnonzero((canvas > 0).any(axis=1))
    return Row(canvas[: used[-1] + 4], "|".join(r.text for r in rows), rows[0].height, float(above))
