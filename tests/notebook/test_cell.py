"""The live cell: what it shows, how often, and that it stays away where nobody would see it."""

import sys
import xml.etree.ElementTree as ET  # what is read here was drawn here
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from serving import recorded

import handlens
from handlens.engine import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.graph import Graph
from handlens.nets import tutorial
from handlens.notebook import cell, curves, kernel, training
from handlens.notebook.cell import MOST, SECONDS, Curve, LiveCell, live_cell
from handlens.recipes import recipe
from handlens.recording.schema import Score

NET: Graph = tutorial((2, 2), 3)


def nothing() -> Any:
    raise AssertionError("the live cell needs neither weights nor state")


def at(step: int) -> dict[str, Any]:
    return {"step": step, "seconds": step / 10, "weights": nothing, "state": nothing}


def began(name: str = "default") -> Began:
    chosen = recipe("default").model_copy(update={"name": name, "epochs": 2})
    return Began(**at(0), recipe=chosen, graph=NET, threads=1, digests={}, split={}, total=100)


def stepped(step: int, loss: float) -> Stepped:
    return Stepped(**at(step), epoch=1, images=100 * step, loss_tensor=torch.tensor(loss), lr=0.1)


def evaluated(step: int, accuracy: float, stuck: str | None = None) -> Evaluated:
    score = Score(set="validation", n=500, loss=0.1, accuracy=accuracy)
    return Evaluated(**at(step), score=score, gradient_norm={}, update_ratio={}, stuck=stuck)


def finished() -> Finished:
    test = Score(set="test", n=10_000, loss=0.1, accuracy=0.9912)
    return Finished(**at(100), images=10_000, test=test)


class Clock:
    """Time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The live cell's time."""
    clock = Clock()
    monkeypatch.setattr(cell, "monotonic", clock)
    return clock


def shown(events: list[Event]) -> str:
    """What stands in the cell after some events, a second apart."""
    pages: list[str] = []
    cell = LiveCell(pages.append)
    for event in events:
        cell(event)
        pages.append(cell.html())
    return pages[-1]


def words(html: str) -> str:
    return " ".join(" ".join(ET.fromstring(html).itertext()).split())


def polylines(html: str) -> list[list[tuple[float, float]]]:
    lines = ET.fromstring(html).findall(".//polyline")
    return [[tuple(map(float, p.split(","))) for p in line.attrib["points"].split()] for line in lines]


def test_it_shows_where_the_training_is() -> None:
    page = words(shown([began(), stepped(1, 2.0), evaluated(10, 0.5), stepped(11, 0.25)]))
    assert "training default" in page
    assert "step 11 of 100" in page
    assert "epoch 1 of 2" in page
    assert "loss 0.2500" in page
    assert "images/s 1,000" in page
    assert "time left 9 s" in page
    assert "accuracy, validation 50.00%" in page


def test_it_ends_with_the_test_set() -> None:
    assert "accuracy, test 99.12% of 10,000" in words(shown([began(), stepped(1, 2.0), finished()]))


def test_the_curves_lie_within_the_drawing_and_fall_and_rise() -> None:
    events: list[Event] = [began()]
    for step in range(1, 101):
        events += [stepped(step, 2.5 / step), evaluated(step, step / 100)]
    losses, accuracies = polylines(shown(events))
    assert len(losses) == len(accuracies) == 100
    assert all(0 <= x <= curves.WIDTH and 0 <= y <= curves.HEIGHT for x, y in losses + accuracies)
    assert losses[0][1] < losses[-1][1], "y grows downwards: the loss falls"
    assert accuracies[0][1] > accuracies[-1][1]
    assert losses[0][1] == accuracies[-1][1], "the highest loss and 100% are the top"


def test_a_loss_that_is_no_number_is_left_out_of_the_curve_and_said() -> None:
    diverged = Diverged(**at(2), images=200, text="diverged: at step 3 <b>")
    page = shown([began(), stepped(1, 2.0), stepped(2, float("nan")), diverged])
    assert len(polylines(page)[0]) == 1
    assert "diverged: at step 3 <b>" in words(page)


def test_a_note_stays_only_as_long_as_it_is_true() -> None:
    stuck = [began(), evaluated(1, 0.1, stuck="stuck: try a lower rate")]
    assert "stuck: try a lower rate" in words(shown(stuck))
    assert "stuck" not in words(shown([*stuck, evaluated(2, 0.8)]))


def test_names_are_text_and_never_markup() -> None:
    page = shown([began("<script>alert(1)</script>")])
    assert "<script" not in page
    assert "<script>alert(1)</script>" in words(page)


def test_a_long_training_keeps_its_curve_short() -> None:
    curve = Curve()
    for step in range(10_000):
        curve.add(step, 1.0)
    assert MOST / 4 < len(curve.points) <= MOST
    assert curve.points[0] == (0.0, 1.0)
    assert curve.points[-1] == (9_999.0, 1.0)


def test_it_is_drawn_four_times_a_second_at_most_and_at_the_end(clock: Clock) -> None:
    pages: list[str] = []
    cell = LiveCell(pages.append)
    cell(began())
    for step in range(1, 101):
        clock.now = step * SECONDS / 10
        cell(stepped(step, 1.0))
    assert len(pages) == 11
    cell(finished())
    assert len(pages) == 12


def test_on_a_gpu_the_loss_is_read_only_when_it_is_shown(clock: Clock) -> None:
    read: list[int] = []

    class Remote(Stepped):
        @property
        def loss(self) -> float:
            read.append(self.step)
            return 1.0

    tensor: Any = SimpleNamespace(device=torch.device("cuda"))
    cell = LiveCell(lambda html: None)
    cell(began())
    for step in range(1, 100):
        remote = Remote(**at(step), epoch=1, images=step, loss_tensor=torch.tensor(0.0), lr=0.1)
        object.__setattr__(remote, "loss_tensor", tensor)
        cell(remote)
    assert read == []
    clock.now = SECONDS
    cell(remote)
    assert set(read) == {99}


# -- where it shows ------------------------------------------------------------------------------------


def test_a_script_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not kernel.in_notebook()


def ipython(shell: object) -> ModuleType:
    module = ModuleType("IPython")
    module.get_ipython = lambda: shell  # type: ignore[attr-defined]
    return module


def test_a_terminal_of_ipython_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in (None, type("TerminalInteractiveShell", (), {})()):
        monkeypatch.setitem(sys.modules, "IPython", ipython(shell))
        assert not kernel.in_notebook()


def test_a_kernel_is_a_notebook_also_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    zmq = type("ZMQInteractiveShell", (), {})
    for kind in (zmq, type("Shell", (zmq,), {})):
        monkeypatch.setitem(sys.modules, "IPython", ipython(kind()))
        assert kernel.in_notebook()


@pytest.mark.parametrize(("notebook", "given"), [(True, "the cell"), (False, None)])
def test_only_in_a_notebook_a_training_is_watched_unasked(
    notebook: bool, given: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(training, "in_notebook", lambda: notebook)
    monkeypatch.setattr(training, "live_cell", lambda: "the cell")
    trained = recorded(tmp_path / "run")

    def train(**wishes: Any) -> object:
        seen.append(wishes.get("listener"))
        return trained

    monkeypatch.setattr("handlens.engine.train", train)
    assert isinstance(training.train(), handlens.Recording)
    training.train(listener="my own")
    assert seen == [given, "my own"]


def test_a_training_in_ipython_updates_one_display(tmp_path: Path) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            few: dict[str, Any] = {"limit": 100, "epochs": 1, "threads": 1, "watch_first": 100}
            training.train("default", tmp_path / "run", listener=live_cell(), **few)
    finally:
        InteractiveShell.clear_instance()
    first, *_, last = captured.outputs
    assert "starting" in first.data["text/html"]
    assert "accuracy, test" in words(last.data["text/html"])
    assert len({output.transient["display_id"] for output in captured.outputs}) == 1
    assert [output.update for output in captured.outputs] == [False] + [True] * (len(captured.outputs) - 1)
