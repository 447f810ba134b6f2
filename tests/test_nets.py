"""The built-in networks."""

import re
from collections.abc import Callable

import pytest

from handlens import nets
from handlens.errors import GraphError
from handlens.graph import Graph


@pytest.mark.parametrize("build", [nets.tutorial, nets.fast, nets.reader, nets.rows])
def test_a_network_has_as_many_parameters_and_multiply_adds_as_it_says(build: Callable[[], Graph]) -> None:
    costs = build().costs()
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
    with pytest.raises(GraphError, match="kernel 15: of the network 'reader' must be odd and at most 11"):
        nets.reader(kernel=15)


def test_the_row_network_says_one_number_a_class_of_its_window() -> None:
    graph = nets.rows()
    assert graph.classes == (*"0123456789", "none", "blank")
    assert graph.input.shape == (1, 32, 37)
    assert graph.shape("logits") == (12, 1, 1)
