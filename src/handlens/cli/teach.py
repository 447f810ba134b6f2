"""handlens teach: corrections, and what is done with them.

``handlens teach FILE LABEL`` is what one types after a wrong reading; everything else about the set of
corrections is a command of its own word (list, forget, again, export, import, reset), as with handlens data,
so that none of them is an option that changes what the arguments mean. A picture of such a name is ./list.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from handlens.cli.console import Json, complain, counted, say, say_json, show, waiting
from handlens.cli.faults import mistyped
from handlens.cli.numbers import Count
from handlens.reading.judge import NONE
from handlens.reading.result import Mode
from handlens.reading.taught import Account, Taught
from handlens.teach import Correction, Lesson, Teacher, aligned, corrections, exchange, reset

Net = Annotated[str, Parameter(show_default=False)]

app = App(
    name="teach",
    help_epilogue="""\
Examples:

  handlens teach seven.jpg 7
  handlens teach bill.jpg 27-41-1990   # each digit of a row
  handlens teach scribble.png none     # this is no digit
  handlens teach list
  handlens teach export mine.zip
  handlens read seven.jpg --untaught   # as if nothing had been taught
""",
)


@app.default
def teach(file: Path, label: str, /, *, mode: Mode | None = None, net: Net = "reader") -> int:
    """Keep a correction, and learn all that are kept.

    Args:
        file: The picture that was misread.
        label: What it says: a digit, the digits of a row, or none.
        mode: How the digits stand [default: found out].
        net: A recording's folder, or a shipped network's name [default: the reader's own].
    """
    from handlens.reading.reader import Reader  # OpenCV comes with it

    values = aligned.values_of(label)
    teacher = Teacher(net)
    reader = Reader(teacher.recording)
    pattern = None if values == (NONE,) else aligned.pattern_of(label)
    reading = reader.read(file, mode, pattern)
    pairs = aligned.aligned(reading, values)
    with waiting("learning"):
        lesson = teacher.teach(Correction.of(seen.pixels, value, file.name) for seen, value in pairs)
    _tell(lesson)
    again = Reader(teacher.recording, taught=True).read(file, mode)
    if (tuple(digit.value for digit in again.digits) or (NONE,)) != values:
        _tell_still_misread(file, again.text, pattern)
    return 0


@app.command(name="list", help_epilogue="Examples:\n\n  handlens teach list\n  handlens teach list --json\n")
def list_corrections(*, as_json: Json = False) -> int:
    """List the corrections, and say what they did.

    Args:
        as_json: Print one JSON object.
    """
    kept, taught = corrections.load(), Taught.kept()
    if as_json:
        lines = [{"number": n, "label": each.label, "source": each.source} for n, each in enumerate(kept, 1)]
        say_json({"corrections": lines, "account": asdict(taught.account) if taught else None})
        return 0
    if not kept:
        say("nothing has been taught; to correct a reading, type: ", ("handlens teach FILE LABEL", "bold"))
        return 0
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    table.add_column("number", justify="right")
    table.add_column("label")
    table.add_column("from")
    for number, each in enumerate(kept, 1):
        table.add_row(str(number), each.label, each.source)
    show(table)
    if taught is not None:
        say()
        _tell_account(taught.account)
    return 0


@app.command(help_epilogue="Examples:\n\n  handlens teach forget 3\n  handlens teach forget 3 4 5\n")
def forget(*numbers: Annotated[Count, Parameter(name="NUMBER")], net: Net = "reader") -> int:
    """Remove corrections by their numbers, and learn the rest again.

    Args:
        numbers: As handlens teach list counts them.
        net: A recording's folder, or a shipped network's name [default: the reader's own].
    """
    if not numbers:
        raise mistyped("teach forget", "Which? Give the numbers that handlens teach list shows.")
    with waiting("learning"):
        lesson = Teacher(net).forget(numbers)
    forgotten = f"{counted(len(set(numbers)), 'correction')} forgotten"
    if lesson is None:
        say(f"{forgotten}, none is left: the reader is as it shipped")
        return 0
    left = len(lesson.read)
    say(f"{forgotten}, {left:,} {'is' if left == 1 else 'are'} left")
    _tell(lesson)
    return 0


@app.command(help_epilogue="Examples:\n\n  handlens teach again\n  handlens teach again --net runs/mine\n")
def again(*, net: Net = "reader") -> int:
    """Learn all corrections again, after the network has changed.

    Args:
        net: A recording's folder, or a shipped network's name [default: the reader's own].
    """
    with waiting("learning"):
        lesson = Teacher(net).again()
    _tell(lesson)
    return 0


@app.command(help_epilogue="Examples:\n\n  handlens teach export mine.zip\n  handlens teach export mine/\n")
def export(out: Path, /) -> int:
    """Write the corrections as pictures with their labels.

    What comes of it can be imported elsewhere, and read by evaluate --reader.

    Args:
        out: A file that ends in .zip, or a new folder.
    """
    kept = corrections.load()
    exchange.export(kept, out)
    say(f"{out}  ", (counted(len(kept), "correction"), "dim"))
    return 0


@app.command(
    name="import",
    help_epilogue="Examples:\n\n  handlens teach import mine.zip\n  handlens teach import mine/\n",
)
def import_corrections(source: Path, /, *, net: Net = "reader") -> int:
    """Add the corrections that export wrote, and learn them.

    Args:
        source: The zip file, or the folder.
        net: A recording's folder, or a shipped network's name [default: the reader's own].
    """
    read = exchange.read(source)
    with waiting("learning"):
        lesson = Teacher(net).teach(read)
    _tell(lesson)
    return 0


@app.command(
    name="reset", help_epilogue="Examples:\n\n  handlens teach export mine.zip\n  handlens teach reset\n"
)
def reset_corrections() -> int:
    """Forget everything that was taught.

    The reader is then as it shipped. Export the corrections first if they may
    be wanted again.
    """
    count = reset()
    say(f"{counted(count, 'correction')} forgotten: the reader is as it shipped")
    return 0


def _tell(lesson: Lesson) -> None:
    _tell_account(lesson.account)
    for number, (correction, read) in enumerate(lesson.read, 1):
        if not read:
            complain(
                f"correction {number}, {correction.label} from {correction.source}, is still misread: to "
                "read it would cost too many of MNIST's digits. If it is mistaken, type: "
                f"handlens teach forget {number}",
                "yellow",
            )


def _tell_still_misread(file: Path, text: str, pattern: str | None) -> None:
    """A digit was learnt, and yet its picture isn't read: what is ink, a mark or a digit isn't taught."""
    read = f"still read {text!r}" if text else "still refused"
    typed = f". Type: handlens read {file} --expect {pattern}" if pattern else ""
    complain(
        f"{file} by itself is {read}: what each digit looks like was learnt, not which ink is one{typed}",
        "yellow",
    )


def _tell_account(account: Account) -> None:
    count = counted(account.corrections, "correction")
    (before, after), (test_before, test_after) = account.validation, account.test
    say((f"{account.learned} of {count} read right", "bold"))
    say((f"MNIST: {before:.2%} of the validation digits were right, {after:.2%} are now", "dim"))
    say((f"       {test_before:.2%} of the test digits were right, {test_after:.2%} are now", "dim"))
