"""Digits distorted and framed again, a batch at once."""

import numpy as np
import pytest
import torch
from torch import Tensor

from handlens import data
from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.warp import CANVAS, distorted, framed, smooth, warped
from handlens.reading.frame import frame

DIGITS = torch.from_numpy(np.array(data.load("mnist").train.images[:200]))[:, None].float() / 255


def even(n: int, value: float = 0.5) -> Chance:
    return Chance(torch.full((n, NUMBERS), value))


def drawn(n: int, seed: int = 0) -> Chance:
    return Chance(torch.rand((n, NUMBERS), generator=torch.Generator().manual_seed(seed)))


def centres(images: Tensor) -> np.ndarray:
    """Row and column of each image's centre of mass, [n, 2]."""
    places = torch.arange(images.shape[-1]).float()
    mass = images.sum((1, 2, 3))
    rows = (images.sum(3)[:, 0] * places).sum(1) / mass
    columns = (images.sum(2)[:, 0] * places).sum(1) / mass
    return torch.stack([rows, columns], 1).numpy()


def test_middling_chance_only_enlarges_the_canvas() -> None:
    still = warped(DIGITS, even(200), 1.0)
    assert still.shape == (200, 1, CANVAS, CANVAS)
    # From the canvas's middle, the digit's 28 pixels are 28 / 28 * 44 / 1.22 of the canvas's.
    assert still.sum((1, 2, 3)).numpy() == pytest.approx(
        DIGITS.sum((1, 2, 3)).numpy() * (CANVAS / 28 / 1.22) ** 2, rel=0.05
    )
    np.testing.assert_allclose(
        (centres(still) + 0.5 - CANVAS / 2) / (CANVAS / 28 / 1.22), centres(DIGITS) + 0.5 - 14, atol=0.2
    )


def test_without_strength_chance_moves_nothing() -> None:
    assert torch.equal(warped(DIGITS, drawn(200, 1), 0.0), warped(DIGITS, drawn(200, 2), 0.0))


def test_chance_moves_each_image_by_its_own() -> None:
    same = DIGITS[:1].expand(50, -1, -1, -1)
    moved = warped(same, drawn(50), 1.0)
    assert len(torch.unique(moved.flatten(1), dim=0)) == 50
    assert torch.equal(moved, warped(same, drawn(50), 1.0))


def test_framed_is_what_the_readers_frame_gives() -> None:
    """The oracle averages over areas and moves by whole pixels; ours samples, and centres to 14.5."""
    warped_digits = warped(DIGITS, drawn(200), 1.0)
    ours = framed(warped_digits, even(200), 28)
    theirs = torch.from_numpy(np.stack([frame(image[0].numpy()).pixels for image in warped_digits]))[:, None]
    np.testing.assert_allclose(centres(ours), 14.0, atol=0.3)  # sampling drops a little of thin strokes
    assert np.abs(centres(ours) - centres(theirs)).max() < 0.75
    assert ours.amax((1, 2, 3)).numpy() == pytest.approx(1)
    # Of the ink's mass, not a pixel's value, since a move by half a pixel changes every edge.
    assert ours.sum((1, 2, 3)).numpy() == pytest.approx(theirs.sum((1, 2, 3)).numpy(), rel=0.2)
    lengths = [max(np.ptp(np.nonzero(image[0].numpy() > 1 / 8), axis=1)) + 1 for image in ours]
    assert np.abs(np.array(lengths) - 20).max() <= 1


def test_distorted_lies_where_warped_and_framed_lie_and_is_sharper() -> None:
    sharp = distorted(DIGITS, drawn(200), 0.5)
    chance = drawn(200)
    twice = framed(warped(DIGITS, chance, 0.5), chance, 28)
    assert sharp.shape == DIGITS.shape
    assert 0 <= sharp.min() < sharp.max() <= 1
    np.testing.assert_allclose(centres(sharp), centres(twice), atol=0.35)
    energy = [float((images**2).mean()) for images in (DIGITS, sharp, twice)]
    assert energy[1] > 0.88 * energy[0]
    assert energy[2] < 0.85 * energy[0]


def test_without_strength_a_digit_is_only_framed_again() -> None:
    """MNIST's own frame, give or take a pixel and 6 %."""
    again = distorted(DIGITS, even(200), 0.0)
    moved = torch.roll(
        again, (-1, -1), (2, 3)
    )  # the middle of the pixel: half a pixel to one side or the other
    nearest = torch.minimum((again - DIGITS).abs().mean((1, 2, 3)), (moved - DIGITS).abs().mean((1, 2, 3)))
    assert nearest.median() < 0.04
    assert np.abs(centres(again) - 14).max() < 1


def test_a_share_is_framed_badly() -> None:
    badly = framed(DIGITS, drawn(200), 28, loose=0.5)
    off = np.abs(centres(badly) - 14).max(axis=1)
    assert (off[100:] < 0.7).all()
    assert (off[:100] > 1).sum() > 70


def test_an_image_without_ink_stays_empty() -> None:
    assert framed(torch.zeros(3, 1, 44, 44), drawn(3), 28, loose=0.5).abs().max() == 0


def test_numbers_that_were_not_drawn_are_asked_for_in_vain() -> None:
    with pytest.raises(IndexError, match=r"3 numbers an image are asked for; 2 were drawn"):
        Chance(torch.zeros(5, 2)).take(3)


def test_smooth_is_bicubic_interpolation() -> None:
    """The oracle is torch's own."""
    coarse = torch.rand((5, 2, 4, 4), generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.interpolate(coarse, (44, 44), mode="bicubic", align_corners=True)
    torch.testing.assert_close(smooth(coarse, 44), expected, atol=1e-6, rtol=1e-5)
