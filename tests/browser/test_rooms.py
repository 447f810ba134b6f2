"""What every room stands on, proven by a tiny one: doors, address, loading, closing, answers, faces."""

import re
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from browser.made import written
from browser.visits import Visits, ready
from playwright.sync_api import Page, Route, expect
from serving import serving

from handlens.page import shell
from handlens.page.bundle import bundle
from handlens.recording import Recording
from handlens.reporting.rooms import Recorded

DOORS = """
const door = (name, title, load) =>
  ({ name, title, question: "What is it?", outcomes: true, fits: (run) => run.has("outputs"), load });
export const DOORS = [
  door("tiny", "Tiny", async () => (await import("#app/widgets/tiny.js")).Tiny),
  door("broken", "Broken", () => Promise.reject(new Error("its module is gone"))),
  { ...door("never", "Never", () => new Promise(() => {})), fits: () => false },
];
"""
TINY = """
import { Faces } from "#app/widgets/faces.js";
import { h, write } from "#app/widgets/dom.js";
export class Tiny {
  #said = h("p", { class: "tiny-said" });
  #picked = h("p", { class: "tiny-picked" });
  #faces = new Faces(
    "All", (position) => ({ text: `no. ${position}`, title: `item ${position}`, wrong: position === 1 }),
    (position) => write(this.#picked, String(position)), (error) => write(this.#picked, String(error)),
  );
  constructor(element, actions) {
    element.append(this.#said, this.#picked, this.#faces.element);
    const go = () => actions.room("tiny", "b.2");
    element.append(h("button", { type: "button", onclick: go }, "Other state"));
  }
  update({ outcomes, rooms, run }) {
    const { step, n, guesses } = outcomes ?? { step: "?", n: 0, guesses: [] };
    write(this.#said, `step ${step}: ${[...guesses].join(" ")}; state ${rooms.tiny || "none"}`);
    if (outcomes === null) return;
    const positions = Array.from({ length: n }, (_, i) => i);
    this.#faces.update({ run, set: outcomes.set, positions, current: 2 });
  }
  closed() {
    write(this.#said, "closed");
  }
}
"""

Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Four frames of drawn weights, six samples."""
    return written(tmp_path_factory.mktemp("rooms") / "small", last=3)


@pytest.fixture(scope="module")
def address(run: Recording) -> Iterator[str]:
    with serving(run) as home:
        yield f"{home}/"


@pytest.fixture(scope="module")
def file(run: Recording, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The one file, with the tiny room in it."""
    folder = tmp_path_factory.mktemp("file")
    shutil.copytree(str(shell.STATIC), folder / "static")
    (folder / "static/widgets/doors.js").write_text(DOORS, encoding="utf-8")
    (folder / "static/widgets/tiny.js").write_text(TINY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell, "STATIC", folder / "static")
        (folder / "small.html").write_text(bundle(run, rooms=Recorded(run)), encoding="utf-8")
    return (folder / "small.html").as_uri()


@pytest.fixture(params=["served", "one file"])
def visit(request: pytest.FixtureRequest, visits: Visits) -> Visit:
    """Opens the page at a state of its address, with the tiny room."""
    home = request.getfixturevalue({"served": "address", "one file": "file"}[request.param])

    def opened(state: str = "") -> Page:
        page = visits.blank(home)
        modules = {"doors": DOORS, "tiny": TINY}

        def answer(route: Route) -> None:
            name = re.search(r"(\w+)\.js$", route.request.url)
            assert name is not None
            route.fulfill(body=modules[name[1]], content_type="text/javascript")

        if home.startswith("http"):
            page.route(re.compile(r"/static/widgets/(doors|tiny)\.js$"), answer)
        page.goto(f"{home}#{state}")
        ready(page)
        return page

    return opened


def guesses(run: Recording, step: int) -> str:
    return " ".join(map(str, run.outputs("samples", step).argmax(axis=1)))


def test_a_page_without_rooms_has_no_bar(address: str, visits: Visits) -> None:
    page = visits.blank(address)
    page.route("**/widgets/doors.js", lambda route: route.fulfill(
        body="export const DOORS = [];", content_type="text/javascript"
    ))  # fmt: skip
    page.goto(f"{address}#tiny=open")
    ready(page)
    expect(page.locator("#rooms")).to_be_hidden()


def test_a_room_opens_by_its_door_and_closes(visit: Visit, run: Recording) -> None:
    page = visit("")
    bar = page.get_by_role("group", name="Rooms")
    expect(bar.get_by_role("button")).to_have_text(["TinyWhat is it?", "BrokenWhat is it?"])
    door = bar.get_by_role("button", name="Tiny")
    expect(door).to_have_attribute("aria-expanded", "false")
    loaded = "performance.getEntriesByType('resource').filter(({ name }) => /tiny|outputs/.test(name)).length"
    assert page.evaluate(loaded) == 0
    door.click()
    expect(page.locator(".tiny-said")).to_have_text(f"step 3: {guesses(run, 3)}; state none")
    expect(page.get_by_role("heading", name="Tiny")).to_be_focused()
    expect(page.get_by_role("heading", name="Tiny")).to_be_in_viewport()
    expect(door).to_have_attribute("aria-expanded", "true")
    expect(page).to_have_url(re.compile("[#&]tiny=open$"))
    page.get_by_role("button", name="Other state").click()
    expect(page.locator(".tiny-said")).to_contain_text("state b.2")
    expect(page).to_have_url(re.compile(r"[#&]tiny=b\.2$"))
    page.locator("#room-tiny").get_by_role("button", name="Close").click()
    expect(page.locator("#room-tiny")).to_be_hidden()
    expect(page.locator(".tiny-said")).to_have_text("closed")
    expect(door).to_be_focused()
    expect(page).not_to_have_url(re.compile("tiny"))


def test_an_address_opens_rooms_and_they_follow_the_step(visit: Visit, run: Recording) -> None:
    page = visit("step=1&tiny=a.1&never=open&elsewhere=open")
    page.locator("#room-tiny").scroll_into_view_if_needed()
    said = page.locator(".tiny-said")
    expect(said).to_have_text(f"step 1: {guesses(run, 1)}; state a.1")
    expect(page.get_by_role("heading", name="Tiny")).not_to_be_focused()
    expect(page.locator("#room-never")).to_have_count(0)
    page.evaluate("location.hash = '#step=2&tiny=open'")
    expect(said).to_have_text(f"step 2: {guesses(run, 2)}; state none")
    page.evaluate("location.hash = '#step=2'")
    expect(page.locator("#room-tiny")).to_be_hidden()


def test_faces_are_painted_and_picked_by_keys(visit: Visit, run: Recording) -> None:
    page = visit("tiny=open")
    page.locator("#room-tiny").scroll_into_view_if_needed()
    faces = page.get_by_role("listbox", name="All").get_by_role("option")
    expect(faces).to_have_count(6)
    expect(faces.nth(2)).to_have_attribute("aria-selected", "true")
    expect(faces.nth(1).locator("span")).to_have_class("wrong")
    faces.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".tiny-picked")).to_have_text("1")
    ink = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"
    expected = np.round(run.digits("samples")[0][1].ravel() * 255)
    shown = np.array(faces.nth(1).locator("canvas").evaluate(ink))[::4]
    assert np.abs(shown - expected).max() <= 1


def test_a_room_that_cant_be_loaded_says_so(visit: Visit) -> None:
    page = visit("broken=open")
    expect(page.locator("#room-broken")).to_contain_text("This room can't be shown: its module is gone")
