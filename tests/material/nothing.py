"""Pictures in which there is nothing to read."""

import cv2
import numpy as np

from material import camera, paper
from material.camera import Shot
from material.hands import smooth
from material.mnist import signed_distance
from material.paper import Pen, noise

KINDS = (
    "blank",
    "shadowed",
    "ruled",
    "squared",
    "dotted",
    "margin",
    "crumpled",
    "scribble",
    "doodle",
    "crossed",
    "noise",
    "gradient",
    "blobs",
    "texture",
    "flat",
)


def make(rng: np.random.Generator, kind: str) -> np.ndarray:
    """A picture of that kind, uint8 [h, w, 3]."""
    height, width = (round(s) for s in rng.uniform(240, 900) * rng.uniform(0.7, 1, 2))
    if kind in ("noise", "gradient", "blobs", "texture", "flat"):
        return _picture(rng, kind, height, width)
    margin = round(0.16 * max(height, width))
    sheet = paper.blank(rng, height + 2 * margin, width + 2 * margin)
    pitch = min(height, width) * rng.uniform(0.04, 0.25)
    printed = kind if kind in ("ruled", "squared", "dotted", "margin") else "plain"
    if kind in ("scribble", "doodle", "crossed") and rng.random() < 0.3:
        printed = "ruled" if rng.random() < 0.5 else "squared"
    left = margin + width * rng.uniform(0.05, 0.9)
    sheet = paper.rule(sheet, paper.ruling(rng, printed, pitch, margin + height / 2, left))
    stroke = 3.0
    if kind in ("scribble", "doodle", "crossed"):
        stroke = min(height, width) * rng.uniform(0.006, 0.03)
        sheet = _scrawl(rng, sheet, kind, margin, max(stroke, 2))
    shot = Shot(
        turn=rng.uniform(-8, 8),
        shadow=0.95 if kind == "shadowed" else 0.4,
        edge=0.2,
        crumpled=1.0 if kind == "crumpled" else 0.1,
    )
    return camera.photograph(rng, sheet, margin, stroke, shot)


def _scrawl(rng: np.random.Generator, sheet: np.ndarray, kind: str, margin: int, stroke: float) -> np.ndarray:
    """Pen strokes that mean no digit."""
    height, width = sheet.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    size = (min(height, width) - 2 * margin) * rng.uniform(0.3, 0.9)
    centre = np.array([width, height]) / 2 + rng.uniform(-0.05, 0.05, 2) * size
    for curve in _curves(rng, kind):
        points = np.round((centre + (curve - 0.5) * size) * 16).astype(np.int32)
        cv2.polylines(ink, [points], False, 255, max(2, round(stroke)), cv2.LINE_AA, 4)
    return paper.write(rng, sheet, signed_distance(ink > 127), (0, 0), Pen.any(rng))


def _curves(rng: np.random.Generator, kind: str) -> list[np.ndarray]:
    """Curves within 0 … 1, x and y."""
    if kind == "scribble":
        if rng.random() < 0.5:  # there and back
            n = int(rng.integers(8, 22))
            x = np.linspace(0, 1, n) + rng.normal(0, 0.03, n)
            y = np.where(np.arange(n) % 2, 0.2, 0.8) + rng.normal(0, 0.08, n)
            return [smooth(np.stack([x, y], axis=1))]
        return [smooth(rng.uniform(0, 1, (int(rng.integers(9, 24)), 2)))]
    if kind == "crossed":
        count = int(rng.integers(4, 9))
        ends = rng.uniform(0, 1, (count, 2, 2))
        ends[:, 0, 0], ends[:, 1, 0] = rng.uniform(0, 0.2, count), rng.uniform(0.8, 1, count)
        return [*ends, *ends[:, :, ::-1]]
    angle = np.linspace(0, 2 * np.pi, 60)
    round_about = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shape = int(rng.integers(4))
    if shape == 0:  # a face
        eyes = [0.04 * round_about + (x, 0.4) for x in (0.35, 0.65)]
        mouth = 0.22 * round_about[3:28] + (0.5, 0.55)
        return [0.45 * round_about + 0.5, *eyes, mouth]
    if shape == 1:  # a star
        corners = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
        return [0.5 + 0.48 * np.stack([np.cos(corners), np.sin(corners)], axis=1)]
    if shape == 2:  # a spiral
        turns = np.linspace(0, 2 * np.pi * rng.uniform(3, 5), 160)
        return [0.5 + (turns / turns[-1] * 0.48)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)]
    house = [
        (0.1, 1),
        (0.1, 0.45),
        (0.5, 0.05),
        (0.9, 0.45),
        (0.9, 1),
        (0.1, 1),
        (0.9, 0.45),
        (0.1, 0.45),
        (0.9, 1),
    ]
    return [np.array(house)]


def _picture(rng: np.random.Generator, kind: str, height: int, width: int) -> np.ndarray:
    """No paper at all."""
    colours = rng.uniform(0, 1, (2, 3))
    if kind == "noise":
        share = rng.random((height, width, 3))
    elif kind == "gradient":
        share = np.linspace(0, 1, width)[None, :, None] * np.ones((height, 1, 1))
    elif kind == "blobs":
        share = 1 / (1 + np.exp(-6 * noise(rng, height, width, min(height, width) / 5)))[..., None]
    elif kind == "texture":
        share = 0.5 + 0.2 * sum(noise(rng, height, width, s) for s in (2, 6, 20, 80))[..., None]
    else:
        share = np.full((height, width, 1), rng.random())
    mixed = colours[0] + np.clip(share, 0, 1) * (colours[1] - colours[0])
    return (np.clip(mixed, 0, 1) * 255 + 0.5).astype(np.uint8)
