"""How the rule of the network that ships is chosen, and what of a training ships."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import softmax

from handlens import nets
from handlens.engine import record, train
from handlens.module import Network
from handlens.reading.judge import Rule
from handlens.recording import load

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import make_weights


def test_the_temperature_undoes_a_scale() -> None:
    """Labels drawn from the logits' own probabilities: their temperature is 1, of thrice them it is 3."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 11)).astype(np.float32)
    labels = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1).clip(max=10)
    weights = np.full(20_000, 1 / 20_000)
    assert make_weights.calibrated(logits, labels, weights) == pytest.approx((1, 0), abs=0.06)
    assert make_weights.calibrated(3 * logits, labels, weights) == pytest.approx((3, 0), abs=0.12)


def test_rarity_is_the_logarithm_of_how_much_rarer_things_are() -> None:
    """Weights that make things a tenth as likely beside digits: Bayes's rule moves their logit by log 10."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (40_000, 11)).astype(np.float32)
    labels = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((40_000, 1))).sum(axis=1).clip(max=10)
    weights = np.where(labels == 10, 0.1, 1.0)
    assert make_weights.calibrated(logits, labels, weights) == pytest.approx((1, np.log(10)), abs=0.1)


def test_softmax_is_softmax() -> None:
    logits = np.random.default_rng(0).normal(0, 30, (50, 11)).astype(np.float32)
    np.testing.assert_allclose(make_weights.softmax(logits), softmax(logits, axis=1), atol=1e-6)


def test_worn_digits_are_worn_the_same_twice() -> None:
    images = np.random.default_rng(0).random((300, 1, 28, 28), np.float32)
    labels = np.arange(300) % 11
    once = make_weights.worn(images, labels)
    assert once.shape == images.shape
    assert np.array_equal(once, make_weights.worn(images, labels))
    assert not np.array_equal(once, images)


def test_one_frame_ships_with_the_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = train("dash", out=tmp_path / "run", limit=2000)
    monkeypatch.setattr(make_weights, "WORK", tmp_path)
    monkeypatch.setattr(make_weights.shipped, "FOLDER", tmp_path / "package")
    (tmp_path / "package" / "reader" / "frames").mkdir(parents=True)
    (tmp_path / "package" / "reader" / "README.md").write_text("the card")
    (tmp_path / "package" / "reader" / "frames" / "00000001.safetensors").write_text("an older network")
    make_weights.ship_reader(run, Rule(1.25, 0.5, 3.0))
    made = load(tmp_path / "package" / "reader")
    assert made.verify() == []
    assert made.steps == (run.steps[-1],)
    assert [path.name for path in (made.folder / "frames").iterdir()] == ["00000010.safetensors"]
    assert (made.folder / "README.md").read_text() == "the card"
    assert '"rarity": 3.0' in (made.folder / "rule.json").read_text()
    assert made.header.data.name == "mnist"
    assert {f"made {name}" for name in run.header.data.sha256} <= set(made.header.data.sha256)
    for name, weights in made.weights().items():
        assert np.array_equal(weights, run.weights()[name])


def test_the_network_of_rows_ships_under_its_own_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(nets.rows())
    windows, labels = torch.rand(2, 1, 32, 37), torch.tensor([3, 7])
    with record(network, tmp_path / "run", samples=(windows, labels), classes=network.graph.classes) as loop:
        loop.step(loss=1.0)
        loop.evaluation(accuracy=0.5, n=2, set="rows")
    monkeypatch.setattr(make_weights, "WORK", tmp_path)
    monkeypatch.setattr(make_weights.shipped, "FOLDER", tmp_path / "package")
    (tmp_path / "package").mkdir()
    make_weights.ship_rows(load(tmp_path / "run"))
    made = load(tmp_path / "package" / "rows")
    assert made.verify() == []
    assert made.graph == nets.rows()
    assert made.steps == (1,)
    assert made.header.hardware == {}
    assert made.set_names == ("samples",)
    assert np.array_equal(made.digits()[1], labels)
    for name, weights in made.weights().items():
        assert np.array_equal(weights, network.weights()[name])


def test_a_plain_network_ships_as_it_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_weights, "WORK", tmp_path)
    monkeypatch.setattr(make_weights.shipped, "FOLDER", tmp_path / "package")
    chosen = make_weights.accuracy.chosen("micro", 1, limit=300, epochs=1)
    run = make_weights.accuracy.trained(chosen, tmp_path / "runs")
    monkeypatch.setattr(make_weights.accuracy, "trained", lambda wanted, told: run)
    make_weights.ship_plain("micro")
    made = load(tmp_path / "package" / "micro")
    assert made.verify() == []
    assert made.header.result == run.header.result
    assert made.steps == (run.steps[-1],)
    assert made.evaluations == ()  # of digits that were learnt from
    graph, weights = make_weights.accuracy.learnt(run)
    assert made.graph == graph != run.graph  # its norms are folded away
    for name, found in made.weights().items():
        assert np.array_equal(found, weights[name])
