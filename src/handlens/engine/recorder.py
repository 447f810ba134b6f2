"""The Recorder: the only writer of recordings, for handlens' own training and for anyone's loop alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import torch

from handlens.arrays import Weights
from handlens.engine import environment
from handlens.recording.frames import keeps
from handlens.recording.schema import ChangeLine, EvaluationLine, Header, NoteLine, Result, StepLine
from handlens.recording.states import State
from handlens.recording.writer import Writer

STATE_SECONDS = 5.0
"""Between two saved states: what a power cut may cost."""
PENDING = 256
"""Updates whose losses wait on the device before they are read together."""


class Recorder:
    """Keeps losses, frames and, from time to time, the state from which a training resumes.

    Losses are collected as tensors and read together, so that an update never waits for the device.

    Args:
        writer: the recording's folder.
        weights: gives a copy of the weights of the moment.
        state: gives what a resume needs; None where somebody else's loop is recorded.
        state_seconds: seconds between two saved states.
    """

    def __init__(
        self,
        writer: Writer,
        weights: Callable[[], Weights],
        state: Callable[[], State] | None = None,
        state_seconds: float = STATE_SECONDS,
    ) -> None:
        self.writer = writer
        self._weights, self._state = weights, state
        self._state_seconds = state_seconds
        self._saved = monotonic()
        self._pending: list[tuple[dict[str, Any], torch.Tensor | float]] = []

    def step(self, step: int, loss: torch.Tensor | float, **fields: Any) -> None:
        """An update was made: keep its loss, and its weights where they are due."""
        self._pending.append(({"step": step, **fields}, loss))
        framed = keeps(step)
        if framed or len(self._pending) >= PENDING:
            self.flush()
        if framed:
            self.frame(step)

    def flush(self) -> None:
        """Write the updates that wait."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []  # also where the log can't be written: nothing comes twice
        losses = _numbers([loss for _, loss in pending])
        lines = (StepLine(loss=loss, **fields) for (fields, _), loss in zip(pending, losses, strict=True))
        self.writer.log(*lines)

    def frame(self, step: int) -> None:
        """Keep the weights of this moment."""
        self.writer.frame(step, self._weights())

    def settle(self, step: int) -> None:
        """All about a step has been told: drop frames where they take too much, save the state where due."""
        while self.writer.full:
            going = self.writer.thin(step)
            allowed = self.writer.header.frames_bytes
            self.note(step, f"frames take their {allowed:,} bytes: dropped {len(going)}")
            self.save_state(step)
            self.writer.remove(going)
        if self._state is not None and monotonic() - self._saved >= self._state_seconds:
            self.save_state(step)

    def save_state(self, step: int) -> None:
        """Save what a resume needs, where this training can be resumed."""
        if self._state is not None:
            self.flush()
            self.writer.state(step, self._state())
            self._saved = monotonic()

    def evaluation(self, line: EvaluationLine) -> None:
        """A set was scored."""
        self.flush()
        self.writer.log(line)

    def note(self, step: int, text: str) -> None:
        """Something worth telling whoever looks at the recording."""
        self.flush()
        self.writer.log(NoteLine(step=step, text=text))

    def change(self, *lines: ChangeLine) -> None:
        """Settings were changed."""
        self.flush()
        self.writer.log(*lines)

    def keep(self, step: int) -> None:
        """Keep the weights of this step and what a resume from it needs."""
        self._last(step)
        self.save_state(step)

    def pause(self, step: int) -> None:
        """Let go of the recording so that it can be resumed from this very step."""
        try:
            self.keep(step)
        finally:
            self.writer.release()

    def finish(self, result: Result) -> None:
        """End the recording, with the weights of the last step."""
        try:
            self._last(result.step)
            self.writer.close(result)
        finally:
            self.writer.release()

    def _last(self, step: int) -> None:
        self.flush()
        if not self.writer.has_frame(step):
            self.frame(step)


def _numbers(losses: list[torch.Tensor | float]) -> list[float]:
    """Losses read together, so that the device is waited for once."""
    tensors = [loss.detach().float().reshape(()) for loss in losses if isinstance(loss, torch.Tensor)]
    read = iter(torch.stack(tensors).tolist() if tensors else ())
    return [next(read) if isinstance(loss, torch.Tensor) else loss for loss in losses]


def new_header(device: str, **fields: Any) -> Header:
    """A header with the time, versions and hardware filled in."""
    return Header(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        device=device,
        versions=environment.versions(),
        hardware=environment.hardware(),
        **fields,
    )


def next_folder(name: str, parent: Path = Path("runs")) -> Path:
    """The first of ``runs/NAME-001``, ``-002``, … that doesn't exist."""
    number = 1
    while (folder := parent / f"{name}-{number:03d}").exists():
        number += 1
    return folder
