"""kill -9 while trainings learn and save: what can be read afterwards, and where they end when they go on.

Every recipe and lesson on a few digits, with all that is random forced on, and a state saved after every
update. Half of the kills come at random moments, half just before a file is opened, renamed, cut or removed.
A training is killed, goes on, is killed again, until it comes to its end; then it is compared with one that
nobody killed. Each recipe has a process of its own that has torch loaded and forks the trainings, so that
kills fall into the training and not into start-up.
"""

import itertools
import os
import random
import signal
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, NamedTuple

from handlens.bench.children import answer, ask, settings
from handlens.bench.reports import Report, Table, Told, silent
from handlens.engine import Began, Event, Stepped, train
from handlens.errors import HandlensError
from handlens.recipes import Recipe, known
from handlens.recording import Recording, load
from handlens.recording.states import newest_state

PACKAGES = ("filelock", "numpy", "safetensors", "torch")
KILLS = 500
CHANCE: dict[str, Any] = {"shift": 2, "warp": 0.4, "wear": 0.6, "ema": 0.9}
"""Fields of a recipe that make it draw, or keep, more than the plain ones do."""

_SLICE: dict[str, Any] = {
    "limit": 400,
    "batch": 20,
    "epochs": 2,
    "watch_first": 100,
    "watch_every": 8,
    "widths": (4, 8),
    "threads": 1,  # a fork has no other thread of its parent's
    "device": "cpu",
}
_EARLY = 0.15  # the share of kills that fall into the start of a process: a recording's birth, or a resume
_TOUCHING = 0.5  # the share of kills that come when a file is touched
_TOUCHED = ("open", "os.rename", "os.remove", "os.truncate")  # Python's audit events
_MOST_TOUCHES = 60  # after which such a kill comes: some fifteen updates
_REACH = 1 / 3  # of a training's time, in which a kill comes: several for each recording
_TRIES = 20  # processes for each kill; those that end before it would come can't be all


class _Times(NamedTuple):
    """Seconds of a training that nobody kills."""

    start: float
    """Until it is recorded."""
    updates: float
    """From then to the last update."""


def with_chance(name: str) -> Recipe:
    """A recipe or lesson with every kind of chance in it, and a moving average; its own values stay."""
    own = known()[name]
    return own.but(**{field: value for field, value in CHANCE.items() if not getattr(own, field)})


def told(run: Recording) -> dict[str, Any]:
    """All that a recording tells, but times of day, as JSON values."""
    result = run.header.result
    timeless: dict[str, Any] = {"exclude": {"seconds"}, "mode": "json"}
    return {
        "status": run.status,
        "frames": {step: run.digest(step) for step in run.steps},
        "updates": [line.model_dump(**timeless) for line in run.updates],
        "evaluations": [line.model_dump(**timeless) for line in run.evaluations],
        "changes": [line.model_dump(**timeless) for line in run.changes],
        "notes": [line.model_dump(**timeless) for line in run.notes],
        "result": None if result is None else result.model_dump(**timeless),
    }


def faults(folder: Path) -> list[str]:
    """What is wrong with a recording whose process was killed: it can't be read, or not be gone on with."""
    try:
        newest_state(folder)
        return load(folder).verify()
    except HandlensError as error:
        return [str(error)]


def measured(count: int = KILLS, seed: int = 0, recipes: tuple[str, ...] = (), told: Told = silent) -> Report:
    """Kill trainings, recipe by recipe, and count what is wrong.

    Args:
        count: kills in all, spread evenly.
        seed: of the moments; when exactly a kill comes is the system's affair.
        recipes: which; by default every recipe and lesson.
        told: takes a line for each recipe.

    Returns:
        A row for each recipe and their sums: kills, those ``before`` a recording was there and those
        ``inside`` the writing of a file, recordings that came to their end, and in words what was
        ``unreadable`` after a kill or ``different`` at the end.

    Raises:
        HandlensError: a recipe's process failed.
    """
    names = recipes or tuple(known())
    rows: list[Report] = []
    for number, name in enumerate(names):
        share = count // len(names) + (number < count % len(names))
        if share:
            (found,) = ask("handlens.bench.kills", name=name, kills=share, seed=seed + number)
            rows.append({"recipe": name, **found.value})
            told(f"{name}: {share} kills, {_wrong(rows[-1])} recordings not as they should be")
    sums = {key: sum(row[key] for row in rows) for key in ("kills", "before", "inside", "recordings")}
    lists = {key: [text for row in rows for text in row[key]] for key in ("unreadable", "different")}
    return {"seed": seed, "state_saved_after": "every update", **sums, **lists, "rows": rows}


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    rows = [
        (
            name,
            *(str(row[key]) for key in ("kills", "before", "inside", "recordings")),
            str(len(row["unreadable"])),
            str(len(row["different"])),
        )
        for name, row in [*((row["recipe"], row) for row in report["rows"]), ("all", report)]
    ]
    headings = ("", "kills", "before birth", "inside a file", "recordings", "unreadable", "different")
    return [Table("Killed while training and saving", headings, rows)]


def killed(name: str, kills: int, seed: int) -> Report:
    """Kill trainings of a recipe so many times, over as many recordings as that takes."""
    chosen, chance = with_chance(name).but(**_SLICE), random.Random(seed)
    found: Report = {"kills": 0, "before": 0, "inside": 0, "recordings": 0, "unreadable": [], "different": []}
    with TemporaryDirectory() as parent:
        times = _undisturbed(chosen, Path(parent, "whole"))
        whole = told(load(Path(parent, "whole")))
        for number in range(_TRIES * kills):
            if found["kills"] == kills:
                break
            out = Path(parent, f"run-{number:04d}")
            while status := _attempt(chosen, out, times, chance if found["kills"] < kills else None):
                if status != -signal.SIGKILL:
                    found["unreadable"].append(f"{out}: can't be gone on with (status {status})")
                    break
                found["kills"] += 1
                _look(out, found)
            found["recordings"] += 1
            if faults(out) or told(load(out)) != whole:
                found["different"].append(f"{name}, seed {seed}, {out.name}: not as one that nobody killed")
        else:
            raise HandlensError(f"{name}: its trainings end before they can be killed")
    return found


def _look(out: Path, found: Report) -> None:
    """Count where a kill fell, and what it left."""
    if not out.exists():
        found["before"] += 1
        return
    log = (out / "metrics.jsonl").read_bytes()
    found["inside"] += any(out.rglob(".*.tmp-*")) or not log.endswith(b"\n")
    found["unreadable"] += faults(out)


def _wrong(row: Report) -> int:
    return len(row["unreadable"]) + len(row["different"])


# -- the trainings: forked processes that say by a byte how far they are ---------------------------------


def _undisturbed(recipe: Recipe, out: Path) -> _Times:
    """Train in one go."""
    began = monotonic()
    pid, said = _forked(recipe, out)
    moments = [monotonic() for _ in range(2) if os.read(said, 1)]
    os.close(said)
    if os.waitpid(pid, 0)[1] or len(moments) != 2:
        raise HandlensError(f"{recipe.name}: a training that nobody killed came to no end")
    return _Times(moments[0] - began, moments[1] - moments[0])


def _attempt(recipe: Recipe, out: Path, times: _Times, chance: random.Random | None) -> int:
    """Train, or go on, and kill it: its exit status, 0 where it was faster. Without `chance` it lives."""
    touching = chance is not None and chance.random() < _TOUCHING
    pid, said = _forked(recipe, out, chance.randint(1, _MOST_TOUCHES) if chance and touching else None)
    if chance is not None and not touching:
        if chance.random() < _EARLY / (1 - _TOUCHING):
            sleep(chance.uniform(0, times.start))
        else:
            os.read(said, 1)  # it is being recorded, or has ended
            sleep(chance.uniform(0, _REACH * times.updates))
        os.kill(pid, signal.SIGKILL)  # before it is waited for, so the number is still its own
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(said)
    return status


def _forked(recipe: Recipe, out: Path, touches: int | None = None) -> tuple[int, int]:
    """A process that trains, or goes on where a recording is there, and what it can be heard by.

    It says a byte when it is recorded, and one after its last update. Where `touches` are given, it is killed
    at the last of so many that it does to files.
    """
    hear, say = os.pipe()
    if pid := os.fork():
        os.close(say)
        return pid, hear
    status = 1
    try:
        os.close(hear)
        if touches is not None:
            _end_after(touches, out.parent)
        total = 0

        def listen(event: Event) -> None:
            nonlocal total
            if isinstance(event, Began):
                total = event.total
                os.write(say, b"b")
            elif isinstance(event, Stepped) and event.step == total:
                os.write(say, b"e")

        train(recipe, out, resume=out.exists(), listener=listen, state_seconds=0.0)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _end_after(touches: int, folder: Path) -> None:
    """Kill this process at the last of so many touches of what lies in a folder."""
    left = itertools.count(touches - 1, -1)

    def touch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _TOUCHED and str(arguments[0]).startswith(str(folder)) and next(left) <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touch)


if __name__ == "__main__":
    answer(killed(**settings()))
