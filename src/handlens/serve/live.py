"""Trainings that this server runs: each a process of its own that ends with it. Loads no torch."""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import IO, Any, NamedTuple

from starlette.exceptions import HTTPException

from handlens.errors import HandlensError, install_line

LEARNER = (sys.executable, "-P", "-m", "handlens.engine.learner")  # -P: no module of the folder one stands in
MOST = 2
BEGINNING_SECONDS = 120.0  # until it is recorded: torch from a cold disk, a set's files unpacked
CLOSING_SECONDS, ENDING_SECONDS = 10.0, 2.0  # what a training has to save itself; then to end when told to
KEPT = 20  # lines of what a training complained of

Listener = Callable[[dict[str, Any]], None]


class Standing(NamedTuple):
    """How a training stands."""

    paused: bool
    total: int
    """Updates that it will have done at its end."""


def missing() -> str | None:
    """Why nothing can be trained here; None where it can."""
    if find_spec("torch") is not None:
        return None
    return f"training needs torch, which isn't installed. Type: {install_line('train')}"


class Live:
    """The trainings of a server, by the folders that they are recorded in; for use by several threads.

    Args:
        folder: new recordings lie in its folder ``runs``.
        most: how many may run at once.
        command: what starts one, as `handlens.engine.learner` describes.
        patience: seconds that one may take until it is recorded.
    """

    def __init__(
        self,
        folder: Path = Path(),
        most: int = MOST,
        command: Sequence[str] = LEARNER,
        patience: float = BEGINNING_SECONDS,
    ) -> None:
        self.most = most
        self._folder, self._command, self._patience = folder, command, patience
        self._children: dict[Path, _Child] = {}
        self._changing = Lock()
        self._closed = False

    def running(self) -> dict[Path, Standing]:
        """The trainings that run and are recorded, by their folders."""
        with self._changing:
            children = list(self._children.items())
        return {
            folder: Standing(child.paused, child.total)
            for folder, child in children
            if child.began and child.runs
        }

    def start(
        self,
        name: str,
        *,
        out: Path | None = None,
        listener: Listener = lambda said: None,
        **order: Any,
    ) -> Path:
        """Start a training, or go on with one, and wait until it is being recorded; gives its folder.

        Args:
            name: of its recipe, which names its folder.
            out: its folder; by default a new one, ``runs/NAME-001`` and so on.
            listener: is told, by a thread, what the training tells.
            order: what it is to do, see `handlens.engine.learner.Order`.

        Raises:
            HandlensError: it can't begin; the message says why.
            HTTPException: 409, as many run as may, or this one does.
        """
        with self._changing:
            folder = self._free(name) if out is None else out
            self._refuse(folder)
            child = self._children[folder] = _Child(self._command, {"out": str(folder), **order}, listener)
        if not child.settled.wait(self._patience):
            child.end(monotonic())
            raise HandlensError(
                f"{folder.name}: the training didn't begin within {self._patience:g} seconds and was ended; "
                "see what else the machine does, and try again"
            )
        if not child.began:
            raise HandlensError(child.complaint())
        return folder

    def tell(self, folder: Path, do: str, value: float | None = None) -> None:
        """Pass a wish on.

        Raises:
            HTTPException: 409, nothing is trained there by this server.
        """
        with self._changing:
            child = self._children.get(folder)
        if child is None or not child.runs or not child.tell({"do": do, "value": value}):
            raise HTTPException(409, f"{folder.name}: no training of this page runs there")

    def close(self) -> None:
        """End all trainings: they save themselves, or are ended."""
        with self._changing:
            self._closed = True
            children = list(self._children.values())
        for child in children:
            child.hang_up()
        until = monotonic() + CLOSING_SECONDS
        for child in children:
            child.end(until)

    def _refuse(self, folder: Path) -> None:
        if self._closed:
            raise HTTPException(409, "the server is ending")
        if self._holds(folder):
            raise HTTPException(409, f"{folder.name}: is being trained already")
        running = [known.name for known, child in self._children.items() if child.runs]
        if len(running) >= self.most:
            names = " and ".join(running)
            raise HTTPException(
                409, f"{self.most} trainings run already: {names}; stop one, or wait until it has ended"
            )

    def _free(self, name: str) -> Path:
        number = 1
        while (folder := self._folder / "runs" / f"{name}-{number:03d}").exists() or self._holds(folder):
            number += 1
        return folder

    def _holds(self, folder: Path) -> bool:
        child = self._children.get(folder)
        return child is not None and child.runs


class _Child:
    """One training's process."""

    def __init__(self, command: Sequence[str], order: dict[str, Any], listener: Listener) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # In a group of its own, so that Ctrl-C in the terminal is the server's alone.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._writing = Lock()
        self._complaints: deque[bytes] = deque(maxlen=KEPT)
        self._failure: str | None = None
        self._listener = listener
        self.began = self.paused = self._ended = False
        self.total = 0
        self.settled = Event()  # it is known whether it can begin
        self.over = Event()
        threads = [
            Thread(target=self._complaints.extend, args=(self._stream("stderr"),), daemon=True),
            Thread(target=self._hear, daemon=True),
        ]
        for thread in threads:
            thread.start()
        Thread(target=self._end_with, args=(threads,), daemon=True).start()
        self.tell(order)

    @property
    def runs(self) -> bool:
        """Whether its training hasn't ended; the process takes a moment longer."""
        return not (self._ended or self.over.is_set())

    def tell(self, line: dict[str, Any]) -> bool:
        """Write a line to it; whether it could be written."""
        with self._writing, suppress(OSError, ValueError):  # ended, or closed by `hang_up`
            given = self._stream("stdin")
            given.write(json.dumps(line).encode() + b"\n")
            given.flush()
            return True
        return False

    def hang_up(self) -> None:
        """Let it save itself and end."""
        with self._writing, suppress(OSError):
            self._stream("stdin").close()

    def end(self, until: float) -> None:
        """Wait for its end until then (a `monotonic` time), and end it where it doesn't come."""
        for told in (None, self._process.terminate, self._process.kill):
            if told is not None:
                told()
            if self.over.wait(max(0.0, until - monotonic())):
                return
            until = monotonic() + ENDING_SECONDS

    def complaint(self) -> str:
        """Why it failed, in its own words."""
        if self._failure is not None:
            return self._failure
        lines = b"".join(self._complaints).decode("utf-8", "replace").splitlines()
        return f"the training's process ended by itself: {lines[-1] if lines else 'it gave no reason'}"

    def _hear(self) -> None:
        for line in self._stream("stdout"):
            with suppress(ValueError):  # not a line of the learner's: a library's
                said = json.loads(line)
                if isinstance(said, dict) and len(said) == 1:
                    self._heard(said)

    def _heard(self, said: dict[str, Any]) -> None:
        match said:
            case {"began": {"total": int(total)}}:
                self.total, self.began = total, True
            case {"changed": {"field": "pause", "value": value}}:
                self.paused = bool(value)
            case {"ended": _}:
                self._ended = True
            case {"failed": why}:
                self._failure = str(why)
        self._listener(said)
        if self.began:
            self.settled.set()

    def _end_with(self, threads: Sequence[Thread]) -> None:
        for thread in threads:
            thread.join()
        self._process.wait()
        self.hang_up()
        self._stream("stdout").close()
        self._stream("stderr").close()
        self.over.set()
        self.settled.set()

    def _stream(self, name: str) -> IO[bytes]:
        stream = getattr(self._process, name)
        assert stream is not None
        return stream  # type: ignore[no-any-return]


def cores() -> int:
    """Threads that a training may take here."""
    return os.cpu_count() or 1
