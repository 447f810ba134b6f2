"""The room "Compare": two recordings at the page's step, with its input; what it says of both is Python's."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.hands import pixels, said
from browser.trained import trained
from browser.visits import Visits
from playwright.sync_api import Locator, Page, expect
from serving import recorded, serving

from handlens.insight.mistakes import confusion_matrix
from handlens.recording import Recording
from handlens.recording.schema import ChangeLine

TALL = {"width": 1280, "height": 2600}  # the room is on the screen, where it is kept up to date


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Two of the same samples, with frames of other steps."""
    folder = tmp_path_factory.mktemp("compare")
    one = trained(folder / "one", [1, 2, 3, 4, 6, 8], seed=1)
    changes = [ChangeLine(step=3, field="lr", value=0.05)]
    return [one, trained(folder / "other", [1, 3, 9], changes, seed=2, epochs=3, limit=600)]


@pytest.fixture(scope="module")
def address(runs: list[Recording]) -> Iterator[str]:
    with serving(*runs) as address:
        yield f"{address}/"


def room(page: Page) -> Locator:
    return page.locator("#room-compare")


def row(page: Page, name: str) -> list[str]:
    """What the table says of both."""
    room(page).get_by_role("table").wait_for()
    return room(page).get_by_role("row", name=name).get_by_role("cell").all_inner_texts()


def expected(run: Recording, step: int) -> dict[str, str]:
    """What is to be said of a recording at one of its frames: Python's own numbers."""
    logits, labels = run.outputs("samples", step).astype(np.float64), run.digits("samples")[1]
    logits -= logits.max(axis=1, keepdims=True)
    confusion = confusion_matrix(labels, logits.argmax(axis=1), 10)
    np.fill_diagonal(mistakes := confusion.copy(), 0)
    label, guess = np.unravel_index(mistakes.argmax(), mistakes.shape)
    loss = np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(6), labels])
    return {
        "Step": f"{step} of {run.steps[-1]}",
        "Its answer": f"{logits[0].argmax()}, ",
        "Right": f"{100 * confusion.trace() / 6:.2f} % of 6 (samples)",
        "Loss there": f"{loss:.3g}",
        "Mistaken most": f"{label} read as {guess}: {mistakes.max()}",
    }


def holds(page: Page, runs: list[Recording], steps: tuple[int, int]) -> None:
    """The table says of both what Python does."""
    wanted = [expected(run, step) for run, step in zip(runs, steps, strict=True)]
    for name in wanted[0]:
        cells = room(page).get_by_role("row", name=name).get_by_role("cell")
        for column, words in enumerate(wanted):
            expect(cells.nth(column)).to_contain_text(words[name].replace("0.00 %", "0 %"))
    expect(room(page).locator(".stale")).to_have_count(0)


def test_both_are_told_of_and_follow_the_scrubber(
    address: str, runs: list[Recording], visits: Visits
) -> None:
    page = visits.open(f"{address}#run=one&step=4&compare=other~conv2", viewport=TALL)
    expect(room(page).get_by_label("Beside it")).to_have_value("other")
    expect(room(page)).to_contain_text("at step 3, its frame nearest to 4")
    holds(page, runs, (4, 3))
    assert row(page, "Its answer")[0].startswith(f"{said(page).inner_text()}, ")
    maps = room(page).locator(".compare-sides canvas")
    before = [pixels(canvas) for canvas in maps.all()]
    assert not np.array_equal(*before)
    assert np.ptp(before[1][:, :, 0]) > 0
    page.get_by_role("slider", name="Step of the training").press("Home")
    expect(room(page)).to_contain_text("both at step 0")
    holds(page, runs, (0, 0))
    assert not np.array_equal(before[1], pixels(maps.nth(1)))
    page.get_by_role("slider", name="Step of the training").press("End")
    holds(page, runs, (8, 9))


def test_the_recipes_are_compared_and_the_stage_is_chosen(address: str, visits: Visits) -> None:
    page = visits.open(f"{address}#run=one&compare=open", viewport=TALL)
    assert row(page, "Epochs") == ["10", "3"]
    assert row(page, "Training digits") == ["all", "600"]
    assert row(page, "Seed") == ["1", "2"]
    assert row(page, "Changed by hand") == ["nothing", "lr 0.1 → 0.05 at step 3"]
    expect(room(page).get_by_role("row", name="Learning rate")).to_have_count(0)
    room(page).get_by_label("Maps of").select_option("pool2")
    expect(page).to_have_url(re.compile("compare=other~pool2"))
    expect(room(page).get_by_role("img", name="pool2: 3 × 7 × 7")).to_have_count(2)
    plots = [pixels(canvas) for canvas in room(page).locator(".compare-plot canvas").all()]
    assert all(len(np.unique(plot.reshape(-1, 4), axis=0)) > 5 for plot in plots)


@pytest.mark.slow
def test_the_two_change_places(address: str, visits: Visits) -> None:
    page = visits.open(f"{address}#run=one&step=2&compare=open", viewport=TALL)
    room(page).get_by_role("button", name="Go to that one").click()
    expect(page).to_have_title(re.compile("^other"))
    expect(room(page).get_by_label("Beside it")).to_have_value("one")
    expect(page).to_have_url(re.compile("run=other.*compare=one"))
    expect(room(page)).to_contain_text("at step 1")


def test_a_recording_that_is_alone_has_nothing_beside_it(visits: Visits, tmp_path: Path) -> None:
    with serving(recorded(tmp_path / "first")) as address:
        page = visits.open(f"{address}/#compare=open", viewport=TALL)
        expect(room(page)).to_contain_text("There is no other recording here.")
        expect(room(page).get_by_label("Beside it")).to_be_hidden()


def test_one_that_is_not_there_is_said_and_nothing_stands_for_it(address: str, visits: Visits) -> None:
    page = visits.open(f"{address}#run=one&compare=nobody", viewport=TALL)
    expect(room(page).get_by_role("alert")).to_have_text(
        "There is no other recording “nobody” here: choose one."
    )
    expect(room(page).get_by_role("table")).to_be_hidden()
    room(page).get_by_label("Beside it").select_option("other")
    expect(room(page).get_by_role("table")).to_be_visible()
    expect(room(page).get_by_role("alert")).to_have_count(0)
