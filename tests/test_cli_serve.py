"""handlens serve: what is asked for is served; what others must know is told."""

from pathlib import Path
from typing import Any

import pytest
from serving import recorded

from handlens.cli import main
from handlens.cli import serve as command
from handlens.data import load
from handlens.page import sample
from handlens.reading.reader import Reader
from handlens.recording import shipped
from handlens.serve import Live, lan, workers
from handlens.serve.lan import Lan, qr
from handlens.teach import Correction, features


class Begun:
    """What would read, and how often it was told that something was taught."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.net, self.taught = command[-1], 0

    def teach(self) -> None:
        self.taught += 1


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served, and how."""
    calls: list[Any] = []

    def serve(runs: list[Any], **wishes: Any) -> None:
        wishes.pop("ready")("http://127.0.0.1:9001/read")
        calls.append(([run.folder for run in runs], wishes))

    monkeypatch.setattr("handlens.serve.serve", serve)
    monkeypatch.setattr(lan, "_own_address", lambda: "192.168.1.23")
    monkeypatch.setattr(workers, "Workers", Begun)
    for name in ("FORCE_COLOR", "HANDLENS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return calls


def test_it_serves_this_computer_alone(
    served: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded(tmp_path / "run")
    net = sample.path()
    assert main(["serve", str(run.folder), "--net", str(net), "--port", "9001", "--no-browser"]) == 0
    assert capsys.readouterr().out == "http://127.0.0.1:9001/read  … Ctrl-C stops it\n"
    ((folders, wishes),) = served
    assert folders == [run.folder]
    assert (wishes["port"], wishes["open_browser"], wishes["lan"]) == (9001, False, None)
    assert wishes["reader"].net == str(net.resolve())
    assert (wishes["teaches"], wishes["live"]) == (None, None), "only whoever asks gets them"


def test_it_trains_where_it_is_asked_to(served: list[Any]) -> None:
    assert main(["serve", "--net", str(sample.path()), "--live"]) == 0
    ((_, wishes),) = served
    assert isinstance(wishes["live"], Live)
    assert wishes["teaches"] is None


def test_the_page_and_the_api_read_as_they_were_taught(
    served: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path))
    monkeypatch.setattr(features, "STRIDE", 110)
    assert main(["serve", "--net", str(sample.path()), "--teach"]) == 0
    ((_, wishes),) = served
    assert wishes["live"] is None
    assert Reader(sample.path(), taught=True).taught is None
    seven = load("mnist").test.images[0]
    lesson, after = wishes["teaches"](Correction(seven, "7"))
    assert lesson.account.learned == 1
    assert after is wishes["reader"]
    assert after.taught == 1
    assert Reader(sample.path(), taught=True).taught is not None, "which is what the processes load"


def test_without_a_recording_what_ships_is_there(served: list[Any]) -> None:
    assert main(["serve", "--net", str(sample.path())]) == 0
    assert served[0][0] == [sample.path(), *map(shipped.folder, shipped.lessons())]


def test_lan_tells_the_link_and_its_code(
    served: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["serve", "--lan", "--net", str(sample.path())]) == 0
    opened: Lan = served[0][1]["lan"]
    link = opened.link(9001)
    told = capsys.readouterr().out
    assert link.startswith("http://192.168.1.23:9001/read?token=")
    assert link in told
    assert "over plain http" in told
    assert "█" not in told  # nobody points a phone at a pipe
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", "80")
    command._told(opened, "http://127.0.0.1:9001/read")
    shown = capsys.readouterr().out
    assert all(line in shown for line in qr(link))


def test_a_net_that_is_not_there_is_said(served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--net", "nowhere/at-all"]) == 1
    assert "nowhere/at-all" in capsys.readouterr().err
    assert served == []
