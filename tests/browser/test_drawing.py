"""Drawing on the page: what is drawn is read."""

import numpy as np
from browser.hands import ONE, SEVEN, THREE, ZERO, draw, maps, next_picture, pixels, said, seen
from browser.visits import Open
from playwright.sync_api import expect


def test_what_is_drawn_is_read(opened: Open) -> None:
    page = opened("digit=test:2")  # a 1, so that the 7 is news
    expect(said(page)).to_have_text("1")
    clear, undo = page.get_by_role("button", name="Clear"), page.get_by_role("button", name="Undo")
    for digit, strokes in (("7", SEVEN), ("0", ZERO), ("3", THREE), ("1", ONE)):
        draw(page, strokes)
        expect(said(page)).to_have_text(digit)
        expect(page.locator(".input-what")).to_have_text("Your drawing, framed.")
        assert seen(page).max() > 250
        clear.click()
        expect(page.locator(".input-what")).to_contain_text("Nothing: black")
        next_picture(page)
        assert seen(page).max() == 0
    expect(clear).to_be_disabled()
    undo.click()  # the clearing
    expect(page.locator(".input-what")).to_have_text("Your drawing, framed.")
    expect(said(page)).to_have_text("1")
    undo.click()  # the stroke
    expect(page.locator(".input-what")).to_contain_text("Nothing: black")


def test_a_stroke_is_followed_point_by_point(opened_served: Open) -> None:
    page = opened_served()
    box = page.locator("#input canvas.pad").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    next_picture(page)
    dot = pixels(maps(page, "conv1"))
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"])
    next_picture(page)  # the button is still down
    line = pixels(maps(page, "conv1"))
    assert dot.shape == line.shape
    assert not np.array_equal(dot, line)
    page.mouse.up()
