"""The command line: each command on a tiny training, what is refused and how, what it looks like."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import numpy as np
import pytest
from commands import Done, Typed
from filelock import FileLock
from PIL import Image

from handlens import data, nets, recording, reporting
from handlens.cli import main
from handlens.cli.commands import app
from handlens.cli.facts import typed_recipe
from handlens.data import idx
from handlens.page import sample
from handlens.recipes import Recipe, recipe
from handlens.recording import Recording, load, shipped
from handlens.recording.folder import header_bytes, read_header

COMMANDS = [
    [],
    *(
        [name]
        for name in ("train", "view", "serve", "info", "look", "report", "export", "import", "data", "bench")
    ),
    *(["data", name] for name in ("list", "describe", "verify", "export")),
    *(["bench", name] for name in ("speed", "threads", "peers", "roof", "cost", "inference", "page", "film")),
]


def tiny(**fields: object) -> list[str]:
    """The options of a training that takes no time, with others besides or instead."""
    given = {"limit": 100, "epochs": 1, "threads": 1, "watch_first": 100, "watch_every": 1} | fields
    return [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a tiny training; not to be changed."""
    folder = tmp_path_factory.mktemp("cli") / "first"
    assert main(["train", *tiny(batch=20), "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def process(*words: object, **changes: str) -> subprocess.Popen[str]:
    """The command line in a process of its own."""
    start = [sys.executable, "-c", "import sys; from handlens.cli import main; sys.exit(main())"]
    env = os.environ | {"COLUMNS": "80", "OMP_NUM_THREADS": "1"} | changes
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*start, *map(str, words)], env=env, encoding="utf-8", **pipes)


def ended(started: subprocess.Popen[str]) -> Done:
    out, err = started.communicate(timeout=120)
    return Done(started.returncode, out, err)


# -- help ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_and_teaches_by_examples_that_parse(typed: Typed, words: list[str]) -> None:
    done = typed(*words, "--help")
    assert (done.status, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    examples = [line for line in done.out.splitlines() if line.startswith("  handlens ")]
    assert len(examples) >= 2
    for example in examples:
        given = shlex.split(example, comments=True)[1:]
        app.parse_args(given, exit_on_error=False, print_error=False)


def test_help_of_train_has_every_field_with_its_words_and_choices(typed: Typed) -> None:
    text = " ".join(typed("train", "--help").out.replace("│", " ").split())
    for name in Recipe.model_fields.keys() - {"changes"}:
        assert f"--{name.replace('_', '-')} " in text
    assert "550 steps an epoch. [default: 100]" in text
    assert "[choices: sgd, adam, adamw] [default: adam]" in text
    assert "--empty-widths" not in text
    assert "--changes" not in text


def test_help_of_look_says_what_each_kind_shows(typed: Typed) -> None:
    text = " ".join(typed("look", "--help").out.split())
    for kind, about in reporting.KINDS.items():
        assert f"{kind} {about}" in text


def test_the_exit_statuses_are_documented(typed: Typed) -> None:
    text = typed("--help").out
    assert all(f"\n  {status} " in text for status in (0, 1, 2, 3, 130))


def test_version(typed: Typed) -> None:
    assert typed("--version").out.strip() == "0.1.0"


def test_completion_knows_commands_fields_and_choices() -> None:
    script = app.generate_completion(shell="bash")
    assert all(word in script for word in ("train", "--label-smoothing", "one-cycle", "before-after"))


# -- train ---------------------------------------------------------------------------------------------


def test_train_tells_each_evaluation_in_a_line_and_ends_with_what_to_type(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = typed("train", *tiny(batch=50))
    lines = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert lines[0] == "default: learns from 100 digits of mnist, watches 100 of validation"
    assert lines[1] == "takes 2 steps in 1 epoch, on cpu with 1 thread"
    assert lines[2].startswith("step 0 of 2  epoch 0/1  loss 2.")
    assert lines[4].startswith("step 2 of 2  epoch 1/1  loss ")
    assert lines[4].endswith(" images/s")
    score = recording.load("runs/default-001").header.result.test
    assert f"{score.accuracy:.2%} of the 10,000 test digits are right" in done.out
    assert "scored once, after the last step; it chose nothing" in done.out
    assert "next       handlens view runs/default-001" in done.out
    assert "\x1b" not in done.out


def test_a_tutorial_says_that_it_watched_the_test_set(typed: Typed, tmp_path: Path) -> None:
    done = typed("train", "week5", *tiny(order="file"), "-o", tmp_path / "w")
    assert done.status == 0
    assert "the test set was watched during the training, as the tutorials do" in done.out
    assert "watches 100 of test" in done.out


def test_a_terminal_gets_a_bar(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    done = typed("train", *tiny(batch=10), "--out", tmp_path / "run")
    assert done.status == 0
    assert "━" in done.out
    assert done.out.count("step ") == 1, "a line for the epoch, none for the other evaluations"
    assert "accuracy" in done.out.split("━")[-1]


def test_json_is_all_that_is_printed(typed: Typed, tmp_path: Path) -> None:
    done = typed("train", *tiny(), "--out", tmp_path / "run", "--json")
    found = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert found["status"] == "finished"
    assert found["steps"] == 1
    assert found["recipe"]["limit"] == 100
    assert found["result"]["test"]["n"] == 10_000
    assert found["report"] is None


def test_only_what_was_typed_is_passed_on(
    typed: Typed, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def train(*words: Any, **named: Any) -> Recording:
        calls.append((words, {name: value for name, value in named.items() if name != "listener"}))
        return recording.load(trained)

    monkeypatch.setattr("handlens.engine.train", train)
    assert typed("train").status == 0
    assert typed("train", "lab", "--widths", 8, 4, "--watch-every", "none", "--lr=1e-3").status == 0
    plain = {"resume": False, "branch": None}
    assert calls[0] == (("default", None), plain)
    assert calls[1] == (("lab", None), {**plain, "widths": (8, 4), "watch_every": None, "lr": 0.001})


def test_a_training_that_diverges_says_so_and_exits_with_3(typed: Typed, tmp_path: Path) -> None:
    wild = tiny(optimiser="sgd", lr=1_000_000, weight_decay=1_000_000, batch=10)
    done = typed("train", *wild, "--out", tmp_path / "run")
    assert done.status == 3
    assert done.err.startswith("handlens: blown up: a loss of ")
    assert done.err.count("handlens: blown up: ") == 1
    assert done.err.splitlines()[-1].startswith("handlens: diverged: at step ")
    assert "Try a lower learning rate" in done.err
    assert "of the 10,000" not in done.out
    info = typed("info", tmp_path / "run", "--json")
    assert info.status == 0
    assert json.loads(info.out)["evaluations"][-1]["loss"] == "NaN"


@pytest.fixture
def blown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network counts as blown up, from the first evaluation to the last."""
    monkeypatch.setattr("handlens.engine.trainer.BLOWN_UP", 0.0)


@pytest.mark.usefixtures("blown_up")
def test_a_training_that_ends_blown_up_exits_with_3(typed: Typed, tmp_path: Path) -> None:
    done = typed("train", *tiny(batch=25), "--out", tmp_path / "run")
    assert done.status == 3
    assert done.err.count("handlens: blown up: ") == 1
    assert "step 4: blown up: " in done.out
    silent = typed("train", *tiny(batch=25), "--out", tmp_path / "silent", "--json")
    assert silent.status == 3
    assert silent.err.count("handlens: blown up: ") == 1
    assert json.loads(silent.out)["status"] == "finished"


@pytest.mark.usefixtures("blown_up")
def test_on_one_terminal_it_is_said_once(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = typed("train", *tiny(batch=25), "--out", tmp_path / "run")
    assert done.status == 3
    assert (done.out + done.err).count("blown up: ") == 1


def test_a_training_that_recovers_exits_with_0(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.engine.trainer.BLOWN_UP", 0.98)  # as the initialisation's loss, or above
    done = typed("train", *tiny(batch=10, epochs=4, lr=0.003), "--out", tmp_path / "run")
    assert done.err.count("blown up: ") == 1
    assert done.status == 0


def test_a_network_that_is_stuck_is_said_once_and_at_the_end(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlens.engine.trainer.PATIENCE", 1)
    still = tiny(optimiser="sgd", lr=1e-9, batch=25)
    done = typed("train", *still, "--out", tmp_path / "run")
    assert done.status == 0
    assert done.err.count("handlens: stuck: ") == 1
    assert "step 4: stuck: " in done.out


def test_a_branch_begins_from_the_nearest_frame_and_says_which(
    typed: Typed, trained: Path, tmp_path: Path
) -> None:
    done = typed("train", *tiny(), "--from", trained, "--step", "77", "--out", tmp_path / "branch")
    assert done.status == 0
    assert f"begins from step 5 of {trained}, the frame nearest to 77" in done.out
    assert recording.load(tmp_path / "branch").header.origin.step == 5
    assert "began from" in typed("info", tmp_path / "branch").out


def test_train_with_report(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Path] = []

    def report(run: Recording, progress: Callable[[str, float], None] | None = None) -> Path:
        drawn.append(run.folder)
        if progress is not None:
            progress("kernels", 0.0)
            progress("kernels", 0.5)
            progress("film", 1.0)
        return run.folder / "report.html"

    monkeypatch.setitem(vars(reporting), "report", report)
    done = typed("train", *tiny(), "--out", tmp_path / "run", "--report")
    assert done.status == 0
    assert drawn == [tmp_path / "run"]
    assert "\nkernels\nfilm\n" in done.out
    assert f"pictures   {tmp_path / 'run' / 'report.html'}" in done.out
    alone = typed("report", tmp_path / "run")
    assert alone.out.splitlines()[-2] == f"report  {tmp_path / 'run' / 'report.html'}"


# -- Ctrl-C --------------------------------------------------------------------------------------------


@pytest.fixture
def interrupted(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Done:
    """A training that was stopped at its third evaluation, in tmp_path / "my run"."""
    from handlens.cli.progress import Lines

    tell = Lines.evaluated

    def stop(self: Lines, event: Any) -> None:
        tell(self, event)
        if event.step == 3:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Lines, "evaluated", stop)
        done = typed("train", *tiny(batch=20), "--out", tmp_path / "my run")
    return done


def test_ctrl_c_gives_the_line_that_goes_on(
    typed: Typed, interrupted: Done, tmp_path: Path, trained: Path
) -> None:
    folder = tmp_path / "my run"
    assert interrupted.status == 130
    assert "handlens: stopped after step 3; all is recorded" in interrupted.err
    line = interrupted.err.strip().rpartition("type: ")[2]
    assert shlex.split(line) == ["handlens", "train", "--out", str(folder), "--resume"]
    info = typed("info", folder)
    assert info.status == 0
    assert "interrupted, whole" in info.out
    assert line in info.out
    assert json.loads(typed("info", folder, "--json").out)["resume"] == line
    assert typed(*shlex.split(line)[1:]).status == 0
    assert recording.load(folder).digest() == recording.load(trained).digest()


@pytest.mark.skipif(os.name == "nt", reason="Windows can't send Ctrl-C to one process")
def test_ctrl_c_in_a_process_of_its_own(tmp_path: Path) -> None:
    started = process("train", *tiny(epochs=500, batch=20), "--out", tmp_path / "run")
    assert started.stdout is not None
    for line in started.stdout:
        if line.startswith("step "):
            started.send_signal(signal.SIGINT)
            break
    done = ended(started)
    assert done.status == 130
    assert "stopped after step" in done.err
    assert "Traceback" not in done.err
    assert recording.load(tmp_path / "run").status == "interrupted"


def test_ctrl_c_elsewhere_is_one_line(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(data, "names", stop)
    assert typed("data") == Done(130, "", "handlens: stopped\n")


# -- info ----------------------------------------------------------------------------------------------


def test_info_tells_what_it_is_and_how_it_went(typed: Typed, trained: Path) -> None:
    done = typed("info", trained)
    assert (done.status, done.err) == (0, "")
    assert f"{trained}  finished, whole" in done.out
    typed_again = " ".join(done.out.split())
    assert "recipe default --limit 100 --watch-first 100 --watch-every 1 --epochs 1 --batch 20" in typed_again
    assert "data mnist: 100 train, 100 validation" in typed_again
    assert nets.tutorial().summary() in done.out
    assert all(line == line.rstrip() for line in done.out.splitlines())
    for line in recording.load(trained).evaluations:
        assert f"{line.loss:.4f}" in done.out


def test_info_shows_some_of_many_evaluations(typed: Typed, tmp_path: Path) -> None:
    assert typed("train", *tiny(batch=5), "--out", tmp_path / "run").status == 0
    out = typed("info", tmp_path / "run").out
    table = out[out.index("Evaluations (16 of 21; all with --json)") :].splitlines()[3:]
    steps = [int(row.split()[0]) for row in table]
    assert len(steps) == 16
    assert (steps[0], steps[-1]) == (0, 20)
    assert len(json.loads(typed("info", tmp_path / "run", "--json").out)["evaluations"]) == 21


def test_info_in_a_pipe_is_not_wrapped(typed: Typed, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert (
        typed("train", *tiny(name="a-name-for-a-recipe", seed=1234, lr=0.0012345), "-o", folder).status == 0
    )
    out = typed("info", folder).out
    (line,) = [line for line in out.splitlines() if line.startswith("recipe ")]
    assert line.endswith("--lr 0.0012345 --seed 1234 --threads 1")
    assert len(line) > 80


def test_a_damaged_frame_is_named_and_exits_with_1(typed: Typed, run: Path) -> None:
    frame = sorted((run / "frames").iterdir())[1]
    frame.write_bytes(frame.read_bytes()[:-1] + b"\x00")
    done = typed("info", run)
    assert done.status == 1
    assert "finished, damaged" in done.out
    assert f"handlens: {frame}" in done.err
    found = json.loads(typed("info", run, "--json").out)
    assert found["whole"] is False
    assert str(frame) in found["problems"][0]


# -- look ----------------------------------------------------------------------------------------------


def test_look_draws_into_the_recording_and_says_where(typed: Typed, run: Path) -> None:
    done = typed("look", run, "kernels", "--step", "3", "--layer", "conv1")
    path = run / "figures" / "kernels-step3-conv1.png"
    assert done == Done(0, f"{path}\n", "")
    with Image.open(path) as picture:
        assert picture.format == "PNG"


def test_look_names_the_frame_that_is_drawn(typed: Typed, run: Path) -> None:
    path = run / "figures" / "kernels-step5.png"
    drawn = typed("look", run, "kernels", "--step", "300")
    assert drawn == Done(0, f"step 5, the frame nearest to 300\n{path}\n", "")
    before = path.read_bytes()
    titled = typed("look", run, "kernels", "--step", "5", "--title", "My own/words")
    assert titled.out == f"{run / 'figures' / 'kernels-step5-My_own_words.png'}\n"
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", ["kernels --count 3", "mistakes --count 20000"])
def test_look_calls_an_option_what_is_typed(typed: Typed, trained: Path, words: str) -> None:
    done = typed("look", trained, *words.split())
    assert done.status == 1
    assert re.search(r"can't be asked for a --count; it takes|--count is 20,000: ", done.err)


@pytest.mark.parametrize("name", ["a.svg", "deep/er/a.pdf", "a.PNG"])
def test_look_passes_every_wish_on(
    typed: Typed, trained: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def look(run: Recording, kind: str, **wishes: Any) -> SimpleNamespace:
        calls.append((run.folder, kind, wishes))
        return SimpleNamespace(savefig=lambda stream, **how: stream.write(b"drawn"))

    monkeypatch.setitem(vars(reporting), "look", look)
    wishes = {"step": 3, "digit": 7, "set": "train", "layer": "a/b", "channel": 0, "n": 4, "rows": 2}
    words = [word for wish, value in wishes.items() for word in (f"--{wish}" if wish != "n" else "-n", value)]
    done = typed("look", trained, "mistakes", *words, "--title", "my own", "--out", tmp_path / name)
    assert done == Done(0, f"{tmp_path / name}\n", "")
    assert calls == [(trained, "mistakes", {**wishes, "title": "my own"})]
    assert (tmp_path / name).read_bytes() == b"drawn"


# -- view ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows can't send Ctrl-C to one process")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_view_serves_until_ctrl_c_also_while_somebody_listens(run: Path, ending: signal.Signals) -> None:
    running = read_header(run).model_copy(update={"status": "running"})
    (run / "recording.json").write_bytes(header_bytes(running))
    with FileLock(run / ".lock"):  # as if it were being trained
        started = process("view", run, "--no-browser", "--port", 0, "--step", 3)
        assert started.stdout is not None
        address, _, told = started.stdout.readline().partition("  ")
        assert told == "… Ctrl-C stops it\n"
        page, _, state = address.partition("#")
        assert state == "step=3"
        assert "<title>handlens</title>" in httpx2.get(page).text
        with httpx2.stream("GET", f"{page}runs/run/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "event: grew"
            started.send_signal(ending)
            assert ended(started) == Done(0, "", "")
            assert list(lines)[-1] == "", "the events end, and don't break off"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served, and how."""
    calls: list[Any] = []

    def serve(runs: list[Recording], **wishes: Any) -> None:
        wishes.pop("ready")("http://127.0.0.1:1/")
        wishes["live"] = wishes["live"] is not None
        calls.append(([run.folder for run in runs], wishes))

    monkeypatch.setattr("handlens.serve.serve", serve)
    return calls


def test_view_shows_what_is_asked_for(typed: Typed, run: Path, trained: Path, served: list[Any]) -> None:
    line = "http://127.0.0.1:1/  … Ctrl-C stops it\n"
    assert typed("view", run, trained) == Done(0, line, "")
    assert typed("view", run, "--step", 3, "--port", 9000, "--no-browser").status == 0
    assert served == [
        ([run, trained], {"port": None, "step": None, "open_browser": True, "live": True}),
        ([run], {"port": 9000, "step": 3, "open_browser": False, "live": True}),
    ]


def test_view_alone_shows_all_that_ships_to_be_looked_at(typed: Typed, served: list[Any]) -> None:
    assert typed("view").status == 0
    ((folders, _),) = served
    assert folders == [sample.path(), *map(shipped.folder, shipped.lessons())]


def test_what_ships_is_viewed_told_and_trained_by_its_name(
    typed: Typed, served: list[Any], tmp_path: Path
) -> None:
    assert typed("view", "overfitting").status == 0
    ((folders, _),) = served
    assert folders == [shipped.folder("overfitting")]
    assert re.search("^recipe +overfitting$", typed("info", "overfitting").out, re.MULTILINE)
    out = tmp_path / "mine"
    words = ("--limit", "100", "--epochs", "1", "--watch-first", "50", "--json")
    assert typed("train", "overfitting", "--out", out, *words).status == 0
    mine = load(out).header.recipe
    assert mine == recipe("overfitting", limit=100, epochs=1, watch_first=50)
    assert typed_recipe(mine) == "overfitting --limit 100 --watch-first 50 --epochs 1"


def test_a_port_that_is_taken_is_said(typed: Typed, run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = typed("view", run, "--port", port, "--no-browser")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        f"handlens: port {port} can't be used: Address already in use. Choose another --port, or none: then "
        "a free one is found\n"
    )


# -- export --------------------------------------------------------------------------------------------


def test_export_passes_every_wish_on(typed: Typed, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def export(run: Recording, *, progress: Callable[[str, float], None], **wishes: Any) -> Path:
        calls.append((run.folder, wishes))
        progress("frames", 0.0)
        progress("frames", 0.5)
        return Path("there.html")

    monkeypatch.setattr("handlens.export.export", export)
    done = typed("export", trained, "--to", "html")
    assert done.status == 0
    assert done.out.splitlines()[:2] == ["frames", "html    there.html"]
    typed("export", trained, "--to", "html", "-o", "a.html", "--no-figures", "--lesson", "l.md")
    assert calls == [
        (trained, {"to": "html", "out": None, "figures": True, "lesson": None}),
        (trained, {"to": "html", "out": Path("a.html"), "figures": False, "lesson": Path("l.md")}),
    ]


def test_an_exported_page_holds_the_recording(typed: Typed, trained: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert typed("export", trained, "--to", "html", "--no-figures", "--out", page).status == 0
    assert 'data-key="run.json"' in page.read_text("utf-8")


# -- data ----------------------------------------------------------------------------------------------


def test_data_alone_lists_the_sets(typed: Typed) -> None:
    done = typed("data")
    assert done == typed("data", "list")
    assert "mnist           55,000        5,000   10,000        60,000    28×28" in done.out
    assert json.loads(typed("data", "--json").out)["mnist"]["counts"]["validation"] == 5_000


def test_data_describes_verifies_and_exports(typed: Typed, tmp_path: Path) -> None:
    assert repr(data.load("mnist")) in typed("data", "describe", "mnist").out
    verified = typed("data", "verify", "mnist")
    assert verified.status == 0
    assert "whole    t10k-labels-idx1-ubyte.xz" in verified.out
    page = tmp_path / "new" / "digits.png"
    sheet = typed("data", "export", "mnist", "--to", "png", "--split", "test", "--out", page, "--first", "6")
    assert sheet == Done(0, f"{page}  6 digits of test\n", "")
    with Image.open(page) as picture:
        assert picture.width > 3 * 28
    one = typed("data", "export", "mnist", "--to", "png", "--split", "test", "--out", page, "--first", "1")
    assert one == Done(0, f"{page}  1 digit of test  in the place of an earlier one\n", "")


def test_a_folder_of_idx_files_does_as_well_as_a_name(typed: Typed, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for split in ("development", "test"):
        words = ["export", "mnist", "--to", "idx", "--split", split, "--first", "24", "--out", folder]
        assert typed("data", *words).status == 0
    assert np.array_equal(idx.read(folder / "t10k-labels-idx1-ubyte"), data.load("mnist").test.labels[:24])
    assert "mine: images and labels in" in typed("data", "describe", folder).out
    assert json.loads(typed("data", "verify", folder, "--json").out)["whole"] is True
    labels = folder / "train-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-3])
    broken = typed("data", "verify", folder)
    assert broken.status == 1
    assert "damaged  train-images, train-labels" in broken.out
    assert str(labels) in broken.err
    assert typed("data", "verify", folder, "--json").status == 1


# -- import --------------------------------------------------------------------------------------------


def test_import_makes_a_recording(typed: Typed, trained: Path, tmp_path: Path) -> None:
    import torch

    run = recording.load(trained)
    torch.save({name: torch.from_numpy(value) for name, value in run.weights().items()}, tmp_path / "w.pt")
    done = typed("import", tmp_path / "w.pt", "--out", tmp_path / "mine")
    assert done.status == 0
    assert f"{run.accuracy:.2%} of the 10,000 test digits are right" in done.out
    assert "none: weights or a loop of one's own" in typed("info", tmp_path / "mine").out


# -- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train labb", 'Invalid value "labb" for RECIPE.*Did you mean "lab"'),
        (
            "train --epochs 0",
            'Invalid value "0" for --epochs. Input should be greater than or equal to 1. Type',
        ),
        ("train --epochs many", 'unable to convert "many" into int'),
        ("train --limit -3", "--limit"),
        ("train --epochs 1.5", "Invalid value for --epochs: 1.5 is no whole number. Type: handlens train"),
        ("train --epochs 0.5", "0.5 is no whole number"),
        ("train --watch-every 2.0", "Invalid value for --watch-every: 2.0 is no whole number"),
        ("train --widths 8 4.5", "Invalid value for --widths: 4.5 is no whole number"),
        ("train --from RUN --step 1.5", "Invalid value for --step: 1.5 is no whole number"),
        ("train --from RUN --step -1", 'Invalid value "-1" for --step. Must be >= 0'),
        ("look RUN kernels --step 2.5", "2.5 is no whole number"),
        ("look RUN kernels --step -3", 'Invalid value "-3" for --step. Must be >= 0. Type: handlens look'),
        ("look RUN mistakes --count 0", 'Invalid value "0" for --count. Must be >= 1'),
        ("data export mnist --to png --out a.png --first 1.5", "--first: 1.5 is no whole number"),
        ("train --optimiser sdg", 'Did you mean "sgd"'),
        ("train --epoch 3", "Unknown option: --epoch. Did you mean --epochs"),
        (
            "train --step 3",
            "--step says where to begin in another recording: give --from RUN too. Type: handlens train",
        ),
        ("look RUN kernel", 'Did you mean "kernels"'),
        ("view RUN --port 1.5", "1.5 is no whole number"),
        ("view RUN --port 65536", 'Invalid value "65536" for --port. Must be <= 65535'),
        ("view RUN --step -1", 'Invalid value "-1" for --step. Must be >= 0'),
        ("export RUN", "Command 'handlens export' parameter --to requires an argument|--to"),
        ("export RUN --to pdf", 'Invalid value "pdf" for --to'),
        (
            "look RUN kernels -o a.jpg",
            "a.jpg: a picture ends in .png, .svg, .pdf. Type: handlens look --help",
        ),
        ("info", "requires an argument|RUN"),
        (
            "data export mnist --to png --out a.bmp",
            "a.bmp: a picture ends in .png. Type: handlens data export --help",
        ),
        ("data export mnist --to png --out a.png --first 0", 'Invalid value "0" for --first. Must be >= 1'),
        ("trian", 'Unknown command "trian". Did you mean "train"'),
    ],
)
def test_what_is_mistyped_exits_with_2(typed: Typed, trained: Path, words: str, message: str) -> None:
    done = typed(*(trained if word == "RUN" else word for word in words.split()))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("handlens: ")
    assert done.err.count("\n") == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(done.err)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("info nowhere", "nowhere: no such folder; a recording is a folder that holds recording.json"),
        ("look nowhere kernels", "nowhere: no such folder"),
        ("report nowhere", "nowhere: no such folder"),
        ("view RUN nowhere", "nowhere: no such folder; a recording is a folder that holds recording.json"),
        ("export nowhere --to html", "nowhere: no such folder"),
        ("export RUN --to html --no-figures --out RUN", "run: is a folder; name a file in it"),
        ("train --from nowhere", "nowhere: no such folder"),
        ("train --out nowhere --resume", "nowhere: no such folder"),
        ("train --resume", "say which recording"),
        ("train --kernel 4", "kernel must be odd"),
        ("train --data nothing", "'nothing' is neither a data set's name nor a folder"),
        ("train --out RUN", "exists already"),
        ("train --out RUN --resume", "this training is finished; there is nothing to resume"),
        ("look RUN kernels --layer foo", "'foo'.*conv1, conv2"),
        ("data describe nothing", "'nothing' is neither a data set's name nor a folder"),
        ("data export mnist --to png --out RUN/recording.json/a.png", "recording.json: "),
        ("import nowhere.pt --out new", "nowhere.pt: no such file"),
    ],
)
def test_what_is_refused_exits_with_1(
    typed: Typed, run: Path, words: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    done = typed(*words.replace("RUN", str(run)).split())
    assert done.status == 1
    assert done.err.startswith("handlens: ")
    assert "unexpected" not in done.err
    assert done.err.count("\n") == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(done.err)


def test_a_fault_of_ours_is_one_line_unless_asked(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("the sky\nfell")

    monkeypatch.setattr(data, "names", broken)
    done = typed("data")
    assert done.status == 1
    assert done.err.startswith(
        "handlens: unexpected RuntimeError: the sky fell. This is a fault in handlens: please"
    )
    assert done.err.count("\n") == 1
    assert "Traceback" in typed("data", "--debug").err
    monkeypatch.setenv("HANDLENS_DEBUG", "1")
    assert "Traceback" in typed("data").err
    monkeypatch.setenv("HANDLENS_DEBUG", "0")
    assert "Traceback" not in typed("data").err


@pytest.mark.parametrize(
    ("library", "extra"), [("torch", "train"), ("matplotlib.figure", "train"), ("av", "mp4")]
)
def test_a_missing_library_gets_its_line(
    typed: Typed, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ModuleNotFoundError(f"No module named {library!r}", name=library)

    monkeypatch.setattr(data, "names", missing)
    done = typed("data")
    assert done.status == 1
    assert (
        f"handlens data needs {library.partition('.')[0]}, which isn't installed. Type: pip install"
        in done.err
    )
    assert f"'handlens[{extra}]'" in done.err


def test_what_the_package_warns_of_is_a_line(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    def warn() -> tuple[str, ...]:
        logging.getLogger("handlens.data").warning("the cache is %s", "full")
        return ("mnist",)

    monkeypatch.setattr(data, "names", warn)
    done = typed("data")
    assert (done.status, done.err) == (0, "handlens: the cache is full\n")


# -- as a process --------------------------------------------------------------------------------------


def test_training_without_torch_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['torch'] = None; from handlens.cli import main; sys.exit(main(['train']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "handlens: handlens train needs torch, which isn't installed. Type: pip install"
    )
    assert done.stderr.count("\n") == 1


def test_a_stream_that_knows_only_ascii_costs_letters_not_the_command() -> None:
    done = ended(process("data", PYTHONIOENCODING="ascii", NO_COLOR="1"))
    assert (done.status, done.err) == (0, "")
    assert done.out.isascii()
    assert "28x28" in done.out
    assert ended(process("look", "--help", PYTHONIOENCODING="ascii")).out.isascii()


@pytest.mark.parametrize("words", ["data describe mnist", "data list", "data list --json", "data --help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_error(
    words: str, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    started = process(*words.split())
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    assert started.stderr.read() == ""
    assert started.wait(60) == 1
    started.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirections")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_without_standard_output_the_work_is_done_and_a_full_one_is_said(
    unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    line = shlex.join([sys.executable, "-c", "import sys; from handlens.cli import main; sys.exit(main())"])
    shell: dict[str, Any] = {"shell": True, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    for words in ("data list", "data list --json", "--help"):
        closed = subprocess.run(f"{line} {words} >&-", **shell)
        assert (closed.returncode, closed.stderr) == (0, "")
        if Path("/dev/full").exists():
            full = subprocess.run(f"{line} {words} > /dev/full", **shell)
            said = "handlens: can't write the output: No space left on device\n"
            assert (full.returncode, full.stderr) == (1, said)


@pytest.mark.parametrize("module", ["rich", "cyclopts", "pydantic"])
def test_ctrl_c_during_the_imports_is_one_line(module: str) -> None:
    code = (
        "import sys, builtins; usual = builtins.__import__\n"
        "def stop(name, *rest):\n"
        f"    if name.partition('.')[0] == {module!r}: raise KeyboardInterrupt\n"
        "    return usual(name, *rest)\n"
        "builtins.__import__ = stop\n"
        "from handlens.cli import main; sys.exit(main(['info', 'nowhere']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (130, "handlens: stopped\n")


def test_the_root_help_loads_neither_pydantic_nor_numpy() -> None:
    code = (
        "import sys; from handlens.cli import main; main(['--help']); "
        "print({'pydantic', 'numpy', 'torch', 'onnxruntime'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stderr == "set()\n"


def test_what_to_type_next_works_where_no_environment_is_active(tmp_path: Path) -> None:
    """`make run` leaves the program in .venv, which no PATH names."""
    program = tmp_path / ".venv" / "bin" / "handlens"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\nfrom handlens.cli import main\nmain()\n")
    program.chmod(0o755)
    words = ["train", "--limit", "200", "--epochs", "1", "--threads", "1", "--watch-first", "50"]
    bare = {**os.environ, "PATH": "/usr/bin:/bin"}
    done = subprocess.run([program, *words], cwd=tmp_path, env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page, again, _ = [line.split()[-3:] for line in done.stdout.splitlines()[-3:]]
    assert page == [".venv/bin/handlens", "view", "runs/default-001"]
    shown = subprocess.run(again, cwd=tmp_path, env=bare, capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
