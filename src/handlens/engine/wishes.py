"""What is asked of a training that runs: another rate, a pause, an end. It is heeded between two updates."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from typing import Literal

from handlens.engine.changes import Changes, check_rate
from handlens.engine.recorder import Recorder
from handlens.recording.changes import PAUSE
from handlens.recording.schema import ChangeLine

LOOK = 0.2  # seconds of a pause between two looks at whether Ctrl-C was pressed


@dataclass(frozen=True)
class _Wish:
    do: Literal["change", "pause", "go on", "stop"]
    lr: float = 0.0


class Wishes:
    """Takes wishes from any thread; the training heeds them where everything about a step has been told.

    Args:
        told: is called, by the training, with each change and each pause once it is recorded.
    """

    def __init__(self, told: Callable[[ChangeLine], None] = lambda line: None) -> None:
        self._told = told
        self._waiting: SimpleQueue[_Wish] = SimpleQueue()

    def change(self, lr: float) -> None:
        """Go on with another learning rate; where several are asked for at once, the last counts.

        Raises:
            RecipeError: the rate is out of range.
        """
        self._waiting.put(_Wish("change", check_rate(lr)))

    def pause(self) -> None:
        """Wait, with this step's weights and state saved."""
        self._waiting.put(_Wish("pause"))

    def go_on(self) -> None:
        """End a pause."""
        self._waiting.put(_Wish("go on"))

    def stop(self) -> None:
        """End as Ctrl-C does: what was recorded is whole and can be resumed."""
        self._waiting.put(_Wish("stop"))

    def heed(self, step: int, changes: Changes, recorder: Recorder, stop: Event) -> None:
        """Do what was wished until ``step``, which is settled, and wait where that was a pause.

        Args:
            step: updates done.
            changes: are told of another rate.
            recorder: writes down what changes; a change is safe from then on.
            stop: is set where an end is wished, and ends a pause where it is set.
        """
        if not self._do(self._taken(), False, step, changes, recorder, stop):
            return
        begun, ended = (ChangeLine(step=step, field=PAUSE, value=value) for value in (True, False))
        recorder.change(begun)
        recorder.keep(step)
        self._told(begun)
        with changes.resting():
            while not stop.is_set() and self._do(self._taken(LOOK), True, step, changes, recorder, stop):
                pass
        recorder.change(ended)
        self._told(ended)

    def _do(
        self, taken: list[_Wish], paused: bool, step: int, changes: Changes, recorder: Recorder, stop: Event
    ) -> bool:
        """Do these; whether the training is to wait then."""
        for wish in [wish for wish in taken if wish.do == "change"][-1:]:
            line = changes.add(step, wish.lr)
            recorder.change(line)
            recorder.save_state(step)  # else a kill would cut the line off, and the rate be lost
            self._told(line)
        for wish in taken:
            if wish.do == "stop":
                stop.set()
            elif wish.do != "change":
                paused = wish.do == "pause"
        return paused

    def _taken(self, seconds: float = 0) -> list[_Wish]:
        """What was wished; where nothing was, what is wished within so many seconds."""
        taken = []
        with suppress(Empty):
            taken.append(self._waiting.get(seconds > 0, seconds))
            while True:
                taken.append(self._waiting.get_nowait())
        return taken
