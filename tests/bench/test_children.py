"""Processes of their own: their answers, their failures, and that Ctrl-C ends them."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlens.bench.children import Answer, ask
from handlens.errors import HandlensError

HERE = {"PYTHONPATH": str(Path(__file__).parent)}


def asked(**settings: Any) -> list[Answer]:
    """The answers of the fake child."""
    return ask("fake_child", HERE, **settings)


def test_the_lines_of_a_child_are_its_answers_and_the_rest_is_not() -> None:
    found = asked(do="answer", times=3, word="ö")
    assert [each.value["number"] for each in found] == [0, 1, 2]
    assert {each.value["word"] for each in found} == {"ö"}
    assert 0 < found[0].seconds <= found[1].seconds <= found[2].seconds


def test_a_child_that_fails_is_quoted() -> None:
    with pytest.raises(HandlensError, match="the measurement fake_child failed with status 3: last words"):
        asked(do="fail")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_a_child_that_was_killed_is_said_to_be() -> None:
    with pytest.raises(HandlensError, match="fake_child was ended by signal 9: it said nothing"):
        asked(do="die")


def test_a_library_that_a_child_lacks_is_missing_here_too() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_library'") as raised:
        asked(do="lack")
    assert raised.value.name == "no_such_library"


@pytest.mark.skipif(os.name == "nt", reason="Windows can't send Ctrl-C to one process")
def test_ctrl_c_ends_the_child_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"from handlens.bench.children import ask; ask('fake_child', do='wait', pipe={str(pipe)!r})"
    quiet: dict[str, Any] = {"env": os.environ | HERE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", code], **quiet) as parent, pipe.open() as end:
        assert end.read(4) == "here"
        parent.send_signal(signal.SIGINT)  # to it alone, not to the child as a terminal does
        try:
            parent.wait(20)
        except subprocess.TimeoutExpired:  # as where whoever began the tests ignores Ctrl-C
            parent.kill()
            raise
        assert select.select([end], [], [], 0)[0], "the child still holds its end of the pipe"
        assert end.read() == ""
