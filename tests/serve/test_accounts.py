"""Each request has an id, and a line where one is asked for; no line has anything that was sent."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from readings import Knowing, png, written
from serving import recorded
from starlette.requests import ClientDisconnect

from handlens.errors import InkError
from handlens.reading.result import Mode, Reading
from handlens.serve import accounts, create
from handlens.serve.lan import COOKIE, Lan

PICTURE, READING = written()
PNG = png(PICTURE)
PNG_TYPE = {"Content-Type": "image/png"}
HERE = Lan("192.168.1.23", "the-token-of-this-test")
BASE = f"http://{HERE.address}:8765"
BEARER = {"Authorization": f"Bearer {HERE.token}"}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written while lines are asked for."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    handler = accounts.write_lines()
    yield stream
    accounts.LOG.removeHandler(handler)
    accounts.LOG.setLevel(logging.NOTSET)
    accounts.LOG.propagate = True


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def asked(app: Any, method: str, path: str, client: str = "127.0.0.1", **request: Any) -> httpx2.Response:
    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(app, client=(client, 50000))
        base = request.pop("base", "http://127.0.0.1")
        async with httpx2.AsyncClient(transport=transport, base_url=base) as session:
            return await session.request(method, path, **request)

    return asyncio.run(ask())


def test_a_line_tells_what_was_asked_and_answered(lines: io.StringIO, tmp_path: Path) -> None:
    app = create([recorded(tmp_path / "run")], reader=Knowing(READING))
    read = asked(app, "POST", "/v1/read?mode=page", content=PNG, headers=PNG_TYPE)
    asked(app, "GET", "/runs/run/run.json")
    asked(app, "GET", "/runs/other/run.json")
    asked(app, "PUT", "/runs.json")
    asked(app, "BREW", "/coffee")
    first, *others = told(lines)
    assert first.keys() == {
        *("time", "level", "id", "method", "route", "status", "seconds", "received", "sent", "from"),
    }
    assert datetime.fromisoformat(first["time"]).tzinfo is not None
    assert first["id"] == read.headers["x-request-id"]
    assert 0 < first["seconds"] < 20
    assert (first["received"], first["sent"]) == (len(PNG), len(read.content))
    assert (first["level"], first["from"]) == ("info", "this computer")
    assert [(line["method"], line["route"], line["status"]) for line in [first, *others]] == [
        ("POST", "/v1/read", 200),
        ("GET", "/runs/{run}/{key:path}", 200),
        ("GET", "/runs/{run}/{key:path}", 404),
        ("PUT", "/runs.json", 405),
        ("other", accounts.ELSEWHERE, 404),
    ]


@pytest.mark.parametrize("given", ["a", "Z-_9", "x" * 64])
def test_a_fit_id_of_the_clients_is_kept(given: str) -> None:
    answer = asked(create(), "GET", "/runs.json", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "a;b", "\x1b[31m", "ü"])
def test_another_gets_one_of_ours(given: str, lines: io.StringIO) -> None:
    answer = asked(create(), "GET", "/runs.json", headers={"X-Request-ID": given.encode()})
    assert len(answer.headers["x-request-id"]) == 16
    assert told(lines)[0]["id"] == answer.headers["x-request-id"]


def test_every_answer_has_its_own(lines: io.StringIO) -> None:
    app = create(lan=HERE)
    refused = [
        asked(app, "GET", "/", client="192.168.1.7", base=BASE),
        asked(app, "GET", "/", base="http://example.org"),
        asked(app, "POST", "/", headers={"Origin": "http://example.org"}),
    ]
    assert [answer.status_code for answer in refused] == [401, 400, 403]
    found = told(lines)
    assert len({line["id"] for line in found}) == 3
    assert [line["id"] for line in found] == [answer.headers["x-request-id"] for answer in refused]
    assert [line["from"] for line in found] == ["another", "this computer", "this computer"]
    assert {line["route"] for line in found} == {accounts.ELSEWHERE}


class Broken(Knowing):
    """A reader that quotes what it was sent."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__(READING)
        self.error = error

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        raise self.error(f"{image!r} {expect}")


SECRETS = (
    "the-token-of",
    "a-secret-query",
    "a-secret-path",
    "a-secret-body",
    "a-secret-cookie",
    "a-secret-id",
)


@pytest.mark.parametrize("error", [ZeroDivisionError, InkError])
def test_nothing_that_was_sent_is_in_a_line(
    error: type[Exception], lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    app = create(reader=Broken(error), teaches=lambda _: pytest.fail("taught"), lan=HERE)
    cookie = {"Cookie": f"{COOKIE}={HERE.token}; a=a-secret-cookie", "X-Request-ID": "a-secret-id!"}
    for client, headers in (("192.168.1.7", BEARER), ("192.168.1.7", cookie), ("127.0.0.1", {})):
        given = {"client": client, "base": BASE if headers else "http://127.0.0.1"}
        asked(app, "GET", f"/a-secret-path?token={HERE.token}&q=a-secret-query", headers=headers, **given)
        asked(app, "GET", "/read?token=wrong-the-token-of", headers=headers, **given)
        asked(app, "GET", "/runs/a-secret-path/run.json", headers=headers, **given)
        asked(
            app,
            "POST",
            "/v1/read?expect=a-secret-query",
            content=b"a-secret-body",
            headers={**PNG_TYPE, **headers},
            **given,
        )
        asked(app, "POST", "/v1/teach", json={"label": "a-secret-body"}, headers=headers, **given)
    written_down = lines.getvalue() + "".join(capfd.readouterr())
    assert len(told(lines)) >= 15
    assert [secret for secret in SECRETS if secret in written_down] == []


def test_a_fault_has_its_place_in_the_code_and_its_id_in_the_answer(lines: io.StringIO) -> None:
    answer = asked(
        create(reader=Broken(ZeroDivisionError)), "POST", "/v1/read", content=PNG, headers=PNG_TYPE
    )
    fault, account = told(lines)
    assert answer.status_code == account["status"] == 500
    assert fault["id"] == account["id"] == answer.headers["x-request-id"]
    assert fault["id"] in answer.json()["error"]
    assert "content-security-policy" in answer.headers
    assert (fault["level"], fault["fault"], fault["route"]) == ("error", "ZeroDivisionError", "/v1/read")
    assert "test_accounts.py" in fault["where"]


def test_unasked_only_a_fault_is_written_and_as_text(caplog: pytest.LogCaptureFixture) -> None:
    app = create(reader=Broken(ZeroDivisionError))
    assert not accounts.LOG.handlers
    asked(app, "GET", "/runs.json")
    answer = asked(app, "POST", "/v1/read", content=PNG, headers=PNG_TYPE)
    (record,) = (record for record in caplog.records if record.name == accounts.LOG.name)
    first, *where = record.getMessage().splitlines()
    assert first == f"a fault while answering POST /v1/read, request {answer.headers['x-request-id']}:"
    assert where[-1] == "ZeroDivisionError"


@pytest.mark.parametrize("error", [ClientDisconnect, asyncio.CancelledError])
def test_who_went_away_is_no_fault(error: type[BaseException], lines: io.StringIO) -> None:
    async def gone(*_: Any) -> None:
        raise error

    async def ask() -> None:
        made = accounts.Accounts(gone, [accounts.log])
        scope = {"type": "http", "method": "GET", "headers": [], "client": None}
        await made(scope, gone, gone)  # type: ignore[arg-type]

    if error is ClientDisconnect:
        asyncio.run(ask())
    else:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(ask())
    (line,) = told(lines)
    assert (line["level"], line["status"]) == ("info", None)
