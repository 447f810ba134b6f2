"""A graph in torch and in onnxruntime: the same numbers at every stage; the ONNX model valid by itself."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
import torch
from dags import CLASSES, NETWORKS, OPERATIONS, Build, operation, random_images, random_weights, residual, rgb

from handlens import nets
from handlens.errors import GraphError
from handlens.graph import Builder, Graph
from handlens.graph.ops import OPS
from handlens.module import Network
from handlens.runtime import Net
from handlens.runtime.model import to_onnx
from handlens.runtime.net import CHUNK

GRAPHS = {
    **{f"{op} {variant}".strip(): (operation, op, variant) for op, variant in OPERATIONS},
    **{name: (build,) for name, build in NETWORKS.items()},
    "tutorial": (nets.tutorial,),
}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    build, *arguments = GRAPHS[request.param]
    return build(*arguments)


def close(ours: np.ndarray, oracle: np.ndarray) -> None:
    np.testing.assert_allclose(ours, oracle, rtol=0, atol=1e-5 * max(1.0, float(np.abs(oracle).max())))


def test_every_operation_has_a_case() -> None:
    assert {op for op, _ in OPERATIONS} == set(OPS)


def test_torch_and_onnxruntime_agree_at_every_stage(graph: Graph) -> None:
    weights, images = random_weights(graph), random_images(graph)
    network, net = Network(graph, weights).eval(), Net(graph, weights, threads=1)
    with torch.no_grad():
        stages, logits = network.stages(torch.from_numpy(images)), network(torch.from_numpy(images))
    ours = net.stages(images)
    assert tuple(ours) == tuple(stages) == graph.stages
    for name, value in ours.items():
        assert value.dtype == np.float32
        assert value.shape == (len(images), *graph.shape(name))
        close(value, stages[name].numpy())
        np.testing.assert_array_equal(net.stage(name, images), value)
    close(net(images), logits.numpy())


def test_the_onnx_model_is_valid_and_its_own_shapes_are_the_graphs(graph: Graph) -> None:
    model = to_onnx(graph, random_weights(graph))
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    shapes = {
        value.name: [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in [*inferred.graph.value_info, *inferred.graph.output]
    }
    for node in graph.nodes:
        assert shapes[node.name] == ["batch", *node.shape]


def test_outputs_can_be_chosen() -> None:
    model = to_onnx(residual(), random_weights(residual()), ["sum", "logits"])
    assert [output.name for output in model.graph.output] == ["sum", "logits"]
    assert [entry.name for entry in model.graph.input] == ["input"]


def test_the_models_tensors_bear_the_graphs_names() -> None:
    graph = residual()
    names = {constant.name for constant in to_onnx(graph, random_weights(graph)).graph.initializer}
    assert names == set(graph.tensors)


@pytest.mark.parametrize("n", [0, 1, CHUNK, CHUNK + 1])
def test_any_count_of_images(n: int) -> None:
    graph = residual()
    weights, images = random_weights(graph), random_images(graph, n)
    net = Net(graph, weights, threads=1)
    assert net(images).shape == (n, 3)
    if n:
        np.testing.assert_allclose(net(images)[-1:], net(images[-1:]), atol=1e-5)


def test_the_input_stage_is_what_the_network_sees() -> None:
    graph = rgb()
    images = random_images(graph)
    seen = Net(graph, random_weights(graph)).stages(images)["input"]
    for channel in range(3):
        expected = (images[:, channel] - graph.input.mean[channel]) / graph.input.std[channel]
        np.testing.assert_allclose(seen[:, channel], expected, atol=1e-6)


def test_a_stage_that_is_hidden_is_not_given() -> None:
    graph = rgb()
    net = Net(graph, random_weights(graph))
    assert "act2" not in net.stages(random_images(graph))
    with pytest.raises(
        GraphError, match="no stage 'act2'; this network has input, conv1, relu1, conv2, pool"
    ):
        net.stage("act2", random_images(graph))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 1, 28, 27), np.float32), r"images are float32 \(2, 1, 28, 27\).*\(batch, 1, 28, 28\)"),
        (np.zeros((2, 3, 28, 28), np.float32), r"\(2, 3, 28, 28\).*0…1"),
    ],
)
def test_other_images_are_refused(images: np.ndarray, message: str) -> None:
    net = Net(nets.tutorial(), random_weights(nets.tutorial()))
    for call in (net, net.stages, lambda x: net.stage("input", x)):
        with pytest.raises(GraphError, match=message):
            call(images)


def test_other_weights_are_refused() -> None:
    graph = nets.tutorial()
    weights = random_weights(graph)
    with pytest.raises(GraphError, match=r"weights: tensor 'conv1.bias' \(16,\) is missing"):
        Net(graph, {name: value for name, value in weights.items() if name != "conv1.bias"})


def test_its_repr_counts_parameters() -> None:
    assert repr(Net(nets.tutorial(), random_weights(nets.tutorial()))) == "<Net 8 nodes, 28,938 parameters>"


def test_no_names_of_ours_collide_with_the_graphs() -> None:
    """Nodes called like what the model adds for itself; a slash is what the graph's own names can't hold."""
    net = Builder((1, 2, 2), mean=(0.5,), std=(0.5,))
    x = net.add("handlens.normalised", "linear", net.input, features=3)
    x = net.add("handlens.normalised.product", "silu", x)
    x = net.add("handlens.normalised.turned", "mean", x, axes=(0, 1))
    graph = net.graph(x, ["a", "b", "c"])
    close(
        Net(graph, random_weights(graph))(random_images(graph)),
        Network(graph, random_weights(graph))(torch.from_numpy(random_images(graph))).detach().numpy(),
    )


def test_sliding_gives_at_every_place_what_the_network_says_of_the_window_there() -> None:
    graph = nets.rows()
    net = Net(graph, random_weights(graph), threads=1)
    images = np.random.default_rng(0).random((2, 1, 32, 37 + 2 * 9 + 1), np.float32)
    answers = net.slide(images)
    assert answers.dtype == np.float32
    assert answers.shape == (2, 12, 10)
    for place in range(10):
        close(answers[..., place], net(images[..., 2 * place : 2 * place + 37]))
    assert np.ptp(answers, axis=2).min() > 0


def test_an_image_of_the_networks_own_width_has_one_place() -> None:
    graph = nets.rows()
    net, images = Net(graph, random_weights(graph), threads=1), random_images(graph)
    answers = net.slide(images)
    assert answers.shape == (3, 12, 1)
    close(answers[..., 0], net(images))


def test_a_model_of_any_width_is_valid_and_leaves_the_width_open() -> None:
    graph = nets.rows()
    model = to_onnx(graph, random_weights(graph), any_width=True)
    onnx.checker.check_model(model, full_check=True)
    (entry,) = model.graph.input
    sizes = [dim.dim_param or dim.dim_value for dim in entry.type.tensor_type.shape.dim]
    assert sizes == ["batch", 1, 32, "width"]


@pytest.mark.parametrize("shape", [(2, 1, 32, 36), (2, 1, 31, 60), (2, 1, 33, 60), (2, 3, 32, 60)])
def test_what_is_narrower_lower_or_higher_than_the_network_it_cant_slide_over(
    shape: tuple[int, ...],
) -> None:
    net = Net(nets.rows(), random_weights(nets.rows()))
    with pytest.raises(GraphError, match=rf"images are \({str(shape)[1:-1]}\).*\(batch, 1, 32, 37 or more\)"):
        net.slide(np.zeros(shape, np.float32))


def aside(net: Builder) -> str:
    x = net.add("wide", "conv", net.input, channels=3, kernel=3, padding=(0, 1))
    return net.add("last", "conv", x, channels=3, kernel=(4, 8))


def pooled(net: Builder) -> str:
    x = net.add("wide", "maxpool", net.input, kernel=3, stride=1, padding=(0, 1))
    return net.add("last", "conv", x, channels=3, kernel=(4, 8))


def averaged(net: Builder) -> str:
    x = net.add("wide", "mean", net.input, axes=(1, 2), keep=True)
    return net.add("last", "conv", x, channels=3, kernel=1)


def multiplied(net: Builder) -> str:
    x = net.add("wide", "linear", net.input, features=4)
    return net.add("last", "conv", x, channels=3, kernel=(6, 4))


@pytest.mark.parametrize("build", [aside, pooled, averaged, multiplied])
def test_a_network_that_pads_aside_or_takes_the_whole_width_cant_slide(build: Build) -> None:
    builder = Builder((1, 6, 8))
    graph = builder.graph(builder.add("flat", "flatten", build(builder)), CLASSES)
    net = Net(graph, random_weights(graph))
    with pytest.raises(
        GraphError, match=r"node 'wide': \w+ takes the whole width, or pads it: it can't slide"
    ):
        net.slide(np.zeros((1, 1, 6, 20), np.float32))


def two_rows() -> Graph:
    """Of one map, with a class a row."""
    net = Builder((1, 4, 8))
    x = net.add("it", "conv", net.input, channels=1, kernel=(2, 8))
    return net.graph(net.add("flat", "flatten", x), CLASSES)


@pytest.mark.parametrize(("build", "last"), [(nets.tutorial, "linear"), (two_rows, "flatten")])
def test_a_network_that_ends_in_more_than_a_number_a_class_cant_slide(
    build: Callable[[], Graph], last: str
) -> None:
    net = Net(build(), random_weights(build()))
    with pytest.raises(GraphError, match=f"flattens one number a class; this one's is {last}$"):
        net.slide(np.zeros((1, *build().input.shape), np.float32))
