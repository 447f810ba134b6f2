"""A training, told while it runs: a bar on a terminal, else one plain line an evaluation."""

import math
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from handlens.cli.console import complain, counted, decimals, out
from handlens.engine import Began, Evaluated, Event, Stepped

SECONDS = 0.1  # between two redrawings; on a GPU each reading of the loss waits for the step to end


class Lines:
    """One line at the start, one an evaluation; a network that doesn't learn is said at once."""

    def __init__(self) -> None:
        self.began: Began | None = None
        self._trouble = ""
        self._stepped: Stepped | None = None
        self._since: Stepped | None = None

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        """Take the training's next event."""
        match event:
            case Began():
                self.began = event
                self.line(_opening(event))
            case Stepped():
                self.stepped(event)
            case Evaluated():
                self.evaluated(event)
                self._warn(event.stuck)

    def line(self, text: str) -> None:
        """Write a line that stays."""
        out().print(text, soft_wrap=True)

    def stepped(self, event: Stepped) -> None:
        """An update was made."""
        self._since = self._since or event
        self._stepped = event

    def evaluated(self, event: Evaluated) -> None:
        """The watched set was scored."""
        self.line(self.sentence(event))
        self._since = self._stepped

    def sentence(self, event: Evaluated) -> str:
        """An evaluation as a line."""
        assert self.began is not None
        total, epochs = f"{self.began.total:,}", str(self.began.recipe.epochs)
        epoch = math.ceil(event.step * int(epochs) / self.began.total)
        place = f"step {event.step:>{len(total)},} of {total}  epoch {epoch:>{len(epochs)}}/{epochs}"
        speed = self.speed()
        pace = f"  {speed:>6,.0f} images/s" if speed else ""
        return f"{place}  loss {decimals(event.score.loss)}  accuracy {event.score.accuracy:>6.2%}{pace}"

    def speed(self) -> float:
        """Training images a second since the last look, scoring included."""
        first, last = self._since, self._stepped
        if first is None or last is None or last.seconds <= first.seconds:
            return 0.0
        return (last.images - first.images) / (last.seconds - first.seconds)

    def _warn(self, stuck: str | None) -> None:
        kind = (stuck or "").partition(":")[0]
        if stuck and kind != self._trouble:
            complain(stuck, "bold yellow")
        self._trouble = kind


class Bar(Lines):
    """A bar with loss, accuracy, images a second and the time left; a line stays for each epoch."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._drawn = 0.0
        self._accuracy = ""
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=None),
            TextColumn("loss {task.fields[loss]}{task.fields[accuracy]}"),
            _Speed(),
            TimeRemainingColumn(compact=True),
            console=console,
            expand=True,
            transient=True,
        )
        shown: dict[str, Any] = {"epoch": "", "loss": "", "accuracy": "", "speed": 0.0}
        self._task = self._progress.add_task("", start=False, visible=False, **shown)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def line(self, text: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(text, soft_wrap=True)

    def stepped(self, event: Stepped) -> None:
        """Redraw now and then."""
        super().stepped(event)
        assert self.began is not None
        if monotonic() - self._drawn < SECONDS and event.step < self.began.total:
            return
        if self._drawn == 0:
            self._progress.update(self._task, total=self.began.total, completed=event.step, visible=True)
            self._progress.start_task(self._task)
        self._drawn = monotonic()
        self._progress.update(
            self._task,
            completed=event.step,
            epoch=f"{event.epoch}/{self.began.recipe.epochs}",
            loss=decimals(event.loss),
            accuracy=self._accuracy,
            speed=self.speed(),
        )

    def evaluated(self, event: Evaluated) -> None:
        """Show the accuracy; keep a line where an epoch ends."""
        assert self.began is not None
        self._accuracy = f"  accuracy {event.score.accuracy:.2%}"
        if event.step and event.step * self.began.recipe.epochs % self.began.total == 0:
            self.line(self.sentence(event))


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.fields["speed"]
        return Text(f"{speed:,.0f} images/s" if speed else "")


def watch() -> Lines:
    """What tells a training on this standard output."""
    console = out()
    return Bar(console) if console.is_terminal else Lines()


def _opening(event: Began) -> str:
    recipe, split = event.recipe, event.split
    start = f"goes on after step {event.step:,} of" if event.step else "takes"
    return (
        f"{recipe.name}: learns from {split[recipe.train_on]:,} digits of {recipe.data}, "
        f"watches {split[recipe.watch]:,} of {recipe.watch}\n"
        f"{start} {counted(event.total, 'step')} in {counted(recipe.epochs, 'epoch')}, "
        f"on {recipe.device} with {counted(event.threads, 'thread')}"
        f"{', in bfloat16' if event.precision == 'bfloat16' else ''}"
    )
