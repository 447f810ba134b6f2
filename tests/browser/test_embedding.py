"""The room "Embedding": the cloud is the network's answers and the recording's t-SNE, and can be handled."""

import re
import time
from collections.abc import Iterator

import numpy as np
import pytest
from browser.hands import SEVEN, draw, next_picture, pixels
from browser.made import COLOURS, foreign, written
from browser.visits import Open, Visits
from playwright.sync_api import Locator, Page, expect
from serving import serving

from handlens.insight import embedding
from handlens.insight.activations import softmax
from handlens.insight.palette import CLASS_COLOURS
from handlens.recording import Recording
from handlens.reporting import clouds

TALL = {"width": 1280, "height": 2600}  # the room is on the screen, where it is kept up to date
STILL = {"viewport": TALL, "reduced_motion": "reduce"}  # no point is on its way


def shown(page: Page) -> Locator:
    """The plot, once its points are painted."""
    page.locator("#room-embedding").scroll_into_view_if_needed()
    plot = page.locator(".embedding-plot:not(.waiting)")
    plot.wait_for()
    page.locator(".embedding-near [role=option]").first.wait_for()
    next_picture(page)
    return plot


def canvas(page: Page) -> Locator:
    return page.locator(".embedding-canvas")


def end_of(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Axis of {name}", exact=True)


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def inked(page: Page, label: int) -> np.ndarray:
    """Where the canvas has the very colour of a class: [n, 2], x and y in shares of the side."""
    painted = pixels(canvas(page))
    found = np.argwhere((painted[:, :, :3] == CLASS_COLOURS[label]).all(axis=2))
    return found[:, ::-1] / painted.shape[0]


def lasso(page: Page, *corners: tuple[float, float]) -> None:
    """Draw around a part of the plot, in shares of its side."""
    box = canvas(page).bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def painted_share(page: Page, places: np.ndarray, label: int) -> float:
    """The share of places, [n, 2] in shares of the plot's side, at which a class's own colour is."""
    painted = pixels(canvas(page))[:, :, :3]
    there = (painted == CLASS_COLOURS[label]).all(axis=2)
    there = there | np.roll(there, 1, 0) | np.roll(there, -1, 0)
    there = there | np.roll(there, 1, 1) | np.roll(there, -1, 1)
    columns, rows = np.clip(np.rint(places * len(painted) - 0.5).astype(int), 0, len(painted) - 1).T
    return float(there[rows, columns].mean())


def test_the_items_lie_where_the_network_puts_them(opened_served: Open, sample: Recording) -> None:
    page = opened_served("embedding=open", **STILL)
    side = shown(page).bounding_box()["width"]
    centre = np.array(middle(canvas(page)))
    beliefs = softmax(sample.outputs("test"))
    order = embedding.ring_order(beliefs)
    unit = np.hypot(*(np.array(middle(end_of(page, "0"))) - centre)) / 1.22
    labels = sample.digits("test")[1]
    for place, label in enumerate(order):
        angle = 2 * np.pi * place / 10
        end = centre + 1.22 * unit * np.array([np.sin(angle), -np.cos(angle)])
        np.testing.assert_allclose(middle(end_of(page, str(label))), end, atol=2)
    places = 0.5 + embedding.fanned(embedding.linear_view(beliefs[None]), labels)[0] * (1, -1) * unit / side
    for label in (0, 4, 8):
        assert painted_share(page, places[labels == label], label) > 0.6  # others lie on top
        assert painted_share(page, places[labels == (label + 1) % 10], label) < 0.1


def test_an_axis_is_dragged_and_its_class_follows(opened_served: Open) -> None:
    page = opened_served("embedding=open", **STILL)
    shown(page)
    before = inked(page, 8).mean(axis=0)
    others = inked(page, 1).mean(axis=0)
    axis = end_of(page, "8")
    here, there = middle(axis), middle(canvas(page))
    page.mouse.move(*here)
    page.mouse.down()
    page.mouse.move(*((a + b) / 2 for a, b in zip(here, there, strict=True)), steps=5)
    next_picture(page)
    np.testing.assert_allclose(middle(axis), [(a + b) / 2 for a, b in zip(here, there, strict=True)], atol=2)
    page.mouse.up()
    next_picture(page)
    after = inked(page, 8).mean(axis=0)
    assert np.hypot(*(after - 0.5)) < 0.65 * np.hypot(*(before - 0.5))
    np.testing.assert_allclose(inked(page, 1).mean(axis=0), others, atol=0.08)
    expect(page).to_have_url(re.compile(r"embedding=~[\w-]+"))
    again = opened_served(page.url.partition("#")[2], **STILL)
    shown(again)
    np.testing.assert_allclose(inked(again, 8).mean(axis=0), after, atol=0.02)
    again.get_by_role("button", name="Back to the ring").click()
    next_picture(again)
    np.testing.assert_allclose(inked(again, 8).mean(axis=0), before, atol=0.01)
    expect(again).to_have_url(re.compile(r"embedding=open"))


def test_an_axis_is_turned_by_keys_and_the_tour_by_itself(opened_served: Open) -> None:
    page = opened_served("embedding=open", viewport=TALL)
    shown(page)
    axis = end_of(page, "0")
    x, y = middle(axis)
    axis.focus()
    page.keyboard.press("ArrowRight")
    next_picture(page)
    turned = middle(axis)
    radius = middle(canvas(page))[1] - y
    assert turned[0] - x == pytest.approx(radius * np.sin(np.pi / 36), abs=2)
    page.keyboard.press("ArrowDown")
    next_picture(page)
    assert middle(axis)[1] > turned[1] + 5
    button = page.get_by_role("button", name="Turn slowly")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    start = middle(axis)
    page.wait_for_function(
        "([x, y]) => { const box = document.querySelector('.embedding-end').getBoundingClientRect();"
        " return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) > 3; }",
        arg=start,
    )
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_room_stays_closed_though_its_axes_were_turning(opened_served: Open) -> None:
    page = opened_served("embedding=open", viewport=TALL)
    shown(page)
    page.get_by_role("button", name="Turn slowly").click()
    next_picture(page)
    page.locator("#room-embedding").get_by_role("button", name="Close").click()
    expect(page.locator("#room-embedding")).to_be_hidden()
    for _ in range(3):
        next_picture(page)
    expect(page.locator("#room-embedding")).to_be_hidden()
    expect(page.locator("button[aria-controls=room-embedding]")).to_have_attribute("aria-expanded", "false")


def test_a_lasso_chooses_what_lies_in_it(opened_served: Open, sample: Recording) -> None:
    page = opened_served("embedding=open", **STILL)
    shown(page)
    at = inked(page, 0).mean(axis=0)
    lasso(page, *(tuple(at + np.array(corner) / 8) for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))))
    said = page.locator(".embedding-chosen")
    expect(said).to_contain_text("chosen: ")
    count = int(re.match(r"[\d,]+", said.inner_text())[0].replace(",", ""))
    beliefs = softmax(sample.outputs("test"))
    labels = sample.digits("test")[1]
    places = embedding.fanned(embedding.linear_view(beliefs[None]), labels)[0]
    unit = (canvas(page).bounding_box()["width"] / 2 - 14) / 1.3 / canvas(page).bounding_box()["width"]
    in_plot = 0.5 + places * (1, -1) * unit
    inside = (np.abs(in_plot - at) < 1 / 8).all(axis=1)
    assert count == pytest.approx(inside.sum(), rel=0.01)
    expect(page.locator(".embedding-picked [role=option]:visible")).to_have_count(24)
    page.get_by_role("button", name="Choose none").click()
    expect(said).to_have_text("Draw around some, or name them here.")


def test_a_cell_is_chosen_by_name_and_follows_the_step(opened_served: Open, sample: Recording) -> None:
    page = opened_served("embedding=open", **STILL)
    shown(page)
    page.get_by_label("Class of those to choose").select_option("4")
    page.get_by_label("Answer to those to choose").select_option("9")
    labels = sample.digits("test")[1]

    def expected(step: int) -> str:
        count = ((labels == 4) & (sample.outputs("test", step).argmax(axis=1) == 9)).sum()
        return f"{count} chosen: {count} × 4; {count} read wrong."

    expect(page.locator(".embedding-chosen")).to_contain_text(expected(sample.steps[-1]))
    wanted = sample.steps[-12]
    page.evaluate(f"location.hash = '#step={wanted}&embedding=open'")
    expect(page.locator(".embedding-chosen")).to_contain_text(expected(wanted))
    strong = inked(page, 4)
    assert len(strong) > 0
    assert len(inked(page, 0)) == 0  # all others are faint


def test_neighbours_are_taken_and_the_drawing_is_placed(opened: Open, sample: Recording) -> None:
    page = opened("embedding=open&digit=test:0", **STILL)
    shown(page)
    first = page.locator(".embedding-near [role=option]").first
    index = int(re.search(r"item ([\d,]+):", first.get_attribute("title"))[1].replace(",", ""))
    odds = np.array([np.log(p) - np.log1p(-p) for p in softmax(sample.outputs("test").astype(np.float64))])
    distance = np.linalg.norm(np.clip(odds, -12, 12) - np.clip(odds[0], -12, 12), axis=1)
    assert distance[index] <= np.sort(distance)[60]  # codes are rounded; a file holds a fifth
    first.click()
    expect(page.locator("#input")).to_contain_text(f"Test item {index:,}")
    page.get_by_role("tab", name="Draw").click()
    draw(page, SEVEN)
    next_picture(page)
    own = page.locator(".embedding-own")
    expect(page.locator(".embedding-near")).to_contain_text("put in its place by its own answer")
    x, y = (own.bounding_box()[name] for name in ("x", "y"))
    page.get_by_role("slider", name="Step of the training").press("Home")
    expect(page.locator(".embedding-count")).to_contain_text("at step 0")
    next_picture(page)
    moved = own.bounding_box()
    assert np.hypot(moved["x"] - x, moved["y"] - y) > 20
    untaught = np.array(middle(canvas(page)))
    assert np.hypot(*(np.array([moved["x"], moved["y"]]) - untaught)) < 60  # it believes in all alike


@pytest.mark.slow
def test_points_that_glide_arrive_where_they_belong(opened_served: Open, sample: Recording) -> None:
    still = opened_served("step=0&embedding=open", **STILL)
    shown(still)
    moving = opened_served("embedding=open", viewport=TALL)
    shown(moving)
    moving.get_by_role("slider", name="Step of the training").press("Home")
    expect(moving.locator(".embedding-count")).to_contain_text("at step 0")
    end = time.monotonic() + 5
    while not np.array_equal(pixels(canvas(moving)), pixels(canvas(still))):
        assert time.monotonic() < end, "the points aren't where they belong"
        next_picture(moving)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of two recordings: colour pictures of named things; one of six items that diverged."""
    folder = tmp_path_factory.mktemp("strange")
    diverged = written(folder / "diverged", last=4, failure="the loss is no number", broken_from=3)
    with serving(foreign(folder / "colours"), diverged) as address:
        yield f"{address}/"


@pytest.mark.slow
def test_the_t_sne_is_computed_when_it_is_asked_for(strange: str, visits: Visits) -> None:
    page = visits.open(f"{strange}#run=colours&embedding=tsne.digits", **STILL)
    page.locator("#room-embedding").scroll_into_view_if_needed()
    page.get_by_role("button", name="Compute the t-SNE (about 1 s)").click()
    page.locator(".embedding-plot:not(.waiting)").wait_for()
    expect(page.locator(".embedding-count")).to_have_text("12 samples at step 3.")
    expect(page.locator(".embedding-legend")).to_contain_text("magenta")
    page.get_by_role("button", name="Linear view").click()
    plot = page.locator(".embedding-plot").bounding_box()
    for name in COLOURS:
        end = end_of(page, name).bounding_box()
        assert plot["x"] <= end["x"]
        assert end["x"] + end["width"] <= plot["x"] + plot["width"]


def test_what_is_no_number_lies_nowhere_and_few_items_have_no_t_sne(strange: str, visits: Visits) -> None:
    page = visits.open(f"{strange}#run=diverged&step=1&embedding=open", **STILL)
    shown(page)
    assert len(inked(page, 0)) > 0
    page.evaluate("location.hash = '#run=diverged&step=4&embedding=open'")
    expect(page.locator(".embedding-count")).to_contain_text("step 4")
    next_picture(page)
    assert len(inked(page, 0)) == 0
    expect(page.locator(".embedding-own")).to_be_hidden()
    page.get_by_role("button", name="t-SNE").click()
    expect(page.locator(".embedding .offer")).to_contain_text("There is no t-SNE here")


@pytest.mark.slow
def test_the_t_sne_is_the_recordings(opened: Open, sample: Recording) -> None:
    page = opened("embedding=tsne&digit=test:3", **STILL)
    shown(page)
    cast = clouds.cast(sample, "test")
    film = clouds.tsne_of(sample, cast, sample.steps)
    low, high = film.min(axis=(0, 1)), film.max(axis=(0, 1))
    side = canvas(page).bounding_box()["width"]
    unit = (side / 2 - 14) / ((high - low).max() / 2) / side
    for step in (sample.steps[-1], sample.steps[0]):
        page.evaluate(f"location.hash = '#step={step}&embedding=tsne'")
        expect(page.locator(".embedding-count")).to_contain_text(f"step {step:,};")
        next_picture(page)
        frame = film[sample.steps.index(step)]
        places = 0.5 + (frame - (low + high) / 2) * (1, -1) * unit
        for label in range(10):
            assert painted_share(page, places[cast.labels == label], label) > 0.9
            assert painted_share(page, places[cast.labels == (label + 1) % 10], label) < 0.1
    expect(page.locator(".embedding-reading")).to_contain_text(
        "sizes of groups, directions: they mean nothing"
    )
    page.get_by_role("tab", name="Draw").click()
    draw(page, SEVEN)
    expect(page.locator(".embedding-own.guessed canvas")).to_be_visible()
    expect(page.locator(".embedding-near")).to_contain_text("A t-SNE has no place for a newcomer")
