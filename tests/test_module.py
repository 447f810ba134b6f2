"""A graph as a torch module: pooling first changes nothing, weights as torch's layers draw them."""

import copy
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from dags import NETWORKS, inception, random_weights, residual, reused
from torch import nn

from handlens import nets
from handlens.errors import GraphError
from handlens.graph import Builder, Graph
from handlens.module import Network, as_weights, pooled_first

TUTORIAL = nets.tutorial((3, 4), 3)


def padded() -> Graph:
    """ReLU, then a pool whose windows overlap and reach into the padding."""
    net = Builder((1, 9, 9))
    x = net.add("conv", "conv", net.input, channels=3, kernel=3)
    x = net.add("relu", "relu", x)
    x = net.add("pool", "maxpool", x, kernel=3, stride=2, padding=1)
    x = net.add("flat", "flatten", x)
    return net.graph(net.add("logits", "linear", x, features=2), "ab")


def stepped(graph: Graph, seed: int) -> Network:
    """A network whose numbers are few and whole, so that many tie, at 0 too."""
    rng = np.random.default_rng(seed)
    return Network(
        graph, {n: rng.integers(-1, 2, size=s).astype(np.float32) for n, s in graph.tensors.items()}
    )


def outcome(network: Network, images: torch.Tensor, literal: bool) -> dict[str, torch.Tensor]:
    """Logits, and the gradients of a loss with respect to every parameter and the images."""
    images = images.clone().requires_grad_()
    logits = network.stages(images)["logits"] if literal else network(images)
    loss = (logits * torch.linspace(-1, 2, logits.numel()).view_as(logits)).sum()
    wanted = {"images": images, **dict(network.named_parameters())}
    gradients = torch.autograd.grad(loss, list(wanted.values()))
    return {"logits": logits, **dict(zip(wanted, gradients, strict=True))}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("build", [padded, lambda: TUTORIAL], ids=["padded", "tutorial"])
@pytest.mark.parametrize("ties", [True, False])
def test_pooling_first_gives_the_same_bits_and_gradients(build: object, seed: int, ties: bool) -> None:
    graph = build()  # type: ignore[operator]
    network = stepped(graph, seed) if ties else Network(graph, seed=seed)
    draw = torch.Generator().manual_seed(seed)
    images = torch.randint(-1, 2, (4, *graph.input.shape), generator=draw).float()
    if not ties:
        images = torch.randn(images.shape, generator=draw)
    first, literal = outcome(network, images, False), outcome(network, images, True)
    for name, value in literal.items():
        torch.testing.assert_close(first[name], value, rtol=0, atol=0, msg=name)


def test_the_tutorials_pairs_are_swapped_in_the_plan_alone() -> None:
    plan = pooled_first(TUTORIAL)
    assert [node.op for node in plan[:3]] == ["conv", "maxpool", "relu"]
    assert [node.op for node in TUTORIAL.nodes[:3]] == ["conv", "relu", "maxpool"]
    assert tuple(Network(TUTORIAL).stages(torch.zeros(1, 1, 28, 28))) == TUTORIAL.stages


def test_the_forward_pass_has_the_smaller_maps_rectified(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []

    def relu(x: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(x.shape[1:]))
        return x.relu()

    network = Network(TUTORIAL)
    monkeypatch.setattr("handlens.module.F.relu", relu)
    network(torch.zeros(1, 1, 28, 28))
    assert seen == [TUTORIAL.shape("pool1"), TUTORIAL.shape("pool2")]
    seen.clear()
    network.stages(torch.zeros(1, 1, 28, 28))
    assert seen == [TUTORIAL.shape("relu1"), TUTORIAL.shape("relu2")]


@pytest.mark.parametrize("op", ["gelu", "silu", "leaky_relu", "dropout"])
def test_other_activations_keep_their_place(op: str) -> None:
    net = Builder((2, 8, 8))
    x = net.add("pool", "maxpool", net.add("it", op, net.input), kernel=2)
    graph = net.graph(net.add("mean", "mean", x, axes=(1, 2)), "ab")
    assert pooled_first(graph) == graph.nodes


def test_a_relu_with_another_reader_keeps_its_place() -> None:
    net = Builder((2, 8, 8))
    x = net.add("relu", "relu", net.input)
    y = net.add("pool", "maxpool", x, kernel=2)
    small = net.add("small", "avgpool", x, kernel=2)
    x = net.add("mean", "mean", net.add("sum", "add", y, small), axes=(1, 2))
    graph = net.graph(x, "ab")
    assert pooled_first(graph) == graph.nodes
    images = torch.randn(3, 2, 8, 8)
    assert torch.equal(Network(graph)(images), Network(graph).stages(images)["mean"])


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")
@pytest.mark.parametrize("build", [nets.tutorial, reused])
def test_blocks_give_the_same_bits_and_gradients(build: Callable[[], Graph]) -> None:
    plain, blocked = in_both_layouts(build())
    images = torch.rand(5, *plain.graph.input.shape)
    theirs = outcome(plain, images, False)
    for key, value in outcome(blocked, images, False).items():
        torch.testing.assert_close(value, theirs[key], rtol=0, atol=0, msg=key)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")
@pytest.mark.parametrize("build", [padded, residual, inception, nets.fast])
def test_blocks_sum_batches_and_overlaps_in_another_order(build: Callable[[], Graph]) -> None:
    """So batch norm, and the gradient of a pool whose windows overlap, are equal to rounding alone."""
    plain, blocked = in_both_layouts(build())
    images = torch.rand(20, *plain.graph.input.shape)
    theirs = outcome(plain, images, False)
    for key, value in outcome(blocked, images, False).items():
        size = float(theirs[key].detach().abs().max())
        torch.testing.assert_close(value, theirs[key], rtol=1e-4, atol=1e-5 * size, msg=key)
    for key, value in plain.tensors().items():  # the running statistics too
        torch.testing.assert_close(blocked.tensors()[key], value, rtol=1e-5, atol=1e-6, msg=key)
    torch.testing.assert_close(blocked.eval()(images), plain.eval()(images), rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("build", [nets.tutorial, nets.fast])
def test_blocks_pass_nan_on(build: Callable[[], Graph], training: bool) -> None:
    """oneDNN's ReLU and pools alone would drop it."""
    for name in build().parameters:
        plain, blocked = in_both_layouts(build())
        for network in (plain, blocked):
            network.train(training)
            with torch.no_grad():
                network.tensors()[name].ravel()[0] = math.nan
            assert network(torch.rand(20, 1, 28, 28)).isnan().any(), name


def in_both_layouts(graph: Graph) -> tuple[Network, Network]:
    plain, blocked = (Network(graph, random_weights(graph)) for _ in range(2))
    blocked.blocks = torch.float32
    return plain, blocked


@pytest.mark.parametrize("name", NETWORKS)
def test_forward_and_stages_agree(name: str) -> None:
    graph = NETWORKS[name]()
    network = Network(graph, random_weights(graph)).eval()
    images = torch.randn(2, *graph.input.shape)
    assert torch.equal(network(images), network.stages(images)["logits"])


# -- weights ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_weights_are_drawn_as_torch_draws_its_layers(seed: int) -> None:
    torch.manual_seed(seed)
    layers = {
        "conv1": nn.Conv2d(1, 16, 5, padding=2),
        "conv2": nn.Conv2d(16, 32, 5, padding=2),
        "logits": nn.Linear(1568, 10),
    }
    expected = nn.ModuleDict(layers).state_dict()
    torch.manual_seed(99)
    before = torch.get_rng_state()
    network = Network(nets.tutorial(), seed=seed)
    assert torch.equal(torch.get_rng_state(), before), "the global stream is not touched"
    assert network.state_dict().keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(network.state_dict()[name], tensor), name


def test_a_draw_goes_on_in_the_stream_where_the_last_ended() -> None:
    stream, once = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    network = Network(TUTORIAL)
    network.draw(stream)
    for shape in TUTORIAL.tensors.values():
        torch.empty(shape).uniform_(generator=once)
    assert torch.equal(stream.get_state(), once.get_state())


def test_every_tensor_is_drawn_once_even_where_only_the_weight_is_shared() -> None:
    graph = reused()
    torch.manual_seed(5)
    conv = nn.Conv2d(3, 3, 3, padding=1)
    weights = Network(graph, seed=5).weights()
    np.testing.assert_array_equal(weights["block.weight"], conv.weight.detach().numpy())
    np.testing.assert_array_equal(weights["block.bias"], conv.bias.detach().numpy())
    bound = 1 / math.sqrt(27)
    assert (np.abs(weights["second.bias"]) <= bound).all()
    assert (weights["second.bias"] != weights["block.bias"]).all()
    assert (weights["second.bias"] != 0).all()


def test_batch_norm_begins_as_torchs() -> None:
    weights = Network(residual()).weights()
    expected = {"weight": 1, "bias": 0, "mean": 0, "var": 1}
    for role, value in expected.items():
        np.testing.assert_array_equal(weights[f"body.norm.{role}"], np.full(4, value, np.float32))


def test_batch_norm_follows_the_batches_in_training_and_rests_in_evaluation() -> None:
    network, images = Network(residual()), torch.randn(8, 1, 12, 12)
    oracle = nn.BatchNorm2d(4)
    with torch.no_grad():
        stages = network.train().stages(images)
        oracle.train()(stages["body.conv"])
    moved = network.weights()
    np.testing.assert_array_equal(moved["body.norm.mean"], oracle.running_mean.numpy())
    np.testing.assert_array_equal(moved["body.norm.var"], oracle.running_var.numpy())
    with torch.no_grad():
        network.eval()(images)
    np.testing.assert_array_equal(network.weights()["body.norm.mean"], moved["body.norm.mean"])


def test_dropout_drops_in_training_alone() -> None:
    net = Builder((1, 4, 4))
    x = net.add("drop", "dropout", net.input, p=0.5)
    graph = net.graph(net.add("flat", "flatten", x), [str(n) for n in range(16)])
    images = torch.ones(2, 1, 4, 4)
    assert torch.equal(Network(graph).eval()(images), images.flatten(1))
    assert set(Network(graph).train()(images).unique().tolist()) == {0.0, 2.0}


def test_the_state_bears_the_graphs_names() -> None:
    network = Network(residual())
    assert set(network.state_dict()) == set(residual().tensors)
    assert dict(network.named_parameters()).keys() == residual().parameters.keys()
    assert dict(network.named_buffers()).keys() - residual().tensors.keys() == {"input/mean", "input/std"}
    network.load_state_dict(Network(residual(), seed=9).state_dict())
    np.testing.assert_array_equal(
        network.weights()["stem.weight"], Network(residual(), seed=9).weights()["stem.weight"]
    )


def test_layers_may_be_called_like_methods() -> None:
    """ConvNeXt's are called stages; nothing stops others from type, train, graph or weights."""
    net, x = Builder((2, 4, 4)), "input"
    for name in ("stages", "type", "train", "graph", "weights", "forward", "input_mean"):
        x = net.add(name, "conv", x, channels=2, kernel=1)
    graph = net.graph(net.add("end", "mean", x, axes=(1, 2)), "ab")
    network = Network(graph, seed=1)
    assert set(network.state_dict()) == set(graph.tensors)
    twin = Network(graph, network.weights())
    images = torch.randn(2, 2, 4, 4)
    assert torch.equal(twin.train()(images), network.to(torch.float32).eval()(images))
    assert torch.equal(copy.deepcopy(twin)(images), twin(images))


def test_a_deep_copy_stands_alone() -> None:
    network = Network(residual())
    twin = copy.deepcopy(network)
    with torch.no_grad():
        for tensor in twin.tensors().values():
            tensor.fill_(7)
    assert not (network.weights()["stem.weight"] == 7).any()
    assert (twin.weights()["stem.weight"] == 7).all()


def test_given_weights_are_taken_and_others_refused() -> None:
    graph = residual()
    weights = random_weights(graph)
    network = Network(graph, weights)
    for name, value in network.weights().items():
        np.testing.assert_array_equal(value, weights[name])
    bad = {**weights, "stem.weight": np.zeros((4, 1, 5, 5), np.float32)}
    with pytest.raises(
        GraphError, match=r"weights: tensor 'stem.weight' is float32 \(4, 1, 5, 5\), expected"
    ):
        network.load(bad)
    np.testing.assert_array_equal(network.weights()["stem.bias"], weights["stem.bias"])
    with pytest.raises(GraphError, match="tensors that the network doesn't have: x"):
        Network(graph, {**weights, "x": weights["stem.bias"]})


def test_weights_are_a_copy_and_tensors_are_live() -> None:
    network = Network(TUTORIAL)
    taken = network.weights()
    kept = {name: value.copy() for name, value in taken.items()}
    with torch.no_grad():
        network.tensors()["conv1.weight"].add_(1)
    for name, value in taken.items():
        np.testing.assert_array_equal(value, kept[name])
    np.testing.assert_array_equal(network.weights()["conv1.weight"], kept["conv1.weight"] + 1)
    taken["conv1.weight"][:] = 0
    assert (network.weights()["conv1.weight"] != 0).any()


def test_weights_are_c_contiguous_whatever_the_layout_on_the_device() -> None:
    network = Network(TUTORIAL).to(memory_format=torch.channels_last)
    assert all(value.flags.c_contiguous for value in as_weights(network.tensors()).values())
