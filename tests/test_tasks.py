"""The verbs: what they would run, when they install, how they pass on failures and Ctrl-C."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tasks.py in a folder of its own, with an environment that looks installed."""
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    for name in ("requirements.lock", "pyproject.toml", ".venv/pyvenv.cfg"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    module.STAMP.write_text(module.fingerprint())
    return module


@pytest.fixture
def ran(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that tasks.py starts; none of them is carried out."""
    commands: list[list[str]] = []
    monkeypatch.setattr(tasks, "wait", lambda words: commands.append(words) or 0)
    return commands


@pytest.mark.parametrize("words", [[], ["train"], ["--help"]])
def test_an_unknown_verb_is_answered_with_the_known_ones(
    tasks: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert tasks.main(words) == 2
    assert "run | test | slow | check | weights" in capsys.readouterr().err


def test_further_words_go_to_the_last_command(tasks: ModuleType, ran: list[list[str]]) -> None:
    assert tasks.main(["run", "--epochs", "1"]) == 0
    assert ran == [[tasks.tool("handlens"), "train", "default", "--report", "--epochs", "1"]]


def test_a_current_environment_is_left_alone(tasks: ModuleType, ran: list[list[str]]) -> None:
    tasks.main(["check"])
    assert [Path(command[0]).stem for command in ran] == ["ruff", "ruff", "mypy", "lint-imports"]


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_change_of_what_it_depends_on_installs_again(
    tasks: ModuleType, ran: list[list[str]], name: str
) -> None:
    (tasks.ROOT / name).write_text("changed")
    assert tasks.install() == 0
    installs = [command[4:] for command in ran if command[1:3] == ["-m", "pip"]]
    assert installs == [
        ["install", "torch==2.13.0"],
        ["install", "--require-hashes", "--no-deps", "-r", "requirements.lock"],
        ["install", "--no-deps", "--no-build-isolation", "--editable", "."],
        ["check"],
    ]
    ran.clear()
    assert tasks.install() == 0
    assert ran == []


def test_torch_may_be_chosen(
    tasks: ModuleType, ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDLENS_TORCH", "torch==2.13.0 --index-url 'https://example.org/a b'")
    assert tasks.install() == 0
    assert ["install", "torch==2.13.0", "--index-url", "https://example.org/a b"] in [r[4:] for r in ran]


def test_a_failed_step_ends_it_and_leaves_no_stamp(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tasks.ROOT / "requirements.lock").write_text("changed")
    monkeypatch.setattr(tasks, "wait", lambda words: 7)
    assert tasks.main(["run"]) == 7
    assert not tasks.STAMP.exists()
    assert "ended with status 7" in capsys.readouterr().err


def test_a_missing_venv_module_is_named_with_the_line_to_type(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.STAMP.unlink()
    monkeypatch.setattr(tasks.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        tasks.main(["run"])


def test_a_program_that_does_not_start_is_named(tasks: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"handlens(\.exe)? doesn't start .*Delete \.venv"):
        tasks.main(["run"])


def test_an_old_python_is_refused_in_one_line() -> None:
    code = "import sys; sys.version_info = (3, 9, 6); exec(open('tasks.py').read())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="signals of a POSIX terminal")
def test_ctrl_c_waits_for_the_command_to_save_what_it_has(tmp_path: Path) -> None:
    child = "\n".join(
        [
            "import signal, sys, time",
            "def save(*_): time.sleep(0.5); open('saved', 'w').close(); sys.exit(3)",
            "signal.signal(signal.SIGINT, save); print('ready', flush=True); time.sleep(30)",
        ]
    )
    code = "import sys, tasks; tasks.ROOT, *child = sys.argv[1:]; sys.exit(tasks.wait(child))"
    command = [sys.executable, "-c", code, str(tmp_path), sys.executable, "-c", child]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.wait(timeout=20) == 3
    assert (tmp_path / "saved").exists()
