"""The two examples on a slice: every picture and printed result of the documents, and the loops untouched."""

import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from literal import Lab, lab_losses, week5_losses
from PIL import Image

from handlens.data import Sets, Split
from handlens.recording import Recording, load

EXAMPLES = Path(__file__).parents[1] / "examples"
LIMIT = 600

LAB_PICTURES = {
    "fourth-sample",
    "third-sample",
    "kernels-before-cnn1",
    "kernels-before-cnn2",
    "loss-and-accuracy",
    "loss-of-every-step",
    "kernels-after-cnn1",
    "kernels-after-cnn2",
    "first-five-misclassified",
    *(
        f"sample-{sample}{stage}"
        for sample in (1, 2)
        for stage in ("", "-cnn1", "-relu1", "-maxpool1", "-cnn2", "-relu2", "-maxpool2", "-flattened")
    ),
}
WEEK5_PICTURES = {"first-digit", "ten-predictions", "loss-and-accuracy", "last-layer"}


class Ran(NamedTuple):
    """What an example printed, and what it recorded."""

    said: str
    run: Recording


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """The losses of two loops are compared to the bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Ran:
    """The lab's example, run once."""
    return ran("lab", tmp_path_factory.mktemp("lab") / "run", epochs=2)


@pytest.fixture(scope="module")
def week5(tmp_path_factory: pytest.TempPathFactory, one_thread: None, brief_dreams: None) -> Ran:
    """The write-up's example, run once."""
    return ran("week5", tmp_path_factory.mktemp("week5") / "run", epochs=1)


def ran(name: str, out: Path, epochs: int) -> Ran:
    """Run an example as a script on a slice."""
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        patch.setattr(sys, "argv", [name, "--limit", f"{LIMIT}", "--epochs", f"{epochs}", "--out", f"{out}"])
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    return Ran(said.getvalue(), load(out))


def sliced(split: Split) -> Split:
    """The first digits of a split."""
    fields = {name: getattr(split, name)[:LIMIT] for name in ("images", "labels", "indices")}
    return replace(split, **fields)


def pictures(ran: Ran) -> set[str]:
    """The pictures that were written and whose paths were printed."""
    there = {path.stem for path in (ran.run.folder / "figures").glob("*.png") if path.stat().st_size > 2000}
    return there & set(re.findall(r"/figures/(.+)\.png$", ran.said, re.MULTILINE))


def test_the_lab_shows_all_its_pictures(lab: Ran) -> None:
    assert pictures(lab) == LAB_PICTURES


def test_the_lab_prints_all_its_results(lab: Ran) -> None:
    lines = lab.said.splitlines()
    assert lines[:4] == [
        "<development: 60,000 images of 28 × 28 pixels, uint8, with labels>",
        "<test: 10,000 images of 28 × 28 pixels, uint8, with labels>",
        "type of a label: torch.LongTensor",
        "label of the fourth sample: tensor(1)",
    ]
    assert "sample 1, relu1: [1, 16, 28, 28]" in lines
    assert "sample 2, maxpool2: [1, 32, 7, 7]" in lines
    assert "sample 2, flattened: [1, 1568]" in lines
    yhat = re.findall(r"^yhat: (\d) y: (\d)$", lab.said, re.MULTILINE)
    assert len(yhat) == 5
    assert all(read != true for read, true in yhat)
    assert lines[-1].endswith('run = hl.train("lab", out="runs/lab"); hl.report(run)')


def test_the_lab_scores_each_epoch(lab: Ran) -> None:
    printed = re.findall(r"epoch (\d): loss of the last batch ([\d.]+), accuracy ([\d.]+)", lab.said)
    steps, losses = lab.run.losses
    assert [int(epoch) for epoch, _, _ in printed] == [1, 2]
    assert [line.step for line in lab.run.evaluations] == [6, 12]
    assert [loss for _, loss, _ in printed] == [f"{losses[steps == step][0]:.4f}" for step in (6, 12)]
    assert [share for *_, share in printed] == [f"{line.accuracy:.4f}" for line in lab.run.evaluations]
    right = lab.run.outputs().argmax(axis=1) == lab.run.digits()[1]
    assert lab.run.evaluations[-1].accuracy == right.mean()


def test_recording_the_lab_changes_no_loss(lab: Ran, mnist: Sets) -> None:
    torch.manual_seed(0)
    expected = list(lab_losses(Lab(), sliced(mnist.development), epochs=2))
    assert lab.run.losses[1].tolist() == expected


@pytest.mark.slow
def test_week5_shows_all_its_pictures(week5: Ran) -> None:
    assert pictures(week5) >= WEEK5_PICTURES


@pytest.mark.slow
def test_week5_makes_the_film_of_the_last_layer(week5: Ran) -> None:
    film = week5.run.folder / "figures" / "tsne.gif"
    assert {f"{film}", f"{week5.run.folder / 'report.html'}"} <= set(week5.said.splitlines())
    with Image.open(film) as pictures:
        assert pictures.n_frames == len(week5.run.steps) == 13


@pytest.mark.slow
def test_week5_prints_all_its_results(week5: Ran) -> None:
    lines = week5.said.splitlines()
    assert lines[:3] == ["torch.Size([600, 28, 28])", "torch.Size([600])", "CNN("]
    assert "  (out): Linear(in_features=1568, out_features=10, bias=True)" in lines
    assert re.search(
        r"^Epoch:  0 \| train loss: 2\.\d{4} \| test accuracy: 0\.\d\d$", week5.said, re.MULTILINE
    )
    assert re.search(r"^\[(\d ){9}\d\] prediction number$", week5.said, re.MULTILINE)
    assert "[7 2 1 0 4 1 4 9 5 9] real number" in lines
    assert lines[-1].endswith('run = hl.train("week5", out="runs/week5"); hl.report(run)')


@pytest.mark.slow
def test_recording_week5_changes_no_loss(week5: Ran, mnist: Sets) -> None:
    assert week5.run.losses[1].tolist() == list(week5_losses(sliced(mnist.development)))
    assert [(line.step, line.n) for line in week5.run.evaluations] == [(1, LIMIT)]


@pytest.mark.parametrize("name", ["lab", "week5"])
def test_an_example_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert end.value.code == 0
    assert "only the first N digits of each set" in capsys.readouterr().out
