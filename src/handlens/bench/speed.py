"""How fast handlens trains: against the conventional loop, and to an accuracy.

Three parts, each training in a fresh process of its own:

- **epoch**: one epoch of the conventional loop and one of ``lab``, in turn. Both do the same updates, to the
  last bit; ``lab`` in bfloat16 does them to that type's rounding. The loop runs twice a round, since handlens
  changes how its threads wait for each other (`WAITS`): as any script waits, and as handlens does. The faster
  of the two counts.
- **accuracy**: each of `targets.TARGETS` with its seeds, twice in one process: cold and warm. The digits
  are unpacked once before. The clock stops after the last update; then the test set is scored, once.
- **whole**: the conventional loop's ten epochs, against the fastest recipe that is at least as good.
"""

from collections.abc import Sequence
from typing import Any, Literal

from handlens import data
from handlens.bench.children import ask
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.bench.targets import UNWATCHED, Target, judged, targets
from handlens.engine import environment
from handlens.recipes import PRESETS, recipe

PACKAGES = ("numpy", "pillow", "torch")

Part = Literal["epoch", "accuracy", "whole"]
PARTS: tuple[Part, ...] = ("epoch", "accuracy", "whole")
ROUNDS, EPOCHS = 5, 10

# libgomp's threads spin 300,000 times where nothing is said (its manual, GOMP_SPINCOUNT): 3 % faster on an
# idle machine, many times slower on a busy one. The second is handlens' own count.
WAITS = {
    "tutorial_loop": {"GOMP_SPINCOUNT": "300000"},
    "tutorial_loop_short_waits": {"GOMP_SPINCOUNT": "1000"},
}
LAB = "lab"
OURS: dict[str, dict[str, str]] = {LAB: {}, "lab_bfloat16": {"precision": "bfloat16"}}  # fields of the recipe
SIDES = {
    "tutorial_loop": "tutorial loop",
    "tutorial_loop_short_waits": "tutorial loop, short waits",
    LAB: "handlens lab",
    "lab_bfloat16": "handlens lab, bfloat16",
}
SECONDS = ("training", "evaluation", "together")

TIMES = ("loop", "start_to_last_update", "start_to_result", "warm_loop", "warm_call_to_last_update")


def measured(
    parts: Sequence[Part] = PARTS,
    rounds: int = ROUNDS,
    epochs: int = EPOCHS,
    goals: Sequence[Target] | None = None,
    told: Told = silent,
    **fields: Any,
) -> Report:
    """Measure the parts.

    Args:
        parts: which; the whole run is compared with what ``accuracy`` found, so it asks for that too.
        rounds: how often the loop and ``lab`` are run in turn.
        epochs: of the whole run.
        goals: the recipes, what is expected of them, and their seeds; by default `targets.targets`.
        told: takes lines that say how far it is.
        fields: fields of the recipes to replace: ``device``, or, to try a measurement out, ``limit`` and
            ``watch_first``, which the conventional loop heeds too.

    Returns:
        One entry a part, in seconds.

    Raises:
        RecipeError: a field is out of range, or this machine has no such device.
    """
    environment.device(recipe("lab", **fields).device)  # what isn't there is said before anything is measured
    sets = data.load("mnist")
    _ = sets.development, sets.test  # unpacked once before
    report: Report = {"replaced_fields": fields}
    goals = targets(fields.get("device", "cpu")) if goals is None else goals
    slices = {name: fields[name] for name in ("limit", "watch_first") if name in fields}
    if "epoch" in parts:
        report["epoch"] = against_the_loop(rounds, told, **slices)
    if "accuracy" in parts or "whole" in parts:
        report["accuracy"] = [to_accuracy(goal, told, **fields) for goal in goals]
    if "whole" in parts:
        wait = report["epoch"]["against"] if "epoch" in report else "tutorial_loop_short_waits"
        report["whole"] = whole_run(report["accuracy"], epochs, wait, told, **slices)
    return report


# -- an epoch ------------------------------------------------------------------------------------------


def against_the_loop(rounds: int, told: Told = silent, **slices: Any) -> Report:
    """One epoch of each, in turn: the loop with either way of waiting, lab, the loop again and so on."""
    runs = []
    for number in range(1, rounds + 1):
        found = {}
        for side, name in SIDES.items():
            found[side] = (
                _lab(**OURS[side], **slices) if side in OURS else _loop(WAITS[side], epochs=1, **slices)
            )
            told(f"round {number} of {rounds}, {name}: {_spent(found[side])}")
        runs.append(
            {
                **{side: _side(run) for side, run in found.items()},
                "steps": len(found[LAB]["losses"]),
                "largest_difference_of_losses": {
                    ours: max(
                        _largest_difference(found[wait]["losses"], found[ours]["losses"]) for wait in WAITS
                    )
                    for ours in OURS
                },
            }
        )
    return {"n": rounds, **compared(runs), "rounds": runs}


def compared(runs: Sequence[Report]) -> Report:
    """Medians of some rounds, and how many times faster ours are than the faster of the two loops."""
    medians = {side: {key: median([run[side][key] for run in runs]) for key in SECONDS} for side in SIDES}
    against = min(WAITS, key=lambda side: medians[side]["together"])
    return {
        "median": medians,
        "against": against,
        "times_faster": {
            ours: {
                "medians": _ratios(medians[against], medians[ours]),
                "rounds": [_ratios(run[against], run[ours])["together"] for run in runs],
            }
            for ours in OURS
        },
    }


def _ratios(loop: Report, ours: Report) -> Report:
    return {key: round(loop[key] / ours[key], 3) for key in SECONDS}


def _loop(environment: dict[str, str], **given: Any) -> Report:
    (told,) = ask("handlens.bench.tutorial_loop", environment, **given)
    return {**told.value, "accuracy": told.value["accuracies"][-1], "process": told.seconds}


def _lab(**fields: Any) -> Report:
    """An epoch of `lab` with its scoring of the test set, and without the final one of the same digits."""
    found = ask("handlens.bench.learning", preset="lab", epochs=1, final=False, keep_losses=True, **fields)
    run = found[-1].value
    return {**run, "accuracy": run["watched"][-1]}


def _side(run: Report) -> Report:
    seconds = {key: round(run[key], 4) for key in ("training", "evaluation")}
    together = round(run["training"] + run["evaluation"], 4)
    return {**seconds, "together": together, "accuracy": run["accuracy"], "threads": run["threads"]}


def _largest_difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return max(abs(one - other) for one, other in zip(ours, theirs, strict=True))


def _spent(run: Report) -> str:
    return f"{run['training']:.2f} s training, {run['evaluation']:.2f} s evaluation"


# -- to an accuracy ------------------------------------------------------------------------------------


def to_accuracy(target: Target, told: Told = silent, **fields: Any) -> Report:
    """Every seed of a target, cold and warm."""
    named: Report = {"preset": target.preset, "target": target.accuracy, "seeds": list(target.seeds)}
    if target.preset not in PRESETS:
        told(f"{target.preset}: there is no such recipe; nothing was measured")
        return {**named, "missing": f"there is no recipe {target.preset!r}"}
    rows = []
    for seed in target.seeds:
        row = seeded(target.preset, seed, **fields)
        rows.append(row)
        told(f"{target.preset}, seed {seed}: {_seed_line(row)}")
    timed = [row for row in rows if "failure" not in row]
    return {
        **named,
        "accuracy": judged([row["accuracy"] for row in rows], target.accuracy),
        "median_seconds": {key: median([row[key] for row in timed]) for key in TIMES} if timed else None,
        "runs": rows,
    }


def seeded(preset: str, seed: int, **fields: Any) -> Report:
    """One seed: a cold run in a fresh process, then a warm one in the same; nothing is scored on the way.

    A training that diverged has predicted nothing: its accuracy counts as 0.
    """
    given = {"preset": preset, "seed": seed, "runs": 2, **UNWATCHED, **fields}
    answers = ask("handlens.bench.learning", **given)
    cold, warm = (each for each in answers if "updated" not in each.value)
    if failure := cold.value["failure"] or warm.value["failure"]:
        return {"seed": seed, "accuracy": 0.0, "failure": failure}
    return {
        "seed": seed,
        "accuracy": cold.value["accuracy"],
        "loop": round(cold.value["loop"], 4),
        "start_to_last_update": round(answers[0].seconds, 4),
        "start_to_result": round(cold.seconds, 4),
        "warm_loop": round(warm.value["loop"], 4),
        "warm_call_to_last_update": round(warm.value["preparation"] + warm.value["loop"], 4),
        "warm_accuracy": warm.value["accuracy"],
        "threads": cold.value["threads"],
        "device": cold.value["device"],
    }


def _seed_line(row: Report) -> str:
    if "failure" in row:
        return str(row["failure"])
    times = f"{row['loop']:.2f} s loop, {row['start_to_result']:.2f} s from the start"
    return f"{times}, {row['warm_loop']:.2f} s warm, {row['accuracy']:.2%}"


# -- the whole run -------------------------------------------------------------------------------------


def whole_run(
    accuracies: Sequence[Report], epochs: int, wait: str, told: Told = silent, **slices: Any
) -> Report:
    """The conventional loop to its end, against the fastest recipe whose mean accuracy reaches its own."""
    loop = _loop(WAITS[wait], epochs=epochs, **slices)
    told(f"{SIDES[wait]}, {epochs} epochs: {_spent(loop)}, {loop['accuracy']:.2%}")
    seconds = {
        "training": round(loop["training"], 4),
        "together": round(loop["training"] + loop["evaluation"], 4),
        "process": round(loop["process"], 4),
    }
    report = {"loop": wait, "epochs": epochs, "seconds": seconds, "accuracies": loop["accuracies"]}
    best = fastest(accuracies, loop["accuracy"])
    if best is None:
        return {**report, "fastest": None}
    times = best["median_seconds"]
    return {
        **report,
        "fastest": best["preset"],
        "mean_accuracy_of_the_fastest": best["accuracy"]["mean"],
        "times_longer": {
            "together_against_loop": round(seconds["together"] / times["loop"], 1),
            "training_against_loop": round(seconds["training"] / times["loop"], 1),
            "together_against_warm_loop": round(seconds["together"] / times["warm_loop"], 1),
            "process_against_start_to_result": round(seconds["process"] / times["start_to_result"], 1),
        },
    }


def fastest(accuracies: Sequence[Report], least: float) -> Report | None:
    """Of the recipes whose mean accuracy is at least that, the one with the shortest loop."""
    good = [each for each in accuracies if "accuracy" in each and each["accuracy"]["mean"] >= least]
    good = [each for each in good if each["median_seconds"]]
    return min(good, key=lambda each: each["median_seconds"]["loop"], default=None)


# -- to be read ----------------------------------------------------------------------------------------


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    found = []
    if "epoch" in report:
        found.append(_epoch_table(report["epoch"]))
    if "accuracy" in report:
        found.append(_accuracy_table(report["accuracy"]))
    if "whole" in report:
        found.append(_whole_table(report["whole"]))
    return found


def _epoch_table(epoch: Report) -> Table:
    rows = [(name, *(cell(epoch["median"][side][key]) for key in SECONDS)) for side, name in SIDES.items()]
    for ours in OURS:
        times = epoch["times_faster"][ours]["medians"]
        rows.append((f"times faster, {SIDES[ours]}", *(cell(times[key], 2, "×") for key in SECONDS)))
    apart = [
        f"{max(run['largest_difference_of_losses'][ours] for run in epoch['rounds']):.1g} ({SIDES[ours]})"
        for ours in OURS
    ]
    title = f"One epoch, seconds (medians of {epoch['n']}); losses differ by at most {', '.join(apart)}"
    return Table(title, ("", *SECONDS), rows)


def _accuracy_table(accuracies: Sequence[Report]) -> Table:
    headings = (
        "recipe",
        "aim",
        "mean",
        "sd",
        "least",
        "n",
        "loop",
        "from start",
        "warm loop",
        "aim is",
    )
    return Table("Seconds to an accuracy (medians)", headings, [_accuracy_row(each) for each in accuracies])


def _accuracy_row(found: Report) -> tuple[str, ...]:
    named = (found["preset"], cell(100 * found["target"], 1, " %"))
    if "missing" in found:
        return (*named, *["–"] * 7, found["missing"])
    accuracy, times = found["accuracy"], found["median_seconds"]
    shares = (accuracy["mean"], accuracy["sd"], accuracy["least"])
    return (
        *named,
        *(cell(None if share is None else 100 * share, 2, " %") for share in shares),
        str(accuracy["n"]),
        *(cell(times and times[key]) for key in ("loop", "start_to_result", "warm_loop")),
        "reached" if accuracy["passes"] else "not reached",
    )


def _whole_table(whole: Report) -> Table:
    rows = [
        (f"{SIDES[whole['loop']]}, {whole['epochs']} epochs", cell(whole["seconds"]["training"], 1, " s")),
        ("with its scorings", cell(whole["seconds"]["together"], 1, " s")),
        ("its accuracy at the end", cell(100 * whole["accuracies"][-1], 2, " %")),
    ]
    if whole["fastest"] is None:
        rows.append(("as good and faster", "none of the recipes that were measured"))
    else:
        longer = whole["times_longer"]["training_against_loop"]  # neither with scorings
        rows.append((f"training, times {whole['fastest']}'s loop", cell(longer, 1, "×")))
    return Table("The tutorial loop's whole run", ("", ""), rows)
