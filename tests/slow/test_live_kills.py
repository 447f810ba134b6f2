"""Trainings beside a page, really killed: the recording is whole, and goes on to the same bytes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from serving import recorded

from handlens.engine import train
from handlens.recipes import Recipe, recipe
from handlens.recording import Recording, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX"),
]

CHOSEN = recipe(epochs=2, limit=6000, threads=1, watch_first=100, watch_every=10, shift=1, ema=0.9, lr=0.002)
PATIENCE = 120


def values(chosen: Recipe) -> dict[str, Any]:
    return chosen.model_dump(mode="json")


def frames(run: Recording) -> dict[int, str]:
    """Every frame's digest."""
    assert run.verify() == []
    return {step: run.digest(step) for step in run.steps}


def planned(run: Recording, out: Path) -> Recording:
    """The same training in one go, its changes planned."""
    changes = [{"step": line.step, "value": line.value} for line in run.changes if line.field == "lr"]
    return train(CHOSEN, out, changes=changes)


@pytest.mark.parametrize("after", ["change", "pause"])
def test_a_change_outlives_kill_9(after: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-m", "handlens.engine.learner"], **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def give(**line: Any) -> None:
            child.stdin.write(json.dumps(line).encode() + b"\n")
            child.stdin.flush()

        give(recipe=values(CHOSEN), out=str(out))
        for line in child.stdout:
            match json.loads(line):
                case {"evaluated": {"step": 20}}:
                    give(do="change", value=0.0005)
                    if after == "pause":
                        give(do="pause")
                case {"changed": {"field": "lr"}} if after == "change":
                    break
                case {"changed": {"field": "pause"}}:
                    break
        child.kill()
    stopped = load(out)
    assert (stopped.status, stopped.verify()) == ("interrupted", [])
    run = train(out=out, resume=True)
    (change,) = [line for line in run.changes if line.field == "lr"]
    assert change.value == 0.0005
    assert run.notes == ()
    whole = frames(planned(run, tmp_path / "whole"))
    kept = frames(run)
    pauses = {line.step for line in run.changes if line.field == "pause"}
    assert {step: digest for step, digest in kept.items() if step in whole or step not in pauses} == whole


@contextmanager
def viewed(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """handlens view in a process of its own, and its address."""
    run = recorded(folder / "first")
    start = [sys.executable, "-c", "import sys; from handlens.cli import main; sys.exit(main())"]
    words = ["view", str(run.folder), "--no-browser", "--port", "0"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": folder}
    with subprocess.Popen([*start, *words], encoding="utf-8", **pipes) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().partition("  ")[0].rstrip("/")
        finally:
            process.kill()


def interrupted(folder: Path) -> Recording:
    """The recording, once nobody writes it any more."""
    until = monotonic() + PATIENCE
    while load(folder).status == "running":
        assert monotonic() < until, "the training doesn't end"
        sleep(0.05)
    return load(folder)


@pytest.mark.parametrize("way", ["kill the server", "Ctrl-C"])
def test_a_training_ends_with_its_server(way: str, tmp_path: Path) -> None:
    with viewed(tmp_path) as (server, address):
        order = {"recipe": values(CHOSEN.but(epochs=200))}
        assert httpx2.post(f"{address}/live", json=order, timeout=PATIENCE).json() == {"run": "default-001"}
        server.send_signal(signal.SIGINT if way == "Ctrl-C" else signal.SIGKILL)
        server.wait(PATIENCE)
        run = interrupted(tmp_path / "runs" / "default-001")
    assert (run.status, run.verify()) == ("interrupted", [])


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process by /proc")
def test_a_training_that_is_killed_is_told_and_resumed(tmp_path: Path) -> None:
    with viewed(tmp_path) as (server, address):
        order = {"recipe": values(CHOSEN.but(epochs=200))}
        httpx2.post(f"{address}/live", json=order, timeout=PATIENCE)
        tasks = Path(f"/proc/{server.pid}/task").glob("*/children")
        (child,) = " ".join(task.read_text() for task in tasks).split()
        os.kill(int(child), signal.SIGKILL)
        interrupted(tmp_path / "runs" / "default-001")
        while httpx2.get(f"{address}/live.json").json()["running"]:
            pass
        card = httpx2.get(f"{address}/runs.json").json()[-1]
        assert (card["id"], card["status"]) == ("default-001", "interrupted")
        answer = httpx2.post(f"{address}/live/default-001", json={"do": "resume"}, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        assert httpx2.post(f"{address}/live/default-001", json={"do": "stop"}).status_code == 200
        assert interrupted(tmp_path / "runs" / "default-001").verify() == []


@pytest.mark.parametrize(("epochs", "status"), [("200", 130), ("1", 0)])
def test_train_view_ends_by_ctrl_c_whether_it_still_trains_or_not(
    epochs: str, status: int, tmp_path: Path
) -> None:
    start = [sys.executable, "-c", "import sys; from handlens.cli import main; sys.exit(main())"]
    words = ["train", "--view", "--no-browser", "--port", "0", "--limit", "1000", "--epochs", epochs]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path}
    with subprocess.Popen([*start, *words], encoding="utf-8", **pipes) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line.rstrip("\n"))
            address = [text for text in told if text.startswith("http://")]
            done = [text for text in told if " digits are right " in text]
            if address and (done or epochs == "200"):
                break
        page = address[0].partition("  ")[0]
        assert httpx2.get(f"{page}runs/default-001/run.json").status_code == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, told[0]) == (
        status,
        f"takes {10 * int(epochs):,} steps, recorded in runs/default-001",
    )
    run = load(tmp_path / "runs" / "default-001")
    if status:
        assert run.status == "interrupted"
        assert f"handlens: stopped after step {run.steps[-1]:,}; all is recorded. To go on, type: " in err
    else:
        assert (run.status, err) == ("finished", "")
