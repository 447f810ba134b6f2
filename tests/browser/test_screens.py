"""Phones, large screens, dark rooms: everything fits, and fingers do what hands do."""

import re
from itertools import pairwise

import numpy as np
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


def test_it_fits_every_screen(visits: Visits, served: str) -> None:
    page = visits.open(f"{served}#unit=conv2:100", reduced_motion="reduce")
    sheet = page.locator("dialog#operation")
    for width, height in ((768, 1024), (1280, 720), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        expect(sheet).to_be_visible()
        next_picture(page)
        fits(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    for width, height in ((3840, 2160), (768, 1024)):
        page.set_viewport_size({"width": width, "height": height})
        next_picture(page)
        fits(page)


def test_zero_has_the_colour_of_the_card_in_both_themes(opened_served: Open) -> None:
    page = opened_served("digit=test:17", color_scheme="light")
    maps(page, "relu1").scroll_into_view_if_needed()
    painted = []
    for scheme in ("light", "dark", "light"):
        page.emulate_media(color_scheme=scheme)
        next_picture(page)
        next_picture(page)
        card = page.locator(".network-card").evaluate("card => getComputedStyle(card).backgroundColor")
        wanted = np.array([int(part) for part in re.findall(r"\d+", card)[:3]])
        assert (wanted.mean() > 127) == (scheme == "light")
        painted.append(pixels(maps(page, "relu1")))
        opaque = painted[-1][painted[-1][:, :, 3] == 255][:, :3]
        colours, counts = np.unique(opaque, axis=0, return_counts=True)
        assert np.abs(colours[counts.argmax()].astype(int) - wanted).max() <= 16
    np.testing.assert_array_equal(painted[0], painted[2])
