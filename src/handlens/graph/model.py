"""The graph: nodes in an order in which they can be computed, each checked against the operations' rules."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from handlens.errors import GraphError
from handlens.graph.ops import LARGEST_TENSOR, OPS, Attr, Shape, infer, work

INPUT = "input"
"""The name of what enters the network, after ``(pixel - mean) / std``; the first stage of every graph."""

# No slash: names with one are free for what `runtime` and `module` add of their own.
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\w.:\- ]+$")]
LARGEST_TOTAL = 2 * LARGEST_TENSOR
"""Numbers that all nodes give together for one item, and numbers in all weights: 2 GiB each; whoever looks at
every stage holds them at once."""

MOST_WORK = 10**12
"""Multiply-adds, or numbers that a pool compares, for one item: minutes of a core, a ResNet-50 has 4e9."""

MOST_INPUTS = 256
"""Of one node; a DenseNet's last has 64 or fewer."""

# Names are printed to terminals, where other control characters than tab and new line are orders.
ClassName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")]
_Size = Annotated[int, Field(ge=1, le=LARGEST_TENSOR)]
_Shape = Annotated[tuple[_Size, ...], Field(max_length=8)]


_Checked = TypeVar("_Checked", bound=BaseModel)


def checked(kind: type[_Checked], what: str, description: Any) -> _Checked:
    """A value of that kind; pydantic's complaint becomes a GraphError that says what and where."""
    try:
        return kind.model_validate(description)
    except ValidationError as error:
        first = error.errors()[0]
        place, message = first["loc"], first["msg"].removeprefix("Value error, ")
        if "attrs" in place:  # pydantic complains of each kind that it might have been
            place = place[: place.index("attrs") + 2]
            message = "must be a flag, a finite number, a word or a list of whole numbers"
        where = ".".join(map(str, place))
        raise GraphError(f"{what}, {where or 'as a whole'}: {message}") from None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Input(_Model):
    """What enters: shape ``(channels, height, width)`` and the normalisation, one number a channel.

    The network sees ``(x - mean) / std`` for x in 0…1 (or whatever range a foreign loop used).
    """

    shape: tuple[_Size, _Size, _Size]
    mean: tuple[float, ...]
    std: tuple[Annotated[float, Field(gt=0)], ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if {len(self.mean), len(self.std)} != {self.shape[0]}:
            raise ValueError(f"mean and std need one number for each of {self.shape[0]} channels")
        if math.prod(self.shape) > LARGEST_TENSOR:
            raise ValueError(f"the input {self.shape} is beyond {LARGEST_TENSOR:,} numbers an item")
        return self

    @property
    def identity(self) -> bool:
        """Whether the normalisation changes nothing."""
        return not any(self.mean) and all(s == 1 for s in self.std)


class Node(_Model):
    """One operation: its name, what it reads, what shape it gives, and the names of its weights by role."""

    name: Name
    op: str
    inputs: Annotated[tuple[Name, ...], Field(max_length=MOST_INPUTS)]
    shape: _Shape
    attrs: dict[str, Attr] = {}
    weights: dict[str, Name] = {}
    stage: bool = True


class LayerCost(NamedTuple):
    """One row of a summary: what a node holds and what it costs for one image."""

    name: str
    op: str
    shape: Shape
    parameters: int
    multiply_adds: int


class Graph(_Model):
    """A network: what enters, the nodes in computable order, which node is the logits, and the classes.

    Raises:
        GraphError: from `from_json`, where the description contradicts itself.
    """

    input: Input
    classes: tuple[ClassName, ...] = Field(min_length=1, max_length=100_000)
    output: Name
    nodes: tuple[Node, ...] = Field(min_length=1, max_length=5_000)

    @classmethod
    def from_json(cls, description: Any) -> Self:
        """The graph of a JSON object, checked; any other JSON is refused too."""
        return checked(cls, "graph", description)

    def to_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` makes an equal graph."""
        return self.model_dump(mode="json")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            name, count = Counter(self.classes).most_common(1)[0]
            raise ValueError(f"{count} classes are called {name!r}; each needs a name of its own")
        shapes: dict[str, Shape] = {INPUT: self.input.shape}
        tensors: dict[str, Shape] = {}
        for node in self.nodes:
            try:
                _check_node(node, shapes, tensors)
            except GraphError as error:
                raise ValueError(f"node {node.name!r}: {error}") from None
            shapes[node.name] = node.shape
        self._check_totals(shapes, tensors)
        if both := shapes.keys() & tensors.keys():
            raise ValueError(f"{min(both)!r} is the name of a node and of a tensor")
        if shapes.get(self.output) != (len(self.classes),):
            raise ValueError(
                f"output {self.output!r} must be a node of shape ({len(self.classes)},), a number a class; "
                f"it is {shapes.get(self.output, 'no node')}"
            )
        return self

    def _check_totals(self, shapes: Mapping[str, Shape], tensors: Mapping[str, Shape]) -> None:
        """Refuse what no single node shows: thousands of them, each within its limit."""
        for what, some in (("nodes give", shapes), ("weights hold", tensors)):
            if (total := sum(map(math.prod, some.values()))) > LARGEST_TOTAL:
                raise ValueError(
                    f"all {what} {total:,} numbers together; at most {LARGEST_TOTAL:,} are taken"
                )
        total = sum(work(node.op, shapes[node.inputs[0]], node.shape, node.attrs) for node in self.nodes)
        if total > MOST_WORK:
            raise ValueError(f"one item takes {total:,} multiply-adds; at most {MOST_WORK:,} may be")

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {INPUT: self.input.shape} | {node.name: node.shape for node in self.nodes}

    def shape(self, name: str) -> Shape:
        """The shape of a node's output (or of ``"input"``), without the batch."""
        try:
            return self._shapes[name]
        except KeyError:
            raise GraphError(f"no node {name!r}; the graph has {', '.join(self._shapes)}") from None

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the points where one can look, first ``"input"``."""
        return (INPUT, *(node.name for node in self.nodes if node.stage))

    def node(self, name: str) -> Node:
        """The node of that name."""
        self.shape(name)
        return next(node for node in self.nodes if node.name == name)

    def consumers(self, name: str) -> tuple[Node, ...]:
        """The nodes that read a node's output."""
        return tuple(node for node in self.nodes if name in node.inputs)

    @cached_property
    def tensors(self) -> dict[str, Shape]:
        """The shape of every weight tensor by name; a tensor shared by two nodes stands once."""
        return {name: shape for node in self.nodes for name, _, shape in self._weights(node)}

    @cached_property
    def parameters(self) -> dict[str, Shape]:
        """The tensors that training changes: all but the running statistics of batch norm."""
        fixed = {
            name for node in self.nodes for name, role, _ in self._weights(node) if role in ("mean", "var")
        }
        return {name: shape for name, shape in self.tensors.items() if name not in fixed}

    def _weights(self, node: Node) -> Iterator[tuple[str, str, Shape]]:
        shapes = OPS[node.op].weights(self.shape(node.inputs[0]), node.attrs)
        for role, name in node.weights.items():
            yield name, role, shapes[role]

    def costs(self) -> tuple[LayerCost, ...]:
        """What each node holds and costs for one image; a tensor counts where it first appears."""
        seen: set[str] = set()
        rows = []
        for node in self.nodes:
            own = {n: s for n, _, s in self._weights(node) if n in self.parameters and n not in seen}
            seen |= own.keys()
            cost = OPS[node.op].multiply_adds(self.shape(node.inputs[0]), node.shape, node.attrs)
            rows.append(LayerCost(node.name, node.op, node.shape, sum(map(math.prod, own.values())), cost))
        return tuple(rows)

    def summary(self) -> str:
        """A table of layers: shape, parameters and multiply-adds of a forward pass for one image."""
        rows: list[tuple[str, ...]] = [("layer", "operation", "gives", "parameters", "multiply-adds")]
        rows += [(INPUT, "", _times(self.input.shape), "", "")]
        costs = self.costs()
        for row in costs:
            counts = (f"{n:,}" if n else "" for n in (row.parameters, row.multiply_adds))
            rows.append((row.name, row.op, _times(row.shape), *counts))
        total = (sum(c.parameters for c in costs), sum(c.multiply_adds for c in costs))
        rows.append(("total", "", "", *(f"{n:,}" for n in total)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if i > 2 else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    def check_weights(self, weights: Mapping[str, np.ndarray], where: str) -> None:
        """Refuse weights that aren't this graph's: every tensor by name, shape and float32.

        Raises:
            GraphError: naming ``where`` they came from and the first tensor that is missing, left over or
                of another shape or type.
        """
        for name, shape in self.tensors.items():
            if name not in weights:
                raise GraphError(f"{where}: tensor {name!r} {shape} is missing; found {sorted(weights)}")
            found = weights[name]
            if found.shape != shape or found.dtype != np.float32:
                raise GraphError(
                    f"{where}: tensor {name!r} is {found.dtype} {found.shape}, expected float32 {shape}"
                )
        if extra := sorted(weights.keys() - self.tensors.keys()):
            raise GraphError(f"{where}: tensors that the network doesn't have: {', '.join(extra)}")


def _times(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _check_node(node: Node, shapes: dict[str, Shape], tensors: dict[str, Shape]) -> None:
    if node.name in shapes:
        raise GraphError("the name is taken")
    if unknown := [name for name in node.inputs if name not in shapes]:
        raise GraphError(f"reads {unknown[0]!r}, which no earlier node gives")
    sources = [shapes[name] for name in node.inputs]
    shape = infer(node.op, sources, node.attrs)
    if shape != node.shape:
        raise GraphError(f"{node.op} gives {shape}, but {node.shape} is written")
    needed, optional = OPS[node.op].weights(sources[0], node.attrs), OPS[node.op].optional
    if not needed.keys() - optional <= node.weights.keys() <= needed.keys():
        raise GraphError(f"{node.op} has the weights {sorted(needed)}, not {sorted(node.weights)}")
    for role, name in node.weights.items():
        if math.prod(needed[role]) > LARGEST_TENSOR:
            raise GraphError(f"tensor {name!r} {needed[role]} is beyond {LARGEST_TENSOR:,} numbers")
        if tensors.setdefault(name, needed[role]) != needed[role]:
            raise GraphError(f"tensor {name!r} is used as {tensors[name]} and as {needed[role]}")
