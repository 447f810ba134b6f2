"""Phones, large screens, dark rooms: everything fits, and fingers do what hands do."""

import re
from itertools import pairwise

import numpy as np
import pytest
from browser.hands import SEVEN, maps, next_picture, pixels, said, seen
from browser.visits import Open, Visits
from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
ROOM = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"


def fits(page: Page) -> None:
    """Nothing reaches beyond the right edge."""
    needed, there = page.evaluate(ROOM)
    assert needed <= there


def drag(page: Page, places: list[tuple[float, float]]) -> None:
    """One finger, from place to place."""
    hand = page.context.new_cdp_session(page)
    for kind, place in [("touchStart", places[0]), *(("touchMove", place) for place in places[1:])]:
        point = {"x": place[0], "y": place[1]}
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        next_picture(page)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_draws_and_the_page_stays(opened: Open) -> None:
    page = opened("digit=test:2", **PHONE)
    fits(page)
    pad = page.locator("#input canvas.pad")
    pad.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    box = pad.bounding_box()
    (stroke,) = SEVEN
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
    way = np.concatenate([np.linspace(a, b, 6) for a, b in pairwise(corners)])
    drag(page, [(float(x), float(y)) for x, y in way])
    expect(page.locator(".input-what")).to_have_text("Your drawing, framed.")
    expect(said(page)).to_have_text("7")
    assert page.evaluate("scrollY") == before
    next_picture(page)
    assert np.count_nonzero(seen(page)) > 40


def test_a_finger_scrubs_and_taps(opened_served: Open) -> None:
    page = opened_served(**PHONE)
    slider = page.get_by_role("slider", name="Step of the training")
    box = slider.bounding_box()
    row = box["y"] + box["height"] / 2
    drag(page, [(box["x"] + share * box["width"], row) for share in (0.8, 0.5, 0.0)])
    expect(slider).to_have_attribute("aria-valuenow", "0")
    maps(page, "conv1").tap()
    sheet = page.locator("dialog#operation[open]")
    expect(sheet).to_be_visible()
    expect(sheet).to_be_in_viewport()
    box = sheet.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    fits(page)
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_be_hidden()
    page.get_by_role("tab").nth(1).tap()
    expect(page.locator("[role=listbox] > [role=option]").first).to_be_visible()
    page.locator("#start-tour").tap()
    expect(page.locator("#tour")).to_be_visible()
    page.locator("#network-tools").get_by_role("button", name="gradients").dispatch_event("click")
    expect(page.locator("#network-tools select")).to_be_visible()
    fits(page)


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1280, 720), (3840, 2160)])
def test_it_fits(visits: Visits, served: str, width: int, height: int) -> None:
    page = visits.open(f"{served}#unit=conv2:100", viewport={"width": width, "height": height})
    expect(page.locator("dialog#operation")).to_be_visible()
    fits(page)
    page.keyboard.press("Escape")
    fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_zero_has_the_colour_of_the_card(opened_served: Open, scheme: str) -> None:
    page = opened_served("digit=test:17", color_scheme=scheme)
    maps(page, "relu1").scroll_into_view_if_needed()
    next_picture(page)
    card = page.locator(".network-card").evaluate("card => getComputedStyle(card).backgroundColor")
    wanted = np.array([int(part) for part in re.findall(r"\d+", card)[:3]])
    assert (wanted.mean() > 127) == (scheme == "light")
    painted = pixels(maps(page, "relu1"))
    colours, counts = np.unique(painted[painted[:, :, 3] == 255][:, :3], axis=0, return_counts=True)
    zero = colours[counts.argmax()].astype(int)
    assert np.abs(zero - wanted).max() <= 16


def test_the_theme_is_followed_while_the_page_is_open(opened_served: Open) -> None:
    page = opened_served(color_scheme="light")
    maps(page, "relu1").scroll_into_view_if_needed()
    next_picture(page)
    light = pixels(maps(page, "relu1"))
    page.emulate_media(color_scheme="dark")
    next_picture(page)
    next_picture(page)
    assert pixels(maps(page, "relu1"))[:, :, :3].mean() < light[:, :, :3].mean()
    page.emulate_media(color_scheme="light")
    next_picture(page)
    next_picture(page)
    np.testing.assert_array_equal(pixels(maps(page, "relu1")), light)
