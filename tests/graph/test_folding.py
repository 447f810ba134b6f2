"""Batch norms folded away: the same answers by torch's own layers, and where one has to stay."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from dags import NETWORKS, closed, random_images, random_weights

from handlens import nets
from handlens.graph import Builder, Graph, folded
from handlens.module import Network

GRAPHS: dict[str, Callable[[], Graph]] = {**NETWORKS, "fast": nets.fast, "tiny": nets.tiny}


def answers(graph: Graph, weights: dict[str, np.ndarray], images: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        result: np.ndarray = Network(graph, weights).eval()(torch.from_numpy(images)).numpy()
        return result


@pytest.mark.parametrize("name", GRAPHS)
def test_the_answers_stay(name: str) -> None:
    graph = GRAPHS[name]()
    weights, images = random_weights(graph), random_images(graph)
    small, less = folded(graph, weights)
    small.check_weights(less, "folded")
    expected = answers(graph, weights, images)
    np.testing.assert_allclose(answers(small, less, images), expected, rtol=1e-4, atol=1e-4)


def test_by_hand() -> None:
    net = Builder((1, 2, 2))
    x = net.add("conv", "conv", net.input, channels=1, kernel=1)
    x = net.add("norm", "batchnorm", x, eps=0.0)
    graph = closed(net, x)
    values = {
        "conv.weight": 3,
        "conv.bias": 1,
        "norm.mean": 5,
        "norm.var": 4,
        "norm.weight": 2,
        "norm.bias": 7,
    }
    ones = {name: np.ones(shape, np.float32) for name, shape in graph.tensors.items()}
    weights = ones | {name: np.full(graph.tensors[name], value, np.float32) for name, value in values.items()}
    small, less = folded(graph, weights)
    assert [node.name for node in small.nodes] == ["conv", "flat", "logits"]
    assert (less["conv.weight"].item(), less["conv.bias"].item()) == (3, 3)  # 3·2/√4; 7 + (1-5)·2/√4
    assert small.node("flat").inputs == ("conv",)


def test_a_layer_without_bias_gets_one_and_a_linear_layer_counts() -> None:
    net = Builder((1, 4, 4))
    x = net.add("linear", "linear", net.add("flat", "flatten", net.input), features=3, bias=False)
    graph = net.graph(net.add("norm", "batchnorm", x), "abc")
    small, less = folded(graph, random_weights(graph))
    assert (small.output, set(less)) == ("linear", {"linear.weight", "linear.bias"})


def read_twice(net: Builder, conv: str) -> str:
    return net.add("sum", "add", conv, net.add("norm", "batchnorm", conv))


def behind_a_pool(net: Builder, conv: str) -> str:
    return net.add("norm", "batchnorm", net.add("pool", "maxpool", conv, kernel=2))


def shared(net: Builder, conv: str) -> str:
    again = net.add("again", "conv", net.add("norm", "batchnorm", conv), channels=1, kernel=1, bias=False,
                    weights={"weight": "conv.weight"})  # fmt: skip
    return net.add("relu", "relu", again)


@pytest.mark.parametrize("build", [read_twice, behind_a_pool, shared])
def test_it_stays_where_it_cannot_go(build: Callable[[Builder, str], str]) -> None:
    net = Builder((1, 4, 4))
    conv = net.add("conv", "conv", net.input, channels=1, kernel=1, bias=False)
    graph = closed(net, build(net, conv))
    weights = random_weights(graph)
    small, less = folded(graph, weights)
    assert small == graph
    assert less.keys() == weights.keys()
