"""Shapes against torch's own layers, run; refusals of what makes no sense."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from handlens.errors import GraphError
from handlens.graph.ops import LARGEST_TENSOR, OPS, Attrs, infer

PAIR = {size: st.tuples(st.integers(*size), st.integers(*size)) for size in ((0, 3), (1, 3), (1, 4), (1, 9))}
WINDOW = {"kernel": PAIR[1, 4], "stride": PAIR[1, 3], "padding": PAIR[0, 3]}


def agrees(op: str, source: tuple[int, ...], attrs: Attrs, layer: Callable[[], nn.Module]) -> None:
    """Ours gives torch's shape, and refuses what torch refuses."""
    try:
        expected = tuple(layer()(torch.zeros(1, *source)).shape[1:])
    except RuntimeError:
        with pytest.raises(GraphError, match=r"doesn't fit|at most half"):
            infer(op, [source], attrs)
    else:
        assert infer(op, [source], attrs) == expected


@given(
    size=PAIR[1, 9],
    groups=st.integers(1, 3),
    width=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    attrs=st.fixed_dictionaries({**WINDOW, "dilation": PAIR[1, 3]}),
)
def test_a_convolution_gives_torchs_shape(
    size: tuple[int, int], groups: int, width: tuple[int, int], attrs: dict
) -> None:
    given, wanted = (groups * number for number in width)
    names = {"kernel": "kernel_size"}
    settings = {names.get(key, key): value for key, value in attrs.items()}
    layer = nn.Conv2d(given, wanted, groups=groups, **settings)
    agrees("conv", (given, *size), {**attrs, "channels": wanted, "groups": groups}, lambda: layer)
    shapes = OPS["conv"].weights((given, *size), {**attrs, "channels": wanted, "groups": groups})
    assert shapes == {name: tuple(tensor.shape) for name, tensor in layer.named_parameters()}


@given(size=PAIR[1, 9], attrs=st.fixed_dictionaries(WINDOW), average=st.booleans())
def test_a_pool_gives_torchs_shape(size: tuple[int, int], attrs: dict, average: bool) -> None:
    layer = nn.AvgPool2d if average else nn.MaxPool2d
    extra = {"count_padding": True} if average else {}
    arguments = (attrs["kernel"], attrs["stride"], attrs["padding"])
    agrees("avgpool" if average else "maxpool", (2, *size), {**attrs, **extra}, lambda: layer(*arguments))


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), data=st.data())
def test_a_mean_gives_torchs_shape(shape: tuple[int, ...], data: st.DataObject) -> None:
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple))
    keep = data.draw(st.booleans())
    expected = torch.zeros(1, *shape).mean([axis + 1 for axis in axes], keepdim=keep).shape[1:]
    if expected:
        assert infer("mean", [shape], {"axes": axes, "keep": keep}) == tuple(expected)
    else:
        with pytest.raises(GraphError, match="mean over all axes"):
            infer("mean", [shape], {"axes": axes, "keep": keep})


@given(
    shapes=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)
)
def test_concat_gives_torchs_shape(shapes: list[tuple[int, ...]]) -> None:
    for axis in range(3):
        try:
            expected = tuple(torch.cat([torch.zeros(1, *shape) for shape in shapes], axis + 1).shape[1:])
        except (RuntimeError, IndexError):
            with pytest.raises(GraphError, match=r"axis \d doesn't exist|inputs alike elsewhere"):
                infer("concat", shapes, {"axis": axis})
        else:
            assert infer("concat", shapes, {"axis": axis}) == expected


CONV = {
    "channels": 4,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (0, 0),
    "dilation": (1, 1),
    "groups": 1,
}
POOL = {"kernel": (2, 2), "stride": (2, 2), "padding": (0, 0)}
HUGE = 10**30


@pytest.mark.parametrize(
    ("op", "shapes", "attrs", "message"),
    [
        ("conv3d", [(1, 8, 8)], {}, "unknown operation 'conv3d'; handlens knows conv, linear"),
        ("relu", [(4,)], {"slope": 1}, r"relu has the attributes \[\], not \['slope'\]"),
        ("maxpool", [(1, 8, 8)], {"kernel": (2, 2)}, "maxpool has the attributes.*'stride'.*not"),
        ("conv", [(1, 8, 8)], {**CONV, "kernel": 3}, "'kernel' must be two whole numbers.*not 3"),
        ("conv", [(1, 8, 8)], {**CONV, "kernel": (3, 3, 3)}, "'kernel' must be two whole numbers"),
        ("conv", [(1, 8, 8)], {**CONV, "channels": 4.0}, "'channels' must be a whole number, not 4.0"),
        ("conv", [(1, 8, 8)], {**CONV, "channels": True}, "'channels' must be a whole number, not True"),
        ("conv", [(1, 8, 8)], {**CONV, "channels": HUGE}, "'channels' must be a whole number"),
        ("conv", [(1, 8, 8)], {**CONV, "stride": (HUGE, 1)}, "'stride' must be two whole numbers"),
        ("conv", [(1, 8, 8)], {**CONV, "stride": (0, 1)}, "stride and dilation must be at least 1"),
        ("conv", [(1, 8, 8)], {**CONV, "padding": (-1, 0)}, "padding at least 0"),
        ("conv", [(1, 8, 8)], {**CONV, "kernel": (9, 9)}, r"kernel \(9, 9\) doesn't fit into an input of"),
        ("conv", [(3, 8, 8)], {**CONV, "groups": 2}, "3 → 4 channels can't be cut into 2 groups"),
        ("conv", [(64,)], CONV, r"a sliding window needs \(channels, height, width\), not \(64,\)"),
        (
            "conv",
            [(1, 8, 8)],
            {**CONV, "padding": (10**5, 10**5), "stride": (10**5, 10**5)},
            r"\(1, 8, 8\) padded to \(200008, 200008\) is beyond 268,435,456",
        ),
        ("linear", [(8,)], {"features": LARGEST_TENSOR + 1}, "'features' must be a whole number"),
        ("linear", [(8, 8)], {"features": LARGEST_TENSOR}, "linear would give .* beyond 268,435,456"),
        ("linear", [(8,)], {"features": 0}, r"linear would give \(0,\), beyond"),
        ("maxpool", [(1, 8, 8)], {**POOL, "padding": (2, 0)}, r"padding \(2, 0\) may be at most half"),
        (
            "avgpool",
            [(1, 8, 8)],
            {**POOL, "count_padding": 1},
            "'count_padding' must be true or false, not 1",
        ),
        ("batchnorm", [(4,)], {"eps": "small"}, "'eps' must be a number from 0 to 1, not 'small'"),
        ("batchnorm", [(4,)], {"eps": float("nan")}, "'eps' must be a number from 0 to 1, not nan"),
        ("leaky_relu", [(4,)], {"slope": -0.1}, "'slope' must be a number from 0 to 1, not -0.1"),
        ("leaky_relu", [(4,)], {"slope": True}, "'slope' must be a number from 0 to 1, not True"),
        ("dropout", [(4,)], {"p": 1.5}, "'p' must be a number from 0 to 1, not 1.5"),
        ("gelu", [(4,)], {"approximate": "erf"}, "'approximate' must be 'none' or 'tanh', not 'erf'"),
        ("gelu", [(4,)], {"approximate": (1,)}, "'approximate' must be 'none' or 'tanh'"),
        ("add", [(4,), (5,)], {}, r"add needs inputs of one shape, not \(4,\) and \(5,\)"),
        ("concat", [(4, 2), (4, 3)], {"axis": 0}, r"concat on axis 0 needs inputs alike elsewhere"),
        ("concat", [(4,)], {"axis": 1}, r"axis 1 doesn't exist in \(4,\)"),
        ("softmax", [(4,)], {"axis": -1}, r"axis -1 doesn't exist in \(4,\)"),
        ("mean", [(4, 2)], {"axes": (2,), "keep": False}, r"axes must be among \[0, 1\]"),
        ("mean", [(4, 2)], {"axes": (1, 1), "keep": False}, "each once"),
        ("mean", [(4, 2)], {"axes": (), "keep": False}, "axes must be among"),
        ("mean", [(4, 2)], {"axes": 1, "keep": False}, "axes must be among"),
        ("mean", [(4, 2)], {"axes": (1,), "keep": "yes"}, "'keep' must be true or false"),
        ("relu", [], {}, "relu takes one input"),
        ("relu", [(4,), (4,)], {}, "relu takes one input"),
        ("add", [], {}, "add takes one or more inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(op: str, shapes: list, attrs: dict, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        infer(op, shapes, attrs)
