"""The README's commands and Python, run as they are typed, on a slice of the data."""

import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SLICE = ["--limit", "600", "--epochs", "1", "--threads", "1", "--watch-first", "200"]


def blocks(language: str) -> list[str]:
    """The README's fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.M | re.S)


def typed(verb: str) -> list[list[str]]:
    """The lines of the README's shell blocks that begin with a word, as words, comments left out."""
    lines = (line for block in blocks("sh") for line in block.splitlines())
    return [shlex.split(line, comments=True)[1:] for line in lines if line.split(" ")[0] == verb]


def handlens(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does; a training on a slice."""
    on_slice = SLICE if words[0] == "train" else []
    return subprocess.run(
        [sys.executable, "-c", "from handlens.cli import main; main()", *words, *on_slice],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `make run` has been typed: it calls this, and the report is tried by a test of its own."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples" / "pictures", folder / "examples" / "pictures")
    done = handlens(["train", "default"], folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "runs" / "default-001").is_dir()
    return folder


def test_its_verbs_are_there() -> None:
    verbs = runpy.run_path(str(ROOT / "tasks.py"))["VERBS"]
    assert typed("make") == [["run"], ["test"]]
    assert verbs["run"] == [["handlens", "train", "default", "--report"]]


def looked_at(words: list[str], folder: Path) -> int:
    """Type `handlens view`, open what it says, and stop it; its exit status."""
    command = [sys.executable, "-c", "from handlens.cli import main; main()", *words, "--no-browser"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        with urlopen(address) as page:
            assert "handlens" in page.read().decode()
        process.send_signal(signal.SIGINT)
        return process.wait(20)


@pytest.mark.parametrize("words", [words for words in typed("handlens") if words[0] == "view"], ids=" ".join)
def test_its_page_opens(words: list[str], folder: Path) -> None:
    assert looked_at(words, folder) == 0


def marked(words: list[str]) -> object:
    """A page with all its figures and films takes half a minute."""
    return pytest.param(words, marks=[pytest.mark.slow] if words[0] == "export" else [], id=" ".join(words))


@pytest.mark.parametrize("words", [marked(words) for words in typed("handlens") if words[0] != "view"])
def test_its_commands_run(words: list[str], folder: Path) -> None:
    done = handlens(words, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout


SETUP = """
import sys; sys.path.insert(0, {tests!r})
import torch
from networks import plain
model, names = plain(), list("0123456789")
images, labels = torch.rand(8, 1, 28, 28), torch.zeros(8, dtype=torch.int64)
loader = [(images, labels)]
loss = torch.tensor(1.0)
import handlens as hl
"""


@pytest.mark.parametrize(
    "code",
    [pytest.param(code, marks=[pytest.mark.slow] * ("hl.report" in code)) for code in blocks("python")],
)
def test_its_python_runs(code: str, folder: Path) -> None:
    code = code.replace("epochs=1)", "epochs=1, limit=600, threads=1, watch_first=200)")
    code = code.replace("hl.report(run)", "hl.report(run, films=False)")
    if "loader" in code:
        code = SETUP.format(tests=str(ROOT / "tests")) + code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_its_files_are_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
