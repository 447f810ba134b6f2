"""Other hands' geometry: batches of digits turned, sheared, stretched and bent, and framed again.

All chance comes in as uniform numbers, drawn beforehand from (seed, epoch), so that a training is the same
twice and a GPU waits for nothing. ``tests/engine/test_warp.py`` holds `framed` to `handlens.reading.frame`.
"""

from functools import cache

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float
from torch import Tensor

from handlens.engine.chance import Chance

CANVAS = 44
"""Height and width in which digits are distorted: half as much again as MNIST's, so that nothing is cut off
and a pen can grow by less than a pixel."""

BENDS = 4
"""A bend's displacements are drawn on so many points each way, and smooth between them."""

Images = Float[Tensor, "batch 1 height width"]
Points = Float[Tensor, "batch down across 2"]
"""Where each pixel of a new image comes from in an old one: x and y, -1 … 1 from edge to edge."""


def warped(images: Images, chance: Chance, strength: float) -> Float[Tensor, "batch 1 canvas canvas"]:
    """Each image turned, sheared, stretched and bent by its own amounts, on a larger canvas.

    Args:
        images: 0 … 1, stroke bright.
        chance: of each image.
        strength: 1 turns by up to 17°, shears by up to 0.35, stretches either axis by up to 16 % and bends
            by up to 0.09 of the image's height; 0 only enlarges the canvas.
    """
    return F.grid_sample(images, _warp(images, chance, strength), align_corners=False)


def distorted(images: Images, chance: Chance, strength: float) -> Images:
    """As `warped`, then `framed` at the images' own size, and as sharp as they are.

    The canvas only tells where the ink will lie: the pixels come straight from the image, once, by bicubic
    interpolation. By way of the canvas, twice and bilinear, strokes lose a fifth of their energy, and a
    network that learns from them has a sixth more of the sharp digits wrong.
    """
    warp = _warp(images, chance, strength)
    canvas = F.grid_sample(images, warp, align_corners=False)
    frame = _frame(canvas, chance, images.shape[2], loose=0.0)
    points = F.grid_sample(warp.permute(0, 3, 1, 2), frame, align_corners=False, padding_mode="border")
    sampled = F.grid_sample(images, points.permute(0, 2, 3, 1), mode="bicubic", align_corners=False)
    return sampled.clamp(0, 1)


def _warp(images: Images, chance: Chance, strength: float) -> Points:
    """From the canvas back to the image."""
    turn, shear = chance.between(-0.3, 0.3) * strength, chance.between(-0.35, 0.35) * strength
    wide, tall = (torch.exp(chance.between(-0.16, 0.16) * strength) for _ in range(2))
    cos, sin = torch.cos(turn), torch.sin(turn)
    places = (torch.arange(CANVAS, device=images.device) + 0.5) * (2 / CANVAS) - 1
    # Stretch, then shear, then turn; 1.22 source units reach the canvas's edges.
    rows = [cos * wide, (cos * shear - sin) * tall, sin * wide, (sin * shear + cos) * tall]
    right, down = (
        1.22 * (across[:, None, None] * places + along[:, None, None] * places[:, None])
        for across, along in (rows[:2], rows[2:])
    )
    bend = (2 * chance.take(2 * BENDS * BENDS) - 1) * (chance.between(0.0, 0.18) * strength)[:, None]
    bends = smooth(bend.view(-1, 2, BENDS, BENDS), CANVAS)
    return torch.stack([right + bends[:, 0], down + bends[:, 1]], 3)


def smooth(
    coarse: Float[Tensor, "batch channels points points"], size: int
) -> Float[Tensor, "batch channels size size"]:
    """Bicubic interpolation between points on a grid, from edge to edge.

    As two products with one matrix: torch's own takes ten times as long at these sizes.
    """
    weights = _weights(coarse.shape[2], size, coarse.device)
    once = (coarse @ weights).transpose(2, 3)
    return (once @ weights).transpose(2, 3)


@cache
def _weights(points: int, size: int, device: torch.device) -> Float[Tensor, "points size"]:
    """What each point weighs at each place of an axis: the interpolation of unit vectors."""
    units = torch.eye(points)[:, None, :].expand(points, 2, points)[:, None]
    along = F.interpolate(units, (2, size), mode="bicubic", align_corners=True)
    return along[:, 0, 0].contiguous().to(device)


def framed(
    images: Images, chance: Chance, size: int, loose: float = 0.0
) -> Float[Tensor, "batch 1 size size"]:
    """Each image's ink framed as MNIST was made, give or take: its box to 20/28 of the size, mass centred.

    `handlens.reading.frame` moves by whole pixels; here the centre of mass lies evenly within that pixel, and
    the box is off by up to 6 %, as boxes in photographs are.

    Args:
        images: any size; an image without ink stays empty.
        chance: of each image.
        size: height and width of the result.
        loose: this share, the first of the batch, is framed badly: 0.55 … 1.15 times as large, up to 0.16 of
            the size off centre.
    """
    sampled = F.grid_sample(images, _frame(images, chance, size, loose), align_corners=False)
    return (sampled / sampled.amax((2, 3), keepdim=True).clamp_min(1e-3)).clamp(0, 1)


def _frame(images: Images, chance: Chance, size: int, loose: float) -> Points:
    """From the frame back to the image."""
    height, width = images.shape[2:]
    n_loose = round(loose * len(images))
    ink = images[:, 0]
    down, right = ink.amax(2), ink.amax(1)
    least = down.amax(1, keepdim=True).clamp_min(1e-3) / 8
    side = torch.maximum(_extent(down > least), _extent(right > least)).clamp_min(2)
    mass = ink.sum((1, 2)).clamp_min(1e-6)
    y = (ink.sum(2) * torch.arange(height, device=ink.device)).sum(1) / mass + 0.5
    x = (ink.sum(1) * torch.arange(width, device=ink.device)).sum(1) / mass + 0.5
    scale = side / (size * 20 / 28) * chance.between(0.94, 1.06)  # source pixels a pixel of the frame
    badly, off = chance.between(0.55, 1.15), (2 * chance.take(2) - 1) * 0.16 * size
    scale = torch.cat([scale[:n_loose] / badly[:n_loose], scale[n_loose:]])
    within = size / 2 + chance.take(2)  # where the centre of mass goes: somewhere in the middle pixel
    within = torch.cat([within[:n_loose] + off[:n_loose], within[n_loose:]])
    places = torch.arange(size, device=ink.device) + 0.5
    rows = y[:, None] + (places - within[:, :1]) * scale[:, None]
    columns = x[:, None] + (places - within[:, 1:]) * scale[:, None]
    return torch.stack(
        [
            (2 * columns / width - 1)[:, None, :].expand(-1, size, size),
            (2 * rows / height - 1)[:, :, None].expand(-1, size, size),
        ],
        3,
    )


def _extent(held: Tensor) -> Float[Tensor, "batch"]:
    """The number of places from the first held one to the last."""
    flags = held.float()
    length = flags.shape[1]
    first = flags.argmax(1)
    last = length - 1 - flags.flip(1).argmax(1)
    return (last - first + 1).float()
