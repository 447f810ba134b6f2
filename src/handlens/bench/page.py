"""How fast the page is, and how large its one file: measured in a real Chromium, without a window.

It needs Playwright (``pip install playwright``) and an installed Chromium or Chrome.

- **First paint**: from the navigation to the browser's first contentful paint, and to the moment at which
  the network's answer stands on the page. A fresh browser profile each time; the server is warm.
- **Redraw** after a stroke's next point, and after the timeline's next point while scrubbing: how long the
  page is busy with it (`browsing`).
- **Rooms**: the same with every room open, and how long each takes to open (`rooms`).
"""

from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any

from handlens.bench import rooms
from handlens.bench.browsing import FLAGS, WINDOW, browser_program, drawn, opened, scrubbed, summary
from handlens.bench.machine import load_average
from handlens.bench.reports import Report, Table, Told, cell, silent
from handlens.export import export
from handlens.page import sample
from handlens.recording import Recording, load

PACKAGES = ("playwright",)
OPENED = 7  # times
PAINT = """
new Promise((done) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))
"""


def measured(folder: str | Path, told: Told = silent) -> Report:
    """Measure the page of a recording.

    Args:
        folder: the recording's.
        told: takes lines that say how far it is.

    Returns:
        Milliseconds served, as one file, and with rooms open; the megabytes of the one file, the recording's
        and that of the recording that ships with handlens.

    Raises:
        RecordingError: there is no recording in the folder.
    """
    from playwright.sync_api import sync_playwright

    run = load(folder)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        shipped = Path(scratch, "sample")
        copytree(sample.path(), shipped, ignore=ignore_patterns("cache"))
        files = _files(run, "", Path(scratch), told) | _files(load(shipped), "sample: ", Path(scratch), told)
        plain, illustrated = list(files.values())[:2]
        browser = playwright.chromium.launch(executable_path=browser_program(), args=FLAGS)
        with rooms.serving(run, load(shipped), Path(scratch)) as (served, other):
            report = {
                "chromium": browser.version,
                "window": WINDOW,
                "tall window": rooms.TALL,
                "frames": len(run.steps),
                "milliseconds": {
                    "served": _measured(browser, served, "served", told),
                    "one file": _measured(browser, plain.as_uri(), "one file", told),
                    "one file with figures and films": _measured(
                        browser, illustrated.as_uri(), "one file with figures and films", told
                    ),
                },
                "rooms": rooms.measured(browser, served, other, plain.as_uri(), told),
                "megabytes": {what: round(file.stat().st_size / 1e6, 2) for what, file in files.items()},
            }
        browser.close()
    return report | {"load_average_after": load_average()}


def _files(run: Recording, whose: str, scratch: Path, told: Told) -> dict[str, Path]:
    files = {}
    for what, figures in (("one file", False), ("one file with figures and films", True)):
        told(f"write {whose}{what}")
        place = scratch / f"{len(list(scratch.iterdir()))}.html"
        files[whose + what] = export(run, out=place, figures=figures)
    return files


def _measured(browser: Any, address: str, what: str, told: Told) -> dict[str, Any]:
    told(f"open, draw and scrub: {what}")
    paints, answers, strokes, scrubs = [], [], [], []
    for time in range(OPENED):
        page = opened(browser, address)
        paints.append(page.evaluate(PAINT))
        answers.append(page.evaluate("window.__answered"))
        if time == 0:
            strokes, scrubs = drawn(page).moved, scrubbed(page).moved
        page.context.close()
    return {
        "first paint": summary(paints),
        "first answer": summary(answers),
        "redraw after a stroke": summary(strokes),
        "scrub": summary(scrubs),
    }


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    shown, inside = report["milliseconds"], report["rooms"]
    rows = [
        (what, *(cell(shown[how][what]["median"], 1) for how in shown)) for what in next(iter(shown.values()))
    ]
    drags = {**inside["scrub"], **inside["scrub of one room, tall"]}
    scrubs = [
        (what, *(cell(drag[turn][how], 1) for turn in ("first", "second") for how in ("median", "p95")))
        for what, drag in drags.items()
    ]
    opening = [(name, cell(took["median"], 0), cell(took["p95"], 0)) for name, took in inside["open"].items()]
    sizes = [(what, cell(size)) for what, size in report["megabytes"].items()]
    turns = ("first: median", "p95", "second: median", "p95")
    return [
        Table("The page, milliseconds (medians)", ("", *shown), rows),
        Table("Scrub with rooms open, milliseconds a picture", ("", *turns), scrubs),
        Table("From the click on its door to a room, milliseconds", ("", "median", "p95"), opening),
        Table("The one file, megabytes", ("", "MB"), sizes),
    ]
