"""Writing a graph down: names, defaults, and errors that say which node."""

import pytest

from handlens.errors import GraphError
from handlens.graph import Builder


def test_defaults_are_torchs_and_one_number_stands_for_a_pair() -> None:
    net = Builder((1, 8, 8))
    x = net.add("conv", "conv", net.input, channels=2, kernel=3)
    x = net.add("pool", "maxpool", x, kernel=(3, 2))
    graph = net.graph(net.add("out", "linear", net.add("flat", "flatten", x), features=2), "ab")
    assert graph.node("conv").attrs == {
        "channels": 2,
        "kernel": (3, 3),
        "stride": (1, 1),
        "padding": (0, 0),
        "dilation": (1, 1),
        "groups": 1,
    }
    assert graph.node("pool").attrs["stride"] == (3, 2)
    assert graph.node("conv").weights == {"weight": "conv.weight", "bias": "conv.bias"}
    assert graph.classes == ("a", "b")
    assert graph.input.identity


def test_a_bias_can_be_left_out_and_weights_named() -> None:
    net = Builder((1, 8, 8))
    net.add("a", "conv", net.input, channels=2, kernel=3, bias=False)
    x = net.add("b", "conv", net.input, channels=2, kernel=3, weights={"weight": "a.weight"})
    graph = net.graph(net.add("mean", "mean", x, axes=(1, 2)), "ab")
    assert graph.tensors == {"a.weight": (2, 1, 3, 3)}


def test_the_input_can_be_normalised() -> None:
    net = Builder((2, 4, 4), mean=(0.1, 0.2), std=(1.0, 2.0))
    last = net.add("mean", "mean", net.input, axes=(1, 2))
    assert net.graph(last, "ab").input.std == (1, 2)
    assert not net.graph(last, "ab").input.identity
    net.normalise((0.0, 0.0), (1.0, 1.0))
    assert net.graph(last, "ab").input.identity
    with pytest.raises(GraphError, match="mean and std need one number for each of 2 channels"):
        net.normalise((0.0,), (1.0, 1.0))
    with pytest.raises(GraphError, match=r"input, std.1: .*greater than 0"):
        Builder((2, 4, 4), std=(1.0, -1.0))


@pytest.mark.parametrize("read", [False, True])
def test_a_softmax_is_taken_away_unless_something_reads_it(read: bool) -> None:
    net = Builder((2, 4, 4))
    x = net.add("mean", "mean", net.input, axes=(1, 2))
    end = net.add("softmax", "softmax", x)
    net.add("later", "relu", end if read else x)
    assert net.before_softmax(end) == "mean"
    assert ("softmax" in net.names) is read
    assert net.before_softmax("later") == "later"
    assert net.before_softmax("input") == "input"


@pytest.mark.parametrize(
    ("arguments", "attrs", "message"),
    [
        (("x", "convolve", "input"), {}, "node 'x': unknown operation 'convolve'; handlens knows conv"),
        (("x", "relu", "before"), {}, "node 'x' reads 'before', which no earlier node gives"),
        (("x", "linear", "input"), {}, "node 'x': linear has the attributes"),
        (("x", "conv", "input"), {"channels": 2, "kernel": 9}, r"node 'x': the kernel \(9, 9\) doesn't fit"),
        (("x/y", "relu", "input"), {}, "node 'x/y', name: .*pattern"),
        (("", "relu", "input"), {}, "node '', name: .*at least 1"),
        (("x", "relu"), {}, "node 'x': relu takes one input"),
    ],
)
def test_an_error_names_the_node(arguments: tuple[str, ...], attrs: dict, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        Builder((1, 8, 8)).add(*arguments, **attrs)


def test_a_name_twice_is_refused() -> None:
    net = Builder((2, 4, 4))
    net.add("a", "relu", net.input)
    net.add("a", "mean", net.input, axes=(1, 2))
    with pytest.raises(GraphError, match="node 'a': the name is taken"):
        net.graph("a", "ab")
