"""Pages of a browser, each watched: what goes wrong in one, or is asked of elsewhere, fails the test."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

PATIENCE = 10_000  # milliseconds that a busy machine may take
INLINE = ("data:", "blob:")

Open = Callable[..., Page]


class Visits:
    """Opens pages, and says at the end what was wrong with them.

    Attributes:
        expected: patterns of problems that the test is about.
    """

    def __init__(self, browser: Browser) -> None:
        self.expected: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._problems: list[str] = []

    def open(self, address: str, **options: Any) -> Page:
        """A page in a profile of its own, when it shows an answer. One from a disk gets no network."""
        page = self.blank(address, **options)
        page.goto(address)
        ready(page)
        return page

    def blank(self, address: str, **options: Any) -> Page:
        """A page that may go to this address and its neighbours alone."""
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        if address.startswith("file:"):
            context.set_offline(True)
            context.route(re.compile(r"^(?!file:|data:|blob:)"), _refuse)
        self._watch(context, "/".join(address.split("/", 3)[:3]) + "/")
        return context.new_page()

    def end(self) -> list[str]:
        """Close all pages; gives what was wrong."""
        found = [problem for problem in self._problems if not self._is_expected(problem)]
        for context in self._contexts:
            context.close()
        return found

    def _is_expected(self, problem: str) -> bool:
        return any(re.search(pattern, problem) for pattern in self.expected)

    def _watch(self, context: BrowserContext, home: str) -> None:
        def console(message: ConsoleMessage) -> None:  # hears of every answer of 400 and above, too
            if message.type in ("error", "warning"):
                self._problems.append(f"console {message.type}: {message.text}")

        def request(request: Request) -> None:
            if not request.url.startswith((home, *INLINE)):
                self._problems.append(f"request to elsewhere: {request.url}")

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # a page that was left
                self._problems.append(f"request failed: {request.url} {request.failure}")

        context.on("console", console)
        context.on("weberror", lambda error: self._problems.append(f"page error: {error.error}"))
        context.on("request", request)
        context.on("requestfailed", failed)


def ready(page: Page) -> None:
    """Wait until the network has answered."""
    page.locator(".verdict .said:not(:empty)").wait_for()


def _refuse(route: Route) -> None:
    route.abort()
