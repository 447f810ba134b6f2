"""What there is to say about a recording, as JSON values; `info`, `train --json` and the tables share it."""

import json
import shlex
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from handlens.cli.console import command, decimals
from handlens.recipes import Recipe, known
from handlens.recording import Recording


def facts(run: Recording, problems: list[str] | None = None) -> dict[str, Any]:
    """Everything but the weights and the single updates.

    NaN and infinity, for which JSON has no numbers, become strings.
    """
    header = run.header
    found: dict[str, Any] = {
        "recording": str(run.folder),
        "status": run.status,
        "steps": run.steps[-1],
        "frames": list(run.steps),
        "accuracy": run.accuracy,
        "accuracy_set": run.accuracy_set,
        "parameters": sum(row.parameters for row in run.graph.costs()),
        "evaluations": [_plain(line) for line in run.evaluations],
        "notes": [_plain(line) for line in run.notes],
        **_plain(header, "created", "recipe", "origin", "data", "result", "threads", "device", "precision"),
        **_plain(header, "versions", "hardware"),
    }
    if problems is not None:
        found |= {"whole": not problems, "problems": problems}
    if run.status == "interrupted" and header.recipe is not None:
        found["resume"] = resume_line(run)
    return found


def _plain(model: BaseModel, *fields: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(model.model_dump_json(include=set(fields) or None))
    return values


def resume_line(run: Recording, *more: str) -> str:
    """What to type to go on with an interrupted training; its recipe is in the recording."""
    return command("train", "--out", run.folder, "--resume", *more)


def typed_recipe(recipe: Recipe) -> str:
    """A recipe as one would type it after `handlens train`; its changes can't be typed."""
    preset = known().get(recipe.name, known()["default"])
    words = [preset.name]
    for name, (value, _) in recipe.but(changes=()).differences(preset).items():
        values = value if isinstance(value, tuple) else (value,)
        words += [f"--{name.replace('_', '-')}", *map(str, values)]
    return shlex.join(words)


def size_on_disk(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def judged(run: Recording) -> str:
    """How good the network is, and who says so: a sentence."""
    result = run.header.result
    if result is not None and result.test is not None:
        test = result.test
        return (
            f"{test.accuracy:.2%} of the {test.n:,} {test.set} digits are right (loss {decimals(test.loss)})"
        )
    if run.evaluations:
        last = run.evaluations[-1]
        return (
            f"{last.accuracy:.2%} of {last.n:,} {last.set} digits are right after step {last.step:,} "
            f"(loss {decimals(last.loss)})"
        )
    return "not scored yet"


def how_judged(run: Recording) -> str | None:
    """What to keep in mind when reading the accuracy."""
    if run.header.result is None or run.header.result.test is None:
        return None
    if run.header.data.watched == "test":
        return "the test set was watched during the training, as the tutorials do"
    return "the test set was scored once, after the last step; it chose nothing"
