"""Recording a loop of one's own: the losses stay the same bits; the recording is the model, step by step."""

import copy
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from networks import FIVE, built, images
from torch import Tensor, nn

from handlens.engine import OwnLoop, record
from handlens.errors import DataError, RecordingError, TraceError
from handlens.recording import Writer, load

STEPS = 21
FRAMES = (*range(17), 18, 20, 21)
LABELS = torch.arange(6)


def logits_of(output: Any) -> Tensor:
    """The first tensor of a model's output."""
    return output[0] if isinstance(output, tuple) else output


def loop(model: nn.Module, name: str, after: Callable[[Tensor], None], steps: int = STEPS) -> list[float]:
    """Somebody's training: a shuffle, dropout and momentum, the numbers drawn from the global stream."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    data, target = images(name, 48), torch.arange(48) % 10
    model.train()
    losses = []
    for _ in range(steps):
        chosen = torch.randperm(48)[:8]
        optimiser.zero_grad()
        loss = F.cross_entropy(logits_of(model(data[chosen])), target[chosen])
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        after(loss)
    return losses


def samples(name: str = "plain", n: int = 6) -> tuple[Tensor, Tensor]:
    return images(name, n, seed=3), torch.arange(n)


def answers(model: nn.Module, batch: Tensor) -> np.ndarray:
    """Logits in evaluation mode, without what a log-softmax changes."""
    with torch.no_grad():
        return centred(logits_of(copy.deepcopy(model).eval()(batch)).numpy())


def centred(logits: np.ndarray) -> np.ndarray:
    return logits - logits.mean(1, keepdims=True)


@pytest.mark.parametrize("name", FIVE)
def test_losses_are_the_same_bits_and_the_recording_is_the_model(name: str, tmp_path: Path) -> None:
    alone = built(name)
    torch.manual_seed(5)
    expected = loop(alone, name, lambda loss: None)

    model, batch = built(name), samples(name)
    kept: dict[int, tuple[np.ndarray, dict[str, Tensor]]] = {}

    def keep(step: int) -> None:
        kept[step] = (answers(model, batch[0]), copy.deepcopy(model.state_dict()))

    keep(0)
    torch.manual_seed(5)
    with record(model, tmp_path / "run", samples=batch) as rec:

        def after(loss: Tensor) -> None:
            rec.step(loss=loss, lr=0.05, epoch=1)
            if rec.steps in (10, STEPS):
                keep(rec.steps)

        losses = loop(model, name, after)

    assert losses == expected
    for tensor, mine in zip(alone.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.equal(tensor, mine)

    run = load(tmp_path / "run")
    assert run.status == "finished"
    assert run.verify() == []
    assert run.steps == FRAMES
    assert run.losses[0].tolist() == list(range(1, STEPS + 1))
    assert run.losses[1].tolist() == losses
    assert {(line.lr, line.epoch) for line in run.updates} == {(0.05, 1)}
    for step, (logits, state) in kept.items():
        np.testing.assert_allclose(centred(run.net(step)(batch[0].numpy())), logits, atol=1e-5)
        for tensor, value in run.weights(step).items():
            np.testing.assert_array_equal(value, state[tensor].numpy(), err_msg=tensor)
    looked_at, labels = run.digits()
    np.testing.assert_array_equal(looked_at, batch[0].numpy())
    assert labels.tolist() == batch[1].tolist()


def test_batch_norm_statistics_follow_the_training(tmp_path: Path) -> None:
    model = built("residual")
    with record(model, tmp_path / "run", samples=samples()) as rec:
        loop(model, "residual", rec.step, steps=4)
    run = load(tmp_path / "run")
    means = [run.weights(step)["stages.0.bn1.running_mean"] for step in run.steps]
    assert all((a != b).all() for a, b in pairwise(means))
    np.testing.assert_array_equal(means[-1], model.stages[0].bn1.running_mean.numpy())
    assert "stages.0.bn1.running_mean" not in run.graph.parameters


def test_the_header_tells_what_was_recorded(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "mine", samples=samples(), classes=list("abcdefghij")) as rec:
        rec.step(loss=1.5)
        rec.note("half time")
    run = load(tmp_path / "mine")
    assert run.header.recipe is None
    assert run.header.data.name == "mine"
    assert run.header.data.split == {"samples": 6}
    assert run.graph.classes == tuple("abcdefghij")
    assert [(note.step, note.text) for note in run.notes] == [(1, "half time")]
    assert run.losses[1].tolist() == [1.5]
    assert run.header.result is not None
    assert (run.header.result.step, run.header.result.failure) == (1, None)
    assert run.set_names == ("samples",)


def test_a_recording_of_no_step_is_whole(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        assert rec.steps == 0
    run = load(tmp_path / "run")
    assert (run.status, run.steps, run.verify()) == ("finished", (0,), [])


def test_a_loss_that_is_changed_afterwards_is_recorded_as_it_was(tmp_path: Path) -> None:
    """Loops add up: ``total = loss; total += …`` changes the tensor that was given."""
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        for step in range(40):
            loss = torch.tensor(float(step), requires_grad=True).clone()
            rec.step(loss=loss)
            loss += 100
    assert load(tmp_path / "run").losses[1].tolist() == list(range(40))


def test_losses_that_are_no_numbers_are_kept(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        rec.step(loss=torch.tensor(float("nan")))
        rec.step(loss=torch.tensor(float("inf")))
    np.testing.assert_array_equal(load(tmp_path / "run").losses[1], [np.nan, np.inf])


def test_evaluations_are_recorded(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        rec.step(loss=1.0)
        rec.evaluation(accuracy=0.5, loss=1.25, n=200)
        rec.step(loss=0.5)
        rec.evaluation(accuracy=torch.tensor(0.75), loss=torch.tensor(0.5), n=100, set="mine")
        with pytest.raises(DataError, match=r"accuracy 98.1: give the share of right answers, 0…1"):
            rec.evaluation(accuracy=98.1, loss=0.1, n=100)
    run = load(tmp_path / "run")
    lines = [(e.step, e.set, e.n, e.accuracy, e.loss) for e in run.evaluations]
    assert lines == [(1, "test", 200, 0.5, 1.25), (2, "mine", 100, 0.75, 0.5)]
    assert (run.accuracy, run.accuracy_set) == (0.75, "mine")


def test_the_log_tells_things_in_the_order_in_which_they_were(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        for _ in range(19):
            rec.step(loss=1.0)
        rec.evaluation(accuracy=0.5, loss=1.0, n=1)
    kinds = [line.split('"')[3] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert kinds[-3:] == ["step", "evaluation", "frame"]
    assert kinds.count("step") == 19


# -- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no more images"), "stopped by ValueError: no more images"),
        (KeyboardInterrupt(), "stopped by KeyboardInterrupt"),
    ],
)
def test_an_error_in_the_loop_is_recorded_and_raised(
    error: BaseException, reason: str, tmp_path: Path
) -> None:
    model = built("residual")

    def failing() -> None:
        with record(model, tmp_path / "run", samples=samples()) as rec:
            loop(model, "residual", rec.step, steps=19)
            raise error

    with pytest.raises(type(error)) as caught:
        failing()
    assert caught.value is error
    run = load(tmp_path / "run")
    assert run.status == "failed"
    assert run.header.result is not None
    assert run.header.result.failure == reason
    assert run.verify() == []
    assert run.steps == (*range(17), 18, 19)
    assert len(run.updates) == 19
    np.testing.assert_array_equal(run.weights()["fc.bias"], model.fc.bias.detach().numpy())


def test_a_disk_that_is_full_does_not_hide_what_stopped_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(writer: Writer, **fields: object) -> None:
        raise RecordingError("full")

    def failing() -> None:
        with record(built("plain"), tmp_path / "run", samples=samples()):
            monkeypatch.setattr(Writer, "set_header", full)
            raise ValueError("no more images")

    with pytest.raises(ValueError, match="no more images"):
        failing()
    assert load(tmp_path / "run").status == "interrupted"


def test_a_loss_of_several_numbers_is_refused_where_it_is_given(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        with pytest.raises(DataError, match=r"loss of the shape \(8,\): give one number, such as its mean"):
            rec.step(loss=torch.ones(8))
        rec.step(loss=torch.ones(1))
    assert load(tmp_path / "run").losses[1].tolist() == [1.0]


def test_a_step_after_the_end_is_refused(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        rec.step(loss=1.0)
    with pytest.raises(RecordingError, match="run: this recording has ended; nothing more can be added"):
        rec.step(loss=0.5)
    run = load(tmp_path / "run")
    assert (run.steps, len(run.updates), run.verify()) == ((0, 1), 1, [])


def refused(folder: Path, model: nn.Module, given: tuple[Tensor, Tensor], **settings: Any) -> None:
    """Enter a recording whose loop must never begin, and see that it left nothing."""
    with record(model, folder, samples=given, **settings):
        pytest.fail("the loop began")


def test_a_folder_that_exists_is_refused_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(RecordingError, match=r"run: exists already; choose another"):
        refused(tmp_path / "run", built("plain"), samples())
    assert list((tmp_path / "run").iterdir()) == []


X, Y = images("plain", 6), LABELS


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            (X, Y[:5]),
            DataError,
            r"samples: images \(6, 1, 28, 28\) and labels \(5,\); give one label an image",
        ),
        ((X, F.one_hot(Y, 10)), DataError, r"labels \(6, 10\); give one label an image"),
        ((X, Y.float()), DataError, "labels are torch.float32; give the numbers of the classes as int64"),
        ((X, Y + 5), DataError, "label 10; this network's classes are 0…9"),
        ((X, Y - 1), DataError, "label -1; this network's classes are 0…9"),
        ((X[:1], Y[:1]), TraceError, r"samples are float32 \(1, 1, 28, 28\); expected .* at least two"),
        ((X[:, 0], Y), TraceError, r"samples are float32 \(6, 28, 28\); expected float32 \(batch, channels"),
        (((X * 255).byte(), Y), TraceError, r"samples are uint8 \(6, 1, 28, 28\); expected float32"),
        ((X[..., :20], Y), TraceError, "Sequential can't be traced by torch.export"),
        (
            (X[:1].expand(22_000, 1, 28, 28), torch.zeros(22_000, dtype=torch.int64)),
            DataError,
            "samples take 68,992,000 bytes; give at most 20,408 of these images",
        ),
    ],
)
def test_samples_that_do_not_fit_are_refused(
    given: tuple[Tensor, Tensor], kind: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=message):
        refused(tmp_path / "run", built("plain"), given)
    assert list(tmp_path.iterdir()) == []


def test_class_names_must_be_as_many_as_classes(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="gives 10 classes, but 3 names were given"):
        refused(tmp_path / "run", built("plain"), samples(), classes=["a", "b", "c"])


class Wrapped(nn.Module):
    """A network with something done to its output."""

    def __init__(self, end: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.inner = built("plain")
        self.end = end

    def forward(self, x: Tensor) -> Any:
        return self.end(self.inner(x))


ENDS: dict[str, Callable[[Tensor], Any]] = {
    "softmax": lambda z: z.softmax(1),
    "log-softmax": lambda z: z.log_softmax(1),
    "a dictionary": lambda z: {"logits": z, "probabilities": z.softmax(1)},
    "a list of tuples": lambda z: [(z, z.relu())],
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("sure", [1.0, 300.0])
def test_any_common_form_of_answer_is_taken(end: str, sure: float, tmp_path: Path) -> None:
    """Probabilities too, whether the network is unsure or so sure that most of them are 0."""
    model = Wrapped(ENDS[end])
    with torch.no_grad():
        model.inner[-1].weight.mul_(sure)
    with record(model, tmp_path / "run", samples=samples()):
        pass
    run = load(tmp_path / "run")
    logits = answers(model.inner, samples()[0])
    np.testing.assert_allclose(centred(run.net()(samples()[0].numpy())), logits, rtol=1e-4, atol=1e-5)


def test_a_model_that_the_graph_does_not_answer_for_is_refused(tmp_path: Path) -> None:
    """The change in place reaches the maps through a view, which a graph can't tell."""

    class Sly(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.fc = nn.Linear(4, 10)

        def forward(self, x: Tensor) -> Tensor:
            maps = self.conv(x)
            F.relu_(maps.flatten(1))
            return self.fc(maps.mean([2, 3]))

    with pytest.raises(TraceError, match="answers otherwise than the model; does its forward change tensors"):
        refused(tmp_path / "run", Sly(), samples())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fails", [False, True])
def test_the_models_modes_and_gradients_are_left_alone(fails: bool, tmp_path: Path) -> None:
    model = Wrapped(lambda z: z.flip(1) if fails else z)
    model.train()
    model.inner[0].eval()
    modes = [module.training for module in model.modules()]
    model.inner[0].weight.grad = torch.ones_like(model.inner[0].weight)
    state = torch.get_rng_state()
    with (
        pytest.raises(TraceError) if fails else nullcontext(),
        record(model, tmp_path / "run", samples=samples()),
    ):
        pass
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert (model.inner[0].weight.grad == 1).all()
    assert not any(module._forward_hooks for module in model.modules())


def test_a_forward_that_draws_leaves_the_stream_where_it_was(tmp_path: Path) -> None:
    def end(logits: Tensor) -> Tensor:
        if not torch.compiler.is_exporting():
            torch.rand(1)
        return logits

    state = torch.get_rng_state()
    with record(Wrapped(end), tmp_path / "run", samples=samples()):
        pass
    assert torch.equal(torch.get_rng_state(), state)


def test_steps_are_counted(tmp_path: Path) -> None:
    with record(built("plain"), tmp_path / "run", samples=samples()) as rec:
        assert isinstance(rec, OwnLoop)
        rec.step(loss=torch.tensor(1.0))
        rec.step(loss=torch.tensor(1.0))
        assert rec.steps == 2
        assert rec.graph.output == "7"
        assert rec.seconds > 0


def test_what_is_no_model_and_no_samples_is_refused_in_words(tmp_path: Path) -> None:
    """In a process of its own: here the annotations would refuse them first."""
    script = """
import torch
from handlens import HandlensError, record
pair = (torch.rand(4, 1, 28, 28), torch.zeros(4, dtype=torch.int64))
for model, samples in (torch.nn.Flatten(), None), (torch.nn.Flatten(), pair[0]), (len, pair):
    try:
        with record(model, "run", samples=samples):
            pass
    except HandlensError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "samples is a NoneType; expected a pair of tensors: samples=(images, labels)",
        "samples is a Tensor; expected a pair of tensors: samples=(images, labels)",
        "the model is a builtin_function_or_method; expected a torch.nn.Module",
    ]
    assert list(tmp_path.iterdir()) == []


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    samples = torch.full((4, 1, 28, 28), float("nan")), torch.zeros(4, dtype=torch.int64)
    with (
        pytest.raises(DataError, match="some pixels are no finite numbers"),
        record(built("plain"), tmp_path / "run", samples=samples),
    ):
        pass


def test_samples_may_be_numpys_and_the_loop_says_what_it_is(tmp_path: Path) -> None:
    images, labels = np.zeros((4, 1, 28, 28), np.float32), np.zeros(4, np.int64)
    with record(built("plain"), tmp_path / "run", samples=(images, labels)) as rec:
        rec.step(torch.ones(1))
        assert repr(rec).endswith("run': 1 steps recorded>")
        with pytest.raises(DataError, match=r"loss of the shape \(2,\): give one number"):
            rec.step(torch.ones(2))
    np.testing.assert_array_equal(load(tmp_path / "run").digits("samples")[0], images)
