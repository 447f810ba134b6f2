"""Rows worn in batches: other pens, cameras and sizes, by the passes of `handlens.engine.wear`.

The reader has taken away paper and light before the row network sees a row, so no paper is worn on here.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float
from torch import Tensor

from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.wear import Kind, blurry, crisp, moved, outlined, passed, thicker, thinner

Images = Float[Tensor, "n 1 height width"]
Numbers = Float[Tensor, "n numbers"]


def worn(images: Images, generator: torch.Generator) -> Images:
    """Each row leant, resized, moved up or down and worn by its own amounts."""
    chance = Chance(torch.rand((len(images), NUMBERS), generator=generator))
    images = passed(_placed(images, chance), chance, PENS, 1.0)
    return passed(images, chance, CAMERAS, 1.0)


def _placed(images: Images, chance: Chance) -> Images:
    """As the reader's guess of a row's digit height and middle may be off: by a sixth, and by two pixels."""
    count, _, height, width = images.shape
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = 1
    theta[:, 0, 1] = chance.between(-0.25, 0.25) * height / width
    theta[:, 1, 1] = torch.exp(chance.between(-0.15, 0.15))
    theta[:, 1, 2] = chance.between(-0.07, 0.07) * 2
    return F.grid_sample(
        images, F.affine_grid(theta, list(images.shape), align_corners=False), align_corners=False
    )


def coarse(images: Images, u: Numbers) -> Images:
    """Few pixels: digits of 7, 9 or 12 pixels, enlarged again; a third of each."""
    parts = []
    for third, share in zip(images.chunk(3), (0.35, 0.45, 0.6), strict=False):
        small = F.interpolate(third, scale_factor=share, mode="area")
        parts.append(F.interpolate(small, images.shape[2:], mode="bilinear"))
    return torch.cat(parts)


def grainy(images: Images, u: Numbers) -> Images:
    """What is left of a sensor's noise."""
    return (images + _noise(images, u[:, 1]) * _each(0.2 * u[:, 0] ** 2)).clamp(0, 1)


def specked(images: Images, u: Numbers) -> Images:
    """Pixels black or white at random, 6 to 0.7 % of them."""
    noise, rare = _noise(images, u[:, 1]), _each(1.9 + 0.8 * u[:, 0])
    return images.masked_fill(noise > rare, 1).masked_fill(noise < -rare, 0)


def faded(images: Images, u: Numbers) -> Images:
    """Less contrast."""
    return images * _each(0.4 + 0.6 * u[:, 0])


def uneven(images: Images, u: Numbers) -> Images:
    """Strokes that fade in patches."""
    patches = F.interpolate(
        u[:, 1:].view(-1, 1, 2, 8), images.shape[2:], mode="bicubic", align_corners=True
    ).clamp(0, 1)
    return images * (1 - patches * _each(0.8 * u[:, 0]))


PENS = (Kind(thicker, 0.22, 1), Kind(thinner, 0.22, 1), Kind(crisp, 0.12, 1), Kind(outlined, 0.03, 2))
CAMERAS = (
    Kind(blurry, 0.12, 2),
    Kind(moved, 0.05, 3),
    Kind(coarse, 0.07, 1),
    Kind(grainy, 0.08, 2),
    Kind(specked, 0.03, 2),
    Kind(faded, 0.05, 1),
    Kind(uneven, 0.08, 17),
)


def _each(numbers: Float[Tensor, "n"]) -> Float[Tensor, "n 1 1 1"]:
    return numbers.view(-1, 1, 1, 1)


def _noise(images: Images, u: Float[Tensor, "n"]) -> Images:
    """Normal noise, the same for the same numbers."""
    seed = int(u.sum().item() * 1e6)
    return torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
