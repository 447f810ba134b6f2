"""Other computers: asked for the token, told where this one is; this one asked for nothing."""

import asyncio
import logging
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest
from readings import Knowing, png, written
from serving import serving

from handlens.errors import HandlensError
from handlens.serve import create, lan, server
from handlens.serve.lan import COOKIE, Lan, qr
from handlens.serve.server import EVERYWHERE, HOST, listen

PICTURE, READING = written()
PNG = png(PICTURE)
HERE = Lan("192.168.1.23", "the-token-of-this-test")
PATHS = ("/", "/read", "/runs.json", "/static/errors.js", "/openapi.json", "/nothing")


def asked(method: str, path: str, client: str = "192.168.1.7", **request: Any) -> httpx2.Response:
    """What a computer of the network is answered."""

    async def ask() -> httpx2.Response:
        made = create(reader=Knowing(READING), teaches=lambda _: pytest.fail("taught"), lan=HERE)
        transport = httpx2.ASGITransport(made, client=(client, 50000))
        base = request.pop("base", f"http://{HERE.address}:8765")
        async with httpx2.AsyncClient(transport=transport, base_url=base) as session:
            return await session.request(method, path, **request)

    return asyncio.run(ask())


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


@pytest.mark.parametrize("path", PATHS)
def test_others_need_the_token(path: str) -> None:
    answer = asked("GET", path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "open the link that its terminal shows" in answer.json()["error"]
    assert "content-security-policy" in answer.headers
    assert asked("GET", path, **bearer(HERE.token)).status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize(
    "request_",
    [
        bearer("the-token-of-this-tesT"),
        bearer(""),
        bearer("ü"),
        bearer(f"{HERE.token}x"),
        {"headers": {"Authorization": HERE.token}},
        {"headers": {"Authorization": f"Basic {HERE.token}"}},
        {"headers": {"Cookie": f"{COOKIE}=wrong"}},
        {"headers": {"Cookie": f"other={HERE.token}"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"params": {"token": "wrong"}},
        {"params": {"token": ""}},
    ],
)
def test_a_wrong_token_is_none(request_: dict[str, Any]) -> None:
    if isinstance(request_.get("headers", {}).get("Authorization"), str):
        request_["headers"]["Authorization"] = request_["headers"]["Authorization"].encode()
    answer = asked("GET", "/read", **request_)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_the_link_leaves_a_cookie_that_is_enough_from_then_on() -> None:
    link = HERE.link(8765)
    assert link == "http://192.168.1.23:8765/read?token=the-token-of-this-test"
    first = asked("GET", link)
    assert first.status_code == 200
    name_value, *traits = first.headers["set-cookie"].split("; ")
    assert name_value == f"{COOKIE}={HERE.token}"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(traits)
    kept = {"Cookie": f"a=b; {name_value}"}
    for path in ("/", "/read", "/static/read/main.js"):
        again = asked("GET", path, headers=kept)
        assert again.status_code == 200
        assert "set-cookie" not in again.headers
    read = asked("POST", "/v1/read", content=PNG, headers={**kept, "Content-Type": "image/png"})
    assert read.json()["text"] == READING.text


def test_a_link_opens_pages_and_sends_nothing() -> None:
    answer = asked("POST", f"/v1/read?token={HERE.token}", content=PNG, headers={"Content-Type": "image/png"})
    assert answer.status_code == 401


def test_a_program_sends_the_token() -> None:
    headers = {"Content-Type": "image/png", "Authorization": f"bearer  {HERE.token}"}
    assert asked("POST", "/v1/read", content=PNG, headers=headers).json()["text"] == READING.text


@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.0.2", "::1"])
def test_this_computer_needs_none(client: str) -> None:
    assert asked("GET", "/read", client, base="http://127.0.0.1:8765").status_code == 200


@pytest.mark.parametrize("client", ["192.168.1.23", "10.0.0.1", "0.0.0.0", "128.0.0.1", "fe80::1", "someone"])
def test_who_only_looks_like_it_does(client: str) -> None:
    assert asked("GET", "/read", client, base="http://127.0.0.1:8765").status_code == 401


def test_what_a_header_says_of_who_asks_is_not_believed() -> None:
    """By a real server: uvicorn can be told to believe it."""
    said = {"X-Forwarded-For": "192.168.1.7", "Forwarded": "for=192.168.1.7"}
    with serving(lan=HERE) as address:
        assert httpx2.get(f"{address}/runs.json").status_code == 200
        assert httpx2.get(f"{address}/runs.json", headers=said).status_code == 200


@pytest.mark.parametrize("host", ["192.168.1.24", "example.org", "192.168.1.23.example.org"])
def test_only_its_own_names_are_answered(host: str) -> None:
    assert asked("GET", "/read", base=f"http://{host}", **bearer(HERE.token)).status_code == 400


def test_pages_of_others_are_refused_with_a_cookie_too() -> None:
    headers = {
        "Cookie": f"{COOKIE}={HERE.token}",
        "Content-Type": "image/png",
        "Origin": "http://192.168.1.23",
    }
    assert asked("POST", "/v1/read", content=PNG, headers=headers).status_code == 403
    headers["Origin"] += ":8765"
    assert asked("POST", "/v1/read", content=PNG, headers=headers).status_code == 200


def test_corrections_are_this_computers_own() -> None:
    body = {"frame": "A" * 1048, "label": "7"}
    answer = asked("POST", "/v1/teach", json=body, **bearer(HERE.token))
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        "corrections are made on the computer that serves this page",
    )
    assert "data-teaching" not in asked("GET", "/read", **bearer(HERE.token)).text
    assert "data-teaching" in asked("GET", "/read", "127.0.0.1", base="http://127.0.0.1:8765").text


def test_the_token_is_new_each_time_and_nobody_guesses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "_own_address", lambda: "192.168.1.23")
    tokens = {Lan.here().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 22  # 128 bits in base64
    assert HERE.token not in repr(HERE)


def test_the_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    monkeypatch.setattr("secrets.compare_digest", lambda a, b: compared.append((a, b)) or a == b"anything")
    assert asked("GET", "/read", **bearer("anything")).status_code == 200
    assert (b"anything", HERE.token.encode()) in compared


def test_no_log_has_the_token(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        for request in (
            bearer(HERE.token),
            {"params": {"token": HERE.token}},
            {"params": {"token": "wrong"}},
        ):
            asked("GET", "/read", **request)
    ours = [
        record for record in caplog.records if record.name.partition(".")[0] not in ("httpx2", "httpcore2")
    ]
    assert not any(HERE.token in record.getMessage() for record in ours)
    assert HERE.token not in "".join(capfd.readouterr())


@pytest.mark.parametrize("link", [HERE.link(8765), "http://10.0.0.2:80/read?token=" + "x" * 22, "a"])
def test_the_code_is_read_by_another_library_as_the_link(link: str) -> None:
    lines = qr(link)
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= 80
    assert len(lines) <= 24
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    dark = np.array([[halves[sign][half] for sign in line] for line in lines for half in (0, 1)])
    picture = np.kron(255 * (1 - dark), np.ones((8, 8))).astype(np.uint8)
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert found == link


def test_it_listens_everywhere_only_when_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen(0, EVERYWHERE) as listener:
        assert listener.getsockname()[0] == "0.0.0.0"
    hosts: list[str] = []
    monkeypatch.setattr(server, "listen", lambda port, host: hosts.append(host) or listen(0))
    monkeypatch.setattr(server.Server, "run", lambda self, sockets: None)
    for house in (None, HERE):
        server.serve([], open_browser=False, lan=house)
    assert hosts == [HOST, EVERYWHERE]


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        def __init__(self, *_: Any) -> None: ...
        def __enter__(self) -> "Nowhere":
            return self

        def __exit__(self, *_: Any) -> None: ...
        def connect(self, _: Any) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("socket.socket", Nowhere)
    with pytest.raises(HandlensError, match=r"^--lan: this computer is in no network .* leave --lan out$"):
        Lan.here()
