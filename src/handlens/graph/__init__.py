"""A network as data: a directed acyclic graph of named operations that torch, ONNX and the browser all run.

The modules here, lowest first: ``ops`` (what each operation does to shapes, what weights it has, what it
costs), ``model`` (the graph itself, checked; JSON in and out), ``builder`` (writing one down), ``folding``
(batch norms put into the layers before them).
"""

from handlens.graph.builder import Builder
from handlens.graph.folding import folded
from handlens.graph.model import Graph, Input, LayerCost, Node

__all__ = ["Builder", "Graph", "Input", "LayerCost", "Node", "folded"]
