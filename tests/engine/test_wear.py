"""Pens, papers and cameras, a batch at once."""

import numpy as np
import pytest
import torch

from handlens import data
from handlens.engine import wear
from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.wear import CAMERAS, PAPERS, PENS, STROKES, Kind, handled

DIGITS = torch.from_numpy(np.array(data.load("mnist").train.images[:240]))[:, None].float() / 255
LABELS = torch.from_numpy(data.load("mnist").train.labels[:240].astype(np.int64))
KINDS = [kind for row in (PENS, STROKES, CAMERAS, PAPERS) for kind in row]


def numbers(n: int, columns: int, seed: int = 0) -> torch.Tensor:
    return torch.rand((n, columns), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.wear.__name__)
def test_each_kind_changes_its_images_and_stays_an_image(kind: Kind) -> None:
    worn = kind.wear(DIGITS, numbers(240, kind.numbers))
    assert worn.shape == DIGITS.shape
    assert worn.min() >= 0
    assert worn.max() <= 1 + 1e-6
    assert ((worn - DIGITS).abs().amax((1, 2, 3)) > 0.02).float().mean() > 0.5


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.wear.__name__)
def test_each_kind_uses_all_the_numbers_that_it_asks_for(kind: Kind) -> None:
    u = numbers(240, kind.numbers)
    plain = kind.wear(DIGITS, u)
    for column in range(kind.numbers):
        changed = u.clone()
        changed[:, column] = 1 - u[:, column]
        assert not torch.equal(kind.wear(DIGITS, changed), plain), f"number {column} changes nothing"


def test_broader_and_finer_pens() -> None:
    u = torch.tensor([[0.0], [0.5], [1.0]]).repeat_interleave(80, 0)
    ink = wear.thicker(DIGITS, u).sum((1, 2, 3)).view(3, 80).mean(1)
    assert ink[0] == pytest.approx(float(DIGITS[:80].sum((1, 2, 3)).mean()))
    assert ink[0] < ink[1] < ink[2]
    assert (wear.thinner(DIGITS, u).sum((1, 2, 3)).view(3, 80).mean(1).diff() < 0).all()


def test_a_blur_keeps_the_ink_and_goes_its_way() -> None:
    dot = torch.zeros(2, 1, 28, 28)
    dot[:, 0, 14, 14] = 1
    angles = torch.tensor([0.0, wear.TURN / 4])
    blurred = wear._smeared(dot, torch.full((2,), 2.0), torch.full((2,), 0.4), angles, 11)
    assert blurred.sum((1, 2, 3)).numpy() == pytest.approx(1, abs=1e-5)
    assert blurred[0, 0, 14, 18] > 100 * blurred[0, 0, 18, 14]
    assert torch.allclose(blurred[1, 0], blurred[0, 0].T, atol=1e-5)


def test_wear_takes_its_shares_and_leaves_the_others_as_they_were() -> None:
    row = (Kind(lambda images, u: images + 1, 0.25, 1), Kind(lambda images, u: images + 2, 0.5, 1))
    still = torch.arange(40.0)[:, None, None, None].expand(40, 1, 28, 28)
    passed = wear.passed(still, Chance(numbers(40, NUMBERS)), row, 1.0)
    added = (passed - still)[:, 0, 0, 0]
    assert [int((added == extra).sum()) for extra in (0, 1, 2)] == [10, 10, 20]
    assert not torch.equal(added.sort().values, added)  # whom chance chose, not the first ones
    half = wear.passed(still, Chance(numbers(40, NUMBERS)), row, 0.5)
    assert int((half == still)[:, 0, 0, 0].sum()) == 25


def test_a_batch_is_worn_the_same_twice() -> None:
    chances = numbers(240, NUMBERS)
    first = handled(DIGITS, LABELS, Chance(chances), 1.0, 1.0)
    assert first.shape == DIGITS.shape
    assert torch.equal(first, handled(DIGITS, LABELS, Chance(chances), 1.0, 1.0))
    assert not torch.equal(first, handled(DIGITS, LABELS, Chance(1 - chances), 1.0, 1.0))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_small_batches_pass(n: int) -> None:
    assert handled(DIGITS[:n], LABELS[:n], Chance(numbers(n, NUMBERS)), 1.0, 1.0).shape == (n, 1, 28, 28)


def test_grown_is_a_max_pool() -> None:
    expected = torch.nn.functional.max_pool2d(DIGITS, 3, 1, 1)
    assert torch.equal(wear._grown(DIGITS), expected)
