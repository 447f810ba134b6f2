"""The accuracy of a recipe: against an independent count, and that what is there isn't made again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from handlens import data
from handlens.bench import accuracy
from handlens.bench.targets import ACCURACIES
from handlens.cli import main
from handlens.data.mnist import WRONG_TEST_LABELS
from handlens.engine import Interrupted, Stepped, Wishes, train
from handlens.errors import HandlensError, RecipeError
from handlens.recipes import PRESETS
from handlens.recording import load
from handlens.runtime import Net

FEW: dict[str, Any] = {"limit": 500, "epochs": 1, "threads": 1}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `found` recorded its trainings."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def found(runs: Path) -> dict[str, Any]:
    """A report of two seeds on next to nothing."""
    return accuracy.measured("micro", (1, 2), runs, **FEW)


def test_each_seed_is_counted_as_torch_counts_it(found: dict[str, Any], runs: Path) -> None:
    test = data.load("mnist").test
    images = torch.from_numpy(test.images[:, None].astype(np.float32) / 255)
    for row, seed in zip(found["runs"], (1, 2), strict=True):
        with torch.inference_mode():
            answers = torch.softmax(load(runs / f"micro-{seed}").module().eval()(images).double(), 1)
        right = (answers.argmax(1) == torch.from_numpy(test.labels.astype(np.int64))).numpy()
        assert row["seed"] == seed
        assert row["accuracy"] == pytest.approx(right.mean(), abs=2e-4)
        assert row["interval"][0] < row["accuracy"] < row["interval"][1]
        assert row["right_labels"]["n"] == 9_985
        kept = np.delete(right, WRONG_TEST_LABELS)
        assert row["right_labels"]["accuracy"] == pytest.approx(kept.mean(), abs=2e-4)
        sure = answers.max(1).values.numpy()
        places = np.ceil(sure * 15)
        gaps = [abs((right[places == p] - sure[places == p]).sum()) for p in range(1, 16)]
        assert row["calibration_error"] == pytest.approx(sum(gaps) / 10_000, abs=1e-3)


def test_the_report_has_the_recipe_the_mean_and_the_networks_size(found: dict[str, Any]) -> None:
    assert found["recipe"]["train_on"] == "development"
    assert "seed" not in found["recipe"]
    both = [row["accuracy"] for row in found["runs"]]
    assert found["accuracy"]["mean"] == pytest.approx(np.mean(both), abs=1e-6)
    assert found["accuracy"]["passes"] is False  # two seeds of five
    assert found["parameters"] == 997  # its norms are only to learn by
    (table,) = accuracy.tables(found)
    assert "not reached" in table.title
    assert [row[0] for row in table.rows] == ["1", "2", "mean"]


@pytest.mark.usefixtures("found")
def test_what_was_learnt_is_the_network_without_its_norms(runs: Path) -> None:
    run = load(runs / "micro-1")
    graph, weights = accuracy.learnt(run)
    assert "batchnorm" not in {node.op for node in graph.nodes}
    images = run.digits("test")[0][:200]
    np.testing.assert_allclose(Net(graph, weights)(images), run.net()(images), rtol=1e-3, atol=1e-4)


def test_what_is_finished_isnt_trained_again(
    found: dict[str, Any], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy, "train", lambda *_, **__: pytest.fail("trained again"))
    assert accuracy.measured("micro", (1, 2), runs, **FEW) == found


def test_seeds_of_an_earlier_report_stay_as_long_as_the_recipe_is_the_same(
    found: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {**found, "runs": found["runs"][:1]}
    both = accuracy.measured("micro", (2,), tmp_path, earlier=first, **FEW)
    assert [row["seed"] for row in both["runs"]] == [1, 2]
    assert both["runs"][0] == found["runs"][0]
    assert both["accuracy"] == found["accuracy"]
    assert [path.name for path in tmp_path.iterdir()] == ["micro-2"]
    trained: list[int] = []
    monkeypatch.setattr(accuracy, "trained", lambda wanted, *_: trained.append(wanted.seed))
    monkeypatch.setattr(accuracy, "scored", lambda run: found["runs"][0])
    accuracy.measured("micro", (1,), tmp_path, earlier={**found, "recipe": {}}, **FEW)
    assert trained == [1]


@pytest.mark.usefixtures("found")
def test_another_recipes_recording_is_refused(runs: Path) -> None:
    with pytest.raises(HandlensError, match=r"micro-1: was recorded by another recipe; move it away"):
        accuracy.measured("micro", (1,), runs, **FEW, lr=0.5)


def test_a_training_that_was_stopped_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(RecipeError, match="limit"):  # the recording is of the one before it
        accuracy.measured("micro", (1,), _half(tmp_path), told.append, **{**FEW, "limit": 100})
    found = accuracy.measured("micro", (1,), tmp_path, told.append, **FEW)
    assert load(tmp_path / "micro-1").status == "finished"
    assert told[-1] == f"micro, seed 1: {found['runs'][0]['accuracy']:.2%} in 0.0 minutes"


def _half(runs: Path) -> Path:
    """A folder with a training that was stopped at its third update."""
    wishes = Wishes()

    def listener(event: object) -> None:
        if isinstance(event, Stepped) and event.step == 3:
            wishes.stop()

    chosen = accuracy.chosen("micro", 1, **FEW)
    with pytest.raises(Interrupted):
        train(chosen, out=runs / "micro-1", listener=listener, wishes=wishes)
    return runs


def test_a_training_that_diverged_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HandlensError, match=r"micro-1: diverged"):
        accuracy.measured("micro", (1,), tmp_path, **FEW, lr=1e6, optimiser="sgd")


def test_only_recipes_with_a_promise_are_measured() -> None:
    assert {target.preset for target in ACCURACIES} <= set(PRESETS)
    with pytest.raises(
        HandlensError, match=r"no accuracy is promised of the recipe 'lab'; one is of tutorial"
    ):
        accuracy.measured("lab")


def test_a_trial_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "trial.json"
    assert main(["bench", "accuracy", "micro", "--trial", "--out", str(out)]) == 0
    assert "micro, 9" in capsys.readouterr().out
    assert out.exists()
