"""Paper, what is printed on it, and what pens leave there.

Colours are linear shares of the light that comes back, [h, w, 3] float32 0 … 1, RGB.
"""

from dataclasses import dataclass

import cv2
import numpy as np

PAPERS = {
    "white": (0.95, 0.95, 0.94),
    "cream": (0.95, 0.91, 0.81),
    "gray": (0.78, 0.77, 0.74),
    "blue": (0.83, 0.89, 0.95),
    "yellow": (0.98, 0.93, 0.55),
    "kraft": (0.75, 0.61, 0.44),
}
_PAPER_ODDS = (0.55, 0.18, 0.1, 0.06, 0.07, 0.04)

PENS = {
    "pencil": 0.27,
    "ballpoint": 0.33,
    "fibre": 0.2,
    "marker": 0.2,
}

_INKS = {
    "black": (0.07, 0.07, 0.09),
    "blue": (0.1, 0.16, 0.52),
    "navy": (0.07, 0.1, 0.3),
    "red": (0.72, 0.1, 0.12),
    "green": (0.08, 0.42, 0.2),
    "violet": (0.36, 0.14, 0.5),
    "brown": (0.4, 0.22, 0.1),
    "orange": (0.85, 0.4, 0.08),
    "turquoise": (0.05, 0.48, 0.55),
}
_INK_ODDS = (0.36, 0.24, 0.12, 0.09, 0.06, 0.05, 0.03, 0.02, 0.03)

_RULE_COLOURS = ((0.6, 0.7, 0.85), (0.65, 0.68, 0.72), (0.5, 0.62, 0.8), (0.72, 0.6, 0.7), (0.58, 0.75, 0.7))


def noise(rng: np.random.Generator, height: int, width: int, scale: float) -> np.ndarray:
    """Smooth noise of standard deviation 1 whose grains are about ``scale`` pixels wide."""
    rows, columns = max(2, round(height / scale) + 2), max(2, round(width / scale) + 2)
    coarse = rng.standard_normal((rows, columns), np.float32)
    if scale > 1:
        coarse = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return coarse[:height, :width]


def blank(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A sheet without anything on it."""
    kind = list(PAPERS)[int(rng.choice(len(PAPERS), p=_PAPER_ODDS))]
    colour = np.array(PAPERS[kind], np.float32) * rng.uniform(0.95, 1.03) + rng.normal(0, 0.008, 3)
    texture = 0.012 * rng.uniform(0.2, 1) * noise(rng, height, width, rng.uniform(1, 2.5))
    texture += 0.012 * rng.uniform(0.2, 1) * noise(rng, height, width, rng.uniform(6, 40))
    if kind in ("gray", "kraft"):
        texture += 0.025 * noise(rng, height, width, 2.2)
    sheet = colour[None, None] * (1 + texture[..., None])
    for _ in range(int(rng.poisson(1.5)) if rng.random() < 0.25 else 0):  # specks
        at = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(sheet, at, int(rng.integers(1, 3)), [float(v) for v in colour * 0.6], -1, cv2.LINE_AA)
    return np.clip(sheet, 0, 1).astype(np.float32)


@dataclass(frozen=True)
class Ruling:
    """What is printed on paper: how far apart, where, how strong."""

    kind: str  # "plain", "ruled", "squared", "dotted", "margin"
    pitch: float
    origin: tuple[float, float]  # a row and a column that a line goes through
    strength: float
    colour: tuple[float, ...]
    width: float


def ruling(rng: np.random.Generator, kind: str, pitch: float, base: float, left: float) -> Ruling:
    """Lines for digits that stand on the row ``base``."""
    return Ruling(
        kind,
        pitch,
        (base, left),
        float(rng.uniform(0.25, 0.85)),
        _RULE_COLOURS[int(rng.integers(len(_RULE_COLOURS)))],
        float(np.clip(pitch * rng.uniform(0.012, 0.035), 1.0, 5.0)),
    )


def rule(sheet: np.ndarray, lines: Ruling) -> np.ndarray:
    """Print lines."""
    if lines.kind == "plain":
        return sheet
    height, width = sheet.shape[:2]
    rows = _comb(np.arange(height), lines.origin[0], lines.pitch, lines.width)
    columns = _comb(np.arange(width), lines.origin[1], lines.pitch, lines.width)
    if lines.kind == "squared":
        cover = np.maximum(rows[:, None], columns[None])
    elif lines.kind == "dotted":
        fat = 1.6 * lines.width
        dots = [
            _comb(np.arange(n), o, lines.pitch, fat) for n, o in zip(sheet.shape, lines.origin, strict=False)
        ]
        cover = np.minimum(dots[0][:, None], dots[1][None])
    else:
        cover = np.broadcast_to(rows[:, None], (height, width))
    colour = np.array(lines.colour, np.float32)
    if lines.kind != "margin":
        return sheet * (1 - lines.strength * cover[..., None] * (1 - colour))
    red = np.array((0.85, 0.45, 0.48), np.float32)
    beside = np.clip(lines.width / 2 + 0.5 - np.abs(np.arange(width) - lines.origin[1]), 0, 1)[None, :, None]
    sheet = sheet * (1 - lines.strength * cover[..., None] * (1 - colour))
    return sheet * (1 - lines.strength * beside * (1 - red))


def _comb(at: np.ndarray, origin: float, pitch: float, width: float) -> np.ndarray:
    """1 on lines, 0 between them."""
    distance = np.abs((at - origin + pitch / 2) % pitch - pitch / 2)
    return np.clip(width / 2 + 0.5 - distance, 0, 1).astype(np.float32)


@dataclass(frozen=True)
class Pen:
    """What writes."""

    kind: str
    colour: tuple[float, ...]
    strength: float

    @classmethod
    def any(cls, rng: np.random.Generator) -> "Pen":
        kind = list(PENS)[int(rng.choice(len(PENS), p=list(PENS.values())))]
        if kind == "pencil":
            gray = rng.uniform(0.16, 0.34)
            return cls(kind, (gray, gray, gray * 1.04), float(rng.uniform(0.5, 0.95)))
        colour = list(_INKS.values())[int(rng.choice(len(_INKS), p=_INK_ODDS))]
        return cls(kind, colour, float(rng.uniform(0.78, 1.0)))

    def stroke(self, rng: np.random.Generator) -> float:
        """The width of its stroke by the height of a digit."""
        low, high = {
            "pencil": (0.05, 0.12),
            "ballpoint": (0.045, 0.1),
            "fibre": (0.08, 0.14),
            "marker": (0.12, 0.22),
        }[self.kind]
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def write(
    rng: np.random.Generator, sheet: np.ndarray, field: np.ndarray, at: tuple[int, int], pen: Pen
) -> np.ndarray:
    """Ink on a sheet, in place.

    Args:
        rng: the paper's grain and the hand's pressure.
        sheet: [h, w, 3].
        field: the ink's signed distance [a, b].
        at: row and column of its corner.
        pen: what wrote.
    """
    top, left = at
    cut_top, cut_left = max(0, -top), max(0, -left)
    height = min(field.shape[0], sheet.shape[0] - top) - cut_top
    width = min(field.shape[1], sheet.shape[1] - left) - cut_left
    field = field[cut_top : cut_top + height, cut_left : cut_left + width]
    part = sheet[top + cut_top : top + cut_top + height, left + cut_left : left + cut_left + width]
    within = np.maximum(field, 0)
    depth = max(float(np.percentile(within[within > 0], 90)) if (within > 0).any() else 1.0, 1.0)
    pressure = 1 + 0.1 * noise(rng, height, width, max(8.0, 6 * depth))
    if pen.kind == "pencil":
        rough = field + 0.1 * depth * noise(rng, height, width, max(1.0, depth / 4))
        grain = 0.6 * noise(rng, height, width, max(1.0, depth / 6)) + 0.35 * noise(rng, height, width, 1)
        body = np.clip(1.0 - 0.25 * np.maximum(grain, -0.3), 0.35, 1)
        alpha = np.clip(rough / max(1.0, 0.25 * depth) + 0.5, 0, 1) * body * pressure
    elif pen.kind == "ballpoint":
        gaps = np.clip(1.1 + 0.15 * noise(rng, height, width, max(2.0, 0.6 * depth)), 0.65, 1)
        alpha = (
            np.clip(field + 0.5 + 0.03 * depth * noise(rng, height, width, max(2.0, depth / 3)), 0, 1)
            * gaps
            * pressure
        )
    elif pen.kind == "fibre":
        bleed = 0.1 * depth * noise(rng, height, width, max(1.5, depth / 3))
        alpha = np.clip((field + bleed) / max(1.0, 0.1 * depth) + 0.5, 0, 1) * np.clip(pressure, 0.85, 1.1)
    else:
        streaks = 0.93 + 0.05 * noise(rng, height, width, max(2.0, depth / 3))
        alpha = (
            np.clip(field + 0.5 + 0.04 * depth * noise(rng, height, width, max(3.0, depth / 3)), 0, 1)
            * streaks
        )
    alpha = np.clip(alpha * pen.strength, 0, 1)[..., None]
    part *= 1 - alpha * (1 - np.array(pen.colour, np.float32))
    return sheet


def crumple(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """The light and shade of paper that has been crumpled, about 1."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shade = np.zeros((height, width), np.float32)
    size = max(height, width)
    for _ in range(int(rng.integers(12, 30))):
        angle = rng.uniform(0, np.pi)
        offset = x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.3, 1.2) * size
        bend = (noise(rng, height, width, size / 4)) * size * 0.04
        sharp = np.exp(rng.uniform(np.log(0.004), np.log(0.05))) * size
        shade += rng.normal(0, 0.05) * np.tanh((offset + bend) / sharp)
        shade -= abs(rng.normal(0, 0.05)) * np.exp(-np.abs(offset + bend) / (0.005 * size))
    return np.clip(1 + shade, 0.45, 1.25)


def table(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """What lies under a sheet: wood, cloth or a plain desk."""
    base = np.array(
        [(0.42, 0.28, 0.17), (0.25, 0.25, 0.27), (0.6, 0.45, 0.3), (0.13, 0.12, 0.12), (0.5, 0.52, 0.55)]
    )
    colour = base[int(rng.integers(len(base)))] * rng.uniform(0.8, 1.2)
    grain = cv2.resize(
        rng.standard_normal((max(2, height // 3), max(2, width // 90)), np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    texture = 1 + rng.uniform(0.02, 0.14) * grain + 0.03 * noise(rng, height, width, 2)
    return np.clip(colour[None, None] * texture[..., None], 0, 1).astype(np.float32)
