"""What becomes of a sheet in a scanner and in a phone's camera."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from material.paper import crumple, noise, table


@dataclass(frozen=True)
class Shot:
    """How a photograph was taken."""

    turn: float = 0.0  # degrees
    tilt: float = 0.05  # how far the sheet's corners move, by its size
    shadow: float = 0.5  # the odds of a shadow's edge
    edge: float = 0.0  # the odds that the sheet ends within the picture
    crumpled: float = 0.1


def photograph(
    rng: np.random.Generator, sheet: np.ndarray, margin: int, stroke: float, shot: Shot
) -> np.ndarray:
    """Photograph a sheet.

    Args:
        rng: decides on everything else.
        sheet: [h, w, 3], with a margin around what is to be in the picture.
        margin: its width.
        stroke: the width of the strokes in pixels; blur stays within what leaves them readable.
        shot: how.

    Returns:
        uint8 [h - 2 margin, w - 2 margin, 3].
    """
    height, width = sheet.shape[0] - 2 * margin, sheet.shape[1] - 2 * margin
    lit = sheet
    if rng.random() < shot.crumpled:
        strength = rng.uniform(0.3, 1)
        lit = lit * (1 + strength * (crumple(rng, *sheet.shape[:2]) - 1))[..., None]
    if rng.random() < shot.edge:
        lit = _on_table(rng, lit, margin)
    seen = cv2.warpPerspective(
        lit, _view(rng, height, width, margin, shot), (width, height), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    seen *= light(rng, height, width, shot.shadow)[..., None]
    seen *= np.clip(rng.normal(1, 0.035, 3), 0.88, 1.1).astype(np.float32)  # the lamp's colour
    seen = _blur(rng, seen, stroke)
    exposure = rng.uniform(0.62, 1.02) / max(float(np.percentile(seen[::4, ::4], 97)), 0.05)
    seen = np.clip(seen * exposure, 0, 1) ** rng.uniform(0.8, 1.15)
    return _sensor(rng, seen)


def _view(rng: np.random.Generator, height: int, width: int, margin: int, shot: Shot) -> np.ndarray:
    """The homography from sheet to picture."""
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = rng.uniform(-shot.tilt, shot.tilt, (4, 2)) * min(height, width)
    centre = corners.mean(axis=0)
    angle = np.deg2rad(shot.turn)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    source = (corners - centre + moved) @ turn.T + centre + margin
    return cv2.getPerspectiveTransform(source.astype(np.float32), corners)


def light(rng: np.random.Generator, height: int, width: int, shadow: float) -> np.ndarray:
    """How bright it is where, [h, w], about 1 at the brightest."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x / width - 0.5, y / height - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    bright = 1 + rng.uniform(0, 0.45) * (u * np.cos(angle) + v * np.sin(angle))
    bright -= rng.uniform(0, 0.35) * ((u - rng.normal(0, 0.15)) ** 2 + (v - rng.normal(0, 0.15)) ** 2) * 2
    if rng.random() < 0.15:  # a lamp's spot
        spot = (u - rng.uniform(-0.5, 0.5)) ** 2 + (v - rng.uniform(-0.5, 0.5)) ** 2
        bright += rng.uniform(0.1, 0.35) * np.exp(-spot / rng.uniform(0.02, 0.15))
    while rng.random() < shadow:
        angle = rng.uniform(0, 2 * np.pi)
        bend = noise(rng, height, width, max(height, width) / rng.uniform(1.5, 4)) * rng.uniform(0, 0.12)
        side = u * np.cos(angle) + v * np.sin(angle) - rng.uniform(-0.35, 0.35) + bend
        soft = np.exp(rng.uniform(np.log(0.004), np.log(0.15)))
        bright *= 1 - rng.uniform(0.12, 0.55) / (1 + np.exp(np.clip(-side / soft, -30, 30)))
        shadow *= 0.5
    return np.maximum(bright, 0.12).astype(np.float32)


def _on_table(rng: np.random.Generator, sheet: np.ndarray, margin: int) -> np.ndarray:
    """Let the sheet end somewhere near one or two of its sides."""
    height, width = sheet.shape[:2]
    below = table(rng, height, width)
    inside = np.ones((height, width), np.float32)
    slack = margin + 0.05 * min(height, width)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    for side in rng.choice(4, int(rng.integers(1, 3)), replace=False):
        lean = rng.normal(0, 0.02)
        away = [x + lean * y, width - 1 - x + lean * y, y + lean * x, height - 1 - y + lean * x][int(side)]
        inside = np.minimum(inside, np.clip(away - rng.uniform(margin, slack) + 0.5, 0, 1))
    shade = cv2.GaussianBlur(inside, (0, 0), max(2.0, 0.01 * width))
    return sheet * inside[..., None] + below * ((1 - inside) * (1 - 0.5 * shade))[..., None]


def _blur(rng: np.random.Generator, seen: np.ndarray, stroke: float) -> np.ndarray:
    """Out of focus, shaken, or sharp; and sharpened, as phones do."""
    kind = rng.random()
    if kind < 0.45:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 0.45 * max(stroke, 1.5)))
    elif kind < 0.65:
        length = rng.uniform(1.5, max(2.0, 0.9 * stroke))
        n = int(length) + 3 | 1
        kernel = np.zeros((n, n), np.float32)
        angle = rng.uniform(0, np.pi)
        step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        ends = [tuple(int(v) for v in np.round(((n - 1) / 2 + s * step) * 16)) for s in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
        kernel = np.maximum(kernel, 0)
        seen = cv2.filter2D(seen, -1, kernel / kernel.sum()) if kernel.sum() > 0 else seen
    else:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 0.8))
    if rng.random() < 0.35:
        soft = cv2.GaussianBlur(seen, (0, 0), 1.5)
        seen = seen + rng.uniform(0.3, 1.0) * (seen - soft)
    return np.clip(seen, 0, 1)


def _sensor(rng: np.random.Generator, seen: np.ndarray) -> np.ndarray:
    """Shot noise, somewhat smoothed as by a phone, and 8 bits."""
    height, width = seen.shape[:2]
    strength = np.exp(rng.uniform(np.log(0.004), np.log(0.05)))
    grain = rng.standard_normal((height, width, 1), np.float32)
    colour = rng.standard_normal((height, width, 3), np.float32)
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.8)[..., None] * 2
        colour = cv2.GaussianBlur(colour, (0, 0), 1.2) * 2.5
    noisy = seen + strength * np.sqrt(seen + 0.05) * (grain + 0.5 * colour)
    return (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)


def scan(rng: np.random.Generator, sheet: np.ndarray) -> np.ndarray:
    """A flatbed scanner's picture: even light, a little turned, gray or in colour, uint8."""
    height, width = sheet.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 0.7)), 1)
    seen = cv2.warpAffine(
        sheet, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 0.7))
    seen = seen * (rng.uniform(0.94, 1.06) / max(float(np.percentile(seen[::4, ::4], 90)), 0.05))
    seen = seen + rng.uniform(0.002, 0.015) * rng.standard_normal(seen.shape, np.float32)
    picture = (np.clip(seen, 0, 1) * 255 + 0.5).astype(np.uint8)
    kind = rng.random()
    if kind < 0.5:
        return picture
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if kind < 0.88:
        return gray
    level = 0.6 * float(np.median(gray)) + 0.4 * float(gray.min())
    return np.where(gray > level, 255, 0).astype(np.uint8)


def jpeg(picture: np.ndarray, quality: int) -> bytes:
    """Its bytes as a JPEG."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(picture: np.ndarray) -> bytes:
    """Its bytes as a PNG."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()
