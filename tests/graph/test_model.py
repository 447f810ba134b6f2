"""The graph: JSON there and back, everything that it refuses, what it counts."""

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from dags import NETWORKS, OPERATIONS, operation, random_weights, residual, reused
from hypothesis import given
from hypothesis import strategies as st

from handlens import nets
from handlens.errors import GraphError
from handlens.graph import Graph

TUTORIAL = nets.tutorial().to_json()
ALL = [build() for build in NETWORKS.values()] + [operation(*key) for key in OPERATIONS] + [nets.tutorial()]


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.nodes[-3].name if len(graph.nodes) > 2 else "")
def test_json_there_and_back(graph: Graph) -> None:
    description = json.loads(json.dumps(graph.to_json(), allow_nan=False))
    assert Graph.from_json(description) == graph
    assert Graph.from_json(description).to_json() == graph.to_json()


def test_whole_numbers_that_another_language_writes_are_taken() -> None:
    """JavaScript writes 1.0 as 1."""
    graph = operation("dropout", "")
    description = graph.to_json()
    description["nodes"][0]["attrs"]["p"] = 1
    description["input"]["mean"] = [0, 0, 0, 0]
    assert Graph.from_json(description).node("it").attrs == {"p": 1}


def edited(*path: str | int, to: Any = ..., **fields: Any) -> Callable[[dict[str, Any]], None]:
    """Sets a value at a path, or fields of the object there; leaves it out where nothing is given."""

    def edit(description: Any) -> None:
        *above, last = path
        for part in above:
            description = description[part]
        if fields:
            description[last].update(fields)
        elif to is ...:
            del description[last]
        else:
            description[last] = to

    return edit


REFUSED = {
    "a name twice": (edited("nodes", 1, name="conv1"), "node 'conv1': the name is taken"),
    "the input's name": (edited("nodes", 1, name="input"), "node 'input': the name is taken"),
    "a tensor's name": (
        edited("nodes", 1, name="conv2.weight"),
        "node 'pool1': reads 'relu1', which no earlier node gives",
    ),
    "unknown operation": (edited("nodes", 0, op="conv9"), "node 'conv1': unknown operation 'conv9'"),
    "unknown attribute": (
        edited("nodes", 1, attrs={"inplace": True}),
        "node 'relu1': relu has the attributes",
    ),
    "missing attribute": (edited("nodes", 0, "attrs", "stride"), "node 'conv1': conv has the attributes"),
    "attribute of another kind": (
        edited("nodes", 0, "attrs", stride="2"),
        "node 'conv1': attribute 'stride' must be two whole numbers",
    ),
    "no number": (
        edited("nodes", 0, "attrs", channels=float("nan")),
        "graph, nodes.0.attrs.channels: must be a flag, a finite number",
    ),
    "wrong shape": (
        edited("nodes", 2, shape=[16, 14, 15]),
        r"node 'pool1': maxpool gives \(16, 14, 14\), but \(16, 14, 15\) is written",
    ),
    "forward reference": (
        edited("nodes", 1, inputs=["conv2"]),
        "node 'relu1': reads 'conv2', which no earlier node gives",
    ),
    "itself": (edited("nodes", 1, inputs=["relu1"]), "reads 'relu1', which no earlier node gives"),
    "unknown input": (edited("nodes", 1, inputs=["nothing"]), "node 'relu1': reads 'nothing'"),
    "no input": (edited("nodes", 1, inputs=[]), "node 'relu1': relu takes one input"),
    "weight missing": (
        edited("nodes", 0, "weights", "weight"),
        r"node 'conv1': conv has the weights \['bias', 'weight'\], not \['bias'\]",
    ),
    "weight unknown": (edited("nodes", 0, "weights", gain="conv1.gain"), "not .*'gain'"),
    "weights of none": (edited("nodes", 1, weights={"weight": "w"}), r"relu has the weights \[\], not"),
    "shared, of other shapes": (
        edited("nodes", 3, "weights", weight="conv1.weight"),
        r"tensor 'conv1.weight' is used as \(16, 1, 5, 5\) and as \(32, 16, 5, 5\)",
    ),
    "output of another shape": (
        edited("output", to="flatten"),
        r"output 'flatten' must be a node of shape \(10,\), a number a class; it is \(1568,\)",
    ),
    "output unknown": (edited("output", to="answer"), "output 'answer' must be .* it is no node"),
    "classes too few": (edited("classes", to=["0"]), r"output 'logits' must be a node of shape \(1,\)"),
    "no classes": (edited("classes", to=[]), "graph, classes: "),
    "no nodes": (edited("nodes", to=[]), "graph, nodes: "),
    "a field too many": (edited("colour", to="red"), "graph, colour: Extra inputs are not permitted"),
    "a field too few": (edited("output"), "graph, output: Field required"),
    "a slash in a name": (edited("nodes", 0, name="a/b"), "graph, nodes.0.name: .*pattern"),
    "a flat input": (edited("input", shape=[784]), "graph, input.shape"),
    "an empty input": (
        edited("input", shape=[1, 0, 28]),
        "graph, input.shape.1: .*greater than or equal to 1",
    ),
    "an absurd input": (
        edited("input", shape=[1, 2**20, 2**20]),
        r"graph, input: the input \(1, 1048576, 1048576\) is beyond 268,435,456",
    ),
    "a mean too many": (edited("input", mean=[0, 0]), "mean and std need one number for each of 1 channels"),
    "no mean": (edited("input", mean=[]), "mean and std need one number for each of 1 channels"),
    "std 0": (edited("input", std=[0]), "graph, input.std.0: .*greater than 0"),
    "mean no number": (edited("input", mean=[float("inf")]), "graph, input.mean.0: .*finite"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_description_that_contradicts_itself_is_refused(case: str) -> None:
    edit, message = REFUSED[case]
    description = copy.deepcopy(TUTORIAL)
    edit(description)
    with pytest.raises(GraphError, match=message):
        Graph.from_json(description)


def test_a_node_may_not_bear_a_tensors_name() -> None:
    description = copy.deepcopy(TUTORIAL)
    description["nodes"][1]["name"] = "conv2.bias"
    description["nodes"][2]["inputs"] = ["conv2.bias"]
    with pytest.raises(GraphError, match=r"'conv2.bias' is the name of a node and of a tensor"):
        Graph.from_json(description)


def test_an_absurd_tensor_is_refused() -> None:
    description = operation("linear", "of a vector").to_json()
    big = 1 << 22
    description["nodes"][1] |= {"attrs": {"features": big}, "shape": [big]}
    with pytest.raises(
        GraphError, match=r"tensor 'it.weight' \(4194304, 288\) is beyond 268,435,456 numbers"
    ):
        Graph.from_json(description)


def described(classes: int, *nodes: dict[str, Any], shape: tuple[int, int, int] = (1, 28, 28)) -> Any:
    """A graph that ends in a vector ``end`` of so many classes."""
    given = {"shape": shape, "mean": [0] * shape[0], "std": [1] * shape[0]}
    names = [str(number) for number in range(classes)]
    return {"input": given, "classes": names, "output": "end", "nodes": nodes}


def node(name: str, op: str, inputs: list[str], shape: list[int], **attrs: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "inputs": inputs, "shape": shape, "attrs": attrs}


def test_many_nodes_may_not_add_up_to_more_than_the_memory() -> None:
    """Each within its limit, 500 of 268 million numbers and none with a weight: 537 GB an item."""
    doubled = [node("0", "concat", ["end"] * 256, [256 * 1024], axis=0)]
    doubled += [
        node(f"{n}", "concat", [f"{n - 1}"] * 2, [256 * 1024 << n], axis=0) for n in range(1, 11)
    ]  # 2^28 at last
    copies = [node(f"copy {n}", "relu", ["10"], [1 << 28]) for n in range(500)]
    flat = node("end", "flatten", ["input"], [1024])
    with pytest.raises(GraphError, match=r"all nodes give 134,754,[0-9,]+ numbers together; at most 53"):
        Graph.from_json(described(1024, flat, *doubled, *copies, shape=(1, 32, 32)))
    Graph.from_json(described(1024, flat, *doubled[:-1], shape=(1, 32, 32)))


def test_many_weights_may_not_either() -> None:
    flat = node("flat", "flatten", ["input"], [1 << 14])
    linear = [
        {
            **node(f"{n}", "linear", ["flat"], [1 << 13], features=1 << 13),
            "weights": {"weight": f"{n}.weight"},
        }
        for n in range(5)
    ]
    end = node("end", "mean", ["input"], [128], axes=[0, 1], keep=False)
    fits = described(128, end, flat, *linear[:4], shape=(1, 128, 128))
    assert sum(np.prod(shape) for shape in Graph.from_json(fits).tensors.values()) == 1 << 29
    with pytest.raises(GraphError, match=r"all weights hold 671,088,640 numbers together; at most 53"):
        Graph.from_json(described(128, end, flat, *linear, shape=(1, 128, 128)))


@pytest.mark.parametrize("op", ["maxpool", "avgpool", "conv"])
def test_work_is_bounded(op: str) -> None:
    """No tensor is large, and one item would take hours."""
    side, kernel = 4096, 1025
    after = side - kernel + 1
    window = {"kernel": [kernel, kernel], "stride": [1, 1], "padding": [0, 0]}
    weights = {"weights": {"weight": "it.weight"}} if op == "conv" else {}
    extra = {
        "conv": {"channels": 1, "dilation": [1, 1], "groups": 1},
        "avgpool": {"count_padding": True},
        "maxpool": {},
    }
    it = {**node("it", op, ["input"], [1, after, after], **window, **extra[op]), **weights}
    end = node("end", "mean", ["it"], [after], axes=[0, 1], keep=False)
    total = after**2 * kernel**2
    with pytest.raises(GraphError, match=f"one item takes {total:,} multiply-adds; at most 1,000,0"):
        Graph.from_json(described(after, it, end, shape=(1, side, side)))


def test_inputs_are_counted() -> None:
    flat = node("end", "flatten", ["input"], [784])
    many = node("many", "concat", ["end"] * 257, [784 * 257], axis=0)
    with pytest.raises(GraphError, match=r"graph, nodes.1.inputs: .*at most 256 items"):
        Graph.from_json(described(784, flat, many))


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([*"012345678", "3"], "2 classes are called '3'; each needs a name of its own"),
        ([*"012345678", "x" * 201], r"graph, classes.9: .*at most 200 characters"),
        ([*"012345678", "\x1b[2J"], r"graph, classes.9: .*pattern"),
        ([*"012345678", "\x9b2J"], r"graph, classes.9: .*pattern"),
    ],
)
def test_classes_have_names_of_their_own(classes: list[str], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        Graph.from_json({**TUTORIAL, "classes": classes})


def test_class_names_of_any_script_are_taken() -> None:
    names = [*"零一二三四五六", "siete\nocho", "", "a b"]
    assert Graph.from_json({**TUTORIAL, "classes": names}).classes == tuple(names)


KEYS = sorted({key for node in TUTORIAL["nodes"] for key in (*node, *node["attrs"])} | set(TUTORIAL))
WORDS = st.sampled_from([*KEYS, "conv1", "relu", "mean", "add", "concat"]) | st.text(max_size=3)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def usable(description: Any) -> None:
    """Either a GraphError, or a graph all of whose properties can be asked."""
    try:
        graph = Graph.from_json(description)
    except GraphError:
        return
    assert graph.summary().count("\n") == len(graph.nodes) + 2
    assert Graph.from_json(graph.to_json()) == graph
    assert graph.tensors.keys() >= graph.parameters.keys()


@given(JSON)
def test_no_json_raises_anything_but_a_graph_error(description: Any) -> None:
    usable(description)


@given(data=st.data(), graph=st.sampled_from(ALL))
def test_no_changed_description_raises_anything_but_a_graph_error(data: st.DataObject, graph: Graph) -> None:
    description = graph.to_json()
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = description
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
                break
            place = inner
        place[key] = data.draw(JSON | st.integers(-2, 6) | st.lists(st.integers(-1, 4), max_size=3))
        if not isinstance(description, dict) or not description:
            break
    usable(description)


@pytest.mark.parametrize("bracket", [list, dict])
def test_deep_nesting_is_refused(bracket: type) -> None:
    deep: Any = bracket()
    for _ in range(20_000):
        deep = [deep] if bracket is list else {"a": deep}
    description = copy.deepcopy({key: value for key, value in TUTORIAL.items() if key != "nodes"})
    for nodes in (deep, [deep], [{**TUTORIAL["nodes"][0], "attrs": {"kernel": deep}}]):
        with pytest.raises(GraphError, match="graph, nodes"):
            Graph.from_json({**description, "nodes": nodes})
    while deep:  # taken apart by hand: a recursive end of so deep a thing may itself overflow
        deep = deep[0] if bracket is list else deep["a"]


# -- what a graph knows ----------------------------------------------------------------------------------


def test_the_tutorials_counts() -> None:
    """By hand: 16·(25+1), 32·(16·25+1), 10·(1568+1); 784·16·25, 196·32·400, 1568·10."""
    counts = {
        row.name: (row.parameters, row.multiply_adds) for row in nets.tutorial().costs() if any(row[3:])
    }
    assert counts == {"conv1": (416, 313_600), "conv2": (12_832, 2_508_800), "logits": (15_690, 15_680)}
    last = nets.tutorial().summary().splitlines()[-1].split()
    assert last == ["total", "28,938", "2,838,080"]


def test_the_summary_is_a_table() -> None:
    lines = nets.tutorial((1, 2), 1).summary().splitlines()
    assert lines[0].split() == ["layer", "operation", "gives", "parameters", "multiply-adds"]
    assert lines[1].split() == ["input", "1×28×28"]
    assert lines[4].split() == ["pool1", "maxpool", "1×14×14"]
    assert lines[9].split() == ["logits", "linear", "10", "990", "980"]
    ends = {len(lines[0]), len(lines[2]), len(lines[-1])}
    assert len(ends) == 1, "the last column ends in one line"


def test_reused_weights_count_once_and_reused_work_counts_each_time() -> None:
    costs = {row.name: row for row in reused().costs()}
    assert [costs[name].parameters for name in ("first", "second", "third")] == [3 * 27 + 3, 3, 0]
    assert {costs[name].multiply_adds for name in ("first", "second", "third")} == {64 * 3 * 27}


def test_running_statistics_are_tensors_but_not_parameters() -> None:
    graph = residual()
    assert graph.tensors.keys() - graph.parameters.keys() == {"body.norm.mean", "body.norm.var"}
    assert {row.name: row.parameters for row in graph.costs()}["body.norm"] == 8


def test_names_shapes_and_readers() -> None:
    graph = residual()
    assert graph.shape("input") == (1, 12, 12)
    assert graph.shape("body.norm") == (4, 12, 12)
    assert graph.node("sum").inputs == ("relu", "body.norm")
    assert [node.name for node in graph.consumers("relu")] == ["body.conv", "sum"]
    assert graph.stages[:3] == ("input", "stem", "relu")
    for ask in (graph.shape, graph.node):
        with pytest.raises(GraphError, match=r"no node 'relu9'; the graph has input, stem, relu"):
            ask("relu9")


def test_other_weights_are_refused_by_name() -> None:
    graph = residual()
    weights = random_weights(graph)
    graph.check_weights(weights, "here")
    shape = weights["stem.bias"].shape
    for changed, message in (
        (
            {"stem.bias": np.zeros(5, np.float32)},
            r"file: tensor 'stem.bias' is float32 \(5,\), expected float32",
        ),
        ({"stem.bias": np.zeros(shape)}, r"tensor 'stem.bias' is float64 \(4,\), expected float32 \(4,\)"),
        ({"more": np.zeros(1, np.float32)}, "file: tensors that the network doesn't have: more"),
    ):
        with pytest.raises(GraphError, match=message):
            graph.check_weights(weights | changed, "file")
    del weights["stem.bias"]
    with pytest.raises(
        GraphError, match=r"file: tensor 'stem.bias' \(4,\) is missing; found .*'stem.weight'"
    ):
        graph.check_weights(weights, "file")
