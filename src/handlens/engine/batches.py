"""Which digits make a step: the order of an epoch, and the batches cut from data that stay in memory."""

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from handlens.recipes import Recipe

# Far apart, so that no epoch of one seed draws like an epoch of the next.
_EPOCHS_A_SEED = 1_000_003


def generator(seed: int, counter: int) -> torch.Generator:
    """A generator for one epoch or one step: no state needs saving, and a resume draws the same."""
    mixed = (seed * _EPOCHS_A_SEED + counter) % 2**63
    return torch.Generator().manual_seed(mixed)


def epoch_order(recipe: Recipe, n: int, epoch: int, drawn: torch.Generator | None) -> Int64[Tensor, "n"]:
    """The order of the digits in an epoch (counted from 0).

    Args:
        recipe: its ``order`` and ``seed`` decide.
        n: how many digits there are.
        epoch: which.
        drawn: for ``order="torch"``, a generator in the state in which building the network left it.
    """
    if recipe.order == "file":
        return torch.arange(n)
    if recipe.order == "shuffled":
        return torch.randperm(n, generator=generator(recipe.seed, epoch))
    assert drawn is not None
    return _loader_order(n, epoch, drawn)


def _loader_order(n: int, epoch: int, drawn: torch.Generator) -> Int64[Tensor, "n"]:
    """The order of DataLoader(shuffle=True).

    Each epoch its iterator draws a seed for workers, then one for the sampler (torch.utils.data:
    _BaseDataLoaderIter before RandomSampler), and permutes by that.
    """
    stream = torch.Generator()
    stream.set_state(drawn.get_state())
    seed = 0
    for _ in range(2 * (epoch + 1)):
        seed = int(torch.empty((), dtype=torch.int64).random_(generator=stream).item())
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


class Batches:
    """Cuts batches from images that stay on the device as bytes.

    Args:
        images: uint8 ``[n, height, width]``.
        labels: int64 ``[n]``.
        recipe: batch size, order, seed and shift.
        drawn: see `epoch_order`.
    """

    def __init__(
        self,
        images: UInt8[Tensor, "n height width"],
        labels: Int64[Tensor, "n"],
        recipe: Recipe,
        drawn: torch.Generator,
    ) -> None:
        self._images, self._labels = images, labels
        self._recipe, self._drawn = recipe, drawn
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    @property
    def count(self) -> int:
        """Images an epoch."""
        return len(self._labels)

    @property
    def an_epoch(self) -> int:
        """Steps an epoch; the last may have fewer images."""
        return -(-len(self._labels) // self._recipe.batch)

    def images_after(self, step: int) -> int:
        """How many images the first ``step`` steps take."""
        epochs, rest = divmod(step, self.an_epoch)
        return epochs * len(self._labels) + min(rest * self._recipe.batch, len(self._labels))

    def cut(self, step: int) -> tuple[Float[Tensor, "batch 1 height width"], Int64[Tensor, "batch"]]:
        """The batch that makes update ``step`` (counted from 1): images in 0…1 and labels."""
        epoch, place = divmod(step - 1, self.an_epoch)
        if epoch != self._epoch:
            order = epoch_order(self._recipe, len(self._labels), epoch, self._drawn)
            self._epoch, self._order = epoch, order.to(self._labels.device)
        chosen = self._order[place * self._recipe.batch : (place + 1) * self._recipe.batch]
        images = self._images[chosen]
        if self._recipe.shift:
            images = shifted(images, self._recipe.shift, generator(~self._recipe.seed & 0xFFFFFFFF, step))
        return as_input(images), self._labels[chosen]


def as_input(images: UInt8[Tensor, "batch height width"]) -> Float[Tensor, "batch 1 height width"]:
    """Bytes to float32 in 0…1, divided as torchvision's ToTensor divides."""
    return images[:, None].float().div_(255)


def shifted(
    images: UInt8[Tensor, "batch height width"], most: int, draw: torch.Generator
) -> UInt8[Tensor, "batch height width"]:
    """Each image moved by up to ``most`` pixels each way; what moves in is paper."""
    batch, height, width = images.shape
    moves = torch.randint(0, 2 * most + 1, (2, batch, 1), generator=draw).to(images.device)
    rows = moves[0] + torch.arange(height, device=images.device)
    columns = moves[1] + torch.arange(width, device=images.device)
    padded = F.pad(images, (most, most, most, most))
    item = torch.arange(batch, device=images.device)
    return padded[item[:, None, None], rows[:, :, None], columns[:, None, :]]
