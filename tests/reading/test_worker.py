"""Messages between a server and a process that reads: whole, or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.reading import worker
from handlens.reading.worker import take, write

JSON = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3)
HEADERS = st.dictionaries(st.text(), JSON, max_size=3)
MESSAGES = st.lists(st.tuples(HEADERS, st.binary(max_size=50)), max_size=3)


@contextmanager
def stream_of(content: bytes) -> Iterator[IO[bytes]]:
    with TemporaryFile() as stream:
        stream.write(content)
        stream.seek(0)
        yield stream


def taken(content: bytes) -> worker.Message | None:
    with stream_of(content) as stream:
        return take(stream)


def written(header: dict[str, Any], content: bytes) -> bytes:
    with TemporaryFile() as stream:
        write(stream, header, content)
        stream.seek(0)
        return stream.read()


@given(MESSAGES)
def test_what_is_written_is_taken(messages: list[tuple[dict[str, Any], bytes]]) -> None:
    with stream_of(b"".join(written(*message) for message in messages)) as stream:
        assert [take(stream) for _ in messages] == messages
        assert take(stream) is None


@given(st.binary(max_size=30), st.integers(1, 60))
def test_what_is_cut_off_is_none(content: bytes, missing: int) -> None:
    whole = written({"found": content.hex()}, content)
    assert taken(whole[: max(0, len(whole) - missing)]) is None


@given(st.binary(max_size=64))
def test_anything_else_is_none_or_a_message(content: bytes) -> None:
    found = taken(content)
    assert found is None or isinstance(found[0], dict)


@pytest.mark.parametrize("told", [b"[]", b"7", b"{", b"\xff", b"[" * 100_000, b""])
def test_what_is_no_object_is_none(told: bytes) -> None:
    assert taken(len(told).to_bytes(4, "big") + bytes(4) + told) is None


def test_what_nobody_writes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_BYTES", 10)
    assert taken(written({}, bytes(10))) == ({}, bytes(10))
    assert taken(written({}, bytes(11))) is None
