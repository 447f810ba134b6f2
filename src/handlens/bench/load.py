"""What `handlens serve` does under load: how many pictures a second, how soon, and in how much memory.

The server is the command itself, in a process of its own with its reading processes; a client in another one
(`load_client`) sends it PNGs by the loopback, single digits and rows of five in equal parts. They share the
machine: the client takes a part of what is measured.

- **Capacity**: a few connections, each of which sends its next picture when the last is answered; what is
  answered in a second. There are fewer of them than the server has places, so that nobody is refused.
- **Half load, double load, recovery**: pictures come when strangers' do, at times drawn beforehand by a seed
  (`load_client.when_due`), at half the capacity, then at twice, then at half again without a break. Each is
  counted from when it was *due*, so that a server which stands still isn't flattered by a client that waits
  for it. Recovery is how long after the double load's end everything that comes is answered, and 99 % of it
  as soon as 1.2 times what 99 % took at half load.
- **Soak**: for minutes at 70 % of the capacity, to see whether memory grows.

`PROMISES` says what is expected of it; the report says of each whether it was kept.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from handlens.bench.children import ask
from handlens.bench.load_client import KINDS, Sent, pictures
from handlens.bench.load_server import Serving, Watch, resident, serving
from handlens.bench.machine import load_average, usable_cores
from handlens.bench.reports import Report, Table, Told, cell, silent
from handlens.errors import HandlensError

PACKAGES = ("fastapi", "onnxruntime", "opencv-python-headless", "pillow", "psutil", "starlette", "uvicorn")
SEED = 1
CONNECTIONS = 2 * min(4, usable_cores())
"""Twice what the server reads at a time, and fewer than it has places."""
SECONDS = {"capacity": 15.0, "half": 60.0, "double": 30.0, "recovery": 10.0, "soak": 180.0}
SHARES = {"half": 0.5, "double": 2.0, "recovery": 0.5, "soak": 0.7}
"""Of the capacity."""

BUSY = (429, 503)
"""Statuses that ask to come again."""
SLACK = 1.2
RECOVERY_STEP = 0.25
FEWEST = 20
"""Answers that a percentile of the recovery is taken of."""
RECOVERY_SECONDS, GROWTH_SHARE, GROWTH_MB = 5.0, 0.05, 200.0


def _always_answered(report: Report) -> bool:
    loads = report["loads"].values()
    return {status for load in loads for status in load["statuses"]} <= {"200", *map(str, BUSY)}


def _told_when(report: Report) -> bool:
    return not any(load["refused_without_retry_after"] for load in report["loads"].values())


def _undisturbed(report: Report) -> bool:
    return all(report["loads"][name]["statuses"].keys() == {"200"} for name in ("half", "soak"))


def _recovered(report: Report) -> bool:
    seconds = report["recovery_seconds"]
    return seconds is not None and seconds <= RECOVERY_SECONDS


def _bounded(report: Report) -> bool:
    memory = report["memory_mb"]
    return bool(memory["soak_growth"] <= min(GROWTH_MB, GROWTH_SHARE * memory["before_soak"]))


PROMISES: dict[str, Callable[[Report], bool]] = {
    "every picture is answered: read (200), or refused for now (429, 503)": _always_answered,
    "whoever is refused hears when to come again": _told_when,
    "nobody is refused at half load, nor in the soak": _undisturbed,
    f"within {RECOVERY_SECONDS:g} s after the double load it is as quick as at half load": _recovered,
    f"the soak leaves at most {GROWTH_SHARE:.0%} more memory taken, and {GROWTH_MB:g} MB": _bounded,
}


def measured(seconds: Mapping[str, float] = SECONDS, seed: int = SEED, told: Told = silent) -> Report:
    """Measure a server of this command.

    Args:
        seconds: of each part, as in `SECONDS`.
        seed: draws the arrivals and which picture each is.
        told: takes lines that say how far it is.

    Returns:
        The capacity, each load's throughput, times and statuses, the memory, and whether `PROMISES` were
        kept. Milliseconds are from when a picture was due until its answer was whole.

    Raises:
        HandlensError: the server doesn't start or reads nothing, the client failed, or there is no psutil.
    """
    with serving() as server:
        memory = {"begun": resident(server.process)}
        told(f"capacity: {CONNECTIONS} connections, {seconds['capacity']:g} s")
        report = _capacity(server, seconds["capacity"], seed)
        rate = report["capacity"]["read_a_second"]
        with Watch(server) as watch:
            names = ("half", "double", "recovery")
            loads = _loads(server, names, rate, seconds, seed, told)
        memory["highest_of_loads"] = max(watch.seen)
        memory["before_soak"] = resident(server.process)
        with Watch(server) as watch:
            loads |= _loads(server, ("soak",), rate, seconds, seed + 1, told)
        memory |= {"highest_of_soak": max(watch.seen), "after_soak": watch.seen[-1]}
    memory["soak_growth"] = memory["after_soak"] - memory["before_soak"]
    report |= {
        "loads": {name: summary(*load) for name, load in loads.items()},
        "recovery_seconds": recovery(loads["half"][0], loads["recovery"][0]),
        "memory_mb": {name: round(value, 1) for name, value in memory.items()},
        "load_average_after": load_average(),
    }
    return report | {"kept": {promise: kept(report) for promise, kept in PROMISES.items()}}


def _capacity(server: Serving, seconds: float, seed: int) -> Report:
    sent = _ask(port=server.port, connections=CONNECTIONS, seconds=seconds, seed=seed)
    read = [each for each in sent if each.status == 200]
    if not read:
        raise HandlensError(f"handlens serve read none of {len(sent)} pictures; see what it says of one")
    return {
        "seed": seed,
        "pictures": {
            kind: {"different": len(made), "bytes": int(np.mean([len(picture) for picture in made]))}
            for kind, made in pictures().items()
        },
        "capacity": {
            "connections": CONNECTIONS,
            "seconds": seconds,
            "read_a_second": round(len(read) / max(each.ended for each in sent), 1),
            "milliseconds": {kind: percentiles(_times(_of(kind, read))) for kind in KINDS},
        },
    }


Load = tuple[list[Sent], float, float]
"""What was sent, how many a second were to be, and the seconds."""


def _loads(
    server: Serving, names: Sequence[str], rate: float, seconds: Mapping[str, float], seed: int, told: Told
) -> dict[str, Load]:
    """Some loads without a break between them; the times of each count from its own beginning."""
    rates = {name: SHARES[name] * rate for name in names}
    for name in names:
        told(f"{name}: {rates[name]:.0f} a second, {seconds[name]:g} s")
    sent = _ask(port=server.port, loads=[(rates[name], seconds[name]) for name in names], seed=seed)
    found: dict[str, Load] = {}
    begun = 0.0
    for number, name in enumerate(names):
        own = [_earlier(each, begun) for each in sent if each.load == number]
        found[name] = own, rates[name], seconds[name]
        begun += seconds[name]
    return found


def _earlier(sent: Sent, by: float) -> Sent:
    return sent._replace(due=sent.due - by, begun=sent.begun - by, ended=sent.ended - by)


def _ask(**settings: Any) -> list[Sent]:
    (answer,) = ask("handlens.bench.load_client", **settings)
    return [Sent(*each) for each in answer.value["sent"]]


def summary(sent: Sequence[Sent], rate: float, seconds: float) -> Report:
    """What came of a load.

    Args:
        sent: all that was sent, in any order.
        rate: how many a second were to be.
        seconds: for so long.
    """
    read = [each for each in sent if each.status == 200]
    refused = [each for each in sent if each.status in BUSY]
    statuses = Counter("none" if each.status is None else str(each.status) for each in sent)
    return {
        "seconds": seconds,
        "due_a_second": round(rate, 1),
        "sent": len(sent),
        "read_a_second": round(len(read) / seconds, 1),
        "statuses": dict(sorted(statuses.items())),
        "refused_without_retry_after": sum(not each.again for each in refused),
        "milliseconds": percentiles(_times(read)),
        "milliseconds_of_kinds": {kind: percentiles(_times(_of(kind, read))) for kind in KINDS},
        "milliseconds_until_refused": percentiles(_times(refused)),
        "milliseconds_sent_late": percentiles([each.begun - each.due for each in sent]),
    }


def _of(kind: str, sent: Sequence[Sent]) -> list[Sent]:
    return [each for each in sent if each.kind == kind]


def _times(sent: Sequence[Sent]) -> list[float]:
    return [each.ended - each.due for each in sent]


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Median, 99th percentile and longest of times, in milliseconds; of none there is none."""
    if not seconds:
        return {"p50": None, "p99": None, "longest": None}
    found = np.percentile(seconds, (50, 99, 100)) * 1e3
    return dict(zip(("p50", "p99", "longest"), found.round(2).tolist(), strict=True))


def recovery(before: Sequence[Sent], after: Sequence[Sent]) -> float | None:
    """Seconds after a load's end until the server is as it was before.

    From then on all that is due is read, and 99 % of it as soon as `SLACK` times what 99 % took before.

    Args:
        before: what was sent at the same load, earlier.
        after: what was sent since that end, times counted from it.

    Returns:
        A multiple of a quarter of a second; None where that never comes, or so late that it can't be
        told.
    """
    usual = percentiles(_times([each for each in before if each.status == 200]))["p99"]
    if usual is None:
        return None
    step = 0
    while len(rest := [each for each in after if each.due >= step * RECOVERY_STEP]) >= FEWEST:
        p99 = percentiles(_times(rest))["p99"]
        if all(each.status == 200 for each in rest) and p99 is not None and p99 <= SLACK * usual:
            return step * RECOVERY_STEP
        step += 1
    return None


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    capacity, memory = report["capacity"], report["memory_mb"]
    rows = [
        (
            name,
            cell(load["due_a_second"], 0),
            cell(load["read_a_second"], 0),
            cell(load["milliseconds"]["p50"], 1),
            cell(load["milliseconds"]["p99"], 1),
            ", ".join(f"{status}: {count:,}" for status, count in load["statuses"].items()),
        )
        for name, load in report["loads"].items()
    ]
    waits = [
        (kind, cell(found["p50"], 1), cell(found["p99"], 1))
        for kind, found in capacity["milliseconds"].items()
    ]
    held = [(name.replace("_", " "), cell(value, 0)) for name, value in memory.items()]
    headings = ("load", "due a second", "read a second", "p50, ms", "p99, ms", "statuses")
    return [
        Table(
            f"Capacity: {capacity['read_a_second']:.0f} pictures a second", ("", "p50, ms", "p99, ms"), waits
        ),
        Table("Loads", headings, rows),
        Table("Memory of all its processes", ("", "MB"), held),
        Table(
            "Promises",
            ("", "kept"),
            [
                *((promise, "yes" if kept else "NO") for promise, kept in report["kept"].items()),
                ("seconds until it had recovered", cell(report["recovery_seconds"])),
            ],
        ),
    ]
