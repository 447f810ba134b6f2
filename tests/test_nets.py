"""The built-in networks."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from handlens import nets
from handlens.errors import GraphError
from handlens.graph import Graph, folded
from handlens.recipes import recipe

BUILT = [nets.tutorial, nets.fast, nets.tiny, nets.micro, nets.accurate, nets.reader, nets.rows]


def plain(graph: Graph) -> Graph:
    """Without the norms that can be folded."""
    return folded(graph, {name: np.ones(shape, np.float32) for name, shape in graph.tensors.items()})[0]


@pytest.mark.parametrize("build", BUILT)
def test_a_network_has_as_many_parameters_and_multiply_adds_as_it_says(build: Callable[[], Graph]) -> None:
    graph = build()
    costs = (plain(graph) if build.__name__ in nets.FOLDED else graph).costs()
    (parameters,) = re.findall(r"([\d,]+)\s+parameters", build.__doc__.split(".\n")[0])
    (millions,) = re.findall(r"([\d.]+)\s+million\s+multiply-adds", build.__doc__)
    assert f"{sum(layer.parameters for layer in costs):,}" == parameters
    decimals = len(millions.partition(".")[2])
    assert f"{sum(layer.multiply_adds for layer in costs) / 1e6:.{decimals}f}" == millions


def test_the_tutorials_network_stage_by_stage() -> None:
    graph = nets.tutorial()
    assert {name: graph.shape(name) for name in graph.stages} == {
        "input": (1, 28, 28),
        "conv1": (16, 28, 28),
        "relu1": (16, 28, 28),
        "pool1": (16, 14, 14),
        "conv2": (32, 14, 14),
        "relu2": (32, 14, 14),
        "pool2": (32, 7, 7),
        "flatten": (1568,),
        "logits": (10,),
    }
    assert graph.tensors == {
        "conv1.weight": (16, 1, 5, 5),
        "conv1.bias": (16,),
        "conv2.weight": (32, 16, 5, 5),
        "conv2.bias": (32,),
        "logits.weight": (10, 1568),
        "logits.bias": (10,),
    }
    assert graph.classes == tuple("0123456789")
    assert graph.input.identity


@pytest.mark.parametrize("kernel", [1, 3, 7, 27])
def test_any_odd_kernel_keeps_the_maps_sizes(kernel: int) -> None:
    graph = nets.build("tutorial", (2, 3), kernel)
    assert graph.shape("pool2") == (3, 7, 7)
    assert graph.tensors["conv2.weight"] == (3, 2, kernel, kernel)


@pytest.mark.parametrize("kernel", [0, 4, 29, -1])
def test_other_kernels_are_refused(kernel: int) -> None:
    with pytest.raises(GraphError, match=f"kernel {kernel}: must be odd, 1 to 27"):
        nets.tutorial(kernel=kernel)


def test_blocks_halve_the_maps_and_double_the_filters_from_the_third_on() -> None:
    assert nets.build("tutorial", (4, 6), 3) == nets.build("tutorial", (4, 6), 3, 2)
    for blocks, pooled in enumerate([(4, 14, 14), (6, 7, 7), (12, 3, 3), (24, 1, 1)], 1):
        graph = nets.build("tutorial", (4, 6), 3, blocks)
        assert len([node for node in graph.nodes if node.op == "conv"]) == blocks
        assert graph.shape(f"pool{blocks}") == pooled
        assert graph.shape("logits") == (10,)


@pytest.mark.parametrize("blocks", [0, 5])
def test_other_numbers_of_blocks_are_refused(blocks: int) -> None:
    with pytest.raises(GraphError, match=f"{blocks} blocks: must be 1 to 4"):
        nets.tutorial(blocks=blocks)


def test_only_the_tutorials_network_has_blocks_to_choose() -> None:
    with pytest.raises(GraphError, match=r"3 blocks: only the network 'tutorial' .* leave 'fast' 2"):
        nets.build("fast", (16, 32), 5, 3)
    assert nets.build("fast", (16, 32), 5, 2) == nets.fast()


def test_a_width_below_one_is_refused() -> None:
    with pytest.raises(GraphError, match="node 'conv2': 16 → 0 channels"):
        nets.tutorial((16, 0))


@pytest.mark.parametrize("names", nets.TUTORIAL_NAMES)
def test_the_documents_names_stand_for_all_layers_with_weights(names: dict[str, str]) -> None:
    assert set(names.values()) == {name.rpartition(".")[0] for name in nets.tutorial().tensors}


@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_without_its_norms_the_normed_one_is_the_tutorials(blocks: int) -> None:
    normed = nets.build("normed", (3, 5), 3, blocks)
    assert [node.op for node in normed.nodes].count("batchnorm") == blocks
    assert plain(normed) == nets.tutorial((3, 5), 3, blocks)


def test_no_norm_is_left_in_what_is_folded() -> None:
    for name in nets.FOLDED:
        assert "batchnorm" not in {node.op for node in plain(nets.build(name, (3, 5), 3)).nodes}


@pytest.mark.parametrize(("name", "limit"), [("tiny", 10_000), ("micro", 1_000)])
def test_the_small_ones_stay_below_their_limits(name: str, limit: int) -> None:
    preset = recipe(name)
    graph = nets.build(preset.net, preset.widths, preset.kernel)
    graph = plain(graph) if name in nets.FOLDED else graph
    assert preset.net == name
    assert sum(layer.parameters for layer in graph.costs()) < limit


@pytest.mark.parametrize("name", ["fast", "tiny", "micro", "accurate", "reader"])
def test_a_network_without_padding_refuses_kernels_that_leave_nothing(name: str) -> None:
    most = {"fast": 13, "reader": 9}.get(name, 11)
    assert nets.build(name, (2, 3), most).shape("logits")[0] in (10, 11)
    for kernel in (most + 2, 4, 0):
        with pytest.raises(
            GraphError, match=f"kernel {kernel}: of the network .* must be odd and at most {most}"
        ):
            nets.build(name, (2, 3), kernel)


def test_the_small_networks_are_separable() -> None:
    graph = nets.tiny((3, 5))
    assert [graph.tensors[f"{layer}.weight"] for layer in ("depth2", "conv2", "depth3", "conv3")] == [
        (3, 1, 3, 3),
        (5, 3, 1, 1),
        (5, 1, 3, 3),
        (5, 5, 1, 1),
    ]
    assert [graph.shape(f"conv{number}") for number in range(1, 6)] == [
        (3, 26, 26),
        (5, 11, 11),
        (5, 9, 9),
        (5, 7, 7),
        (5, 5, 5),
    ]


def test_the_readers_network_ends_in_eleven_classes() -> None:
    graph = nets.reader()
    assert graph.classes == (*"0123456789", "none")
    assert [graph.shape(f"conv{i}") for i in range(1, 6)] == [
        (48, 12, 12),
        (96, 10, 10),
        (96, 8, 8),
        (192, 4, 4),
        (192, 2, 2),
    ]


def test_the_row_network_says_one_number_a_class_of_its_window() -> None:
    graph = nets.rows()
    assert graph.classes == (*"0123456789", "none", "blank")
    assert graph.input.shape == (1, 32, 37)
    assert graph.shape("logits") == (12, 1, 1)
