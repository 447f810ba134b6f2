"""docs/reading.md says what the code does: every field of the JSON, and its commands can be typed."""

import re
import shlex
from pathlib import Path

import pytest
from readings import written

from handlens.cli.commands import app
from handlens.evaluate import report
from handlens.teach import features

PAGE = (Path(__file__).parents[1] / "docs" / "reading.md").read_text(encoding="utf-8")
BLOCKS = "".join(re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
READING = written()[1].to_json()


def fields(heading: str) -> list[str]:
    """The first column of the table under a heading."""
    found = re.search(rf"^### {heading}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/reading.md has no section {heading!r}"
    return re.findall(r"^\| `(\w+)` \|", found[1], re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("A picture", ["file", *READING]),
        ("A digit", [*READING["digits"][0]]),
        ("What is reported of a set", [*report([])]),
    ],
)
def test_every_field_is_documented_and_every_documented_field_is_there(
    heading: str, found: list[str]
) -> None:
    assert fields(heading) == found


@pytest.mark.parametrize("part", ["lines", "marks", "rejected"])
def test_the_parts_of_a_reading_are_named(part: str) -> None:
    (row,) = re.findall(rf"^\| `{part}` \|(.*)\|$", PAGE, re.MULTILINE)
    assert set(READING[part][0]) <= set(re.findall(r"`(\w+)`", row))


@pytest.mark.parametrize("line", re.findall(r"^(handlens [^`]*?)(?:  .*)?$", BLOCKS, re.MULTILINE))
def test_its_commands_can_be_typed(line: str) -> None:
    app.parse_args(shlex.split(line)[1:], exit_on_error=False, print_error=False)


def test_the_anchors_are_counted_right() -> None:
    digits = len(range(0, 55_000, features.STRIDE))
    assert f"{digits:,} training digits and {digits // 9 * 3:,} pictures" in " ".join(PAGE.split())
