"""How many threads are best on this machine: a few dozen updates with each number, in turn."""

from typing import Any

from handlens.bench.machine import usable_cores
from handlens.bench.reports import Report, Table, cell, median
from handlens.bench.updates import ROUNDS, UPDATES, paced
from handlens.recipes import recipe

PACKAGES = ("numpy", "torch")


def counts(cores: int) -> list[int]:
    """The numbers that are tried: 1, 2, 3, 4, then doubled, and last all cores."""
    doubled = [1, 2, 3, 4] + [2**power for power in range(3, 11)]
    return sorted({count for count in doubled if count < cores} | {cores})


def measured(preset: str = "default", rounds: int = ROUNDS, updates: int = UPDATES, **fields: Any) -> Report:
    """Time the updates of a recipe.

    Args:
        preset: its name.
        rounds: turns of each number of threads.
        updates: on the clock in a turn.
        fields: fields of the recipe to replace.

    Returns:
        For each number of threads the milliseconds an update of every turn and their median; the best number.
    """
    numbers = counts(usable_cores())
    paces = paced([recipe(preset, **fields, threads=number) for number in numbers], rounds, updates)
    rows: list[Report] = []
    for number, pace in zip(numbers, paces, strict=True):
        times = [1e3 * seconds for seconds in pace.turns]
        rows.append(
            {
                "threads": number,
                "milliseconds_an_update": median(times),
                "all": [round(each, 4) for each in times],
                "images_a_second": round(1e3 * pace.recipe.batch / median(times)),
            }
        )
    best = min(rows, key=lambda row: float(row["milliseconds_an_update"]))["threads"]
    return {"recipe": preset, "n": rounds, "updates_a_turn": updates, "rows": rows, "best": best}


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    rows = [
        (
            str(row["threads"]),
            cell(row["milliseconds_an_update"]),
            cell(row["images_a_second"], 0),
            "best" if row["threads"] == report["best"] else "",
        )
        for row in report["rows"]
    ]
    title = f"Threads, recipe {report['recipe']} (medians of {report['n']} turns)"
    return [Table(title, ("threads", "ms an update", "images/s", ""), rows)]
