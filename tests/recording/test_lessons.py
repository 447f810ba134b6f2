"""The recordings that are broken on purpose: each is whole, and shows what its lesson says."""

import importlib.util
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import handlens as hl
from handlens import data
from handlens.engine.batches import mislabelled
from handlens.page.lesson import FILE, Lesson, read
from handlens.recipes import LESSONS
from handlens.recording import Recording, load, shipped
from handlens.recording.reader import as_input

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is computed is kept for this file's tests alone."""
    monkeypatch.setenv("HANDLENS_CACHE", str(tmp_path_factory.getbasetemp() / "lessons"))


def lesson(name: str) -> Lesson:
    folder = shipped.folder(name)
    assert folder is not None
    return read(folder / FILE)


@cache
def answers(name: str, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the test digits: their labels, what is answered, and with which probability; and the mean loss."""
    run = load(name)
    assert step in run.steps
    logits = run.outputs("test", step).astype(np.float64)
    labels = run.labels("test")
    odds = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return labels, odds.argmax(axis=1), odds


def accuracy(name: str, step: int) -> float:
    labels, guesses, _ = answers(name, step)
    return float((labels == guesses).mean())


def loss(name: str, step: int) -> float:
    labels, _, odds = answers(name, step)
    return float(-odds[np.arange(len(labels)), labels].mean())


def batch_losses(run: Recording) -> np.ndarray:
    return run.losses[1]


def living(run: Recording, step: int, stage: str = "relu2") -> list[int]:
    """The units of a stage, from 1 on, that answer some of 2,000 test digits."""
    maps = run.stages(run.digits("test", np.arange(2000))[0], step)[stage]
    return [unit + 1 for unit in np.flatnonzero((maps > 0).any(axis=(0, 2, 3)))]


@pytest.mark.parametrize("name", shipped.lessons())
def test_each_is_whole_small_and_by_its_recipe(name: str) -> None:
    run = hl.load(name)
    assert run.verify() == []
    assert run.status == "finished"
    assert run.header.recipe == LESSONS[name]
    assert (run.notes, run.header.hardware) == ((), {})
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".jsonl", ".safetensors", ".md"}
    assert sum(path.stat().st_size for path in files) < 560_000
    assert run.folder not in run.cache.parents
    card = (run.folder.parent / "README.md").read_text("utf-8")
    assert f"`{name}`" in card
    assert f"| {run.accuracy:.2%} |".replace("%", " %") in card


@pytest.mark.parametrize("name", shipped.lessons())
def test_its_moments_are_frames_and_items_that_are_there(name: str) -> None:
    run, asked = load(name), lesson(name)
    assert asked.title.endswith("?")
    assert 3 <= len(asked.moments) <= 6
    assert asked.answer
    for moment in asked.moments:
        step = re.search(r"step=(\d+)", moment.address)
        assert step is not None
        assert int(step[1]) in run.steps, moment
        if filters := re.search(r"filters=conv2\.(\d+)", moment.address):
            assert 1 <= int(filters[1]) <= 8


def test_a_recording_of_that_name_here_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "overfitting").mkdir()
    assert hl.load("overfitting").folder == shipped.FOLDER / "lessons" / "overfitting"
    (tmp_path / "overfitting" / "recording.json").write_text("{}")
    with pytest.raises(hl.HandlensError, match=r"overfitting.recording\.json"):
        load("overfitting")


def check_rate(run: Recording) -> None:
    """It learns, breaks as the rate nears its peak, and stays where guessing is."""
    rates = {line.step: line.lr for line in run.updates}
    losses = batch_losses(run)
    assert losses[20:60].mean() < 0.6
    assert losses[130:].min() > 2
    assert [rates[120], max(rates.values())] == pytest.approx([0.5, 0.5], rel=1e-6)
    assert living(run, 128) == living(run, 400) == []
    late = [line.gradient_norm for line in run.evaluations if line.step >= 130]
    assert {name for norms in late for name, norm in norms.items() if norm} == {"logits.bias"}


def check_dead(run: Recording) -> None:
    """At least half of the second layer's filters die in one step, and stay dead; the rest learns without."""
    assert living(run, 0) == living(run, 9) == list(range(1, 9))
    struck, later, last = (set(living(run, step)) for step in (10, 16, 300))
    assert len(struck) <= 4
    assert struck >= later >= last
    assert last
    assert run.accuracy is not None
    assert run.accuracy > 0.8


def check_order(run: Recording) -> None:
    """It answers the digit that it read last to everything, whichever that was."""
    said = {8: 0, 24: 1, 40: 2, 128: 9, 256: 9}
    for step, digit in said.items():
        assert set(run.net(step)(run.digits("test", np.arange(500))[0]).argmax(axis=1)) == {digit}
    losses = batch_losses(run)
    assert losses.min() < 0.01
    assert losses[39] > 4


def check_overfitting(run: Recording) -> None:
    """The loss on what it learns from falls to nothing, that on the validation digits falls, then doubles."""
    scored = {line.step: line for line in run.evaluations}
    lowest = min(scored, key=lambda step: scored[step].loss or np.inf)
    assert 40 <= lowest <= 70
    assert (scored[500].loss or 0) > 1.8 * (scored[lowest].loss or np.inf)
    assert abs(scored[500].accuracy - scored[lowest].accuracy) < 0.02
    assert batch_losses(run)[-20:].max() < 0.001
    digits = data.load("mnist").train
    for step, right in {64: 495, 80: 500, 500: 500}.items():
        assert (
            run.net(step)(as_input(digits.images[:500])).argmax(axis=1) == digits.labels[:500]
        ).sum() == right


def check_labels(run: Recording) -> None:
    """It knows the exchanged labels by heart, and nothing of digits."""
    digits = data.load("mnist").train
    right = digits.labels[:300].astype(np.int64)
    assert run.header.recipe is not None
    told = mislabelled(run.header.recipe, torch.from_numpy(right)).numpy()
    said = run.net()(as_input(digits.images[:300])).argmax(axis=1)
    assert (said == told).all()
    assert (told == right).sum() == 35  # one in nine kept its own
    assert batch_losses(run)[-20:].max() < 0.02
    assert run.accuracy is not None
    assert abs(run.accuracy - 0.1) < 0.02
    # Its moments speak of three that it learnt from, by their places in the training file.
    assert digits.indices[[0, 4, 7]].tolist() == [0, 5, 8]
    assert (right[[0, 4, 7]].tolist(), told[[0, 4, 7]].tolist()) == ([5, 2, 1], [6, 2, 9])


def check_moved(run: Recording) -> None:
    """It reads digits in the middle of their pictures, and half of the same digits elsewhere."""
    centred = data.load("mnist").test
    right = run.net()(as_input(centred.images)).argmax(axis=1) == centred.labels
    assert round(100 * right.mean()) == 98
    assert run.accuracy == pytest.approx(0.48, abs=0.005)
    assert run.sets is not None
    assert run.sets.name == "mnist-shifted"


CLAIMS: dict[str, Callable[[Recording], None]] = {
    "rate-too-high": check_rate,
    "dead-relus": check_dead,
    "no-shuffling": check_order,
    "overfitting": check_overfitting,
    "shuffled-labels": check_labels,
    "no-augmentation": check_moved,
}


@pytest.mark.parametrize("name", shipped.lessons())
def test_it_shows_what_it_claims(name: str) -> None:
    CLAIMS[name](load(name))


def test_the_numbers_in_the_lessons_are_the_frames() -> None:
    hundredths = {
        ("rate-too-high", 32): 90,
        ("overfitting", 24): 82,
        ("overfitting", 48): 88,
        ("overfitting", 500): 90,
    }
    for (name, step), expected in hundredths.items():
        assert round(100 * accuracy(name, step)) == expected
    assert loss("rate-too-high", 104) > 3 * loss("rate-too-high", 32)
    assert [round(loss("overfitting", step), 2) for step in (24, 48, 500)] == [0.6, 0.42, 0.75]
    dead = load("dead-relus")
    assert living(dead, 10) == [2, 3, 7]
    assert living(dead, 16) == living(dead, 300) == [2]
    assert [len(living(dead, step, "relu1")) for step in (0, 160)] == [4, 1]
    sure = []
    for step in (48, 500):
        labels, guesses, odds = answers("overfitting", step)
        sure.append(int((np.exp(odds.max(axis=1))[labels != guesses] > 0.99).sum()))
        assert (labels[44], guesses[44]) == (3, {48: 3, 500: 5}[step])
    assert sure == [44, 382]
    told = " ".join(lesson("overfitting").answer)
    assert "44 had a confidence above 99 % at step 48; at the end 382" in told
    labels, guesses, _ = answers("no-augmentation", 550)
    assert [(labels[i], guesses[i]) for i in (0, 7, 10)] == [(7, 7), (9, 2), (0, 7)]
    far = np.abs(corners(data.load("mnist-shifted")) - corners(data.load("mnist"))).max(axis=1)
    assert far[[0, 7, 10]].tolist() == [2, 6, 4]
    shares = {pixels: (labels == guesses)[far == pixels].mean() for pixels in (1, 3, 6)}
    assert {pixels: round(100 * share) for pixels, share in shares.items()} == {1: 98, 3: 61, 6: 16}


def corners(sets: data.Sets) -> np.ndarray:
    """Of each test digit the first row and the first column that has ink."""
    ink = sets.test.images > 0
    return np.stack([ink.any(axis=2).argmax(axis=1), ink.any(axis=1).argmax(axis=1)], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dead-relus", "no-shuffling"])
def test_made_again_it_is_the_same_lesson(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rounding is that of the machine that made it, byte for byte; elsewhere it claims the same.

    Which filters die, and when, is the shipped frames' own: with other rounding of float32 it
    may be others.
    """
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    run = tool().lesson(name, tmp_path)
    ships = load(name)
    assert run.steps == ships.steps
    assert run.digest(0) == ships.digest(0)
    early = run.steps[1]
    for tensor, values in run.weights(early).items():
        np.testing.assert_allclose(values, ships.weights(early)[tensor], atol=1e-4)
    CLAIMS[name](run)


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_lessons", ROOT / "tools" / "make_lessons.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_lessons"] = module
    spec.loader.exec_module(module)
    return module
