"""The teacher's file: what is read of it, and what is refused, with its line."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import LessonError
from handlens.page.bundle import bundle
from handlens.page.lesson import MOST_BYTES, MOST_MOMENTS, Lesson, Moment, parsed, read
from handlens.page.resources import Resources
from handlens.recording import Recording

STATIC = Path(__file__).parents[2] / "src/handlens/page/static"

WHOLE = """\
# When does it  break?

Look at the loss,
then at the maps.

Second paragraph with <b>no markup</b> & *stars*.

- [Before](#step=0): about a tenth
  for each digit.
- [It leaps](#step=112&mistakes=cell.1.7&show=gradients):what became of the ones?
- [A digit](#digit=test:17&unit=conv1:3&axis=steps)
lazily gone on with

## What happens here

The rate.

The end.
"""


def test_every_part_is_read() -> None:
    lesson = parsed(WHOLE, "lesson.md")
    assert lesson == Lesson(
        "When does it break?",
        ("Look at the loss, then at the maps.", "Second paragraph with <b>no markup</b> & *stars*."),
        (
            Moment("Before", "#step=0", "about a tenth for each digit."),
            Moment("It leaps", "#step=112&mistakes=cell.1.7&show=gradients", "what became of the ones?"),
            Moment("A digit", "#digit=test:17&unit=conv1:3&axis=steps", "lazily gone on with"),
        ),
        "What happens here",
        ("The rate.", "The end."),
    )
    told = json.loads(lesson.json())
    assert (told["title"], told["text"]) == (lesson.title, list(lesson.text))
    assert told["moments"][0] == {
        "label": "Before",
        "address": "#step=0",
        "text": "about a tenth for each digit.",
    }


def test_the_shortest_lesson() -> None:
    assert parsed("# A\n- [b](#step=1)", "f") == Lesson("A", (), (Moment("b", "#step=1", ""),), "", ())


def test_a_whole_address_is_cut_at_its_sign() -> None:
    (moment,) = parsed("# A\n- [b](http://127.0.0.1:8765/#step=3&why=open)", "f").moments
    assert moment.address == "#step=3&why=open"


def test_a_list_is_text_of_the_answer() -> None:
    lesson = parsed("# A\n- [b](#step=1)\n## C\nTwo:\n- one\n  goes on\n* two\n\nEnd", "f")
    assert lesson.answer == ("Two:", "• one goes on", "• two", "End")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"^f: is empty; a lesson begins with a line '# Title'$"),
        ("Hello\n# A", r"^f, line 1: 'Hello' stands before the title"),
        ("# A\n\nWords", r"^f: names no moment; there must be a line such as"),
        ("# A\n\n# B", r"^f, line 3: '# B' is a second title"),
        ("# A\n- [b](#step=1)\n\nLate", r"^f, line 4: 'Late' stands after the moments; put it before them"),
        ("# A\n- [b](#step=1)\n## C\nd\n## E", r"^f, line 5: '## E' is a second heading"),
        ("# A\n- [b](#step=1)\n## C\n- [d](#step=2)", r"^f, line 4: a moment stands under '## C'"),
        ("# A\n- [b](#step=1)\n## C\n", r"^f, line 3: nothing stands under '## C'$"),
        ("# A\n- just words", r"^f, line 2: '- just words' is no moment; expected '- \[words\]"),
        (
            "# A\n* [b](#step=1)",
            r"^f, line 2: '\* \[b\]\(#step=1\)' looks like a moment; one begins with '- '",
        ),
        ("# A\n1. [b](#step=1)", r"^f, line 2: '1\. \[b\]\(#step=1\)' looks like a moment"),
        ("# A\n- [b](#step=1)\n  - [c](#step=3)", r"^f, line 3: '- \[c\]\(#step=3\)' looks like a moment"),
        ("# A\n- [b](#step=1)\n## C\n  - [d](#step=2)", r"^f, line 4: .* looks like a moment"),
        ("# A\n- [b](#step=1)\n### c", r"^f, line 3: '### c' looks like a heading; there is one '# Title'"),
        ("# A\n ## b", r"^f, line 2: '## b' looks like a heading"),
        ("# A\n##b", r"^f, line 2: '##b' looks like a heading"),
        ("# A\n- [b](https://example.org)", r"^f, line 2: 'https://example.org' is no moment of this page"),
        ("# A\n- [b](javascript:alert)", r"^f, line 2: 'javascript:alert' is no moment of this page"),
        ("# A\n- [b](#)", r"^f, line 2: '#' is no moment"),
        ("# A\n- [b](#stp=1)", r"^f, line 2: 'stp=1' says nothing to the page; it knows run, step"),
        (
            "# A\n- [b](#step=last)",
            r"^f, line 2: 'step=last' isn't what the page's address would say of 'step'",
        ),
        ("# A\n- [b](#step=1&mistakes=)", r"^f, line 2: 'mistakes=' isn't what"),
        ("# A\n- [b](#mistakes=<b>)", r"^f, line 2: 'mistakes=<b>' isn't what"),
        ("# A\n- [b](#show=all)", r"^f, line 2: 'show=all' isn't what"),
        (f"# A\n- [b](#run={'r' * 2000})", r"^f, line 2: the address has 2,005 characters; at most 2,000$"),
        ("# A\n" + "- [b](#step=1)\n" * (MOST_MOMENTS + 1), r"^f, line 62: a lesson has at most 60 moments$"),
    ],
)
def test_what_is_no_lesson_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(LessonError, match=message):
        parsed(text, "f")


def test_a_file_is_read_whole_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "lesson.md"
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read(file) == parsed(WHOLE, "")
    file.write_bytes(b"# A\n\nna\xefve")
    with pytest.raises(LessonError, match=re.escape(f"{file}, line 3: is no UTF-8; save the file as UTF-8")):
        read(file)
    file.write_bytes(b"# A\n" + b"x" * MOST_BYTES)
    with pytest.raises(
        LessonError, match=r"lesson\.md: has 65,540 bytes; expected 65,536 at most\. A lesson"
    ):
        read(file)
    with pytest.raises(LessonError, match=r"none\.md: the lesson can't be read: No such file"):
        read(tmp_path / "none.md")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing is waited for, and a recording's lesson shows no other file of this computer."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LessonError, match=r"pipe: is a device or pipe; expected an ordinary file\. A lesson"):
        read(tmp_path / "pipe")
    (tmp_path / "secret").write_text(WHOLE, encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "lesson.md").symlink_to("../secret")
    assert read(folder / "lesson.md") == parsed(WHOLE, "")  # named by the user, it may lie anywhere
    with pytest.raises(
        LessonError, match=r"lesson\.md: is a link that leads out of .*/run, to .*/secret\. A"
    ):
        read(folder / "lesson.md", within=folder)


WORDS = st.sampled_from(
    ["# A", "## B", "- [b](#step=1)", "- [b](", "* ", "\t", "\u2028", "[", "(#step=0)", "é", "\0"]
)
LINES = st.lists(st.lists(WORDS | st.text(max_size=5), max_size=3).map(" ".join), max_size=8)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.binary(max_size=2))
def test_any_text_is_a_lesson_or_refused_with_the_file(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, odd: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.md"
    file.write_bytes(end.join(lines).encode() + odd)
    try:
        lesson = read(file)
    except LessonError as error:
        assert str(error).startswith(str(file))  # noqa: PT017
    else:
        assert lesson.title
        assert lesson.moments
        assert json.loads(lesson.json())["title"] == lesson.title


def test_every_key_of_the_pages_address_is_known() -> None:
    """An address that the page itself wrote is never refused."""
    words = (STATIC / "look/address.js").read_text("utf-8")
    fields = re.search(r"export function writeAddress\(\{ (.*), rooms = \{\} \}\)", words)
    assert fields is not None
    doors = re.findall(
        r'^    name: "(\w+)",$', (STATIC / "widgets/doors.js").read_text("utf-8"), re.MULTILINE
    )
    values = {"step": "3", "digit": "test:1", "unit": "a:1", "show": "gradients", "axis": "steps"}
    for name in [*fields[1].split(", "), *doors]:
        parsed(f"# A\n- [b](#{name}={values.get(name, 'x')})", "f")
    assert "why" in doors


def test_a_recording_asks_what_its_folder_or_somebody_asks(record: Callable[..., Recording]) -> None:
    recorded = record()
    silent = Resources(recorded)
    assert not json.loads(silent.read("run.json"))["lesson"]
    assert "lesson.json" not in silent.keys()  # noqa: SIM118
    file = recorded.folder / "lesson.md"
    file.write_text(WHOLE, encoding="utf-8")
    asking = Resources(recorded)
    assert asking.keys()[:2] == ("run.json", "lesson.json")
    assert json.loads(asking.read("run.json"))["lesson"]
    assert asking.read("lesson.json") == parsed(WHOLE, "").json()
    other = parsed("# Another\n- [b](#step=1)", "")
    assert Resources(recorded, lesson=other).read("lesson.json") == other.json()
    file.write_text("no lesson", encoding="utf-8")
    assert json.loads(asking.read("run.json"))["lesson"]  # the page opens all the same
    with pytest.raises(LessonError, match=r"lesson\.md, line 1: 'no lesson' stands before the title"):
        asking.read("lesson.json")
    with pytest.raises(LessonError, match=r"lesson\.md, line 1"):
        bundle(recorded)
    assert 'data-key="lesson.json"' in bundle(recorded, lesson=other)
