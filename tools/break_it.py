"""Breaks the code in a copy, one line at a time, and sees that a test fails: that the tests can fail.

    .venv/bin/python tools/break_it.py [WORDS]    # all, or those that speak of one of the words

What is broken stands in tools/breakages.py. First all the tests named there must pass in the unbroken copy.
The table that is printed is that of docs/trust.md. Ends with 1 where a text isn't found once, or where no
test fails.
"""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from breakages import BREAKAGES, Breakage

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
"""What one test may take. One that hangs notices nothing."""
PYTHON = Path(".venv") / "bin" / "python"
FAILED, HUNG = 1, 124
"""What pytest ends with where a test fails, and not for another reason; and ours for one that hangs."""


class Outcome(NamedTuple):
    """What came of a breakage."""

    breakage: Breakage
    caught: str
    """By which test; or why it wasn't."""
    seconds: float
    ok: bool


def main(words: list[str]) -> int:
    """Break what speaks of one of the words, or all; the exit status."""
    if unfound := misplaced(ROOT):
        print("\n".join(unfound), file=sys.stderr)
        return 1
    chosen = {part: [each for each in some if speaks(each, words)] for part, some in BREAKAGES.items()}
    tests = sorted({each.test for some in chosen.values() for each in some})
    with tempfile.TemporaryDirectory(prefix="handlens-broken-") as folder:
        tree = Path(folder)
        copy(tree)
        install(tree)
        status, _, said = ran(tree, tests)
        if status != 0:
            print(f"{said}\nthe tests fail as the code stands", file=sys.stderr)
            return 1
        outcomes = [tell(part, broken(tree, each)) for part, some in chosen.items() for each in some]
    missed = [outcome for outcome in outcomes if not outcome.ok]
    print(f"\n{len(outcomes) - len(missed)} of {len(outcomes)} caught")
    return 1 if missed else 0


def speaks(breakage: Breakage, words: Iterable[str]) -> bool:
    """Whether one of the words is in it; where there are no words, it is meant."""
    texts = " ".join(breakage)
    return not words or any(word in texts for word in words)


def place(root: Path, file: str) -> Path:
    """Where a breakage's file is."""
    inside = root / "src" / "handlens" / file
    return inside if inside.exists() else root / file


def misplaced(root: Path) -> list[str]:
    """A line for each text that doesn't stand in its file exactly once."""
    found = []
    for each in (each for some in BREAKAGES.values() for each in some):
        path = place(root, each.file)
        count = path.read_text(encoding="utf-8").count(each.old) if path.is_file() else 0
        if count != 1:
            found.append(f"{each.file}: {each.about}: its text stands there {count} times; expected once")
    return found


def copy(tree: Path) -> None:
    """All that git knows or doesn't ignore, as it lies here now."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # else it was removed
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)


def install(tree: Path) -> None:
    """Give it an environment of its own: this one's packages, and its own code in the place of this tree's.

    A path in the environment's variables wouldn't do: some tests start Python with other ones.
    """
    venv.create(tree / ".venv", symlinks=True)
    (own,) = (tree / ".venv" / "lib").glob("python*/site-packages")
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        text = path.read_text(encoding="utf-8") if path.suffix == ".pth" else ""
        if Path(text.strip() or "/") == ROOT / "src":
            (own / path.name).write_text(str(tree / "src"), encoding="utf-8")
        else:
            (own / path.name).symlink_to(path)


def broken(tree: Path, breakage: Breakage) -> Outcome:
    """Break it, run its test, mend it."""
    path = place(tree, breakage.file)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(breakage.old, breakage.new), encoding="utf-8")
    try:
        status, seconds, _ = ran(tree, [breakage.test])
    finally:
        path.write_text(whole, encoding="utf-8")
    why = {FAILED: f"`{breakage.test.replace('::', '` `')}`", 0: "**nothing**", HUNG: "**nothing: it hangs**"}
    return Outcome(
        breakage, why.get(status, f"**nothing: pytest ended with {status}**"), seconds, status == 1
    )


def ran(tree: Path, tests: list[str]) -> tuple[int, float, str]:
    """Run some tests of a tree with its own code; pytest's status, seconds, and the end of what it said."""
    words = [str(tree / PYTHON), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    words += [f"tests/{test}" for test in tests]
    settings = {
        "PYTHONDONTWRITEBYTECODE": "1",  # no stale one of what is broken for a moment
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # none is needed, and each start takes a second less
    }
    began = perf_counter()
    running = subprocess.Popen(
        words,
        cwd=tree,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that what it started ends with it
    )
    try:
        said, _ = running.communicate(timeout=SECONDS * len(tests))
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return HUNG, perf_counter() - began, ""
    return running.returncode, perf_counter() - began, said[-6000:]


def tell(part: str, outcome: Outcome) -> Outcome:
    """A row of the table, at once."""
    about, file = outcome.breakage.about, outcome.breakage.file
    print(f"| {part} | {about} | `{file}` | {outcome.caught} | {outcome.seconds:.0f} |", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
