"""The sets: how each one's pictures come about."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import cv2
import numpy as np
from PIL import Image

from handlens.reading.frame import frame
from material import camera, hands, nothing, paper
from material.camera import Shot
from material.corruptions import CORRUPTIONS
from material.glyphs import Glyph, Hand, cover, drawn, written
from material.mnist import Digits
from material.paper import Pen
from material.pasted import pasted
from material.rows import Row, Spacing, glyphs, row, stack


@dataclass(frozen=True)
class Picture:
    """A file, and what one should read in it."""

    content: bytes
    suffix: str
    label: str
    about: dict[str, str] = field(default_factory=dict)


Make = Callable[[np.random.Generator, int, Digits], Picture]


@dataclass(frozen=True)
class Set:
    """A named kind of picture."""

    make: Make
    n: int = 300


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _file(rng: np.random.Generator, picture: np.ndarray, qualities: tuple[int, int]) -> tuple[bytes, str]:
    """A JPEG, or (one in eight, and what has two levels) a PNG."""
    if rng.random() < 0.125 or (picture.ndim == 2 and len(np.unique(picture[::3, ::3])) <= 2):
        return camera.png(picture), ".png"
    return camera.jpeg(picture, int(rng.integers(*qualities))), ".jpg"


# Single digits


def _single_clean(_: np.random.Generator, i: int, digits: Digits) -> Picture:
    image, label = digits.nth(i)
    return Picture(camera.png(image), ".png", label)


def _corrupted(name: str, rng: np.random.Generator, i: int, digits: Digits) -> Picture:
    image, label = digits.nth(i)
    seen = CORRUPTIONS[name](rng, image / 255.0)
    return Picture(camera.png((np.clip(seen, 0, 1) * 255 + 0.5).astype(np.uint8)), ".png", label)


def _digit(
    rng: np.random.Generator, i: int, digits: Digits, height: int, hand: Hand, own: float
) -> tuple[Glyph, str]:
    """One digit and where it comes from; that share of them is drawn, the others are MNIST's."""
    image, label = digits.nth(i)
    if rng.random() < own:
        return drawn(rng, label, hand, height, steady=False), "drawn"
    return written(rng, image, label, height, hand.stroke if rng.random() < 0.7 else None), "mnist"


def _single_scaled(rng: np.random.Generator, i: int, digits: Digits) -> Picture:
    side = round(_log_uniform(rng, 14, 400))
    inner = side * rng.uniform(0.82, 1.0) if side < 28 else side * rng.uniform(0.4, 0.95)
    hand = replace(Hand.any(rng), stroke=rng.uniform(0.08, 0.15))
    fine = 4 if side < 100 else 1  # small ones are made large and averaged
    glyph, source = _digit(rng, i, digits, max(8, round(inner * fine)), hand, 0.35)
    ink = cover(_trim(glyph.field))
    whole = np.zeros((max(side * fine, ink.shape[0]), max(side * fine, ink.shape[1])), np.float32)
    top, left = (int(rng.integers(a - b + 1)) for a, b in zip(whole.shape, ink.shape, strict=True))
    whole[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    if fine > 1:
        size = tuple(max(1, n // fine) for n in whole.shape[::-1])
        whole = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    picture, kind = _stored(rng, whole)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return Picture(out.getvalue(), ".png", glyph.text, {"kind": kind, "source": source, "side": str(side)})


def _stored(rng: np.random.Generator, ink: np.ndarray) -> tuple[Image.Image, str]:
    """Clean ink in one of the ways in which PNG can hold it."""
    kind = ("dark", "light", "gray16", "bits", "palette", "colour", "clear-dark", "clear-light")[
        int(rng.integers(8))
    ]
    dark = (255 * (1 - ink) + 0.5).astype(np.uint8)
    if kind == "light":
        return Image.fromarray(255 - dark), kind
    if kind == "gray16":
        return Image.fromarray((65535 * (1 - ink * rng.uniform(0.4, 1))).astype(np.uint16)), kind
    if kind == "bits":
        return Image.fromarray(dark).convert("1", dither=Image.Dither.NONE), kind
    if kind == "palette":
        return Image.fromarray(dark).convert(
            "P", palette=Image.Palette.ADAPTIVE, colors=int(rng.integers(4, 17))
        ), kind
    if kind == "colour":
        back, front = np.array([(255, 255, 255), (20, 24, 30), (250, 240, 210)])[int(rng.integers(3))], None
        front = np.array([(30, 60, 200), (200, 30, 40), (20, 140, 60)])[int(rng.integers(3))]
        front = front if back.sum() > 300 else 255 - front // 2
        mixed = back + ink[..., None] * (front - back)
        return Image.fromarray((mixed + 0.5).astype(np.uint8)), kind
    if kind.startswith("clear"):
        gray = 0 if kind == "clear-dark" else 255
        layers = np.dstack([np.full((*ink.shape, 3), gray, np.uint8), 255 - dark])
        return Image.fromarray(layers), kind
    return Image.fromarray(dark), kind


def _single_photo(rng: np.random.Generator, i: int, digits: Digits) -> Picture:
    longest = _log_uniform(rng, 300, 1600)
    aspect = (4 / 3, 3 / 4, 1, 16 / 9)[int(rng.integers(4))]
    height, width = round(longest / max(aspect, 1)), round(longest * min(aspect, 1))
    tall = round(max(24, min(height, width) * _log_uniform(rng, 0.12, 0.7)))
    pen, hand = _pen(rng)
    glyph, source = _digit(rng, i, digits, tall, hand, 0.35)
    one = row(rng, [glyph], tall, Spacing())
    picture, about = _photographed(rng, one, pen, hand, (height, width), rng.uniform(-8, 8))
    content, suffix = _file(rng, picture, (30, 91))
    return Picture(content, suffix, one.text, about | {"source": source})


def _pen(rng: np.random.Generator) -> tuple[Pen, Hand]:
    pen = Pen.any(rng)
    return pen, replace(Hand.any(rng), stroke=pen.stroke(rng))


def _trim(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero((ink > 0).any(axis=1)), np.flatnonzero((ink > 0).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


# Rows and pages


def _photographed(
    rng: np.random.Generator,
    ink: Row,
    pen: Pen,
    hand: Hand,
    size: tuple[int, int],
    turn: float,
    kind: str | None = None,
    pitch: float | None = None,
    edge: float = 0.12,
) -> tuple[np.ndarray, dict[str, str]]:
    """Ink on paper, photographed; the picture is larger where the ink would not fit."""
    tilt = rng.uniform(0, 0.05)
    angle = np.deg2rad(abs(turn))
    needed = _turned(ink.field.shape, angle)
    height, width = (max(s, round(n / (0.92 - 2 * tilt))) for s, n in zip(size, needed, strict=True))
    margin = round(0.16 * max(height, width)) + 4
    sheet = paper.blank(rng, height + 2 * margin, width + 2 * margin)
    slack = [max(0.0, s * (0.94 - 2 * tilt) - n) / 2 for s, n in zip((height, width), needed, strict=True)]
    top = round(margin + (height - ink.field.shape[0]) / 2 + rng.uniform(-1, 1) * slack[0])
    left = round(margin + (width - ink.field.shape[1]) / 2 + rng.uniform(-1, 1) * slack[1])
    if kind is None:
        kind = ("plain", "ruled", "squared", "dotted", "margin")[
            int(rng.choice(5, p=(0.5, 0.2, 0.2, 0.05, 0.05)))
        ]
    if pitch is None:
        pitch = ink.height * (rng.uniform(1.1, 2.0) if kind in ("ruled", "margin") else rng.uniform(0.5, 1.4))
    base = top + ink.base + rng.normal(0, 0.05) * ink.height
    sheet = paper.rule(sheet, paper.ruling(rng, kind, pitch, base, left - rng.uniform(0.15, 1) * ink.height))
    sheet = paper.write(rng, sheet, ink.field, (top, left), pen)
    shot = Shot(turn=turn, tilt=tilt, edge=edge)
    picture = camera.photograph(rng, sheet, margin, hand.stroke * ink.height, shot)
    return picture, {"pen": pen.kind, "paper": kind, "height": str(ink.height)}


def _turned(shape: tuple[int, ...], angle: float) -> tuple[float, float]:
    height, width = shape
    return (
        height * np.cos(angle) + width * np.sin(angle),
        width * np.cos(angle) + height * np.sin(angle),
    )


def _scanned(rng: np.random.Generator, ink: Row, pen: Pen) -> tuple[np.ndarray, dict[str, str]]:
    """Ink on paper from a scanner."""
    margin = [round(rng.uniform(0.25, 0.9) * ink.height) for _ in range(4)]
    shape = (ink.field.shape[0] + margin[0] + margin[1], ink.field.shape[1] + margin[2] + margin[3])
    sheet = paper.blank(rng, *shape)
    kind = ("plain", "ruled", "squared")[int(rng.choice(3, p=(0.8, 0.12, 0.08)))]
    pitch = ink.height * (rng.uniform(1.1, 1.8) if kind == "ruled" else rng.uniform(0.5, 1.2))
    sheet = paper.rule(sheet, paper.ruling(rng, kind, pitch, margin[0] + ink.base, margin[2]))
    sheet = paper.write(rng, sheet, ink.field, (margin[0], margin[2]), pen)
    return camera.scan(rng, sheet), {"pen": pen.kind, "paper": kind, "height": str(ink.height)}


def _text(rng: np.random.Generator, least: int, most: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(least, most + 1))))


def _row(
    rng: np.random.Generator, text: str, heights: tuple[float, float], touching: float, digits: Digits
) -> tuple[Row, Pen, Hand, str]:
    """A text in somebody's hand."""
    pen, hand = _pen(rng)
    height = round(min(_log_uniform(rng, *heights), 1250 / (0.85 * len(text))))
    own = rng.random() < 0.3
    parts = glyphs(rng, text, height, hand, None if own else digits, rng.uniform(0.02, 0.08))
    gap = _log_uniform(rng, 0.09, 0.45)
    spacing = Spacing(gap, touching, rng.uniform(0.01, 0.06))
    return row(rng, parts, height, spacing), pen, hand, "drawn" if own else "mnist"


def _string(
    least: int, most: int, touching: float, photos: float, rng: np.random.Generator, _: int, digits: Digits
) -> Picture:
    return _string_of(_text(rng, least, most), touching, photos, rng, digits)


def _string_of(
    text: str, touching: float, photos: float, rng: np.random.Generator, digits: Digits
) -> Picture:
    """A row, photographed or scanned."""
    photo = rng.random() < photos
    one, pen, hand, source = _row(rng, text, (30, 200) if photo else (24, 120), touching, digits)
    if photo:
        turn = float(np.clip(rng.normal(0, 3.5), -8, 8))
        height, width = _turned(one.field.shape, np.deg2rad(abs(turn)))
        width = min(1600.0, max(width / rng.uniform(0.5, 0.88), 300))
        height = min(1600.0, max(height / rng.uniform(0.2, 0.75), 0.75 * width * (rng.random() < 0.35)))
        picture, about = _photographed(rng, one, pen, hand, (round(height), round(width)), turn)
        content, suffix = _file(rng, picture, (30, 91))
    else:
        picture, about = _scanned(rng, one, pen)
        content, suffix = _file(rng, picture, (70, 96))
    about |= {"source": source, "kind": "photo" if photo else "scan"}
    return Picture(content, suffix, one.text, about)


def _pasted(touching: bool, rng: np.random.Generator, _: int, digits: Digits) -> Picture:
    """A row of MNIST's digits as they are, once to four times as large, dark on light or light on dark."""
    images, labels = zip(*(digits.any(rng) for _ in range(rng.integers(2, 7))), strict=True)
    ink = pasted(rng, list(images), touching)
    zoom = int(rng.integers(1, 5))
    picture = Image.fromarray(ink if rng.random() < 0.25 else 255 - ink)
    large = picture.resize((zoom * picture.width, zoom * picture.height), Image.Resampling.BICUBIC)
    return Picture(camera.png(np.asarray(large)), ".png", "".join(labels), {"zoom": str(zoom)})


def _marked(rng: np.random.Generator) -> str:
    """An amount, a date, a time, a fraction."""
    n = rng.integers
    kind = int(n(8))
    if kind == 0:
        return f"{n(1, 1000)}.{n(0, 100):02}"
    if kind == 1:
        return f"{n(0, 100)},{n(0, 100):02}"
    if kind == 2:
        return f"{n(1, 32):02}-{n(1, 13):02}-{n(1900, 2100)}"
    if kind == 3:
        return f"{n(0, 24)}:{n(0, 60):02}"
    if kind == 4:
        return f"-{n(1, 1000)}"
    if kind == 5:
        return f"{n(1, 10)}/{n(2, 17)}"
    if kind == 6:
        return f"{n(1, 32)}.{n(1, 13)}.{n(0, 100):02}"
    return f"{n(1, 32)}/{n(1, 13)}/{n(2000, 2100)}"


def _string_marks(rng: np.random.Generator, _: int, digits: Digits) -> Picture:
    return _string_of(_marked(rng), 0.0, 0.5, rng, digits)


def _page(rng: np.random.Generator, _: int, digits: Digits) -> Picture:
    """Several rows on a sheet."""
    count = int(rng.integers(2, 9))
    pen, hand = _pen(rng)
    height = round(min(_log_uniform(rng, 28, 110), 1000 / (1.9 * count), 1250 / (0.85 * 8)))
    own = rng.random() < 0.3
    line = round(height * rng.uniform(1.55, 2.3))
    spacing = Spacing(_log_uniform(rng, 0.12, 0.4), 0.0, rng.uniform(0.01, 0.05))
    rows = []
    for _ in range(count):
        text = _text(rng, 1, 8)
        parts = glyphs(rng, text, height, hand, None if own else digits, 0.05)
        rows.append(row(rng, parts, height, spacing))
    whole = stack(rng, rows, line)
    turn = float(np.clip(rng.normal(0, 2), -5, 5))
    shape = [s / rng.uniform(0.6, 0.9) for s in _turned(whole.field.shape, np.deg2rad(abs(turn)))]
    size = (round(min(1600, max(shape[0], 300))), round(min(1600, max(shape[1], 300))))
    kind = ("plain", "ruled", "squared", "margin")[int(rng.choice(4, p=(0.4, 0.25, 0.25, 0.1)))]
    pitch = line / int(rng.integers(1, 4)) if kind == "squared" else float(line)
    picture, about = _photographed(rng, whole, pen, hand, size, turn, kind, pitch, edge=0.35)
    content, suffix = _file(rng, picture, (40, 91))
    return Picture(content, suffix, whole.text, about | {"source": "drawn" if own else "mnist"})


# Nothing to read


def _blank(rng: np.random.Generator, i: int, _: Digits) -> Picture:
    kind = nothing.KINDS[i % len(nothing.KINDS)]
    content, suffix = _file(rng, nothing.make(rng, kind), (30, 91))
    return Picture(content, suffix, "", {"kind": kind})


def _letter(rng: np.random.Generator, i: int, height: int, hand: Hand) -> tuple[Glyph, dict[str, str]]:
    letter = list(hands.LETTERS)[i % len(hands.LETTERS)]
    glyph = drawn(rng, letter, hand, height, steady=False)
    return glyph, {"letter": letter, "ambiguous": "yes" if letter in hands.AMBIGUOUS else "no"}


def _letters(rng: np.random.Generator, i: int, _: Digits) -> Picture:
    glyph, about = _letter(rng, i, 120, replace(Hand.any(rng), stroke=rng.uniform(0.08, 0.16)))
    pixels = frame(cover(glyph.field)).pixels
    return Picture(camera.png((pixels * 255 + 0.5).astype(np.uint8)), ".png", "", about)


def _letters_photo(rng: np.random.Generator, i: int, _: Digits) -> Picture:
    longest = round(_log_uniform(rng, 300, 1200))
    tall = round(longest * rng.uniform(0.15, 0.55))
    pen, hand = _pen(rng)
    glyph, about = _letter(rng, i, tall, hand)
    one = row(rng, [glyph], tall, Spacing())
    size = (longest, round(longest * rng.uniform(0.7, 1)))
    picture, more = _photographed(rng, one, pen, hand, size, rng.uniform(-8, 8))
    content, suffix = _file(rng, picture, (30, 91))
    return Picture(content, suffix, "", about | more)


SETS: dict[str, Set] = {
    "single-clean": Set(_single_clean, 1000),
    "single-scaled": Set(_single_scaled, 500),
    "single-photo": Set(_single_photo),
    "string-separate": Set(partial(_string, 2, 8, 0.0, 0.4)),
    "string-touching": Set(partial(_string, 2, 6, 0.6, 0.4)),
    "string-photo": Set(partial(_string, 2, 8, 0.0, 1.0)),
    "string-marks": Set(_string_marks),
    "pasted-separate": Set(partial(_pasted, False)),
    "pasted-touching": Set(partial(_pasted, True)),
    "page": Set(_page, 100),
    "blank": Set(_blank, 200),
    "letters": Set(_letters, 1040),
    "letters-photo": Set(_letters_photo, 208),
} | {f"corruption-{name}": Set(partial(_corrupted, name), 1000) for name in CORRUPTIONS}
