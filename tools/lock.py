"""Makes requirements.lock: pins and hashes of all that `make run`, `test` and `check` install, but torch.

Run `.venv/bin/python tools/lock.py` after changing a dependency in pyproject.toml; versions already in the
lock stay unless the change forbids them. Add `--upgrade` for the newest of everything, or
`--upgrade-package NAME` for one. It needs uv: `.venv/bin/pip install uv`.

torch is left out because its file differs by build (CPU, CUDA, ROCm) and is chosen in tasks.py; what torch
itself needs is read from the installed torch and locked, less the packages that only a CUDA build asks for.
What else asks for torch (captum) is resolved as if it didn't.
"""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
EXTRAS = ("train", "mp4", "heif")
GROUPS = ("test", "check", "build")
ACCELERATOR_PACKAGES = ("nvidia-", "cuda-", "triton", "pytorch-triton")
HEADER = """\
# What handlens is run, tested and checked with, on Linux, macOS and Windows, Python 3.11 and newer.
# Made by tools/lock.py; don't edit. torch isn't here: tasks.py installs it first.
"""


def wanted() -> list[str]:
    """The requirements of the project and of torch, without torch."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = list(project["project"]["dependencies"])
    for extra in EXTRAS:
        lines += project["project"]["optional-dependencies"][extra]
    for group in GROUPS:
        lines += project["dependency-groups"][group]
    lines += [line for line in metadata.requires("torch") or [] if "extra ==" not in line]
    return sorted({line for line in lines if belongs(Requirement(line).name)})


def belongs(name: str) -> bool:
    """Whether a package is the lock's business: not torch, nothing of a CUDA build."""
    return name != "torch" and not name.startswith(ACCELERATOR_PACKAGES)


def main() -> int:
    """Resolve with uv; its options may be given, such as ``--upgrade``."""
    resolve = [sys.executable, "-m", "uv", "pip", "compile", "-", "--output-file", str(LOCK), "--quiet"]
    reach = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    plain = ["--no-header", "--no-annotate"]
    with TemporaryDirectory() as folder:
        left_out = Path(folder, "left-out.txt")
        left_out.write_text("torch\n", encoding="utf-8")
        given = [*resolve, *reach, *plain, "--excludes", str(left_out), *sys.argv[1:]]
        done = subprocess.run(given, input="\n".join(wanted()), text=True)
    if done.returncode == 0:
        LOCK.write_text(HEADER + LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
