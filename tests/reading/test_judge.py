"""Frames to probabilities, and the rule beside a recording."""

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from handlens import data
from handlens.errors import RecordingError
from handlens.reading.judge import RULE_FILE, SHARE, Judge, Rule
from handlens.recording import load

FRAMES = data.load("mnist").validation.images[:20].astype(np.float32) / 255


def test_probabilities_are_the_logits_by_the_rule() -> None:
    """The oracle: logits over the temperature, that of none less the rarity, softmax."""
    judge = Judge(load("reader").net(), Rule(temperature=2.0, threshold=0.5, rarity=1.5))
    logits = load("reader").net()(FRAMES[:, None]).astype(np.float64) / 2
    logits[:, 10] -= 1.5
    np.testing.assert_allclose(judge(FRAMES), softmax(logits, axis=1), atol=1e-5)


def test_many_frames_are_looked_at_side_by_side_and_answered_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge = Judge(load("reader").net())
    many = data.load("mnist").validation.images[: 2 * SHARE].astype(np.float32) / 255
    expected = np.concatenate([judge(some) for some in np.array_split(many, 8)])
    net, together = judge.net, threading.Barrier(2, timeout=30)

    def looks(images: np.ndarray) -> np.ndarray:
        together.wait()  # breaks unless two are here
        return net(images)

    monkeypatch.setattr(judge, "net", looks)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    np.testing.assert_allclose(judge(many), expected, atol=1e-5)


def test_sureness_is_as_if_nothing_were_rare() -> None:
    """The oracle: the same network under a rule without rarity."""
    net = load("reader").net()
    noise = np.random.default_rng(0).random((20, 28, 28), np.float32)
    some = np.concatenate([FRAMES, noise, 1 - FRAMES])
    plain, rare = (Judge(net, Rule(1.5, 0.7, rarity)) for rarity in (0.0, 3.0))
    np.testing.assert_allclose(rare.as_trained(rare(some)), plain(some), rtol=1e-4, atol=1e-7)
    expected = plain(some)[:, :10].max(axis=1)
    np.testing.assert_allclose(rare.sureness(rare(some)), expected, rtol=1e-4)


def test_a_network_without_none_knows_no_rarity() -> None:
    from handlens.page import sample

    net = sample.recording().net()
    judge = Judge(net, Rule(rarity=5.0))
    np.testing.assert_allclose(judge(FRAMES), softmax(net(FRAMES[:, None]), axis=1), atol=1e-5)
    assert judge.digits == judge.names == tuple("0123456789")


def test_the_rule_lies_beside_the_recording(tmp_path: Path) -> None:
    assert Rule.of(tmp_path) == Rule()
    (tmp_path / RULE_FILE).write_text(json.dumps({"temperature": 2, "threshold": 0.25, "rarity": -1}))
    assert Rule.of(tmp_path) == Rule(2.0, 0.25, -1.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"temperature": 1, "threshold": 0.5}',
        '{"temperature": 0, "threshold": 0.5, "rarity": 0}',
        '{"temperature": NaN, "threshold": 0.5, "rarity": 0}',
        '{"temperature": 1, "threshold": 1.5, "rarity": 0}',
        '{"temperature": 1, "threshold": 0.5, "rarity": Infinity}',
        '{"temperature": "x", "threshold": 0.5, "rarity": 0}',
        '{"temperature": 1, "temperature": 2, "threshold": 0.5, "rarity": 0}',
        '{"temperature": 1, "threshold": 0.5, "rarity": ' + "9" * 400 + "}",
        "[" * 200_000,
        " " * 70_000 + '{"temperature": 1, "threshold": 0.5, "rarity": 0}',
    ],
)
def test_a_damaged_rule_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / RULE_FILE).write_text(content)
    with pytest.raises(RecordingError, match="numbers temperature, threshold and rarity"):
        Rule.of(tmp_path)


def test_a_rule_that_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(json.dumps({"temperature": 2, "threshold": 0.25, "rarity": -1}))
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / RULE_FILE).symlink_to("../secret")
    with pytest.raises(RecordingError, match=r"rule\.json: .*leads out of .*run, to .*secret"):
        Rule.of(folder)
    (folder / RULE_FILE).unlink()
    os.mkfifo(folder / RULE_FILE)
    with pytest.raises(RecordingError, match=r"rule\.json: .*is a device or pipe"):
        Rule.of(folder)


def test_a_diverged_training_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = load("reader")
    weights = run.weights()
    weights["conv2.weight"] = weights["conv2.weight"] * np.float32(np.nan)
    monkeypatch.setattr(run, "weights", lambda: weights)
    with pytest.raises(RecordingError, match=r"its training diverged, conv2\.weight isn't finite"):
        Judge.of(run)
