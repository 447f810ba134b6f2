"""The page's address: it says what is seen, brings it back, and survives nonsense."""

import re

import numpy as np
from browser.hands import SEVEN, draw, hover, maps, next_picture, pixels, said, seen
from browser.lens import lens
from browser.visits import Open, Visits, ready
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


STILL = {"reduced_motion": "reduce"}


def lead(page: Page, what: str) -> None:
    """Go to a moment, a number and the gradients; the address is to say so."""
    page.get_by_role("slider", name="Step of the training").focus()
    page.keyboard.press("PageDown")
    page.locator("#network-tools").get_by_role("button", name="gradients").click()
    hover(page, "conv1", 8 * 28 * 28, 1200)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("dialog#operation")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"#step=\d+&{what}&unit=conv1:1200&show=gradients$"))


def test_what_is_seen_is_in_it(opened: Open, visits: Visits) -> None:
    page = opened("digit=test:2", **STILL)
    lead(page, "digit=test:2")
    again = visits.open(page.url, **STILL)
    expect(again.locator("dialog#operation")).to_be_visible()
    assert everything(again) == everything(page)


def test_a_drawing_is_in_it(opened_served: Open, visits: Visits) -> None:
    page = opened_served("digit=test:2", **STILL)
    draw(page, SEVEN)
    lead(page, "ink=[\\w-]+")
    again = visits.open(page.url, **STILL)
    expect(again.locator("dialog#operation")).to_be_visible()
    # The address rounds a drawing's points.
    np.testing.assert_allclose(seen(again).astype(int), seen(page), atol=40)
    expect(again.locator(".timeline .readout")).to_have_text(
        page.locator(".timeline .readout").text_content()
    )
    assert lens(again).place == lens(page).place
    again.get_by_role("button", name="Undo").click()
    expect(again.locator(".input-what")).to_contain_text("Nothing: black")


def test_a_moment_is_in_it_before_its_weights_are_here(visits: Visits, served: str) -> None:
    page = visits.blank(served)
    # All but the last frame's are on their way for as long as this takes.
    page.route(re.compile(r"/frames/(?!0*1650\b)"), lambda route: None)
    page.goto(served)
    ready(page)
    page.get_by_role("slider", name="Step of the training").focus()
    page.keyboard.press("PageDown")
    page.locator("#network-tools").get_by_role("button", name="gradients").click()
    expect(page).to_have_url(re.compile(r"#step=\d+&.*show=gradients$"))


def test_nonsense_is_left_aside(opened_served: Open, served: str) -> None:
    page = opened_served("step=x&digit=test:9999999999&ink=%%&unit=nowhere:3&show=all&axis=")
    for nonsense in (
        None,
        "step=999999999&unit=conv1:6272&digit=:&ink=!&constructor=1&__proto__=2",
        "&&&=&#&%E0%A4%A&unit=conv1:-1&step=-5&digit=test:1.5&axis=toString",
    ):
        if nonsense is not None:
            page.goto(f"{served}#{nonsense}")
            next_picture(page)
        expect(said(page)).to_have_text("7")  # the first item
        expect(page.get_by_role("slider").first).to_have_attribute("aria-valuenow", "1650")
        expect(page.locator("#fault")).to_be_hidden()
        expect(page.locator("dialog#operation")).to_be_hidden()


def test_a_recording_that_is_not_there_is_said(opened_served: Open) -> None:
    page = opened_served("run=../../etc")
    expect(page.locator("#fault")).to_contain_text("no recording “../../etc”")
    expect(said(page)).to_have_text("7")


def test_an_item_that_is_not_there_is_said_and_the_page_shows_another(
    opened_served: Open, served: str
) -> None:
    page = opened_served("digit=test:10000")
    expect(page.locator("#fault")).to_be_visible()
    expect(page.locator("#fault")).to_contain_text("10000")
    expect(said(page)).to_have_text("7")
    page.goto(f"{served}#digit=elsewhere:1")
    expect(page.locator("#fault")).to_contain_text("elsewhere")
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


# The page's writing of its address, which waits a moment, at our command.
LATE = """const waits = window.setTimeout;
window.setTimeout = (run, wait, ...rest) => {
  if (wait !== 400) return waits(run, wait, ...rest);
  window.__write = run;
  return 1;
};"""


def test_the_way_back_is_not_written_over_before_its_event(served: str, visits: Visits) -> None:
    page = visits.blank(served)
    page.add_init_script(LATE)
    page.goto(f"{served}#digit=test:2")
    slider = page.get_by_role("slider", name="Step of the training")
    expect(slider).to_have_attribute("aria-valuenow", "1650")
    page.evaluate("__write()")
    page.evaluate("location.hash = 'step=0&digit=test:1'")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    page.evaluate("addEventListener('popstate', () => __write(), { once: true })")  # which comes first
    page.evaluate("history.back()")
    expect(slider).to_have_attribute("aria-valuenow", "1650")
    page.evaluate("history.forward()")
    expect(slider).to_have_attribute("aria-valuenow", "0")
