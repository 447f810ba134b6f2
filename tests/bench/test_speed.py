"""Against the conventional loop and to an accuracy: the order, the arithmetic, and one real pair."""

import re
from typing import Any

import pytest

from handlens.bench import speed
from handlens.bench.children import Answer
from handlens.bench.reports import Report
from handlens.bench.targets import Target
from handlens.errors import HandlensError

LOOP, SHORT, LAB, LAB16 = "tutorial_loop", "tutorial_loop_short_waits", "lab", "lab_bfloat16"


def side(training: float, evaluation: float) -> Report:
    """What a round holds of one side."""
    return {"training": training, "evaluation": evaluation, "together": training + evaluation}


@pytest.mark.slow
def test_one_real_round_makes_the_same_updates_to_the_last_bit() -> None:
    told: list[str] = []
    found = speed.against_the_loop(1, told.append, limit=300, watch_first=100)
    (run,) = found["rounds"]
    assert run["steps"] == 3
    assert run["largest_difference_of_losses"][LAB] == 0
    assert run["largest_difference_of_losses"][LAB16] < 0.02
    assert run[LOOP]["accuracy"] == run[SHORT]["accuracy"] == run[LAB]["accuracy"]
    assert [re.sub(r":.*", "", line) for line in told] == [
        "round 1 of 1, tutorial loop",
        "round 1 of 1, tutorial loop, short waits",
        "round 1 of 1, handlens lab",
        "round 1 of 1, handlens lab, bfloat16",
    ]


def test_they_run_in_turn_and_a_difference_of_losses_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []  # the child, and its spin count or its precision

    def ask(module: str, environment: dict[str, str] | None = None, **settings: Any) -> list[Answer]:
        told = (environment or {}).get("GOMP_SPINCOUNT") or settings.get("precision")
        asked.append((module.rpartition(".")[2], told))
        assert settings["epochs"] == 1
        losses = [2.0, 1.0] if "tutorial" in module else [2.0, 1.25 if told is None else 1.5]
        run = {"training": 6.0, "evaluation": 1.0, "losses": losses, "accuracies": [0.9], "watched": [0.9]}
        return [Answer(8.0, {**run, "threads": 2})]

    monkeypatch.setattr(speed, "ask", ask)
    found = speed.against_the_loop(2)
    turn = [("tutorial_loop", "300000"), ("tutorial_loop", "1000"), ("learning", None)]
    assert asked == [*turn, ("learning", "bfloat16")] * 2
    assert [run["largest_difference_of_losses"] for run in found["rounds"]] == [{LAB: 0.25, LAB16: 0.5}] * 2


def test_the_ratio_is_that_of_medians_against_the_faster_loop() -> None:
    runs = [
        {LOOP: side(9.0, 1.0), SHORT: side(8.0, 1.0), LAB: side(2.0, 0.5), LAB16: side(1.0, 0.25)},
        {LOOP: side(90.0, 1.0), SHORT: side(10.0, 1.0), LAB: side(2.5, 0.25), LAB16: side(1.25, 0.5)},
        {LOOP: side(10.0, 2.0), SHORT: side(12.0, 1.5), LAB: side(4.0, 0.25), LAB16: side(2.0, 0.25)},
    ]
    found = speed.compared(runs)
    assert found["median"][LOOP] == side(10.0, 1.0) | {"together": 12.0}
    assert found["against"] == SHORT
    exact, reduced = found["times_faster"][LAB], found["times_faster"][LAB16]
    assert exact["medians"] == {"training": 4.0, "evaluation": 4.0, "together": 4.0}
    assert exact["rounds"] == [3.6, 4.0, round(13.5 / 4.25, 3)]
    assert reduced["medians"] == {"training": 8.0, "evaluation": 4.0, "together": round(11 / 1.75, 3)}
    assert reduced["rounds"] == [7.2, round(11 / 1.75, 3), 6.0]


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What each fake training is asked for; seed 3 diverges, seed 5 takes 5 seconds, and so on."""
    asked: list[dict[str, Any]] = []

    def ask(module: str, **settings: Any) -> list[Answer]:
        assert module == "handlens.bench.learning"
        asked.append(settings)
        seed = settings["seed"]
        if seed == 3:
            return [Answer(1.0, {"failure": "diverged: at step 1"})] * 2
        run = {
            "accuracy": 0.98 + seed / 1000,
            "preparation": 0.25,
            "failure": None,
            "threads": 2,
            "device": "cpu",
        }
        cold, warm = run | {"loop": float(seed)}, run | {"loop": seed / 2}
        told = {"updated": True}
        return [Answer(seed + 1.0, told), Answer(seed + 2.0, cold), Answer(99.0, told), Answer(100.0, warm)]

    monkeypatch.setattr(speed, "ask", ask)
    return asked


def test_each_seed_runs_cold_and_warm_and_their_medians_are_told(children: list[dict[str, Any]]) -> None:
    found = speed.to_accuracy(Target("default", 0.982, (1, 2, 4, 5, 6)), limit=100)
    given = {"preset": "default", "runs": 2, "limit": 100, "watch_every": 1, "watch_from": 10**9}
    assert children == [{**given, "seed": seed} for seed in (1, 2, 4, 5, 6)]
    assert found["median_seconds"] == {
        "loop": 4.0,
        "start_to_last_update": 5.0,
        "start_to_result": 6.0,
        "warm_loop": 2.0,
        "warm_call_to_last_update": 2.25,
    }
    assert found["accuracy"]["passes"] is True
    assert [row["accuracy"] for row in found["runs"]] == [0.981, 0.982, 0.984, 0.985, 0.986]


@pytest.mark.usefixtures("children")
def test_a_training_that_diverged_counts_as_no_accuracy_and_has_no_time() -> None:
    told: list[str] = []
    found = speed.to_accuracy(Target("default", 0.9, (1, 2, 3, 4, 5)), told.append)
    assert found["accuracy"]["least"] == 0
    assert found["accuracy"]["passes"] is False
    assert found["median_seconds"]["loop"] == 3.0
    assert told[2] == "default, seed 3: diverged: at step 1"
    alone = speed.to_accuracy(Target("default", 0.9, (3,)))
    assert alone["median_seconds"] is None
    (table,) = speed.tables({"accuracy": [alone]})
    assert table.rows[0][-4:] == ("–", "–", "–", "not reached")


def test_a_recipe_that_is_not_there_is_said_and_shown() -> None:
    told: list[str] = []
    found = speed.to_accuracy(Target("no-such", 0.99, (1,)), told.append)
    assert told == ["no-such: there is no such recipe; nothing was measured"]
    (table,) = speed.tables({"accuracy": [found]})
    assert table.rows == [("no-such", "99.0 %", *["–"] * 7, "there is no recipe 'no-such'")]


def row(preset: str, mean: float, loop: float) -> Report:
    """What is known of a recipe."""
    times = {"loop": loop, "warm_loop": loop / 2, "start_to_result": loop + 5}
    return {"preset": preset, "accuracy": {"mean": mean}, "median_seconds": times}


def test_the_whole_run_is_held_against_the_fastest_that_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"preset": "nowhere", "missing": "there is no recipe"},
        row("worse", 0.9876, 0.1),
        row("slow", 0.995, 9.0),
        row("quick", 0.9877, 2.0),
    ]

    def ask(module: str, environment: dict[str, str], **settings: Any) -> list[Answer]:
        assert (environment, settings) == ({"GOMP_SPINCOUNT": "1000"}, {"epochs": 10})
        run = {"training": 80.0, "evaluation": 20.0, "accuracies": [0.95, 0.9877], "losses": []}
        return [Answer(105.0, run)]

    monkeypatch.setattr(speed, "ask", ask)
    found = speed.whole_run(rows, 10, SHORT)
    assert (found["fastest"], found["accuracies"][-1]) == ("quick", 0.9877)
    assert found["times_longer"] == {
        "together_against_loop": 50.0,
        "training_against_loop": 40.0,
        "together_against_warm_loop": 100.0,
        "process_against_start_to_result": 15.0,
    }
    assert speed.whole_run(rows[:2], 10, SHORT)["fastest"] is None
    (table,) = speed.tables({"whole": found})
    assert table.rows[-1] == ("training, times quick's loop", "40.0×")


def test_a_child_that_fails_ends_the_measurement() -> None:
    with pytest.raises(HandlensError, match=r"handlens\.errors\.RecipeError: device 'cuda:99' isn't usable"):
        speed.seeded("default", 1, device="cuda:99")
