"""Takes the pictures of the page: `python tools/shoot_page.py RUN` writes docs/page*.png and docs/room-*.png.

A recording of `default` is meant, such as `make run` leaves; the rooms are those of the recording that ships,
whose t-SNE and maximising pictures are there. It needs Playwright and Chromium, as the tests do.
"""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from handlens.bench.browsing import FLAGS, browser_program
from handlens.page import sample
from handlens.recording import load
from handlens.serve import Background

DOCS = Path(__file__).resolve().parents[1] / "docs"
DESK = {"width": 1440, "height": 1240}
PHONE = {"width": 375, "height": 760}
ROOMS = {
    "filters": "step=64&filters=conv2.4",
    "embedding": "embedding=tsne",
    "mistakes": "step=64&mistakes=cell.4.9",
}
"""Moments worth a picture."""


def main(folder: str) -> None:
    """Serve the recording and take the pictures."""
    background = Background()
    _take(background.address(load(folder)), background.address(sample.recording()))


def _take(address: str, sample: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=browser_program(), args=FLAGS)
        for scheme, name in (("light", "page"), ("dark", "page-dark")):
            context = browser.new_context(viewport=DESK, color_scheme=scheme, device_scale_factor=1.5)
            page = _opened(context, address)
            _draw_seven(page)
            _point(page, "conv1", 0.58, 0.22)
            _save(page, name)
            context.close()
        context = browser.new_context(viewport=PHONE, has_touch=True, device_scale_factor=2)
        page = _opened(context, address)
        _draw_seven(page)
        _save(page, "page-phone")
        context = browser.new_context(viewport=DESK, color_scheme="light")
        for name, moment in ROOMS.items():
            _room(_opened(context, f"{sample}&{moment}"), name)
        browser.close()


def _opened(context: Any, address: str) -> Any:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".answers .best")
    page.wait_for_selector(".strip:not(.filling)")
    return page


def _draw_seven(page: Any) -> None:
    """A seven with a bar, as many write it."""
    box = page.locator("#input canvas.pad").bounding_box()
    for stroke in (((0.27, 0.22), (0.74, 0.2), (0.47, 0.86)), ((0.36, 0.54), (0.72, 0.5))):
        (x, y), *others = stroke
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        for x, y in others:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=20)
        page.mouse.up()
    page.wait_for_selector(".strip.filling", state="attached", timeout=2000)
    page.wait_for_selector(".strip:not(.filling)")


def _point(page: Any, stage: str, across: float, down: float) -> None:
    """Point at a number of a stage's maps."""
    box = page.locator(f'[data-stage="{stage}"] .network-maps canvas[tabindex]').bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.wait_for_selector(".network-unit")


def _room(page: Any, name: str) -> None:
    """A picture of one room, once it is quiet."""
    room = page.locator(f"#room-{name}")
    room.scroll_into_view_if_needed()
    page.wait_for_timeout(5000)
    _save(room, f"room-{name}")


def _save(shown: Any, name: str) -> None:
    picture = Image.open(BytesIO(shown.screenshot())).convert("RGB")
    picture.save(DOCS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
