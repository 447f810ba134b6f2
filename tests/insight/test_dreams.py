"""Maximising inputs: exact where a unit is linear, better than any digit elsewhere."""

import sys

import numpy as np
import pytest
from small import SMALL, drawn

from handlens.arrays import Weights
from handlens.data import Sets
from handlens.errors import MissingLibrary
from handlens.graph import Builder, Graph
from handlens.insight.dreams import maximising
from handlens.insight.units import Layer, layers, looked_at
from handlens.recording.reader import as_input
from handlens.runtime import Net

WEIGHTS = drawn(1)


def at_middle(graph: Graph, weights: Weights, layer: Layer, images: np.ndarray) -> np.ndarray:
    """What a layer's units sum up to at the middle of their maps, [n, units]."""
    found = Net(looked_at(graph, [layer.sums]), weights).stage(layer.sums, images)
    conv = graph.node(layer.name).op == "conv"
    sides = found.shape[2:] if conv else found.shape[1:-1]
    at = tuple(side // 2 for side in sides)
    return found[(slice(None), slice(None), *at)] if conv else found[(slice(None), *at)]


def test_a_first_filter_wants_white_where_its_kernel_is_above_zero() -> None:
    first = layers(SMALL)[0]
    pictures, values = maximising(SMALL, WEIGHTS, first, 2)
    kernel = WEIGHTS["conv1.weight"][:, 0]
    expected = np.zeros((2, 1, 28, 28), np.float32)
    expected[:, 0, 13:16, 13:16] = kernel > 0
    np.testing.assert_array_equal(pictures, expected)
    exact = np.maximum(kernel, 0).sum(axis=(1, 2)) + WEIGHTS["conv1.bias"]
    np.testing.assert_allclose(values, exact, rtol=1e-5)


def test_a_unit_that_weighs_pixels_wants_those_above_zero() -> None:
    net = Builder((3, 4, 5))
    graph = net.graph(net.add("logits", "linear", net.add("flat", "flatten", net.input), features=4), "abcd")
    weights = drawn(0, graph)
    pictures, values = maximising(graph, weights, layers(graph)[0], 3)
    np.testing.assert_array_equal(pictures.reshape(3, 60), weights["logits.weight"][:3] > 0)
    np.testing.assert_allclose(values, at_middle(graph, weights, layers(graph)[0], pictures).diagonal())


@pytest.mark.parametrize("place", [1, 2])
def test_no_digit_excites_a_deeper_unit_more(place: int, mnist: Sets) -> None:
    layer = layers(SMALL)[place]
    pictures, values = maximising(SMALL, WEIGHTS, layer, layer.units)
    own = at_middle(SMALL, WEIGHTS, layer, pictures).diagonal()
    np.testing.assert_allclose(values, own, rtol=1e-4)
    digits = at_middle(SMALL, WEIGHTS, layer, as_input(mnist.test.images[:500]))
    assert (values > digits.max(axis=0)).all()


def test_the_same_again_gives_the_same_bytes() -> None:
    layer = layers(SMALL)[1]
    once, again = (maximising(SMALL, WEIGHTS, layer, 3, updates=5) for _ in range(2))
    assert once.pictures.tobytes() == again.pictures.tobytes()
    assert once.values.tobytes() == again.values.tobytes()
    one, other = (maximising(SMALL, WEIGHTS, layers(SMALL)[2], 10, seed, updates=1) for seed in (0, 1))
    assert not np.array_equal(one.pictures, other.pictures)


def test_networks_of_other_making() -> None:
    net = Builder((3, 12, 12))
    stem = net.add("stem", "conv", net.input, channels=4, kernel=3, stride=2, padding=1)
    relu = net.add("relu", "relu", net.add("normed", "batchnorm", stem))
    branch = net.add("branch", "conv", relu, channels=4, kernel=3, padding=1, groups=2)
    pooled = net.add("pooled", "mean", net.add("sum", "add", branch, relu), axes=(1,))
    each = net.add("each", "linear", net.add("silu", "silu", pooled), features=5)
    graph = net.graph(net.add("logits", "linear", net.add("flat", "flatten", each), features=3), "abc")
    weights = {name: np.abs(array) if "var" in name else array for name, array in drawn(2, graph).items()}
    for layer in layers(graph):
        pictures, values = maximising(graph, weights, layer, 2, updates=12)
        assert pictures.shape == (2, 3, 12, 12)
        assert ((pictures >= 0) & (pictures <= 1)).all()
        own = at_middle(graph, weights, layer, pictures).diagonal()
        np.testing.assert_allclose(values, own, rtol=1e-3, atol=1e-4)


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingLibrary, match=r"a filter most needs torch, .* Type: pip install torch.*train"):
        maximising(SMALL, WEIGHTS, layers(SMALL)[0], 1)
