"""POST /v1/read: what it takes, what it answers, and what it refuses; asked of a real server."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from readings import Knowing, png, written
from serving import serving

from handlens.errors import InkError
from handlens.reading.frame import Box
from handlens.reading.result import Digit, Line, Mark, Mode, Reading, Rejected
from handlens.serve import app, bodies, schemas
from handlens.serve.turns import Turns

PICTURE, READING = written()
PNG = png(PICTURE)
PNG_TYPE = {"Content-Type": "image/png"}


@pytest.fixture
def reader() -> Knowing:
    return Knowing(READING)


@pytest.fixture
def client(reader: Knowing) -> Iterator[httpx2.Client]:
    with serving(reader=reader) as address, httpx2.Client(base_url=address, timeout=20) as client:
        yield client


def error(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert list(found) == ["error"]
    return str(found["error"])


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


# -- what it takes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["image/png", "IMAGE/PNG; x=1", "application/octet-stream", "image/x-whatever"]
)
def test_plain_bytes_are_read(client: httpx2.Client, kind: str) -> None:
    answer = client.post("/v1/read", content=PNG, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert answer.json() == as_json(READING.to_json())


def test_a_form_is_read_and_goes_before_the_address(client: httpx2.Client, reader: Knowing) -> None:
    form = {"mode": "row", "expect": "dd.dd", "frames": "true"}
    answer = client.post("/v1/read?mode=page&expect=d", data=form, files={"image": ("a.png", PNG)})
    assert answer.json()["text"] == READING.text
    assert "frame" in answer.json()["digits"][0]
    client.post("/v1/read?mode=page&expect=d", files={"image": ("a.png", PNG, "text/plain")})
    empty = {"mode": "", "expect": ""}
    client.post("/v1/read?mode=page", data=empty, files={"image": PNG})
    client.post("/v1/read?mode=&expect=", content=PNG, headers=PNG_TYPE)
    assert reader.asked == [("row", "dd.dd"), ("page", "d"), (None, None), (None, None)]


def test_the_frames_are_what_the_network_saw(client: httpx2.Client) -> None:
    answer = client.post("/v1/read?frames=true", content=PNG, headers=PNG_TYPE).json()
    for told, digit in zip(answer["digits"], READING.digits, strict=True):
        seen = np.frombuffer(base64.b64decode(told["frame"]), np.uint8).reshape(28, 28)
        np.testing.assert_allclose(seen / 255, digit.pixels, rtol=0, atol=0.5 / 255 + 1e-6)
    assert len(base64.b64decode(answer["rejected"][0]["frame"])) == 784
    for told in answer["digits"] + answer["rejected"]:
        del told["frame"]
    assert answer == as_json(READING.to_json())


def test_the_schema_is_what_a_reading_says_of_itself() -> None:
    pixels = np.zeros((28, 28), np.float32)
    box = Box(1, 2, 3, 4)
    digit = Digit("7", 0.75, {"7": 0.75, "none": 0.25}, box, pixels)
    marks = tuple(Mark(kind, box) for kind in ("dot", "comma", "minus", "colon", "slash", "other"))
    rejected = (Rejected("a stain", box), Rejected("a letter", box, pixels, ("1", 0.5)))
    full = Reading((Line((digit,), marks, "7", box),), rejected, (10, 20), "row", ("dim",))
    for reading in (full, Reading((), (), (1, 1), "digit"), READING):
        said = as_json(reading.to_json())
        known = schemas.Reading.model_validate_json(json.dumps(said))
        assert json.loads(known.model_dump_json(exclude_unset=True)) == said
        assert schemas.Reading.model_fields.keys() == said.keys()


# -- what it refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "application/x-www-form-urlencoded", None]
)
def test_a_type_that_is_no_pictures_is_415(client: httpx2.Client, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    said = error(client.post("/v1/read", content=PNG, headers=headers), 415)
    assert (kind or "not told") in said
    assert "image/png" in said
    assert "a file named image" in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mode=word", "mode is 'word': input should be 'digit', 'row' or 'page'"),
        ("frames=perhaps", "frames is 'perhaps': input should be a valid boolean"),
        ("expect=" + "d" * 201, "expect is 'dddd"),
        ("expct=dd", "there is no parameter 'expct'; there are mode, expect, frames"),
        ("expect=xx", "the pattern 'xx' has no d: d stands for a digit"),
    ],
)
def test_a_wish_that_cannot_be_is_422_in_a_form_too(client: httpx2.Client, query: str, said: str) -> None:
    assert said in error(client.post(f"/v1/read?{query}", content=PNG, headers=PNG_TYPE), 422)
    name, _, value = query.partition("=")
    assert said in error(client.post("/v1/read", data={name: value}, files={"image": PNG}), 422)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no picture", "this is no picture"), (b"", "the picture is empty: it has no bytes")],
)
def test_what_cannot_be_decoded_is_422(client: httpx2.Client, content: bytes, said: str) -> None:
    assert said in error(client.post("/v1/read", content=content, headers=PNG_TYPE), 422)
    assert said in error(client.post("/v1/read", files={"image": ("a.png", content)}), 422)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("image", PNG), ("image", PNG)], "the form can't be taken: Too many files"),
        ([("picture", PNG)], "the form needs one file, named image"),
        ([], "the form needs one file, named image"),
    ],
)
def test_a_form_holds_one_picture(client: httpx2.Client, files: list[Any], said: str) -> None:
    body = {"files": files} if files else {"files": {"image": (None, "text")}}
    assert said in error(client.post("/v1/read", **body), 422)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no form at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=image; filename=a\r\n",
        ),
    ],
)
def test_a_broken_form_is_422(client: httpx2.Client, kind: str, content: bytes) -> None:
    assert "the form" in error(client.post("/v1/read", content=content, headers={"Content-Type": kind}), 422)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_of_another_method_there_is_none(client: httpx2.Client, method: str) -> None:
    answer = client.request(method, "/v1/read")
    assert error(answer, 405) == "Method Not Allowed"
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/v1/reads", "/v1/read/", "/v1/teach"])
def test_of_another_address_there_is_none(client: httpx2.Client, path: str) -> None:
    assert error(client.post(path, content=PNG, headers=PNG_TYPE), 404) == "Not Found"


def test_a_fault_of_ours_is_told_as_json(reader: Knowing, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Reading:
        raise ZeroDivisionError

    monkeypatch.setattr(reader, "read", broken)
    made = app.create(reader=reader)
    transport = httpx2.ASGITransport(made, raise_app_exceptions=False)
    assert "a fault in handlens, not in what was sent (ZeroDivisionError)" in error(
        posted(transport, "/v1/read", PNG), 500
    )


def posted(transport: httpx2.ASGITransport, path: str, content: bytes) -> httpx2.Response:
    """The answer of an application without a server around it."""
    import asyncio

    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(path, content=content, headers=PNG_TYPE)

    return asyncio.run(ask())


def test_a_network_that_blew_up_is_said(client: httpx2.Client, reader: Knowing) -> None:
    lost = Digit("7", float("nan"), {"7": float("nan")}, Box(0, 0, 1, 1), np.zeros((28, 28), np.float32))
    reader.reading = Reading((Line((lost,), (), "7", lost.box),), (), (1, 1), "digit")
    said = error(client.post("/v1/read", content=PNG, headers=PNG_TYPE), 422)
    assert said == "the network's answers are no numbers: its training blew up; serve another --net"


# -- limits --------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, reader: Knowing) -> Iterator[str]:
    """A server that takes bodies of at most 100 kB."""
    monkeypatch.setattr(app, "Limit", lambda inner: bodies.Limit(inner, 100_000))
    with serving(reader=reader) as address:
        yield address


def test_a_body_that_is_too_long_is_413_however_it_comes(small: str, reader: Knowing) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (400, 400), np.uint8)
    large = png(Image.fromarray(noise))
    assert len(large) > 150_000
    said = "the body is longer than"
    with httpx2.Client(base_url=small, timeout=20) as client:
        assert said in error(client.post("/v1/read", content=large, headers=PNG_TYPE), 413)
        assert said in error(client.post("/v1/read", files={"image": large}), 413)
        pieces = (large[start : start + 1000] for start in range(0, len(large), 1000))
        assert said in error(client.post("/v1/read", content=pieces, headers=PNG_TYPE), 413)
        assert reader.asked == []
        within = (PNG[start : start + 100] for start in range(0, len(PNG), 100))
        assert client.post("/v1/read", content=within, headers=PNG_TYPE).status_code == 200


def test_the_limit_itself_is_let_through(reader: Knowing, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, status in ((len(PNG), 200), (len(PNG) - 1, 413)):
        monkeypatch.setattr(app, "Limit", lambda inner, most=most: bodies.Limit(inner, most))
        with serving(reader=reader) as address:
            assert httpx2.post(f"{address}/v1/read", content=PNG, headers=PNG_TYPE).status_code == status


def test_an_endless_body_is_cut_off(small: str) -> None:
    host, port = small.removeprefix("http://").split(":")
    head = f"POST /v1/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\n"
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    sent, answer = 0, b""
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        with suppress(OSError):
            while sent < 2**28:
                connection.sendall(chunk)
                sent += len(chunk)
        with suppress(OSError):  # a connection that breaks may take the answer with it
            answer = connection.recv(1000)
    assert sent < 2**25
    assert answer.startswith(b"HTTP/1.1 413 ") or answer == b""


def test_who_sends_all_before_reading_hears_the_refusal(small: str) -> None:
    host, port = small.removeprefix("http://").split(":")
    head = f"POST /v1/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: 400000\r\n\r\n".encode())
        connection.sendall(bytes(200_000))
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):  # it goes on listening: an early end would break what is sent
            connection.recv(1)
        connection.settimeout(20)
        connection.sendall(bytes(200_000))
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_who_asks_before_sending_is_answered_before_sending(small: str) -> None:
    host, port = small.removeprefix("http://").split(":")
    head = f"POST /v1/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_takes_too_long_is_408(client: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    host, port = client.base_url.host, client.base_url.port
    head = f"POST /v1/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


class Slow(Knowing):
    """A reader that reads when it may, and counts how many readings go on at a time."""

    def __init__(self) -> None:
        super().__init__(READING)
        self.may = threading.Event()
        self.begun = threading.Semaphore(0)
        self.most = self.now = 0
        self.counting = threading.Lock()

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        with self.counting:
            self.now += 1
            self.most = max(self.most, self.now)
        self.begun.release()
        assert self.may.wait(20)
        with self.counting:
            self.now -= 1
        return super().read(image, mode, expect)


def test_few_are_read_at_a_time_a_few_wait_and_the_rest_are_told_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "Turns", lambda: Turns(workers=2, waiting=1))
    slow, answers = Slow(), []
    with serving(reader=slow) as address:

        def ask() -> httpx2.Response:
            return httpx2.post(f"{address}/v1/read", content=PNG, headers=PNG_TYPE, timeout=20)

        first = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(5)]
        for thread in first:
            thread.start()
        for _ in range(2):
            assert slow.begun.acquire(timeout=20)
        for _ in range(1000):
            if len(answers) == 2:  # of five, three have places
                break
            first[0].join(0.01)
        refused = answers[:]
        slow.may.set()
        for thread in first:
            thread.join(20)
        assert {error(answer, 503) for answer in refused} == {
            "too many pictures at once; try again in a second"
        }
        assert {answer.headers.get("retry-after") for answer in refused} == {"1"}
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 503, 503]
        assert slow.most == 2
        assert ask().status_code == 200, "places are free again"


def test_a_refused_picture_gives_its_place_back(monkeypatch: pytest.MonkeyPatch, reader: Knowing) -> None:
    monkeypatch.setattr(app, "Turns", lambda: Turns(workers=1, waiting=0))
    with serving(reader=reader) as address, httpx2.Client(base_url=address) as client:
        for content, kind, status in (
            (b"x", "image/png", 422),
            (PNG, "text/plain", 415),
            (PNG, "image/png", 200),
        ):
            for _ in range(3):
                answer = client.post("/v1/read", content=content, headers={"Content-Type": kind})
                assert answer.status_code == status


def test_no_picture_is_written_to_the_disk(client: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def rolled(self: Any) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", rolled)
    stream = BytesIO()
    PICTURE.resize((1600, 1050)).save(stream, "BMP")
    assert len(stream.getvalue()) > 1.5e6
    assert client.post("/v1/read", files={"image": stream.getvalue()}).status_code == 200


# -- who may ask ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://{host}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_pages_of_other_origins_are_refused(
    client: httpx2.Client, reader: Knowing, headers: dict[str, str]
) -> None:
    host = f"{client.base_url.host}:{client.base_url.port}"
    given = {name: value.format(host=host) for name, value in headers.items()}
    answer = client.post("/v1/read", content=PNG, headers={**PNG_TYPE, **given})
    assert error(answer, 403) == "this page may not send anything here: it came from elsewhere"
    assert reader.asked == []
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_its_own_page_and_programs_are_answered(client: httpx2.Client, site: str | None) -> None:
    given = {} if site is None else {"Origin": f"http://{client.base_url.host}:{client.base_url.port}"}
    given |= {} if site is None else {"Sec-Fetch-Site": site}
    assert client.post("/v1/read", content=PNG, headers={**PNG_TYPE, **given}).status_code == 200


def test_a_foreign_name_is_refused(client: httpx2.Client) -> None:
    answer = client.post("/v1/read", content=PNG, headers={**PNG_TYPE, "Host": "example.org"})
    assert "open the address that the terminal shows" in error(answer, 400)


def test_a_charset_that_decodes_nothing_is_refused(client: httpx2.Client) -> None:
    form = (
        b'--X\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n%b\r\n--X--\r\n' % PNG
    )
    kind = {"Content-Type": "multipart/form-data; boundary=X; charset=undefined"}
    assert "leave its charset out" in error(client.post("/v1/read", content=form, headers=kind), 422)


# -- what there is -------------------------------------------------------------------------------------


def test_without_a_reader_none_of_it_is_there() -> None:
    with serving() as address:
        for path in ("/read", "/openapi.json", "/v1/read"):
            assert httpx2.get(f"{address}{path}").status_code == 404


def test_the_page_is_there_and_no_page_that_loads_from_elsewhere(client: httpx2.Client) -> None:
    assert "<title>Read a picture – handlens</title>" in client.get("/read").text
    assert "data-teaching" not in client.get("/read").text
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
    assert 'href="/read"' in client.get("/").text


def test_openapi_describes_it_with_examples(client: httpx2.Client) -> None:
    told = client.get("/openapi.json").json()
    assert list(told["paths"]) == ["/v1/read"]
    post = told["paths"]["/v1/read"]["post"]
    assert post["requestBody"]["content"].keys() == {
        "image/*",
        "application/octet-stream",
        "multipart/form-data",
    }
    assert {parameter["name"] for parameter in post["parameters"]} == {"mode", "expect", "frames"}
    statuses = {"400", "401", "403", "408", "413", "415", "422", "500", "503"}
    assert post["responses"].keys() == {"200", *statuses}
    refusal = {"$ref": "#/components/schemas/Fault"}
    for status in statuses:
        assert post["responses"][status]["content"]["application/json"]["schema"] == refusal
        assert ("Retry-After" in post["responses"][status]["headers"]) == (status == "503")
    for answer in post["responses"].values():
        assert answer["headers"]["X-Request-ID"]["required"]
    for parameter in post["parameters"]:
        assert parameter["schema"]["type"] in ("string", "boolean"), "no address holds null"
    assert post["requestBody"]["content"]["multipart/form-data"]["schema"]["additionalProperties"] is False
    fields = told["components"]["schemas"]["Digit"]["properties"]
    assert fields["value"]["examples"] == ["7"]
    assert fields["box"]["items"] == {"type": "integer"}
    assert "HTTPValidationError" not in told["components"]["schemas"]


def test_an_ink_error_of_the_reader_is_its_own_sentence(client: httpx2.Client, reader: Knowing) -> None:
    def large(*_: Any) -> Reading:
        raise InkError("it has 90 megapixels; at most 60 are taken")

    reader.read = large  # type: ignore[method-assign]
    answer = client.post("/v1/read", content=PNG, headers=PNG_TYPE)
    assert error(answer, 422) == "it has 90 megapixels; at most 60 are taken"
