"""The operations a graph may hold: attributes, shapes, weights and cost, one entry each.

Shapes leave the batch out: ``(channels, height, width)`` or ``(features,)``. An operation is added to
handlens by an entry here, one in ``module`` (torch), one in ``runtime`` (ONNX) and one in the browser.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from handlens.errors import GraphError

Shape = tuple[int, ...]
Attr = bool | int | float | str | tuple[int, ...]
Attrs = Mapping[str, Attr]

REQUIRED = None
GELU = ("none", "tanh")  # how it is approximated
LARGEST_TENSOR = 1 << 28  # numbers in one item's output; a foreign graph must not exhaust memory


@dataclass(frozen=True)
class Op:
    """One operation. ``attrs`` maps each attribute to its default, or to ``REQUIRED``."""

    shape: Callable[[Sequence[Shape], Attrs], Shape]
    attrs: Mapping[str, Attr | None] = field(default_factory=dict)
    weights: Callable[[Shape, Attrs], dict[str, Shape]] = lambda shape, attrs: {}
    optional: frozenset[str] = frozenset()
    multiply_adds: Callable[[Shape, Shape, Attrs], int] = lambda source, result, attrs: 0
    many_inputs: bool = False


def pair(attrs: Attrs, key: str) -> tuple[int, int]:
    """A two-number attribute such as ``kernel`` or ``stride``: (height, width)."""
    value = attrs[key]
    if not (isinstance(value, tuple) and len(value) == 2 and max(map(abs, value)) <= LARGEST_TENSOR):
        raise GraphError(f"attribute {key!r} must be two whole numbers (height, width), not {value!r}")
    return value


def number(attrs: Attrs, key: str) -> int:
    """A whole-number attribute such as ``channels``."""
    value = attrs[key]
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_TENSOR:
        raise GraphError(f"attribute {key!r} must be a whole number, not {value!r}")
    return value


def _window(shape: Shape, attrs: Attrs, dilation: tuple[int, int] = (1, 1)) -> tuple[int, int]:
    """Height and width after a sliding window (Dumoulin and Visin 2016, relationship 6)."""
    if len(shape) != 3:
        raise GraphError(f"a sliding window needs (channels, height, width), not {shape}")
    padded = [size + 2 * extra for size, extra in zip(shape[1:], pair(attrs, "padding"), strict=True)]
    if math.prod((shape[0], *padded)) > LARGEST_TENSOR:
        raise GraphError(f"{shape} padded to {tuple(padded)} is beyond {LARGEST_TENSOR:,} numbers an item")
    sizes = []
    for size, kernel, stride, padding, spread in zip(
        shape[1:],
        pair(attrs, "kernel"),
        pair(attrs, "stride"),
        pair(attrs, "padding"),
        dilation,
        strict=True,
    ):
        if min(kernel, stride, spread) < 1 or padding < 0:
            raise GraphError("kernel, stride and dilation must be at least 1, padding at least 0")
        sizes.append((size + 2 * padding - spread * (kernel - 1) - 1) // stride + 1)
    if min(sizes) < 1:
        raise GraphError(f"the kernel {pair(attrs, 'kernel')} doesn't fit into an input of {shape}")
    return sizes[0], sizes[1]


def _conv_shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    channels, groups = number(attrs, "channels"), number(attrs, "groups")
    if groups < 1 or channels < 1 or channels % groups or inputs[0][0] % groups:
        raise GraphError(f"{inputs[0][0]} → {channels} channels can't be cut into {groups} groups")
    return (channels, *_window(inputs[0], attrs, pair(attrs, "dilation")))


def _pool_shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    kernel, padding = pair(attrs, "kernel"), pair(attrs, "padding")
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise GraphError(f"a pool's padding {padding} may be at most half its kernel {kernel}")
    return (inputs[0][0], *_window(inputs[0], attrs))


def _conv_weights(source: Shape, attrs: Attrs) -> dict[str, Shape]:
    channels = number(attrs, "channels")
    weight = (channels, source[0] // number(attrs, "groups"), *pair(attrs, "kernel"))
    return {"weight": weight, "bias": (channels,)}


def _conv_cost(source: Shape, result: Shape, attrs: Attrs) -> int:
    return math.prod(result) * source[0] // number(attrs, "groups") * math.prod(pair(attrs, "kernel"))


def _linear_weights(source: Shape, attrs: Attrs) -> dict[str, Shape]:
    features = number(attrs, "features")
    return {"weight": (features, source[-1]), "bias": (features,)}


def _batchnorm_weights(source: Shape, attrs: Attrs) -> dict[str, Shape]:
    return dict.fromkeys(("weight", "bias", "mean", "var"), (source[0],))


def _same(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    return inputs[0]


def _check_setting(key: str, value: Attr, default: Attr | None) -> None:
    """Refuse a value of another kind than an attribute's default; those without one are checked by shapes."""
    if isinstance(default, bool):
        fits, expected = isinstance(value, bool), "true or false"
    elif isinstance(default, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        expected = "a number from 0 to 1"
    elif isinstance(default, str):
        fits, expected = value in GELU, " or ".join(map(repr, GELU))
    else:
        return
    if not fits:
        raise GraphError(f"attribute {key!r} must be {expected}, not {value!r}")


def _equal(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    if len(set(inputs)) != 1:
        raise GraphError(f"add needs inputs of one shape, not {' and '.join(map(str, inputs))}")
    return inputs[0]


def axis(attrs: Attrs, shape: Shape) -> int:
    """The ``axis`` attribute, counted without the batch, checked against a shape."""
    value = number(attrs, "axis")
    if not 0 <= value < len(shape):
        raise GraphError(f"axis {value} doesn't exist in {shape}")
    return value


def _concatenated(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    at = axis(attrs, inputs[0])
    rests = {(*shape[:at], *shape[at + 1 :]) for shape in inputs}
    if len(rests) != 1 or len({len(shape) for shape in inputs}) != 1:
        raise GraphError(f"concat on axis {at} needs inputs alike elsewhere, not {list(inputs)}")
    return (*inputs[0][:at], sum(shape[at] for shape in inputs), *inputs[0][at + 1 :])


def _averaged(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    axes, shape = attrs["axes"], inputs[0]
    known = set(range(len(shape)))
    if not isinstance(axes, tuple) or not axes or len(set(axes)) < len(axes) or not set(axes) <= known:
        raise GraphError(f"mean over axes {axes!r} of {shape}: axes must be among {sorted(known)}, each once")
    if attrs["keep"]:
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    if len(axes) == len(shape):
        raise GraphError(f"mean over all axes of {shape} leaves none; keep them or leave one out")
    return tuple(size for i, size in enumerate(shape) if i not in axes)


def _softmaxed(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    axis(attrs, inputs[0])
    return inputs[0]


_POOL: dict[str, Attr | None] = {"kernel": REQUIRED, "stride": REQUIRED, "padding": (0, 0)}
_ELEMENTWISE = Op(shape=_same)

OPS: Mapping[str, Op] = {
    "conv": Op(
        shape=_conv_shape,
        attrs={
            "channels": REQUIRED,
            "kernel": REQUIRED,
            "stride": (1, 1),
            "padding": (0, 0),
            "dilation": (1, 1),
            "groups": 1,
        },
        weights=_conv_weights,
        optional=frozenset({"bias"}),
        multiply_adds=_conv_cost,
    ),
    "linear": Op(
        shape=lambda inputs, attrs: (*inputs[0][:-1], number(attrs, "features")),
        attrs={"features": REQUIRED},
        weights=_linear_weights,
        optional=frozenset({"bias"}),
        multiply_adds=lambda source, result, attrs: math.prod(result) * source[-1],
    ),
    "maxpool": Op(shape=_pool_shape, attrs=_POOL),
    "avgpool": Op(shape=_pool_shape, attrs={**_POOL, "count_padding": True}),
    "batchnorm": Op(
        shape=_same,
        attrs={"eps": 1e-5},
        weights=_batchnorm_weights,
        optional=frozenset({"weight", "bias"}),
    ),
    "relu": _ELEMENTWISE,
    "leaky_relu": Op(shape=_same, attrs={"slope": 0.01}),
    "gelu": Op(shape=_same, attrs={"approximate": "none"}),
    "silu": _ELEMENTWISE,
    "tanh": _ELEMENTWISE,
    "sigmoid": _ELEMENTWISE,
    "add": Op(shape=_equal, many_inputs=True),
    "concat": Op(shape=_concatenated, attrs={"axis": 0}, many_inputs=True),
    "flatten": Op(shape=lambda inputs, attrs: (math.prod(inputs[0]),)),
    "dropout": Op(shape=_same, attrs={"p": 0.5}),
    "mean": Op(shape=_averaged, attrs={"axes": REQUIRED, "keep": False}),
    "softmax": Op(shape=_softmaxed, attrs={"axis": 0}),
}


def infer(op: str, inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    """The shape that an operation gives.

    Raises:
        GraphError: the operation is unknown, an attribute is missing, unknown or of the wrong kind, or the
            shapes don't fit.
    """
    if op not in OPS:
        raise GraphError(f"unknown operation {op!r}; handlens knows {', '.join(OPS)}")
    known = OPS[op]
    if set(attrs) != set(known.attrs):
        raise GraphError(f"{op} has the attributes {sorted(known.attrs)}, not {sorted(attrs)}")
    for key, value in attrs.items():
        _check_setting(key, value, known.attrs[key])
    if len(inputs) < 1 or (len(inputs) > 1 and not known.many_inputs):
        raise GraphError(f"{op} takes {'one or more inputs' if known.many_inputs else 'one input'}")
    shape = known.shape(inputs, attrs)
    if not 0 < math.prod(shape) <= LARGEST_TENSOR:
        raise GraphError(f"{op} would give {shape}, beyond {LARGEST_TENSOR:,} numbers an item")
    return shape


def work(op: str, source: Shape, result: Shape, attrs: Attrs) -> int:
    """Steps that an operation takes for one item: multiply-adds, or the numbers that a pool looks at."""
    if op in ("maxpool", "avgpool"):
        return math.prod(result) * math.prod(pair(attrs, "kernel"))
    return OPS[op].multiply_adds(source, result, attrs)
