"""A real Chromium, without a window, and how long its page is busy.

What a move of the pointer costs is the time in which the page's main thread is busy with it: the
event's handlers, the callbacks of the animation frame, and the style, layout and painting after them; not
the wait for the screen's next refresh, up to 16.7 ms more.
"""

from collections.abc import Sequence
from shutil import which
from typing import Any, NamedTuple

import numpy as np

MOVES = 120  # places of a drag
WINDOW = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = 1000  # milliseconds without a request, after which everything is here
SETTLE = 180_000  # milliseconds until the slowest room is here, computed by the server for the first time

# Notes for each picture how long the page was busy: handlers of the pointer since the last, its callbacks,
# and all until a message posted from within it arrives, which is after painting; and of those without a move
# of the pointer only this: what came later, or an animation. Also the tasks of 50 ms and more, whatever ran
# in them.
PROBE = """
(() => {
  const moved = (window.__moved = []), later = (window.__later = []), long = (window.__long = []);
  let handling = 0, began = 0, moves = 0;
  addEventListener("pointermove", () => { began = performance.now(); moves++; }, true);
  addEventListener("pointermove", () => { handling += performance.now() - began; }, false);
  const channel = new MessageChannel();
  let start = 0;
  channel.port1.onmessage = () => {
    (moves > 0 ? moved : later).push(performance.now() - start + handling);
    handling = moves = start = 0;
  };
  const original = window.requestAnimationFrame.bind(window);
  // A picture later, for this measurement itself: not counted.
  window.__picture = () => new Promise((done) => original(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = done;
    painted.port2.postMessage(0);
  }));
  window.requestAnimationFrame = (callback) => original((time) => {
    if (start === 0) {
      start = performance.now();
      channel.port2.postMessage(0);
    }
    callback(time);
  });
  new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".answers .best")) return;
    window.__answered = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""


class Busy(NamedTuple):
    """What a drag cost, milliseconds."""

    moved: list[float]
    """For each picture with a move of the pointer."""
    later: list[float]
    """For each other picture: what came later, or was animated."""
    long: list[float]
    """For each task of 50 ms and more."""


def browser_program() -> str:
    """The path of an installed browser."""
    found = next(filter(None, map(which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"a browser is needed: none of {', '.join(BROWSERS)} is on the PATH")
    return found


def opened(browser: Any, address: str, window: dict[str, int] = WINDOW) -> Any:
    """A page in a fresh profile, when the network's answer and the answers of all frames stand on it."""
    page = browser.new_context(viewport=window).new_page()
    page.add_init_script(PROBE)
    page.goto(address)
    page.wait_for_selector(".answers .best")
    page.wait_for_selector(".strip:not(.filling)")
    return page


def settled(page: Any, *shown: str) -> None:
    """Wait until these are shown, and the page asks for nothing more."""
    for selector in shown:
        page.wait_for_selector(selector, timeout=SETTLE)
    asked: list[object] = []
    page.on("request", lambda request: asked.append(request))
    page.wait_for_timeout(QUIET)
    while asked:
        asked.clear()
        page.wait_for_timeout(QUIET)


def drawn(page: Any) -> Busy:
    """What a spiral costs that is drawn."""
    box = page.locator("#input canvas").first.bounding_box()
    page.evaluate("scrollTo(0, 0)")
    turn = np.linspace(0, 3 * np.pi, MOVES)
    reach = np.linspace(0.1, 0.35, MOVES) * box["width"]
    places = zip(reach * np.cos(turn), reach * np.sin(turn), strict=True)
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return dragged(page, [(centre[0] + x, centre[1] + y) for x, y in places])


def scrubbed(page: Any) -> Busy:
    """What it costs to drag the timeline from its end to its beginning and back."""
    box = page.locator(".track").bounding_box()
    there = 0.5 + 0.499 * np.cos(np.linspace(0, 2 * np.pi, MOVES))
    return dragged(page, [(box["x"] + share * box["width"], box["y"] + 30) for share in there])


def dragged(page: Any, places: Sequence[tuple[float, float]]) -> Busy:
    """What a drag over these places of the window costs; each is painted before the next."""
    page.mouse.move(*places[0])
    page.mouse.down()
    page.evaluate("for (const times of [__moved, __later, __long]) times.length = 0")
    for place in places[1:]:
        page.mouse.move(*place)
        page.evaluate("__picture().then(__picture)")
    page.mouse.up()
    # A whole number of milliseconds comes as an int.
    return Busy(*([float(time) for time in times] for times in page.evaluate("[__moved, __later, __long]")))


def summary(times: Sequence[float]) -> dict[str, float | None]:
    """Median, 95th percentile and number of times in milliseconds; of none there is neither."""
    middle, slow = np.percentile(times, [50, 95]).round(1).tolist() if len(times) else (None, None)
    return {"median": middle, "p95": slow, "n": len(times)}
