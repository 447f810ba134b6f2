"""What the units of a network answer to: filters of a convolution, outputs of a linear layer.

A unit's answer to an item is a map, or a single number. All functions take ``maps [n, units, places]``, as
`as_maps` gives them, of what comes out of the activation after the layer (`Layer.answers`).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int32

from handlens.graph import Graph, Node

WEIGHING = ("conv", "linear")
ACTIVATIONS = ("relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid")
SCALING = ("batchnorm", "dropout")  # leave a map a map of the same unit
CONSTANT = 1e-12
"""Of a mean square: a map that varies by less doesn't vary."""

Maps = Float[np.ndarray, "n units places"]


class Layer(NamedTuple):
    """A layer whose units can be looked at."""

    name: str
    units: int
    sums: str
    """The node that gives what enters its activation: itself, or the normalisation after it."""
    answers: str
    """The node that gives what its units answer: its activation, or `sums` where it has none."""
    rectified: bool
    """Whether a ReLU follows: then a unit that is nowhere above 0 answers nothing."""


class Strongest(NamedTuple):
    """The items that excite each unit most, the strongest first."""

    items: Int32[np.ndarray, "units count"]
    """-1 where there are no more, or where an answer is not a number."""
    places: Int32[np.ndarray, "units count"]
    values: Float32[np.ndarray, "units count"]


class Peaks(NamedTuple):
    """The strongest answer of each unit to each item, and where it is."""

    values: Float32[np.ndarray, "n units"]
    places: Int32[np.ndarray, "n units"]


def layers(graph: Graph) -> tuple[Layer, ...]:
    """The layers of a network that weigh what they read, in its order."""
    return tuple(_layer(graph, node) for node in graph.nodes if node.op in WEIGHING)


def _layer(graph: Graph, node: Node) -> Layer:
    sums = _behind(graph, node, SCALING)
    after = _reader(graph, sums)
    answers = after if after is not None and after.op in ACTIVATIONS else sums
    pooled = _reader(graph, _behind(graph, sums, (*SCALING, "maxpool")))  # max and ReLU commute
    rectified = answers.op == "relu" or (pooled is not None and pooled.op == "relu")
    return Layer(node.name, _units(node), sums.name, answers.name, rectified)


def _units(node: Node) -> int:
    return node.shape[0 if node.op == "conv" else -1]


def _behind(graph: Graph, node: Node, ops: Iterable[str]) -> Node:
    """The last of a chain of such operations, each the only one that reads the one before."""
    after = _reader(graph, node)
    return node if after is None or after.op not in ops else _behind(graph, after, ops)


def _reader(graph: Graph, node: Node) -> Node | None:
    """The only node that reads another; None where there is none, or several."""
    readers = graph.consumers(node.name)
    return readers[0] if len(readers) == 1 else None


def looked_at(graph: Graph, names: Iterable[str]) -> Graph:
    """The same network with these nodes as its only stages."""
    wanted = set(names)
    nodes = tuple(node.model_copy(update={"stage": node.name in wanted}) for node in graph.nodes)
    return graph.model_copy(update={"nodes": nodes})


def as_maps(op: str, values: np.ndarray) -> Maps:
    """What a layer of that operation gives, [n, units, …] or [n, …, units], as [n, units, places]."""
    maps = values if op == "conv" else np.moveaxis(values, -1, 1)  # dreams.py does the same in torch
    return maps.reshape(*maps.shape[:2], -1)


def middle(sides: Iterable[int]) -> int:
    """The place at the middle of maps of such sides, counted row by row; of an even side the later one."""
    place = 0
    for side in sides:
        place = place * side + side // 2
    return place


def peaks(maps: Maps) -> Peaks:
    """The strongest answers; what isn't a number counts as the strongest."""
    places = maps.argmax(axis=2)
    values = np.take_along_axis(maps, places[:, :, None], axis=2)[:, :, 0]
    return Peaks(values.astype(np.float32), places.astype(np.int32))


def strongest(found: Peaks, count: int = 9) -> Strongest:
    """The items that excite each unit most; of equal ones the first."""
    values = np.where(np.isfinite(found.values), found.values, -np.inf)
    items = np.argsort(-values, axis=0, kind="stable")[:count]
    best = np.take_along_axis(values, items, axis=0)
    there = np.isfinite(best)
    places = np.take_along_axis(found.places, items, axis=0)
    filled = [
        np.pad(np.where(there, array, filler), ((0, count - len(items)), (0, 0)), constant_values=filler).T
        for array, filler in ((items, -1), (places, -1), (best, 0))
    ]
    return Strongest(filled[0].astype(np.int32), filled[1].astype(np.int32), filled[2].astype(np.float32))


def alive(found: Peaks) -> Float32[np.ndarray, "units"]:
    """The share of items to which each unit answers with anything above 0, or with what is no number."""
    share: Float32[np.ndarray, "units"] = (~(found.values <= 0)).mean(axis=0, dtype=np.float32)
    return share


class Likeness:
    """How alike the units of a layer answer, gathered from maps as they come.

    Example:
        >>> likeness = Likeness()
        >>> likeness.add(np.array([[[1, 2, 3], [2, 4, 6], [3, 1, 2]]], np.float32))
        >>> likeness.twins()[0].tolist()
        [1, 0, 0]
    """

    def __init__(self) -> None:
        self._n = 0
        self._sums: np.ndarray = np.zeros(0)
        self._products: np.ndarray = np.zeros(0)

    def add(self, maps: Maps) -> None:
        """Take more items' maps into account."""
        rows = np.moveaxis(maps, 1, 0).reshape(maps.shape[1], -1).astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            products, sums = rows @ rows.T, rows.sum(axis=1)
        if self._n == 0:
            self._sums, self._products = np.zeros(len(rows)), np.zeros_like(products)
        self._n += rows.shape[1]
        self._sums = self._sums + sums
        self._products = self._products + products

    def twins(self) -> tuple[Int32[np.ndarray, "units"], Float32[np.ndarray, "units"]]:
        """For each unit the one that answers most like it, and Pearson's correlation of the two.

        Over all places of all items. -1 and 0 for a unit without one: alone, or always the same.
        """
        means = self._sums / self._n
        squares = np.diag(self._products) / self._n
        with np.errstate(invalid="ignore", divide="ignore"):
            covariance = self._products / self._n - np.outer(means, means)
            spread = np.sqrt(np.where(np.diag(covariance) > CONSTANT * squares, np.diag(covariance), np.nan))
            correlation = covariance / np.outer(spread, spread)
        np.fill_diagonal(correlation, np.nan)
        known = np.where(np.isfinite(correlation), correlation, -np.inf)
        partners = known.argmax(axis=1)
        best = known[np.arange(len(known)), partners]
        there = np.isfinite(best)
        alike = np.clip(np.where(there, best, 0), -1, 1)
        return np.where(there, partners, -1).astype(np.int32), alike.astype(np.float32)
