"""A training, told in a notebook: one cell output with numbers and curves, redrawn as it goes."""

import math
from collections.abc import Callable
from html import escape
from time import monotonic
from typing import Any

from handlens.engine import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.notebook.curves import Point, drawing

SECONDS = 0.25  # between two redrawings
MOST = 400  # points of a curve; beyond that every second one goes

Listener = Callable[[Event], None]


def live_cell() -> Listener:
    """A listener for `handlens.engine.train` that shows the training in the output of a notebook's cell.

    Example:
        >>> run = hl.train("default", listener=live_cell())  # doctest: +SKIP
    """
    from IPython import display

    ipython: Any = display  # it has no types
    handle = ipython.display(ipython.HTML("<p>starting…</p>"), display_id=True)
    return LiveCell(lambda html: handle.update(ipython.HTML(html)))


class LiveCell:
    """Collects what a training tells and shows it as HTML, at most four times a second.

    Args:
        show: takes the HTML that replaces what was shown before.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._shown = -math.inf
        self._began: Began | None = None
        self._first: Stepped | None = None
        self._last: Stepped | None = None
        self._results: dict[str, str] = {}
        self._note = ""
        self._losses = Curve()
        self._accuracies = Curve()

    def __call__(self, event: Event) -> None:
        """Take the training's next event."""
        due = monotonic() - self._shown >= SECONDS
        match event:
            case Began():
                self._began = event
            case Stepped():
                self._first = self._first or event
                self._last = event
                # On a GPU, reading the loss waits for the step to end: then only as often as it is shown.
                if due or event.loss_tensor.device.type == "cpu":
                    self._losses.add(event.step, event.loss)
            case Evaluated():
                self._accuracies.add(event.step, event.score.accuracy)
                self._results["accuracy, " + event.score.set] = f"{event.score.accuracy:.2%}"
                self._note = event.stuck or ""
            case Diverged():
                self._note = event.text
            case Finished():
                self._results["accuracy, test"] = f"{event.test.accuracy:.2%} of {event.test.n:,}"
        if due or isinstance(event, Diverged | Finished):
            self._shown = monotonic()
            self._show(self.html())

    def _numbers(self) -> dict[str, str]:
        """Where the training is, how fast it goes, and what came of it so far."""
        if self._began is None or self._first is None or self._last is None:
            return self._results
        event, total = self._last, self._began.total
        numbers = {
            "step": f"{event.step:,} of {total:,}",
            "epoch": f"{event.epoch} of {self._began.recipe.epochs}",
            "loss": f"{event.loss:.4f}",
        }
        if (seconds := event.seconds - self._first.seconds) > 0:
            left = (total - event.step) * seconds / (event.step - self._first.step)
            numbers["images/s"] = f"{(event.images - self._first.images) / seconds:,.0f}"
            numbers["time left"] = f"{left:.0f} s"
        return numbers | self._results

    def html(self) -> str:
        """What is known now: a table of numbers over a drawing of both curves."""
        name = "" if self._began is None else escape(self._began.recipe.name)
        cells = "".join(
            f"<td style='text-align:left;white-space:nowrap;padding:2px 18px 2px 0'>"
            f"<small>{escape(label)}</small><br/><b>{escape(value)}</b></td>"
            for label, value in self._numbers().items()
        )
        note = f"<p role='alert'><b>{escape(self._note)}</b></p>" if self._note else ""
        return (
            f"<div style='font-family:system-ui,sans-serif'><p>handlens: training <b>{name}</b></p>"
            f"<table><tr>{cells}</tr></table>{note}{self._curves()}</div>"
        )

    def _curves(self) -> str:
        total = self._began.total if self._began else 1
        return drawing(self._losses.points, self._accuracies.points, total)


class Curve:
    """Points of a curve, ever more widely spaced, so that a long training draws as quickly as a short one."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def add(self, step: int, value: float) -> None:
        """Take a point; what is no number has no place on a drawing."""
        if math.isfinite(value):
            self.points.append((float(step), value))
        if len(self.points) > MOST:
            del self.points[1:-1:2]
