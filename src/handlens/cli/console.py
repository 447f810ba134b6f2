"""How the command line speaks: lines, errors and JSON, on whatever stream it is given."""

import codecs
import json
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, TextIO

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

Flag = Annotated[bool, Parameter(show_default=False)]
"""An option without a value."""
Json = Annotated[bool, Parameter(name="--json", show_default=False)]
Out = Parameter(name=["--out", "-o"])

UNWRAPPED = 10_000  # columns of what is no terminal: whoever reads a pipe by lines gets whole ones

_PLAIN = {"×": "x", "…": "...", "–": "-", "—": "-", "→": "->", "·": "-", "“": '"', "”": '"', "’": "'"}


def out() -> Console:
    """The console of standard output; made anew, since tests and callers exchange the stream."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = UNWRAPPED
    return console


def err() -> Console:
    """The console of standard error."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def say(*parts: str | tuple[str, str]) -> None:
    """One line on standard output, never wrapped: texts, or texts with a style."""
    out().print(Text.assemble(*parts), soft_wrap=True)


def say_written(what: str, path: Path, replaced: bool) -> None:
    """Where a file is that was written, and whether it took an earlier one's place (`whole.replaces`)."""
    say((f"{what:<8}", "dim"), str(path), instead_of_one(replaced))


def instead_of_one(replaced: bool) -> tuple[str, str]:
    """The end of a line that names a file: whether it took an earlier one's place."""
    return "  in the place of an earlier one" if replaced else "", "dim"


def complain(message: str, style: str = "bold red") -> None:
    """One line on standard error, under the program's name."""
    err().print(Text.assemble(("handlens: ", style), message), soft_wrap=True)


def show(table: Table) -> None:
    """A table on standard output, without blanks at the ends of its lines."""
    console = out()
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """One JSON document on standard output, in ASCII."""
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
    sys.stdout.flush()


def waiting(text: str) -> AbstractContextManager[object]:
    """A spinner while something slow starts; nothing where nobody watches."""
    console = out()
    return console.status(text) if console.is_terminal else nullcontext()


def one_terminal() -> bool:
    """Whether both streams are watched: what one of them said needn't be said on the other."""
    return out().is_terminal and err().is_terminal


def counted(count: int, thing: str) -> str:
    """1 step, 1,650 steps."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def decimals(loss: float | None) -> str:
    """A loss with four decimals; one that has exploded shortly; a dash for one that isn't known."""
    if loss is None:
        return "–"
    return f"{loss:.4f}" if abs(loss) < 10_000 else f"{loss:.3g}"


def command(*words: str | Path) -> str:
    """A command line that can be typed as it stands, also where no environment is active."""
    return shlex.join([_program(), *map(str, words)])


def _program() -> str:
    """This program as the shell finds it: its name, or where it lies (make run leaves it in .venv)."""
    started = Path(sys.argv[0])
    if started.stem != "handlens" or shutil.which("handlens") or not started.is_file():
        return "handlens"
    return os.path.relpath(started) if started.is_relative_to(Path.cwd()) else str(started)


@contextmanager
def spoken_warnings() -> Iterator[None]:
    """What the package logs as a warning becomes a line on standard error."""
    log, handler = logging.getLogger("handlens"), _Complaints(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        complain(record.getMessage(), "yellow")


def lenient_streams() -> None:
    """Let a stream that knows only ASCII, or a name that is no text, cost a character and not the command.

    A stream that was closed before the start (``>&-``) takes everything and keeps nothing.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    codecs.register_error("handlens.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="handlens.plain")


def give_up_output() -> None:
    """Let what standard output couldn't take go; else Python tries again at its end, and complains itself."""
    with suppress(OSError, ValueError):  # a stream without a descriptor
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in unknown), error.end
