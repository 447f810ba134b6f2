"""The operation view: opened by a click or by keys, closed by Escape, and focus is where it was."""

import re

import pytest
from browser.hands import hover, maps, next_picture
from browser.lens import lens
from browser.visits import Open
from playwright.sync_api import Page, expect

CONV1 = 8 * 28 * 28


def dialog(page: Page):
    return page.locator("dialog#operation[open]")


def test_a_click_opens_it_and_escape_gives_the_focus_back(opened: Open) -> None:
    page = opened("digit=test:17")
    for stage, size, index, words in (
        ("conv1", CONV1, 1000, "How conv1 computes map 2"),
        ("pool1", 8 * 14 * 14, 300, "How pool1 computes map 2"),
        ("logits", 10, 4, "How logits computes its number for “4”"),
    ):
        hover(page, stage, size, index)
        value = lens(page).value
        page.mouse.down()
        page.mouse.up()
        expect(dialog(page)).to_be_visible()
        expect(dialog(page).locator("h2")).to_have_text(words)
        expect(dialog(page).locator("h2")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("dialog#operation")).to_be_hidden()
        expect(maps(page, stage)).to_be_focused()
        hover(page, stage, size, index)
        assert lens(page).value == value


def test_it_goes_from_map_to_map_and_from_stage_to_stage(opened_served: Open) -> None:
    page = opened_served("unit=conv1:1000", reduced_motion="reduce")
    heading = dialog(page).locator("h2")
    expect(heading).to_have_text("How conv1 computes map 2")
    dialog(page).locator("[data-way=nextMap]").click()
    expect(heading).to_have_text("How conv1 computes map 3")
    for stage in ("relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "logits"):
        dialog(page).locator("[data-way=nextStage]").click()
        expect(heading).to_contain_text(stage)
        expect(page.locator("#lens h2")).to_contain_text(f"{stage}, ")
        value = float(dialog(page).locator(".operation-here").get_attribute("data-value"))
        assert lens(page).value == pytest.approx(value)
    expect(dialog(page).locator("[data-way=nextStage]")).to_be_disabled()
    dialog(page).get_by_role("button", name="Close").click()
    expect(page.locator("dialog#operation")).to_be_hidden()


def test_a_sliding_window_stops_and_goes_on_by_hand(opened_served: Open) -> None:
    page = opened_served("unit=conv1:0")
    here = dialog(page).locator(".operation-here")
    expect(here).to_have_text(re.compile("^map 1, row 1, column 1:"))  # what was clicked
    slide = dialog(page).locator("[data-role=slide]")
    slide.click()
    expect(here).not_to_have_text(re.compile("^map 1, row 1, column 1:"))
    slide.click()
    before = here.text_content()
    dialog(page).get_by_role("button", name="One position on").click()
    expect(here).not_to_have_text(before)
    dialog(page).get_by_role("button", name="One position back").click()
    expect(here).to_have_text(before)


def test_by_keys_alone(opened_served: Open) -> None:
    page = opened_served("digit=test:17", reduced_motion="reduce")
    for _ in range(60):
        page.keyboard.press("Tab")
        if maps(page, "conv1").evaluate("canvas => canvas === document.activeElement"):
            break
    expect(maps(page, "conv1")).to_be_focused()
    next_picture(page)
    begin = lens(page)
    assert begin.place == (0, 14, 14)
    for key, place in (
        ("ArrowRight", (0, 14, 15)),
        ("ArrowUp", (0, 13, 15)),
        ("PageDown", (1, 13, 15)),
        ("Home", (1, 13, 0)),
        ("End", (1, 13, 27)),
    ):
        page.keyboard.press(key)
        next_picture(page)
        assert lens(page).place == place
    expect(page.locator("#network [aria-live]")).to_contain_text("conv1, map 2, row 14, column 28")
    page.keyboard.press("Enter")
    expect(dialog(page).locator("h2")).to_be_focused()
    expect(dialog(page).locator(".operation-here")).to_contain_text("map 2, row 14, column 28")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#operation")).to_be_hidden()
    expect(maps(page, "conv1")).to_be_focused()
    expect(page.locator("a.skip")).to_have_attribute("href", "#network")
