"""How fast the page is, and how large its one file: measured in a real Chromium, without a window.

``python -m handlens.bench.page RUN`` writes ``bench/page.json``. It needs Playwright
(``pip install playwright``) and an installed Chromium or Chrome.

- **First paint**: from the navigation to the browser's first contentful paint, and to the moment at which
  the network's answer stands on the page. A fresh browser profile each time; the server is warm.
- **Redraw** after a stroke's next point, and after the timeline's next point while scrubbing: the time in
  which the page's main thread is busy with it. That is the event's handlers, the animation frame's
  callbacks, and the style, layout and painting after them; not the wait for the screen's next refresh, up
  to 16.7 ms more.
"""

import sys
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from handlens.bench.reports import Report, Table, cell, opening, write
from handlens.export import export
from handlens.recording import load
from handlens.serve import Background

OUT = Path("bench/page.json")
OPENED = 7  # times
MOVES = 120  # points of a stroke, and places of a scrub
WINDOW = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

# Notes for each animation frame how long the page was busy: handlers of the pointer since the last one, its
# callbacks, and all until a message posted from within it arrives, which is after painting.
PROBE = """
(() => {
  const busy = (window.__busy = []);
  let handling = 0, began = 0;
  addEventListener("pointermove", () => { began = performance.now(); }, true);
  addEventListener("pointermove", () => { handling += performance.now() - began; }, false);
  const channel = new MessageChannel();
  let start = 0;
  channel.port1.onmessage = () => {
    // Without a move, it was the strip that went on, in idle time.
    if (handling > 0) busy.push(performance.now() - start + handling);
    handling = 0;
    start = 0;
  };
  const original = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => original((time) => {
    if (start === 0) {
      start = performance.now();
      channel.port2.postMessage(0);
    }
    callback(time);
  });
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".answers .best")) return;
    window.__answered = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""
PAINT = """
new Promise((done) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))
"""


def main(folder: str, out: str | Path = OUT) -> dict[str, Any]:
    """Measure the page of a recording and write the result.

    Args:
        folder: the recording's.
        out: the JSON file to write.

    Returns:
        What was written.
    """
    from playwright.sync_api import sync_playwright

    report = opening(f"python -m handlens.bench.page {Path(folder).name}", "playwright")
    run = load(folder)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        plain, illustrated = Path(scratch, "plain.html"), Path(scratch, "illustrated.html")
        export(run, out=plain, figures=False)
        export(run, out=illustrated)
        browser = playwright.chromium.launch(executable_path=browser_program(), args=FLAGS)
        report["versions"]["chromium"] = browser.version
        report |= {
            "window": WINDOW,
            "frames": len(run.steps),
            "milliseconds": {
                "served": _measured(browser, Background().address(run)),
                "one file": _measured(browser, plain.as_uri()),
                "one file with figures and films": _measured(browser, illustrated.as_uri()),
            },
            "megabytes": {
                "one file": round(plain.stat().st_size / 1e6, 2),
                "one file with figures and films": round(illustrated.stat().st_size / 1e6, 2),
            },
        }
        browser.close()
    write(report, out)
    return report


def browser_program() -> str:
    """The path of an installed browser."""
    found = next(filter(None, map(which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"a browser is needed: none of {', '.join(BROWSERS)} is on the PATH")
    return found


def _measured(browser: Any, address: str) -> dict[str, Any]:
    paints, answers, strokes, scrubs = [], [], [], []
    for opened in range(OPENED):
        context = browser.new_context(viewport=WINDOW)
        page = context.new_page()
        page.add_init_script(PROBE)
        page.goto(address)
        page.wait_for_selector(".answers .best")
        page.wait_for_selector(".strip:not(.filling)")  # all frames are here
        paints.append(page.evaluate(PAINT))
        answers.append(page.evaluate("window.__answered"))
        if opened == 0:
            strokes = _drawn(page)
            scrubs = _scrubbed(page)
        context.close()
    return {
        "first paint": _summary(paints),
        "first answer": _summary(answers),
        "redraw after a stroke": _summary(strokes),
        "scrub": _summary(scrubs),
    }


def _drawn(page: Any) -> list[float]:
    """Busy times while a spiral is drawn."""
    box = page.locator("#input canvas").first.bounding_box()
    page.evaluate("scrollTo(0, 0)")
    turn = np.linspace(0, 3 * np.pi, MOVES)
    reach = np.linspace(0.1, 0.35, MOVES) * box["width"]
    places = zip(reach * np.cos(turn), reach * np.sin(turn), strict=True)
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return _moved(page, [(centre[0] + x, centre[1] + y) for x, y in places])


def _scrubbed(page: Any) -> list[float]:
    """Busy times while the timeline is dragged from its end to its beginning and back."""
    box = page.locator(".track").bounding_box()
    there = 0.5 + 0.45 * np.cos(np.linspace(0, 2 * np.pi, MOVES))
    return _moved(page, [(box["x"] + share * box["width"], box["y"] + 30) for share in there])


def _moved(page: Any, places: list[tuple[float, float]]) -> list[float]:
    page.mouse.move(*places[0])
    page.mouse.down()
    page.evaluate("window.__busy.length = 0")
    for place in places[1:]:
        page.mouse.move(*place)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.up()
    busy: list[float] = page.evaluate("window.__busy")
    return busy


def _summary(times: list[float]) -> dict[str, float]:
    middle, slow = np.percentile(times, [50, 95])
    return {"median": round(float(middle), 1), "p95": round(float(slow), 1), "n": len(times)}


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    shown = report["milliseconds"]
    rows = [
        (what, *(cell(shown[how][what]["median"], 1) for how in shown)) for what in next(iter(shown.values()))
    ]
    return [Table("The page, milliseconds (medians)", ("", *shown), rows)]


if __name__ == "__main__":
    main(sys.argv[1])
