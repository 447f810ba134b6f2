"""Which digits make a step: orders, places, shifts."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from handlens.engine.batches import Batches, epoch_order, shifted
from handlens.recipes import recipe


def batches(n: int = 10, **fields: object) -> Batches:
    """Batches of n images, image i full of i's."""
    images = torch.arange(n, dtype=torch.uint8)[:, None, None].expand(n, 28, 28).contiguous()
    return Batches(images, torch.arange(n), recipe("default", **fields), torch.Generator().manual_seed(0))


def test_file_order_cuts_the_file() -> None:
    cut = batches(n=10, order="file", batch=4)
    assert cut.an_epoch == 3
    assert [cut.cut(step)[1].tolist() for step in (1, 2, 3, 4)] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
        [0, 1, 2, 3],
    ]
    assert [cut.images_after(step) for step in (0, 1, 3, 4)] == [0, 4, 10, 14]


def test_images_are_divided_as_totensor_divides() -> None:
    images, labels = batches(n=256, order="file", batch=256, shift=0).cut(1)
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.arange(256, dtype=np.float32) / np.float32(255))
    assert images.shape == (256, 1, 28, 28)
    assert labels.dtype == torch.int64


def test_each_epoch_shuffles_anew_and_everyone_comes_once() -> None:
    cut = batches(n=100, order="shuffled", batch=30)
    epochs = [torch.cat([cut.cut(4 * epoch + i)[1] for i in (1, 2, 3, 4)]).tolist() for epoch in (0, 1)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(100))] * 2
    assert epochs[0] != epochs[1]
    assert batches(n=100, order="shuffled", batch=30).cut(6)[1].tolist() == cut.cut(6)[1].tolist()
    assert batches(n=100, order="shuffled", batch=30, seed=1).cut(1)[1].tolist() != epochs[0][:30]


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
    assert [epoch_order(chosen, 50, epoch, drawn).tolist() for epoch in range(epochs)] == expected


def test_a_shift_moves_whole_images_within_its_reach() -> None:
    image = torch.zeros(200, 28, 28, dtype=torch.uint8)
    image[:, 14, 14] = 9
    moved = shifted(image, 2, torch.Generator().manual_seed(0))
    rows, columns = moved.nonzero()[:, 1], moved.nonzero()[:, 2]
    assert len(rows) == 200
    assert set(rows.tolist()) == set(columns.tolist()) == {12, 13, 14, 15, 16}
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 25


def test_shifts_depend_on_seed_and_step_alone() -> None:
    first = batches(n=30, shift=2, batch=10)
    again = batches(n=30, shift=2, batch=10)
    first.cut(1)
    assert torch.equal(first.cut(2)[0], again.cut(2)[0])
