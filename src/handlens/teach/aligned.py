"""Which piece of ink each character of a label means."""

from typing import NamedTuple

from handlens.errors import InkError
from handlens.reading.frame import Box, Pixels
from handlens.reading.judge import NONE
from handlens.reading.result import Reading


class Seen(NamedTuple):
    """A frame that the network saw, and what it was read as (None: refused)."""

    pixels: Pixels
    box: Box
    value: str | None


def values_of(label: str) -> tuple[str, ...]:
    """What a label says: its digits one by one, or the one value ``none``. Other characters are separators.

    Raises:
        InkError: it says neither.
    """
    if label.strip().lower() == NONE:
        return (NONE,)
    if "|" in label or "\n" in label:
        raise InkError(f"the label {label!r} has several lines; teach one line after the other, each cut out")
    digits = tuple(character for character in label if character in "0123456789")
    if not digits or any(character.isalpha() for character in label):
        raise InkError(
            f"the label {label!r} says no digits; expected 7, or 2741, or none for what is no digit"
        )
    return digits


def pattern_of(label: str) -> str:
    """The label as a pattern for the reader: d for each digit, separators as they are."""
    return "".join("d" if character in "0123456789" else character for character in label.strip())


def aligned(reading: Reading, values: tuple[str, ...]) -> list[tuple[Seen, str]]:
    """Each value with the ink that it means, in reading order.

    The digits of the reading are taken if there are as many as values, and all if the value is ``none``; for
    a single value also the largest ink that was refused: refused wrongly, or rightly and to be confirmed.

    Raises:
        InkError: the digits found are not as many as the values.
    """
    found = [Seen(digit.pixels, digit.box, digit.value) for digit in reading.digits]
    if found and values == (NONE,):
        return [(seen, NONE) for seen in found]
    if not found and len(values) == 1:
        found = [Seen(ink.pixels, ink.box, None) for ink in reading.rejected if ink.pixels is not None]
        found = sorted(found, key=_area)[-1:]
    if len(found) != len(values):
        said = f"the text {reading.text!r}" if reading.text else "no digit"
        raise InkError(
            f"the label means {len(values)} piece{'s' if len(values) > 1 else ''} of ink, but {len(found)} "
            f"{'was' if len(found) == 1 else 'were'} found there ({said}). "
            "Cut the picture to what the label says, or give --mode digit or --mode row."
        )
    return list(zip(found, values, strict=True))


def _area(seen: Seen) -> int:
    return (seen.box.bottom - seen.box.top) * (seen.box.right - seen.box.left)
