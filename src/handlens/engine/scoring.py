"""Scoring a network on a set, and the size of its last update."""

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Int64, UInt8
from torch import Tensor

from handlens.engine.batches import as_input
from handlens.module import Network
from handlens.recording.schema import Score

CHUNK = 500  # images a forward pass: their largest maps stay below what environment keeps of freed memory


@torch.inference_mode()
def score(
    network: Network, name: str, images: UInt8[Tensor, "n height width"], labels: Int64[Tensor, "n"]
) -> Score:
    """Mean cross-entropy (nats) and share of right answers; the network is left in the mode it was in."""
    was_training = network.training
    network.eval()
    loss = torch.zeros((), dtype=torch.float64)
    right = 0
    for start in range(0, len(labels), CHUNK):
        logits = network(as_input(images[start : start + CHUNK]))
        truth = labels[start : start + CHUNK]
        loss += F.cross_entropy(logits, truth, reduction="sum").cpu().double()
        right += int((logits.argmax(1) == truth).sum())
    network.train(was_training)
    n = len(labels)
    return Score(set=name, n=n, loss=float(loss) / n, accuracy=right / n)


class UpdateSizes:
    """Gradient norm and update/weight ratio of one update, a parameter: made before it, read after it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before = {name: value.detach().clone() for name, value in network.named_parameters()}

    def gradient_norm(self) -> dict[str, float]:
        """L2 norm of each parameter's gradient."""
        return {
            name: float(value.grad.norm())
            for name, value in self._network.named_parameters()
            if value.grad is not None
        }

    def update_ratio(self) -> dict[str, float]:
        """L2 norm of each parameter's update over that of the parameter before it.

        A healthy one is around 0.001 (Karpathy, CS231n, "Ratio of weights:updates").
        """
        return {
            name: float(
                (value.detach() - self._before[name]).norm() / self._before[name].norm().clamp_min(1e-12)
            )
            for name, value in self._network.named_parameters()
        }
