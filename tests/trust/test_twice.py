"""Same seed, same machine, same threads: the same bytes, in two fresh processes that run side by side.

Python orders its sets differently in each of them, and each takes time from the other. The recipe for a GPU
is trained on the processor here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlens.recipes import known

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("train_once.py")


def both(words: list[str], folders: list[Path]) -> list[dict[str, Any]]:
    """What two processes tell that are started at once."""
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), *words, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, folder in enumerate(folders, 1)
    ]
    told = [process.communicate(timeout=300) for process in running]
    assert [process.returncode for process in running] == [0] * len(running), told
    return [json.loads(out) for out, _ in told]


@pytest.mark.parametrize("name", known())
def test_two_processes_make_the_same(name: str, tmp_path: Path) -> None:
    first, second = both([name, "3"], [tmp_path / "first", tmp_path / "second"])
    assert first == second
    assert len(first["frames"]) > 8
    assert len(set(first["frames"].values())) == len(first["frames"])  # something was learned in between


def test_another_seed_makes_something_else(tmp_path: Path) -> None:
    """That equality says something: the same comparison tells seeds apart."""
    one, other = (both(["default", seed], [tmp_path / seed])[0] for seed in ("3", "4"))
    assert one["frames"] != other["frames"]
    assert one["onnx"] != other["onnx"]
