"""What is asked about a recording, above the timeline; and those that are broken on purpose."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.visits import Visits
from playwright.sync_api import Locator, Page, expect
from serving import serving

from handlens.page import sample as shipped_sample
from handlens.page.bundle import bundle
from handlens.recording import Recording, load, shipped

PHONE = {"width": 375, "height": 800}
HOSTILE = """\
# <img src=x onerror="document.title='gone'"> & so on

<script>document.title = "gone"</script> *stays* [as](#step=0) it is

- [<b>First</b>](#step=0): <i>text</i>
- [Elsewhere](#run=lab&step=3): of another one
- [Last](#digit=test:2)

## </details> The answer

<iframe src="https://example.org"></iframe>
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """One that ships, with a cache of its own."""
    return load("no-shuffling", tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def lessons(broken: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that shows the sample, and one that is broken."""
    sample = load(shipped_sample.path(), tmp_path_factory.mktemp("sample"))
    with serving(sample, broken) as home:
        yield f"{home}/"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording, in whose folder somebody asks for trouble."""
    folder = tmp_path_factory.mktemp("hostile") / "digits"
    shutil.copytree(shipped.FOLDER / "lessons" / "no-shuffling", folder)
    (folder / "lesson.md").write_text(HOSTILE, "utf-8")
    return folder


def links(page: Page) -> Locator:
    return page.locator("#lesson ol a")


def current(page: Page) -> Locator:
    return page.locator("#lesson ol a[aria-current=step]")


def step(page: Page) -> Locator:
    return page.get_by_role("slider", name="Step of the training")


def test_those_that_are_broken_stand_apart_and_each_asks(visits: Visits, lessons: str) -> None:
    page = visits.open(lessons)
    expect(page.locator("#lesson")).to_be_hidden()
    group = page.locator("#masthead optgroup[label='Broken on purpose'] option")
    expect(group).to_have_text(["no-shuffling"])
    page.get_by_label("Recording").select_option("no-shuffling")
    expect(
        page.get_by_role("heading", name="It is sure of everything. What did it read last?")
    ).to_be_visible()
    expect(links(page)).to_have_count(6)
    answer = page.locator("#lesson details")
    expect(answer.locator("p").first).to_be_hidden()
    answer.locator("summary").click()
    expect(answer.locator("p").first).to_contain_text("The digits come in the order of their labels")


def test_a_moment_is_a_link_that_leads_to_its_room(visits: Visits, lessons: str) -> None:
    page = visits.open(f"{lessons}#run=no-shuffling&step=40")
    expect(current(page)).to_have_text(re.compile("On a peak"))
    link = links(page).nth(3)
    assert link.get_attribute("href") == "#run=no-shuffling&step=128&mistakes=open"
    link.click()
    expect(step(page)).to_have_attribute("aria-valuetext", re.compile("step 128"))
    expect(page.locator("#room-mistakes")).to_be_in_viewport()
    expect(current(page)).to_have_text(re.compile("The end of the first pass"))
    bar = page.locator(".lesson-bar.afloat")
    expect(bar).to_contain_text("4 of 6")
    expect(bar).to_contain_text("it says 9 to everything. Why 9?")
    bar.get_by_role("button", name="The next moment").click()
    expect(page).to_have_url(re.compile(r"digit=test:3"))
    expect(current(page)).to_have_text(re.compile("A zero"))
    expect(page.locator("#lesson")).to_be_in_viewport()
    expect(page.locator("#room-mistakes")).to_be_hidden()
    page.go_back()
    expect(page.locator("#room-mistakes")).to_be_visible()
    expect(current(page)).to_have_text(re.compile("The end of the first pass"))
    step(page).focus()
    page.keyboard.press("ArrowLeft")
    expect(current(page)).to_have_count(0)  # it is at no moment any more


def test_on_a_phone_it_folds_when_a_moment_was_chosen(visits: Visits, lessons: str) -> None:
    page = visits.open(f"{lessons}#run=no-shuffling", viewport=PHONE)
    expect(links(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    links(page).nth(2).focus()
    page.keyboard.press("Enter")
    expect(step(page)).to_have_attribute("aria-valuetext", re.compile("step 40"))
    expect(links(page).first).to_be_hidden()
    expect(page.locator(".lesson-bar.afloat")).to_contain_text("3 of 6")
    unfold = page.get_by_role("button", name="Unfold")
    expect(unfold).to_have_attribute("aria-expanded", "false")
    unfold.click()
    expect(links(page).first).to_be_visible()
    expect(page.locator(".lesson-bar.afloat")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_nothing_in_it_becomes_markup(visits: Visits, hostile: Path, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(bundle(load(hostile)), "utf-8")
    page = visits.open(file.as_uri())
    title = page.locator("#lesson h2")
    expect(title).to_have_text("<img src=x onerror=\"document.title='gone'\"> & so on")
    expect(page.locator("#lesson .lesson-text")).to_have_text(
        '<script>document.title = "gone"</script> *stays* [as](#step=0) it is'
    )
    expect(links(page)).to_have_text([re.compile("<b>First</b>"), "Last"])
    expect(page.locator("#lesson li").nth(1)).to_contain_text("in the recording “lab”, which isn't here")
    expect(page.locator("#lesson summary")).to_have_text("</details> The answer")
    assert page.locator("#lesson :is(img, script, iframe, b, i)").count() == 0
    assert page.title() == "digits – handlens"
    links(page).first.click()
    page.get_by_role("button", name="The next moment").click()  # the one that isn't here is passed over
    expect(current(page)).to_have_text("Last")
    expect(page.get_by_role("button", name="The next moment")).to_be_disabled()


def test_a_wrong_lesson_is_told_and_the_page_goes_on(visits: Visits, hostile: Path, tmp_path: Path) -> None:
    visits.expected.append("400|409|422|500|status of")
    folder = shutil.copytree(hostile, tmp_path / "wrong")
    (folder / "lesson.md").write_text("# Why?\n\n- [Look](elsewhere)", "utf-8")
    with serving(load(folder)) as home:
        page = visits.open(f"{home}/")
        expect(page.locator("#fault")).to_contain_text(
            "lesson.md, line 3: 'elsewhere' is no moment of this page"
        )
        expect(page.locator("#lesson")).to_be_hidden()
