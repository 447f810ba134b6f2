"""The training: the documents' numbers, honest sets, divergence and standstill said."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from literal import Lab, PerItem, lab_losses, week5_losses

from handlens import nets
from handlens.data import Sets
from handlens.engine import Began, Diverged, Evaluated, Event, Finished, Stepped, optim, training
from handlens.engine.trainer import _Training
from handlens.errors import RecipeError
from handlens.recipes import Recipe
from handlens.recording.schema import Score
from handlens.runtime import Net

QUICK = {"epochs": 1, "limit": 400, "threads": 1}


def steps(events: Iterator[Event], n: int) -> list[Stepped]:
    """The first n updates."""
    return list(itertools.islice((event for event in events if isinstance(event, Stepped)), n))


def test_week5_trains_to_the_write_ups_own_losses(mnist: Sets) -> None:
    """Seed, initial weights and order are torch's, so the first 20 losses are those of a real DataLoader."""
    expected = list(itertools.islice(week5_losses(mnist.development), 20))
    events = training("week5", threads=1)
    np.testing.assert_allclose([event.loss for event in steps(events, 20)], expected, atol=1e-5)


def test_lab_trains_to_the_labs_own_losses(mnist: Sets) -> None:
    """From the same initial weights; 600 steps of it are compared in tests/slow."""
    model = Lab()
    names = {"cnn1": "conv1", "cnn2": "conv2", "fc1": "logits"}
    state = {
        f"{names[name.partition('.')[0]]}.{name.partition('.')[2]}": value.detach().numpy().copy()
        for name, value in model.state_dict().items()
    }
    expected = list(itertools.islice(lab_losses(model, mnist.development, 1), 20))
    events = training("lab", start=state, threads=1)
    np.testing.assert_allclose([event.loss for event in steps(events, 20)], expected, atol=1e-5)


def test_the_events_of_a_training() -> None:
    events = list(training("default", **QUICK, batch=100, watch_every=2))
    kinds = [(type(event), event.step) for event in events]
    assert kinds == [
        (Began, 0),
        (Evaluated, 0),
        (Stepped, 1),
        (Stepped, 2),
        (Evaluated, 2),
        (Stepped, 3),
        (Stepped, 4),
        (Evaluated, 4),
        (Finished, 4),
    ]
    began, last = events[0], events[-1]
    assert isinstance(began, Began)
    assert (began.total, began.split) == (4, {"train": 400, "validation": 5000})
    assert isinstance(last, Finished)
    assert (last.images, last.test.set, last.test.n) == (400, "test", 10_000)
    assert [event.settled for event in events] == [False, False, True, False, True, True, False, True, False]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"watch_every": None}, [4, 8]),
        ({"watch_every": 3, "watch_from": 1}, [1, 4, 7, 8]),
        ({"watch_every": 5, "watch_from": 0}, [0, 5, 8]),
    ],
)
def test_when_the_watched_set_is_scored(fields: dict, expected: list[int]) -> None:
    events = training("default", epochs=2, limit=400, threads=1, watch_first=50, **fields)
    assert [event.step for event in events if isinstance(event, Evaluated)] == expected


def test_the_test_set_is_out_of_reach_before_the_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    split = Sets.split

    def watched(self: Sets, name: str) -> object:
        touched.append(name)
        return split(self, name)

    monkeypatch.setattr(Sets, "split", watched)
    for event in training("default", **QUICK):
        if not isinstance(event, Finished):
            assert "test" not in touched
    assert touched.count("test") == 1


def test_a_score_is_what_the_network_says(mnist: Sets) -> None:
    (event,) = (event for event in training("default", **QUICK) if isinstance(event, Finished))
    images = mnist.test.images[:, None].astype(np.float32) / 255
    logits = Net(nets.tutorial(), event.weights())(images)
    truth = torch.from_numpy(mnist.test.labels.astype(np.int64))
    loss = torch.nn.functional.cross_entropy(torch.from_numpy(logits), truth)
    right = float((logits.argmax(1) == mnist.test.labels).mean())
    assert event.test == Score(set="test", n=10_000, loss=event.test.loss, accuracy=right)
    assert event.test.loss == pytest.approx(float(loss), rel=1e-4)


def test_the_size_of_an_update_is_told(mnist: Sets) -> None:
    """For one step of SGD: the gradient's norm, and rate x gradient over weight."""
    first = next(iter(training("lab", threads=1, batch=100)))
    before = first.weights()
    events = training("lab", threads=1, watch_every=1, watch_from=1, watch_first=10)
    (scored,) = itertools.islice((event for event in events if isinstance(event, Evaluated)), 1)
    items = [PerItem(mnist.development)[index] for index in range(100)]
    network = Lab()
    own = zip(network.state_dict(), before.values(), strict=True)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in own})
    images, labels = torch.stack([image for image, _ in items]), torch.tensor([label for _, label in items])
    torch.nn.functional.cross_entropy(network(images), labels).backward()
    for name, parameter in zip(before, network.parameters(), strict=True):
        norm = float(parameter.grad.norm())
        assert scored.gradient_norm[name] == pytest.approx(norm, rel=1e-3)
        assert scored.update_ratio[name] == pytest.approx(0.1 * norm / np.linalg.norm(before[name]), rel=1e-3)


def test_a_training_that_diverges_says_where() -> None:
    events = list(training("lab", lr=1e6, threads=1, limit=5000, epochs=1))
    last = events[-1]
    assert isinstance(last, Diverged)
    assert f"at step {last.step + 1} the loss is no number" in last.text
    assert "first at layer '" in last.text
    assert "(now 1e+06: --lr 0.1)" in last.text  # the lab's own


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("layout", ["blocked", "contiguous"])
def test_batch_norm_hides_no_divergence(layout: str, precision: str) -> None:
    fields = {"optimiser": "sgd", "limit": 600, "batch": 10, "watch_first": 50, "threads": 1}
    *_, last = training("fast", lr=100, layout=layout, precision=precision, **fields)
    assert isinstance(last, Diverged)
    assert last.step < 20
    assert "first at layer '" in last.text


def test_the_first_bad_step_is_named_also_where_the_loss_is_rarely_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a GPU; which layer was first can't be told any more, the weights being no numbers by then."""
    monkeypatch.setattr(_Training, "_looks", lambda training, step: step % 20 == 0)
    events = list(training("lab", lr=1e6, threads=1, limit=5000, epochs=1))
    losses = [event.loss for event in events if isinstance(event, Stepped)]
    first = next(step for step, loss in enumerate(losses, start=1) if not np.isfinite(loss))
    last = events[-1]
    assert isinstance(last, Diverged)
    assert first < last.step == 19
    assert last.text.startswith(f"diverged: at step {first} the loss is no number any more. Try a lower")


def test_a_training_that_stands_still_says_so() -> None:
    events = list(training("lab", lr=1e-9, threads=1, batch=10, limit=2000, epochs=1, watch_first=1000))
    (scored,) = (event for event in events if isinstance(event, Evaluated))
    assert scored.stuck is not None
    assert "after 200 updates, where guessing gives 12.60%" in scored.stuck
    assert "--lr 1e-10" in scored.stuck


@pytest.mark.parametrize(("rate", "finite"), [(1e6, True), (math.inf, False)])
def test_a_network_that_blew_up_is_told_too(
    rate: float, finite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its last update, after which no loss is looked at."""
    monkeypatch.setattr(optim, "learning_rate", lambda *_: rate)
    events = list(training("lab", threads=1, limit=100, epochs=1, watch_first=100))
    (scored,) = (event for event in events if isinstance(event, Evaluated))
    assert np.isfinite(scored.score.loss) == finite
    assert scored.stuck is not None
    assert "blown up: a loss of " in scored.stuck
    assert "where guessing gives 2.30" in scored.stuck


def test_predictions_come_from_the_average_where_there_is_one() -> None:
    def last(**fields: object) -> tuple[dict, dict]:
        event = list(training("default", **QUICK, **fields))[-1]
        return event.weights(), event.state().tensors

    weights, tensors = last(ema=0.5)
    np.testing.assert_array_equal(weights["conv1.bias"], tensors["ema/conv1.bias"])
    assert not np.array_equal(weights["conv1.bias"], tensors["weights/conv1.bias"])
    plain, _ = last()
    np.testing.assert_array_equal(plain["conv1.bias"], tensors["weights/conv1.bias"])


def test_a_device_that_is_not_there_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(RecipeError, match=r"device 'cuda:3' isn't usable here .*there is: cpu"):
        next(training("default", device="cuda:3"))


def test_trainings_disturb_neither_each_other_nor_what_runs_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once, one of them dropped: each update has its own recipe's threads and flushed denormals."""
    before = torch.get_num_threads()
    found: list[tuple[int, bool]] = []
    rate = optim.learning_rate

    def spy(chosen: Recipe, step: int, total: int) -> float:
        found.append((torch.get_num_threads(), flushes()))
        return rate(chosen, step, total)

    monkeypatch.setattr(optim, "learning_rate", spy)
    dropped, other = (training("lab", limit=400, threads=before + more) for more in (1, 2))
    steps(dropped, 1)
    steps(other, 1)
    dropped.close()
    steps(other, 1)
    assert found == [(before + more, True) for more in (1, 2, 2)]
    assert (torch.get_num_threads(), flushes()) == (before, False)


def flushes() -> bool:
    """Whether numbers too small for a normal float become 0."""
    return float(torch.tensor([1e-30]) * torch.tensor([1e-10])) == 0
