"""Writing a graph down, a line a node."""

from collections.abc import Mapping, Sequence

from handlens.errors import GraphError
from handlens.graph.model import INPUT, Graph, Input, Node, checked
from handlens.graph.ops import OPS, Attr, Shape, infer

_PAIRS = {"kernel", "stride", "padding", "dilation"}


class Builder:
    """Adds nodes one by one, works out their shapes and names their weights ``NODE.ROLE``.

    >>> net = Builder((1, 28, 28))
    >>> x = net.add("conv1", "conv", net.input, channels=16, kernel=5, padding=2)
    >>> x = net.add("flatten", "flatten", x)
    >>> x = net.add("logits", "linear", x, features=10)
    >>> net.graph(x, classes=[str(digit) for digit in range(10)]).shape("conv1")
    (16, 28, 28)
    """

    input = INPUT

    def __init__(
        self, shape: Shape, mean: Sequence[float] | None = None, std: Sequence[float] | None = None
    ) -> None:
        channels = shape[0]
        self._input = _input(shape, mean or (0.0,) * channels, std or (1.0,) * channels)
        self._shapes: dict[str, Shape] = {INPUT: shape}
        self._nodes: list[Node] = []

    def add(
        self,
        name: str,
        op: str,
        *inputs: str,
        weights: Mapping[str, str] | None = None,
        bias: bool = True,
        stage: bool = True,
        **attrs: Attr,
    ) -> str:
        """Add a node and return its name, to be an input of later ones.

        Args:
            name: unique; letters, digits, dots, colons, dashes and spaces.
            op: one of `handlens.graph.ops.OPS`.
            inputs: names of earlier nodes, or ``"input"``.
            weights: tensor names by role, where they aren't ``NAME.ROLE`` (shared or foreign weights).
            bias: False leaves the bias of a conv or linear out.
            stage: whether one can look at it.
            attrs: the operation's attributes; one number stands for a pair (``kernel=5``).

        Raises:
            GraphError: naming the node, where something doesn't fit.
        """
        if op not in OPS:
            raise GraphError(f"node {name!r}: unknown operation {op!r}; handlens knows {', '.join(OPS)}")
        if missing := [i for i in inputs if i not in self._shapes]:
            raise GraphError(f"node {name!r} reads {missing[0]!r}, which no earlier node gives")
        full = {key: value for key, value in OPS[op].attrs.items() if value is not None}
        full |= {key: _as_pair(value) if key in _PAIRS else value for key, value in attrs.items()}
        if "kernel" in full and "stride" not in full:  # a pool steps by its own size, as in torch
            full["stride"] = full["kernel"]
        try:
            sources = [self._shapes[i] for i in inputs]
            shape = infer(op, sources, full)
            roles = OPS[op].weights(sources[0], full)
        except GraphError as error:
            raise GraphError(f"node {name!r}: {error}") from None
        if weights is None:
            weights = {role: f"{name}.{role}" for role in roles if bias or role != "bias"}
        described = {"name": name, "op": op, "inputs": inputs, "shape": shape, "attrs": full, "stage": stage}
        self._nodes.append(checked(Node, f"node {name!r}", {**described, "weights": dict(weights)}))
        self._shapes[name] = shape
        return name

    def shape(self, name: str) -> Shape:
        """The shape of what a node gives."""
        return self._shapes[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes so far, and the input."""
        return tuple(self._shapes)

    def before_softmax(self, name: str) -> str:
        """What a softmax reads; a softmax that no node reads is taken away. Any other node as it is."""
        node = next((node for node in self._nodes if node.name == name), None)
        if node is None or node.op != "softmax":
            return name
        if not any(name in other.inputs for other in self._nodes):
            self._nodes.remove(node)
            del self._shapes[name]
        return node.inputs[0]

    def normalise(self, mean: Sequence[float], std: Sequence[float]) -> None:
        """Let the network see ``(x - mean) / std``, one number a channel."""
        self._input = _input(self._input.shape, mean, std)

    def graph(self, output: str, classes: Sequence[str]) -> Graph:
        """The finished graph, checked."""
        nodes = [node.model_dump() for node in self._nodes]
        return Graph.from_json(
            {"input": self._input.model_dump(), "classes": tuple(classes), "output": output, "nodes": nodes}
        )


def _input(shape: Shape, mean: Sequence[float], std: Sequence[float]) -> Input:
    return checked(Input, "input", {"shape": shape, "mean": tuple(mean), "std": tuple(std)})


def _as_pair(value: Attr) -> Attr:
    return (value, value) if isinstance(value, int) else value
