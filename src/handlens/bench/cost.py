"""What an epoch costs: seconds against digits, batch, widths and threads.

Nobody waits for whole epochs: a fixed number of updates is timed, and an epoch is as many as it takes.
"""

from collections.abc import Sequence
from typing import Any

from handlens.bench.machine import usable_cores
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.bench.threads import counts
from handlens.bench.updates import ROUNDS, UPDATES, paced
from handlens.recipes import Recipe, recipe

PACKAGES = ("numpy", "torch")

AXES: dict[str, Sequence[Any]] = {
    "images": (1_000, 3_000, 10_000, 30_000, 60_000),
    "batch": (25, 50, 100, 200, 400, 800),
    "widths": ((4, 8), (8, 16), (16, 32), (32, 64), (64, 128)),
    "threads": counts(usable_cores()),
}
_FIELD = {"images": "limit"}  # what a recipe calls an axis, where that is another name


def measured(
    preset: str = "default",
    axes: dict[str, Sequence[Any]] | None = None,
    rounds: int = ROUNDS,
    updates: int = UPDATES,
    told: Told = silent,
    **fields: Any,
) -> Report:
    """Vary one thing at a time.

    Args:
        preset: the recipe that is varied, trained on all 60,000 digits.
        axes: the values of each thing; by default `AXES`.
        rounds: turns of each value.
        updates: on the clock in a turn.
        told: takes lines that say how far it is.
        fields: fields of the recipe to replace.

    Returns:
        For each axis its values, each with seconds an epoch and milliseconds an update.
    """
    base = recipe(preset, train_on="development", **fields)
    found = {}
    for axis, values in (axes or AXES).items():
        found[axis] = _axis(base, axis, values, rounds, updates)
        told(f"{axis}: {', '.join(map(_shown, values))}")
    return {"recipe": preset, "n": rounds, "updates_a_turn": updates, "axes": found}


def _axis(base: Recipe, axis: str, values: Sequence[Any], rounds: int, updates: int) -> list[Report]:
    recipes = [base.but(**{_FIELD.get(axis, axis): value}) for value in values]
    rows = []
    for value, pace in zip(values, paced(recipes, rounds, updates), strict=True):
        epochs = [each * pace.an_epoch for each in pace.turns]
        rows.append(
            {
                axis: list(value) if isinstance(value, tuple) else value,
                "seconds_an_epoch": median(epochs),
                "all": [round(each, 4) for each in epochs],
                "updates_an_epoch": pace.an_epoch,
                "milliseconds_an_update": median([1e3 * each for each in pace.turns]),
                "images_a_second": round(pace.images / median(epochs, 9)),
            }
        )
    return rows


def tables(report: Report) -> list[Table]:
    """The report, to be read: one table an axis."""
    return [
        Table(
            f"Against {axis}, recipe {report['recipe']} on all training digits, but for what is named",
            (axis, "s an epoch", "ms an update", "images/s"),
            [
                (
                    _shown(row[axis]),
                    cell(row["seconds_an_epoch"]),
                    cell(row["milliseconds_an_update"]),
                    cell(row["images_a_second"], 0),
                )
                for row in rows
            ],
        )
        for axis, rows in report["axes"].items()
    ]


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else f"{value:,}"
