"""The updates: several at once are those made one by one, in every layout and precision."""

import math
from collections.abc import Iterator

import pytest
import torch

from handlens.engine import Finished, Stepped, optim, training
from handlens.engine.batches import Batches
from handlens.engine.events import Diverged, Event
from handlens.engine.trainer import LOOK_EVERY
from handlens.engine.updates import WARM, Updates, computed_in, placed
from handlens.module import Network
from handlens.nets import fast, tutorial
from handlens.recipes import Recipe, recipe

SMALL = {"widths": (4, 8), "batch": 10, "limit": 240, "shift": 1, "epochs": 3, "ema": 0.9}
SMALL |= {"precision": "float32"}  # but where a test says otherwise


def made(chosen: Recipe) -> tuple[Updates, Network, Network]:
    """The updates over digits of noise; the network, and its average."""
    draw = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (60, 28, 28), generator=draw, dtype=torch.uint8)
    labels = torch.randint(0, 10, (60,), generator=draw)
    batches = Batches(images, labels, chosen, draw)
    graph = fast((4, 8)) if chosen.net == "fast" else tutorial((4, 8))
    network, average = (placed(Network(graph, seed=1), chosen) for _ in range(2))
    average.requires_grad_(False).eval()
    return Updates(chosen, network.train(), average, batches), network, average


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("net", ["tutorial", "fast"])
def test_several_at_once_are_those_one_by_one(net: str, optimiser: str) -> None:
    chosen = recipe("fast", net=net, optimiser=optimiser, **{**SMALL, "momentum": 0.9})
    steps, rates = range(1, 7), [0.01, 0.02, 0.03, 0.02, 0.01, 0.005]
    one, network, average = made(chosen)
    expected = []
    for step, rate in zip(steps, rates, strict=True):
        loss = one.loss(step)
        expected.append(loss.detach())
        one.descend(step, loss, rate)
    several, *others = made(chosen)
    losses = [several.several(steps[place : place + 3], rates[place : place + 3]) for place in (0, 3)]
    torch.testing.assert_close(torch.cat(losses), torch.stack(expected), rtol=1e-5, atol=1e-6)
    for mine, theirs in zip((network, average), others, strict=True):
        for name, value in mine.tensors().items():
            torch.testing.assert_close(theirs.tensors()[name], value, rtol=1e-4, atol=1e-6, msg=name)


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """Training as on a GPU, several updates at once; which they were."""
    found: list[range] = []
    several = Updates.several

    def spy(self: Updates, steps: range, rates: list[float]) -> torch.Tensor:
        found.append(steps)
        return several(self, steps, rates)

    monkeypatch.setattr(Updates, "several", spy)
    monkeypatch.setattr("handlens.engine.trainer._in_blocks", lambda device: True)
    return found


def stepped(events: Iterator[Event]) -> tuple[list[Stepped], Event]:
    *seen, last = events
    return [event for event in seen if isinstance(event, Stepped)], last


def test_a_training_in_blocks_is_the_training(
    in_blocks: list[range], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**SMALL, "limit": 245, "batch": 3, "watch_first": 50, "watch_every": 100}
    blocks, end = stepped(training("fast", **fields))
    taken = list(in_blocks)
    monkeypatch.setattr("handlens.engine.trainer._in_blocks", lambda device: False)
    alone, alone_end = stepped(training("fast", **fields))
    assert in_blocks == taken
    keys = ("step", "epoch", "images", "lr")
    assert [[getattr(event, key) for key in keys] for event in blocks] == [
        [getattr(event, key) for key in keys] for event in alone
    ]
    torch.testing.assert_close(
        torch.stack([event.loss_tensor for event in blocks]),
        torch.stack([event.loss_tensor for event in alone]),
        rtol=1e-2,
        atol=1e-3,
    )
    assert isinstance(end, Finished)
    assert isinstance(alone_end, Finished)
    assert end.test.loss == pytest.approx(alone_end.test.loss, rel=1e-2)


def test_nobody_looks_into_a_block(in_blocks: list[range]) -> None:
    """Neither a frame nor a scoring lies in it, its batches are full, and it ends where one may stop."""
    fields = {**SMALL, "limit": 245, "batch": 3, "watch_first": 50, "watch_every": 100}
    steps, _ = stepped(training("fast", **fields))
    inside = {step for block in in_blocks for step in block[:-1]}
    assert len(in_blocks) > 10
    assert all(len(block) == 8 for block in in_blocks)
    assert not inside & {0, 1, 2, 3, *(8 * n for n in range(8, 17)), *(16 * n for n in range(8, 16))}
    assert not {step for block in in_blocks for step in block} & {100, 200, 82, 164, 246}
    settled = {event.step for event in steps if event.settled}
    assert settled & (inside | {block[-1] for block in in_blocks}) == {block[-1] for block in in_blocks}


def test_a_resume_warms_up_before_its_first_block(in_blocks: list[range]) -> None:
    """A graph may be captured only where this process has made updates one by one."""
    fields = {**SMALL, "limit": 240, "batch": 3, "epochs": 2, "watch_first": 50}
    paused = next(
        event for event in training("fast", **fields) if isinstance(event, Stepped) and event.step == 128
    )
    state = paused.state()
    in_blocks.clear()
    steps, end = stepped(training("fast", resume=state, **fields))
    assert in_blocks[0].start == 128 + WARM + 1
    assert [event.step for event in steps] == list(range(129, 161))
    assert isinstance(end, Finished)


@pytest.mark.usefixtures("in_blocks")
def test_a_block_that_diverges_ends_the_training_with_its_first_bad_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The update in the middle of a block throws the weights away; the next loss is no number."""
    monkeypatch.setattr(optim, "learning_rate", lambda recipe, step, total: math.inf if step == 70 else 0.01)
    fields = {**SMALL, "limit": 240, "batch": 2, "watch_first": 20, "ema": None}
    steps, end = stepped(training("lab", **fields))
    assert isinstance(end, Diverged)
    assert next(event.step for event in steps if not torch.isfinite(event.loss_tensor)) == 71
    assert steps[-1].step <= 71 + LOOK_EVERY
    assert "diverged: at step 71 " in end.text


NO_UNITS = not torch.cpu._is_avx512_bf16_supported()


@pytest.mark.skipif(NO_UNITS, reason="this processor has no units for bfloat16")
@pytest.mark.parametrize("layout", ["blocked", "channels-last", "contiguous"])
@pytest.mark.parametrize("net", ["tutorial", "fast"])
def test_bfloat16_learns_as_float32_does_to_its_own_rounding(net: str, layout: str) -> None:
    losses, gradients = {}, {}
    for precision in ("float32", "bfloat16"):
        updates, network, _ = made(
            recipe("fast", **SMALL | {"net": net, "layout": layout, "precision": precision})
        )
        losses[precision] = updates.several(range(1, 7), [0.001] * 6)
        gradients[precision] = {name: value.grad for name, value in network.named_parameters()}
        assert {value.dtype for value in network.tensors().values()} == {torch.float32}
    assert not torch.equal(*losses.values())
    torch.testing.assert_close(*losses.values(), rtol=0.05, atol=0.02)
    for name, exact in gradients["float32"].items():
        assert torch.cosine_similarity(exact.ravel(), gradients["bfloat16"][name].ravel(), dim=0) > 0.9, name


@pytest.mark.skipif(NO_UNITS, reason="this processor has no units for bfloat16")
def test_what_is_recorded_predicts_in_float32() -> None:
    _, reduced, _ = made(recipe("fast", **SMALL | {"precision": "bfloat16"}))
    _, exact, _ = made(recipe("fast", **SMALL))
    images = torch.rand(5, 1, 28, 28)
    with torch.no_grad():
        assert not torch.equal(reduced.train()(images), exact.train()(images))
        exact.load(reduced.weights())  # the running statistics of the pass before
        assert torch.equal(reduced.eval()(images), exact.eval()(images))


@pytest.mark.parametrize("units", [True, False])
@pytest.mark.parametrize("onednn", [True, False])
def test_without_units_bfloat16_is_float32(
    monkeypatch: pytest.MonkeyPatch, units: bool, onednn: bool
) -> None:
    """Units that a GPU emulates, or that torch can't use for want of oneDNN, are none."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: units)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: onednn)
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation: units or including_emulation
    )
    kinds = {True: torch.bfloat16, False: torch.float32}
    chosen = recipe("fast", precision="bfloat16")
    assert computed_in(chosen) is kinds[units and onednn]
    assert computed_in(chosen.but(device="cuda:1")) is kinds[units]
    assert computed_in(chosen.but(device="mps")) is torch.float32
    assert {computed_in(recipe("lab", device=device)) for device in ("cpu", "cuda")} == {torch.float32}


def test_layouts_are_what_they_say() -> None:
    network = lambda **fields: placed(Network(tutorial((4, 8))), recipe("lab", **fields))  # noqa: E731
    assert network().blocks == (torch.float32 if torch.backends.mkldnn.is_available() else None)
    for layout in ("contiguous", "channels-last"):
        assert network(layout=layout).blocks is None
    last = network(layout="channels-last").tensors()["conv2.weight"]
    assert last.is_contiguous(memory_format=torch.channels_last)
