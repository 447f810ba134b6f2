"""The optimiser, its learning rate at each step, and the moving average of the weights."""

import math

import torch
from torch import Tensor

from handlens.arrays import Weights
from handlens.module import Network, as_weights
from handlens.recipes import Recipe


def optimiser(recipe: Recipe, network: Network) -> torch.optim.Optimizer:
    """The recipe's optimiser over a network's parameters, in the form that updates them all at once."""
    parameters = list(network.parameters())
    fused = parameters[0].device.type in ("cpu", "cuda")
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(
            parameters,
            lr=recipe.lr,
            momentum=recipe.momentum,
            nesterov=recipe.momentum > 0,
            weight_decay=recipe.weight_decay,
            fused=fused,
        )
    kind = torch.optim.AdamW if recipe.optimiser == "adamw" else torch.optim.Adam
    return kind(parameters, lr=recipe.lr, betas=recipe.betas, weight_decay=recipe.weight_decay, fused=fused)


def learning_rate(recipe: Recipe, step: int, total: int) -> float:
    """The rate of update ``step``, counted from 1, of ``total``.

    One-cycle (Smith 2018, in the form most used since): in a line from lr/25 to lr, then along half a
    cosine towards 0, which it would reach one step after the last.
    """
    if recipe.schedule == "constant":
        return recipe.lr
    rise = max(recipe.warmup * total, 1.0)
    if step <= rise:
        return recipe.lr * (1 / 25 + 24 / 25 * step / rise)
    return recipe.lr * (1 + math.cos(math.pi * (step - rise) / (total + 1 - rise))) / 2


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Give every group of parameters this rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def follow(average: Network, network: Network, decay: float) -> None:
    """Move an average of the weights a little towards them: a = decay·a + (1 − decay)·w.

    Running statistics are averages already, and are copied.
    """
    with torch.no_grad():
        averages: list[Tensor] = list(average.parameters())
        torch._foreach_lerp_(averages, list(network.parameters()), 1 - decay)
        for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)


def moments(optimiser: torch.optim.Optimizer, network: Network) -> Weights:
    """The optimiser's memory as tensors named ``PARAMETER/KEY``."""
    return as_weights(
        {
            f"{name}/{key}": value
            for name, parameter in network.named_parameters()
            for key, value in optimiser.state.get(parameter, {}).items()
            if isinstance(value, Tensor)
        }
    )


def restore_moments(optimiser: torch.optim.Optimizer, network: Network, kept: Weights) -> None:
    """Give an optimiser back the memory that `moments` took, in each parameter's own memory layout.

    Counts of steps lie where torch wants them: beside the parameter where all are updated at once, else on
    the CPU (torch.optim.Optimizer.load_state_dict, which would lose the layout).
    """
    parameters = dict(network.named_parameters())
    for path, array in kept.items():
        name, _, key = path.rpartition("/")
        parameter = parameters[name]
        value = torch.from_numpy(array.copy())
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter).copy_(value).detach()
        elif optimiser.defaults["fused"]:
            value = value.to(parameter.device)
        optimiser.state[parameter][key] = value
