"""Processes that read: whatever a picture does to one, that picture is refused and the next one is read."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from filelock import FileLock, Timeout
from readings import png, written
from serving import serving
from starlette.exceptions import HTTPException

from handlens.errors import InkError, RecordingError
from handlens.page import sample
from handlens.reading.reader import Reader
from handlens.reading.worker import answer
from handlens.serve import workers as module
from handlens.serve.schemas import Wishes
from handlens.serve.workers import WORKER, WorkerFault, Workers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its limits and signals are POSIX's")

ODD = Path(__file__).parent / "odd_worker.py"
PNG = {"Content-Type": "image/png"}
PATIENCE = 30

Made = Callable[..., Workers]


@pytest.fixture
def needed(tmp_path: Path) -> Path:
    """Without this file no process starts."""
    path = tmp_path / "needed"
    path.touch()
    return path


@pytest.fixture
def made(tmp_path: Path, needed: Path) -> Iterator[Made]:
    """Makes processes that read oddly; one, unless more are asked for."""
    found: list[Workers] = []

    def make(count: int = 1, **wishes: Any) -> Workers:
        command = [sys.executable, str(ODD), str(tmp_path / "held"), str(needed)]
        found.append(Workers(command, count, **wishes))
        return found[-1]

    yield make
    for each in found:
        each.close()


def read(workers: Workers, image: bytes, **wishes: Any) -> list[str]:
    """Its process, how many readers that made, the mode and the pattern."""
    return workers.answer(image, Wishes(**wishes))["notes"]


def test_a_picture_is_read_as_it_is_asked(made: Made) -> None:
    workers = made()
    process, *others = read(workers, b"x", mode="row", expect="dd")
    assert others == ["1", "row", "dd"]
    assert read(workers, bytes(3_000_000)) == [process, "1", "None", "None"]
    assert workers.trouble() is None


@pytest.mark.parametrize(
    ("image", "error", "said"),
    [
        (b"ink", InkError, r"^this is no picture$"),
        (b"network", RecordingError, r"^the network is damaged$"),
        (b"fault 1234", WorkerFault, r"odd_worker.py.*ZeroDivisionError$"),
        (b"files", WorkerFault, r"OSError$"),
        (b"disk", WorkerFault, r"OSError$"),
    ],
)
def test_what_it_says_of_a_picture_is_told_and_it_goes_on(
    made: Made, image: bytes, error: type[Exception], said: str, tmp_path: Path
) -> None:
    workers = made()
    process = read(workers, b"x")[0]
    with pytest.raises(error, match=f"(?s){said}") as raised:
        read(workers, image)
    assert "1234" not in str(raised.value)
    assert [path.read_bytes() for path in tmp_path.glob("*.written")] in ([], [b""])
    assert read(workers, b"x")[0] == process


@pytest.mark.parametrize(
    ("image", "why", "said"),
    [
        (b"hang", "slow", "it takes longer than 1 s to read"),
        (b"crash", "crash", "reading it broke off"),
        (b"babble", "crash", "reading it broke off"),
        (b"allocate", "memory", "it takes more memory to read than there is for one picture"),
    ],
)
def test_what_ends_a_process_is_422_and_the_next_is_read(
    made: Made, image: bytes, why: str, said: str
) -> None:
    workers = made(seconds=1.0)
    with serving(reader=workers) as address, httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        first = client.post("/v1/read", content=b"x", headers=PNG).json()["notes"][0]
        bad = client.post("/v1/read", content=image, headers=PNG)
        assert (bad.status_code, list(bad.json())) == (422, ["error"])
        assert said in bad.json()["error"]
        after = client.post("/v1/read", content=b"x", headers=PNG)
        assert after.status_code == 200
        assert after.json()["notes"][0] != first
        assert f'handlens_worker_ends_total{{why="{why}"}} 1.0' in client.get("/metrics").text
        assert client.get("/v1/health/ready").status_code == 200


def test_a_fault_is_500_with_its_place_in_the_log(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    with serving(reader=made()) as address:
        answer = httpx2.post(f"{address}/v1/read", content=b"fault 1234", headers=PNG, timeout=PATIENCE)
    assert answer.status_code == 500
    assert "odd_worker.py" in caplog.text
    assert "1234" not in caplog.text


def test_memory_that_it_keeps_goes_back_with_it(made: Made) -> None:
    workers = made()
    process = read(workers, b"large")[0]
    assert read(workers, b"x")[0] != process


def test_its_end_lets_go_of_what_hangs(made: Made) -> None:
    workers, found = made(), []
    read(workers, b"x")

    def hang() -> None:
        with pytest.raises(InkError):
            read(workers, b"hang")
        found.append("ended")

    hanging = Thread(target=hang)
    hanging.start()
    workers.close()
    hanging.join(PATIENCE)
    assert found == ["ended"]


def test_what_is_taught_is_read_from_then_on(made: Made) -> None:
    workers = made()
    process = read(workers, b"x")[0]
    workers.teach()
    assert read(workers, b"x")[:2] == [process, "2"]
    assert read(workers, b"x")[:2] == [process, "2"]


def test_what_does_not_start_is_told_and_tried_again(
    made: Made, needed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed.unlink()
    workers = made()
    with serving(reader=workers) as address, httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        while (ready := client.get("/v1/health/ready")).json()["error"].endswith("are starting"):
            assert ready.status_code == 503
        assert ready.json()["error"] == "the processes that read don't start"
        assert client.get("/v1/health/live").status_code == 200
        monkeypatch.setattr(module, "START_SECONDS", 0.05)
        assert client.post("/v1/read", content=b"x", headers=PNG).status_code == 503
        needed.touch()
        monkeypatch.setattr(module, "START_SECONDS", PATIENCE)
        assert client.post("/v1/read", content=b"x", headers=PNG).status_code == 200
        assert client.get("/v1/health/ready").status_code == 200


def test_nobody_who_waits_is_kept_waiting(made: Made, needed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed.unlink()
    monkeypatch.setattr(module, "START_SECONDS", 0.05)
    with pytest.raises(HTTPException) as raised:
        read(made(), b"x")
    assert raised.value.status_code == 503


PARENT = """
import sys
from handlens.serve.schemas import Wishes
from handlens.serve.workers import Workers
workers = Workers([sys.executable, *sys.argv[1:]], 1)
print(workers.answer(b"x", Wishes())["notes"][0], flush=True)
workers.answer(b"hang", Wishes())
"""


def test_none_outlives_a_server_that_is_killed(tmp_path: Path, needed: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(ODD), str(tmp_path / "held"), str(needed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = parent.stdout.readline().strip()
        held = FileLock(tmp_path / f"held.{process}")
        for _ in range(1000):
            with pytest.raises(Timeout):
                held.acquire(timeout=0.01)
            if (tmp_path / "held.hangs").exists():
                break
        parent.send_signal(signal.SIGKILL)
        parent.wait(PATIENCE)
    held.acquire(timeout=2)  # the system lets its lock go when it ends
    held.release()


def test_the_real_one_reads_as_the_reader_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path))
    picture, _ = written()
    workers = Workers((*WORKER, str(sample.path())), 1)
    try:
        found = workers.answer(png(picture), Wishes(frames=True))
        with pytest.raises(InkError, match=r"^the picture is text"):
            workers.answer(b"no picture at all", Wishes())
    finally:
        workers.close()
    expected = answer(Reader(sample.path(), taught=True), png(picture), None, None, True)
    assert len(found["digits"]) > 0
    assert found == json.loads(json.dumps(expected))


@pytest.mark.slow
def test_the_command_serves_and_ends_when_told(tmp_path: Path) -> None:
    code = "import sys; from handlens.cli import main; sys.exit(main(sys.argv[1:]))"
    typed = ["serve", "--net", str(sample.path()), "--no-browser", "--port", "0", "--log"]
    environment = {**os.environ, "HANDLENS_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *typed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[0].removesuffix("/read")
        content = png(written()[0])
        told = httpx2.post(f"{address}/v1/read", content=content, headers=PNG, timeout=60)
        assert told.status_code == 200
        assert httpx2.post(f"{address}/v1/teach", json={}).status_code == 404
        server.send_signal(signal.SIGTERM)
        _, lines = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert [json.loads(line)["status"] for line in lines.splitlines()] == [200, 404]
