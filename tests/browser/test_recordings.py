"""Recordings of all kinds: foreign, blown up, of one frame, damaged, growing; several at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.hands import hover, maps, next_picture, pixels, said, settled
from browser.lens import lens
from browser.made import begun, damaged, foreign, written
from browser.visits import Visits
from playwright.sync_api import Page, Route, expect
from serving import serving
from small import record_steps

from handlens.page.bundle import bundle
from handlens.recording import Recording, load
from handlens.recording.schema import Result
from handlens.reporting.rooms import Recorded


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """Recordings by name."""
    folder = tmp_path_factory.mktemp("shelf")
    whole = written(folder / "whole", last=4)
    return {
        "whole": whole,
        "foreign": foreign(folder / "foreign"),
        "diverged": written(folder / "diverged", 4, "the loss is no number", broken_from=3),
        "single": written(folder / "single", last=0),
        "damaged": damaged(folder / "damaged", whole, step=2),
    }


@pytest.fixture(scope="module")
def library(shelf: dict[str, Recording]) -> Iterator[str]:
    """A server that shows them all."""
    with serving(*shelf.values()) as address:
        yield f"{address}/"


@pytest.fixture(params=["served", "one file"])
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def visit(name: str, way: str, visits: Visits, library: str, shelf: dict[str, Recording]) -> Page:
    """The page of one of them."""
    if way == "served":
        return visits.open(f"{library}#run={name}")
    file = shelf[name].folder.parent / f"{name}.html"
    file.write_text(bundle(shelf[name], rooms=Recorded(shelf[name])), encoding="utf-8")
    return visits.open(file.as_uri())


def test_a_foreign_network_of_colours(
    way: str, visits: Visits, library: str, shelf: dict[str, Recording]
) -> None:
    page, run = visit("foreign", way, visits, library, shelf), shelf["foreign"]
    images, labels = run.digits(indices=np.array([0]))
    stages = run.stages(images)
    expect(page.locator("#masthead")).to_contain_text("foreign")
    expect(said(page)).to_have_text(run.graph.classes[int(stages[run.graph.output][0].argmax())])
    expect(page.locator(".answers tr.right th")).to_have_text(run.graph.classes[labels[0]])
    colours = pixels(page.locator("canvas.seen"))[:, :, :3]
    np.testing.assert_allclose(colours, np.moveaxis(images[0], 0, 2) * 255, atol=1)
    adding = next(node for node in run.graph.nodes if node.op == "add")
    for stage in ("input", adding.name, run.graph.output):
        values = stages[stage][0]
        index = int(np.abs(values).argmax())
        hover(page, stage, values.size, index)
        shown = lens(page)
        assert (shown.stage, shown.index_in(values.shape, run.graph.classes)) == (stage, index)
        assert shown.value == pytest.approx(values.ravel()[index], abs=1e-4)
        if stage == adding.name:
            assert len(shown.rows["term"]) == 2
            assert sum(shown.rows["term"]) == pytest.approx(shown.value, rel=1e-6)
            assert page.locator(".network-curves path[d]:not([d=''])").count() == 2
    page.locator("#input canvas.pad").click()  # a dot, fitted
    expect(page.locator(".input-what")).to_have_text("Your drawing, fitted.")


def test_one_that_blew_up_says_so_from_where_on(
    way: str, visits: Visits, library: str, shelf: dict[str, Recording]
) -> None:
    page = visit("diverged", way, visits, library, shelf)
    settled(page)
    expect(page.locator("#masthead .chip")).to_have_text(re.compile("failed"))
    expect(said(page)).to_have_text("?")
    expect(page.locator(".verdict")).to_contain_text("no longer finite")
    expect(page.locator(".network-note")).to_contain_text("From step 3 on the loss is not a number")
    expect(page.locator('[data-stage="conv1"] .network-broken')).to_be_visible()
    yellow = pixels(maps(page, "conv1"))
    assert (yellow[yellow[:, :, 3] > 0] == (0xFF, 0xD5, 0x00, 0xFF)).all()
    hover(page, "conv1", 2 * 28 * 28, 300)
    expect(page.locator("#lens .lens-value")).to_have_text("NaN")
    page.locator("#network-tools").get_by_role("button", name="gradients").click()
    expect(page.locator("#network-tools button[aria-pressed=true]")).to_have_text("gradients")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("Home")
    expect(said(page)).to_have_text(re.compile("^[0-2]$"))
    expect(page.locator('[data-stage="conv1"] .network-broken')).to_be_hidden()
    expect(page.locator(".network-note")).not_to_contain_text("not a number")


def test_one_of_a_single_frame(way: str, visits: Visits, library: str, shelf: dict[str, Recording]) -> None:
    page = visit("single", way, visits, library, shelf)
    settled(page)
    slider = page.get_by_role("slider").first
    expect(slider).to_have_attribute("aria-valuenow", "0")
    expect(slider).to_have_attribute("aria-valuemax", "0")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 20)
    expect(page.get_by_role("button", name="Play the training", include_hidden=True)).to_be_hidden()
    slider.focus()
    for key in ("ArrowLeft", "End", "PageUp", " "):
        page.keyboard.press(key)
    expect(slider).to_have_attribute("aria-valuenow", "0")
    images, _ = shelf["single"].digits(indices=np.array([0]))
    logits = shelf["single"].stages(images)["logits"][0]
    expect(said(page)).to_have_text(str(logits.argmax()))


def test_a_network_that_ships_stands_at_the_end_of_its_training(visits: Visits) -> None:
    run = load("micro")
    with serving(run) as address:
        page = visits.open(address)
        settled(page)
        slider = page.get_by_role("slider").first
        expect(slider).to_have_attribute("aria-valuenow", str(run.steps[-1]))
        box, head = slider.bounding_box(), page.locator(".playhead").bounding_box()
        assert head["x"] > box["x"] + 0.95 * box["width"]
        page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 20)
        expect(page.locator(".readout")).to_contain_text(f"step {run.steps[-1]:,}")


def slowly(route: Route) -> None:
    """An answer later than the page's wish to write its address."""
    route.request.frame.page.wait_for_timeout(500)
    route.continue_()


def test_another_recording_is_chosen(visits: Visits, library: str) -> None:
    page = visits.open(library)
    choice = page.get_by_label("Recording")
    expect(choice.locator("option")).to_have_text(["whole", "foreign", "diverged", "single", "damaged"])
    expect(page.locator(".answers tbody th").first).to_have_text("0")
    page.route(library, slowly)
    page.get_by_role("slider").first.press("Home")  # soon to be in the address, but of this recording
    choice.select_option("foreign")
    expect(page.locator(".answers tbody th").first).to_have_text("red")
    expect(page.get_by_label("Recording")).to_have_value("foreign")
    expect(page).to_have_url(re.compile("run=foreign"))
    expect(page).to_have_title(re.compile("^foreign"))
    page.evaluate("location.hash = 'run=single'")  # or written into the address
    expect(page).to_have_title(re.compile("^single"))


def test_a_damaged_frame_is_said_and_the_others_are_there(visits: Visits, library: str) -> None:
    visits.expected = ["422"]
    page = visits.open(f"{library}#run=damaged")
    expect(page.locator("#fault")).to_be_visible()
    expect(page.locator("#fault")).to_contain_text("00000002.safetensors")
    slider = page.get_by_role("slider").first
    slider.focus()
    answers = []
    for key in ("Home", "ArrowRight"):
        page.keyboard.press(key)
        next_picture(page)
        answers.append(page.locator(".answers").inner_text())
    expect(slider).to_have_attribute("aria-valuenow", "1")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "4")
    next_picture(page)
    answers.append(page.locator(".answers").inner_text())
    assert len(set(answers)) == 3


def test_one_that_grows_is_followed(visits: Visits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("growth", "shelf"):
        monkeypatch.setattr(f"handlens.serve.{module}.SECONDS", 0.02)
    writer = begun(tmp_path / "growing")
    try:
        with serving(load(writer.folder)) as address:
            page = visits.open(address)
            slider = page.get_by_role("slider").first
            chip = page.locator("#masthead .chip")
            expect(chip).to_have_text("still training")
            expect(slider).to_have_attribute("aria-valuemax", "0")
            page.evaluate("window.kept = true")
            record_steps(writer, range(1, 4))
            expect(slider).to_have_attribute("aria-valuemax", "3")
            slider.focus()
            page.keyboard.press("End")
            expect(slider).to_have_attribute("aria-valuenow", "3")
            record_steps(writer, range(4, 6))
            expect(slider).to_have_attribute("aria-valuemax", "5")
            writer.close(Result(step=5, seconds=1.0, images=5))
            expect(chip).to_be_hidden()
            assert page.evaluate("window.kept"), "the page was loaded again"
            settled(page)
    finally:
        writer.release()
