"""Other pens, papers and cameras: batches of digits worn as handwriting is before anyone reads it.

Wear comes in passes. In each, the batch is put into an order of its own, every kind takes its share of it as
one slice, the rest stays as it is, and all go back to their places: so kinds meet in all combinations, and
each is computed for those alone that get it.

The kinds are families (a blur along some direction, lines across, uneven light), each in the range that
photographs, scans and screens have. None was made after a published benchmark's files.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float, Int64
from torch import Tensor

from handlens.engine.chance import Chance
from handlens.engine.habits import habits, stroke_of
from handlens.engine.warp import distorted, framed, smooth, warped

Images = Float[Tensor, "n 1 height width"]
Numbers = Float[Tensor, "n numbers"]

TURN = 6.2832


class Kind(NamedTuple):
    """One kind of wear: what it does, to which share of a batch, with how many uniform numbers an image."""

    wear: Callable[[Images, Numbers], Images]
    share: float
    numbers: int


def handled(
    images: Float[Tensor, "batch 1 28 28"],
    labels: Int64[Tensor, "batch"],
    chance: Chance,
    warp: float,
    wear: float,
) -> Float[Tensor, "batch 1 28 28"]:
    """Digits as other people write them and other cameras see them.

    Args:
        images: 0 … 1, stroke bright.
        labels: which digit each is, for `habits`.
        chance: of each image.
        warp: strength of the distortions, see `warp.warped`.
        wear: scales the shares of every kind; 0 leaves pens and papers alone, 1 is what the reader needs.
    """
    if not wear:
        return distorted(images, chance, warp)
    size = images.shape[2]
    images = warped(images, chance, warp)
    images = habits(images, labels, chance)
    images = passed(images, chance, PENS, wear)
    images = passed(images, chance, STROKES, wear)
    images = framed(images, chance, size, loose=0.12 * wear)
    images = passed(images, chance, CAMERAS, wear)
    return passed(images, chance, PAPERS, wear)


def passed(images: Images, chance: Chance, row: tuple[Kind, ...], wear: float) -> Images:
    """One pass: the images in an order of their own, a slice a kind, the rest as it is.

    Args:
        images: 0 … 1, stroke bright.
        chance: of each image.
        row: the kinds, each with its share.
        wear: scales the shares.
    """
    places = chance.take(1)[:, 0].argsort()
    mixed, parts, start = images[places], [], 0
    for kind in row:
        numbers = chance.take(kind.numbers)
        end = start + round(kind.share * wear * len(images))
        if end > start:
            parts.append(kind.wear(mixed[start:end], numbers[places[start:end]]))
        start = end
    worn = torch.empty_like(images)
    worn[places] = torch.cat([*parts, mixed[start:]])
    return worn


# -- pens: on the canvas, before framing -------------------------------------------------------------------


def thicker(images: Images, u: Numbers) -> Images:
    """A broader pen, by up to 1.3 pixels of the frame each side."""
    once = _grown(images)
    twice = _grown(once)
    more = 2 * _each(u[:, 0])
    return torch.where(more < 1, torch.lerp(images, once, more), torch.lerp(once, twice, more - 1))


def thinner(images: Images, u: Numbers) -> Images:
    """A finer pen; never so fine that a stroke breaks everywhere."""
    return torch.lerp(images, -_grown(-images), 0.75 * _each(u[:, 0]))


def outlined(images: Images, u: Numbers) -> Images:
    """A hollow stroke, as a felt pen's edge, an edge detector or an outline font leaves it."""
    large = _blurred(images, 0.4 + _each(u[:, 0]), 5)
    rim = _grown(large) + _grown(-large)
    rim = rim / rim.amax((2, 3), keepdim=True).clamp_min(1e-3)
    return (rim * (1 + 1.5 * _each(u[:, 1]))).clamp(0, 1)


def pressed(images: Images, u: Numbers) -> Images:
    """Uneven pressure: strokes fade along one direction or in patches."""
    patches = _clouds(u[:, 2:], 4, images.shape[2])
    return images * (1 - _each(0.9 * u[:, 0]) * patches) ** (1 + _each(u[:, 1]))


def crisp(images: Images, u: Numbers) -> Images:
    """Ink or no ink, as after a threshold, with heavier or lighter strokes."""
    return ((images - _each(0.2 + 0.5 * u[:, 0])) * 8 + 0.5).clamp(0, 1)


def struck(images: Images, u: Numbers) -> Images:
    """One to three straight pen strokes across or beside, on occasion dotted: what stands around a digit."""
    size = images.shape[2]
    ink = torch.zeros_like(images)
    for first, likely in ((0, 1.0), (7, 0.4), (14, 0.4)):
        y, x, angle, length, width, dots, there = u[:, first : first + 7].T
        line = stroke_of(y * size, x * size, angle * TURN, (0.1 + length) * size * 0.6, 0.6 + width, size)
        line = torch.where((dots < 1 / 3)[:, None, None], _dotted(line, angle * TURN), line)
        ink = torch.maximum(ink, line[:, None] * _each((there < likely) * (1 - 0.6 * there)))
    return torch.maximum(images, ink)


PENS = (
    Kind(thicker, 0.24, 1),
    Kind(thinner, 0.22, 1),
    Kind(crisp, 0.12, 1),
    Kind(outlined, 0.06, 2),
    Kind(pressed, 0.08, 18),
)
STROKES = (Kind(struck, 0.08, 21),)


# -- cameras: after framing --------------------------------------------------------------------------------


def blurry(images: Images, u: Numbers) -> Images:
    """Out of focus."""
    return _gained(_blurred(images, _each(0.4 + 1.1 * u[:, 0]), 7), u[:, 1])


def moved(images: Images, u: Numbers) -> Images:
    """Moved while the shutter was open."""
    return _gained(
        _smeared(images, 1 + 2.4 * u[:, 0], torch.full_like(u[:, 0], 0.35), TURN * u[:, 1], 11), u[:, 2]
    )


def shaken(images: Images, u: Numbers) -> Images:
    """Every pixel from somewhere near: frosted glass, rough paper."""
    n, _, size, _ = images.shape
    still = F.affine_grid(torch.eye(2, 3, device=images.device).expand(n, 2, 3), [n, 1, size, size], False)
    jumps = (
        torch.stack([_grain(u[:, 0], size), _grain(u[:, 1], size)], 3)
        * _each(0.3 + 0.9 * u[:, 2])[:, 0, :, :, None]
    )
    moved = F.grid_sample(images, still + jumps * (2 / size), align_corners=False)
    return torch.lerp(moved, _blurred(moved, torch.full_like(_each(u[:, 3]), 0.7), 5), _each(u[:, 3]))


def coarse(images: Images, u: Numbers) -> Images:
    """Few pixels: 9 to 19 each way, enlarged again; a third of each."""
    parts = []
    for third, pixels in zip(images.chunk(3), (9, 13, 19), strict=False):
        small = F.adaptive_avg_pool2d(third, pixels)
        parts.append(F.interpolate(small, images.shape[2:], mode="bilinear", align_corners=False))
    return _gained(torch.cat(parts), u[:, 0])


def grainy(images: Images, u: Numbers) -> Images:
    """Sensor noise, stronger where there is more light."""
    noise = _grain(u[:, 0], images.shape[2])[:, None]
    even, light = _each(0.25 * u[:, 1]), _each(0.7 * u[:, 2])
    return (images + noise * (even + light * images.clamp_min(0).sqrt())).clamp(0, 1)


def specked(images: Images, u: Numbers) -> Images:
    """Pixels black or white at random: dust, a bad scan."""
    noise = _grain(u[:, 0], images.shape[2])[:, None]
    rare = 1.15 + 1.2 * _each(u[:, 1])  # of a normal number: 25 to 2 % of the pixels, half of them each way
    return images.masked_fill(noise > rare, 1).masked_fill(noise < -rare, 0)


CAMERAS = (
    Kind(blurry, 0.09, 2),
    Kind(moved, 0.05, 3),
    Kind(shaken, 0.05, 4),
    Kind(coarse, 0.06, 1),
    Kind(grainy, 0.09, 3),
    Kind(specked, 0.06, 2),
)


# -- papers: last ------------------------------------------------------------------------------------------


def faded(images: Images, u: Numbers) -> Images:
    """Less contrast on a paper that isn't quite dark."""
    contrast, paper = _each(0.25 + 0.75 * u[:, 0]), _each(0.6 * u[:, 1] ** 2)
    return paper + (1 - paper) * contrast * images


def foggy(images: Images, u: Numbers) -> Images:
    """Haze in clouds over everything."""
    haze = 0.6 * _clouds(u[:, 2:18], 4, images.shape[2]) + 0.4 * _clouds(u[:, 18:], 5, images.shape[2])
    share = _each(0.25 + 0.5 * u[:, 0])
    return (images * (1 - share * _each(u[:, 1])) + share * haze * 1.4).clamp(0, 1)


def shaded(images: Images, u: Numbers) -> Images:
    """A shadow's edge, or light that falls off, from one side."""
    size = images.shape[2]
    across = _across(u[:, 0] * TURN, u[:, 1] * size, size) / size
    soft = torch.sigmoid(across * _each(2 + 60 * u[:, 2] ** 2))
    return images + (1 - images) * soft * _each(0.75 * u[:, 3])


def banded(images: Images, u: Numbers) -> Images:
    """A band or a corner turned to its negative: printed bars, forms, screens."""
    size = images.shape[2]
    across = _across(u[:, 0] * TURN, (0.15 + 0.7 * u[:, 1]) * size, size)
    width = _each((0.15 + 0.6 * u[:, 2]) * size)
    inside = ((across > 0) & (across < width)) | (across < -width * _each(1 + u[:, 3]))
    return torch.where(inside, 1 - images, images)


def ruled(images: Images, u: Numbers) -> Images:
    """Rules or squares of paper that nobody removed."""
    size = images.shape[2]
    pitch, phase, angle = 5 + 14 * u[:, 0], u[:, 1], 0.25 * (u[:, 2] - 0.5)
    upright = (u[:, 5] < 0.35).float()
    ink = torch.zeros_like(images)
    for turn, there in ((angle + 0.25 * TURN, torch.ones_like(upright)), (angle, upright)):
        across = _across(turn, phase * size, size)
        near = (torch.remainder(across + _each(pitch) / 2, _each(pitch)) - _each(pitch) / 2).abs()
        ink = torch.maximum(ink, (1.1 - near).clamp(0, 1) * _each(there))
    return torch.maximum(images, ink * _each(0.15 + 0.7 * u[:, 3]) * _each(0.4 + 0.6 * u[:, 4]))


def stained(images: Images, u: Numbers) -> Images:
    """Spots of ink, or of eraser, of any size."""
    size = images.shape[2]
    places = torch.arange(size, device=u.device) + 0.5
    for first in range(0, 24, 4):
        y, x, radius, kind = u[:, first : first + 4].T
        far = ((places - _each(y * size)[:, 0, 0]) ** 2)[:, :, None] + (
            (places - _each(x * size)[:, 0, 0]) ** 2
        )[:, None]
        spot = (1.5 + _each(0.5 + 3.2 * radius**2) - far.sqrt()[:, None]).clamp(0, 1)
        value = _each((kind < 0.6).float() * (0.4 + kind))
        images = torch.lerp(images, value.expand_as(images), spot * _each((kind < 0.85).float()))
    return images


def crowded(images: Images, u: Numbers) -> Images:
    """Crumbs of a neighbour at the left or right edge, as a cut in a row leaves them."""
    size = images.shape[2]
    slid = torch.roll(images, 1, 0)
    shift = _each(0.5 + 0.16 * u[:, 0])
    sign = _each((u[:, 1] < 0.5).float() * 2 - 1)
    theta = torch.eye(2, 3, device=u.device).repeat(len(u), 1, 1)
    theta[:, 0, 2] = (2 * sign * shift * 1.25)[:, 0, 0, 0]
    grid = F.affine_grid(theta, [len(u), 1, size, size], align_corners=False)
    return torch.maximum(images, F.grid_sample(slid, grid, align_corners=False))


PAPERS = (
    Kind(faded, 0.07, 2),
    Kind(foggy, 0.07, 43),
    Kind(shaded, 0.05, 4),
    Kind(banded, 0.06, 4),
    Kind(ruled, 0.05, 6),
    Kind(stained, 0.05, 24),
    Kind(crowded, 0.04, 2),
)


# -- what several kinds need -------------------------------------------------------------------------------


def _each(numbers: Float[Tensor, "n"]) -> Float[Tensor, "n 1 1 1"]:
    return numbers.view(-1, 1, 1, 1)


def _grown(images: Images) -> Images:
    """The greatest of each pixel and its eight neighbours: a max pool, in a tenth of its time."""
    padded = F.pad(images, (1, 1, 1, 1), value=-torch.inf)
    tall = torch.maximum(torch.maximum(padded[:, :, :-2], padded[:, :, 1:-1]), padded[:, :, 2:])
    return torch.maximum(torch.maximum(tall[..., :-2], tall[..., 1:-1]), tall[..., 2:])


def _gained(images: Images, u: Float[Tensor, "n"]) -> Images:
    """Brought towards full brightness, by a share of the way."""
    full = images / images.amax((2, 3), keepdim=True).clamp_min(1e-3)
    return torch.lerp(images, full, _each(u)).clamp(0, 1)


def _blurred(images: Images, deviation: Float[Tensor, "n 1 1 1"], size: int) -> Images:
    flat = deviation.flatten()
    return _smeared(images, flat, flat, torch.zeros_like(flat), size)


def _smeared(images: Images, along: Tensor, across: Tensor, angle: Tensor, size: int) -> Images:
    """Convolved by a Gaussian of its own: deviations in pixels along a direction and across it."""
    reach = torch.arange(size, device=images.device) - size // 2
    cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
    forward, sideways = cos * reach + sin * reach[:, None], cos * reach[:, None] - sin * reach
    kernels = torch.exp(
        -0.5 * ((forward / along[:, None, None]) ** 2 + (sideways / across[:, None, None]) ** 2)
    )
    kernels = (kernels / kernels.sum((1, 2), keepdim=True))[:, None]
    n = len(images)
    return F.conv2d(images.view(1, n, *images.shape[2:]), kernels, padding=size // 2, groups=n).view_as(
        images
    )


@cache
def _grains(size: int, device: torch.device) -> Float[Tensor, "257 size size"]:
    """Normal noise to choose from; drawn once, the same everywhere."""
    return torch.randn((257, size, size), generator=torch.Generator().manual_seed(0)).to(device)


def _grain(u: Float[Tensor, "n"], size: int) -> Float[Tensor, "n size size"]:
    """A noise field each: one of those, on occasion turned over."""
    grains = _grains(size, u.device)
    which = (u * 4 * 257).long()
    fields = grains[which % 257]
    fields = torch.where((which // 257 % 2 == 0)[:, None, None], fields, -fields)
    return torch.where((which // 514 == 0)[:, None, None], fields, fields.flip(2))


def _clouds(u: Numbers, points: int, size: int) -> Float[Tensor, "n 1 size size"]:
    """Smooth fields in 0 … 1 through points x points random values."""
    coarse = u[:, : points * points].reshape(-1, 1, points, points)
    return smooth(coarse, size).clamp(0, 1)


def _across(angle: Tensor, offset: Tensor, size: int) -> Float[Tensor, "n 1 size size"]:
    """Each pixel's signed distance, in pixels, from the line ``offset`` beyond the image's first edge."""
    places = torch.arange(size, device=angle.device) + 0.5 - size / 2
    cos, sin = torch.cos(angle), torch.sin(angle)
    along = cos[:, None, None] * places + sin[:, None, None] * places[:, None]
    return along[:, None] - _each(offset - size / 2)


def _dotted(stroke: Float[Tensor, "n size size"], angle: Tensor) -> Float[Tensor, "n size size"]:
    """The stroke with gaps along its direction."""
    places = torch.arange(stroke.shape[2], device=angle.device) + 0.5
    along = torch.cos(angle)[:, None, None] * places + torch.sin(angle)[:, None, None] * places[:, None]
    return stroke * (torch.remainder(along, 4.0) < 2.2)
