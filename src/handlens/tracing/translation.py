"""An exported program, translated into a graph node by node."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import torch
from torch import Tensor
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from handlens.errors import GraphError, TraceError
from handlens.graph import Builder, Graph
from handlens.tracing.operations import TRANSLATE, arguments, unknown

_ALIASES = {"contiguous", "detach", "alias"}
_AFFINE = {"add", "sub", "mul", "div"}


@dataclass
class _Value:
    """What a variable of the forward holds: a node's name, or the input, normalised by mean and std.

    Variables that share their memory share this object, so that a change in place changes them all.
    """

    name: str
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


class Translation:
    """One exported program; `graph` translates it.

    Args:
        program: a forward that takes one batch of images.
        shape: of one image.
    """

    def __init__(self, program: ExportedProgram, shape: tuple[int, ...]) -> None:
        self._program, self._channels = program, shape[0]
        self._net = Builder(shape)
        self._tensors: dict[torch.fx.Node, str] = {}
        self._constants: dict[torch.fx.Node, Tensor] = {}
        self._values: dict[torch.fx.Node, _Value] = {}
        self._scaling: tuple[tuple[float, ...], tuple[float, ...]] | None = None
        self._logarithms: list[str] = []
        self._batch: Any = None
        self._inputs()

    @property
    def fixed(self) -> bool:
        """Whether the exported program holds for the batch size that it was exported with alone."""
        return str(self._batch).isdigit()  # a number, and no symbol any more

    def graph(self, classes: Sequence[str] | None) -> Graph:
        """The graph, checked.

        Raises:
            TraceError: an operation is unknown, no output is ``[batch, classes]``, or the count of classes
                is another.
        """
        for node in self._program.graph.nodes:
            if node.op == "call_function" and isinstance(node.meta.get("val"), Tensor | tuple | list):
                self._translate(node)
        logits = self._logits()
        total = self._net.shape(logits)[0]
        names = list(classes) if classes is not None else [str(number) for number in range(total)]
        if len(names) != total:
            raise TraceError(f"the network gives {total} classes, but {len(names)} names were given")
        if self._scaling is not None:
            self._net.normalise(*self._scaling)
        return self._net.graph(logits, names)

    def _inputs(self) -> None:
        specs = self._program.graph_signature.input_specs
        state = self._program.state_dict
        first: dict[int, str] = {}  # a tied tensor goes by the name it was first given
        for name, tensor in state.items():
            first.setdefault(id(tensor), name)
        placeholders = [node for node in self._program.graph.nodes if node.op == "placeholder"]
        for node, spec in zip(placeholders, specs, strict=True):
            if spec.kind == InputKind.USER_INPUT:
                self._batch = node.meta["val"].shape[0]
                zeros, ones = (0.0,) * self._channels, (1.0,) * self._channels
                self._values[node] = _Value(self._net.input, zeros, ones)
                continue
            target = spec.target or node.name
            self._tensors[node] = first[id(state[target])] if target in state else target
            if spec.kind != InputKind.PARAMETER:
                self._constants[node] = state[target] if target in state else self._program.constants[target]

    # -- one operation ---------------------------------------------------------------------------------

    def _translate(self, node: torch.fx.Node) -> None:
        name = str(node.target).removeprefix("aten.").partition(".")[0].rstrip("_")
        try:
            if not isinstance(node.target, torch._ops.OpOverload):
                raise GraphError(unknown(str(node.target)))
            if node.all_input_nodes and all(source in self._constants for source in node.all_input_nodes):
                self._constants[node] = self._evaluated(node)
            elif name in _ALIASES:
                self._values[node] = self._values[node.all_input_nodes[0]]
            elif name == "clone":
                self._values[node] = _copy(self._values[node.all_input_nodes[0]])
            else:
                self._place(node, self._scaled(node, name) or self._added(node, name))
        except GraphError as error:
            raise TraceError(f"{_where(node)}: {error}") from None

    def _place(self, node: torch.fx.Node, made: _Value) -> None:
        """Keep what an operation made; one in place changes what every name of its memory stands for."""
        if str(node.target).partition(".")[2].partition(".")[0].endswith("_"):
            changed = self._values[node.all_input_nodes[0]]
            changed.name, changed.mean, changed.std = made.name, made.mean, made.std
            made = changed
        self._values[node] = made

    def _added(self, node: torch.fx.Node, name: str) -> _Value:
        if name not in TRANSLATE:
            raise GraphError(unknown(str(node.target).removeprefix("aten.")))
        batch = node.meta["val"].shape[:1]
        if not batch or batch[0] != self._batch:
            raise GraphError(f"{name} moves numbers between the images of a batch; keep the batch first")
        args = arguments(node)
        op, sources, attrs, roles = TRANSLATE[name](node, args)
        weights = {role: self._tensor(args[key]) for role, key in roles.items() if args[key] is not None}
        read = [self._read(source) for source in sources]
        made = self._net.add(self._name(node, name), op, *read, weights=weights, **attrs)
        if name == "log_softmax":
            self._logarithms.append(made)
        return _Value(made)

    def _read(self, node: Any) -> str:
        if node not in self._values:
            raise GraphError(f"{node} is a number or a weight, not something that the network computed")
        value = self._values[node]
        if value.name == self._net.input:
            scaling = (value.mean, value.std)
            if self._scaling not in (None, scaling):
                raise GraphError("the input is read both before and after its normalisation")
            self._scaling = scaling
        return value.name

    def _tensor(self, node: Any) -> str:
        if node not in self._tensors:
            raise GraphError(f"its weight {node} is computed, not stored; handlens records stored weights")
        return self._tensors[node]

    # -- normalisation of the input --------------------------------------------------------------------

    def _evaluated(self, node: torch.fx.Node) -> Tensor:
        """What an operation on constants alone gives, such as ``self.mean.view(1, 3, 1, 1)``."""
        args, kwargs = torch.fx.map_arg((node.args, node.kwargs), lambda source: self._constants[source])
        with torch.no_grad():
            result: Tensor = node.target(*args, **kwargs)  # type: ignore[operator]
        return result

    def _scaled(self, node: torch.fx.Node, name: str) -> _Value | None:
        """The input, shifted or scaled by a constant; None for any other operation."""
        source = node.args[0]
        if name not in _AFFINE or not isinstance(source, torch.fx.Node):
            return None
        value, other = self._values.get(source), node.args[1]
        if value is None or value.name != self._net.input or other in self._values:
            return None
        if node.kwargs:
            raise GraphError(f"{name} with {', '.join(node.kwargs)} isn't known")
        by = self._a_channel(other)
        pairs = list(zip(value.mean, value.std, by, strict=True))
        if name in ("add", "sub"):
            sign = 1 if name == "sub" else -1
            return _Value(value.name, tuple(mean + sign * b * std for mean, std, b in pairs), value.std)
        if min(by) <= 0:
            raise GraphError(f"{name} by {min(by):g}: the input can be scaled by positive numbers alone")
        return _Value(value.name, value.mean, tuple(s * b if name == "div" else s / b for _, s, b in pairs))

    def _a_channel(self, constant: Any) -> tuple[float, ...]:
        """A constant as one number a channel."""
        if isinstance(constant, torch.fx.Node):
            if constant not in self._constants:
                raise GraphError("the input can be normalised by constants alone, not by what is learnt")
            constant = self._constants[constant]
        try:
            numbers = torch.as_tensor(constant, dtype=torch.float64).broadcast_to(1, self._channels, 1, 1)
        except RuntimeError:
            raise GraphError("the input can be normalised by one number a channel alone") from None
        return tuple(numbers.flatten().tolist())

    # -- names and the output --------------------------------------------------------------------------

    def _name(self, node: torch.fx.Node, function: str) -> str:
        """After the layer that made it, else after its module and function; never twice."""
        path, kind = _module(node)
        is_layer = path and "torch.nn.modules" in kind
        name = path if is_layer else ".".join(filter(None, (path, function)))
        name = re.sub(r"[^\w.:\- ]", "_", name)
        taken = {*self._net.names, *self._tensors.values()}
        numbered = (f"{name}:{number}" for number in count(2))
        return next(free for free in chain([name], numbered) if free not in taken)

    def _logits(self) -> str:
        (end,) = (node for node in self._program.graph.nodes if node.op == "output")
        outputs = [output for output in end.args[0] if output in self._values]
        for output in outputs:
            if len(output.meta["val"].shape) == 2:
                return self._without_logarithms(self._net.before_softmax(self._values[output].name))
        raise TraceError(
            "no output has the shape (batch, classes): the forward must give logits, one a class"
        )

    def _without_logarithms(self, logits: str) -> str:
        """Refuse a log-softmax inside the network; one at its end is left out."""
        for name in self._logarithms:
            if name in self._net.names:
                self._net.before_softmax(name)
            if name in self._net.names:
                raise TraceError(f"{name!r}: a log-softmax is known at the network's end alone")
        return logits


def _copy(value: _Value) -> _Value:
    return _Value(value.name, value.mean, value.std)


def _module(node: torch.fx.Node) -> tuple[str, str]:
    """Path and class of the innermost module that made an operation."""
    stack = list((node.meta.get("nn_module_stack") or {"": ("", "")}).values())
    path, kind = stack[-1]
    return str(path), str(kind)


def _where(node: torch.fx.Node) -> str:
    path, _ = _module(node)
    return f"module {path!r}" if path else "the model's forward"
