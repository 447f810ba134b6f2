"""What a training costs in floating-point operations, counted from the graph."""

from handlens.graph import Graph
from handlens.graph.model import INPUT


def training_flops(graph: Graph) -> int:
    """Floating-point operations of one image's share of an update: two for each multiply-add.

    A layer with weights does its product forward, then one for the weights' gradient and one for its
    input's; the last is left out where nothing before the layer learns. Everything that isn't a product
    (activations, pools, the optimiser) counts nothing, as usual.
    """
    learns = {INPUT: False}
    total = 0
    for node, cost in zip(graph.nodes, graph.costs(), strict=True):
        before = any(learns[name] for name in node.inputs)
        products = 1 + bool(node.weights) + before
        total += 2 * products * cost.multiply_adds
        learns[node.name] = before or bool(node.weights)
    return total
