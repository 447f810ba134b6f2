"""Which digits make a step: the order of an epoch, and the batches cut from data that stay in memory."""

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.wear import handled
from handlens.recipes import Recipe

# Far apart, so that no epoch of one seed draws like an epoch of the next.
_EPOCHS_A_SEED = 1_000_003


def generator(seed: int, counter: int) -> torch.Generator:
    """A generator for one epoch: no state needs saving, and a resume draws the same."""
    mixed = (seed * _EPOCHS_A_SEED + counter) % 2**63
    return torch.Generator().manual_seed(mixed)


def epoch_order(
    recipe: Recipe, labels: Int64[Tensor, "n"], epoch: int, drawn: torch.Generator | None
) -> Int64[Tensor, "n"]:
    """The order of the digits in an epoch (counted from 0).

    Args:
        recipe: its ``order`` and ``seed`` decide.
        labels: the digits' labels.
        epoch: which.
        drawn: for ``order="torch"``, a generator in the state in which building the network left it.
    """
    n = len(labels)
    if recipe.order == "file":
        return torch.arange(n)
    if recipe.order == "sorted":
        return labels.cpu().argsort(stable=True)
    if recipe.order == "shuffled":
        return torch.randperm(n, generator=generator(recipe.seed, epoch))
    assert drawn is not None
    return _loader_order(n, epoch, drawn)


def epoch_moves(recipe: Recipe, n: int, epoch: int) -> Int64[Tensor, "2 n"]:
    """How far each place of an epoch's order is moved: 0 to twice the recipe's ``shift``, both ways."""
    draw = generator(~recipe.seed & 0xFFFFFFFF, epoch)  # another stream than the order's
    return torch.randint(0, 2 * recipe.shift + 1, (2, n), generator=draw)


def epoch_chances(recipe: Recipe, n: int, epoch: int) -> Float[Tensor, "n numbers"]:
    """The uniform numbers from which each place of an epoch's order is distorted and worn, or none."""
    if not (recipe.warp or recipe.wear):
        return torch.empty((n, 0))
    draw = generator(recipe.seed ^ 0x5EED, epoch)  # a third stream
    return torch.rand((n, NUMBERS), generator=draw)


def mislabelled(recipe: Recipe, labels: Int64[Tensor, "n"]) -> Int64[Tensor, "n"]:
    """The labels that the training sees: those of the recipe's share of the digits change places."""
    draw = generator(recipe.seed ^ 0x1ABE1, 0)  # a fourth stream
    chosen = torch.randperm(len(labels), generator=draw)[: round(recipe.mislabelled * len(labels))]
    mixed = labels.clone()
    mixed[chosen] = labels[chosen[torch.randperm(len(chosen), generator=draw)]]
    return mixed


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


class Draw(NamedTuple):
    """What chance decides of a batch: which digits, how far each is moved, how it is distorted and worn."""

    rows: Int64[Tensor, "batch"]
    moves: Int64[Tensor, "2 batch"]
    """Of each digit, pixels up and to the left, plus the recipe's ``shift``: 0 to twice that."""
    chances: Float[Tensor, "batch numbers"]
    """Of each digit, the uniform numbers that `handled` asks for."""


class Batches:
    """Cuts batches from images that stay on the device as bytes.

    Args:
        images: uint8 ``[n, height, width]``.
        labels: int64 ``[n]``.
        recipe: batch size, order, seed, shift and mislabelled.
        drawn: see `epoch_order`.
    """

    def __init__(
        self,
        images: UInt8[Tensor, "n height width"],
        labels: Int64[Tensor, "n"],
        recipe: Recipe,
        drawn: torch.Generator,
    ) -> None:
        self._images, self._labels = images, mislabelled(recipe, labels)
        self._recipe, self._drawn = recipe, drawn
        self._epoch = -1
        self._draws: tuple[Draw, ...] = ()

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

    def draw(self, step: int) -> Draw:
        """What was drawn for update ``step``, counted from 1; on the images' device."""
        epoch, place = divmod(step - 1, self.an_epoch)
        if epoch != self._epoch:
            self._epoch, self._draws = epoch, self._drawn_epoch(epoch)
        return self._draws[place]

    def _drawn_epoch(self, epoch: int) -> tuple[Draw, ...]:
        """All of an epoch is drawn at once, so that its updates wait for nothing."""
        device, batch = self._labels.device, self._recipe.batch
        order = epoch_order(self._recipe, self._labels, epoch, self._drawn)
        moves = epoch_moves(self._recipe, self.count, epoch)
        chances = epoch_chances(self._recipe, self.count, epoch)
        rows = torch.split(order.to(device), batch)
        moved = torch.split(moves.to(device), batch, dim=1)
        return tuple(map(Draw, rows, moved, torch.split(chances.to(device), batch)))

    def cut(self, draw: Draw) -> tuple[Float[Tensor, "batch 1 height width"], Int64[Tensor, "batch"]]:
        """The images of a draw, in 0…1, and their labels."""
        images = self._images[draw.rows]
        if self._recipe.shift:
            images = shifted(images, draw.moves, self._recipe.shift)
        inputs, labels = as_input(images), self._labels[draw.rows]
        if self._recipe.warp or self._recipe.wear:
            inputs = handled(inputs, labels, Chance(draw.chances), self._recipe.warp, self._recipe.wear)
        return inputs, labels


def as_input(images: UInt8[Tensor, "batch height width"]) -> Float[Tensor, "batch 1 height width"]:
    """Bytes to float32 in 0…1, divided as torchvision's ToTensor divides."""
    return images[:, None].float().div_(255)


def shifted(
    images: UInt8[Tensor, "batch height width"], moves: Int64[Tensor, "2 batch"], most: int
) -> UInt8[Tensor, "batch height width"]:
    """Each image moved by its own ``moves - most`` pixels, up and to the left; what moves in is paper."""
    batch, height, width = images.shape
    rows = moves[0, :, None] + torch.arange(height, device=images.device)
    columns = moves[1, :, None] + torch.arange(width, device=images.device)
    padded = F.pad(images, (most, most, most, most))
    item = torch.arange(batch, device=images.device)
    return padded[item[:, None, None], rows[:, :, None], columns[:, None, :]]
