"""The room "Train": begun, led, resumed, again; refused to every other page. Mostly a stand-in trains."""

import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from browser.trained import SIZE, trained
from browser.visits import Visits
from playwright.sync_api import Browser, Locator, Page, expect
from serving import serving

from handlens.page.bundle import bundle
from handlens.recipes import recipe
from handlens.recording import Recording, load
from handlens.recording.schema import ChangeLine
from handlens.reporting.rooms import Recorded
from handlens.serve import Live

LEARNER = (sys.executable, str(Path(__file__).parents[1] / "learning.py"))
TALL = {"width": 1280, "height": 2600}  # the room is on the screen, where it is kept up to date
LONG = 60_000  # milliseconds until a real training has begun, or ended


@pytest.fixture
def first(tmp_path: Path) -> Recording:
    """A recording whose rate was changed by hand."""
    changes = [ChangeLine(step=1, field="lr", value=0.5)]
    return trained(tmp_path / "first", range(1, 4), changes, lr=0.25, epochs=7)


@pytest.fixture
def address(first: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server, which looks often; its trainings are the stand-in's."""
    for module in ("growth", "shelf"):
        monkeypatch.setattr(f"handlens.serve.{module}.SECONDS", 0.02)
    live = Live(tmp_path, command=LEARNER)
    with serving(first, live=live) as address:
        yield f"{address}/"


def room(page: Page) -> Locator:
    return page.locator("#room-train")


def lead(page: Page) -> Locator:
    return page.get_by_role("region", name="The training that is shown")


def press(page: Page, name: str) -> None:
    room(page).get_by_role("button", name=name, exact=True).click()


def ordered(tmp_path: Path) -> dict:
    """What the last training was told to do."""
    return json.loads((tmp_path / "runs" / "order.json").read_text())


def test_one_is_begun_led_stopped_and_resumed(address: str, visits: Visits, tmp_path: Path) -> None:
    page = visits.open(f"{address}#train=open", viewport=TALL)
    plan = page.locator(".train-plan")
    expect(plan).to_have_text("28,938 numbers to learn, in 1,650 updates, from 55,000 digits.")
    room(page).get_by_label("Recipe").select_option("lab")
    expect(room(page).get_by_label("Optimiser")).to_have_value("sgd")
    room(page).get_by_label("Filters, 1st and 2nd: second").fill("8")
    room(page).get_by_label("Training digits").fill("600")
    expect(plan).to_have_text("7,554 numbers to learn, in 60 updates, from 600 digits.")
    press(page, "Start")
    expect(page).to_have_title(re.compile("^lab-001"))
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_focused()
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 is learning")
    expect(lead(page)).to_contain_text("Step 1 of 9")
    order = ordered(tmp_path)
    assert order["recipe"] == recipe("lab", widths=(16, 8), limit=600).model_dump(mode="json")
    assert order["branch"] is None
    press(page, "Pause")
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 pauses")
    rate = lead(page).get_by_label("Learning rate", exact=True)
    expect(rate).to_have_value("0.1")
    rate.fill("0.02")
    rate.press("Enter")
    expect(lead(page)).to_contain_text("Done by hand: paused at step 1; lr 0.1 → 0.02 at step 1.")
    expect(lead(page)).to_contain_text("now 0.02")
    press(page, "Go on")
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 is learning")
    slider = lead(page).get_by_label("Learning rate, by its logarithm")
    slider.focus()
    slider.press("Home")
    expect(lead(page)).to_contain_text("now 1e−5")
    press(page, "Stop")
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 was stopped")
    run = load(tmp_path / "runs" / "lab-001")
    told = [("pause", True), ("lr", 0.02), ("pause", False), ("lr", 1e-5)]
    assert [(line.field, line.value) for line in run.changes] == told
    press(page, "Go on with it")
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 is learning")


@pytest.mark.slow
def test_again_with_one_thing_changed_and_from_a_frame(address: str, visits: Visits, tmp_path: Path) -> None:
    page = visits.open(f"{address}#step=2&train=again", viewport=TALL)
    replay = room(page).get_by_label("Do again what was done by hand: lr 0.25 → 0.5 at step 1")
    expect(replay).to_be_checked()
    replay.uncheck()
    room(page).get_by_label("What is to differ").select_option("batch")
    room(page).get_by_label("Batch size").fill("200")
    expect(page.locator(".train-plan")).to_contain_text("in 2,100 updates, from 60,000")
    press(page, "Start")
    expect(room(page)).to_contain_text("Begun from first.")
    order = ordered(tmp_path)
    assert order["recipe"] == recipe("lab", lr=0.25, epochs=7, batch=200, **SIZE).model_dump(mode="json")
    press(page, "Compare the two")
    expect(page.locator("#room-compare").get_by_label("Beside it")).to_have_value("first")
    press(page, "Stop")
    page.goto(f"{address}#run=first&step=2&train=branch")  # another recording: it loads itself again
    expect(page).to_have_title(re.compile("^first"))
    expect(room(page).get_by_role("button", name="From its step 2")).to_have_attribute("aria-pressed", "true")
    room(page).get_by_label("What is to differ").select_option("")
    press(page, "Start")
    expect(page).to_have_title(re.compile("^lab-002"))
    order = ordered(tmp_path)
    assert order["branch"] == {"folder": str(tmp_path / "first"), "step": 2}


@pytest.mark.slow
def test_what_the_server_refuses_is_said_where_it_belongs(address: str, visits: Visits) -> None:
    visits.expected = ["422"]
    page = visits.open(f"{address}#train=open", viewport=TALL)
    batch = room(page).get_by_label("Batch size")
    batch.fill("1001")
    said = room(page).get_by_role("alert").filter(has_text="batch")
    expect(said).to_have_text("recipe, batch: at most 1,000 from the page (got 1001)")
    expect(batch).to_have_attribute("aria-invalid", "true")
    expect(room(page).get_by_label("Kernel size")).to_have_attribute("aria-invalid", "false")
    batch.fill("")
    expect(page.locator(".train-plan")).to_have_text("A number is missing.")
    batch.fill("100")
    expect(page.locator(".train-plan")).to_contain_text("1,650 updates")
    expect(said).to_have_count(0)
    expect(batch).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize("way", ["served", "one file"])
def test_where_the_page_cannot_train_it_says_what_to_type(
    way: str, first: Recording, visits: Visits, tmp_path: Path
) -> None:
    file = tmp_path / "first.html"
    file.write_text(bundle(first, rooms=Recorded(first)), encoding="utf-8")
    with serving(first) as address:
        home = f"{address}/" if way == "served" else file.as_uri()
        page = visits.open(f"{home}#train=open&compare=open", viewport=TALL)
        expect(room(page)).to_contain_text("Type this, and open this room there:")
        expect(room(page).locator("code")).to_have_text("handlens train lab --view")
        expect(room(page).get_by_role("button", name="Start")).to_have_count(0)
        expect(page.locator("#room-compare")).to_have_count(1 if way == "served" else 0)


FOREIGN = """<!doctype html><form method="post" enctype="text/plain" action="{to}">
<input name='{{"do":"stop","x":"' value='"}}'><button>Go</button></form>"""


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """A page of another port, with a form that posts to the training."""
    content = FOREIGN.format(to=f"{address}live/lab-001").encode()

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Foreign) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


SEND = """async ([to, type]) => {
  const options = { method: "POST", body: '{"do": "stop"}', headers: { "Content-Type": type } };
  const mode = type === "text/plain" ? "no-cors" : "cors";
  return fetch(to, { ...options, mode }).then(() => "answered", (error) => error.name);
}"""


def test_other_pages_are_refused(
    address: str, elsewhere: str, visits: Visits, chromium: Browser, tmp_path: Path
) -> None:
    page = visits.open(f"{address}#train=open", viewport=TALL)
    room(page).get_by_label("Recipe").select_option("lab")
    press(page, "Start")
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 is learning")
    log = tmp_path / "runs" / "lab-001" / "metrics.jsonl"
    before = log.read_bytes()
    target = f"{address}live/lab-001"
    context = chromium.new_context()
    foreign = context.new_page()
    answers: list[int] = []
    foreign.on("response", lambda answer: answers.append(answer.status) if answer.url == target else None)
    foreign.goto(elsewhere)
    for kind in ("text/plain", "application/json"):
        assert foreign.evaluate(SEND, [target, kind]) == "TypeError"
    data_page = f"data:text/html,{FOREIGN.format(to=target)}"
    for place in (elsewhere, data_page):
        foreign.goto(place)
        foreign.get_by_role("button", name="Go").click()
        expect(foreign.locator("body")).to_contain_text("it came from elsewhere")
    assert answers == [403, 403]
    context.close()
    assert log.read_bytes() == before
    press(page, "Pause")  # it goes on, and hears its own page
    expect(lead(page).get_by_role("heading")).to_have_text("lab-001 pauses")


@pytest.mark.slow
def test_a_real_training_is_led_from_the_page(first: Recording, tmp_path: Path, visits: Visits) -> None:
    live = Live(tmp_path)
    with serving(first, live=live) as address:
        page = visits.open(f"{address}/#train=open", viewport=TALL)
        for label, value in {"Training digits": "600", "Epochs": "200", "Batch size": "20"}.items():
            room(page).get_by_label(label).fill(value)
        expect(page.locator(".train-plan")).to_contain_text("in 6,000 updates, from 600 digits")
        press(page, "Start")
        heading = lead(page).get_by_role("heading")
        expect(heading).to_have_text("default-001 is learning", timeout=LONG)
        track = page.get_by_role("slider", name="Step of the training")
        expect(track).not_to_have_attribute("aria-valuemax", re.compile("^[0-9]$"), timeout=LONG)
        press(page, "Pause")
        expect(heading).to_have_text("default-001 pauses", timeout=LONG)
        stands = track.get_attribute("aria-valuemax")
        page.reload()  # the server is asked anew, and tells the same step
        expect(heading).to_have_text("default-001 pauses")
        expect(track).to_have_attribute("aria-valuemax", stands)
        rate = lead(page).get_by_label("Learning rate", exact=True)
        rate.fill("0.001")
        rate.press("Enter")
        expect(lead(page)).to_contain_text(f"lr 0.01 → 0.001 at step {int(stands):,}", timeout=LONG)
        press(page, "Go on")
        expect(track).not_to_have_attribute("aria-valuemax", stands, timeout=LONG)
        press(page, "Stop")
        expect(heading).to_have_text("default-001 was stopped", timeout=LONG)
        press(page, "Go on with it")
        expect(heading).to_have_text("default-001 is learning", timeout=LONG)
        press(page, "Stop")
        expect(heading).to_have_text("default-001 was stopped", timeout=LONG)
        press(page, "This one again")
        room(page).get_by_label("What is to differ").select_option("epochs")
        room(page).get_by_label("Epochs").fill("1")
        press(page, "Start")
        expect(page).to_have_title(re.compile("^default-002"), timeout=LONG)
        expect(track).to_have_attribute("aria-valuemax", "30", timeout=LONG)
        expect(page.locator("#masthead .chip")).to_be_hidden(timeout=LONG)  # it has ended
    run, again = (load(tmp_path / "runs" / f"default-00{number}") for number in (1, 2))
    assert [(line.field, line.value) for line in run.changes][:3] == [
        ("pause", True),
        ("lr", 0.001),
        ("pause", False),
    ]
    assert again.status == "finished"
    assert again.header.recipe.changes[0].value == 0.001
