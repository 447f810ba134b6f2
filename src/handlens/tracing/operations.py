"""What each operation of torch becomes: an operation of the graph, its inputs, attributes and weights."""

import operator
from collections.abc import Callable
from typing import Any

import torch

from handlens.errors import GraphError

Attributes = dict[str, Any]


def unknown(operation: str) -> str:
    """What to say of an operation that isn't in `TRANSLATE`, with what to do about it."""
    advice = _ADVICE.get(operation.partition(".")[0].rstrip("_"), "replace it by one of these")
    return (
        f"operation {operation!r} is not one that handlens can record: {advice}. It knows "
        f"{', '.join(sorted(TRANSLATE))}"
    )


_SCALED = "only the input can be shifted and scaled, by constants, before anything else"
_ADVICE = {
    "sub": _SCALED,
    "div": _SCALED,
    "mul": _SCALED,
    "relu6": "use relu",
    "hardtanh": "use relu (a ReLU6 is a hardtanh)",
    "squeeze": "use torch.flatten(x, 1)",
    "select": "to drop axes of size one use torch.flatten(x, 1)",
    "pad": "give the convolution or pool its padding",
    "adaptive_max_pool2d": "use max_pool2d with the whole height and width as its kernel",
    "permute": "handlens follows channels, height and width in torch's own order",
    "transpose": "handlens follows channels, height and width in torch's own order",
}


def arguments(node: torch.fx.Node) -> dict[str, Any]:
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


def sizes(node: Any) -> tuple[int, ...]:
    """The shape of a value, without the batch."""
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
    source, result = sizes(args["self"]), sizes(node)
    if result[1:] == (1, 1):
        return "mean", [args["self"]], {"axes": (1, 2), "keep": True}, {}
    if any(size % target for size, target in zip(source[1:], result[1:], strict=True)):
        raise GraphError(f"adaptive pooling {source} → {result} doesn't divide evenly; use avg_pool2d")
    kernel = tuple(size // target for size, target in zip(source[1:], result[1:], strict=True))
    return "avgpool", [args["self"]], {"kernel": kernel}, {}


def _flatten(node: torch.fx.Node, args: dict[str, Any]) -> _Translated:
    if len(sizes(node)) != 1:
        if str(node.target).startswith("aten.squeeze"):
            raise GraphError("a squeeze that leaves more than one axis isn't known; use torch.flatten(x, 1)")
        raise GraphError(f"a reshape to (batch, {', '.join(map(str, sizes(node)))}) isn't known; flatten is")
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


TRANSLATE: dict[str, _Translate] = {
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
    "squeeze": _flatten,
    "view": _flatten,
    "reshape": _flatten,
    "mean": _mean,
    "softmax": _softmax,
    "log_softmax": _softmax,
}
