"""The reader: a picture in, a reading out."""

from functools import cached_property
from pathlib import Path
from typing import get_args

import numpy as np

from handlens.errors import InkError
from handlens.reading.ink import ink as find_ink
from handlens.reading.judge import Judge
from handlens.reading.lines import MOST, find_components, find_lines, of_one_digit
from handlens.reading.looks import look_at_small
from handlens.reading.path import Kind, parse
from handlens.reading.pictures import Picture, Source
from handlens.reading.pictures import load as open_picture
from handlens.reading.result import Mode, Reading
from handlens.reading.row_judge import RowJudge
from handlens.reading.rows import Row, read_one, read_row, row_of_one, without_digits
from handlens.reading.sheet import Sheet
from handlens.reading.taught import Taught
from handlens.reading.trust import FAINT, LOW
from handlens.recording import Recording, load, shipped

SMALL = 40
"""A picture whose sides are at most this long holds one digit …"""

WIDER = 1.5
"""… unless it is so many times wider than high."""

MOST_LOOKS = 8000
"""After so many looks of the network no further line is read; a page of 700 digits takes some 8,000."""

MOST_LINES = 100
"""Of a page, too: of noise hundreds of lines could be made, and each takes some ten milliseconds."""

MOST_FRUITLESS = 30
"""Lines after which no further one is read where of ten pieces of ink hardly one was a digit: noise, a
drawing, a page of words."""

BLANK = "no ink found: the picture is blank, or what is on it is as light as the paper"
MANY = 3
"""Of what was refused; more of it than of digits makes one doubt the digits too."""

TURNED = "is the picture turned, or are these words? Then don't trust what was read"
STROKE = "1"
STROKES = "what looks like a one stands among much that is no digit: strokes of a drawing, or of a pattern"
GRAIN = "what is darker than the paper is hardly stronger than its grain, and little of it looks like digits"

ONE: tuple[Kind, ...] = ("digit",)
"""The pattern of one digit."""


class Reader:
    """Reads digits from pictures. One is enough for a process; it may be used from several threads.

    Args:
        recording: a recording, its folder, or a shipped network's name.
        taught: with the last layer that a person taught (`handlens teach`), where there is one.

    Raises:
        RecordingError: there is no such recording, it is damaged, or its network doesn't take one gray image
            of 28x28.

    Example:
        >>> reader = Reader()
        >>> reader.read("photo.jpg").text  # doctest: +SKIP
        '2741'
    """

    def __init__(self, recording: Recording | str | Path = "reader", taught: bool = False) -> None:
        chosen = recording if isinstance(recording, Recording) else load(recording)
        self.recording = chosen
        self.judge = Judge.of(chosen)
        self.taught = Taught.of(chosen) if taught else None
        """What was taught, and is used."""
        if self.taught is not None:
            self.judge = self.judge.with_last_layer(self.taught.weight, self.taught.bias)

    @cached_property
    def along(self) -> RowJudge | None:
        """Reads rows as a whole, beside the network that ships; beside another one there is none."""
        if self.recording.folder.resolve() != (shipped.FOLDER / "reader").resolve():
            return None
        return RowJudge.of(load("rows"))

    def read(self, image: Source, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """Read a picture.

        Args:
            image: see `Source`.
            mode: how the digits stand: all ink is one ``"digit"``, or one ``"row"``, or lines stand anywhere
                on a ``"page"``. By default it is found out.
            expect: a pattern of what is written on each line: d stands for a digit, any other sign for a mark
                of its kind. A line that it fits is read by it, and its digits count however doubtful they
                are, with a note where they are likelier another or none; of marks one may be missing.

        Returns:
            The reading; without lines, and with a note, where there is no ink.

        Raises:
            InkError: the picture can't be decoded or is too large, or there is no such mode or pattern.
        """
        if mode is not None and mode not in get_args(Mode):
            raise InkError(f"no mode {mode!r}; expected {', '.join(get_args(Mode))}, or None to find out")
        pattern = None if expect is None else parse(expect)
        picture = open_picture(image)
        small = max(picture.size) <= SMALL and picture.size[1] < WIDER * picture.size[0]
        if mode is None and small and pattern in (None, ONE):
            mode = "digit"
        rows, notes = self._rows(picture, mode, pattern, small)
        if mode is None:
            mode = _mode_of(rows)
        if pattern is not None and not any(row.fits for row in rows):
            notes.append(f"what is written doesn't fit {expect!r}; this is the reading without the pattern")
        elif pattern is not None and (guesses := _guesses(rows)):
            notes.append(
                f"guessed by {expect!r}: {', '.join(guesses)}; look at the confidence, or read without it"
            )
        if not rows and not notes:
            notes.append(BLANK)
        rows = [row.enlarged(1 / picture.scale) for row in rows]
        return Reading(
            tuple(row.line for row in rows if row.digits),
            tuple(ink for row in rows for ink in row.rejected),
            picture.size,
            mode,
            tuple(notes),
        )

    def _rows(
        self, picture: Picture, mode: Mode | None, pattern: tuple[Kind, ...] | None, small: bool
    ) -> tuple[list[Row], list[str]]:
        """What each line says, and notes; where most couldn't be read, beside shadows if that says more."""
        sheet = find_ink(picture)
        rows, notes = self._rows_of(sheet, picture, mode, pattern, small)
        if not sheet.shadowed or _read(rows) > _refused(rows):
            return rows, notes
        beside = find_ink(picture, beside_shadows=True)
        again, others = self._rows_of(beside, picture, mode, pattern, small)
        return (again, others) if _read(again) > _read(rows) else (rows, notes)

    def _rows_of(
        self, sheet: Sheet, picture: Picture, mode: Mode | None, pattern: tuple[Kind, ...] | None, small: bool
    ) -> tuple[list[Row], list[str]]:
        """The same of one sheet."""
        known = pattern == ONE
        if sheet.blank:
            return [], [f"no ink found: {sheet.blank}"]
        if mode == "digit" and small:
            digit = look_at_small(self.judge, picture, sheet.ink, self.along)
            return [row_of_one(self.judge, digit, known, self.along)], []
        ink, notes = sheet.ink, []
        components = find_components(ink)
        if components.dropped:
            notes.append(f"{components.dropped} smaller strokes were left out: there are more than {MOST}")
        if mode == "digit":
            members = of_one_digit(components)
            if not len(members):
                return [], notes
            return [read_one(self.judge, ink, components, members, known, self.along)], notes
        everything = np.arange(len(components.boxes))
        lines = find_lines(components) if mode != "row" or not len(everything) else [everything]
        rows: list[Row] = []
        for number, members in enumerate(lines):
            if reason := _enough(rows):
                notes.append(f"{len(lines) - number} lines were not read: {reason}")
                break
            rows.append(read_row(self.judge, ink, components, members, pattern, sheet.noise, self.along))
        refused = _refused(rows)
        if pattern is None and refused > _read(rows):
            if sheet.noise > FAINT:
                return [], [f"no ink found: {GRAIN}"]
            if refused >= MANY and {digit.value for row in rows for digit in row.digits} == {STROKE}:
                return [without_digits(row) for row in rows], [*notes, STROKES]
            if refused >= MANY:
                notes.append(f"most of the ink, {refused} pieces, is no digit: {TURNED}")
        return rows, notes


def _enough(rows: list[Row]) -> str:
    """Why no further line is read after these; empty where one is."""
    if sum(row.looks for row in rows) > MOST_LOOKS or len(rows) == MOST_LINES:
        return "there is more ink than on a page"
    if len(rows) == MOST_FRUITLESS and _refused(rows) > 9 * _read(rows):
        return f"of the {MOST_FRUITLESS} before them hardly a piece is a digit"
    return ""


def _guesses(rows: list[Row]) -> list[str]:
    """The digits that are likelier another or none, and count since a pattern has one there."""
    digits = [digit for row in rows if row.fits for digit in row.digits]
    return [f"{digit.value} ({digit.confidence:.0%})" for digit in digits if digit.confidence < LOW]


def _refused(rows: list[Row]) -> int:
    return sum(len(row.rejected) for row in rows)


def _read(rows: list[Row]) -> int:
    return sum(len(row.digits) for row in rows)


def _mode_of(rows: list[Row]) -> Mode:
    if len(rows) == 1:
        return "digit" if len(rows[0].digits) == 1 and not rows[0].marks + rows[0].rejected else "row"
    return "page"
