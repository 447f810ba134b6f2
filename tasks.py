"""The project's verbs, with nothing but Python: `python tasks.py run | test | slow | check | weights`.

Each verb first installs what it needs into `.venv` (once, until the lock, pyproject.toml, the choice of torch
or the Python changes) and then runs its commands there; nothing needs activating. Words after the verb go to
its last command: `python tasks.py test tests/data -k idx`.

HANDLENS_TORCH chooses another build of torch, as words for pip:
HANDLENS_TORCH="torch==2.13.0 --index-url URL" python tasks.py run
"""

# This file must compile on any Python 3.6, or the message about the version would never be seen.
import hashlib
import importlib.util
import os
import shlex
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - it is run by whatever `python3` happens to be
    sys.exit(
        "handlens needs Python 3.11 or newer; {} is {}.{}. With a newer one: make VERB PYTHON=python3.12, "
        "or python3.12 tasks.py VERB".format(sys.executable, *sys.version_info)
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "handlens-installed"

# One process a core of the smallest machine that the fast tests are timed on; `test -n 8` takes more.
PARALLEL = ["-n", "2", "--dist", "worksteal"]

VERBS = {
    "run": [["handlens", "train", "default", "--report"]],
    "test": [["pytest", "-m", "not slow", *PARALLEL]],
    "slow": [["pytest", "-m", "slow"]],
    "check": [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]],
    "weights": [["python", str(Path("tools") / "make_weights.py")]],
}


def tool(name: str) -> str:
    """The path of a program in `.venv`."""
    return str(VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name)


def main(words: list[str]) -> int:
    """Carry out one verb and return its exit status."""
    if not words or words[0] not in VERBS:
        print(f"usage: python tasks.py {' | '.join(VERBS)}", file=sys.stderr)
        return 2
    verb, *more = words
    *before, last = [[tool(name), *options] for name, *options in VERBS[verb]]
    return install() or call(*before, [*last, *more])


def install() -> int:
    """Bring `.venv` up to date, unless its stamp says that it is."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint():
        return 0
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python can't make environments. On Debian and Ubuntu type: apt install python3-venv")
    print("Installing into .venv; the first time takes minutes.", flush=True)
    STAMP.unlink(missing_ok=True)
    status = 0 if usable() else call([sys.executable, "-m", "venv", "--clear", str(VENV)])
    status = status or call(*installation())
    if status == 0:
        STAMP.write_text(fingerprint(), encoding="utf-8")
    return status


def usable() -> bool:
    """Whether there is a `.venv` with pip, and a Python that starts and is new enough."""
    python = tool("python")
    question = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return (
        Path(python).exists()
        and subprocess.run([python, "-c", question], capture_output=True).returncode == 0
    )


def installation() -> list[list[str]]:
    """The commands that fill `.venv`: torch, the lock, the project; then a check of the whole."""
    pip = [tool("python"), "-m", "pip", "--disable-pip-version-check"]
    return [
        # First and pinned: any later wish for a bare "torch" could fetch gigabytes of CUDA packages.
        [*pip, "install", *shlex.split(torch())],
        [*pip, "install", "--require-hashes", "--no-deps", "-r", "requirements.lock"],
        # The build's own tool, hatchling, comes from the lock; an isolated build would fetch it unpinned.
        [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", "."],
        [*pip, "check"],
    ]


def torch() -> str:
    """Which torch to install, as words for pip."""
    return os.environ.get("HANDLENS_TORCH", "torch==2.13.0")


def fingerprint() -> str:
    """A digest of everything that the installation depends on."""
    digest = hashlib.sha256(torch().encode())
    for file in (ROOT / "requirements.lock", ROOT / "pyproject.toml", VENV / "pyvenv.cfg"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def call(*commands: list[str]) -> int:
    """Run commands one after the other until one fails; the exit status of the last one run."""
    status = 0
    for words in commands:
        print("$ " + " ".join([Path(words[0]).name, *words[1:]]), flush=True)
        status = wait(words)
        if status:
            print(f"tasks.py: that command ended with status {status}.", file=sys.stderr)
            break
    return status


def wait(words: list[str]) -> int:
    """The exit status of a command. Ctrl-C is its own affair: it may need a moment to save what it has."""
    try:
        process = subprocess.Popen(words, cwd=ROOT)
    except OSError as error:
        sys.exit(f"tasks.py: {words[0]} doesn't start ({error.strerror}). Delete .venv and try again.")
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
