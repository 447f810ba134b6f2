"""How fast the page's rooms are: opened for the first time, and while the timeline is dragged."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from handlens.bench.browsing import WINDOW, Busy, opened, scrubbed, settled, summary
from handlens.bench.reports import Report, Told
from handlens.recording import Recording
from handlens.serve import Live, create
from handlens.serve.server import Server, address_of, listen

OPENED = 5  # times
TALL = {"width": 1440, "height": 5000}  # all rooms are on the screen: where nobody sees them, they rest

# What stands in each room when what it asks for is here.
SHOWN = {
    "filters": ".filters-best:not(.waiting) [role=option]:not([hidden]) canvas",
    "embedding": ".embedding-layout:not([hidden]) .embedding-count:not(:empty)",
    "mistakes": ".mistakes-layout:not([hidden]) [role=option]:not([hidden]) canvas",
    "why": ".why-maps canvas",
    "train": "#room-train .train-plan:not(:empty), #room-train code:not([hidden])",
    "compare": ".compare-body:not([hidden]) table",
}
# From the click on a room's door to the picture in which the room stands.
OPEN = """async ([name, shown]) => {
  const began = performance.now();
  document.querySelector(`[aria-controls="room-${name}"]`).click();
  do await __picture(); while (!document.querySelector(shown)?.getClientRects().length);
  return performance.now() - began;
}"""


@contextmanager
def serving(run: Recording, other: Recording, scratch: Path) -> Iterator[tuple[str, str]]:
    """Serve two recordings as `handlens view` does; gives the address of the first, and the second's id."""
    app, answering = create(live=Live(scratch)), Event()
    first, second = (app.state.shelf.add(each) for each in (run, other))
    server = Server(app, answering.set)
    with listen(0) as listener:
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        answering.wait()
        try:
            yield address_of(listener, {"run": first}), second
        finally:
            server.should_exit = True
            thread.join()


def measured(browser: Any, served: str, other: str, file: str, told: Told) -> Report:
    """Measure the rooms of a page.

    Args:
        browser: Playwright's.
        served: the page's address, with a state after its #.
        other: the id of the recording beside it.
        file: the address of the page as one file.
        told: takes lines that say how far it is.

    Returns:
        Milliseconds. ``open``: each room for the first time in a fresh profile, what the server computes for
        it computed before. ``scrub``: with all rooms open, on a screen and on one so tall that all are
        painted, and with each room alone on the latter; the first drag, in which what comes late comes, and a
        second one.
    """
    state = {name: other if name == "compare" else "open" for name in SHOWN}
    packed = {name: how for name, how in state.items() if name != "compare"}  # one file has one recording
    told("scrub with every room open, on a tall screen")
    tall = _scrub(browser, served, state, TALL)
    told("scrub with every room open")
    usual = _scrub(browser, served, state, WINDOW)
    told("scrub with every room open, one file on a tall screen")
    single = _scrub(browser, f"{file}#", packed, TALL)
    alone = {}
    for name, how in state.items():
        told(f"scrub with the room {name} alone, on a tall screen")
        alone[name] = _scrub(browser, served, {name: how}, TALL)
    opening = {}
    for name in SHOWN:
        told(f"open the room {name}, {OPENED} times")
        opening[name] = summary([_opening(browser, served, name) for _ in range(OPENED)])
    return {
        "open": opening,
        "scrub": {"every room": usual, "every room, tall": tall, "every room, tall, one file": single},
        "scrub of one room, tall": alone,
    }


def _opening(browser: Any, served: str, name: str) -> float:
    page = opened(browser, served)
    settled(page)
    took = float(page.evaluate(OPEN, [name, SHOWN[name]]))  # a whole number of milliseconds comes as an int
    page.context.close()
    return took


def _scrub(browser: Any, address: str, state: dict[str, str], window: dict[str, int]) -> Report:
    page = opened(browser, address + "".join(f"&{name}={how}" for name, how in state.items()), window)
    settled(page, *(SHOWN[name] for name in state if window is TALL))
    drags = {"first": _told(scrubbed(page)), "second": _told(scrubbed(page))}
    page.context.close()
    return drags


def _told(busy: Busy) -> Report:
    longest = round(max(busy.long), 1) if busy.long else None
    return {
        **summary(busy.moved),
        "later pictures": summary(busy.later),
        "tasks from 50 ms": {"n": len(busy.long), "longest": longest},
    }
