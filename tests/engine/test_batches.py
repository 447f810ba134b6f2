"""Which digits make a step: orders, places, shifts."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from handlens.engine.batches import Batches, epoch_moves, epoch_order, mislabelled, shifted
from handlens.recipes import recipe


def batches(n: int = 10, **fields: object) -> Batches:
    """Batches of n images, image i full of i's."""
    images = torch.arange(n, dtype=torch.uint8)[:, None, None].expand(n, 28, 28).contiguous()
    return Batches(images, torch.arange(n), recipe("default", **fields), torch.Generator().manual_seed(0))


def cut(made: Batches, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    return made.cut(made.draw(step))


def test_file_order_cuts_the_file() -> None:
    made = batches(n=10, order="file", batch=4)
    assert made.an_epoch == 3
    assert [cut(made, step)[1].tolist() for step in (1, 2, 3, 4)] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
        [0, 1, 2, 3],
    ]
    assert [made.images_after(step) for step in (0, 1, 3, 4)] == [0, 4, 10, 14]


def test_images_are_divided_as_totensor_divides() -> None:
    images, labels = cut(batches(n=256, order="file", batch=256, shift=0), 1)
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.arange(256, dtype=np.float32) / np.float32(255))
    assert images.shape == (256, 1, 28, 28)
    assert labels.dtype == torch.int64


def test_each_epoch_shuffles_anew_and_everyone_comes_once() -> None:
    made = batches(n=100, order="shuffled", batch=30)
    epochs = [torch.cat([cut(made, 4 * epoch + i)[1] for i in (1, 2, 3, 4)]).tolist() for epoch in (0, 1)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(100))] * 2
    assert epochs[0] != epochs[1]
    assert cut(batches(n=100, order="shuffled", batch=30), 6)[1].tolist() == cut(made, 6)[1].tolist()
    assert cut(batches(n=100, order="shuffled", batch=30, seed=1), 1)[1].tolist() != epochs[0][:30]


@pytest.mark.parametrize("epochs", [1, 3])
def test_torch_order_is_the_dataloaders(epochs: int) -> None:
    """The oracle is a real DataLoader in a script that seeds, builds something, then iterates."""
    torch.manual_seed(7)
    loader = DataLoader(TensorDataset(torch.arange(50)), batch_size=50, shuffle=True)
    torch.nn.Linear(9, 9)
    drawn = torch.Generator()
    drawn.set_state(torch.get_rng_state())
    expected = [next(iter(loader))[0].tolist() for _ in range(epochs)]
    chosen = recipe("week5", seed=7)
    labels = torch.zeros(50, dtype=torch.int64)
    assert [epoch_order(chosen, labels, epoch, drawn).tolist() for epoch in range(epochs)] == expected


def test_sorted_order_brings_one_class_after_the_other() -> None:
    labels = torch.tensor([2, 0, 1, 0, 2, 1, 0])
    chosen = recipe("default", order="sorted")
    orders = [epoch_order(chosen, labels, epoch, None).tolist() for epoch in (0, 1)]
    assert orders == [sorted(range(7), key=labels.tolist().__getitem__)] * 2


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_the_labels_changes_places(share: float) -> None:
    labels = torch.arange(1000)  # each its own, so that it can be followed
    chosen = recipe("default", mislabelled=share)
    mixed = mislabelled(chosen, labels)
    assert torch.equal(mixed.sort().values, labels)
    moved = float((mixed != labels).float().mean())
    assert moved == pytest.approx(share, abs=0.01)  # of n that change places about one stays where it was
    assert torch.equal(mixed, mislabelled(chosen, labels))
    assert torch.equal(labels, torch.arange(1000))
    if share:
        assert not torch.equal(mixed, mislabelled(chosen.but(seed=1), labels))


def test_the_training_sees_the_exchanged_labels_and_the_order_follows_them() -> None:
    made = batches(n=20, order="sorted", batch=20, mislabelled=1.0, shift=0)
    images, labels = cut(made, 1)
    assert labels.tolist() == list(range(20))
    digits = (images[:, 0, 0, 0] * 255).round().long()
    assert sorted(digits.tolist()) == list(range(20))
    assert torch.equal(mislabelled(recipe("default", mislabelled=1.0), torch.arange(20))[digits], labels)


def test_a_shift_moves_whole_images_as_told() -> None:
    image = torch.zeros(25, 28, 28, dtype=torch.uint8)
    image[:, 14, 14] = 9
    moves = torch.cartesian_prod(torch.arange(5), torch.arange(5)).T
    moved = shifted(image, moves, 2).nonzero()
    assert torch.equal(moved[:, 1:], 14 + 2 - moves.T)


def test_shifts_reach_everywhere_and_depend_on_seed_and_epoch_alone() -> None:
    chosen = recipe("default", shift=2)
    first = epoch_moves(chosen, 500, 3)
    assert first.shape == (2, 500)
    assert len(first.unique(dim=1).T) == 25
    assert (first.min(), first.max()) == (0, 4)
    assert torch.equal(first, epoch_moves(chosen, 500, 3))
    assert not torch.equal(first, epoch_moves(chosen, 500, 4))
    assert not torch.equal(first, epoch_moves(chosen.but(seed=1), 500, 3))


def test_a_step_is_drawn_alike_whatever_came_before() -> None:
    first, again = (batches(n=30, shift=2, batch=10) for _ in range(2))
    cut(first, 1)
    for mine, theirs in zip(cut(first, 5), cut(again, 5), strict=True):
        assert torch.equal(mine, theirs)


def test_distorted_digits_keep_their_labels_and_change_each_epoch() -> None:
    plain, worn = batches(n=30, batch=30), batches(n=30, batch=30, warp=1.0, wear=1.0)
    assert cut(worn, 1)[1].tolist() == cut(plain, 1)[1].tolist()
    assert torch.equal(cut(worn, 1)[0], cut(batches(n=30, batch=30, warp=1.0, wear=1.0), 1)[0])
    assert worn.draw(1).chances.shape == worn.draw(2).chances.shape
    assert not torch.equal(worn.draw(1).chances, worn.draw(2).chances)
    assert plain.draw(1).chances.shape == (30, 0)
