"""Connections that ask for nothing, or take no answer, end; too many are told so. By a real server."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from serving import recorded, serving

from handlens.serve import connections

PATIENCE = 20
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
LOOK = b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
WHOLE = b"GET /static/errors.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.01)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for nobody."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.05)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, int]]:
    with serving(recorded(tmp_path / "run")) as found:
        host, port = found.removeprefix("http://").split(":")
        yield host, int(port)


def connected(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def all_of(connection: socket.socket) -> bytes:
    """What comes until the other end closes."""
    found = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            found += part
    return found


def answered(connection: socket.socket) -> bytes:
    """The next answer, which has no body; the connection stays."""
    connection.sendall(LOOK)
    found = b""
    while b"\r\n\r\n" not in found:
        part = connection.recv(65536)
        assert part, "it was closed"
        found += part
    return found


@pytest.mark.usefixtures("hurried")
def test_who_asks_nothing_is_let_go(address: tuple[str, int]) -> None:
    with connected(address) as silent:
        assert all_of(silent) == b""


@pytest.mark.usefixtures("hurried")
def test_half_a_header_is_408_and_the_end(address: tuple[str, int]) -> None:
    with connected(address) as slow:
        slow.sendall(HALF)
        assert all_of(slow).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("hurried")
def test_a_header_that_drips_is_no_sign_of_life(address: tuple[str, int]) -> None:
    with connected(address) as slow, suppress(ConnectionError):
        slow.sendall(HALF)
        slow.settimeout(0.005)
        for _ in range(4000):  # 20 s of a byte now and then
            slow.sendall(b"a")
            with suppress(TimeoutError):
                assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
                return
        pytest.fail("it was listened to all the time")


@pytest.mark.usefixtures("hurried")
def test_half_a_second_header_is_408_too(address: tuple[str, int]) -> None:
    with connected(address) as slow:
        answered(slow)
        slow.sendall(HALF)
        assert b"HTTP/1.1 408 " in all_of(slow)


@pytest.mark.usefixtures("hurried")
def test_a_body_that_nobody_wants_holds_nothing(address: tuple[str, int]) -> None:
    with connected(address) as slow:
        slow.sendall(b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n")
        assert all_of(slow).startswith(b"HTTP/1.1 404 ")


def test_a_connection_is_used_again(address: tuple[str, int]) -> None:
    with connected(address) as quick:
        for _ in range(3):
            assert answered(quick).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_takes_is_dropped(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.05)
    with connected(address) as deaf, pytest.raises(ConnectionError):
        deaf.sendall(WHOLE * 1_000_000)  # more than the two ends can hold


def test_an_answer_that_is_taken_slowly_is_not(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 1.0)
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.05)
    with connected(address) as slow:
        slow.sendall(WHOLE * 40)
        assert all_of(slow).count(b"HTTP/1.1 200 ") == 40


def test_one_too_many_is_told_to_come_again(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    with ExitStack() as stack:
        first, second, third, fourth = (stack.enter_context(connected(address)) for _ in range(4))
        for place in (first, second):
            assert answered(place).startswith(b"HTTP/1.1 200 ")
        for full in (third, fourth):
            full.sendall(WHOLE)
            said = all_of(full)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 5" in said.lower()
            assert b"too many connections at once" in said
            assert b"content-security-policy" in said.lower()
        assert answered(first).startswith(b"HTTP/1.1 200 ")


def test_of_many_too_many_nobody_is_heard(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)
    with connected(address) as first, connected(address) as second, connected(address) as third:
        assert all_of(third) == b""
        first.sendall(WHOLE)
        assert first.recv(100).startswith(b"HTTP/1.1 200 ")
        assert second.fileno() > 0


def test_a_place_that_is_left_is_free_again(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)
    with connected(address) as first:
        assert answered(first).startswith(b"HTTP/1.1 200 ")
        first.shutdown(socket.SHUT_RDWR)
    for _ in range(100):  # its end may be heard after the next one's beginning
        with connected(address) as next_one:
            next_one.sendall(WHOLE)
            if next_one.recv(100).startswith(b"HTTP/1.1 200 "):
                return
    pytest.fail("the place wasn't given back")
