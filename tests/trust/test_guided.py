"""A minute of guided fuzzing each: IDX files, graphs, and pictures as far as their ink.

It needs atheris, which the lock has for Linux and Python 3.11 alone. Without it these tests are left out.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris isn't installed"),
]

SCRIPT = Path(__file__).with_name("guided.py")
SECONDS = 60
# Linux counts the largest size of whoever starts a program as the program's own (getrusage(2), kept across
# exec), and libFuzzer's limit goes by that: pytest may be larger than the limit, a shell never is.
SMALL = ["/bin/sh", "-c", '"$@"; exit $?', "sh"]


@pytest.mark.parametrize("name", ["idx", "graph", "ink"])
def test_a_minute_finds_nothing(name):
    words = [*SMALL, sys.executable, str(SCRIPT), name, str(SECONDS)]
    ended = subprocess.run(words, capture_output=True, text=True, errors="replace")
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "number_of_executed_units" in ended.stderr
