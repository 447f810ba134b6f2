"""handlens read: what pictures say.

Standard output gets the text alone, the same bytes on a terminal and in a pipe: ``$(handlens read x.png)`` is
what the picture says. What a person must know (ink that was refused, notes, a taught layer) goes to standard
error; how sure the reader is, and of what else it thought, only where both are watched.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from cyclopts import App, Parameter
from rich.text import Text

from handlens.cli.console import Flag, Json, complain, counted, err, one_terminal, out, say, say_json
from handlens.cli.counting import counting
from handlens.cli.faults import FAULT, mistyped
from handlens.cli.saving import save_image
from handlens.errors import HandlensError, InkError
from handlens.reading.folder import some_pictures_in
from handlens.reading.result import Digit, Mode, Reading, Rejected
from handlens.whole import replaces

STDIN = "-"
DRAWN = (".png", ".jpg", ".jpeg", ".webp")
"""What --annotate can write."""
DOUBTFUL = 0.95
"""Digits less sure than this are told with what else they might be."""

Net = Annotated[str, Parameter(show_default=False)]

app = App(
    name="read",
    usage="Usage: handlens read [OPTIONS] FILE...",
    help_epilogue="""\
Examples:

  handlens read digit.png
  handlens read bill.jpg --expect dd-dd-dddd --annotate found.png
  handlens read scans/ --json > scans.jsonl
  total=$(handlens read - < photo.jpg)

Standard output holds the text alone; with several pictures a line for each,
FILE: TEXT, with | between the lines of a page. What was refused, and how sure
the rest is, is told on standard error. docs/reading.md says more.
""",
)


class Picture(NamedTuple):
    """What is to be read: its name, and a path or a file's bytes."""

    name: str
    source: Path | bytes


@app.default
def read(
    *files: Annotated[str, Parameter(name="FILE")],
    stdin: Annotated[bool, Parameter(name="-", show_default=False)] = False,
    as_json: Json = False,
    mode: Mode | None = None,
    expect: str | None = None,
    annotate: Path | None = None,
    net: Net = "reader",
    untaught: Flag = False,
) -> int:
    """Read each picture; one that can't be read is reported, and the rest is read.

    Args:
        files: Pictures, or folders of pictures.
        stdin: Standard input is a picture.
        as_json: Print a JSON object; with several pictures, a line of JSON for each.
        mode: How the digits stand [default: found out].
        expect: What is written: d stands for a digit, anything else for a mark: dd-dd-dddd.
        annotate: Draw upon the picture what was found: into a file, or of several pictures into a folder.
        net: A recording's folder, or a shipped network's name [default: the reader's own].
        untaught: Without what it was taught by handlens teach.
    """
    if not files and not stdin:
        raise mistyped("read", "Which picture? Give a FILE, a folder, or - for standard input.")
    pictures = [*([Picture(STDIN, _stdin())] if stdin else []), *_pictures(files)]
    several = len(pictures) > 1 or any(Path(name).is_dir() for name in files)
    into_folder = several or (annotate is not None and annotate.is_dir())
    if annotate is not None and not into_folder and annotate.suffix.lower() not in DRAWN:
        raise mistyped("read", f"--annotate {annotate}: a picture ends in {', '.join(DRAWN)}.")
    from handlens.reading.reader import Reader  # OpenCV comes with it

    drawn = _places(annotate, pictures) if into_folder else [annotate]
    _spare(pictures, drawn)
    reader = Reader(net, taught=not untaught)
    if reader.taught is not None:
        many = counted(reader.taught.account.corrections, "correction")
        _note(f"reads with the {many} that it was taught; --untaught: without")
    status = 0
    # Where the answers themselves are watched, they say how far it is.
    with counting("reading", len(pictures), shown=not out().is_terminal) as step:
        for picture, place in zip(pictures, drawn, strict=True):
            try:
                replaced = place is not None and replaces(place)
                reading = reader.read(picture.source, mode, expect)
                if place is not None:
                    _annotate(picture, reading, place)
            except (HandlensError, OSError) as error:
                status = FAULT
                _report(picture, error, as_json and several)
            else:
                _tell(picture, reading, as_json, several)
                if replaced:
                    _note(f"{place}: is there in the place of an earlier one")
            step()
    return status


def _stdin() -> bytes:
    """Standard input's bytes; of an endless one as many as tell that it is too long."""
    from handlens.reading.pictures import MOST_BYTES  # OpenCV comes with it

    if sys.stdin is None:
        raise InkError("standard input is closed; give the picture there, or a FILE in place of -")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def _pictures(files: Sequence[str]) -> Iterator[Picture]:
    """All pictures that were named, a folder's in the order of their names."""
    for name in files:
        if Path(name).is_dir():
            yield from (Picture(str(path), path) for path in some_pictures_in(Path(name)))
        else:
            yield Picture(name, Path(name))


# -- telling -------------------------------------------------------------------------------------------


def _tell(picture: Picture, reading: Reading, as_json: bool, several: bool) -> None:
    if as_json:
        found = {"file": picture.name, **reading.to_json()}
        _say_json_line(found) if several else say_json(found)
        return
    if several:
        say(f"{picture.name}: ", (reading.text.replace("\n", "|"), "bold"))
    else:
        say((reading.text, "bold"))
    before = f"{picture.name}: " if several else ""
    for note in reading.notes:
        _note(f"{before}{note}")
    for line in _refused(reading):
        _note(f"{before}{line}")
    if one_terminal() and not several:
        for line in _details(reading):
            err().print(Text(line, "dim"), soft_wrap=True)


def _refused(reading: Reading) -> Iterator[str]:
    """What was refused: where and why, or how often for the same reason."""
    alike: dict[str, list[Rejected]] = {}
    for ink in reading.rejected:
        alike.setdefault(ink.reason, []).append(ink)
    for reason, inks in alike.items():
        if len(inks) > 1:
            yield f"refused in {len(inks):,} places: {reason} (--json tells where)"
            continue
        (ink,) = inks
        guess = f"; at best {ink.guess[0]} ({ink.guess[1]:.0%})" if ink.guess else ""
        yield f"refused: {reason}{guess}, at {ink.box.left}, {ink.box.top}"


def _details(reading: Reading) -> Iterator[str]:
    """How sure, of what else it thought, and the marks."""
    if reading.digits:
        several = len(reading.digits) > 1
        yield f"{reading.confidence:.1%} sure of all of it" if several else _sure(reading.digits[0])
    for place, digit in enumerate(reading.digits, 1):
        if digit.confidence < DOUBTFUL and len(reading.digits) > 1:
            yield f"digit {place}: {digit.value}, {_sure(digit)}"
    for mark in reading.marks:
        yield f"{'mark' if mark.kind == 'other' else mark.kind} at {mark.box.left}, {mark.box.top}"


def _sure(digit: Digit) -> str:
    others = [f"{value} ({share:.1%})" for value, share in digit.alternatives[:2] if share >= 1 - DOUBTFUL]
    return f"{digit.confidence:.1%} sure" + (f"; else {', '.join(others)}" if others else "")


def _report(picture: Picture, error: HandlensError | OSError, as_line: bool) -> None:
    said = str(error)
    if isinstance(error, OSError):
        said = f"{error.filename or picture.name}: {error.strerror or error}"
    complain(said if picture.name in said else f"{picture.name}: {said}")
    if as_line:
        _say_json_line({"file": picture.name, "error": said})


def _note(text: str) -> None:
    complain(text, "yellow")


def _say_json_line(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()


# -- drawing -------------------------------------------------------------------------------------------


def _annotate(picture: Picture, reading: Reading, place: Path) -> None:
    from handlens.reading.annotate import annotate

    save_image(annotate(picture.source, reading), place)


def _places(folder: Path | None, pictures: list[Picture]) -> list[Path | None]:
    """Where each picture goes: a PNG of its name, with a number where two have the same."""
    if folder is None:
        return [None] * len(pictures)
    if folder.exists() and not folder.is_dir():
        raise mistyped(
            "read", f"--annotate {folder}: of several pictures wants a folder, and this is a file."
        )
    taken: set[str] = set()
    places: list[Path | None] = []
    for picture in pictures:
        stem = "stdin" if picture.name == STDIN else Path(picture.name).stem
        names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        name = next(name for name in names if name.lower() not in taken)  # A.png is a.png on some disks
        taken.add(name.lower())
        places.append(folder / f"{name}.png")
    return places


def _spare(pictures: list[Picture], places: list[Path | None]) -> None:
    """Refuse to draw over a picture that is to be read."""
    given = {picture.source.resolve() for picture in pictures if isinstance(picture.source, Path)}
    for place in places:
        if place is not None and place.resolve() in given:
            raise mistyped("read", f"--annotate would overwrite the picture {place}: choose another place.")
