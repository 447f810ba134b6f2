"""Bodies of every address that takes one: counted, and timed, before anything is done with them."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from readings import Knowing, written
from serving import recorded, serving

from handlens.serve import Live, bodies

JSON = {"Content-Type": "application/json"}
TYPES = {"/v1/read": "image/png"}
ADDRESSES = ("/v1/read", "/v1/teach", "/live", "/plan", "/live/run")
_, READING = written()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.Client]:
    wishes = {
        "reader": Knowing(READING),
        "teaches": lambda _: pytest.fail("taught"),
        "live": Live(tmp_path, command=["false"]),
    }
    with (
        serving(recorded(tmp_path / "run"), **wishes) as address,
        httpx2.Client(base_url=address, timeout=20) as client,
    ):
        yield client


def test_these_are_all_that_take_one(client: httpx2.Client) -> None:
    for path in ADDRESSES:
        assert client.post(path).status_code in (415, 422)
    told = client.get("/openapi.json").json()["paths"]
    assert {path for path, methods in told.items() if "post" in methods} <= set(ADDRESSES)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_body_that_takes_too_long_is_408(
    client: httpx2.Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    host, port = client.base_url.host, client.base_url.port
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {TYPES.get(path, 'application/json')}\r\n"
        "Content-Length: 99\r\n\r\n{"
    )
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(head.encode())
        answer = b""
        while part := connection.recv(65536):  # and it is the connection's end
            answer += part
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {
        "error": "the body took longer than 0.05 s to arrive"
    }


def test_a_body_that_drips_is_no_sign_of_life(client: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    host, port = client.base_url.host, client.base_url.port
    head = (
        f"POST /v1/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\nContent-Length: 9999\r\n\r\n"
    )
    with socket.create_connection((host, port), timeout=20) as connection, suppress(ConnectionError):
        connection.sendall(head.encode())
        connection.settimeout(0.005)
        for _ in range(2000):  # 10 s of a byte now and then
            connection.sendall(b"a")
            with suppress(TimeoutError):
                assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
                return
        pytest.fail("it was listened to all the time")


@pytest.mark.parametrize("path", [path for path in ADDRESSES if path != "/v1/read"])
def test_json_is_short(client: httpx2.Client, path: str) -> None:
    pieces = (b" " * 1000 for _ in range(66))
    for content in (b" " * (bodies.JSON_BYTES + 1), pieces):
        answer = client.post(path, content=content, headers=JSON)
        assert (answer.status_code, answer.json()) == (413, {"error": "the body is longer than 64 KiB"})
    assert client.post(path, content=b" " * bodies.JSON_BYTES, headers=JSON).status_code == 422


def test_of_a_question_no_body_is_read(client: httpx2.Client) -> None:
    for path in ("/runs.json", "/live.json", "/"):
        answer = client.request("GET", path, content=b" " * (bodies.JSON_BYTES + 1))
        assert answer.status_code == 200
