"""Optimisers against torch's own, schedules by hand, the moving average, memory kept and given back."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from handlens import nets
from handlens.engine import optim
from handlens.errors import RecordingError
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


SETTINGS: list[dict] = [
    {"optimiser": "sgd", "lr": 0.1},
    {"optimiser": "sgd", "lr": 0.1, "weight_decay": 0.1},
    {"optimiser": "sgd", "lr": 0.1, "momentum": 0.9},
    {"optimiser": "sgd", "lr": 0.1, "momentum": 0.5, "weight_decay": 0.1, "schedule": "one-cycle"},
    {"optimiser": "adam", "lr": 0.01},
    {"optimiser": "adam", "lr": 0.01, "weight_decay": 0.1, "schedule": "one-cycle"},
    {"optimiser": "adamw", "lr": 0.01, "weight_decay": 0.1, "betas": (0.7, 0.9), "schedule": "one-cycle"},
]
STEPS = 20


def network_of(layout: torch.memory_format, device: str = "cpu") -> Network:
    return Network(GRAPH, seed=0).to(device).to(memory_format=layout)


def gradients(network: Network, seed: int) -> None:
    images = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    network.zero_grad()
    network(images).square().mean().backward()


def update(network: Network, optimiser: optim.Optimiser, seed: int, rate: float | torch.Tensor = 0.1) -> None:
    gradients(network, seed)
    optimiser.step(rate)


def torchs(fields: dict, network: Network) -> torch.optim.Optimizer:
    """torch.optim's own optimiser of these settings."""
    chosen, parameters = {"momentum": 0.0, "weight_decay": 0.0, **fields}, list(network.parameters())
    shared = {"lr": chosen["lr"], "weight_decay": chosen["weight_decay"], "fused": True}
    if chosen["optimiser"] == "sgd":
        momentum = chosen["momentum"]
        return torch.optim.SGD(parameters, momentum=momentum, nesterov=momentum > 0, **shared)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[chosen["optimiser"]]
    return kind(parameters, betas=chosen.get("betas", (0.9, 0.999)), **shared)


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("fields", SETTINGS, ids=str)
def test_the_optimisers_are_torchs_to_the_bit(fields: dict, layout: torch.memory_format) -> None:
    ours, theirs = network_of(layout), network_of(layout)
    chosen = recipe("lab", **fields)
    mine, reference = optim.Optimiser(chosen, ours), torchs(fields, theirs)
    assert mine.moments() == {}
    for step in range(1, STEPS + 1):
        rate = optim.learning_rate(chosen, step, STEPS)
        update(ours, mine, step, rate)
        gradients(theirs, step)
        reference.param_groups[0]["lr"] = rate
        reference.step()
    for name, tensor in ours.weights().items():
        np.testing.assert_array_equal(tensor, theirs.weights()[name], err_msg=name)
    expected = {
        f"{name}/{key}": value.numpy()
        for name, parameter in theirs.named_parameters()
        for key, value in reference.state.get(parameter, {}).items()
        if value is not None
    }
    moments = mine.moments()
    assert list(moments) == list(expected)
    for name, value in moments.items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
        assert value.dtype == expected[name].dtype


@pytest.mark.parametrize("fields", SETTINGS, ids=str)
def test_memory_is_given_back_to_the_bit_and_in_its_layout(fields: dict) -> None:
    chosen = recipe("lab", **fields)
    network = network_of(torch.channels_last)
    optimiser = optim.Optimiser(chosen, network)
    for seed in range(3):
        update(network, optimiser, seed)
    copy = Network(GRAPH, network.weights()).to(memory_format=torch.channels_last)
    second = optim.Optimiser(chosen, copy)
    second.restore(optimiser.moments())
    for seed in range(3, 6):
        update(network, optimiser, seed)
        update(copy, second, seed)
    for name, tensor in network.weights().items():
        np.testing.assert_array_equal(tensor, copy.weights()[name])
    for name, parameter in network.named_parameters():
        for one in (optimiser, second):
            tensors = {key: value for key, value in one._memory.get(name, {}).items() if key != "step"}
            assert {value.stride() for value in tensors.values()} <= {parameter.stride()}


def test_memory_of_torch_itself_is_taken() -> None:
    """States recorded while torch.optim's classes did the updates."""
    ours, theirs = network_of(torch.channels_last), network_of(torch.channels_last)
    fields = {"optimiser": "adam", "lr": 0.01}
    reference = torchs(fields, theirs)
    for seed in range(3):
        gradients(theirs, seed)
        reference.step()
    mine = optim.Optimiser(recipe("lab", **fields), ours)
    ours.load(theirs.weights())
    mine.restore(
        {
            f"{name}/{key}": value.numpy()
            for name, parameter in theirs.named_parameters()
            for key, value in reference.state[parameter].items()
        }
    )
    update(ours, mine, 3, 0.01)
    gradients(theirs, 3)
    reference.step()
    for name, tensor in ours.weights().items():
        np.testing.assert_array_equal(tensor, theirs.weights()[name], err_msg=name)


def test_memory_can_be_given_back_twice() -> None:
    """An optimiser counts its steps in place; what it was given must not count with it."""
    network = Network(GRAPH, seed=0)
    optimiser = optim.Optimiser(recipe("lab", optimiser="adam"), network)
    update(network, optimiser, 0)
    kept = optimiser.moments()
    before = {name: value.copy() for name, value in kept.items()}
    optimiser.restore(kept)
    update(network, optimiser, 1)
    assert {name: value.tobytes() for name, value in kept.items()} == {
        name: value.tobytes() for name, value in before.items()
    }
    optimiser.restore({})
    assert optimiser.moments() == {}


def test_a_parameter_without_a_gradient_stays() -> None:
    network = Network(GRAPH, seed=0)
    optimiser = optim.Optimiser(recipe("lab", optimiser="adam", weight_decay=0.1), network)
    gradients(network, 0)
    still, *_ = names = [name for name, _ in network.named_parameters()]
    before = network.weights()
    dict(network.named_parameters())[still].grad = None
    optimiser.step(0.1)
    changed = {name for name in names if not np.array_equal(network.weights()[name], before[name])}
    assert changed == set(names) - {still}
    assert {name.partition("/")[0] for name in optimiser.moments()} == changed


class Operators(TorchDispatchMode):
    """Notes the name of every operator that runs."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, operator: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(str(operator))
        return operator(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw"])
def test_a_rate_that_is_a_tensor_is_never_read_on_the_way(kind: str) -> None:
    """A CUDA graph replays kernels alone: a rate that Python had read would stay what it was."""
    chosen = recipe("lab", optimiser=kind, momentum=0.9 if kind == "sgd" else 0.0)
    networks = [Network(GRAPH, seed=0) for _ in range(2)]
    by_number, by_tensor = (optim.Optimiser(chosen, network) for network in networks)
    rate = torch.tensor(0.1)
    update(networks[0], by_number, 0, float(rate))
    update(networks[1], by_tensor, 0, rate)
    rate.fill_(0.05)
    update(networks[0], by_number, 1, float(rate))
    gradients(networks[1], 1)
    with Operators() as ran:
        by_tensor.step(rate)
    assert ran.names == ["aten._foreach_add_.Scalar"] * (kind != "sgd") + [f"aten._fused_{kind}_.tensor_lr"]
    for name, tensor in networks[0].weights().items():
        np.testing.assert_array_equal(tensor, networks[1].weights()[name], err_msg=name)


def test_on_a_gpu_everything_lies_there() -> None:
    """Fake tensors of a GPU, which know their shape and device and compute nothing."""
    network = Network(GRAPH, seed=0)
    with FakeTensorMode(allow_non_fake_inputs=True):
        network.to_empty(device="cuda")
        optimiser = optim.Optimiser(recipe("lab", optimiser="adam"), network)
        for parameter in network.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimiser.step(0.1)
        optimiser.step(0.1)
    found = {(key, value.device.type) for kept in optimiser._memory.values() for key, value in kept.items()}
    assert found == {("step", "cuda"), ("exp_avg", "cuda"), ("exp_avg_sq", "cuda")}


def test_where_nothing_is_fused_steps_are_counted_on_the_cpu() -> None:
    """As torch.optim counts them; Apple's GPUs, of which the device "meta" has the place here."""
    network, kept = Network(GRAPH, seed=0), optim.Optimiser(recipe("lab", optimiser="adam"), Network(GRAPH))
    update(network, optimiser := optim.Optimiser(recipe("lab", optimiser="adam"), network), 0)
    elsewhere = Network(GRAPH, seed=0).to("meta")
    for parameter in elsewhere.parameters():
        parameter.grad = torch.ones_like(parameter)
    for given in (kept.moments(), optimiser.moments()):
        other = optim.Optimiser(recipe("lab", optimiser="adam"), elsewhere)
        other.restore(given)
        other.step(0.1)
        found = {(key, value.device.type) for held in other._memory.values() for key, value in held.items()}
        assert found == {("step", "cpu"), ("exp_avg", "meta"), ("exp_avg_sq", "meta")}


def test_a_moving_average_follows() -> None:
    average, network = Network(GRAPH, seed=0), Network(GRAPH, seed=1)
    before, target = average.weights(), network.weights()
    optim.follow(average, network, 0.9)
    for name, value in average.weights().items():
        np.testing.assert_allclose(value, 0.9 * before[name] + 0.1 * target[name], rtol=1e-5, atol=1e-7)


def test_a_moving_average_soon_forgets_the_drawn_weights_and_then_keeps_its_decay() -> None:
    kept = [optim.share_kept(0.99, step) for step in range(1, 2000)]
    assert kept == sorted(kept)
    assert kept[0] == 0.1
    assert np.prod(kept[:10]) < 1e-4  # of the drawn weights, after ten updates
    assert kept[-1] == 0.99


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("damage", ["less", "more", "other shape"])
def test_memory_that_isnt_whole_is_refused(optimiser: str, damage: str) -> None:
    network = Network(GRAPH, seed=0)
    one = optim.Optimiser(recipe("lab", optimiser=optimiser, momentum=0.9), network)
    update(network, one, 0)
    kept = dict(one.moments())
    name = sorted(kept)[-1]
    if damage == "less":
        del kept[name]
    elif damage == "more":
        kept["other/exp_avg"] = kept[name]
    else:
        kept[name] = np.append(kept[name], np.float32(0))
    with pytest.raises(RecordingError, match=r"the state's '.*' isn't what \w+ remembers"):
        one.restore(kept)
