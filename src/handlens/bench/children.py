"""Processes of their own: what is measured in one begins with nothing loaded and nothing warm.

A child is a module that is run with one JSON object of settings, and answers with lines of JSON.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from time import perf_counter
from typing import IO, Any, NamedTuple

from handlens.errors import HandlensError

PATIENCE = 5  # seconds that a child which was told to end may take


class Answer(NamedTuple):
    """A line of a child."""

    seconds: float
    """From just before the child was started until its line was here."""
    value: dict[str, Any]


def ask(module: str, environment: Mapping[str, str] | None = None, **settings: Any) -> list[Answer]:
    """Run a module in a process of its own, and return its answers.

    Args:
        module: its dotted name; it is run as ``python -m``.
        environment: variables to set in it.
        settings: what it is given, as one JSON object.

    Raises:
        ModuleNotFoundError: the child lacks a library.
        HandlensError: it ended with another failure.
    """
    command = [sys.executable, "-m", module, json.dumps(settings)]
    child_environment = {**os.environ, **(environment or {})}
    with TemporaryFile() as said:
        started = perf_counter()
        with Popen(command, stdout=PIPE, stderr=said, env=child_environment, encoding="utf-8") as child:
            assert child.stdout is not None
            try:
                lines = [(perf_counter() - started, line) for line in child.stdout]
                status = child.wait()
            except BaseException:  # Ctrl-C before all
                _end(child)
                raise
        if status:
            raise _failure(module, status, said)
    # What a library prints besides is no answer.
    return [Answer(seconds, json.loads(line)) for seconds, line in lines if line.startswith("{")]


def answer(value: Mapping[str, Any]) -> None:
    """Say a line to whoever asked; it is there at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def settings() -> dict[str, Any]:
    """What this process, a child, was given."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    return given


def _end(child: Popen[str]) -> None:
    child.terminate()
    with suppress(TimeoutExpired):
        child.wait(PATIENCE)
    child.kill()


def _failure(module: str, status: int, said: IO[bytes]) -> Exception:
    """What to raise for a child that failed: its own last words."""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    last = lines[-1] if lines else "it said nothing"
    if missing := re.fullmatch(r"ModuleNotFoundError: (No module named '([\w.]+)'.*)", last):
        return ModuleNotFoundError(missing[1], name=missing[2])
    how = f"was ended by signal {-status}" if status < 0 else f"failed with status {status}"
    return HandlensError(f"the measurement {module} {how}: {last}")
