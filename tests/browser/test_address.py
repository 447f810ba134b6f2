"""The page's address: it says what is seen, brings it back, and survives nonsense."""

import re

import numpy as np
import pytest
from browser.hands import SEVEN, draw, hover, maps, next_picture, pixels, said, seen
from browser.lens import lens
from browser.visits import Open, Visits
from playwright.sync_api import Page, expect


def everything(page: Page) -> dict[str, object]:
    """What somebody with the same address is to see."""
    next_picture(page)
    return {
        "maps": pixels(maps(page, "conv1")).tobytes(),
        "input": seen(page).tobytes(),
        "answers": page.locator(".answers").inner_text(),
        "moment": page.get_by_role("slider", name="Step of the training").get_attribute("aria-valuetext"),
        "number": (lens(page).stage, lens(page).place, lens(page).value, lens(page).gradient),
        "tools": page.locator("#network-tools").inner_text(),
    }


@pytest.mark.parametrize("by", ["digit", "drawing"])
def test_what_is_seen_is_in_it(opened: Open, visits: Visits, by: str) -> None:
    still = {"reduced_motion": "reduce"}
    page = opened("digit=test:2", **still)
    if by == "drawing":
        draw(page, SEVEN)
    page.get_by_role("slider", name="Step of the training").focus()
    page.keyboard.press("PageDown")
    page.locator("#network-tools").get_by_role("button", name="gradients").click()
    hover(page, "conv1", 8 * 28 * 28, 1200)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("dialog#operation")).to_be_visible()
    what = "ink=[\\w-]+" if by == "drawing" else "digit=test:2"
    told = re.compile(rf"#step=\d+&{what}&unit=conv1:1200&show=gradients$")
    expect(page).to_have_url(told)
    again = visits.open(page.url, **still)
    expect(again.locator("dialog#operation")).to_be_visible()
    if by == "digit":
        assert everything(again) == everything(page)
        return
    # The address rounds a drawing's points.
    np.testing.assert_allclose(seen(again).astype(int), seen(page), atol=40)
    expect(again.locator(".timeline .readout")).to_have_text(
        page.locator(".timeline .readout").text_content()
    )
    assert lens(again).place == lens(page).place
    again.get_by_role("button", name="Undo").click()
    expect(again.locator(".input-what")).to_contain_text("Nothing: black")


@pytest.mark.parametrize(
    "nonsense",
    [
        "step=x&digit=test:99999999999&ink=%%&unit=nowhere:3&show=everything&axis=&run=../../etc",
        "step=999999999&unit=conv1:6272&digit=:&ink=!&constructor=1&__proto__=2",
        "&&&=&#&%E0%A4%A&unit=conv1:-1&step=-5&digit=test:1.5",
    ],
)
def test_nonsense_is_left_aside(opened_served: Open, nonsense: str) -> None:
    page = opened_served(nonsense)
    expect(said(page)).to_have_text("7")  # the first item
    expect(page.get_by_role("slider").first).to_have_attribute("aria-valuenow", "1650")
    expect(page.locator("#fault")).to_be_hidden()
    expect(page.locator("dialog#operation")).to_be_hidden()


def test_an_item_that_is_not_there_is_said_and_the_page_shows_another(opened_served: Open) -> None:
    for state in ("digit=test:10000", "digit=elsewhere:1"):
        page = opened_served(state)
        expect(page.locator("#fault")).to_contain_text(state.split("=")[1].split(":")[0])
        expect(said(page)).to_have_text("7")


def test_a_changed_address_is_followed_and_so_is_the_way_back(opened: Open) -> None:
    page = opened("digit=test:2")
    slider = page.get_by_role("slider", name="Step of the training")
    expect(page).to_have_url(re.compile("#digit=test:2$"))
    page.evaluate("location.hash = 'step=0&digit=test:1'")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    expect(page.locator(".input-what")).to_have_text("Test item 1: a 2.")
    first = pixels(maps(page, "conv1"))
    page.go_back()
    expect(slider).to_have_attribute("aria-valuenow", "1650")
    expect(page.locator(".input-what")).to_have_text("Test item 2: a 1.")
    next_picture(page)
    assert not np.array_equal(pixels(maps(page, "conv1")), first)
    page.go_forward()
    expect(slider).to_have_attribute("aria-valuenow", "0")
    expect(page.locator(".input-what")).to_have_text("Test item 1: a 2.")
    page.evaluate("location.hash = 'unit=logits:3&digit=test:2&axis=steps'")
    expect(page.locator("dialog#operation h2")).to_have_text("How logits computes its number for “3”")
    expect(page.locator("[data-kind=steps]")).to_have_attribute("aria-pressed", "true")


def test_a_change_is_followed_though_the_page_writes_its_own_address_meanwhile(opened_served: Open) -> None:
    page = opened_served("digit=test:2")
    expect(page).to_have_url(re.compile("#digit=test:2$"))
    # The event comes after this script: what the script does in between, a timer may do, too.
    page.evaluate("""() => {
      const own = location.href;
      location.hash = "step=0";
      history.replaceState(null, "", own);
    }""")
    expect(page.get_by_role("slider").first).to_have_attribute("aria-valuenow", "0")
    expect(page).to_have_url(re.compile("step=0"))
