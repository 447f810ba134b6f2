"""docs/api.md says what the server does: its examples run, its tables have every status and parameter."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from readings import Knowing, png, written
from serving import serving

from handlens.serve import bodies, schemas

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
PICTURE, READING = written()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def first_cells(heading: str) -> list[str]:
    """The first column of the table under a heading."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert section
    rows = [line for line in section[1].splitlines() if line.startswith("|")][2:]
    return [row.split("|")[1].strip() for row in rows]


@pytest.fixture
def reader() -> Knowing:
    return Knowing(READING)


@pytest.fixture
def address(reader: Knowing, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "bill.png").write_bytes(png(PICTURE))
    with serving(reader=reader) as address:
        yield address


def test_the_python_example_prints_what_was_read(address: str, tmp_path: Path) -> None:
    (code,) = blocks("python")
    code = code.replace("http://127.0.0.1:8765", address)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.stderr == ""
    first = READING.digits[0]
    assert done.stdout.startswith(f"{READING.text}\n{first.value} 100% {list(first.box)}\n")
    assert len(done.stdout.splitlines()) == len(READING.lines) + len(READING.digits)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_examples_are_answered(address: str, tmp_path: Path, reader: Knowing) -> None:
    lines = [
        line for block in blocks("sh") for line in block.replace("\\\n", "").splitlines() if "curl" in line
    ]
    assert len(lines) == 3
    for line in lines:
        command = re.sub(r"http://[\d.]+:8765", address, line).replace(
            "curl ", "curl --silent --show-error ", 1
        )
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            env={"TOKEN": "x", "PATH": "/usr/bin:/bin"},
        )
        assert done.stderr == ""
        assert json.loads(done.stdout)["text"] == READING.text
    assert reader.asked == [(None, None), (None, "dddd"), (None, None)]


def test_the_answer_shown_is_one() -> None:
    (shown,) = blocks("json")
    answer = json.loads(shown)
    schemas.Reading.model_validate_json(shown)
    assert answer.keys() == READING.to_json().keys()


def test_every_status_and_parameter_is_told() -> None:
    elsewhere = {404, 405}  # where there is nothing to be described
    assert [int(cell) for cell in first_cells("When it can't")] == sorted(elsewhere | schemas.FAULTS.keys())
    assert first_cells("Read a picture") == [f"`{name}`" for name in schemas.Wishes.model_fields]
    assert f"longer than {bodies.MOST_BYTES // 2**20} MiB" in PAGE
    assert bodies.BODY_SECONDS == 60
