"""Items of the recording's sets: by number, by class, only the wrong ones."""

import re

import numpy as np
from browser.hands import said, seen
from browser.visits import Open, Visits
from playwright.sync_api import Locator, Page, expect

from handlens.recording import Recording


def items(picking: Locator) -> Locator:
    return picking.locator("[role=listbox] > [role=option]")


def panel(page: Page) -> Locator:
    """The picker, turned to."""
    page.get_by_role("tab").nth(1).click()
    found = page.locator("#input .picking")
    expect(items(found).first).to_be_visible()
    return found


def test_by_its_number(opened: Open, sample: Recording) -> None:
    page = opened()
    picking = panel(page)
    number, judged = picking.get_by_label("Number"), page.locator(".verdict .judged")
    images, labels = sample.digits("test")
    guesses = sample.outputs("test").argmax(axis=1)
    wrong = int(np.flatnonzero(guesses != labels)[0])
    for index in (42, wrong):
        number.fill(str(index))
        number.press("Enter")
        expect(page.locator(".input-what")).to_have_text(
            re.compile(f"item {index:,}: an? {labels[index]}\\.$")
        )
        np.testing.assert_array_equal(seen(page), np.round(images[index, 0] * 255))
        expect(said(page)).to_have_text(str(guesses[index]))
        expect(page.locator(".answers tr.right th")).to_have_text(str(labels[index]))
    expect(judged).to_contain_text(f"✗ wrong: it is a {labels[wrong]}")
    says = page.locator(".input-says")
    for beyond in ("10000", "-1", "3.5", "seven"):
        number.fill(beyond)
        number.press("Enter")
        expect(says).to_have_text(f"“{beyond}” is no number in the test set; it has 0 to 9,999.")
    expect(page.locator(".input-what")).to_contain_text(f"item {wrong:,}")  # it stays
    number.fill("42")
    number.press("Enter")
    expect(judged).to_contain_text("✓ right")
    expect(says).to_have_text("")


def test_only_what_it_gets_wrong_of_one_class(opened_served: Open, sample: Recording) -> None:
    page = opened_served()
    picking = panel(page)
    _, labels = sample.digits("test")
    guesses = sample.outputs("test").argmax(axis=1)
    asked = np.flatnonzero((labels == 9) & (guesses != 9))
    assert 2 <= len(asked) <= 18  # one page of them
    picking.get_by_label("Class").select_option("9")
    picking.get_by_role("checkbox").check()
    options = items(picking)
    expect(options).to_have_count(len(asked))
    for place, index in enumerate(asked[:2]):
        option = options.nth(place)
        expect(option).to_have_attribute("title", re.compile(f"item {index}: 9, read as {guesses[index]}"))
        option.click()
        expect(option).to_have_attribute("aria-selected", "true")
        expect(said(page)).to_have_text(str(guesses[index]))
        expect(page.locator(".verdict .judged")).to_contain_text("✗ wrong: it is a 9")
        expect(picking.get_by_label("Number")).to_have_value(str(index))
    picking.get_by_role("button", name="Previous").click()
    expect(picking.get_by_label("Number")).to_have_value(str(asked[0]))
    options.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(picking.get_by_label("Number")).to_have_value(str(asked[1]))


def test_of_another_set(opened_served: Open, sample: Recording) -> None:
    page = opened_served()
    picking = panel(page)
    assert picking.locator("select").first.locator("option").count() == 3
    picking.locator("select").first.select_option("train")
    expect(picking.locator(".picker-note")).to_contain_text("It has learnt from these")
    picking.get_by_label("Class").select_option("5")
    expect(items(picking).first).to_have_attribute("title", "training item 0: 5")
    items(picking).first.click()
    images, _ = sample.digits("train", np.array([0]))
    expect(page.locator(".input-what")).to_have_text("Training item 0: a 5.")
    np.testing.assert_array_equal(seen(page), np.round(images[0, 0] * 255))


def test_what_the_one_file_leaves_out_is_said(one_file: str, visits: Visits) -> None:
    page = visits.open(one_file)
    number = panel(page).get_by_label("Number")
    number.fill("9000")
    number.press("Enter")
    expect(page.locator(".input-says")).to_contain_text("Number 9000 isn't here: this page holds")
