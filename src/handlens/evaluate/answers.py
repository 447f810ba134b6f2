"""The reader's answers to a set of pictures."""

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import NamedTuple

from handlens.errors import DataError, HandlensError
from handlens.evaluate.labels import DIGITS, lines_of
from handlens.evaluate.sets import LabelledSet
from handlens.reading.reader import Reader
from handlens.reading.result import Mode, Reading


class Guess(NamedTuple):
    """A value and how sure the reader is of it, 0 … 1."""

    value: str
    confidence: float


class Answer(NamedTuple):
    """What a picture says, and what was read."""

    name: str
    written: tuple[str, ...]
    """The label's lines (see `lines_of`); none where the picture holds no digit."""
    read: tuple[str, ...]
    digits: tuple[Guess, ...]
    """Each digit that was read, in reading order."""
    refused: tuple[Guess, ...]
    """The best guesses for ink that was refused."""
    confidence: float
    """Of all that was read together."""
    seconds: float
    """From the file to the reading."""

    @property
    def best_refused(self) -> Guess | None:
        """The surest of what was refused, where nothing was read."""
        return (
            max(self.refused, key=lambda guess: guess.confidence)
            if self.refused and not self.digits
            else None
        )


class Unreadable(NamedTuple):
    """A picture that can't be read at all, and why."""

    name: str
    reason: str


def answered(
    reader: Reader, labelled: LabelledSet, mode: Mode | None = None
) -> Iterator[Answer | Unreadable]:
    """The reader's answer to each picture of a set, in its order.

    Args:
        reader: reads.
        labelled: pictures and labels.
        mode: how digits stand; else as the set's format says, else found out for each picture.

    Raises:
        DataError: the reader's network reads something else than digits.
    """
    if strange := set(reader.judge.digits) - set(DIGITS):
        raise DataError(f"the network reads {', '.join(sorted(strange))}; expected one that reads 0 to 9")
    for item in labelled.items:
        start = perf_counter()
        try:
            reading = reader.read(item.source, mode or labelled.mode)
        except (HandlensError, OSError) as error:
            yield Unreadable(item.name, str(error))
        else:
            yield answer_of(item.name, item.label, reading, perf_counter() - start)


def answer_of(name: str, label: str, reading: Reading, seconds: float = 0.0) -> Answer:
    """A label and a reading side by side."""
    return Answer(
        name,
        lines_of(label),
        lines_of(reading.text),
        tuple(Guess(digit.value, digit.confidence) for digit in reading.digits),
        tuple(Guess(*ink.guess) for ink in reading.rejected if ink.guess is not None),
        reading.confidence,
        seconds,
    )


def parted(answers: Iterable[Answer | Unreadable]) -> tuple[list[Answer], list[Unreadable]]:
    """The answers, and the pictures that gave none."""
    everything = list(answers)
    return (
        [each for each in everything if isinstance(each, Answer)],
        [each for each in everything if isinstance(each, Unreadable)],
    )
