"""The inputs that excite units most: pictures that nobody ever wrote, found by climbing the gradient.

Erhan, Bengio, Courville and Vincent, "Visualizing higher-layer features of a deep network", Université de
Montréal, technical report 1341 (2009). Pixels stay within 0…1, and nothing else holds the picture to what
digits look like. Loads torch inside its functions.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float32

from handlens.arrays import Weights
from handlens.errors import MissingLibrary
from handlens.graph import Graph
from handlens.insight.units import Layer, middle

if TYPE_CHECKING:
    from torch import Tensor

    from handlens.module import Network

UPDATES = 128
STRIDES = (0.2, 0.01)
"""How far a pixel moves in the first update and in the last: together across its range, many times over."""
PURPOSE = "The picture that would excite a filter most"


class Dreams(NamedTuple):
    """A picture for each of some units of a layer."""

    pictures: Float32[np.ndarray, "units channels height width"]
    """Inputs, 0…1; 0 at pixels that the unit doesn't read at the middle of its map."""
    values: Float32[np.ndarray, "units"]
    """What the unit then sums up to, before its activation."""


def maximising(
    graph: Graph, weights: Weights, layer: Layer, units: int, seed: int = 0, updates: int = UPDATES
) -> Dreams:
    """The inputs that maximise the first units of a layer, each at the middle of its map (rounded up).

    Projected gradient ascent by the sign of the gradient (so that pixels of small weights arrive too), from
    mid-gray and from noise; the better of the two, at its best update. For a unit whose sum is linear in the
    pixels that is the exact maximum; deeper ones have many, of which it is one.

    The same input gives the same bytes on one machine with one set of versions.

    Args:
        graph: the network.
        weights: its tensors.
        layer: of the network.
        units: how many, from the first on.
        seed: of the noise.
        updates: how often the pixels move.

    Raises:
        MissingLibrary: torch isn't installed.
        GraphError: the weights aren't the graph's.
    """
    try:
        import torch
    except ImportError:
        raise MissingLibrary("torch", PURPOSE, "train") from None
    network = _leading_to(graph, weights, layer.sums)
    shape = (units, *graph.input.shape)
    noise = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    starts = torch.cat([torch.full(shape, 0.5), noise])
    pictures, values = _climb(network, layer, starts, updates)
    better = torch.arange(units) + units * (values[units:] > values[:units])
    return Dreams(pictures[better].numpy(), values[better].numpy())


def _leading_to(graph: Graph, weights: Weights, name: str) -> "Network":
    """The part of a network that a node's value comes from, as it predicts."""
    from handlens.module import Network

    needed, nodes = {name}, []
    for node in reversed(graph.nodes):
        if node.name in needed:
            needed |= set(node.inputs)
            nodes.append(node.model_copy(update={"stage": node.name == name}))
    # Unchecked: the outcome of a part isn't a number a class.
    part = Graph.model_construct(
        input=graph.input, classes=graph.classes, output=name, nodes=tuple(reversed(nodes))
    )
    network = Network(part, {tensor: weights[tensor] for tensor in part.tensors}).eval()
    return network.requires_grad_(False)


def _climb(network: "Network", layer: Layer, starts: "Tensor", updates: int) -> tuple["Tensor", "Tensor"]:
    """The best pictures on the way, and their values."""
    import torch

    pictures, best = starts.clone(), starts.clone()
    values = torch.full((len(starts),), -torch.inf)
    read = torch.zeros_like(starts, dtype=torch.bool)
    for stride in np.geomspace(*STRIDES, updates):
        pictures.requires_grad_(True)
        sums = _sums(network, layer, pictures)
        (gradient,) = torch.autograd.grad(sums.sum(), pictures)
        pictures, sums = pictures.detach(), sums.detach()
        better = sums > values
        best[better], values[better] = pictures[better], sums[better]
        read |= gradient != 0
        pictures = (pictures + float(stride) * gradient.sign()).clamp(0, 1)
    return best * read, values


def _sums(network: "Network", layer: Layer, pictures: "Tensor") -> "Tensor":
    """What each unit sums up to at the middle of its map; picture k is unit k's, from the first on again."""
    import torch

    maps = network.stages(pictures)[layer.sums]
    if network.graph.node(layer.name).op != "conv":
        maps = maps.movedim(-1, 1)
    at_middle = maps.reshape(*maps.shape[:2], -1)[:, :, middle(maps.shape[2:])]
    rows = torch.arange(len(pictures))
    return at_middle[rows, rows % (len(pictures) // 2)]
