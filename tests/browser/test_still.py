"""What one points at stays where it is, whatever arrives in the meantime."""

import numpy as np
import pytest
from browser.hands import SEVEN, draw, next_picture, settled
from browser.visits import Open, Visits, ready
from playwright.sync_api import Page, Route

SLOW = 4  # times that the page's processor is slower: what comes late comes in a picture of its own

# Where the maps of each stage are in the page, in every picture from now on.
WATCH = """() => {
  const places = (window.__places = {});
  const look = () => {
    for (const canvas of document.querySelectorAll(".network-maps canvas[tabindex]")) {
      const { left, top } = canvas.getBoundingClientRect();
      (places[canvas.closest("[data-stage]").dataset.stage] ??= []).push([left + scrollX, top + scrollY]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def moved(page: Page) -> dict[str, float]:
    """How many pixels the maps of each stage have moved, of those that have."""
    places = page.evaluate("__places")
    ways = {stage: float(np.ptp(seen, axis=0).max()) for stage, seen in places.items()}
    return {stage: way for stage, way in ways.items() if way > 0.5}  # less is rounding


@pytest.mark.parametrize("width", [375, 1024, 1280])
def test_the_maps_stay_while_the_answer_and_the_gradients_arrive(opened_served: Open, width: int) -> None:
    page = opened_served("digit=test:2", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    settled(page)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
    page.evaluate(WATCH)
    draw(page, SEVEN)
    slider = page.get_by_role("slider", name="Step of the training")
    slider.focus()
    for key in ("PageDown", "PageDown", "Home"):
        page.keyboard.press(key)
        next_picture(page)
    tools = page.locator("#network-tools")
    tools.get_by_role("button", name="gradients").click()
    tools.locator("select").select_option("8")
    settled(page)
    next_picture(page)
    assert moved(page) == {}
    slider.focus()
    page.keyboard.press("PageUp")
    tools.get_by_role("button", name="values").click()
    next_picture(page)
    assert moved(page) == {}


def test_the_pad_stays_while_the_network_arrives(visits: Visits, served: str) -> None:
    page = visits.blank(served)
    held: list[Route] = []
    page.route("**/frames/*", lambda route: held.append(route))
    page.goto(served)
    pad = page.locator("#input canvas.pad")
    pad.wait_for()
    next_picture(page)
    before = pad.bounding_box()
    assert page.locator(".answers .best").count() == 0
    assert held
    for route in held:  # and those that are asked for meanwhile
        route.continue_()
    page.unroute("**/frames/*")
    ready(page)
    next_picture(page)
    assert pad.bounding_box() == before
