"""Hostile pictures sent to `handlens serve`: each is read or refused, none is a fault, and memory comes back.

`make slow` sends all of them, the fast tests one in forty. How long the slowest took is told and not judged:
two seconds are promised on an idle machine.
"""

import sys
from collections.abc import Iterator
from time import perf_counter

import httpx2
import pytest
from PIL import Image
from trust.crafted import saved, seven
from trust.hostile import pictures

from handlens.bench.load_server import HOST, Serving, resident, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a reader's limits are POSIX's")

PATIENCE = 120.0
"""A picture is given ten seconds, then its reader is ended; another takes a while to start."""
MOST_GROWTH = 200.0  # megabytes
SEVEN = saved(Image.fromarray(seven()), "PNG")


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as server:
        yield server


def check(server: Serving, names: list[str]) -> str:
    """Send them; every promise, of each of them. Which took longest."""
    statuses: dict[str, int] = {}
    seconds: dict[str, float] = {}
    with httpx2.Client(base_url=f"http://{HOST}:{server.port}", timeout=PATIENCE) as client:

        def status(content: bytes) -> int:
            kind = {"Content-Type": "application/octet-stream"}
            return client.post("/v1/read", content=content, headers=kind).status_code

        assert status(SEVEN) == 200
        begun = resident(server.process)
        for name in names:
            content = pictures()[name]()
            before = perf_counter()
            statuses[name] = status(content)
            seconds[name] = perf_counter() - before
        assert {name: status for name, status in statuses.items() if status not in (200, 413, 422)} == {}
        assert {200, 422} <= {*statuses.values()}
        assert status(SEVEN) == 200
        assert resident(server.process) - begun < MOST_GROWTH
    worst = max(seconds, key=seconds.__getitem__)
    return f"the slowest of {len(names)}: {worst}, {seconds[worst]:.2f} s"


def test_one_in_forty(server: Serving) -> None:
    check(server, list(pictures())[7::40])


@pytest.mark.slow
def test_all_of_them(server: Serving, capsys: pytest.CaptureFixture[str]) -> None:
    slowest = check(server, list(pictures()))
    with capsys.disabled():
        sys.stdout.write(f" {slowest} ")
