"""Strokes that some hands add and MNIST's rarely did: flags and feet of ones, barred sevens, slashed noughts.

MNIST was written in the United States, where a one is a stroke and a seven has no bar; most of the world
writes both otherwise (https://en.wikipedia.org/wiki/Regional_handwriting_variation).
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from handlens.engine.chance import Chance

Images = Float[Tensor, "batch 1 height width"]

FLAGS, FEET, BARS, SLASHES = 0.5, 0.4, 0.3, 0.04
"""The shares of ones with a flag, of those with a foot too (of others a sixth of that), of barred sevens,
and of slashed noughts."""

BENT = 0.12
"""Flags are bent by so much of their length at most, either way: a network that saw straight ones alone takes
every bent one for a seven."""


def habits(images: Images, labels: Int64[Tensor, "batch"], chance: Chance) -> Images:
    """The same digits, some of them with such a stroke, about as broad as their own.

    Args:
        images: 0 … 1, stroke bright, with room around the digit.
        labels: which digit each is; others than 0, 1 and 7 stay as they are.
        chance: of each image.
    """
    ink = images[:, 0]
    inked = (ink.amax(2) > 0.3).float()
    top = inked.argmax(1).float()
    bottom = inked.shape[1] - 1 - inked.flip(1).argmax(1).float()
    tall = (bottom - top).clamp_min(1)
    pen = (ink.sum((1, 2)) / tall / 2).clamp(0.7, 3.0)  # of a one, half its stroke's width
    pen = torch.where(labels == 1, pen, 0.6 * pen)  # the others' strokes are longer than they are high

    drawn, also = chance.between(0.0, 1.0), chance.between(0.0, 1.0)
    one, seven, nought = (labels == digit for digit in (1, 7, 0))
    flagged = one & (drawn < FLAGS)
    steep, long = chance.between(0.3, 1.15), chance.between(0.2, 0.5) * tall
    flag = (
        top + long * torch.sin(steep) / 2,
        _column(ink, top) - long * torch.cos(steep) / 2,
        -steep,
        long / 2,
    )
    bend = chance.between(-BENT, BENT) * flagged
    across = top + chance.between(0.42, 0.65) * tall
    bar = (across, _column(ink, across), chance.between(-0.3, 0.15), chance.between(0.14, 0.28) * tall)
    middle = (top + bottom) / 2
    slash = (middle, _centre(ink), -chance.between(0.7, 1.2), chance.between(0.35, 0.6) * tall)
    foot = (bottom, _column(ink, bottom), chance.between(-0.12, 0.12), chance.between(0.12, 0.3) * tall)

    first = flagged | (seven & (drawn < BARS)) | (nought & (drawn < SLASHES))
    second = one & (also < torch.where(flagged, FEET, FEET / 6))
    y, x, angle, half = (
        torch.where(one, ones, torch.where(seven, sevens, noughts))
        for ones, sevens, noughts in zip(flag, bar, slash, strict=True)
    )
    ink = torch.maximum(ink, stroke_of(y, x, angle, half, pen, ink.shape[1], bend) * first[:, None, None])
    return torch.maximum(ink, stroke_of(*foot, pen=pen, size=ink.shape[1]) * second[:, None, None])[:, None]


def stroke_of(
    y: Tensor, x: Tensor, angle: Tensor, half: Tensor, pen: Tensor, size: int, bend: Tensor | None = None
) -> Float[Tensor, "n size size"]:
    """Strokes with round ends, straight ones or parabolas.

    Args:
        y: of the middles, in pixels from the top.
        x: likewise from the left.
        angle: from the right downwards, in radians.
        half: half the length, in pixels.
        pen: half the width, in pixels.
        size: height and width of the images.
        bend: how far the middle lies below the straight line, were that turned to run to the right, in shares
            of its length.
    """
    places = torch.arange(size, device=y.device) + 0.5
    cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
    right, down = places - x[:, None, None], places[:, None] - y[:, None, None]
    along, across = (cos * right + sin * down).abs(), cos * down - sin * right
    beyond = (along - half[:, None, None]).clamp_min(0)
    if bend is not None:
        off = 2 * bend[:, None, None] * half[:, None, None]
        across = across - off * (1 - (along / half[:, None, None]) ** 2).clamp_min(0)
    return (pen[:, None, None] + 0.5 - torch.hypot(across, beyond)).clamp(0, 1)


def _column(ink: Float[Tensor, "batch height width"], row: Float[Tensor, "batch"]) -> Float[Tensor, "batch"]:
    """Where the ink of a row lies, on average, in pixels from the left."""
    picked = ink[torch.arange(len(ink), device=ink.device), row.long().clamp(0, ink.shape[1] - 1)]
    return (picked @ (torch.arange(ink.shape[2], device=ink.device) + 0.5)) / picked.sum(1).clamp_min(1e-3)


def _centre(ink: Float[Tensor, "batch height width"]) -> Float[Tensor, "batch"]:
    columns = ink.sum(1)
    return (columns @ (torch.arange(ink.shape[2], device=ink.device) + 0.5)) / columns.sum(1).clamp_min(1e-3)
