"""The page in an installed Chromium, served and as one file from the disk."""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from browser.visits import PATIENCE, Open, Visits
from playwright.sync_api import Browser, Page, expect, sync_playwright
from serving import serving

from handlens.page import sample as shipped
from handlens.page.bundle import bundle
from handlens.recording import Recording, load
from handlens.reporting.rooms import Recorded

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = {
    "darwin": [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ],
    "win32": [
        rf"{os.environ.get(folder, 'C:')}\{program}"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        for program in (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
    ],
}
FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def installed() -> str | None:
    """Where there is a browser of Chromium's kind."""
    on_path = filter(None, map(shutil.which, NAMES))
    usual = filter(os.path.exists, PLACES.get(sys.platform, []))
    return next(on_path, None) or next(usual, None)


@pytest.hookimpl(trylast=True)  # when those that aren't asked for have gone
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser one test stands, skipped, for all that are left out: one line in the summary."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    if not here or installed() or os.environ.get("CI") == "true":
        return
    about = f"the page's {len(here)} tests in a browser are left out: no Chromium or Chrome is installed"
    here[0].add_marker(pytest.mark.skip(about))
    config.hook.pytest_deselected(items=here[1:])
    items[:] = [item for item in items if item not in here[1:]]


# Of a module, not of the session: while Playwright runs, no other test's asyncio can.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. Without one: skipped, but failed where CI is true."""
    program = installed()
    if program is None:
        reason = "the page is not tested in a browser: neither Chromium nor Chrome is installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    """Opens watched pages."""
    visits = Visits(chromium)
    yield visits
    assert visits.end() == []


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A copy of the recording that ships with the package: looking at it fills its cache."""
    folder = tmp_path_factory.mktemp("page") / "digits"
    shutil.copytree(shipped.path(), folder, ignore=shutil.ignore_patterns("cache"))
    return load(folder)


@pytest.fixture(scope="session")
def served(sample: Recording) -> Iterator[str]:
    """The address of a server that shows it."""
    with serving(sample) as address:
        yield f"{address}/"


@pytest.fixture(scope="session")
def one_file(sample: Recording, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page as one file on the disk."""
    file = tmp_path_factory.mktemp("file") / "digits.html"
    file.write_text(bundle(sample, rooms=Recorded(sample)), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(params=["served", "one_file"])
def home(request: pytest.FixtureRequest) -> str:
    """The page's address, without what follows the #."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def opened(home: str, visits: Visits) -> Open:
    """Opens the page at a state of its address, ``opened("step=0")``, served or from the disk."""
    return partial(_open, visits, home)


@pytest.fixture
def opened_served(served: str, visits: Visits) -> Open:
    """The same, served: for what can't differ."""
    return partial(_open, visits, served)


def _open(visits: Visits, home: str, state: str = "", **options: Any) -> Page:
    return visits.open(f"{home}#{state}", **options)
