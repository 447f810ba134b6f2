"""A training, told in a notebook: one cell output with numbers and curves, redrawn as it goes."""

import math
import sys
from collections.abc import Callable
from functools import wraps
from html import escape
from time import monotonic
from typing import Any

from handlens.engine import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.engine import train as _train
from handlens.recording import Recording

SECONDS = 0.25  # between two redrawings
MOST = 400  # points of a curve; beyond that every second one goes

WIDTH, HEIGHT, MARGIN = 520, 180, 44  # of the drawing, in its own units
LOSS, ACCURACY = "#3b7dd8", "#d9730d"  # told apart by colour-blind readers, on light and dark alike

Listener = Callable[[Event], None]
Point = tuple[float, float]


@wraps(_train)
def train(*args: Any, **options: Any) -> Recording:
    """`handlens.engine.train`, watched in the cell's output where this runs in a notebook."""
    options.setdefault("listener", listener_if_notebook())
    return _train(*args, **options)


def listener_if_notebook() -> Listener | None:
    """A live cell where this runs in a notebook's kernel; None in a terminal, a script, or without IPython.

    Example:
        >>> listener_if_notebook() is None  # a script
        True
    """
    ipython = sys.modules.get("IPython")  # a kernel has loaded it already
    shell = None if ipython is None else ipython.get_ipython()
    kinds = {kind.__name__ for kind in type(shell).__mro__}
    return live_cell() if "ZMQInteractiveShell" in kinds else None


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
            f"<table><tr>{cells}</tr></table>{note}{self._drawing()}</div>"
        )

    def _drawing(self) -> str:
        last = max(self._began.total if self._began else 1, 1)
        highest = max((loss for _, loss in self._losses.points), default=1.0) or 1.0
        label = f"loss and accuracy over {last:,} steps"
        return (
            f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' style='max-width:100%' role='img' "
            f"aria-label='{label}' font-size='11' fill='currentColor'>"
            + _axes(last, highest)
            + _line(self._losses.points, last, highest, LOSS)
            + _line(self._accuracies.points, last, 1.0, ACCURACY)
            + "</svg>"
        )


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


def _axes(last: int, highest: float) -> str:
    left, right, top, bottom = MARGIN, WIDTH - MARGIN, 16, HEIGHT - 20
    texts = [
        (left - 6, top + 4, "end", LOSS, f"{highest:.3g}"),
        (left - 6, bottom, "end", LOSS, "0"),
        (left, top - 6, "middle", LOSS, "loss"),
        (right + 6, top + 4, "start", ACCURACY, "100%"),
        (right + 6, bottom, "start", ACCURACY, "0"),
        (right, top - 6, "middle", ACCURACY, "accuracy"),
        (left, bottom + 14, "middle", "currentColor", "step 0"),
        (right, bottom + 14, "middle", "currentColor", f"{last:,}"),
    ]
    frame = f"<path d='M{left} {top}V{bottom}H{right}V{top}' fill='none' stroke='currentColor' opacity='.4'/>"
    return frame + "".join(
        f"<text x='{x}' y='{y}' text-anchor='{anchor}' fill='{colour}'>{text}</text>"
        for x, y, anchor, colour, text in texts
    )


def _line(points: list[Point], last: int, highest: float, colour: str) -> str:
    """A curve over steps 0…last and values 0…highest."""
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 36
    places = (
        f"{MARGIN + step / last * across:.1f},{HEIGHT - 20 - value / highest * up:.1f}"
        for step, value in points
    )
    return f"<polyline points='{' '.join(places)}' fill='none' stroke='{colour}' stroke-width='1.5'/>"
