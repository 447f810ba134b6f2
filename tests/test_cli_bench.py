"""handlens bench: what is typed, shown, written and refused; the figures have their tests in tests/bench."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handlens.bench import film_stability, peers, reports, rivals, speed, threads
from handlens.cli import bench, main


class Screen:
    """Types commands, and keeps what they say."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self.captured = captured

    def type(self, line: str) -> tuple[int, str, str]:
        """The status, the output and the complaints of a command."""
        status = main(["bench", *line.split()])
        return (status, *self.captured.readouterr())


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Screen:
    """A terminal of an idle machine, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reports, "load_average", lambda: 0.1)
    for name in ("FORCE_COLOR", "HANDLENS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Screen(capsys)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the measurement of peers is asked for; it finds one of them missing."""
    calls: list[dict[str, Any]] = []

    def measured(told: reports.Told, **settings: Any) -> reports.Report:
        calls.append(settings)
        told("keras-jax: jax isn't installed")
        fitted = {"name": "sklearn-knn", "fit": 0.25, "predict": 12.5, "accuracy": 0.9705, "process": 13.0}
        missing = {"name": "keras-jax", "missing": "jax isn't installed", "install": "pip install keras jax"}
        return {"n": 1, "rows": [missing, fitted]}

    monkeypatch.setattr(peers, "measured", measured)
    return calls


def test_a_measurement_tells_how_far_it_is_then_its_table_and_where_it_is(
    screen: Screen, asked: list[dict[str, Any]]
) -> None:
    status, out, err = screen.type("peers --epochs 15")
    assert (status, err) == (0, "")
    assert asked == [{"epochs": 15, "limit": None}]
    lines = out.splitlines()
    assert lines[:3] == ["keras-jax: jax isn't installed", "", "Instead of handlens"]
    assert " ".join(lines[4].split()) == "keras-jax – – – – jax isn't installed. pip install keras jax"
    assert lines[5].split() == ["sklearn-knn", "0.25", "12.50", "97.05", "%", "13.00"]
    assert lines[-1].split() == ["report", "bench/peers.json"]
    found = json.loads(Path("bench/peers.json").read_text())
    assert found["command"] == "handlens bench peers --epochs 15"
    assert found["load_average_before"] == 0.1
    assert len(found["rows"]) == 2


@pytest.mark.usefixtures("asked")
def test_a_report_goes_where_it_is_told(screen: Screen) -> None:
    Path("deep").mkdir()
    assert screen.type("peers --out deep/er.json")[0] == 0
    assert json.loads(Path("deep/er.json").read_text())["n"] == 1
    assert not Path("bench").exists()


@pytest.mark.parametrize("command", ["peers", "threads"])
def test_where_a_report_cannot_go_is_said_before_anything_is_measured(
    screen: Screen, asked: list[dict[str, Any]], command: str
) -> None:
    Path("folder").mkdir()
    os.mkfifo("pipe")
    for out, reason in (
        ("folder", "folder: is no ordinary file; --out wants the name of one"),
        ("pipe", "pipe: is no ordinary file; --out wants the name of one"),
        ("no/r.json", "no/r.json: there is no folder no; make it, or choose another --out"),
    ):
        assert screen.type(f"{command} --out {out}") == (1, "", f"handlens: {reason}\n")
    assert asked == []


def test_a_device_that_is_not_there_is_said_before_anything_is_measured(screen: Screen) -> None:
    status, out, err = screen.type("speed --trial --device cuda:7")
    assert (status, out) == (1, "")
    assert "device 'cuda:7' isn't usable here" in err
    status, out, err = screen.type("speed --trial --device foo")
    assert (status, out) == (1, "")
    assert "recipe, device: " in err


def test_a_trial_is_of_a_few_digits_and_leaves_the_figures_alone(
    screen: Screen, asked: list[dict[str, Any]]
) -> None:
    status, out, _ = screen.type("peers --trial")
    assert (status, asked) == (0, [{"epochs": 3, "limit": 1000}])
    assert "report" not in out
    assert list(Path().iterdir()) == []
    screen.type("peers --trial --out trial.json")
    assert json.loads(Path("trial.json").read_text())["command"].endswith(" --trial")


@pytest.mark.usefixtures("asked")
def test_a_busy_machine_is_said_to_be(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "load_average", lambda: 1.75)
    status, _, err = screen.type("peers")
    assert status == 0
    assert err == "handlens: the machine isn't idle (load 1.75): what it does besides is measured too\n"
    assert screen.type("peers --trial")[2] == ""


def test_speed_passes_its_wishes_on(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []

    def measured(told: reports.Told, **settings: Any) -> reports.Report:
        calls.append(settings)
        return {}

    monkeypatch.setattr(speed, "measured", measured)
    assert screen.type("speed")[0] == 0
    assert screen.type("speed --parts accuracy whole --rounds 3 --device cuda")[0] == 0
    assert calls == [
        {"parts": speed.PARTS, "rounds": speed.ROUNDS},
        {"parts": ("accuracy", "whole"), "rounds": 3, "device": "cuda"},
    ]
    written = json.loads(Path("bench/speed.json").read_text())
    assert written["command"] == "handlens bench speed --parts accuracy whole --rounds 3 --device cuda"
    assert screen.type("speed --trial")[0] == 0
    assert calls[-1]["limit"] == 1000
    assert {len(goal.seeds) for goal in calls[-1]["goals"]} == {1}


def test_rivals_passes_its_wishes_on(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []

    def measured(told: reports.Told, **settings: Any) -> reports.Report:
        calls.append(settings)
        return {"rows": [], "ratios": {}, "missing": []}

    monkeypatch.setattr(rivals, "measured", measured)
    assert screen.type("rivals some more --limit 40 --net runs/first")[0] == 0
    assert screen.type("rivals some --trial")[0] == 0
    assert calls == [
        {"datasets": ("some", "more"), "net": "runs/first", "limit": 40},
        {"datasets": ("some",), "net": "reader", "limit": 5},
    ]
    written = json.loads(Path("bench/rivals.json").read_text())
    assert written["command"] == "handlens bench rivals some more --net runs/first --limit 40"


def test_rivals_of_no_set_are_refused_in_a_line(screen: Screen) -> None:
    status, out, err = screen.type("rivals nowhere --trial")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("handlens: nowhere: no such file or folder")


def test_threads_says_what_to_type_and_writes_nothing(screen: Screen) -> None:
    status, out, err = screen.type("threads lab --trial")
    assert (status, err) == (0, "")
    counts = threads.counts(threads.usable_cores())
    table, trial, best = out.strip().split("\n\n")
    assert trial == "a trial: its numbers mean nothing"
    assert [line.split()[0] for line in table.splitlines()[2:]] == [str(count) for count in counts]
    assert best.split()[:3] == ["best", "here", "--threads"]
    assert int(best.split()[3]) in counts
    assert list(Path().iterdir()) == []


def test_a_recordings_measurement_is_shown_and_written(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, Path]] = []

    def main(run: str, out: Path) -> reports.Report:
        calls.append((run, out))
        return {"n": 1500, "pairs": [{}] * 6, "median": {"jump_aligned": 0.0142}}

    monkeypatch.setattr(film_stability, "main", main)
    status, out, _ = screen.type("film runs/first")
    assert (status, calls) == (0, [("runs/first", Path("bench/film_stability.json"))])
    assert "The film of 1,500 digits (medians of 6 pairs of frames)\n" in out
    assert "\njump aligned   0.0142\n" in out
    assert out.endswith("report  bench/film_stability.json\n")


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("threads labb", 2, 'Did you mean "lab"'),
        ("speed --rounds 0", 2, "Must be >= 1"),
        ("speed --parts epochs", 2, 'Did you mean "epoch"'),
        ("film nowhere", 1, "nowhere: no such folder"),
        ("rivals", 2, "DATASET"),
        ("sped", 2, 'Did you mean "speed"'),
    ],
)
def test_what_is_refused(screen: Screen, line: str, status: int, said: str) -> None:
    ended, out, err = screen.type(line)
    assert (ended, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1


def test_numbers_stand_at_the_right_and_words_at_the_left(screen: Screen) -> None:
    table = reports.Table(
        "T", ("what", "s", "with"), [("a", "1.5", "x"), ("b", "–", ""), ("c", "10.5", "yy")]
    )
    bench._show([table])
    lines = screen.captured.readouterr().out.splitlines()
    assert lines == ["", "T", "what      s   with", "a       1.5   x", "b         –", "c      10.5   yy"]


@pytest.mark.skipif(os.name == "nt", reason="Windows can't send Ctrl-C to one process")
def test_ctrl_c_is_one_line(tmp_path: Path) -> None:
    code = "import sys; from handlens.cli import main; sys.exit(main(['bench', 'peers', '--trial']))"
    pipes = SimpleNamespace(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, text=True, **vars(pipes)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "handlens: stopped\n")


def test_an_earlier_report_is_replaced_and_nothing_else(screen: Screen, asked: list[dict[str, Any]]) -> None:
    for told in ("report  r.json\n", "report  r.json  in the place of an earlier one\n"):
        assert screen.type("peers --out r.json")[1].endswith(told)
    asked.clear()
    Path("mine.json").write_text('{"measured": "by hand"}')
    Path("bench").mkdir()
    Path("bench/peers.json").write_text("my notes")
    reason = "is there already, and handlens didn't write it; choose another place"
    assert screen.type("peers --out mine.json") == (1, "", f"handlens: mine.json: {reason}\n")
    assert screen.type("peers") == (1, "", f"handlens: bench/peers.json: {reason}\n")
    assert screen.type("film runs/first --out mine.json") == (1, "", f"handlens: mine.json: {reason}\n")
    assert asked == []
    assert Path("bench/peers.json").read_text() == "my notes"
