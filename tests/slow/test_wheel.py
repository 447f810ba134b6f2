"""The built wheel, in environments of its own and away from the repository: with torch and without."""

import os
import re
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from handlens.page import sample

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def call(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program outside the repository; nothing of this process's import path goes with it."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=surroundings, capture_output=True, text=True)


def environment(folder: Path, wheel: Path, *options: str | Path) -> Path:
    """A new environment with the wheel in it; gives the folder of its programs."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    done = call(programs / "python", "-m", "pip", "install", *options, wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return programs


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the locked build tools."""
    folder = tmp_path_factory.mktemp("wheel")
    done = call(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment made from the package index, as a user would, at the lock's versions."""
    folder = tmp_path_factory.mktemp("base")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = folder / "pins.txt"
    pins.write_text("\n".join(re.findall(r"^[a-z0-9-]+==[^ ]+", lock, re.MULTILINE)), encoding="utf-8")
    return environment(folder / "venv", wheel, "--constraint", pins)


@pytest.fixture(scope="module")
def full(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment with the extras: the wheel, and this environment's other packages.

    A .pth file shows it the folder but doesn't obey the .pth files in there, so it is the wheel's handlens
    that is imported and not this checkout; torch isn't fetched again.
    """
    folder = tmp_path_factory.mktemp("full") / "venv"
    programs = environment(folder, wheel, "--no-deps")
    (packages,) = folder.rglob("site-packages")
    (packages / "neighbours.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    return programs


def test_it_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"handlens"}
    assert len([name for name in names if re.fullmatch(r"handlens/data/files/.*\.xz", name)]) == 4
    assert "handlens/data/files/NOTICE" in names
    assert "handlens/py.typed" in names
    made = [name for name in names if name.startswith("handlens/page/sample/digits/made/")]
    assert len(made) == len(list((sample.path() / "made").iterdir())) > 40
    licences = [name for name in names if ".dist-info/licenses/" in name]
    assert sorted(Path(name).name for name in licences) == ["LICENSE", "NOTICE"]
    assert [name for name in names if re.search(r"\btests?[/_]|__pycache__", name)] == []


def test_without_torch_it_helps_and_lists_data(base: Path, tmp_path: Path) -> None:
    help_ = call(base / "handlens", "--help", cwd=tmp_path)
    assert (help_.returncode, help_.stderr) == (0, "")
    assert "train" in help_.stdout
    listed = call(base / "handlens", "data", cwd=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "mnist" in listed.stdout
    torch = call(base / "python", "-c", "import torch", cwd=tmp_path)
    assert "ModuleNotFoundError" in torch.stderr


def test_without_torch_training_says_what_to_type(base: Path, tmp_path: Path) -> None:
    done = call(base / "handlens", "train", "default", cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in said
    assert "pip install torch==2.13.0 && pip install 'handlens[train]'" in " ".join(said.split())
    assert list(tmp_path.iterdir()) == []


SHOWN = """
from handlens.page import sample
from handlens.page.resources import Resources
from handlens.reporting.rooms import Recorded
resources = Resources(sample.recording(), rooms=Recorded(sample.recording(), slow=True))
print(*(len(resources.read(key)) for key in ("tsne/test.safetensors", "dreams.safetensors")))
"""


def test_without_torch_the_samples_rooms_are_full(base: Path, tmp_path: Path) -> None:
    shown = call(base / "python", "-c", SHOWN, cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(int(size) > 100_000 for size in shown.stdout.split())


def test_it_trains_and_reports(full: Path, tmp_path: Path) -> None:
    where = call(full / "python", "-c", "import handlens; print(handlens.__file__)", cwd=tmp_path)
    assert str(full.parent) in where.stdout
    run = tmp_path / "run"
    done = call(
        full / "handlens",
        *["train", "default", "--epochs", "1", "--limit", "2000", "--out", run, "--report"],
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (run / "recording.json").exists()
    assert (run / "report.html").exists()
