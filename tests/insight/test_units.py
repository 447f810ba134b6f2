"""What units answer to, against brute force, numpy's corrcoef and networks made by hand."""

import numpy as np
import pytest

from handlens import nets
from handlens.graph import Builder, Graph
from handlens.insight import units
from handlens.insight.units import Likeness, as_maps, layers, middle, peaks


def maps(n: int = 30, count: int = 5, places: int = 12) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, count, places)).astype(np.float32)


def test_strongest_equals_brute_force() -> None:
    given = maps()
    found = units.strongest(peaks(given), 4)
    for unit in range(5):
        each = sorted(range(30), key=lambda i: -given[i, unit].max())[:4]
        assert found.items[unit].tolist() == each
        assert found.places[unit].tolist() == [int(given[i, unit].argmax()) for i in each]
        assert found.values[unit].tolist() == [given[i, unit].max() for i in each]


def test_fewer_items_than_asked_for_are_filled_up() -> None:
    found = units.strongest(peaks(maps(n=2)), 9)
    assert (found.items[:, 2:] == -1).all()
    assert sorted(found.items[0, :2]) == [0, 1]


def test_what_is_no_number_excites_nothing() -> None:
    given = maps(n=3)
    given[1, 2, 4] = np.nan
    given[:, 3] = np.inf
    given[0, 4, 1] = np.inf
    found = units.strongest(peaks(given), 3)
    assert 1 not in found.items[2]
    assert found.items[2, 2] == -1
    assert (found.items[3] == -1).all()
    assert sorted(found.items[4, :2]) == [1, 2]
    assert found.items[4, 2] == -1
    assert np.isfinite(found.values).all()


def test_alive_is_the_share_of_items_with_an_answer() -> None:
    given = -np.abs(maps(n=8)) - 1
    given[2, 1, 5] = given[2, 1, 7] = given[6, 1, 0] = 0.001
    given[:, 4] = np.nan
    assert units.alive(peaks(given)).tolist() == [0, 0.25, 0, 0, 1]


def test_twins_are_those_of_corrcoef() -> None:
    given = maps()
    given[:, 3] = 2 * given[:, 1] + 0.1 * given[:, 4] + 7
    likeness = Likeness()
    for part in np.array_split(given, 4):
        likeness.add(part)
    partner, alike = likeness.twins()
    expected = np.corrcoef(given.transpose(1, 0, 2).reshape(5, -1).astype(float))
    np.fill_diagonal(expected, -2)
    assert partner.tolist() == expected.argmax(axis=1).tolist()
    np.testing.assert_allclose(alike, expected.max(axis=1), atol=1e-6)
    assert (partner[1], partner[3]) == (3, 1)


@pytest.mark.parametrize("value", [0, 0.1, np.nan])
def test_a_unit_that_never_varies_has_no_twin(value: float) -> None:
    given = maps(count=3, places=7001)  # many: their squares' sum is rounded
    given[:, 1:] = value
    likeness = Likeness()
    likeness.add(given)
    partner, alike = likeness.twins()
    assert (partner.tolist(), alike.tolist()) == ([-1] * 3, [0] * 3)


def test_maps_of_a_convolution_and_of_a_linear_layer() -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(as_maps("conv", values), values.reshape(2, 3, 4))
    np.testing.assert_array_equal(as_maps("linear", values[:, :, 0]), values[:, :, 0].swapaxes(1, 2))
    np.testing.assert_array_equal(as_maps("linear", values[:, :, 0, 0]), values[:, :, 0, :1])


def said(graph: Graph) -> list[tuple[str, str, bool]]:
    return [(layer.sums, layer.answers, layer.rectified) for layer in layers(graph)]


def test_a_layers_answers_come_out_of_its_activation() -> None:
    graph = nets.tutorial((2, 3), 3)
    assert [(layer.name, layer.units) for layer in layers(graph)] == [
        ("conv1", 2), ("conv2", 3), ("logits", 10)
    ]  # fmt: skip
    assert said(graph) == [
        ("conv1", "relu1", True), ("conv2", "relu2", True), ("logits", "logits", False)
    ]  # fmt: skip


def test_activations_behind_norms_are_found_and_none_behind_a_sum() -> None:
    net = Builder((3, 8, 8))
    stem = net.add("stem", "conv", net.input, channels=4, kernel=3, padding=1)
    normed = net.add("normed", "batchnorm", stem)
    tanh = net.add("tanh", "tanh", normed)
    branch = net.add("branch", "conv", tanh, channels=4, kernel=3, padding=1)
    left_out = net.add("left_out", "dropout", branch)
    relu = net.add("relu", "relu", net.add("sum", "add", left_out, tanh))
    graph = net.graph(net.add("logits", "linear", net.add("flat", "flatten", relu), features=3), "abc")
    assert said(graph) == [
        ("normed", "tanh", False), ("left_out", "left_out", False), ("logits", "logits", False)
    ]  # fmt: skip


def test_what_several_read_is_looked_at_itself() -> None:
    net = Builder((1, 8, 8))
    conv = net.add("conv", "conv", net.input, channels=4, kernel=3)
    both = net.add("both", "add", net.add("relu", "relu", conv), conv)
    graph = net.graph(net.add("logits", "linear", net.add("flat", "flatten", both), features=3), "abc")
    assert said(graph)[0] == ("conv", "conv", False)


def test_a_pool_before_the_relu_hides_no_dead_filter() -> None:
    net = Builder((1, 8, 8))
    pool = net.add("pool", "maxpool", net.add("conv", "conv", net.input, channels=4, kernel=3), kernel=2)
    relu = net.add("relu", "relu", pool)
    graph = net.graph(net.add("logits", "linear", net.add("flat", "flatten", relu), features=3), "abc")
    assert said(graph)[0] == ("conv", "conv", True)


def test_the_middle_is_where_numpy_finds_it() -> None:
    assert middle((28, 27)) == np.ravel_multi_index((14, 13), (28, 27))
    assert (middle(()), middle((5,))) == (0, 2)
