"""Foreign modules as graphs: every layer held to hooks on the real model; the model left as it was."""

import logging
import re
from collections.abc import Callable
from functools import cache
from io import StringIO
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from networks import ALL, Block, Residual, built, images
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from handlens.errors import TraceError
from handlens.graph import Graph
from handlens.module import Network, as_weights
from handlens.runtime import Net
from handlens.tracing import trace


@cache
def example(name: str) -> tuple[nn.Module, Graph]:
    """A network in evaluation mode, and its graph."""
    model = built(name)
    return model.eval(), trace(model, images(name, 2))


def weights_of(model: nn.Module, graph: Graph) -> dict[str, np.ndarray]:
    state = model.state_dict(keep_vars=True)
    return as_weights({name: state[name] for name in graph.tensors})


def layer_outputs(model: nn.Module, batch: Tensor) -> tuple[dict[str, Tensor], Any]:
    """What each layer gives, under the name that tracing should give it, and the model's output."""
    found: dict[str, Tensor] = {}

    def keep(path: str) -> Callable[..., None]:
        def hook(module: nn.Module, given: Any, result: Tensor) -> None:
            earlier = sum(name == path or name.startswith(f"{path}:") for name in found)
            found[f"{path}:{earlier + 1}" if earlier else path] = result.detach().clone()

        return hook

    leaves = [(path, module) for path, module in model.named_modules() if not list(module.children())]
    handles = [module.register_forward_hook(keep(path)) for path, module in leaves]
    with torch.no_grad():
        result = model.eval()(batch)
    for handle in handles:
        handle.remove()
    return found, result


def centred(logits: Tensor) -> Tensor:
    """Without what a log-softmax changes."""
    return logits - logits.mean(1, keepdim=True)


@pytest.mark.parametrize("name", ALL)
def test_logits_and_every_layers_output_are_the_models(name: str) -> None:
    model, graph = example(name)
    assert graph.input.shape == tuple(images(name, 1).shape[1:])
    weights = weights_of(model, graph)
    for n in (1, 2, 7):
        batch = images(name, n, seed=n)
        expected, result = layer_outputs(model, batch)
        logits = result[0] if isinstance(result, tuple) else result
        torch.testing.assert_close(centred(Network(graph, weights).eval()(batch)), centred(logits))
        stages = Net(graph, weights, threads=1).stages(batch.numpy())
        assert expected.keys() <= stages.keys()
        for stage, value in expected.items():
            np.testing.assert_allclose(stages[stage], value, rtol=1e-4, atol=1e-5, err_msg=stage)


@pytest.mark.parametrize("name", ALL)
def test_counts_are_torchs(name: str) -> None:
    model, graph = example(name)
    costs = graph.costs()
    assert sum(row.parameters for row in costs) == sum(p.numel() for p in model.parameters())
    with FlopCounterMode(display=False) as flops:
        model(images(name, 1))
    assert 2 * sum(row.multiply_adds for row in costs) == flops.get_total_flops()


NAMES = {
    "plain": "0 1 2 3 4 5 6 7",
    "classic": "conv1 max_pool2d relu conv2 drop max_pool2d:2 relu:2 view fc1 relu:3 dropout fc2",
    "tuple": "conv1.0 conv1.1 conv1.2 conv2.0 conv2.1 conv2.2 view out",
    "inception": "a b.0 b.1 max_pool2d cat relu mean fc",
    "reused": "first again tanh again:2 tanh:2 again:3 tanh:3 tied mean fc",
    "rgb": "conv1 bn1 relu max_pool2d drop conv2 sigmoid avg_pool2d reshape fc",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_the_layers_and_the_functions(name: str) -> None:
    graph = example(name)[1]
    assert " ".join(node.name for node in graph.nodes) == NAMES[name]
    assert graph.output == graph.nodes[-1].name


def test_a_functions_name_says_in_which_module_it_was_called() -> None:
    names = [node.name for node in example("residual")[1].nodes]
    assert names[:2] == ["stem", "relu"]
    assert {"stages.0.add", "stages.1.add", "stages.1.relu", "stages.1.relu:2"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_name_that_is_a_tensors_is_not_given_to_a_node() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Parameter(torch.randn(3, 16))
            self.input = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            return F.linear(self.input(x).flatten(1), self.linear)

    graph = trace(Bare(), torch.rand(2, 1, 4, 4))
    assert [node.name for node in graph.nodes] == ["input:2", "flatten", "linear:2"]
    assert list(graph.tensors) == ["linear"]


def test_a_tied_weight_is_one_tensor() -> None:
    graph = example("reused")[1]
    assert [graph.node(name).weights["weight"] for name in ("again", "again:3", "tied")] == [
        "again.weight"
    ] * 3
    assert graph.node("tied").weights["bias"] == "tied.bias"


def test_class_names() -> None:
    model, batch = built("plain"), images("plain", 2)
    assert trace(model, batch).classes == tuple("0123456789")
    assert trace(model, batch, classes=list("abcdefghij")).classes == tuple("abcdefghij")
    with pytest.raises(TraceError, match="gives 10 classes, but 2 names were given"):
        trace(model, batch, classes=["a", "b"])


# -- looking leaves no trace -----------------------------------------------------------------------------


def fingerprint(model: nn.Module) -> dict[str, Any]:
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    parts = list(model.named_modules())
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_state_dict_hooks")
    return {
        "modes": {path: module.training for path, module in parts},
        "hooks": sum(len(getattr(module, hook)) for _, module in parts for hook in hooks),
        "state": {name: tensor.numpy().tobytes() for name, tensor in state.items()},
        "identity": {name: id(tensor) for name, tensor in model.state_dict(keep_vars=True).items()},
        "gradients": {name: (p.requires_grad, p.grad is None) for name, p in model.named_parameters()},
        "attributes": {path: sorted(vars(module)) for path, module in parts},
        "random": (torch.get_rng_state().numpy().tobytes(), repr(np.random.get_state())),
        "grad mode": torch.is_grad_enabled(),
        "threads": torch.get_num_threads(),
    }


class Failing(Residual):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) - torch.rand(1)


@pytest.mark.parametrize("name", [*ALL, "failing"])
def test_the_model_is_left_as_it_was(name: str) -> None:
    model = Failing() if name == "failing" else built(name)
    batch = images("plain" if name == "failing" else name, 3)
    model.train()
    next(
        child for child in model.modules() if not list(child.children())
    ).eval()  # a frozen layer stays frozen
    before, given = fingerprint(model), batch.clone()
    if name == "failing":
        with pytest.raises(TraceError):
            trace(model, batch)
    else:
        trace(model, batch)
    after = fingerprint(model)
    for key, value in before.items():
        assert after[key] == value, key
    assert torch.equal(batch, given)


# -- what is known beyond layers -------------------------------------------------------------------------


class Made(nn.Module):
    """A forward made of a function of (self, x), with a convolution, a head and constants to use."""

    def __init__(self, forward: Callable[[Any, Tensor], Any], features: int = 4) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.fc = nn.Linear(features, 5)
        self.scale = nn.Parameter(torch.ones(3, 1, 1))
        self.register_buffer("mean", torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1))
        self.made = forward

    def forward(self, x: Tensor) -> Any:
        return self.made(self, x)

    def ending(self, x: Tensor) -> Tensor:
        return self.fc(self.conv(x).mean([2, 3]))


def traced(forward: Callable[[Any, Tensor], Any], features: int = 4) -> tuple[Graph, Tensor, Tensor]:
    """The graph of a forward, its logits and the model's."""
    model = Made(forward, features).eval()
    batch = torch.rand(3, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    graph = trace(model, batch)
    with torch.no_grad():
        result = model(batch.clone())
    while not isinstance(result, Tensor):
        result = next(iter(result.values() if isinstance(result, dict) else result))
    return graph, Network(graph, weights_of(model, graph)).eval()(batch), result


HALF = (0.5,) * 3
NORMALISATIONS: dict[str, tuple[Callable[[Any, Tensor], Tensor], tuple[float, ...], tuple[float, ...]]] = {
    "numbers": (lambda m, x: m.ending((x - 0.1307) / 0.3081), (0.1307,) * 3, (0.3081,) * 3),
    "a buffer": (lambda m, x: m.ending((x - m.mean) / (2 * m.mean)), (0.1, 0.2, 0.3), (0.2, 0.4, 0.6)),
    "to -1…1": (lambda m, x: m.ending(x * 2 - 1), HALF, HALF),
    "bytes": (lambda m, x: m.ending(x / 255), (0.0,) * 3, (255.0,) * 3),
    "a shift up": (lambda m, x: m.ending(x + 0.5), (-0.5,) * 3, (1.0,) * 3),
    "a tensor made in the forward": (
        lambda m, x: m.ending(x.sub(torch.tensor([0.5])).div(torch.tensor(0.5))),
        HALF,
        HALF,
    ),
    "a copy, in place": (lambda m, x: m.ending(x.clone().sub_(0.5).div_(0.5)), HALF, HALF),
    "scaled first": (lambda m, x: m.ending((x / 2 - 0.5) / 0.25), (1.0,) * 3, HALF),
}


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_a_normalisation_of_the_input_becomes_the_graphs(name: str) -> None:
    forward, mean, std = NORMALISATIONS[name]
    graph, ours, theirs = traced(forward)
    assert graph.input.mean == pytest.approx(mean)
    assert graph.input.std == pytest.approx(std)
    assert [node.op for node in graph.nodes] == ["conv", "mean", "linear"]
    torch.testing.assert_close(ours, theirs)


def relu_then_add(m: Any, x: Tensor) -> Tensor:
    """In place twice; then the first name is read, which stands for the last value."""
    first = m.conv(x)
    second = F.relu_(first)
    third = second.add_(m.conv(x))
    F.leaky_relu_(third, 0.2)
    return m.fc(first.mean([2, 3]))


def a_copy_apart(m: Any, x: Tensor) -> Tensor:
    """The copy is changed in place, the original not."""
    first = m.conv(x)
    copy = first.clone()
    F.relu_(copy)
    return m.fc((first + copy).mean([2, 3]))


def an_alias(m: Any, x: Tensor) -> Tensor:
    first = m.conv(x)
    F.relu_(first.detach())
    return m.fc(first.mean([2, 3]))


KNOWN: dict[str, tuple[Callable[[Any, Tensor], Any], int]] = {
    "view(size(0), -1)": (lambda m, x: m.fc(x.view(x.size(0), -1)), 108),
    "view(-1, 108)": (lambda m, x: m.fc(x.view(-1, 108)), 108),
    "view(-1, product of sizes)": (lambda m, x: m.fc(x.view(-1, x.shape[1] * x.shape[2] * x.shape[3])), 108),
    "reshape(len(x), -1)": (lambda m, x: m.fc(x.reshape(len(x), -1)), 108),
    "nn.Flatten": (lambda m, x: m.fc(nn.Flatten()(x)), 108),
    "adaptive pooling, squeezed": (lambda m, x: m.fc(F.adaptive_avg_pool2d(m.conv(x), 1).squeeze()), 4),
    "adaptive pooling to 2x3": (lambda m, x: m.fc(F.adaptive_avg_pool2d(m.conv(x), (2, 3)).flatten(1)), 24),
    "mean twice": (lambda m, x: m.fc(m.conv(x).mean(-1).mean(-1)), 4),
    "a last log-softmax": (lambda m, x: F.log_softmax(m.ending(x), 1), 4),
    "a dictionary": (lambda m, x: {"logits": m.ending(x), "features": x}, 4),
    "nested outputs": (lambda m, x: [(m.ending(x), x)], 4),
    "maps before the logits": (lambda m, x: m.ending(x), 4),
    "in place twice": (relu_then_add, 4),
    "a copy apart": (a_copy_apart, 4),
    "an alias": (an_alias, 4),
    "gelu, tanh": (lambda m, x: m.fc(F.gelu(m.conv(x), approximate="tanh").mean([2, 3])), 4),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_people_write_is_known(name: str) -> None:
    _, ours, theirs = traced(*KNOWN[name])
    torch.testing.assert_close(centred(ours), centred(theirs))


def test_the_first_output_of_two_axes_is_the_logits() -> None:
    graph, _, _ = traced(lambda m, x: (m.conv(x), m.ending(x), m.ending(x).relu()))
    assert graph.output == "fc"


def test_a_last_softmax_is_left_out() -> None:
    graph, ours, theirs = traced(lambda m, x: m.ending(x).softmax(1))
    assert graph.output == "fc"
    assert "softmax" not in graph.stages
    torch.testing.assert_close(ours.softmax(1), theirs)


def test_a_softmax_that_is_read_stays_and_the_logits_are_what_it_reads() -> None:
    graph, _, _ = traced(lambda m, x: ((p := m.ending(x).softmax(1)), p.relu()))
    assert graph.output == "fc"
    assert {"softmax", "relu"} <= set(graph.stages)


def test_a_log_softmax_that_is_no_output_is_no_stage() -> None:
    graph, _, _ = traced(lambda m, x: (m.ending(x), m.ending(x).log_softmax(1)))
    assert [node.op for node in graph.nodes].count("softmax") == 0


# -- what is refused -------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[Any, Tensor], Any], str]] = {
    "sub of data": (
        lambda m, x: m.fc((m.conv(x) - m.conv(x)).mean([2, 3])),
        r"the model's forward: operation 'sub.Tensor' is not one that handlens can record: only the",
    ),
    "a factor": (
        lambda m, x: m.fc(0.5 * m.conv(x).mean([2, 3])),
        "'mul.Tensor' is not one .* only the input",
    ),
    "a learnt scale": (lambda m, x: m.ending(x * m.scale), "by constants alone, not by what is learnt"),
    "a mean a pixel": (
        lambda m, x: m.ending(x - torch.zeros(6) - torch.ones(6, 6)),
        "operation 'zeros.default'|one number a channel alone",
    ),
    "a buffer a pixel": (lambda m, x: m.ending(x - m.mean.expand(1, 3, 6, 6)), "one number a channel alone"),
    "turned over": (lambda m, x: m.ending(x * -1), "mul by -1: the input can be scaled by positive numbers"),
    "by 0": (lambda m, x: m.ending(x / 0), "div by 0: the input can be scaled by positive numbers alone"),
    "with alpha": (lambda m, x: m.ending(torch.sub(x, 1, alpha=2)), "sub with alpha isn't known"),
    "before and after": (
        lambda m, x: m.fc((m.conv(x) + m.conv(x - 0.5)).mean([2, 3])),
        "module 'conv': the input is read both before and after its normalisation",
    ),
    "permute": (lambda m, x: m.ending(x.permute(0, 1, 3, 2)), "'permute.default'.*torch's own order"),
    "attention": (
        lambda m, x: m.ending(F.scaled_dot_product_attention(x, x, x)),
        "'scaled_dot_product_attention.default' is not one .* replace it by one of these. It knows .*conv2d",
    ),
    "where": (lambda m, x: m.ending(torch.where(x > 0.5, x, 0.0)), "operation 'gt.Scalar' is not one"),
    "relu6": (lambda m, x: m.ending(F.relu6(x)), "'relu6.default' is not one .*: use relu"),
    "squeeze of one axis": (
        lambda m, x: m.fc(m.conv(x).mean(3, keepdim=True).squeeze(3).mean(2)),
        "use torch.flatten",
    ),
    "padding": (lambda m, x: m.ending(F.pad(x, (1, 1, 1, 1))), "'pad.default'.*give the convolution or pool"),
    "an adaptive maximum": (
        lambda m, x: m.fc(F.adaptive_max_pool2d(m.conv(x), 1).flatten(1)),
        "'adaptive_max_pool2d.default'.*: use max_pool2d",
    ),
    "chunks": (
        lambda m, x: m.fc(torch.cat(m.conv(x).chunk(2, 1), 1).mean([2, 3])),
        "operation 'chunk.default' is not one",
    ),
    "ceil": (lambda m, x: m.ending(F.max_pool2d(x, 4, ceil_mode=True)), "ceil_mode=True isn't known"),
    "dilated pool": (lambda m, x: m.ending(F.max_pool2d(x, 2, dilation=2)), "a pool with dilation"),
    "uneven adaptive": (
        lambda m, x: m.fc(F.adaptive_avg_pool2d(m.conv(x), 4).mean([2, 3])),
        r"adaptive pooling \(4, 6, 6\) → \(4, 4, 4\) doesn't divide evenly; use avg_pool2d",
    ),
    "across the batch": (lambda m, x: m.fc(m.conv(x).mean(0).mean([1, 2])), "batch"),
    "batch statistics": (
        lambda m, x: m.ending(F.batch_norm(x, None, None, training=True)),
        "batch norm without running statistics depends on the batch",
    ),
    "images mixed": (lambda m, x: m.ending(x.view(-1, 3, 3, 6)), "view moves numbers between the images"),
    "another shape": (
        lambda m, x: m.ending(x.view(-1, 3, 4, 9)),
        r"a reshape to \(batch, 3, 4, 9\) isn't known",
    ),
    "a computed weight": (lambda m, x: F.linear(m.conv(x).mean([2, 3]), m.fc.weight * 2), "mul|computed"),
    "broadcast add": (
        lambda m, x: m.ending(x + x.mean([2, 3], keepdim=True)),
        "add needs inputs of one shape",
    ),
    "added weight": (
        lambda m, x: m.fc(m.conv(x).mean([2, 3])) + m.fc.bias,
        "'?.*fc.bias.* is a number or a weight|weight",
    ),
    "log-softmax inside": (
        lambda m, x: m.fc(m.conv(x).mean([2, 3]).log_softmax(1)),
        "'log_softmax': a log-softmax is known at the network's end alone",
    ),
    "a fixed batch": (
        lambda m, x: m.ending(x.view(2, 3, 6, 6)),
        "Made takes batches of two but not of three: .* x.size\\(0\\)",
    ),
    "no logits": (lambda m, x: m.conv(x), r"no output has the shape \(batch, classes\)"),
    "no tensor": (lambda m, x: 3, r"no output has the shape|can't be traced"),
    "values decide": (
        lambda m, x: m.ending(x) if x.sum() > 0 else x,
        "Made can't be traced by torch.export: .*",
    ),
    "an error of its own": (
        lambda m, x: m.conv(x[:, :2]),
        "Made can't be traced by torch.export: .*channels",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_unknown_is_named_with_what_to_do(name: str) -> None:
    forward, message = REFUSED[name]
    with pytest.raises(TraceError, match=message):
        trace(Made(forward), torch.rand(3, 3, 6, 6))


def test_torch_prints_no_traceback_beside_the_error() -> None:
    # Torch gives each of its loggers a handler of its own; this is the one that speaks up here.
    printed, logger = StringIO(), logging.getLogger("torch._subclasses.fake_tensor")
    handler = logging.StreamHandler(printed)
    logger.addHandler(handler)
    try:
        with pytest.raises(TraceError, match=r"Made can't be traced by torch.export"):
            trace(Made(lambda m, x: m.fc(m.conv(x).flatten(1))), torch.rand(2, 3, 6, 6))
        assert printed.getvalue() == ""
        logger.error("heard again")
        assert printed.getvalue() == "heard again\n"
    finally:
        logger.removeHandler(handler)


def test_it_is_traced_as_it_predicts_without_gradients() -> None:
    graph, _, _ = traced(lambda m, x: m.ending(x.tanh() if torch.is_grad_enabled() else x.relu()))
    assert graph.nodes[0].op == "relu"


def test_the_module_that_made_it_is_named() -> None:
    class Odd(Block):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) ** 2

    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.Sequential(nn.ReLU(), Odd(4, 4, 1)), nn.Flatten(), nn.LazyLinear(3)
    )
    model(torch.zeros(1, 1, 6, 6))
    with pytest.raises(TraceError, match=re.escape("module '1.1': operation 'pow.Tensor_Scalar'")):
        trace(model, torch.rand(2, 1, 6, 6))


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (torch.zeros(1, 1, 28, 28), r"samples are float32 \(1, 1, 28, 28\); expected .* at least two"),
        (
            torch.zeros(2, 1, 28, 28, dtype=torch.uint8),
            r"samples are uint8 \(2, 1, 28, 28\); expected float32",
        ),
        (torch.zeros(2, 28, 28), r"samples are float32 \(2, 28, 28\); expected float32 \(batch, channels"),
        (torch.zeros(2, 1, 28, 28, dtype=torch.float64), "samples are float64"),
    ],
)
def test_other_samples_are_refused(sample: Tensor, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        trace(built("plain"), sample)


def test_samples_of_another_size_are_refused_in_torchs_words() -> None:
    with pytest.raises(TraceError, match=r"Sequential can't be traced by torch.export: "):
        trace(built("plain"), torch.zeros(2, 1, 20, 20))
