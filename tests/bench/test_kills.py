"""Kills: spread over the recipes, summed up, and what they leave judged by what is really there."""

from pathlib import Path
from typing import Any

import pytest
from small import drawn, header, record_steps, state

from handlens.bench import kills
from handlens.bench.children import Answer
from handlens.errors import HandlensError
from handlens.recipes import known
from handlens.recording import Writer, load
from handlens.recording.schema import Result


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A recording that ended after two steps."""
    writer = Writer.create(tmp_path / "run", header(), drawn(0), state(0), None)
    record_steps(writer, range(1, 3))
    writer.state(2, state(2))
    writer.close(Result(step=2, seconds=1.0, images=200))
    return writer.folder


def test_every_recipe_draws_all_that_can_be_drawn() -> None:
    for name in known():
        chosen = kills.with_chance(name)
        assert all(getattr(chosen, field) for field in kills.CHANCE)
    assert kills.with_chance("reader").warp == known()["reader"].warp


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lambda run: (run / "frames" / "00000001.safetensors").unlink(), "00000001.safetensors: "),
        (
            lambda run: [path.write_bytes(b"") for path in (run / "state").iterdir()],
            "no saved state is whole",
        ),
        (lambda run: (run / "recording.json").write_bytes(b"{"), "recording.json: damaged"),
    ],
)
def test_what_cannot_be_read_or_gone_on_with_is_a_fault(run: Path, harm: Any, fault: str) -> None:
    assert kills.faults(run) == []
    harm(run)
    (found,) = kills.faults(run)
    assert fault in found


def test_two_recordings_tell_the_same_but_for_times(run: Path, tmp_path: Path) -> None:
    first = kills.told(load(run))
    for number, seconds in enumerate((9.0, 1.0)):
        writer = Writer.create(tmp_path / f"{number}", header(), drawn(0), state(0), None)
        record_steps(writer, range(1, 3 + number))
        writer.close(Result(step=2 + number, seconds=seconds, images=200))
        assert (kills.told(load(writer.folder)) == first) is (number == 0)


def test_kills_are_spread_and_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def ask(module: str, **settings: Any) -> list[Answer]:
        asked.append(settings)
        wrong = ["a frame"] if settings["name"] == "lab" else []
        row = {"kills": settings["kills"], "before": 1, "inside": 2, "recordings": 1}
        return [Answer(1.0, {**row, "unreadable": wrong, "different": []})]

    monkeypatch.setattr(kills, "ask", ask)
    lines: list[str] = []
    report = kills.measured(5, 7, ("default", "lab", "tiny"), lines.append)
    assert [(each["name"], each["kills"], each["seed"]) for each in asked] == [
        ("default", 2, 7),
        ("lab", 2, 8),
        ("tiny", 1, 9),
    ]
    assert {key: report[key] for key in ("kills", "before", "inside", "recordings")} == {
        "kills": 5,
        "before": 3,
        "inside": 6,
        "recordings": 3,
    }
    assert (report["unreadable"], report["different"]) == (["a frame"], [])
    assert lines[1] == "lab: 2 kills, 1 recordings not as they should be"
    (table,) = kills.tables(report)
    assert table.rows[1] == ("lab", "2", "1", "2", "1", "1", "0")
    assert table.rows[-1] == ("all", "5", "3", "6", "3", "1", "0")
    kills.measured(1, 0, ("default", "lab"))
    assert len(asked) == 4  # none is asked to kill nothing


def test_trainings_that_are_never_killed_are_no_measurement(
    monkeypatch: pytest.MonkeyPatch, run: Path
) -> None:
    monkeypatch.setattr(kills, "_undisturbed", lambda recipe, out: kills._Times(0.0, 0.0))
    monkeypatch.setattr(kills, "_attempt", lambda *words: 0)
    monkeypatch.setattr(kills, "load", lambda out: load(run))
    monkeypatch.setattr(kills, "faults", lambda out: [])
    with pytest.raises(HandlensError, match="default: its trainings end before they can be killed"):
        kills.killed("default", 2, 0)


def test_a_training_that_cannot_be_gone_on_with_is_told(monkeypatch: pytest.MonkeyPatch, run: Path) -> None:
    ends = iter([-9, 1, -9, 0])
    monkeypatch.setattr(kills, "_undisturbed", lambda recipe, out: kills._Times(0.0, 0.0))
    monkeypatch.setattr(kills, "_attempt", lambda *words: next(ends))
    monkeypatch.setattr(kills, "load", lambda out: load(run))
    found = kills.killed("default", 2, 0)
    assert (found["kills"], found["before"], found["recordings"]) == (2, 2, 2)
    (told,) = found["unreadable"]
    assert told.endswith("run-0000: can't be gone on with (status 1)")
    assert len(found["different"]) == 2  # there is nothing of them
