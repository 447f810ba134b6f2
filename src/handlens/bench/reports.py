"""What every measurement hands back: a report, its file, and the tables to read it by."""

import json
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from handlens.bench.machine import environment, hardware, load_average, versions
from handlens.errors import HandlensError
from handlens.whole import write_whole

Report = dict[str, Any]
"""A JSON object."""
Told = Callable[[str], None]
"""Takes a line that says how far a measurement is."""


class Table(NamedTuple):
    """A part of a report, to be read."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def opening(command: str, *packages: str) -> Report:
    """What stands first in a report. Ask for it before the measurement begins: it notes the load."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "hardware": hardware(),
        "load_average_before": load_average(),
        "environment": environment(),
        "versions": versions("handlens", *packages),
    }


def write(report: Report, out: str | Path) -> None:
    """Write a report as JSON, into a folder that is made where there is none."""
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    write_whole(Path(out), (json.dumps(report, indent=2, allow_nan=False) + "\n").encode())


def read(path: str | Path) -> Report | None:
    """A report that was written before; None where there is none.

    Raises:
        HandlensError: the file is no report.
    """
    if not Path(path).exists():
        return None
    try:
        report: Report = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise HandlensError(f"{path}: is no report ({error}); move it away, or name another --out") from None
    return report


def silent(line: str) -> None:
    """Tell nobody."""


def median(values: Sequence[float], digits: int = 4) -> float:
    """The median, rounded."""
    return round(statistics.median(values), digits)


def cell(value: int | float | None, digits: int = 2, suffix: str = "") -> str:
    """A number as a table shows it; a dash for one that there isn't."""
    return "–" if value is None else f"{value:,.{digits}f}{suffix}"
