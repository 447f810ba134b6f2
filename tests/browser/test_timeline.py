"""The timeline as scrubber: whatever moves it, maps and answer follow."""

import re
from pathlib import Path

import numpy as np
from browser.hands import maps, next_picture, pixels, said, settled
from browser.trained import trained
from browser.visits import Open, Visits
from playwright.sync_api import Page, expect
from serving import serving

from handlens.recording.schema import ChangeLine

Look = tuple[np.ndarray, np.ndarray, str]


def track(page: Page):
    return page.get_by_role("slider", name="Step of the training")


def stands_at(page: Page, step: int) -> None:
    """The slider says so, to those who see it and those who don't."""
    expect(track(page)).to_have_attribute("aria-valuenow", str(step))
    expect(track(page)).to_have_attribute("aria-valuetext", re.compile(f"^step {step:,} of 1,650"))
    expect(page.locator(".timeline .readout")).to_have_text(re.compile(f"^step {step:,} of 1,650"))


def look(page: Page) -> Look:
    """Maps and answer, as they are painted."""
    next_picture(page)
    stages = [pixels(maps(page, stage)) for stage in ("conv1", "relu1")]
    return *stages, page.locator(".answers").inner_text()


def alike(one: Look, other: Look) -> list[bool]:
    return [bool(np.array_equal(a, b)) for a, b in zip(one, other, strict=True)]


def test_keys_and_the_mouse_move_through_the_training(opened: Open) -> None:
    page = opened()
    settled(page)
    stands_at(page, 1650)
    assert track(page).get_attribute("aria-valuemin") == "0"
    assert track(page).get_attribute("aria-valuemax") == "1650"
    end = look(page)
    by_keys(page, end)
    by_mouse(page, end)


def by_keys(page: Page, end: Look) -> None:
    track(page).focus()
    page.keyboard.press("Home")
    stands_at(page, 0)
    expect(page.locator(".verdict .how")).to_contain_text(re.compile(r"1\d\.\d % sure"))  # of ten classes
    expect(page.locator(".timeline .now")).to_have_text(re.compile(r"says \d, 1\d %"))
    assert alike(look(page), end) == [False, False, False]
    page.keyboard.press("End")
    stands_at(page, 1650)
    assert alike(look(page), end) == [True, True, True]
    page.keyboard.press("ArrowLeft")
    expect(track(page)).not_to_have_attribute("aria-valuenow", "1650")
    page.keyboard.press("ArrowRight")
    stands_at(page, 1650)


def by_mouse(page: Page, end: Look) -> None:
    box = track(page).bounding_box()
    row = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.9 * box["width"], row)
    page.mouse.down()
    seen = []
    for share in (0.9, 0.7, 0.5, 0.3, 0.0):
        page.mouse.move(box["x"] + share * box["width"], row)
        next_picture(page)
        seen.append(int(track(page).get_attribute("aria-valuenow")))
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    stands_at(page, 0)
    assert alike(look(page), end) == [False, False, False]
    page.mouse.move(box["x"] + box["width"] + 20, row)  # beyond it, with the button down
    stands_at(page, 1650)
    page.mouse.up()
    page.mouse.move(box["x"] + 0.5 * box["width"], row)
    assert alike(look(page), end) == [True, True, True]


def test_it_plays_by_itself_to_the_end(opened_served: Open) -> None:
    page = opened_served("step=0&digit=test:2")
    settled(page)
    stands_at(page, 0)
    page.get_by_label("Speed in frames a second").select_option("32")
    page.get_by_role("button", name="Play the training").click()
    expect(page.get_by_role("button", name="Pause the training")).to_be_visible()
    expect(track(page)).not_to_have_attribute("aria-valuenow", "0")
    stands_at(page, 1650)
    expect(page.get_by_role("button", name="Play the training")).to_be_visible()
    expect(said(page)).to_have_text("1")
    track(page).focus()
    page.keyboard.press("Space")  # begins anew
    expect(page.get_by_role("button", name="Pause the training")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play the training")).to_be_visible()


def test_the_axis_and_the_gradient_norms_are_asked_for(opened_served: Open) -> None:
    page = opened_served()
    curves = page.locator(".track canvas").first
    before = pixels(curves)
    by_step = page.locator("[data-kind=steps]")
    by_step.click()
    expect(by_step).to_have_attribute("aria-pressed", "true")
    next_picture(page)
    even = pixels(curves)
    assert not np.array_equal(before, even)
    page.get_by_label("gradient norms").check()
    next_picture(page)
    assert pixels(curves).shape[0] > even.shape[0]


WARN = (0x8A, 0x3B, 0x00)  # --warn, of the light theme


def marked(page: Page) -> np.ndarray:
    """The columns of the curves that a mark goes through from top to bottom, as shares of their width."""
    curves = pixels(page.locator(".track canvas").first)[:, :, :3].astype(int)
    inked = (np.abs(curves - WARN).max(axis=2) < 40).sum(axis=0)
    columns = np.flatnonzero(inked > 25)
    return columns / curves.shape[1]


def test_changes_are_marked_and_the_rate_is_said(visits: Visits, tmp_path: Path) -> None:
    lines = [(4, "lr", 0.02), (8, "pause", True), (8, "pause", False)]
    changes = [ChangeLine(step=step, field=field, value=value) for step, field, value in lines]
    plain = trained(tmp_path / "plain", range(1, 17))
    with serving(plain, trained(tmp_path / "led", range(1, 17), changes)) as address:
        page = visits.open(f"{address}/#run=led&axis=steps", color_scheme="light")
        settled(page)
        expect(track(page)).to_have_attribute("aria-valuetext", re.compile("rate 0.02"))
        middle = marked(page)
        gutter = 4.2 * 11 / track(page).bounding_box()["width"]
        places = gutter + np.array([4, 8]) / 16 * (1 - 2 * gutter)
        assert len(middle) >= 2
        for place in middle:
            assert np.abs(places - place).min() < 0.01
        for place in places:
            assert np.abs(middle - place).min() < 0.01
        page.evaluate("location.hash = '#run=led&step=3&axis=steps'")
        expect(track(page)).to_have_attribute("aria-valuetext", re.compile("rate 0.1"))
        page = visits.open(f"{address}/#run=plain&axis=steps", color_scheme="light")
        settled(page)
        expect(track(page)).not_to_have_attribute("aria-valuetext", re.compile("rate"))
        assert len(marked(page)) == 0
