"""The tour: by keys alone, through all its stops, and back to where it began."""

from browser.visits import Open
from playwright.sync_api import expect


def test_the_tour_by_keys(opened_served: Open) -> None:
    page = opened_served("digit=test:17", reduced_motion="reduce")
    start, tour = page.locator("#start-tour"), page.locator("#tour")
    expect(tour).to_be_hidden()
    start.focus()
    page.keyboard.press("Enter")
    expect(tour).to_be_visible()
    stops = int(tour.locator(".number").text_content().split(" of ")[1])
    assert stops >= 5
    headings = []
    for stop in range(1, stops + 1):
        expect(tour.locator(".number")).to_have_text(f"{stop} of {stops}")
        expect(tour.locator("h2")).to_be_focused()
        expect(page.locator(".toured")).to_have_count(1)
        expect(page.locator(".toured")).to_be_in_viewport()
        headings.append(tour.locator("h2").text_content())
        if "Before" in headings[-1]:
            expect(page.get_by_role("slider").first).to_have_attribute("aria-valuenow", "0")
        if "Every number" in headings[-1]:
            expect(page.locator(".network-overlay")).to_be_visible()
        tour.get_by_role("button", name="Done" if stop == stops else "Next", exact=True).focus()
        page.keyboard.press("Enter")
    assert len(set(headings)) == stops
    expect(tour).to_be_hidden()
    expect(start).to_be_focused()
    expect(page.locator(".toured")).to_have_count(0)


def test_escape_ends_it_anywhere_and_back_goes_back(opened_served: Open) -> None:
    page = opened_served(reduced_motion="reduce")
    start, tour = page.locator("#start-tour"), page.locator("#tour")
    start.click()
    expect(tour.get_by_role("button", name="Back")).to_be_disabled()
    first = tour.locator("h2").text_content()
    tour.get_by_role("button", name="Next").click()
    expect(tour.locator("h2")).not_to_have_text(first)
    tour.get_by_role("button", name="Back").click()
    expect(tour.locator("h2")).to_have_text(first)
    page.keyboard.press("Escape")
    expect(tour).to_be_hidden()
    expect(start).to_be_focused()
