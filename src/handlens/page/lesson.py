"""A teacher's file: a question about a recording, and the moments of it at which to look.

A small part of Markdown, so that it can be written and read anywhere. All of it is text: nothing in it
becomes markup::

    # When does it break?

    A paragraph or several: what is to be seen, and what is asked.

    - [Before the first update](#step=0): about a tenth for each digit.
    - [Here it leaps](#step=112&mistakes=open): what became of the ones?

    ## What happens here

    The answer, folded until somebody asks for it. It may be left out.

What stands in the round brackets is the page's address, as the browser's address bar shows it: look at a
moment, copy it from there. All before its ``#`` is left out.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from handlens import untrusted
from handlens.errors import LessonError

FILE = "lesson.md"
"""Its name in a recording's folder, where the page finds it."""
MOST_BYTES = 64 * 1024
MOST_MOMENTS = 60
MOST_ADDRESS = 2_000

_MOMENT = re.compile(r"- \[(?P<label>[^\[\]]+)\]\((?P<address>[^()\s]*)\):?\s*(?P<text>.*)")
_LIKE_A_MOMENT = re.compile(r"([-*+]|\d+[.)])\s*\[[^\[\]]+\]\(")
_LIKE_A_HEADING = re.compile(r"\s+#{1,2}\s|\s*#{3,}|##\S")
_ITEM = re.compile(r"\s*[-*+] ")
_STATE = re.compile(r"[\w.~-]{1,200}", re.ASCII)
_KEYS = {
    "run": re.compile(r".+"),
    "step": re.compile(r"\d{1,9}", re.ASCII),
    "digit": re.compile(r".+:\d{1,9}", re.ASCII),
    "ink": re.compile(r".+"),
    "unit": re.compile(r".+:\d{1,9}", re.ASCII),
    "show": re.compile("values|gradients"),
    "axis": re.compile("frames|steps"),
    **dict.fromkeys(("filters", "embedding", "mistakes", "why", "train", "compare"), _STATE),
}
"""What an address may say (page/static/look/address.js): the page's own keys, then one of each room."""


Misfit = Callable[[dict[str, str]], str]
"""What a recording lacks that an address asks for, by the address's keys; "" where it has all."""


class Moment(NamedTuple):
    """A place to look at."""

    label: str
    address: str
    """From its ``#`` on."""
    text: str


class Lesson(NamedTuple):
    """A question and its moments."""

    title: str
    text: tuple[str, ...]
    """Paragraphs."""
    moments: tuple[Moment, ...]
    heading: str
    """Of the answer; "" where there is none."""
    answer: tuple[str, ...]
    """Paragraphs."""

    def json(self) -> bytes:
        """As the page reads it, UTF-8."""
        fields = {**self._asdict(), "moments": [moment._asdict() for moment in self.moments]}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def read(path: Path, misfit: Misfit | None = None, within: Path | None = None) -> Lesson:
    """The lesson in a file.

    Args:
        path: the file.
        misfit: what the recording that it is about lacks; without it any moment will do.
        within: the recording's folder, where the file is the one that lies in it: links may not lead out.

    Raises:
        LessonError: it can't be read, isn't written as a lesson is, or doesn't fit; with the line.
    """
    try:
        content = untrusted.read(path, MOST_BYTES, within)
    except OSError as error:
        raise LessonError(f"{path}: the lesson can't be read: {error.strerror or error}") from None
    except untrusted.Refused as error:
        raise LessonError(
            f"{path}: {error}. A lesson is a text file of at most {MOST_BYTES:,} bytes; write one"
        ) from None
    try:
        return parsed(content.decode("utf-8-sig"), str(path), misfit)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(f"{path}, line {line}: is no UTF-8; save the file as UTF-8 text") from None


def parsed(text: str, name: str, misfit: Misfit | None = None) -> Lesson:
    """The lesson that a text is.

    Args:
        text: as above.
        name: of the file, for messages.
        misfit: what the recording that it is about lacks.

    Raises:
        LessonError: it isn't written as a lesson is, or doesn't fit.
    """
    reading = _Reading(name, misfit)
    for number, line in enumerate(text.splitlines(), 1):
        reading.take(number, line)
    return reading.lesson()


class _Reading:
    """What was read so far."""

    def __init__(self, name: str, misfit: Misfit | None) -> None:
        self._name, self._number = name, 0
        self._misfit = misfit or (lambda fields: "")
        self._title = self._heading = ""
        self._text: list[str] = []
        self._answer: list[str] = []
        self._moments: list[Moment] = []
        self._open = False  # whether the next line of text goes on with what the last one said

    def take(self, number: int, line: str) -> None:
        self._number = number
        words = " ".join(line.split())
        if not words:
            self._open = False
        elif line.startswith("# "):
            self._take_title(words[2:])
        elif not self._title:
            raise self._fault(
                f"{words[:60]!r} stands before the title; a lesson begins with a line '# Title'"
            )
        elif line.startswith("## "):
            self._take_heading(words[3:])
        elif _LIKE_A_HEADING.match(line):
            raise self._fault(
                f"{words[:60]!r} looks like a heading; there is one '# Title' and one '## Answer', at the "
                "beginning of a line: write it so, or as text without '#'"
            )
        elif line.startswith("- ") and not (self._heading and not _LIKE_A_MOMENT.match(words)):
            self._take_moment(words)
        elif _LIKE_A_MOMENT.match(words):
            raise self._fault(
                f"{words[:60]!r} looks like a moment; one begins with '- ' at the beginning of its line"
            )
        elif self._heading and _ITEM.match(line):
            self._answer.append(f"• {words[2:]}")
            self._open = True
        else:
            self._take_text(words)

    def lesson(self) -> Lesson:
        if not self._title:
            raise LessonError(f"{self._name}: is empty; a lesson begins with a line '# Title'")
        if not self._moments:
            raise LessonError(
                f"{self._name}: names no moment; there must be a line such as '- [Before it learnt](#step=0)'"
            )
        if self._heading and not self._answer:
            raise self._fault(f"nothing stands under '## {self._heading}'")
        return Lesson(
            self._title, tuple(self._text), tuple(self._moments), self._heading, tuple(self._answer)
        )

    def _take_title(self, words: str) -> None:
        if self._title:
            raise self._fault(f"'# {words}' is a second title; a lesson has one")
        self._title = words

    def _take_heading(self, words: str) -> None:
        if self._heading:
            raise self._fault(f"'## {words}' is a second heading; only the answer has one, and it comes last")
        self._heading, self._open = words, False

    def _take_moment(self, words: str) -> None:
        found = _MOMENT.fullmatch(words)
        if found is None:
            raise self._fault(
                f"{words[:60]!r} is no moment; expected '- [words](#step=0): more words' (a list of anything "
                "else can stand in the answer)"
            )
        if self._heading:
            raise self._fault(f"a moment stands under '## {self._heading}'; moments come before the answer")
        if len(self._moments) == MOST_MOMENTS:
            raise self._fault(f"a lesson has at most {MOST_MOMENTS} moments")
        label, address, text = found.group("label", "address", "text")
        if address.startswith(("http://", "https://", "file:")) and "#" in address:
            address = address[address.index("#") :]
        if wrong := _wrong(address) or self._misfit(_fields(address)):
            raise self._fault(wrong)
        self._moments.append(Moment(label.strip(), address, text))
        self._open = True

    def _take_text(self, words: str) -> None:
        if self._moments and not self._heading:
            if not self._open:
                raise self._fault(
                    f"{words[:60]!r} stands after the moments; put it before them, or under a line "
                    "'## What happens here'"
                )
            last = self._moments[-1]
            self._moments[-1] = last._replace(text=f"{last.text} {words}".strip())
            return
        paragraphs = self._answer if self._heading else self._text
        if self._open:
            paragraphs[-1] += f" {words}"
        else:
            paragraphs.append(words)
        self._open = True

    def _fault(self, text: str) -> LessonError:
        return LessonError(f"{self._name}, line {self._number}: {text}")


def _fields(address: str) -> dict[str, str]:
    """What an address says, by its keys."""
    parts = (part.partition("=") for part in address[1:].split("&"))
    return {key: unquote(value) for key, _, value in parts}


def _wrong(address: str) -> str:
    """What is wrong with a moment's address; "" where nothing is."""
    if not address.startswith("#") or address == "#":
        return (
            f"{address!r} is no moment of this page; expected what its address says from the # on: '#step=0'"
        )
    if len(address) > MOST_ADDRESS:
        return f"the address has {len(address):,} characters; at most {MOST_ADDRESS:,}"
    for part in address[1:].split("&"):
        key, _, value = part.partition("=")
        if key not in _KEYS:
            return f"{part[:60]!r} says nothing to the page; it knows {', '.join(_KEYS)}"
        if not _KEYS[key].fullmatch(unquote(value)):
            return f"{part[:60]!r} isn't what the page's address would say of {key!r}; copy it from there"
    return ""
