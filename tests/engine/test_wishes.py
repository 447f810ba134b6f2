"""What is asked of a training that runs: heeded once, recorded, and safe from then on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from small import drawn, header, state

from handlens.engine import wishes as module
from handlens.engine.changes import Changes
from handlens.engine.recorder import Recorder
from handlens.engine.wishes import Wishes
from handlens.errors import RecipeError
from handlens.recipes import recipe
from handlens.recording import Writer, load
from handlens.recording.folder import read_log
from handlens.recording.schema import ChangeLine
from handlens.recording.states import newest_state


class Bench:
    """A recorder, and all that a wish needs to be heeded."""

    def __init__(self, folder: Path) -> None:
        self.changes, self.stop = Changes(recipe("lab")), Event()
        self.told: list[tuple[int, str, object]] = []
        self.then: Callable[[Wishes, ChangeLine], None] = lambda wishes, line: None
        self.wishes = Wishes(self._tell)
        self.writer = Writer.create(folder / "run", header(), drawn(0), state(0), None)
        self._recorder = Recorder(self.writer, lambda: drawn(3), lambda: state(3))

    def _tell(self, line: ChangeLine) -> None:
        assert self.logged()[-1] == (line.step, line.field, line.value)
        self.told.append((line.step, line.field, line.value))
        self.then(self.wishes, line)

    def heed(self, step: int = 3) -> None:
        self.wishes.heed(step, self.changes, self._recorder, self.stop)

    def logged(self) -> list[tuple[int, str, object]]:
        """The changes in the log."""
        lines = read_log(self.writer.folder, checked=True)
        return [(line.step, line.field, line.value) for line in lines if isinstance(line, ChangeLine)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.writer.release()


def test_without_a_wish_nothing_is_written(bench: Bench) -> None:
    before = (bench.writer.folder / "metrics.jsonl").read_bytes()
    bench.heed()
    assert (bench.writer.folder / "metrics.jsonl").read_bytes() == before
    assert newest_state(bench.writer.folder).step == 0


def test_another_rate_is_told_and_a_state_behind_it_is_saved_at_once(bench: Bench) -> None:
    bench.wishes.change(0.5)
    bench.heed()
    bench.heed()
    assert bench.told == bench.logged() == [(3, "lr", 0.5)]
    assert bench.changes.after(3).lr == 0.5
    saved = newest_state(bench.writer.folder)
    assert (saved.step, saved.log_bytes) == (3, (bench.writer.folder / "metrics.jsonl").stat().st_size)


def test_of_several_rates_at_once_the_last_is_recorded(bench: Bench) -> None:
    for rate in (0.5, 0.4, 0.3):
        bench.wishes.change(rate)
    bench.heed()
    assert bench.logged() == [(3, "lr", 0.3)]


def test_a_rate_out_of_range_is_refused_where_it_is_wished(bench: Bench) -> None:
    with pytest.raises(RecipeError, match=r"recipe, lr: .*greater than 0 \(got 0"):
        bench.wishes.change(0.0)
    bench.heed()
    assert bench.logged() == []


def test_a_pause_keeps_the_step_and_waits_for_its_end(bench: Bench) -> None:
    def then(wishes: Wishes, line: ChangeLine) -> None:
        if line.value is True:
            assert bench.writer.has_frame(3)
            Thread(target=lambda: (wishes.change(0.7), wishes.go_on())).start()

    bench.then = then
    bench.wishes.pause()
    bench.heed()
    assert bench.logged() == [(3, "pause", True), (3, "lr", 0.7), (3, "pause", False)]
    assert load(bench.writer.folder).steps == (0, 3)
    assert newest_state(bench.writer.folder).step == 3
    assert bench.changes.rested > 0
    assert not bench.stop.is_set()


def test_a_pause_that_is_taken_back_at_once_is_none(bench: Bench) -> None:
    bench.wishes.pause()
    bench.wishes.go_on()
    bench.heed()
    assert bench.logged() == []


@pytest.mark.parametrize("way", ["wish", "Ctrl-C"])
def test_an_end_ends_a_pause_too(way: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK", 0.001)
    bench.then = lambda wishes, line: wishes.stop() if way == "wish" else bench.stop.set()
    bench.wishes.pause()
    bench.heed()
    assert bench.stop.is_set()
    assert bench.logged() == [(3, "pause", True), (3, "pause", False)]


def test_an_end_is_wished_without_a_line(bench: Bench) -> None:
    bench.wishes.stop()
    bench.heed()
    assert bench.stop.is_set()
    assert bench.logged() == []
