"""A small recording to write and to read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small import drawn, header, record_steps, state

from handlens.recording import Writer
from handlens.recording.schema import Result


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A recording just begun."""
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    yield writer
    writer.release()


@pytest.fixture
def finished(writer: Writer) -> Path:
    """A recording of four steps."""
    record_steps(writer, range(1, 5))
    writer.close(Result(step=4, seconds=1.0, images=400))
    return writer.folder
