"""POST /v1/teach: a frame of a reading goes to the teacher, whose reader reads from then on."""

import base64
from collections.abc import Iterator

import httpx2
import numpy as np
import pytest
from readings import Knowing, png, written
from serving import serving

from handlens.errors import InkError
from handlens.reading.result import Reading
from handlens.reading.taught import Account
from handlens.serve.api import Reads
from handlens.teach import Correction
from handlens.teach.teacher import Lesson

PICTURE, READING = written()
PNG = png(PICTURE)
BLANK = Reading((), (), (1, 1), "page")


class School:
    """Takes every correction but of a letter; whoever learnt reads nothing any more."""

    def __init__(self) -> None:
        self.taught: list[Correction] = []

    def __call__(self, correction: Correction) -> tuple[Lesson, Reads]:
        if correction.label == "x":
            raise InkError("the label 'x' is none of this network's classes: 0, 1")
        self.taught.append(correction)
        account = Account("sha", len(self.taught), 1, (0.9942, 0.994), (0.995, 0.9951))
        read = tuple((each, each is not correction or len(self.taught) == 1) for each in self.taught)
        return Lesson(account, read), Knowing(BLANK)


@pytest.fixture
def school() -> School:
    return School()


@pytest.fixture
def client(school: School) -> Iterator[httpx2.Client]:
    with (
        serving(reader=Knowing(READING), teaches=school) as address,
        httpx2.Client(base_url=address, timeout=20) as client,
    ):
        yield client


def frame(client: httpx2.Client) -> str:
    headers = {"Content-Type": "image/png"}
    reading = client.post("/v1/read?frames=true", content=PNG, headers=headers).json()
    return str(reading["digits"][2]["frame"])


def test_a_frame_of_a_reading_is_learnt_and_reads_from_then_on(client: httpx2.Client, school: School) -> None:
    given = {"frame": frame(client), "label": "9"}
    answer = client.post("/v1/teach", json=given)
    assert answer.json() == {
        "read": True,
        "corrections": 1,
        "learned": 1,
        "validation": [0.9942, 0.994],
        "test": [0.995, 0.9951],
    }
    (taught,) = school.taught
    assert (taught.label, taught.source) == ("9", "the reading page")
    expected = np.rint(READING.digits[2].pixels * 255)
    np.testing.assert_array_equal(taught.frame, expected)
    after = client.post("/v1/read", content=PNG, headers={"Content-Type": "image/png"})
    assert after.json()["text"] == ""


def test_what_is_kept_and_not_learnt_is_said(client: httpx2.Client) -> None:
    first, second = (base64.b64encode(bytes([gray]) * 784).decode() for gray in (1, 2))
    assert client.post("/v1/teach", json={"frame": first, "label": "1"}).json()["read"]
    assert not client.post("/v1/teach", json={"frame": second, "label": "2"}).json()["read"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"frame": "", "label": "1"}, "frame: expected base64 of 784 bytes"),
        ({"frame": "!" * 1048, "label": "1"}, "frame: expected base64 of 784 bytes"),
        ({"frame": "A" * 1044, "label": "1"}, "frame: expected base64 of 784 bytes"),
        ({"frame": "é" * 1048, "label": "1"}, "frame: expected base64 of 784 bytes"),
        ({"frame": "A" * 2000, "label": "1"}, "frame is 'AAAA"),
        ({"label": "1"}, "frame is missing"),
        ({"frame": "", "label": "1", "to": "7"}, "there is no parameter 'to'; there are frame, label"),
        ({"frame": base64.b64encode(bytes(784)).decode(), "label": "x"}, "the label 'x' is none of"),
        ([], "expected a JSON object, with Content-Type: application/json"),
    ],
)
def test_what_is_no_correction_is_422(client: httpx2.Client, school: School, body: object, said: str) -> None:
    answer = client.post("/v1/teach", json=body)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["error"]
    assert school.taught == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b'{"frame": ', "application/json", 422, "the body is no JSON"),
        (b"", "application/json", 422, "body is missing"),
        (b'{"label": "1"}', "text/plain", 422, "expected a JSON object, with Content-Type: application/json"),
        (b'{"label": "\xff"}', "application/json", 400, "There was an error parsing the body"),
        (b"[" * 60_000, "application/json", 400, "There was an error parsing the body"),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    client: httpx2.Client, school: School, body: bytes, kind: str, status: int, said: str
) -> None:
    answer = client.post("/v1/teach", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (status, {"error": said})
    assert school.taught == []


def test_pages_of_other_origins_are_refused(client: httpx2.Client, school: School) -> None:
    body = {"frame": base64.b64encode(bytes(784)).decode(), "label": "1"}
    answer = client.post("/v1/teach", json=body, headers={"Origin": "http://example.org"})
    assert answer.status_code == 403
    assert school.taught == []


def test_it_is_told_in_openapi_and_is_not_there_where_nothing_is_taught(client: httpx2.Client) -> None:
    assert "/v1/teach" in client.get("/openapi.json").json()["paths"]
    with serving(reader=Knowing(READING)) as address:
        assert httpx2.post(f"{address}/v1/teach", json={}).status_code == 404
