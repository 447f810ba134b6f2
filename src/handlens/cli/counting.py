"""How far a command is through many pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from handlens.cli.console import err


@contextmanager
def counting(doing: str, total: int, shown: bool = True) -> Iterator[Callable[[], None]]:
    """Gives a function to be called after each picture; a bar on standard error if that is a terminal."""
    if total == 1 or not shown or not err().is_terminal:
        yield lambda: None
        return
    columns = (TextColumn(doing), BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn())
    # Standard output stays where it goes: it may be a file.
    with Progress(*columns, console=err(), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
