"""The recipes whole: the documents' results, and what the README claims."""

from pathlib import Path

import numpy as np
import pytest
import torch
from literal import Lab, accuracy, lab_losses

from handlens.data import Sets
from handlens.engine import Finished, Stepped, train, training

pytestmark = pytest.mark.slow

LAB_NAMES = {"cnn1": "conv1", "cnn2": "conv2", "fc1": "logits"}


def test_lab_and_the_literal_loop_agree_after_an_epoch(mnist: Sets) -> None:
    """600 updates from the same weights, pooling first against pooling last: not one loss differs by more
    than 1e-5. (Equal to the last bit where it was written: torch 2.13, an AMD EPYC with AVX-512.)"""
    torch.manual_seed(0)
    model = Lab()
    start = {
        f"{LAB_NAMES[layer]}.{role}": value.numpy().copy()
        for name, value in model.state_dict().items()
        for layer, _, role in [name.partition(".")]
    }
    events = list(training("lab", start=start, epochs=1))
    losses = [event.loss for event in events if isinstance(event, Stepped)]
    np.testing.assert_allclose(losses, list(lab_losses(model, mnist.development, 1)), atol=1e-5)
    last = events[-1]
    assert isinstance(last, Finished)
    for name, value in model.state_dict().items():
        layer, _, role = name.partition(".")
        np.testing.assert_allclose(last.weights()[f"{LAB_NAMES[layer]}.{role}"], value.numpy(), atol=1e-5)
    assert last.test.accuracy == pytest.approx(accuracy(model, mnist.test), abs=1e-4)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_default_passes_99_1(seed: int, tmp_path: Path) -> None:
    run = train("default", tmp_path / "run", seed=seed)
    assert run.accuracy is not None
    assert run.accuracy >= 0.991


def test_week5_ends_around_98(tmp_path: Path) -> None:
    run = train("week5", tmp_path / "run")
    assert run.accuracy is not None
    assert 0.975 <= run.accuracy <= 0.99
    assert [line.step for line in run.evaluations] == [*range(1, 1201, 50), 1200]
    assert {line.n for line in run.evaluations} == {2000}


def test_lab_ends_where_the_lab_ends(tmp_path: Path) -> None:
    run = train("lab", tmp_path / "run")
    accuracies = [line.accuracy for line in run.evaluations]
    assert len(accuracies) == 10
    assert accuracies[0] >= 0.95
    assert accuracies[-1] >= 0.985
