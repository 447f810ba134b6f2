"""GET /metrics: the figures are those of what was asked, and nobody can make many of them."""

import random
import string
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from readings import Knowing, png, written
from serving import recorded, serving

from handlens.serve import accounts

PICTURE, READING = written()
PNG = png(PICTURE)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.Client]:
    with (
        serving(recorded(tmp_path / "run"), reader=Knowing(READING)) as address,
        httpx2.Client(base_url=address, timeout=20) as client,
    ):
        yield client


def figures(client: httpx2.Client) -> dict[tuple[str, ...], float]:
    """Each sample's value by its name and its labels' values."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_was_asked_is_counted(client: httpx2.Client) -> None:
    sent = 0
    for _ in range(3):
        answer = client.post("/v1/read", content=PNG, headers={"Content-Type": "image/png"})
        sent += len(answer.content)
    client.post("/v1/read", content=PNG, headers={"Content-Type": "text/plain"})
    client.get("/runs/other/run.json")
    found = figures(client)
    assert found["handlens_requests_total", "POST", "/v1/read", "200"] == 3
    assert found["handlens_requests_total", "POST", "/v1/read", "415"] == 1
    assert found["handlens_requests_total", "GET", "/runs/{run}/{key:path}", "404"] == 1
    assert found["handlens_request_seconds_count", "/v1/read"] == 4
    assert found["handlens_reading_seconds_count",] == 3
    assert 0 < found["handlens_reading_seconds_sum",] <= found["handlens_request_seconds_sum", "/v1/read"]
    assert found["handlens_bytes_total", "received"] == 3 * len(PNG)
    assert found["handlens_bytes_total", "sent"] > sent
    assert found["handlens_reading_places_taken",] == 0
    assert found["handlens_connections",] == 1
    assert found["handlens_listeners",] == 0
    assert figures(client)["handlens_requests_total", "GET", "/metrics", "200"] == 1


def test_nobody_can_make_many_of_them(client: httpx2.Client) -> None:
    def everything() -> int:
        return len(figures(client))

    for method in ("GET", "POST", "PUT", "BREW"):
        for path in ("/", "/nothing", "/runs/x/y", "/static/x", "/v1/read"):
            client.request(method, path, content=b"")
    everything()
    before = everything()
    chance = random.Random(0)
    for _ in range(300):
        word = "".join(chance.choices(string.ascii_letters + "/.", k=12))
        start = chance.choice(("/", "/runs/", "/static/", "/v1/", "/runs/run/", "/?token="))
        method = chance.choice(("GET", "POST", "PUT", "".join(chance.choices(string.ascii_uppercase, k=5))))
        client.request(method, start + word, content=b"")
    assert everything() == before


def test_a_server_has_its_own_figures(client: httpx2.Client) -> None:
    client.get("/runs.json")
    with serving() as address, httpx2.Client(base_url=address) as other:
        assert ("handlens_requests_total", "GET", "/runs.json", "200") not in figures(other)
        assert ("handlens_reading_places_taken",) not in figures(other), "nothing is read there"
    assert accounts.ELSEWHERE == "elsewhere"
