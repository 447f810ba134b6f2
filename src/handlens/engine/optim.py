"""The optimiser, its learning rate at each step, and the moving average of the weights."""

import math

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from handlens.arrays import Weights
from handlens.errors import RecordingError
from handlens.module import Network, as_weights
from handlens.recipes import Recipe


class Optimiser:
    """The recipe's optimiser over a network's parameters, which updates them all at once.

    The arithmetic is torch's own, through the functions beneath torch.optim: its classes, of which even an
    unused one imports torch's compiler, would add up to a second to the start of every training.

    What it remembers of a parameter is made by the first `step`, in that parameter's memory layout, and
    updated in place ever after: a CUDA graph may capture any later step, with the rate as a tensor.
    """

    def __init__(self, recipe: Recipe, network: Network) -> None:
        self._recipe = recipe
        self._parameters: dict[str, Tensor] = dict(network.named_parameters())
        # Where there is no kernel that updates all at once, torch chooses; counts of steps are then on the
        # CPU, as torch.optim has them, else beside their parameter.
        device = next(iter(self._parameters.values())).device
        self._fused = device.type in ("cpu", "cuda") or None
        self._counting = device if self._fused else torch.device("cpu")
        self._memory: dict[str, dict[str, Tensor]] = {}  # parameter → torch.optim's key → tensor

    @torch.no_grad()
    def step(self, rate: float | Float32[Tensor, ""]) -> None:
        """Update every parameter that has a gradient, in place.

        Args:
            rate: the learning rate; as a tensor, for a CUDA graph, it lies on the parameters' device.
        """
        gradients = {name: value.grad for name, value in self._parameters.items() if value.grad is not None}
        update = self._sgd if self._recipe.optimiser == "sgd" else self._adam
        update(gradients, rate)

    def _sgd(self, gradients: dict[str, Tensor], rate: float | Tensor) -> None:
        momentum = self._recipe.momentum
        buffers = [self._memory.get(name, {}).get("momentum_buffer") for name in gradients]
        sgd(
            [self._parameters[name] for name in gradients],
            list(gradients.values()),
            buffers,  # with momentum, torch fills in those that are missing
            fused=self._fused,
            lr=rate,  # type: ignore[arg-type]  # torch says float, and takes what torch.optim.SGD takes
            momentum=momentum,
            nesterov=momentum > 0,
            weight_decay=self._recipe.weight_decay,
            dampening=0.0,
            maximize=False,
        )
        for name, buffer in zip(gradients, buffers, strict=True):
            if buffer is not None:
                self._memory[name] = {"momentum_buffer": buffer}

    def _adam(self, gradients: dict[str, Tensor], rate: float | Tensor) -> None:
        parameters = [self._parameters[name] for name in gradients]
        for name, parameter in zip(gradients, parameters, strict=True):
            if name not in self._memory:
                self._memory[name] = {
                    "step": torch.zeros((), dtype=torch.float32, device=self._counting),
                    "exp_avg": torch.zeros_like(parameter),
                    "exp_avg_sq": torch.zeros_like(parameter),
                }
        memory = [self._memory[name] for name in gradients]
        beta1, beta2 = self._recipe.betas
        adam(
            parameters,
            list(gradients.values()),
            [kept["exp_avg"] for kept in memory],
            [kept["exp_avg_sq"] for kept in memory],
            [],
            [kept["step"] for kept in memory],
            fused=self._fused,
            lr=rate,
            beta1=beta1,
            beta2=beta2,
            eps=1e-8,
            weight_decay=self._recipe.weight_decay,
            decoupled_weight_decay=self._recipe.optimiser == "adamw",
            amsgrad=False,
            maximize=False,
        )

    def moments(self) -> Weights:
        """A copy of what it remembers, named ``PARAMETER/KEY`` with torch.optim's keys; at first nothing."""
        return as_weights(
            {
                f"{name}/{key}": value
                for name in self._parameters
                for key, value in self._memory.get(name, {}).items()
            }
        )

    def restore(self, kept: Weights) -> None:
        """Remember what `moments` gave, instead of what it remembers now.

        Raises:
            RecordingError: something of it is missing, or there is more, or of another shape.
        """
        expected = self._shapes() if kept else {}
        if (found := {path: np.atleast_1d(array).shape for path, array in kept.items()}) != expected:
            path = min(found.items() ^ expected.items())[0]
            raise RecordingError(f"the state's {path!r} isn't what {self._recipe.optimiser} remembers")
        self._memory = {}
        for path, array in kept.items():
            name, _, key = path.rpartition("/")
            value = torch.from_numpy(array.copy())
            if key == "step":
                value = value.to(self._counting)
            else:
                value = torch.empty_like(self._parameters[name]).copy_(value)
            self._memory.setdefault(name, {})[key] = value

    @property
    def remembers(self) -> bool:
        """Whether it remembers anything from one update to the next: plain descent doesn't."""
        return bool(self._shapes())

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """What `moments` gives after an update, and its shapes, a number's as a file has it."""
        recipe = self._recipe
        shapes: dict[str, tuple[int, ...]] = {}
        for name, parameter in self._parameters.items():
            shape = tuple(parameter.shape)
            if recipe.optimiser != "sgd":
                shapes |= {f"{name}/step": (1,), f"{name}/exp_avg": shape, f"{name}/exp_avg_sq": shape}
            elif recipe.momentum:
                shapes[f"{name}/momentum_buffer"] = shape
        return shapes


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


def share_kept(decay: float, step: int) -> float:
    """How much of a moving average update ``step``, counted from 1, keeps: ``decay``, and less at first.

    So it forgets the drawn weights within some updates; as TensorFlow's ExponentialMovingAverage does with
    ``num_updates``.
    """
    return min(decay, step / (9 + step))


def follow(average: Network, network: Network, kept: float | Float32[Tensor, ""]) -> None:
    """Move an average of the weights a little towards them: a = kept·a + (1 − kept)·w.

    Running statistics are averages already, and are copied. As a tensor, for a CUDA graph, ``kept`` lies on
    the weights' device.
    """
    with torch.no_grad():
        averages: list[Tensor] = list(average.parameters())
        shares = [torch.as_tensor(1 - kept)] * len(averages)
        torch._foreach_lerp_(averages, list(network.parameters()), shares)
        for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)
