"""handlens train --view and --again: who trains, what is told, how it ends, what is refused."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import Typed
from serving import recorded
from small import drawn, header, record_steps, state

from handlens.cli import watched
from handlens.cli.train import _again
from handlens.recipes import Change, recipe
from handlens.recording import Writer, load
from handlens.recording.schema import ChangeLine, Origin, Result
from handlens.serve import Live, live

LEARNER = (sys.executable, str(Path(__file__).with_name("learning.py")))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What would be served, and how; it ends at once, as by Ctrl-C."""
    calls: list[Any] = []
    monkeypatch.chdir(tmp_path)

    def serve(runs: list[Any], **wishes: Any) -> None:
        wishes.pop("ready")("http://127.0.0.1:9001/")
        calls.append(([run.folder for run in runs], wishes))

    monkeypatch.setattr("handlens.serve.serve", serve)
    monkeypatch.setattr("handlens.serve.Live", partial(Live, command=LEARNER))
    return calls


def test_train_view_serves_what_another_process_trains(typed: Typed, served: list[Any]) -> None:
    done = typed("train", "lab", "--epochs", 2, "--view", "--no-browser", "--port", 9001)
    assert done.out.splitlines() == [
        "goes on after step 1 of 9 steps, recorded in runs/lab-001",
        "http://127.0.0.1:9001/  … Ctrl-C stops it",
    ]
    assert done.status == 130
    assert done.err == (
        "handlens: stopped after step 1; all is recorded. To go on, type: "
        "handlens train --out runs/lab-001 --resume\n"
    )
    ((folders, wishes),) = served
    assert folders == [Path("runs/lab-001")]
    assert (wishes["port"], wishes["open_browser"]) == (9001, False)
    run = load("runs/lab-001")
    assert (run.header.recipe, run.status) == (recipe("lab", epochs=2), "interrupted")
    assert typed("train", "--view", "--resume", "--out", "runs/lab-001").status == 130
    assert served[1][0] == [Path("runs/lab-001")]


def test_a_training_that_cannot_begin_beside_the_page_is_said(
    typed: Typed, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = typed("train", "--view", "--seed", 13)
    assert (done.status, done.out, done.err) == (1, "", "handlens: device 'cuda:13' isn't usable here\n")
    monkeypatch.setattr(live, "find_spec", lambda name: None)
    done = typed("train", "--view")
    assert done.status == 1
    assert done.err.startswith("handlens: training needs torch, which isn't installed. Type: pip install ")
    assert served == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "9000"], "--port and --no-browser are the page's: give --view too."),
        (["--no-browser"], "--port and --no-browser are the page's: give --view too."),
        (["--view", "--json"], "--view stays until Ctrl-C: leave --report and --json out."),
        (["--view", "--report"], "--view stays until Ctrl-C: leave --report and --json out."),
        (["--view", "--resume"], "--resume goes on with the recording in --out: give it too."),
        (
            ["--view", "--resume", "--out", "run", "--lr", "0.1"],
            "--resume goes by the recorded recipe: leave its fields and --from out.",
        ),
        (["lab", "--again", "run"], "--again goes by that recording alone: no recipe, --resume or --from."),
        (["--again", "run", "--resume"], "--again goes by that recording alone"),
    ],
)
def test_words_that_do_not_fit_together_are_refused(
    typed: Typed, served: list[Any], words: list[str], said: str
) -> None:
    done = typed("train", *words)
    assert (done.status, done.out) == (2, "")
    assert f"handlens: {said}" in done.err


def test_view_lets_the_page_train_unless_told_not_to(typed: Typed, served: list[Any], tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    assert typed("view", run.folder).status == 0
    assert typed("view", run.folder, "--no-live").status == 0
    assert [wishes["live"] is not None for _, wishes in served] == [True, False]


def test_serve_does_only_when_told_to(
    typed: Typed, served: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.serve.workers.Workers", lambda command: None)  # nothing is read here
    run = recorded(tmp_path / "run").folder
    assert typed("serve", run, "--net", "reader").status == 0
    assert typed("serve", run, "--net", "reader", "--live").status == 0
    assert [wishes["live"] is not None for _, wishes in served] == [False, True]


# -- again ---------------------------------------------------------------------------------------------


def changed_by_hand(folder: Path, **fields: Any) -> Path:
    own = recipe("lab", epochs=1, limit=100, batch=20, threads=1, watch_first=10)
    writer = Writer.create(folder, header(recipe=own, **fields), drawn(0), state(0), None)
    record_steps(writer, range(1, 3))
    writer.log(ChangeLine(step=2, field="lr", value=0.05), ChangeLine(step=2, field="pause", value=True))
    writer.release()
    return folder


def test_again_does_by_plan_what_was_done_by_hand(typed: Typed, tmp_path: Path) -> None:
    first = changed_by_hand(tmp_path / "first")
    done = typed("train", "--again", first, "--seed", 5, "--out", tmp_path / "second")
    assert (done.status, done.err) == (0, "")
    own = load(first).header.recipe
    assert own is not None
    run = load(tmp_path / "second")
    assert run.header.recipe == own.but(seed=5, changes=(Change(step=2, value=0.05),))
    assert [(line.step, line.value) for line in run.changes] == [(2, 0.05)]
    assert [line.lr for line in run.updates] == [0.1, 0.1, 0.05, 0.05, 0.05]


def test_again_begins_where_the_recording_began(tmp_path: Path) -> None:
    origin = Origin(recording="zero", step=7, sha256="0" * 64)
    run = load(changed_by_hand(tmp_path / "first", origin=origin))
    assert _again(run)[1] == (run, 0)
    assert _again(load(changed_by_hand(tmp_path / "second")))[1] is None


def test_somebodys_own_loop_has_no_recipe_to_go_by(typed: Typed, tmp_path: Path) -> None:
    done = typed("train", "--again", recorded(tmp_path / "run").folder)
    assert (done.status, done.out) == (1, "")
    assert done.err.endswith("run: recorded somebody's own loop, and has no recipe to go by\n")


# -- lines ---------------------------------------------------------------------------------------------


def test_what_happens_is_told_in_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = changed_by_hand(tmp_path / "run")
    lines = watched._Lines()
    stuck = "stuck: 10 % on validation"
    for said in (
        {"began": {"folder": str(folder), "step": 0, "total": 1650}},
        {"evaluated": {"step": 110, "set": "validation", "loss": 0.25, "accuracy": 0.975, "stuck": None}},
        {"evaluated": {"step": 220, "set": "validation", "loss": None, "accuracy": 0.1, "stuck": stuck}},
        {"evaluated": {"step": 330, "set": "validation", "loss": 2.3, "accuracy": 0.1, "stuck": stuck}},
        {"changed": {"step": 400, "field": "lr", "value": 0.001}},
        {"changed": {"step": 401, "field": "pause", "value": True}},
        {"changed": {"step": 401, "field": "pause", "value": False}},
        {"refused": "recipe, lr: no"},
        {"ended": {"status": "interrupted", "step": 500}},
        {"failed": "told by others"},
    ):
        lines(said)
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"takes 1,650 steps, recorded in {folder}",
        "step   110 of 1,650  loss 0.2500  accuracy 97.50%",
        "step   220 of 1,650  loss –  accuracy 10.00%",
        "step   330 of 1,650  loss 2.3000  accuracy 10.00%",
        "step 400: lr is 0.001 from here on",
        "step 401: pauses",
        "step 401: goes on",
    ]
    assert told.err.splitlines() == [f"handlens: {stuck}", "handlens: recipe, lr: no"]


@pytest.mark.parametrize(("failure", "status"), [(None, 0), ("diverged: at step 3", 3)])
def test_how_it_ended_is_told_and_is_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], failure: str | None, status: int
) -> None:
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    record_steps(writer, range(1, 3))
    writer.close(Result(step=2, seconds=1.0, images=10, failure=failure))
    lines = watched._Lines()
    lines({"began": {"folder": str(tmp_path / "run"), "step": 0, "total": 2}})
    lines({"ended": {"status": load(tmp_path / "run").status, "step": 2}})
    assert watched._ended(tmp_path / "run") == status
    told = capsys.readouterr()
    if failure:
        assert told.err == f"handlens: {failure}\n"
    else:
        assert told.out.splitlines()[-1].startswith("90.00% of 10 test digits are right after step 2")
