"""What is said of the page's times."""

import re
from pathlib import Path
from typing import Any

from handlens.bench import browsing, page, rooms
from handlens.page.shell import STATIC


def test_times_are_summed_up() -> None:
    assert browsing.summary([float(n) for n in range(101)]) == {"median": 50.0, "p95": 95.0, "n": 101}
    assert browsing.summary([]) == {"median": None, "p95": None, "n": 0}


def test_every_room_of_the_page_is_measured() -> None:
    doors = (Path(str(STATIC)) / "widgets/doors.js").read_text("utf-8")
    assert list(rooms.SHOWN) == re.findall(r'^    name: "(\w+)",$', doors, re.MULTILINE)


def times(middle: float) -> dict[str, Any]:
    return {"median": middle, "p95": 2 * middle, "n": 9}


def test_a_report_is_read_in_four_tables() -> None:
    report = {
        "milliseconds": {"served": {"scrub": times(5)}, "one file": {"scrub": times(6)}},
        "rooms": {
            "open": {"why": times(90)},
            "scrub": {"every room": {"first": times(20), "second": times(10)}},
            "scrub of one room, tall": {"why": {"first": times(8), "second": times(7)}},
        },
        "megabytes": {"one file": 5.4321},
    }
    assert [list(table.rows) for table in page.tables(report)] == [
        [("scrub", "5.0", "6.0")],
        [("every room", "20.0", "40.0", "10.0", "20.0"), ("why", "8.0", "16.0", "7.0", "14.0")],
        [("why", "90", "180")],
        [("one file", "5.43")],
    ]
