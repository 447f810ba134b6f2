"""A foreign `torch.nn.Module` as a graph, by `torch.export`.

Each operation of the exported program becomes a node named after the module that made it (``conv1.0``) or
after the function (``relu``). The first output of shape ``[batch, classes]`` is the logits, so a forward
that returns a tuple works; a last softmax or log-softmax is left out, since it changes neither the answer
nor the probabilities.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.export.graph_signature import InputKind

from handlens.errors import GraphError, TraceError
from handlens.graph import Builder, Graph

Attributes = dict[str, Any]


def trace(
    model: nn.Module,
    sample: Float[Tensor, "batch channels height width"],
    classes: Sequence[str] | None = None,
) -> Graph:
    """The graph of a model as it predicts (in evaluation mode); the model is left as it was.

    Args:
        model: any module whose forward takes one batch of images.
        sample: some images, float32, as the model takes them; at least two, so that the batch stays free.
        classes: names of the classes; by default their numbers.

    Raises:
        TraceError: naming the operation that handlens doesn't know, or what the forward should give.
    """
    if sample.dtype != torch.float32 or sample.ndim != 4 or len(sample) < 2:
        raise TraceError(
            f"samples are {str(sample.dtype).removeprefix('torch.')} {tuple(sample.shape)}; expected float32 "
            "(batch, channels, height, width) with a batch of at least two"
        )
    program = _export(model, sample[:2])
    return _Translation(program, tuple(sample.shape[1:])).graph(classes)


def _export(model: nn.Module, sample: Tensor) -> ExportedProgram:
    modes = [(module, module.training) for module in model.modules()]
    device = next((parameter.device for parameter in model.parameters()), sample.device)
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng():
            images = sample.detach().to(device)
            return torch.export.export(model, (images,), dynamic_shapes=((Dim.AUTO, *(None,) * 3),))
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise TraceError(
            f"{type(model).__name__} can't be traced by torch.export: {reason}. Its forward must take one "
            "batch of images and must not decide by their values"
        ) from error
    finally:
        for module, training in modes:
            module.training = training


class _Translation:
    """One exported program, translated node by node."""

    def __init__(self, program: ExportedProgram, shape: tuple[int, ...]) -> None:
        self.program = program
        self.net = Builder(shape)
        self.tensors: dict[torch.fx.Node, str] = {}
        self.values: dict[torch.fx.Node, str] = {}

    def graph(self, classes: Sequence[str] | None) -> Graph:
        inputs = self.program.graph_signature.input_specs
        placeholders = [node for node in self.program.graph.nodes if node.op == "placeholder"]
        for node, spec in zip(placeholders, inputs, strict=True):
            if spec.kind == InputKind.USER_INPUT:
                self.values[node] = self.net.input
            else:
                self.tensors[node] = spec.target or node.name
        for node in self.program.graph.nodes:
            if node.op == "call_function" and isinstance(node.meta.get("val"), Tensor):
                self._translate(node)
        logits = self._logits()
        count = self.net.shape(logits)[0]
        names = list(classes) if classes is not None else [str(number) for number in range(count)]
        if len(names) != count:
            raise TraceError(f"the network gives {count} classes, but {len(names)} names were given")
        return self.net.graph(logits, names)

    def _translate(self, node: torch.fx.Node) -> None:
        full = str(node.target).removeprefix("aten.")
        name = full.partition(".")[0]
        if isinstance(node.target, torch._ops.OpOverload) and name.rstrip("_") in _PASS:
            self.values[node] = self.values[node.args[0]]  # type: ignore[index]
            return
        if not isinstance(node.target, torch._ops.OpOverload) or name.rstrip("_") not in _TRANSLATE:
            raise TraceError(f"{_where(node)}: {_unknown(full)}")
        args = _arguments(node)
        try:
            op, sources, attrs, roles = _TRANSLATE[name.rstrip("_")](node, args)
            weights = {role: self._tensor(args[key]) for role, key in roles.items() if args[key] is not None}
            made = self.net.add(self._name(node), op, *map(self._value, sources), weights=weights, **attrs)
        except GraphError as error:
            raise TraceError(f"{_where(node)}: {error}") from None
        self.values[node] = made
        if name.endswith("_"):  # in place: whoever reads the old value from here on reads the new one
            self.values[sources[0]] = made

    def _value(self, node: Any) -> str:
        if node not in self.values:
            raise GraphError(f"{node} is a number or a weight, not something that the network computed")
        return self.values[node]

    def _tensor(self, node: Any) -> str:
        if node not in self.tensors:
            raise GraphError(f"its weight {node} is computed, not stored; handlens records stored weights")
        return self.tensors[node]

    def _name(self, node: torch.fx.Node) -> str:
        """After the module that made it where that is a layer, else after the function; never twice."""
        layer = next(reversed((node.meta.get("nn_module_stack") or {"": ("", None)}).values()))
        path, kind = layer
        is_layer = path and "torch.nn.modules" in str(kind)
        name = str(path) if is_layer else node.name.rstrip("_")
        taken = sum(1 for made in self.net.names if made == name or made.startswith(f"{name}:"))
        return f"{name}:{taken + 1}" if taken else name

    def _logits(self) -> str:
        (end,) = (node for node in self.program.graph.nodes if node.op == "output")
        for output in end.args[0]:
            shape = getattr(output.meta.get("val"), "shape", ()) if output is not None else ()
            if len(shape) == 2 and output in self.values:
                return self.net.before_softmax(self.values[output])
        raise TraceError(
            "no output has the shape (batch, classes): the forward must give logits, one a class"
        )


def _where(node: torch.fx.Node) -> str:
    stack = list((node.meta.get("nn_module_stack") or {"": ("", None)}).values())
    path = str(stack[-1][0]) if stack else ""
    return f"module {path!r}" if path else "the model's forward"


def _unknown(operation: str) -> str:
    advice = _ADVICE.get(operation.partition(".")[0].rstrip("_"), "replace it by one of these")
    return (
        f"operation {operation!r} is not one that handlens can record: {advice}. It knows "
        f"{', '.join(sorted(_TRANSLATE))}"
    )


_NORMALISE = "if it normalises the input, do that before the model is called"
_ADVICE = {
    "sub": _NORMALISE,
    "div": _NORMALISE,
    "mul": _NORMALISE,
    "relu6": "use relu",
    "hardtanh": "use relu (a ReLU6 is a hardtanh)",
    "squeeze": "use torch.flatten(x, 1)",
    "adaptive_max_pool2d": "use max_pool2d with the whole height and width as its kernel",
    "permute": "handlens follows channels, height and width in torch's own order",
}
_PASS = {"contiguous", "clone", "detach", "alias"}


def _arguments(node: torch.fx.Node) -> dict[str, Any]:
    """An operation's arguments by name, defaults filled in from its schema."""
    schema = node.target._schema  # type: ignore[union-attr]
    found = {}
    for place, argument in enumerate(schema.arguments):
        if place < len(node.args):
            found[argument.name] = node.args[place]
        elif argument.name in node.kwargs or argument.has_default_value():
            found[argument.name] = node.kwargs.get(argument.name, argument.default_value)
    return found


# What an operation becomes: our name for it, what it reads, its attributes, and role → argument of weights.
_Translated = tuple[str, list[Any], Attributes, dict[str, str]]
_Translate = Callable[[torch.fx.Node, dict[str, Any]], _Translated]
_WEIGHTED = {"weight": "weight", "bias": "bias"}


def _pair(value: Any) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, list | tuple) else (value, value)
    return pair if len(pair) == 2 else pair * 2


def _sizes(node: Any) -> tuple[int, ...]:
    """The shape without the batch."""
    return tuple(int(size) for size in node.meta["val"].shape[1:])


def _conv(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    out, _, *kernel = args["weight"].meta["val"].shape
    dilation, padding = _pair(args["dilation"]), args["padding"]
    if padding == "same":
        whole = [spread * (size - 1) for spread, size in zip(dilation, kernel, strict=True)]
        if any(total % 2 for total in whole):
            raise GraphError("padding 'same' of an even kernel pads one side more; use an odd kernel")
        padding = [total // 2 for total in whole]
    attrs: Attributes = {
        "channels": int(out),
        "kernel": tuple(map(int, kernel)),
        "stride": _pair(args["stride"]),
        "padding": (0, 0) if padding == "valid" else _pair(padding),
        "dilation": dilation,
        "groups": args["groups"],
    }
    return "conv", [args["input"]], attrs, _WEIGHTED


def _linear(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    return "linear", [args["input"]], {"features": int(args["weight"].meta["val"].shape[0])}, _WEIGHTED


def _batchnorm(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    roles = {**_WEIGHTED, "mean": "running_mean", "var": "running_var"}
    if args["running_mean"] is None:
        raise GraphError("batch norm without running statistics depends on the batch it is shown in")
    return "batchnorm", [args["input"]], {"eps": float(args["eps"])}, roles


def _pool(op: str) -> _Translate:
    def translate(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
        source = args.get("self", args.get("input"))
        if args["ceil_mode"]:
            raise GraphError("ceil_mode=True isn't known; choose sizes that divide evenly")
        if _pair(args.get("dilation", 1)) != (1, 1) or args.get("divisor_override") is not None:
            raise GraphError("a pool with dilation or a divisor of its own isn't known")
        kernel = _pair(args["kernel_size"])
        attrs: Attributes = {"kernel": kernel, "padding": _pair(args["padding"])}
        attrs["stride"] = _pair(args["stride"]) if args["stride"] else kernel
        if op == "avgpool":
            attrs["count_padding"] = bool(args["count_include_pad"])
        return op, [source], attrs, {}

    return translate


def _adaptive(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    source, result = _sizes(args["self"]), _sizes(node)
    if result[1:] == (1, 1):
        return "mean", [args["self"]], {"axes": (1, 2), "keep": True}, {}
    if any(size % target for size, target in zip(source[1:], result[1:], strict=True)):
        raise GraphError(f"adaptive pooling {source} → {result} doesn't divide evenly; use avg_pool2d")
    kernel = tuple(size // target for size, target in zip(source[1:], result[1:], strict=True))
    return "avgpool", [args["self"]], {"kernel": kernel}, {}


def _flatten(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    if len(_sizes(node)) != 1:
        raise GraphError(f"a reshape to (batch, {', '.join(map(str, _sizes(node)))}) isn't known; flatten is")
    return "flatten", [args.get("self", args.get("input"))], {}, {}


def _add(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    if args["alpha"] != 1:
        raise GraphError("add with a factor isn't known")
    return "add", [args["self"], args["other"]], {}, {}


def _concat(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    return "concat", list(args["tensors"]), {"axis": _axis(args["dim"], node)}, {}


def _mean(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    axes = tuple(sorted(_axis(dim, args["self"]) for dim in args["dim"]))
    return "mean", [args["self"]], {"axes": axes, "keep": bool(args["keepdim"])}, {}


def _softmax(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    return "softmax", [args["self"]], {"axis": _axis(args["dim"], node)}, {}


def _axis(dim: int, node: Any) -> int:
    """A dimension of torch's as an axis without the batch."""
    axis = dim % len(node.meta["val"].shape)
    if axis == 0:
        raise GraphError("it works across the batch, so one image's answer would depend on the others")
    return operator.index(axis) - 1


def _elementwise(op: str, **keys: str) -> _Translate:
    def translate(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
        return op, [args.get("self", args.get("input"))], {ours: args[key] for ours, key in keys.items()}, {}

    return translate


_TRANSLATE: dict[str, _Translate] = {
    "conv2d": _conv,
    "linear": _linear,
    "batch_norm": _batchnorm,
    "max_pool2d": _pool("maxpool"),
    "avg_pool2d": _pool("avgpool"),
    "adaptive_avg_pool2d": _adaptive,
    "relu": _elementwise("relu"),
    "leaky_relu": _elementwise("leaky_relu", slope="negative_slope"),
    "gelu": _elementwise("gelu", approximate="approximate"),
    "silu": _elementwise("silu"),
    "tanh": _elementwise("tanh"),
    "sigmoid": _elementwise("sigmoid"),
    "dropout": _elementwise("dropout", p="p"),
    "feature_dropout": _elementwise("dropout", p="p"),
    "add": _add,
    "cat": _concat,
    "flatten": _flatten,
    "view": _flatten,
    "reshape": _flatten,
    "mean": _mean,
    "softmax": _softmax,
    "log_softmax": _softmax,
}
