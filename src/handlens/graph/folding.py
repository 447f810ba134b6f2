"""Batch norms that only helped to learn, folded into the layers before them."""

import numpy as np
from jaxtyping import Float

from handlens.arrays import Weights
from handlens.graph.model import Graph, Node


def folded(graph: Graph, weights: Weights) -> tuple[Graph, Weights]:
    """The same function of an image with fewer nodes.

    A batch norm takes the mean away, divides by the scatter, and scales and shifts, each channel by numbers
    that are fixed once the network has learnt. Right behind a convolution, or a linear layer of a vector, it
    is another weight and another bias of that layer (Jacob et al. 2018, section 3.2). Any other stays: behind
    a pool, where somebody else reads the layer, or where another node shares its tensors.

    Args:
        graph: a network.
        weights: its tensors.

    Returns:
        The graph without those nodes, whose readers read the layer now, and its tensors. Logits are equal but
        for rounding.
    """
    before = {norm.name: layer for norm in graph.nodes if (layer := _layer(graph, norm)) is not None}
    norms = {before[norm.name].name: norm for norm in graph.nodes if norm.name in before}
    renamed = {norm: layer.name for norm, layer in before.items()}
    nodes, tensors = [], dict(weights)
    for node in graph.nodes:
        if node.name in before:
            continue
        inputs = tuple(renamed.get(name, name) for name in node.inputs)
        changed = node.model_copy(update={"inputs": inputs})
        if (norm := norms.get(node.name)) is not None:
            roles = {"weight": node.weights["weight"], "bias": node.weights.get("bias", f"{node.name}.bias")}
            weight, bias = _scaled(node, norm, weights)
            tensors |= {roles["weight"]: weight, roles["bias"]: bias}
            changed = changed.model_copy(update={"weights": roles})
        nodes.append(changed.model_dump())
    described = graph.model_dump() | {"nodes": nodes, "output": renamed.get(graph.output, graph.output)}
    small = Graph.from_json(described)
    return small, {name: tensors[name] for name in small.tensors}


def _layer(graph: Graph, norm: Node) -> Node | None:
    """The layer that a batch norm can be folded into."""
    layer = next(
        (node for node in graph.nodes if norm.op == "batchnorm" and node.name == norm.inputs[0]), None
    )
    if layer is None or not (layer.op == "conv" or (layer.op == "linear" and len(layer.shape) == 1)):
        return None
    read = layer.name == graph.output or len(graph.consumers(layer.name)) > 1
    mine = {*layer.weights.values(), f"{layer.name}.bias"}
    shared = any(mine & set(node.weights.values()) for node in graph.nodes if node.name != layer.name)
    return None if read or shared else layer


def _scaled(
    layer: Node, norm: Node, weights: Weights
) -> tuple[Float[np.ndarray, "channels *rest"], Float[np.ndarray, "channels"]]:
    """Weight and bias of the layer with the norm in them, reckoned in float64."""
    of_norm = {role: weights[name].astype(np.float64) for role, name in norm.weights.items()}
    weight = weights[layer.weights["weight"]].astype(np.float64)
    bias = weights[layer.weights["bias"]] if "bias" in layer.weights else np.zeros(len(weight))
    scale = of_norm.get("weight", 1.0) / np.sqrt(of_norm["var"] + float(norm.attrs["eps"]))  # type: ignore[arg-type]
    shift = of_norm.get("bias", 0.0) + (bias - of_norm["mean"]) * scale
    each = scale.reshape(-1, *(1,) * (weight.ndim - 1))
    return (weight * each).astype(np.float32), shift.astype(np.float32)
