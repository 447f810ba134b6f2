"""The room of the filters, by hand: tiles, film, digits, dreams, and filters that are dead or alike."""

import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from browser.hands import pixels
from browser.made import foreign
from browser.visits import Open, Visits
from playwright.sync_api import Page, expect
from safetensors.numpy import load as unpacked
from serving import serving
from small import SMALL, drawn, header

from handlens.insight import dreams
from handlens.page.bundle import bundle
from handlens.page.resources import Resources
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, Result
from handlens.reporting.rooms import Recorded

TALL = {"width": 1280, "height": 2400}
STEP = 320
UNIT = 6  # "conv2.7"


def top(run: Recording, step: int, unit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The indices in the set, the places and the peaks of what excites a filter of conv2 most."""
    resources = Resources(run, rooms=Recorded(run))
    said = unpacked(resources.read(f"units/test/{step}.safetensors"))
    indices = unpacked(resources.read("sets/test.safetensors"))["indices"]
    return (
        indices[said["conv2/top"][unit]],
        said["conv2/place"][unit],
        said["conv2/peak"][unit],
    )


def title(page: Page) -> str:
    return page.locator(".filters-title").inner_text()


def test_a_filter_at_a_step(opened: Open, sample: Recording) -> None:
    page = opened(f"step={STEP}&filters=conv2.7", viewport=TALL)
    expect(page.locator(".filters-title")).to_have_text("conv2, filter 7")
    expect(page.locator(".filters-best h3")).to_contain_text(f"2,012 digits at step {STEP}")
    faces = page.locator(".filters-digits [role=option]")
    expect(faces).to_have_count(9)
    indices, places, peaks = top(sample, STEP, UNIT)
    for face, index, peak in zip(faces.all(), indices, peaks, strict=True):
        expect(face).to_have_attribute("aria-label", re.compile(rf"item {index:,}, \d: answers {peak:.2f}"))
    # What is lit is the receptive field: 14 x 14 pixels, moved by 2 for each place of conv2's map.
    row, column = np.unravel_index(places[0], (14, 14))
    lit = page.locator(".filters-field i").first.evaluate("i => [i.offsetTop, i.offsetLeft, i.offsetHeight]")
    side = page.locator(".filters-field").first.evaluate("field => field.clientWidth") / 28
    whole = [min(2 * at - 6 + 14, 28) for at in (row, column)]
    first = [max(2 * at - 6, 0) for at in (row, column)]
    assert lit[:2] == pytest.approx([at * side for at in first], abs=1)
    assert lit[2] == pytest.approx((whole[0] - first[0]) * side, abs=1)


def test_a_click_on_the_film_scrubs_and_all_follows(opened_served: Open, sample: Recording) -> None:
    page = opened_served("filters=conv2.7", viewport=TALL)
    film = page.locator(".filters-reel canvas")
    expect(film).to_have_attribute("aria-valuetext", "step 1,650")
    before = pixels(page.locator(".filters-tiles canvas").nth(UNIT))
    film.click(position={"x": 3, "y": 3})
    expect(page.locator(".filters-best h3")).to_contain_text("at step 0")
    expect(page).to_have_url(re.compile("step=0&"))
    indices, _, _ = top(sample, 0, UNIT)
    face = page.locator(".filters-digits [role=option]").first
    expect(face).to_have_attribute("aria-label", re.compile(f"item {indices[0]:,},"))
    assert not np.array_equal(before, pixels(page.locator(".filters-tiles canvas").nth(UNIT)))
    film.press("ArrowRight")
    expect(film).to_have_attribute("aria-valuenow", "1")
    expect(page.locator(".timeline [role=slider]").first).not_to_have_attribute("aria-valuetext", "step 0")


def test_a_digit_becomes_the_input_and_its_number_is_pinned(opened_served: Open, sample: Recording) -> None:
    page = opened_served(f"step={STEP}&filters=conv2.7", viewport=TALL)
    indices, places, _ = top(sample, STEP, UNIT)
    page.locator(".filters-digits [role=option]").nth(1).click()
    index = UNIT * 14 * 14 + places[1]
    expect(page).to_have_url(re.compile(rf"digit=test:{indices[1]}&unit=relu2:{index}&"))
    expect(page.locator(".filters-digits [aria-selected=true]")).to_have_count(1)
    assert title(page) == "conv2, filter 7"


def test_filters_are_chosen_by_keys_and_by_what_is_pinned(opened_served: Open) -> None:
    page = opened_served("filters=conv1.2", viewport=TALL)
    tiles = page.locator(".filters-tiles")
    expect(tiles.locator("[role=option]:visible")).to_have_count(8)
    tiles.locator("[aria-selected=true]").press("ArrowRight")
    expect(page).to_have_url(re.compile("filters=conv1.3"))
    expect(tiles.locator("[role=option]").nth(2)).to_be_focused()
    page.get_by_role("button", name="logits", exact=True).click()
    expect(page.locator(".filters-title")).to_have_text("logits, unit for “0”")
    page.evaluate("location.hash = 'unit=conv2:1000&filters=logits.1'")  # the same filter, and a number
    expect(page.locator(".filters-title")).to_have_text("conv2, filter 6")
    page.evaluate("location.hash = 'unit=conv2:0&filters=conv1.4'")  # another filter: it counts
    expect(page.locator(".filters-title")).to_have_text("conv1, filter 4")


# -- made ones -----------------------------------------------------------------------------------------


def flawed(seed: int) -> dict[str, np.ndarray]:
    """Two equal filters in conv2, and one that answers nothing."""
    weights = drawn(seed)
    for name in ("conv2.weight", "conv2.bias"):
        weights[name][1] = weights[name][0]
    weights["conv2.weight"][2], weights["conv2.bias"][2] = 0, -1
    return weights


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Two frames of it, and twelve pictures of noise."""
    folder = tmp_path_factory.mktemp("made") / "flawed"
    images = np.random.default_rng(0).random((12, 1, 28, 28), np.float32)
    content = pack({"inputs": images, "labels": np.arange(12) % 10})
    data = Data(name="mine", samples=sha256(content), watched="samples", split={"samples": 12})
    writer = Writer.create(folder, header(data=data, graph=SMALL), flawed(0), None, content)
    writer.frame(5, flawed(5))
    writer.close(Result(step=5, seconds=1.0, images=1))
    return load(folder)


@pytest.fixture
def address(made: Recording) -> Iterator[str]:
    with serving(made) as home:
        yield f"{home}/"


def test_dead_filters_and_equal_ones_are_flagged(address: str, visits: Visits) -> None:
    page = visits.open(f"{address}#filters=conv2.3", viewport=TALL)
    expect(page.locator(".filters-life")).to_have_text(
        "Never above 0 on any of 12 samples: at this step it answers nothing."
    )
    tiles = page.locator(".filters-tiles [role=option]")
    expect(tiles.nth(2)).to_have_attribute("aria-label", "conv2, filter 3: never answers")
    expect(tiles.nth(0)).to_have_attribute("aria-label", "conv2, filter 1: as filter 2, 1.00")
    expect(page.locator(".filters-digits")).to_be_hidden()
    tiles.nth(0).click()
    page.get_by_role("button", name="Answers as filter 2 does: 1.00").click()
    expect(page.locator(".filters-title")).to_have_text("conv2, filter 2")
    expect(page.locator(".filters-digits [role=option]:visible")).to_have_count(9)


def test_dreams_come_when_they_are_asked_for(
    address: str, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dreams, "maximising", partial(dreams.maximising, updates=3))
    page = visits.open(f"{address}#filters=conv1.1", viewport=TALL)
    ask = page.get_by_role("button", name="Find these pictures")
    expect(ask).to_contain_text("about 1 s")
    ask.click()
    moments = page.locator(".filters-moments button")
    expect(moments).to_have_count(2)
    expect(moments.nth(1)).to_have_attribute("aria-pressed", "true")
    white = pixels(moments.nth(0).locator("canvas"))[:, :, 0] > 127
    kernel = flawed(0)["conv1.weight"][0, 0]
    assert white.shape == (3, 3)
    np.testing.assert_array_equal(white, kernel > 0)
    moments.nth(0).click()
    expect(page).to_have_url(re.compile("step=0&"))
    expect(moments.nth(0)).to_have_attribute("aria-pressed", "true")


def test_without_torch_a_sentence_says_what_to_install(
    made: Recording, tmp_path: Path, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with serving(load(made.folder, tmp_path / "cache")) as home:
        page = visits.open(f"{home}/#filters=conv1.1", viewport=TALL)
        expect(page.locator(".filters-dreams .offer")).to_contain_text("needs torch, which isn't installed.")
        expect(page.locator(".filters-digits [role=option]").first).to_be_visible()


@pytest.fixture(scope="module")
def residual(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return foreign(tmp_path_factory.mktemp("residual") / "foreign")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["served", "file"])
def test_somebodys_residual_network_on_a_phone(
    way: str, residual: Recording, tmp_path: Path, visits: Visits
) -> None:
    file = tmp_path / "page.html"
    file.write_text(bundle(residual, rooms=Recorded(residual)), encoding="utf-8")
    with serving(residual) as home:
        start = f"{home}/" if way == "served" else file.as_uri()
        page = visits.open(f"{start}#filters=open", viewport={"width": 375, "height": 800})
        page.locator("#room-filters").scroll_into_view_if_needed()
        names = page.locator(".filters-layers button")
        expect(names).to_have_count(7)
        for layer in names.all():
            layer.click()
            expect(page.locator(".filters-title")).to_contain_text(f"{layer.inner_text()}, ")
            expect(page.locator(".filters-digits [role=option]:visible")).to_have_count(9)
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        offered = page.locator(".filters-dreams .offer")
        expect(offered).to_contain_text("Find these pictures" if way == "served" else "aren't in this page")
