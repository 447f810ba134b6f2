"""A graph as a `torch.nn.Module`: parameters under the graph's own names, every stage within reach."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (torch's own custom)
from jaxtyping import Float
from torch import Tensor, nn

from handlens.arrays import Weights
from handlens.graph import Graph, Node


class Network(nn.Module):
    """Runs a graph in torch.

    ``forward`` takes images ``[batch, channels, height, width]`` before normalisation and gives logits
    ``[batch, classes]``. Where a ReLU is followed only by a max pool it pools first: the maximum commutes
    with ReLU, so values and gradients are equal, and ReLU has a quarter of the work. `stages` keeps the
    graph's order.

    Args:
        graph: the network.
        weights: its tensors; without them they are drawn as torch's own layers draw them.
        seed: of that draw; the same stream as ``torch.manual_seed(seed)`` and layers built in order.

    Attributes:
        blocks: compute ``forward`` in oneDNN's own layout, blocks of 8 or 16 channels, from the first
            convolution to the last pool: in this type while training, in float32 otherwise. In float32 the
            values and gradients of convolutions, ReLU and pools are those of contiguous maps to the last bit;
            batch norm, and pools whose windows overlap, sum in another order. A max pool takes a twentieth
            of the time. On a CPU whose torch has oneDNN; None is torch's usual layout.
    """

    blocks: torch.dtype | None = None

    def __init__(self, graph: Graph, weights: Weights | None = None, seed: int = 0) -> None:
        super().__init__()
        self.graph = graph
        self._plan = pooled_first(graph)
        self._owners: dict[str, tuple[nn.Module, str]] = {}
        for name, shape in graph.tensors.items():
            self._place(name, torch.empty(shape), learnt=name in graph.parameters)
        for key in ("mean", "std"):
            value = torch.tensor(getattr(graph.input, key))[:, None, None]
            self.register_buffer(f"input/{key}", value, persistent=False)
        if weights is None:
            self.draw(torch.Generator().manual_seed(seed))
        else:
            self.load(weights)

    def _place(self, name: str, tensor: Tensor, learnt: bool) -> None:
        """Register a tensor under its dotted name, with containers for the parts, as torch names layers.

        Straight into torch's own dictionaries: a foreign network may call a layer ``stages`` or ``type``,
        which as attributes would collide with methods.
        """
        *path, leaf = name.split(".")
        owner: nn.Module = self
        for part in path:
            owner = owner._modules.setdefault(part, nn.Module())  # type: ignore[assignment]
        if learnt:
            owner._parameters[leaf] = nn.Parameter(tensor)
        else:
            owner._buffers[leaf] = tensor
        self._owners[name] = (owner, leaf)

    def draw(self, generator: torch.Generator) -> None:
        """Draw initial weights as torch's layers do (He et al. 2015 with a = √5), in the graph's order."""
        drawn: set[str] = set()
        with torch.no_grad():
            for node in self.graph.nodes:
                tensors = {role: self._tensor(name) for role, name in node.weights.items()}
                fresh = {role for role, name in node.weights.items() if name not in drawn}
                _draw(node, tensors, fresh, generator)
                drawn |= set(node.weights.values())

    def tensors(self) -> dict[str, Tensor]:
        """The live tensors by name: parameters and batch-norm statistics."""
        return {name: self._tensor(name) for name in self.graph.tensors}

    def weights(self) -> Weights:
        """A copy of the tensors as numpy arrays, as a frame holds them."""
        return as_weights(self.tensors())

    def load(self, weights: Weights) -> None:
        """Take weights by name.

        Raises:
            GraphError: they aren't this graph's.
        """
        self.graph.check_weights(weights, "weights")
        with torch.no_grad():
            for name, tensor in self.tensors().items():
                tensor.copy_(torch.from_numpy(np.array(weights[name])))

    def forward(self, images: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits of images."""
        values = {"input": self._normalised(images)}
        if self.blocks is not None:
            values["input"] = values["input"].to_mkldnn(self.blocks if self.training else torch.float32)
        for node in self._plan:
            values[node.name] = self._compute(node, values)
        logits = values[self.graph.output]
        return logits if self.blocks is None else logits + self._zero_or_nan()

    def stages(self, images: Float[Tensor, "batch channels height width"]) -> dict[str, Tensor]:
        """What every stage gives, by name, in the graph's own order; first ``"input"``."""
        values = {"input": self._normalised(images)}
        for node in self.graph.nodes:
            values[node.name] = self._compute(node, values)
        return {name: values[name] for name in self.graph.stages}

    def _zero_or_nan(self) -> Float[Tensor, ""]:
        """0, or NaN where a tensor isn't finite.

        oneDNN's ReLU and max pool drop NaN, which torch's pass on: a network of NaN would answer and train.
        """
        flat = torch.cat([tensor.detach().flatten() for tensor in self.tensors().values()])
        return (flat - flat).sum()  # a sum of large weights could overflow; one of zeros doesn't

    def _normalised(self, images: Tensor) -> Tensor:
        if self.graph.input.identity:
            return images
        return (images - self._buffers["input/mean"]) / self._buffers["input/std"]  # type: ignore[operator]

    def _compute(self, node: Node, values: Mapping[str, Tensor]) -> Tensor:
        tensors = {role: self._tensor(name) for role, name in node.weights.items()}
        sources = [values[name] for name in node.inputs]
        if node.op not in _BLOCKED:
            sources = [source.to_dense().float() if source.is_mkldnn else source for source in sources]
        return _FORWARD[node.op](node.attrs, sources, tensors, self.training)

    def _tensor(self, name: str) -> Tensor:
        owner, leaf = self._owners[name]
        tensor = owner._parameters.get(leaf)
        return owner._buffers[leaf] if tensor is None else tensor  # type: ignore[return-value]


def as_weights(tensors: Mapping[str, Tensor]) -> Weights:
    """A copy of tensors as numpy arrays."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}


def pooled_first(graph: Graph) -> tuple[Node, ...]:
    """The graph's nodes with each ReLU → max pool computed as max pool → ReLU.

    Only where nothing else reads the ReLU. The pool then bears the ReLU's name, and the ReLU the pool's, so
    that whoever reads the pair reads the same value as before.
    """
    plan: list[Node] = []
    waiting: dict[str, Node] = {}
    for node in graph.nodes:
        if node.op == "relu" and [reader.op for reader in graph.consumers(node.name)] == ["maxpool"]:
            waiting[node.name] = node
        elif node.op == "maxpool" and node.inputs[0] in waiting:
            relu = waiting.pop(node.inputs[0])
            plan.append(node.model_copy(update={"name": relu.name, "inputs": relu.inputs}))
            plan.append(relu.model_copy(update={"name": node.name, "inputs": (relu.name,)}))
        else:
            plan.append(node)
    return tuple(plan)


def _draw(node: Node, tensors: Mapping[str, Tensor], fresh: set[str], generator: torch.Generator) -> None:
    """Draw a node's tensors; only the fresh roles, those of shared tensors being drawn already."""
    if node.op == "batchnorm":
        for role, value in (("weight", 1.0), ("bias", 0.0), ("mean", 0.0), ("var", 1.0)):
            if role in fresh:
                tensors[role].fill_(value)
        return
    if "weight" in fresh:
        nn.init.kaiming_uniform_(tensors["weight"], a=math.sqrt(5), generator=generator)
    if "bias" in fresh:
        bound = 1 / math.sqrt(tensors["weight"][0].numel())
        nn.init.uniform_(tensors["bias"], -bound, bound, generator=generator)


_BLOCKED = {"conv", "batchnorm", "relu", "maxpool"}  # what computes in oneDNN's layout; the rest is dense

# An operation: its attributes, its inputs, its weights by role, and whether we are training.
_Forward = Callable[[Mapping[str, Any], list[Tensor], Mapping[str, Tensor], bool], Tensor]


def _conv(attrs: Mapping[str, Any], x: list[Tensor], w: Mapping[str, Tensor], training: bool) -> Tensor:
    window = (attrs["stride"], attrs["padding"], attrs["dilation"], attrs["groups"])
    if "bias" in w and x[0].is_mkldnn and x[0].dtype is torch.bfloat16:
        return _BlockedConv.apply(x[0], w["weight"], w["bias"], *window)  # type: ignore[no-untyped-call,no-any-return]
    return F.conv2d(x[0], w["weight"], w.get("bias"), *window)


class _BlockedConv(torch.autograd.Function):
    """A convolution with a bias, of bfloat16 maps in oneDNN's layout.

    There torch takes a bias only in that layout too, and then refuses the gradient that it computes for it,
    which isn't (torch 2.13). Weights and their gradients are float32.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, *window: Any) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.window = window
        return F.conv2d(x, weight, bias.to_mkldnn(x.dtype), *window)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        stride, padding, dilation, groups = ctx.window
        wanted = list(ctx.needs_input_grad[:3])
        window = (stride, padding, dilation, False, (0, 0), groups)
        of_x, of_weight, of_bias = torch.ops.aten.convolution_backward(
            gradient, x, weight, [len(weight)], *window, wanted
        )
        return of_x, of_weight.float(), of_bias.float(), None, None, None, None


def _avgpool(attrs: Mapping[str, Any], x: list[Tensor], w: Mapping[str, Tensor], training: bool) -> Tensor:
    window = (attrs["kernel"], attrs["stride"], attrs["padding"])
    return F.avg_pool2d(x[0], *window, count_include_pad=attrs["count_padding"])


def _batchnorm(attrs: Mapping[str, Any], x: list[Tensor], w: Mapping[str, Tensor], training: bool) -> Tensor:
    return F.batch_norm(
        x[0], w["mean"], w["var"], w.get("weight"), w.get("bias"), training=training, eps=attrs["eps"]
    )


_FORWARD: Mapping[str, _Forward] = {
    "conv": _conv,
    "linear": lambda a, x, w, t: F.linear(x[0], w["weight"], w.get("bias")),
    "maxpool": lambda a, x, w, t: F.max_pool2d(x[0], a["kernel"], a["stride"], a["padding"]),
    "avgpool": _avgpool,
    "batchnorm": _batchnorm,
    "relu": lambda a, x, w, t: F.relu(x[0]),
    "leaky_relu": lambda a, x, w, t: F.leaky_relu(x[0], a["slope"]),
    "gelu": lambda a, x, w, t: F.gelu(x[0], approximate=a["approximate"]),
    "silu": lambda a, x, w, t: F.silu(x[0]),
    "tanh": lambda a, x, w, t: torch.tanh(x[0]),
    "sigmoid": lambda a, x, w, t: torch.sigmoid(x[0]),
    "add": lambda a, x, w, t: sum(x[1:], x[0]),
    "concat": lambda a, x, w, t: torch.cat(x, a["axis"] + 1),
    "flatten": lambda a, x, w, t: x[0].flatten(1),
    "dropout": lambda a, x, w, t: F.dropout(x[0], a["p"], t),
    "mean": lambda a, x, w, t: x[0].mean([axis + 1 for axis in a["axes"]], keepdim=a["keep"]),
    "softmax": lambda a, x, w, t: torch.softmax(x[0], a["axis"] + 1),
}
