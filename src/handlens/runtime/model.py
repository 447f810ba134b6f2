"""A graph and its weights as an ONNX model: a converter an operation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from handlens.arrays import Weights
from handlens.graph import Graph, Node

OPSET = 20  # the first with Gelu


def to_onnx(
    graph: Graph, weights: Weights, outputs: Sequence[str] | None = None, any_width: bool = False
) -> onnx.ModelProto:
    """The network as an ONNX model with a free batch size.

    Its input ``input`` takes float32 ``[batch, channels, height, width]`` before normalisation; its outputs
    bear the names of the nodes (by default the logits alone). With ``any_width`` images may be of any width;
    then nothing is said about the outputs' sizes.
    """
    outputs = [graph.output] if outputs is None else list(outputs)
    nodes: list[onnx.NodeProto] = []
    constants = [numpy_helper.from_array(np.ascontiguousarray(t), name) for name, t in weights.items()]
    first = "input"
    if not graph.input.identity:
        first = "handlens/normalised"
        for key in ("mean", "std"):
            value = np.array(getattr(graph.input, key), np.float32)[None, :, None, None]
            constants.append(numpy_helper.from_array(value, f"handlens/{key}"))
        nodes += [
            helper.make_node("Sub", ["input", "handlens/mean"], ["handlens/centred"]),
            helper.make_node("Div", ["handlens/centred", "handlens/std"], [first]),
        ]
    for node in graph.nodes:
        sources = [first if name == "input" else name for name in node.inputs]
        made, extra = _CONVERT[node.op](node, sources, graph)
        nodes += made
        constants += extra
    used = {name for node in nodes for name in node.input}
    taken = (*graph.input.shape[:2], "width") if any_width else graph.input.shape
    model = helper.make_graph(
        nodes,
        "handlens",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *taken])],
        [
            helper.make_tensor_value_info(
                name,
                TensorProto.FLOAT,
                ["batch", *(None if any_width else size for size in graph.shape(name))],
            )
            for name in outputs
        ],
        [constant for constant in constants if constant.name in used],
    )
    return helper.make_model(model, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


_Made = tuple[list[onnx.NodeProto], list[TensorProto]]
_Convert = Callable[[Node, list[str], Graph], _Made]


def _simple(op: str, attrs: Callable[[Node], Mapping[str, Any]] = lambda node: {}) -> _Convert:
    return lambda node, sources, graph: ([helper.make_node(op, sources, [node.name], **attrs(node))], [])


def _weighted(op: str, roles: Sequence[str], attrs: Callable[[Node], Mapping[str, Any]]) -> _Convert:
    def convert(node: Node, sources: list[str], graph: Graph) -> _Made:
        tensors = [node.weights[role] for role in roles if role in node.weights]
        return [helper.make_node(op, [*sources, *tensors], [node.name], **attrs(node))], []

    return convert


def _number(node: Node, key: str) -> float:
    """A number as ONNX wants it: JSON may have turned 1.0 into 1."""
    value: Any = node.attrs[key]
    return float(value)


def _pads(node: Node) -> list[int]:
    padding: Any = node.attrs["padding"]
    return [*padding, *padding]


def _conv(node: Node) -> dict[str, Any]:
    names = {"strides": "stride", "dilations": "dilation", "group": "groups"}
    return {"pads": _pads(node), **{theirs: node.attrs[ours] for theirs, ours in names.items()}}


def _pool(node: Node) -> dict[str, Any]:
    return {"kernel_shape": node.attrs["kernel"], "strides": node.attrs["stride"], "pads": _pads(node)}


def _avgpool(node: Node) -> dict[str, Any]:
    return {**_pool(node), "count_include_pad": int(bool(node.attrs["count_padding"]))}


def _axis(node: Node) -> dict[str, Any]:
    axis: Any = node.attrs["axis"]
    return {"axis": axis + 1}  # ONNX counts the batch


def _linear(node: Node, sources: list[str], graph: Graph) -> _Made:
    tensors = [node.weights[role] for role in ("weight", "bias") if role in node.weights]
    if len(node.shape) == 1:
        return [helper.make_node("Gemm", [*sources, *tensors], [node.name], transB=1)], []
    product, turned = f"{node.name}/product", f"{node.name}/turned"
    nodes = [
        helper.make_node("Transpose", [tensors[0]], [turned], perm=[1, 0]),
        helper.make_node("MatMul", [*sources, turned], [product]),
    ]
    last = ("Add", [product, tensors[1]]) if len(tensors) > 1 else ("Identity", [product])
    return [*nodes, helper.make_node(*last, [node.name])], []


def _batchnorm(node: Node, sources: list[str], graph: Graph) -> _Made:
    size = graph.shape(node.inputs[0])[0]
    constants, names = [], []
    for role, default in (("weight", 1.0), ("bias", 0.0)):
        if role not in node.weights:
            constants.append(
                numpy_helper.from_array(np.full(size, default, np.float32), f"{node.name}/{role}")
            )
        names.append(node.weights.get(role, f"{node.name}/{role}"))
    names += [node.weights["mean"], node.weights["var"]]
    made = helper.make_node(
        "BatchNormalization", [*sources, *names], [node.name], epsilon=_number(node, "eps")
    )
    return [made], constants


def _silu(node: Node, sources: list[str], graph: Graph) -> _Made:
    gate = f"{node.name}/gate"
    return [
        helper.make_node("Sigmoid", sources, [gate]),
        helper.make_node("Mul", [*sources, gate], [node.name]),
    ], []


def _mean(node: Node, sources: list[str], graph: Graph) -> _Made:
    axes: Any = node.attrs["axes"]
    name = f"{node.name}/axes"
    constant = numpy_helper.from_array(np.array([a + 1 for a in axes], np.int64), name)
    made = helper.make_node(
        "ReduceMean", [*sources, name], [node.name], keepdims=int(bool(node.attrs["keep"]))
    )
    return [made], [constant]


_CONVERT: Mapping[str, _Convert] = {
    "conv": _weighted("Conv", ("weight", "bias"), _conv),
    "linear": _linear,
    "maxpool": _simple("MaxPool", _pool),
    "avgpool": _simple("AveragePool", _avgpool),
    "batchnorm": _batchnorm,
    "relu": _simple("Relu"),
    "leaky_relu": _simple("LeakyRelu", lambda node: {"alpha": _number(node, "slope")}),
    "gelu": _simple("Gelu", lambda node: {"approximate": node.attrs["approximate"]}),
    "silu": _silu,
    "tanh": _simple("Tanh"),
    "sigmoid": _simple("Sigmoid"),
    "add": _simple("Sum"),
    "concat": _simple("Concat", _axis),
    "flatten": _simple("Flatten", lambda node: {"axis": 1}),
    "dropout": _simple("Identity"),  # a recording is looked at, not trained
    "mean": _mean,
    "softmax": _simple("Softmax", _axis),
}
