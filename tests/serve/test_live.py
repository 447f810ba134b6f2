"""Trainings that the page orders: started, told, ended with the server, and refused to everybody else."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
from serving import recorded, serving
from small import drawn, header, record_steps, state
from starlette.exceptions import HTTPException

from handlens import data, nets
from handlens.errors import HandlensError
from handlens.module import Network
from handlens.recipes import known, recipe
from handlens.recording import Writer, load
from handlens.recording.folder import frame_path
from handlens.recording.schema import ChangeLine, Origin
from handlens.serve import create, live, orders
from handlens.serve.live import Live

HELPER = Path(__file__).parents[1] / "learning.py"
LEARNER = (sys.executable, str(HELPER))
NEVER = (sys.executable, "-c", "raise SystemExit('started')")
PATIENCE = 120


# -- the processes -------------------------------------------------------------------------------------


@pytest.fixture
def trainings(tmp_path: Path) -> Iterator[Live]:
    """Trainings of the stand-in, below a folder of their own."""
    trainings = Live(tmp_path, command=LEARNER)
    yield trainings
    trainings.close()


def values(**fields: Any) -> dict[str, Any]:
    return recipe(**fields).model_dump(mode="json")


def over(trainings: Live, folder: Path, patience: float = PATIENCE) -> bool:
    """Whether a training's process ends."""
    return trainings._children[folder].over.wait(patience)


def test_a_training_begins_is_told_and_ends(tmp_path: Path, trainings: Live) -> None:
    heard: list[dict[str, Any]] = []
    changed, ended = Event(), Event()

    def listener(said: dict[str, Any]) -> None:
        heard.append(said)
        if "changed" in said:
            changed.set()
        if "ended" in said:
            ended.set()

    folder = trainings.start("default", recipe=values(), listener=listener)
    assert folder == tmp_path / "runs" / "default-001"
    assert load(folder).status == "running"
    assert trainings.running() == {folder: (False, 9)}
    trainings.tell(folder, "pause")
    assert changed.wait(PATIENCE)
    assert trainings.running() == {folder: (True, 9)}
    with pytest.raises(HTTPException, match="default-001: is being trained already"):
        trainings.start("default", out=folder)
    trainings.tell(folder, "stop")
    assert ended.wait(PATIENCE)
    assert trainings.running() == {}  # also before its process has ended
    assert over(trainings, folder)
    assert heard == [
        {"began": {"folder": str(folder), "step": 1, "total": 9}},
        {"changed": {"step": 1, "field": "pause", "value": True}},
        {"ended": {"status": "interrupted", "step": 1}},
    ]
    with pytest.raises(HTTPException, match="default-001: no training of this page runs there"):
        trainings.tell(folder, "pause")
    assert trainings.start("default", out=folder) == folder  # resumed
    assert trainings.start("default", recipe=values()) == tmp_path / "runs" / "default-002"
    with pytest.raises(
        HTTPException, match="2 trainings run already: default-001 and default-002; stop one, or wait"
    ):
        trainings.start("default", recipe=values())
    trainings.close()
    assert trainings.running() == {}
    assert load(folder).status == "interrupted"
    with pytest.raises(HTTPException, match="the server is ending"):
        trainings.start("default", recipe=values())


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        (13, "^device 'cuda:13' isn't usable here$"),
        (14, "^the training's process ended by itself: it gave no reason$"),
        (15, "^the training's process ended by itself: fell over$"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_why_a_training_cannot_begin_is_said(seed: int, why: str, trainings: Live) -> None:
    with pytest.raises(HandlensError, match=why):
        trainings.start("default", recipe=values(seed=seed))
    assert trainings.running() == {}


def test_a_training_that_does_not_end_is_ended(trainings: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSING_SECONDS", 0.1)
    monkeypatch.setattr(live, "ENDING_SECONDS", 0.1)
    folder = trainings.start("default", recipe=values(seed=16))
    trainings.close()
    assert over(trainings, folder, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_ctrl_c_in_the_terminal_is_not_the_trainings(trainings: Live) -> None:
    folder = trainings.start("default", recipe=values())
    (child,) = trainings._children.values()
    assert os.getpgid(child._process.pid) != os.getpgid(0)
    trainings.tell(folder, "stop")


def test_it_looks_for_torch_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.missing() is None
    monkeypatch.setattr(live, "find_spec", lambda name: None)
    why = live.missing()
    assert why is not None
    assert why.startswith("training needs torch, which isn't installed. Type: pip install torch==")


def test_the_real_learner_is_what_is_started(tmp_path: Path) -> None:
    trainings = Live(tmp_path)
    try:
        quick = values(epochs=1, limit=100, threads=1, watch_first=10)
        folder = trainings.start("default", recipe=quick)
        assert over(trainings, folder)
    finally:
        trainings.close()
    assert load(folder).status == "finished"


# -- what is answered ----------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A page beside an interrupted recording; no training can begin."""
    with (
        serving(recorded(tmp_path / "first"), live=Live(tmp_path, command=NEVER)) as address,
        httpx2.Client(base_url=address, timeout=PATIENCE) as client,
    ):
        yield client


def test_a_page_trains_changes_stops_and_resumes(tmp_path: Path) -> None:
    with (
        serving(recorded(tmp_path / "first"), live=Live(tmp_path, command=LEARNER)) as address,
        httpx2.Client(base_url=address, timeout=PATIENCE) as client,
    ):
        answer = client.post("/live", json={"recipe": {"preset": "lab", "epochs": 2}})
        assert (answer.status_code, answer.json()) == (201, {"run": "lab-001"})
        assert load(tmp_path / "runs" / "lab-001").header.recipe == recipe("lab", epochs=2)
        assert client.get("/live.json").json()["running"] == [{"run": "lab-001", "paused": False, "total": 9}]
        assert [card["id"] for card in client.get("/runs.json").json()] == ["first", "lab-001"]
        assert client.get("/runs/lab-001/run.json").json()["status"] == "running"
        for wish in ({"do": "change", "value": 0.02}, {"do": "pause"}, {"do": "go on"}, {"do": "stop"}):
            answer = client.post("/live/lab-001", json=wish)
            assert (answer.status_code, answer.json()) == (200, {"run": "lab-001"})
        while client.get("/live.json").json()["running"]:
            pass
        run = load(tmp_path / "runs" / "lab-001")
        (card,) = [card for card in client.get("/runs.json").json() if card["id"] == "lab-001"]
        assert card["status"] == run.status == "interrupted"
        assert [(line.field, line.value) for line in run.changes] == [
            ("lr", 0.02),
            ("pause", True),
            ("pause", False),
        ]
        answer = client.post("/live/lab-001", json={"do": "resume"})
        assert (answer.status_code, answer.json()) == (200, {"run": "lab-001"})
        answer = client.post("/live/lab-001", json={"do": "resume"})
        assert answer.status_code == 409
        assert answer.json() == {"error": "lab-001: is running; only what was interrupted goes on"}
    assert load(tmp_path / "runs" / "lab-001").status == "interrupted"  # the server has ended


def test_the_form_is_told_what_it_may_ask_for(client: httpx2.Client) -> None:
    answer = client.get("/live.json")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["there"], told["why"], told["running"], told["most"]) == (True, None, [], 2)
    assert told["recipes"] == {name: json.loads(each.model_dump_json()) for name, each in known().items()}
    assert told["digits"]["mnist"] == data.load("mnist").counts
    assert "changes" not in told["fields"]
    about = {
        name: {key: value for key, value in told["fields"][name].items() if key != "about"}
        for name in ("epochs", "widths", "lr", "momentum", "limit", "optimiser", "data", "name", "betas")
    }
    whole = {"optional": False}
    assert about == {
        "epochs": whole | {"type": "integer", "min": 1, "max": 200},
        "widths": whole | {"type": "integers", "min": 1, "max": 256},
        "lr": whole | {"type": "number", "above": 0, "max": 1e6},
        "momentum": whole | {"type": "number", "min": 0, "below": 1},
        "limit": {"optional": True, "type": "integer", "min": 1, "max": 10**9},
        "optimiser": whole | {"type": "choice", "choices": ["sgd", "adam", "adamw"]},
        "data": whole | {"type": "choice", "choices": list(data.names())},
        "name": whole | {"type": "text"},
        "betas": whole | {"type": "numbers", "min": 0, "below": 1},
    }  # fmt: skip
    assert told["fields"]["batch"]["about"] == "Digits a step: the lab's choice; 550 steps an epoch."


def test_without_torch_the_line_to_type_is_told(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "missing", lambda: "type this")
    told = client.get("/live.json").json()
    assert (told["there"], told["why"]) == (False, "type this")
    for path, body in (("/live", {}), ("/live/first", {"do": "resume"})):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()) == (409, {"error": "type this"})


def test_by_default_nothing_of_it_is_there() -> None:
    with serving() as address:
        assert httpx2.get(f"{address}/live.json").status_code == 404
        assert httpx2.post(f"{address}/live", json={}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"recipe": {"preset": "lap"}}, 422, "no recipe 'lap'; there are lab"),
        ({"recipe": {"preset": 3}}, 422, "recipe.preset: expected a recipe's name"),
        ({"recipe": {"epoch": 3}}, 422, "a recipe has no field 'epoch'; did you mean 'epochs'?"),
        ({"recipe": {"self": 3}}, 422, "a recipe has no field 'self'"),
        ({"recipe": {"lr": -1}}, 422, "recipe, lr: Input should be greater than 0 (got -1)"),
        ({"recipe": {"epochs": 201}}, 422, "recipe, epochs: at most 200 from the page (got 201)"),
        ({"recipe": {"widths": [3, 257]}}, 422, "recipe, widths: at most 256 from the page (got (3, 257))"),
        ({"recipe": {"batch": 1001}}, 422, "recipe, batch: at most 1,000 from the page (got 1001)"),
        ({"recipe": {"threads": 1024}}, 422, "recipe, threads: at most"),
        (
            {"recipe": {"data": "/etc"}},
            422,
            f"recipe, data: expected one of {', '.join(data.names())} (got '/etc')",
        ),
        ({"from": {"run": "other"}}, 404, "no recording 'other' here; /runs.json lists those that are"),
        ({"again": {"run": "../first"}}, 404, "no recording '../first' here"),
        ({"again": {"run": "first"}}, 422, "first: recorded somebody's own loop, and has no recipe to go by"),
        ({"from": {"run": "first"}}, 422, "first: recorded somebody's own loop, and has no recipe to go by"),
        (
            {"again": {"run": "first"}, "recipe": {"preset": "lab"}},
            422,
            "again goes by the recording's own recipe: leave preset out",
        ),
        ({"from": {"run": "first"}, "again": {"run": "first"}}, 422, "give either from or again"),
        ({"from": {"run": "first", "step": -1}}, 422, "from.step: Input should be greater than or"),
        ({"out": "/tmp/x"}, 422, "there is no 'out' in it; there are recipe, from, again"),
        ({"recipe": {"out": "/tmp/x"}}, 422, "a recipe has no field 'out'"),
        ([], 422, "Input should be an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused(
    client: httpx2.Client, tmp_path: Path, body: Any, status: int, said: str
) -> None:
    for path in ("/live", "/plan"):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["error"][: len(said)]) == (status, said)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("net", ["tutorial", "fast"])
def test_a_plan_says_how_large_a_training_would_be(client: httpx2.Client, tmp_path: Path, net: str) -> None:
    fields = {"net": net, "widths": [5, 3], "kernel": 3, "limit": 1234, "batch": 100, "epochs": 7}
    planned = client.post("/plan", json={"recipe": fields}).json()
    torchs = sum(tensor.numel() for tensor in Network(nets.build(net, (5, 3), 3)).parameters())
    assert planned == {"parameters": torchs, "updates": 7 * 13, "digits": 1234}
    whole = client.post("/plan", json={"recipe": {"preset": "lab"}}).json()
    assert whole == {"parameters": 28_938, "updates": 6_000, "digits": 60_000}
    assert not (tmp_path / "runs").exists()
    answer = client.post("/plan", json={"recipe": {"net": "fast", "blocks": 3}})
    assert (answer.status_code, answer.json()["error"][:8]) == (422, "3 blocks")


def test_a_training_may_not_look_at_too_many_digits(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MOST_SEEN", 1_000_000)
    answer = client.post("/live", json={"recipe": {"epochs": 20, "limit": 50_001}})
    assert answer.status_code == 422
    assert (
        answer.json()["error"]
        == "recipe, epochs: 20 look at 1,000,020 digits; at most 1,000,000 from the page"
    )


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"do": "pause"}, 409, "first: no training of this page runs there"),
        ({"do": "change"}, 422, "value: the learning rate to change to is missing"),
        ({"do": "dance"}, 422, "do: Input should be 'pause', 'go on', 'stop', 'resume' or 'change'"),
        ({"do": "pause", "for": 3}, 422, "there is no 'for' in it; there are do, value"),
        ({}, 422, "do: Field required"),
    ],
)
def test_what_cannot_be_wished_is_refused(client: httpx2.Client, body: Any, status: int, said: str) -> None:
    answer = client.post("/live/first", json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": said})
    assert client.post("/live/other", json=body).status_code in (404, 422)


@pytest.mark.parametrize("path", ["/live", "/plan", "/live/first"])
@pytest.mark.parametrize(
    ("headers", "content", "status", "said"),
    [
        ({"Origin": "http://example.org"}, b"{}", 403, "it came from elsewhere"),
        ({"Origin": "null"}, b"{}", 403, "it came from elsewhere"),
        ({"Origin": "http://127.0.0.1:1"}, b"{}", 403, "it came from elsewhere"),
        ({"Sec-Fetch-Site": "same-site"}, b"{}", 403, "it came from elsewhere"),
        ({"Host": "example.org"}, b"{}", 400, "nothing here has that name"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "the body's type is text/plain; send application/json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"{}", 415, "send application/json"),
        ({"Content-Type": ""}, b"{}", 415, "the body's type is not told"),
        ({}, b"{", 422, "Invalid JSON"),
        ({}, b"\xff", 422, "Invalid JSON"),
        ({}, b"[" * 60_000, 422, "Invalid JSON"),
        ({}, b" " * 65_537, 413, "the body is longer than 64 KiB"),
    ],
)
def test_what_a_foreign_page_could_send_is_refused(
    client: httpx2.Client,
    tmp_path: Path,
    path: str,
    headers: dict[str, str],
    content: bytes,
    status: int,
    said: str,
) -> None:
    log = (tmp_path / "first" / "metrics.jsonl").read_bytes()
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"} | headers)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]
    assert not (tmp_path / "runs").exists()
    assert (tmp_path / "first" / "metrics.jsonl").read_bytes() == log


def test_other_computers_are_refused(tmp_path: Path) -> None:
    app = create(live=Live(tmp_path, command=NEVER))

    async def ask(method: str, path: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app, client=("192.168.1.7", 50000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as session:
            return await session.request(method, path, json={})

    for method, path in (
        ("GET", "/live.json"),
        ("POST", "/live"),
        ("POST", "/plan"),
        ("POST", "/live/first"),
    ):
        answer = asyncio.run(ask(method, path))
        assert answer.status_code == 403
        assert "from the computer that serves this page" in answer.json()["error"]


# -- recordings to begin from --------------------------------------------------------------------------


def test_again_and_from_go_by_the_recordings_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small: dict[str, Any] = {"widths": (2, 3), "kernel": 3}  # the network that is recorded
    own = recipe("lab", seed=5, **small, changes=[{"step": 1, "value": 0.5}, {"step": 9, "value": 0.6}])
    origin = Origin(recording="zero", step=7, sha256="0" * 64)
    for name, fields in (("plain", {}), ("branched", {"origin": origin})):
        writer = Writer.create(tmp_path / name, header(recipe=own, **fields), drawn(0), state(0), None)
        record_steps(writer, range(1, 3))
        lines = [ChangeLine(step=1, field="lr", value=value) for value in (0.5, 0.4)]
        writer.log(*lines, ChangeLine(step=2, field="pause", value=True))
        writer.release()
    started: list[dict[str, Any]] = []

    def start(trainings: Live, name: str, **order: Any) -> Path:
        started.append({"name": name, **order})
        return tmp_path / "plain"

    monkeypatch.setattr(Live, "start", start)
    plain, branched = tmp_path / "plain", tmp_path / "branched"
    changes = [(1, 0.5), (1, 0.4), (9, 0.6)]
    cases = [
        ({"again": {"run": "plain"}}, own, changes, None),
        ({"again": {"run": "plain", "changes": False}, "recipe": {"lr": 2}}, own.but(lr=2), [], None),
        ({"again": {"run": "branched"}}, own, changes, {"folder": str(branched), "step": 0}),
        ({"from": {"run": "plain", "step": 300}}, own, [], {"folder": str(plain), "step": 2}),
        (
            {"from": {"run": "plain"}, "recipe": {"preset": "default", "seed": 3, **small}},
            recipe(seed=3, **small),
            [],
            {"folder": str(plain), "step": 2},
        ),
    ]  # fmt: skip
    with serving(load(plain), load(branched), live=Live(tmp_path)) as address:
        for body, expected, planned, branch in cases:
            assert httpx2.post(f"{address}/live", json=body, timeout=PATIENCE).json() == {"run": "plain"}
            order = started.pop()
            chosen = recipe(order["recipe"]["name"]).but(**order["recipe"])
            assert chosen.but(changes=()) == expected.but(changes=())
            assert [(change.step, change.value) for change in chosen.changes] == planned
            assert order["branch"] == branch
            assert order["name"] == expected.name


def test_a_frame_that_a_training_cannot_begin_with_is_refused_by_a_plan_too(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"widths": (2, 3), "kernel": 3}
    writer = Writer.create(
        tmp_path / "first", header(recipe=recipe("lab", **fields)), drawn(0), state(0), None
    )
    record_steps(writer, range(1, 3))
    writer.release()
    frame_path(tmp_path / "first", 1).unlink()
    cases = [
        ({"from": {"run": "first", "step": 2}, "recipe": {"widths": [2, 4]}}, "first: another network than"),
        ({"from": {"run": "first", "step": 1}}, "first/frames/"),
    ]
    with serving(load(tmp_path / "first"), live=Live(tmp_path, command=NEVER)) as address:
        assert httpx2.post(f"{address}/plan", json={"from": {"run": "first", "step": 2}}).status_code == 200
        for body, said in cases:
            answers = [
                httpx2.post(f"{address}{path}", json=body, timeout=PATIENCE) for path in ("/plan", "/live")
            ]
            told = [(answer.status_code < 500, answer.json()["error"]) for answer in answers]
            assert told[0] == told[1]
            assert told[0][1].startswith(said)
            assert str(tmp_path) not in told[0][1]
            assert "--" not in told[0][1]


def test_a_training_that_never_begins_is_ended(tmp_path: Path) -> None:
    waiting = (sys.executable, "-c", "import signal; signal.pause()")
    trainings = Live(tmp_path, command=waiting, patience=0.2)
    with pytest.raises(HandlensError, match=r"default-001: the training didn't begin within 0\.2 seconds"):
        trainings.start("default", recipe=values())
    assert over(trainings, tmp_path / "runs" / "default-001")
    assert trainings.running() == {}
