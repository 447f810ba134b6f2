"""The room "Mistakes": counts are Python's, a cell leads to its digits, a digit to its maps."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.made import COLOURS, foreign, written
from browser.visits import Open, Visits
from playwright.sync_api import Locator, Page, expect
from serving import serving
from small import drawn, header

from handlens import nets
from handlens.data.mnist import WRONG_TEST_LABELS
from handlens.graph import Graph
from handlens.insight.activations import softmax
from handlens.insight.mistakes import confusion_matrix, cross_entropy, wilson_interval
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, Result

TALL = {"width": 1280, "height": 2600}  # the room is on the screen, where it is kept up to date
PHONE = {"width": 375, "height": 667}


def counts(page: Page) -> np.ndarray:
    """The numbers in the matrix."""
    rows = page.locator(".mistakes-matrix tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent)))"
    )
    return np.array(rows)


def faces(page: Page) -> Locator:
    """The items that the gallery shows."""
    return page.locator(".mistakes-gallery [role=option]:visible")


def figures(page: Page) -> list[str]:
    """The large numbers above all."""
    return page.locator(".mistakes-summary dd").all_inner_texts()


def expected(run: Recording, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, logits and the confusion of the test set."""
    labels, logits = run.digits("test")[1], run.outputs("test", step)
    return labels, logits, confusion_matrix(labels, logits.argmax(axis=1), 10)


def test_the_counts_are_pythons_at_every_step(opened_served: Open, sample: Recording) -> None:
    page = opened_served("step=24&mistakes=open", viewport=TALL)
    for step in (24, sample.steps[-1]):
        page.evaluate(f"location.hash = '#step={step}&mistakes=open'")
        said = page.locator(".mistakes-summary > p")
        expect(said).to_have_text(f"At step {step:,}; drawn afterwards; chose nothing.")
        labels, logits, matrix = expected(sample, step)
        np.testing.assert_array_equal(counts(page), matrix)
        right = int(matrix.trace())
        doubted = list(WRONG_TEST_LABELS)
        kept = right - int((logits[doubted].argmax(axis=1) == labels[doubted]).sum())
        share, undoubted, mistakes, loss, _ = figures(page)
        assert share == f"{right / 100:.2f} %"
        assert float(undoubted[:-2]) == pytest.approx(100 * kept / 9985, abs=0.005)
        assert mistakes == f"{10_000 - right:,}"
        assert float(loss) == pytest.approx(cross_entropy(logits, labels).mean(), rel=0.005)
        low, high = wilson_interval(right, 10_000)
        interval = f"95 % interval {100 * low:.2f} to {100 * high:.2f}"
        expect(page.locator(".mistakes-summary dt").first).to_contain_text(interval)
        recalls = page.locator(".mistakes-classes td.number").all_inner_texts()
        for text, row, label in zip(recalls, matrix, range(10), strict=True):
            assert float(re.sub("[^0-9.]", "", text)) == pytest.approx(100 * row[label] / row.sum(), abs=0.1)
    evaluated = page.locator("#masthead .about").inner_text()
    assert f"{share} of the test set right" in evaluated


def test_a_cell_leads_to_its_digits_and_a_digit_to_its_maps(opened_served: Open, sample: Recording) -> None:
    step = sample.steps[-1]
    labels, logits, matrix = expected(sample, step)
    np.fill_diagonal(matrix, 0)
    label, guess = np.unravel_index(matrix.argmax(), matrix.shape)
    inside = np.flatnonzero((labels == label) & (logits.argmax(axis=1) == guess))
    surest = inside[np.argsort(-softmax(logits[inside]).max(axis=1))]
    page = opened_served("mistakes=open", viewport=TALL)
    name = f"{label} read as {guess}"
    page.get_by_role("gridcell", name=f"{name}: {len(inside)}", exact=True).click()
    expect(page).to_have_url(re.compile(rf"mistakes=cell\.{label}\.{guess}(&|$)"))
    expect(page.locator(".mistakes-head p")).to_have_text(f"{len(inside)} in the set.")
    expect(faces(page)).to_have_count(len(inside))
    titles = [face.get_attribute("title") for face in faces(page).all()]
    assert titles[0].startswith(f"Test item {surest[0]:,}: {label}, read as {guess}, ")
    assert sorted(int(title.split()[2][:-1].replace(",", "")) for title in titles) == inside.tolist()
    faces(page).first.click()
    expect(page.locator(".input-what")).to_contain_text(f"Test item {surest[0]:,}: ")
    expect(faces(page).first).to_have_attribute("aria-selected", "true")
    expect(page.locator(".verdict .said")).to_have_text(str(guess))
    page.set_viewport_size({"width": 1280, "height": 700})
    page.locator(".mistakes-current a").click()
    assert page.evaluate("location.hash") != "#network"  # the address keeps telling the moment
    expect(page.locator("#network")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(rf"digit=test:{surest[0]}&mistakes=cell\.{label}\.{guess}"))
    page.locator(".mistakes-chip").click()
    expect(page).to_have_url(re.compile(r"mistakes=open(&|$)"))
    expect(page.locator(".mistakes-matrix [aria-selected=true]")).to_have_count(0)


def test_a_link_is_a_moment(opened: Open, sample: Recording) -> None:
    page = opened("step=24&mistakes=cell.9.8.number", viewport=TALL)
    labels, logits, matrix = expected(sample, 24)
    cell = page.get_by_role("gridcell", name=f"9 read as 8: {matrix[9, 8]}", exact=True)
    expect(cell).to_have_attribute("aria-selected", "true")
    inside = np.flatnonzero((labels == 9) & (logits.argmax(axis=1) == 8))
    said = page.locator(".mistakes-head p")
    if page.url.startswith("file:"):
        expect(said).to_have_text(re.compile(rf"^{len(inside)} in the set, \d+ of them in this file\.$"))
    else:
        expect(said).to_have_text(f"{len(inside)} in the set.")
    first = faces(page).first.get_attribute("title")
    assert first.startswith(f"Test item {inside[0]:,}: 9, read as 8")
    faces(page).first.click()
    expect(page.locator(".input-what")).to_contain_text(f"Test item {inside[0]:,}: ")
    page.evaluate("location.hash = '#step=24&mistakes=doubtful.number'")
    expect(faces(page)).to_have_count(15)
    texts = faces(page).all_inner_texts()
    assert all(text.startswith("? ") for text in texts)
    titles = [face.get_attribute("title") for face in faces(page).all()]
    assert [int(title.split()[2][:-1].replace(",", "")) for title in titles] == list(WRONG_TEST_LABELS)
    expect(cell).to_have_attribute("aria-selected", "false")


def test_keys_choose_a_cell_and_turn_to_a_bar(opened_served: Open) -> None:
    page = opened_served("step=192&mistakes=open", viewport=TALL)
    cells = page.get_by_role("gridcell")
    cells.first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"mistakes=cell\.1\.9(&|$)"))
    expect(cells.nth(19)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"mistakes=open(&|$)"))
    page.get_by_text("As numbers").click()
    row = page.locator(".mistakes-reliability tbody tr").last
    answers = int(row.locator("td").first.inner_text().replace(",", ""))
    row.get_by_role("button").press("Enter")
    said = page.locator(".mistakes-head p")
    expect(said).to_contain_text(" here, ")
    shown = int(re.search(r"^([\d,]+) here", said.inner_text())[1].replace(",", ""))
    assert abs(shown - answers) <= 0.05 * answers  # by rounded confidence
    expect(page.locator(".mistakes-chip")).to_contain_text(f"{shown:,} from one bar of the diagram")
    page.locator(".mistakes-tools").get_by_role("button", name="All").click()
    expect(page.locator(".mistakes-chip")).to_be_hidden()
    expect(said).to_have_text("10,000 in the set.")
    page.get_by_role("button", name="Later ones").last.click()
    expect(page.locator(".mistakes-pages .number")).to_have_text("25–48 of 10,000")


@pytest.mark.slow
def test_what_another_room_chose_is_shown(opened_served: Open) -> None:
    page = opened_served("step=320&embedding=open&mistakes=open", viewport={"width": 1280, "height": 4500})
    expect(faces(page)).to_have_count(24)
    cloud = page.locator(".embedding-canvas").bounding_box()
    corners = [(0.2, 0.5), (0.2, 0.95), (0.6, 0.95), (0.6, 0.6), (0.2, 0.5)]
    places = [(cloud["x"] + x * cloud["width"], cloud["y"] + y * cloud["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    chip = page.locator(".mistakes-chip")
    expect(chip).to_contain_text("chosen with the lasso")
    number = chip.inner_text().split()[0]
    expect(page.locator(".mistakes-head p")).to_contain_text(f"{number} here, ")
    expect(page.locator("#room-embedding")).to_contain_text(f"{number} chosen: ")
    expect(page.locator(".mistakes-matrix [aria-selected=true]")).to_have_count(0)
    page.locator(".mistakes-matrix [role=gridcell]").nth(11).click()
    expect(chip).to_contain_text("1 read as 1")
    expect(page.locator("#room-embedding")).to_contain_text(re.compile(r"[\d,]+ chosen: [\d,]+ × 1[;.]"))


def many(folder: Path, classes: int) -> Recording:
    """A recording of a network with so many classes of long names."""
    fields = nets.tutorial((2, 3), 3).model_dump()
    fields["classes"] = tuple(f"class no. {k}" for k in range(classes))
    fields["nodes"][-1]["shape"] = (classes,)
    fields["nodes"][-1]["attrs"]["features"] = classes
    graph = Graph.model_validate(fields)
    images = np.random.default_rng(0).random((40, 1, 28, 28), np.float32)
    content = pack({"inputs": images, "labels": np.arange(40) % classes})
    data = Data(name="mine", samples=sha256(content))
    writer = Writer.create(folder, header(data=data, graph=graph), drawn(0, graph), None, content)
    writer.close(Result(step=0, seconds=1.0, images=1))
    return load(folder)


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hundred classes."""
    with serving(many(tmp_path_factory.mktemp("many") / "of-100", 100)) as home:
        yield f"{home}/"


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two classes; colour pictures of ten colours."""
    folder = tmp_path_factory.mktemp("others")
    with serving(many(folder / "of-2", 2), foreign(folder / "colours")) as home:
        yield f"{home}/"


def fits(page: Page, classes: int) -> None:
    """The matrix has all cells; on a phone its box scrolls, not the page, and a cell is in sight."""
    page.locator("#room-mistakes").scroll_into_view_if_needed()
    expect(page.locator(".mistakes-matrix [role=gridcell]")).to_have_count(classes**2)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 375
    page.locator(".mistakes-matrix td[tabindex='0']").focus()
    page.keyboard.press("End")
    for _ in range(min(classes - 1, 30)):
        page.keyboard.press("ArrowDown")
    box = page.locator(".mistakes-matrix").bounding_box()
    there = page.locator(".mistakes-matrix td:focus").bounding_box()
    assert box["x"] <= there["x"]
    assert there["x"] + there["width"] <= box["x"] + box["width"] + 1
    assert box["y"] <= there["y"]
    assert there["y"] + there["height"] <= box["y"] + box["height"] + 1


def test_a_hundred_classes_fit_a_phone(hundred: str, visits: Visits) -> None:
    page = visits.open(f"{hundred}#mistakes=all", viewport=PHONE)
    fits(page, 100)
    expect(faces(page)).to_have_count(24)


@pytest.mark.slow
def test_any_classes_fit_a_phone(others: str, visits: Visits) -> None:
    fits(visits.open(f"{others}#run=of-2&mistakes=all", viewport=PHONE), 2)
    page = visits.open(f"{others}#run=colours&mistakes=all", viewport=PHONE)
    fits(page, 10)
    expect(faces(page)).to_have_count(12)
    assert page.locator(".mistakes-matrix thead th").all_inner_texts() == list(COLOURS)
    expect(page.locator(".mistakes-tools button", has_text="Wrong labels")).to_be_hidden()


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Weights that are no numbers from step 2 on."""
    with serving(written(tmp_path_factory.mktemp("lost") / "lost", last=2, broken_from=2)) as home:
        yield f"{home}/"


def test_answers_that_are_no_numbers_are_told(lost: str, visits: Visits) -> None:
    page = visits.open(f"{lost}#step=2&mistakes=open", viewport=TALL)
    said = page.locator(".mistakes-reliable p").first
    expect(said).to_have_text("There is nothing to compare: its numbers are no longer finite.")
    expect(page.locator(".mistakes-summary > p")).to_contain_text("6 of them got no answer: its numbers are")
    assert [figures(page)[0], *figures(page)[2:]] == ["0 %", "6", "–", "–"]
    assert not counts(page).any()
    expect(faces(page).first).to_have_attribute("title", re.compile("no answer"))
    expect(page.locator(".timeline .now")).to_have_text("no answer")
    expect(page.locator(".verdict .how")).to_have_text(re.compile("^no answer: its numbers are no "))
    expect(page.locator(".answers tr.right, .answers tr.best")).to_have_count(0)
    page.evaluate("location.hash = '#step=1&mistakes=open'")
    expect(said).to_contain_text("On the whole it is ")
    expect(page.locator(".mistakes-layout")).not_to_contain_text("NaN")
