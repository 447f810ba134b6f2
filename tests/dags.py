"""Graphs that several tests share: every operation once, and whole networks with branches."""

from collections.abc import Callable

import numpy as np

from handlens.arrays import Weights
from handlens.graph import Builder, Graph

CLASSES = ("a", "b", "c")
Build = Callable[[Builder], str]


def closed(net: Builder, last: str) -> Graph:
    """The graph whose logits are a linear layer on a node's flattened output."""
    flat = net.add("flat", "flatten", last)
    return net.graph(net.add("logits", "linear", flat, features=len(CLASSES)), CLASSES)


def _plane(net: Builder) -> str:
    return net.add("rows", "mean", net.input, axes=(2,))


# (operation, variant) → the node under test, on an input of 4x9x8.
OPERATIONS: dict[tuple[str, str], Build] = {
    ("conv", "plain"): lambda net: net.add("it", "conv", net.input, channels=6, kernel=3),
    ("conv", "every setting"): lambda net: net.add(
        "it",
        "conv",
        net.input,
        channels=6,
        kernel=(3, 2),
        stride=(2, 1),
        padding=(1, 2),
        dilation=(1, 3),
        groups=2,
        bias=False,
    ),
    ("linear", "of a vector"): lambda net: net.add(
        "it", "linear", net.add("line", "flatten", net.input), features=5
    ),
    ("linear", "of a plane"): lambda net: net.add("it", "linear", _plane(net), features=5),
    ("linear", "of maps, no bias"): lambda net: net.add("it", "linear", net.input, features=5, bias=False),
    ("maxpool", "plain"): lambda net: net.add("it", "maxpool", net.input, kernel=2),
    ("maxpool", "padded"): lambda net: net.add(
        "it", "maxpool", net.input, kernel=(3, 4), stride=(2, 1), padding=(1, 2)
    ),
    ("avgpool", "counts padding"): lambda net: net.add(
        "it", "avgpool", net.input, kernel=3, stride=2, padding=1
    ),
    ("avgpool", "leaves padding out"): lambda net: net.add(
        "it", "avgpool", net.input, kernel=(2, 3), stride=2, padding=(1, 1), count_padding=False
    ),
    ("batchnorm", "affine"): lambda net: net.add("it", "batchnorm", net.input),
    ("batchnorm", "plain"): lambda net: net.add(
        "it", "batchnorm", net.input, eps=0.01, weights={"mean": "it.running_mean", "var": "it.running_var"}
    ),
    ("batchnorm", "of a vector"): lambda net: net.add(
        "it", "batchnorm", net.add("line", "flatten", net.input)
    ),
    ("batchnorm", "of a plane"): lambda net: net.add("it", "batchnorm", _plane(net)),
    ("relu", ""): lambda net: net.add("it", "relu", net.input),
    ("leaky_relu", ""): lambda net: net.add("it", "leaky_relu", net.input, slope=0.2),
    ("leaky_relu", "a whole number"): lambda net: net.add("it", "leaky_relu", net.input, slope=1),
    ("gelu", "exact"): lambda net: net.add("it", "gelu", net.input),
    ("gelu", "tanh"): lambda net: net.add("it", "gelu", net.input, approximate="tanh"),
    ("silu", ""): lambda net: net.add("it", "silu", net.input),
    ("tanh", ""): lambda net: net.add("it", "tanh", net.input),
    ("sigmoid", ""): lambda net: net.add("it", "sigmoid", net.input),
    ("add", "three"): lambda net: net.add("it", "add", net.input, net.add("r", "relu", net.input), net.input),
    ("add", "one"): lambda net: net.add("it", "add", net.input),
    ("concat", "channels"): lambda net: net.add(
        "it", "concat", net.input, net.add("c", "conv", net.input, channels=2, kernel=1)
    ),
    ("concat", "rows"): lambda net: net.add("it", "concat", net.input, net.input, axis=1),
    ("flatten", ""): lambda net: net.add("it", "flatten", net.input),
    ("dropout", ""): lambda net: net.add("it", "dropout", net.input, p=0.9),
    ("mean", "kept"): lambda net: net.add("it", "mean", net.input, axes=(1, 2), keep=True),
    ("mean", "gone"): lambda net: net.add("it", "mean", net.input, axes=(0, 2)),
    ("softmax", "channels"): lambda net: net.add("it", "softmax", net.input),
    ("softmax", "columns"): lambda net: net.add("it", "softmax", net.input, axis=2),
}


def operation(op: str, variant: str) -> Graph:
    """One operation on an input of 4x9x8, closed by a linear layer."""
    net = Builder((4, 9, 8))
    return closed(net, OPERATIONS[op, variant](net))


def residual() -> Graph:
    net = Builder((1, 12, 12))
    x = net.add("stem", "conv", net.input, channels=4, kernel=3, padding=1)
    x = net.add("relu", "relu", x)
    y = net.add("body.conv", "conv", x, channels=4, kernel=3, padding=1, bias=False)
    y = net.add("body.norm", "batchnorm", y)
    x = net.add("sum", "add", x, y)
    x = net.add("relu:2", "relu", x)
    return closed(net, net.add("pool", "maxpool", x, kernel=2))


def inception() -> Graph:
    net = Builder((2, 10, 10))
    narrow = net.add("narrow", "conv", net.input, channels=3, kernel=1)
    wide = net.add("wide", "conv", net.input, channels=5, kernel=5, padding=2)
    pooled = net.add("pooled", "maxpool", net.input, kernel=3, stride=1, padding=1)
    x = net.add("joined", "concat", narrow, wide, pooled)
    return closed(net, net.add("average", "mean", x, axes=(1, 2)))


def reused() -> Graph:
    """One convolution used three times, its weights held once; the second has a bias of its own."""
    net = Builder((3, 8, 8))
    shared = {"weight": "block.weight", "bias": "block.bias"}
    x = net.add("first", "conv", net.input, channels=3, kernel=3, padding=1, weights=shared)
    own = {"weight": "block.weight", "bias": "second.bias"}
    x = net.add("second", "conv", x, channels=3, kernel=3, padding=1, weights=own)
    x = net.add("third", "conv", x, channels=3, kernel=3, padding=1, weights=shared)
    return closed(net, x)


def rgb() -> Graph:
    net = Builder((3, 32, 32), mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
    x = net.add("conv1", "conv", net.input, channels=6, kernel=3, stride=2)
    x = net.add("relu1", "relu", x)
    x = net.add("conv2", "conv", x, channels=6, kernel=3, padding=1, groups=6)
    x = net.add("act2", "gelu", x, stage=False)
    return closed(net, net.add("pool", "avgpool", x, kernel=3))


NETWORKS: dict[str, Callable[[], Graph]] = {
    "residual": residual,
    "inception": inception,
    "reused": reused,
    "rgb, normalised": rgb,
}


def random_weights(graph: Graph, seed: int = 0) -> Weights:
    """Weights of a tenth or so; variances positive."""
    rng = np.random.default_rng(seed)
    drawn = {name: rng.normal(scale=0.3, size=shape) for name, shape in graph.tensors.items()}
    variances = {node.weights["var"] for node in graph.nodes if "var" in node.weights}
    return {n: (np.abs(w) + 0.1 if n in variances else w).astype(np.float32) for n, w in drawn.items()}


def random_images(graph: Graph, n: int = 3, seed: int = 1) -> np.ndarray:
    """Images with numbers below 0 too, so that every activation has two sides."""
    return np.random.default_rng(seed).normal(size=(n, *graph.input.shape)).astype(np.float32)
