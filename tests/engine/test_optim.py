"""Optimisers against torch's own, schedules by hand, the moving average, memory kept and given back."""

import itertools

import numpy as np
import pytest
import torch

from handlens import nets
from handlens.engine import optim
from handlens.module import Network
from handlens.recipes import recipe

GRAPH = nets.tutorial((2, 3), 3)


def test_a_one_cycle_schedule_rises_in_a_line_and_falls_along_a_cosine() -> None:
    chosen = recipe("default", lr=1.0, schedule="one-cycle", warmup=0.2)
    rates = [optim.learning_rate(chosen, step, 100) for step in range(1, 101)]
    assert rates[19] == max(rates) == pytest.approx(1.0)
    np.testing.assert_allclose(np.diff(rates[:20]), 24 / 25 / 20)
    assert rates[19 + 81 // 2] == pytest.approx(0.5, abs=0.02)
    assert all(a > b for a, b in itertools.pairwise(rates[19:]))
    assert 0 < rates[-1] < 0.001


def test_a_constant_schedule_is_constant() -> None:
    chosen = recipe("lab")
    assert {optim.learning_rate(chosen, step, 10) for step in range(1, 11)} == {0.1}


def one_update(network: Network, optimiser: torch.optim.Optimizer, seed: int) -> None:
    images = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    optimiser.zero_grad()
    network(images).square().mean().backward()
    optimiser.step()


@pytest.mark.parametrize(
    ("fields", "oracle"),
    [
        ({"optimiser": "sgd", "lr": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1, foreach=False)),
        (
            {"optimiser": "sgd", "lr": 0.1, "momentum": 0.9},
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, foreach=False),
        ),
        ({"optimiser": "adam", "lr": 0.01}, lambda p: torch.optim.Adam(p, lr=0.01, foreach=False)),
        (
            {"optimiser": "adamw", "lr": 0.01, "weight_decay": 0.1, "betas": (0.7, 0.9)},
            lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, betas=(0.7, 0.9), foreach=False),
        ),
    ],
)
def test_the_optimisers_are_torchs(fields: dict, oracle) -> None:
    ours, theirs = Network(GRAPH, seed=0), Network(GRAPH, seed=0)
    betas = {"betas": (0.9, 0.999)} | fields
    mine = optim.optimiser(recipe("lab", **betas), ours)
    reference = oracle(list(theirs.parameters()))
    for seed in range(5):
        one_update(ours, mine, seed)
        one_update(theirs, reference, seed)
    for name, tensor in ours.tensors().items():
        np.testing.assert_allclose(tensor.detach(), theirs.tensors()[name].detach(), atol=2e-6, err_msg=name)


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_memory_is_given_back_to_the_bit(kind: str) -> None:
    chosen = recipe("lab", optimiser=kind, momentum=0.9 if kind == "sgd" else 0.0)
    network = Network(GRAPH, seed=0).to(memory_format=torch.channels_last)
    optimiser = optim.optimiser(chosen, network)
    for seed in range(3):
        one_update(network, optimiser, seed)
    copy = Network(GRAPH, network.weights()).to(memory_format=torch.channels_last)
    second = optim.optimiser(chosen, copy)
    optim.restore_moments(second, copy, optim.moments(optimiser, network))
    for seed in range(3, 6):
        one_update(network, optimiser, seed)
        one_update(copy, second, seed)
    for name, tensor in network.weights().items():
        np.testing.assert_array_equal(tensor, copy.weights()[name])


def test_memory_can_be_given_back_twice() -> None:
    """An optimiser counts its steps in place; what it was given must not count with it."""
    network = Network(GRAPH, seed=0)
    optimiser = optim.optimiser(recipe("lab", optimiser="adam"), network)
    one_update(network, optimiser, 0)
    kept = optim.moments(optimiser, network)
    before = {name: value.copy() for name, value in kept.items()}
    optim.restore_moments(optimiser, network, kept)
    one_update(network, optimiser, 1)
    assert {name: value.tobytes() for name, value in kept.items()} == {
        name: value.tobytes() for name, value in before.items()
    }


@pytest.mark.parametrize("fused", [True, False])
def test_memory_lies_where_torch_wants_it(fused: bool) -> None:
    """Away from the CPU, the count of steps is beside the parameter only where the update is fused."""
    network = Network(GRAPH, seed=0)
    optimiser = optim.optimiser(recipe("lab", optimiser="adam"), network)
    one_update(network, optimiser, 0)
    kept = optim.moments(optimiser, network)
    elsewhere = Network(GRAPH, seed=0).to("meta")
    other = torch.optim.Adam(elsewhere.parameters())
    other.defaults["fused"] = fused
    optim.restore_moments(other, elsewhere, kept)
    found = {key: {state[key].device.type for state in other.state.values()} for key in ("step", "exp_avg")}
    assert found == {"step": {"meta" if fused else "cpu"}, "exp_avg": {"meta"}}


def test_a_moving_average_follows() -> None:
    average, network = Network(GRAPH, seed=0), Network(GRAPH, seed=1)
    before, target = average.weights(), network.weights()
    optim.follow(average, network, 0.9)
    for name, value in average.weights().items():
        np.testing.assert_allclose(value, 0.9 * before[name] + 0.1 * target[name], rtol=1e-5, atol=1e-7)
