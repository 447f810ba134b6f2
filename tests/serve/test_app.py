"""What a real server answers: the page, its files, the recordings that it was given, and nothing else."""

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run as start

import httpx2
import pytest
from safetensors.numpy import load as tensors
from serving import recorded, serving
from small import drawn

from handlens.page import shell
from handlens.recording import load
from handlens.serve.files import TYPES
from handlens.serve.shelf import Shelf

STATIC = Path(str(shell.STATIC))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of two recordings, the second of them damaged."""
    folder = tmp_path_factory.mktemp("serve")
    whole, damaged = recorded(folder / "a run"), recorded(folder / "damaged")
    frame = folder / "damaged" / "frames" / "00000001.safetensors"
    frame.write_bytes(frame.read_bytes()[:-1] + b"\x01")
    with serving(whole, damaged) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address) as client:
        yield client


def raw(address: str, target: str) -> bytes:
    """The answer to a request whose target no client has tidied up."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


# -- the page ------------------------------------------------------------------------------------------


def test_the_page_is_the_shells(client: httpx2.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == shell.served().html


@pytest.mark.parametrize("path", ["/", "/runs.json", "/nothing", "/static/styles/base.css", "/runs/a-run/x"])
def test_every_answer_tells_the_browser_what_to_refuse(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == f"{shell.served().policy}; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control")]
    assert "server" not in headers


def test_the_policy_names_no_other_origin() -> None:
    words = {word for rule in shell.served().policy.split(";") for word in rule.split()[1:]}
    assert {word for word in words if not word.startswith("'")} <= {"data:", "blob:"}
    assert not words & {"'unsafe-inline'", "'unsafe-eval'"}


def test_every_file_of_the_page_has_its_type_and_comes_as_it_is(client: httpx2.Client) -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= TYPES.keys()
    for path in files:
        answer = client.get(f"/static/{path.relative_to(STATIC).as_posix()}")
        assert answer.headers["content-type"] == TYPES[path.suffix]
        assert answer.content == path.read_bytes()


def test_a_script_is_javascript_whatever_the_system_thinks(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: ("text/plain", None))
    assert client.get("/static/errors.js").headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/static/errors.js"])
def test_a_browser_asks_each_time_and_gets_only_what_is_new(client: httpx2.Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"another"'}).content == first.content


# -- recordings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/static/errors.js", "/runs.json"])
def test_a_look_without_the_content_tells_of_it(client: httpx2.Client, path: str) -> None:
    answer = client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == client.get(path).headers["content-type"]


def test_the_recordings_are_listed(client: httpx2.Client) -> None:
    answer = client.get("/runs.json")
    assert answer.headers["cache-control"] == "no-store"
    interrupted = {"status": "interrupted", "accuracy": 0.9, "broken": False}
    assert answer.json() == [
        {"id": "a-run", "name": "a run", **interrupted},
        {"id": "damaged", "name": "damaged", **interrupted},
    ]


def test_a_recordings_parts_are_its_resources(client: httpx2.Client) -> None:
    about = client.get("/runs/a-run/run.json")
    assert about.headers["content-type"] == "application/json"
    assert about.json()["frames"] == [0, 1, 2]
    frame = client.get("/runs/a-run/frames/2.safetensors")
    assert frame.headers["content-type"] == "application/octet-stream"
    expected, found = drawn(2), tensors(frame.content)
    assert all((found[name] == expected[name]).all() for name in expected)


def test_a_damaged_frame_is_said_and_the_others_are_there(client: httpx2.Client) -> None:
    answer = client.get("/runs/damaged/frames/1.safetensors")
    assert answer.status_code == 422
    assert "00000001.safetensors" in answer.json()["error"]
    assert client.get("/runs/damaged/frames/2.safetensors").status_code == 200


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/runs/other/run.json", "no recording 'other' here"),
        ("/runs/other/events", "no recording 'other' here"),
        ("/runs/a-run/frames/7.safetensors", "no resource 'frames/7.safetensors'"),
        ("/runs/a-run/recording.json", "no resource 'recording.json'"),
        ("/runs/a-run/../damaged/run.json", "no resource|Not Found"),
        ("/static/nothing.js", "the page has no file 'nothing.js'"),
        ("/docs", "Not Found"),
        ("/redoc", "Not Found"),
        ("/openapi.json", "Not Found"),
        ("/static", "Not Found"),
        ("/runs", "Not Found"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(address: str, path: str, sentence: str) -> None:
    head, _, body = raw(address, path).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(json.loads(body)["error"])


@pytest.mark.parametrize(
    "path",
    [
        "/static/../shell.py",
        "/static/../../page/shell.py",
        "/static/%2e%2e/shell.py",
        "/static/..%2fshell.py",
        "/static/..%5cshell.py",
        "/static/app/../../shell.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        f"/static/{STATIC / 'errors.js'}",
        "/static/errors.js%00.css",
        "/static/./errors.js",
        "/runs/a-run/..%2f..%2fa%20run%2frecording.json",
        "/runs/a%20run/run.json",
        "/runs/..%2fdamaged/run.json",
    ],
)
def test_no_address_leads_out_of_what_is_listed(address: str, path: str) -> None:
    answer = raw(address, path)
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert len(answer) < 1500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/runs.json", "/runs/a-run/run.json"])
def test_nothing_can_be_changed(client: httpx2.Client, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 405


# -- who may ask ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "127.0.0.1.example.org",
        "localhost.example.org:80",
        "10.0.0.1",
        "localhost:1:2",
        "[::1",
        "",
    ],
)
def test_a_foreign_name_is_refused(client: httpx2.Client, host: str) -> None:
    for path in ("/", "/runs.json", "/static/errors.js", "/runs/a-run/run.json"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert len(answer.content) < 100


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]:8765"])
def test_this_computers_names_are_answered(client: httpx2.Client, host: str) -> None:
    assert client.get("/runs.json", headers={"Host": host}).status_code == 200


# -- the shelf -----------------------------------------------------------------------------------------


def test_ids_are_fit_for_addresses_and_told_apart(tmp_path: Path) -> None:
    names = ["one", "one", "one", "Übung 1", "..hidden", "[]", "a.b_c-d"]
    folders = [tmp_path / str(place) / name for place, name in enumerate(names)]
    for folder in folders:
        folder.parent.mkdir()
    shelf = Shelf()
    found = [shelf.add(recorded(folder)) for folder in folders]
    assert found == ["one", "one-2", "one-3", "bung-1", "hidden", "recording", "a.b_c-d"]


def test_a_folder_stands_on_the_shelf_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf([recorded(tmp_path / "run")])
    monkeypatch.chdir(tmp_path)
    assert shelf.add(load("run")) == "run"
    assert len(shelf.cards()) == 1


def test_the_folder_one_stands_in_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(tmp_path / "run")
    monkeypatch.chdir(tmp_path / "run")
    (card,) = Shelf([load(".")]).cards()
    assert (card["id"], card["name"]) == ("run", "run")


# -- what it loads -------------------------------------------------------------------------------------


def test_serving_every_resource_loads_no_torch(tmp_path: Path) -> None:
    recorded(tmp_path / "run")
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import httpx2
from handlens.recording import load
from handlens.page.resources import Resources
from handlens.reporting.rooms import Recorded
from serving import serving
run = load({str(tmp_path / "run")!r})
with serving(run) as address:
    for key in Resources(run, rooms=Recorded(run)).keys():
        assert httpx2.get(f"{{address}}/runs/run/{{key}}").status_code == 200
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"torch", "matplotlib", "scipy", "av"}}))
"""
    done = start([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("[]\n", "")
