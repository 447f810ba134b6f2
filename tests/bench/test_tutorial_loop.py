"""The thing to beat does what the tutorial's loop does."""

from itertools import islice

import numpy as np
import pytest
import torch
from literal import Lab, PerItem, accuracy, lab_losses

from handlens.bench.tutorial_loop import Items, Loop, run
from handlens.data import Sets


def test_its_items_are_torchvisions(mnist: Sets) -> None:
    items, expected = Items(mnist.test), PerItem(mnist.test)
    assert len(items) == 10_000
    for index in (0, 1, 9_999):
        (image, label), (theirs, their_label) = items[index], expected[index]
        assert image.dtype == torch.float32
        assert image.is_contiguous()
        assert torch.equal(image, theirs)
        assert label == their_label


def test_its_losses_are_the_labs_own(mnist: Sets) -> None:
    torch.manual_seed(0)
    expected = list(islice(lab_losses(Lab(), mnist.development, 1), 20))
    assert [float(loss) for loss in islice(Loop(mnist).epoch(), 20)] == expected


@pytest.mark.slow
def test_it_counts_right_answers_as_the_lab_does(mnist: Sets) -> None:
    loop = Loop(mnist, limit=600)
    assert len(list(loop.epoch())) == 6
    assert loop.accuracy() == accuracy(loop.model, mnist.test) > 0.11


def test_a_run_tells_each_epoch_and_every_loss() -> None:
    found = run(epochs=2, limit=250, watch_first=100)
    assert len(found["losses"]) == 6
    assert len(found["accuracies"]) == 2
    assert all(np.isclose(100 * share % 1, 0) for share in found["accuracies"])
    assert min(found["training"], found["evaluation"]) > 0
