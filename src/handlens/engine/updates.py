"""The updates of the weights: one at a time anywhere, several as one CUDA graph on a GPU."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float
from torch import Tensor

from handlens.engine import optim
from handlens.engine.batches import Batches, Draw
from handlens.module import Network
from handlens.recipes import Recipe

WARM = 3
"""Updates that a process makes one by one before it captures a graph: the optimiser's memory, the handles of
cuBLAS and cuDNN and their choices must be there by then (torch's notes on CUDA graphs warm up with three)."""


def placed(network: Network, recipe: Recipe) -> Network:
    """The network on the recipe's device, in the recipe's memory layout."""
    device = torch.device(recipe.device)
    there: Network = network.to(device).to(memory_format=_format(recipe))  # type: ignore[call-overload]
    if recipe.layout == "blocked" and device.type == "cpu" and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        there.blocks = computed_in(recipe)
    return there


def computed_in(recipe: Recipe) -> torch.dtype:
    """What the recipe's convolutions are computed in while training, on its device as it is here.

    A device without units for bfloat16, or a torch without oneDNN, would emulate it, many times slower.
    """
    kind = torch.device(recipe.device).type
    if recipe.precision == "float32" or kind == "mps":
        return torch.float32
    if kind == "cuda":
        able = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.backends.mkldnn.is_available() and torch.cpu._is_avx512_bf16_supported()  # type: ignore[no-untyped-call]
    return torch.bfloat16 if able else torch.float32


def _format(recipe: Recipe) -> torch.memory_format:
    last = recipe.layout == "channels-last" or (recipe.layout == "blocked" and recipe.device != "cpu")
    return torch.channels_last if last else torch.contiguous_format


class Updates:
    """Makes a recipe's updates.

    Args:
        recipe: loss, optimiser, schedule, layout and precision.
        network: what learns, as `placed` gives it, in training mode.
        average: the moving average that follows it, or None.
        batches: the digits.
    """

    def __init__(self, recipe: Recipe, network: Network, average: Network | None, batches: Batches) -> None:
        self.optimiser = optim.Optimiser(recipe, network)
        self._recipe, self._network, self._average = recipe, network, average
        self._batches = batches
        self._format, self._type = _format(recipe), computed_in(recipe)
        self._block: _Block | None = None

    def loss(self, step: int) -> Float[Tensor, ""]:
        """The loss of update ``step``'s batch, before that update."""
        return self._loss(self._batches.draw(step))

    def descend(self, step: int, loss: Float[Tensor, ""], rate: float) -> None:
        """Make update ``step``: down this loss's gradient, at this learning rate."""
        self._descend(loss, rate, self._kept(step))

    def several(self, steps: Sequence[int], rates: Sequence[float]) -> Float[Tensor, "steps"]:
        """Make these updates, always as many and of full batches, in one go, and give their losses.

        On a GPU they are one CUDA graph, which one call launches: at this size a GPU works faster than
        Python can tell it what to do. Nothing in between can be looked at; the losses stay on the device.
        """
        draws = [self._batches.draw(step) for step in steps]
        if self._block is None:
            self._block = _Block(self._run, draws)
        return self._block(draws, torch.tensor([rates, list(map(self._kept, steps))]))

    def _kept(self, step: int) -> float:
        return 0.0 if self._recipe.ema is None else optim.share_kept(self._recipe.ema, step)

    def _run(
        self, draws: Sequence[Draw], paces: Float[Tensor, "2 steps"], losses: Float[Tensor, "steps"]
    ) -> None:
        for place, draw in enumerate(draws):
            loss = self._loss(draw)
            self._descend(loss, *paces[:, place])
            losses[place].copy_(loss.detach())

    def _descend(self, loss: Tensor, rate: float | Tensor, kept: float | Tensor) -> None:
        self._network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step(rate)
        if self._average is not None:
            optim.follow(self._average, self._network, kept)

    def _loss(self, draw: Draw) -> Tensor:
        images, labels = self._batches.cut(draw)
        with self._autocast():
            logits = self._network(images.to(memory_format=self._format))
        return F.cross_entropy(logits.float(), labels, label_smoothing=self._recipe.label_smoothing)

    def _autocast(self) -> AbstractContextManager[object]:
        if self._network.blocks is not None or self._type is torch.float32:
            return nullcontext()
        # Without a cache of cast weights, which a CUDA graph would keep from its capture on.
        return torch.autocast(torch.device(self._recipe.device).type, torch.bfloat16, cache_enabled=False)


class _Block:
    """A number of updates whose inputs lie in fixed places, captured once and replayed, on a GPU.

    Elsewhere they are simply made: the same code, which the tests hold to updates made one by one.
    """

    def __init__(self, run: Callable[[Sequence[Draw], Tensor, Tensor], None], like: Sequence[Draw]) -> None:
        device = like[0].rows.device
        self._draws = [Draw(*map(torch.clone, draw)) for draw in like]
        self._paces = torch.zeros((2, len(like)), device=device)
        self._losses = torch.zeros(len(like), device=device)
        self._graph = torch.cuda.CUDAGraph() if device.type == "cuda" else None
        self._run = run
        if self._graph is not None:
            # Without a stream of its own it would look at the current device's, and that may be another GPU.
            stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            with torch.cuda.graph(self._graph, stream=stream):  # notes down what would be done, does nothing
                run(self._draws, self._paces, self._losses)

    def __call__(self, draws: Sequence[Draw], paces: Float[Tensor, "2 steps"]) -> Float[Tensor, "steps"]:
        """The losses of updates with these draws, and these learning rates and shares kept of the average."""
        for mine, drawn in zip(self._draws, draws, strict=True):
            torch._foreach_copy_(list(mine), list(drawn))
        self._paces.copy_(paces, non_blocking=True)
        if self._graph is not None:
            self._graph.replay()
        else:
            self._run(self._draws, self._paces, self._losses)
        return self._losses.clone()
