"""The reading page: a picture is given, and what was found in it can be seen, heard, used and corrected."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.hands import given, next_picture, pixels
from browser.test_accessible import nameless
from browser.test_pictures import PASTE
from browser.test_screens import PHONE, fits
from browser.visits import Visits
from PIL import Image
from playwright.sync_api import Page, Request, expect
from readings import Knowing, png, written
from serving import serving

from handlens.reading.taught import Account
from handlens.recording import Recording
from handlens.serve.api import Reads
from handlens.teach import Correction
from handlens.teach.teacher import Lesson

PICTURE, READING = written()

LOOK = """tile => {
  const { backgroundColor, borderTopColor } = getComputedStyle(tile);
  return [backgroundColor, borderTopColor];
}"""


class Desk(Knowing):
    """A reader that keeps the pictures it got, and the corrections.

    Attributes:
        learnt: what it reads once it is taught.
    """

    def __init__(self) -> None:
        super().__init__(READING)
        self.learnt = READING
        self.pictures: list[Image.Image] = []
        self.corrections: list[Correction] = []

    def read(self, image: bytes, *wishes: Any) -> Any:
        found = super().read(image, *wishes)
        self.pictures.append(Image.open(BytesIO(image)))
        return found

    def teach(self, correction: Correction) -> tuple[Lesson, Reads]:
        self.corrections.append(correction)
        self.reading = self.learnt
        account = Account("sha", len(self.corrections), 1, (0.9942, 0.994), (0.995, 0.995))
        return Lesson(account, ((correction, True),)), self


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def address(sample: Recording, desk: Desk) -> Iterator[str]:
    with serving(sample, reader=desk, teaches=desk.teach) as address:
        yield address


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    path.write_bytes(png(PICTURE))
    return path


def opened(visits: Visits, address: str, **options: Any) -> Page:
    page = visits.blank(address, **options)
    page.goto(f"{address}/read")
    return page


def choose(page: Page, path: Path) -> None:
    page.locator(".chooser input[type=file]").set_input_files(path)


def is_read(page: Page) -> None:
    expect(page.locator("output.text")).to_have_text(READING.text, use_inner_text=True)
    expect(page.locator("#give .says")).to_have_text("")


def test_a_chosen_picture_is_read_and_shown(visits: Visits, address: str, picture: Path) -> None:
    page = opened(visits, address)
    choose(page, picture)
    is_read(page)
    expect(page.locator(".summary")).to_have_text(
        "7 digits, 68 % sure that all are right; 1 mark; 1 piece of ink that isn't read."
    )
    expect(page.locator(".notes li")).to_have_text(["The light is uneven."])
    board, boxes = page.locator(".board canvas").bounding_box(), page.locator(".board .digit-box .edge")
    assert boxes.count() == 7
    for place, digit in enumerate(READING.digits):
        box, scale = boxes.nth(place).bounding_box(), board["width"] / READING.size[1]
        middle = [
            (box[side] - board[side] + box[size] / 2) / scale
            for side, size in (("y", "height"), ("x", "width"))
        ]
        top, left, bottom, right = digit.box
        np.testing.assert_allclose(middle, [(top + bottom) / 2, (left + right) / 2], atol=1.5)
    for kind in ("mark", "rejected"):
        expect(page.locator(f".board .{kind}-box")).to_have_count(1)
    shown = pixels(page.locator(".board canvas"))[:, :, 0]
    np.testing.assert_allclose(shown, np.asarray(PICTURE), atol=1)


def test_every_digit_tells_what_the_network_saw_and_what_else_it_could_be(
    visits: Visits, address: str, picture: Path
) -> None:
    page = opened(visits, address)
    choose(page, picture)
    tiles = page.locator(".tile.digit")
    expect(tiles).to_have_count(7)
    closer = page.locator("#closer")
    expect(closer).to_be_hidden()
    tiles.nth(2).click()
    expect(closer.get_by_role("heading").first).to_have_text("Read as 4")
    expect(closer.locator("th")).to_have_text(["4", "6", "0", "1"])
    expect(closer.locator("td.number")).to_have_text(["91.9 %", "4.0 %", "0.4 %", "0.4 %"])
    seen = pixels(closer.locator("canvas"))[:, :, 0]
    np.testing.assert_allclose(seen / 255, READING.digits[2].pixels, atol=0.5 / 255 + 1e-6)
    expect(page.locator(".digit-box.picked text")).to_have_text("4")
    page.locator(".board .rejected-box").click()
    words = ["It looks like no digit: a letter or a scribble.", "Its likeliest value: 3, 21.0 %."]
    expect(closer.locator(".closer-row p")).to_have_text(words)
    expect(page.locator(".tile.rejected")).to_have_attribute("aria-pressed", "true")
    page.locator(".tile.rejected").click()
    expect(closer).to_be_hidden()


def test_pasted_and_dropped(visits: Visits, address: str, picture: Path, desk: Desk) -> None:
    page = opened(visits, address)
    for count, kind in enumerate(("paste", "drop"), 1):
        sent = {**given(picture), "type": "image/png", "kind": kind, "at": "body"}
        assert page.evaluate(PASTE, sent), "the browser would open it in the page's place"
        expect(page.locator(".tile.digit")).to_have_count(7)
        is_read(page)
        assert len(desk.pictures) == count


def test_a_camera_picture_is_turned_and_shrunk_before_it_is_sent(
    visits: Visits, address: str, desk: Desk, tmp_path: Path
) -> None:
    page = opened(visits, address, **PHONE)
    camera = page.locator(".camera input[type=file]")
    assert camera.get_attribute("capture") == "environment"
    assert camera.get_attribute("accept") == "image/*"
    expect(page.get_by_role("button", name="Take a picture")).to_be_visible()
    lying = Image.new("RGB", (3000, 2400), (230, 230, 230))  # stands: 2400 wide, 3000 high
    lying.paste((200, 0, 0), (0, 0, 1500, 2400))  # the upper half, once it is turned clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    lying.save(path, exif=exif, quality=90)
    camera.set_input_files(path)
    is_read(page)
    (sent,) = desk.pictures
    assert (sent.format, sent.size) == ("JPEG", (1600, 2000))
    upper, lower = (np.asarray(sent)[rows, :, 1].mean() for rows in (slice(0, 900), slice(1100, 2000)))
    assert upper < 20 < 210 < lower
    assert sent.getexif().get(0x0112, 1) == 1


def test_a_drawing_on_nothing_stays_transparent(
    visits: Visits, address: str, desk: Desk, tmp_path: Path
) -> None:
    page = opened(visits, address)
    drawing = Image.new("RGBA", (2400, 200), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (100, 50, 140, 150))
    path = tmp_path / "drawing.webp"
    drawing.save(path, lossless=True)
    choose(page, path)
    is_read(page)
    (sent,) = desk.pictures
    assert (sent.format, sent.mode, sent.size) == ("PNG", "RGBA", (2000, 167))
    assert np.asarray(sent)[0, 0, 3] == 0


def test_what_the_browser_cannot_show_is_read_all_the_same(
    visits: Visits, address: str, desk: Desk, tmp_path: Path
) -> None:
    page = opened(visits, address)
    path = tmp_path / "scan.tif"
    PICTURE.save(path)
    choose(page, path)
    is_read(page)
    assert desk.pictures[0].format == "TIFF"
    expect(page.locator(".board canvas")).to_have_count(0)
    box = page.locator(".board svg").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(READING.size[1] / READING.size[0], rel=0.01)


def test_a_pattern_and_a_mode_are_asked_for_and_read_again(
    visits: Visits, address: str, picture: Path, desk: Desk
) -> None:
    page = opened(visits, address)
    choose(page, picture)
    is_read(page)
    page.get_by_text("What is written there?").click()
    page.get_by_label("The pattern").fill("dddd")
    with page.expect_response("**/v1/read*"):
        page.get_by_label("The pattern").press("Enter")
    with page.expect_response("**/v1/read*"):
        page.get_by_label("They are").select_option("one row of digits")
    expect(page.locator(".tile.digit")).to_have_count(7)
    visits.expected.append("status of 422")
    page.get_by_label("The pattern").fill("xx")
    page.get_by_label("The pattern").press("Tab")
    expect(page.locator(".says")).to_have_text("The pattern 'xx' has no d: d stands for a digit.")
    expect(page.locator(".tile")).to_have_count(0)
    expect(page.locator(".board .digit-box")).to_have_count(0)
    assert desk.asked == [(None, None), (None, "dddd"), ("row", "dddd"), ("row", "xx")]


def test_what_goes_wrong_is_said_in_words(
    visits: Visits, address: str, tmp_path: Path, picture: Path
) -> None:
    page = opened(visits, address)
    visits.expected += ["status of 422", "status of 503", "ERR_FAILED", "request failed"]
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    choose(page, text)
    expect(page.locator(".says.refused")).to_have_text("This is no picture: expected PNG, JPEG, ….")
    attempts: list[Request] = []

    def busy(route: Any) -> None:
        attempts.append(route.request)
        if len(attempts) > 2:
            route.continue_()
        else:
            route.fulfill(status=503, json={"error": "busy"}, headers={"Retry-After": "0"})

    page.route("**/v1/read**", busy)
    choose(page, picture)
    is_read(page)
    assert len(attempts) == 3
    page.unroute("**/v1/read**")
    page.route("**/v1/read**", lambda route: route.abort())
    choose(page, picture)
    expect(page.locator(".says.refused")).to_contain_text("is “handlens serve” still running?")


def correct(page: Page, name: str) -> None:
    """Say what the one that is looked at is."""
    page.get_by_role("group", name="No, it is …").get_by_role("button", name=name, exact=True).click()


def says(page: Page, text: str) -> None:
    """Large, and aloud."""
    expect(page.locator("output.text")).to_have_text(text, use_inner_text=True)
    aloud = " ".join("gap" if sign == " " else sign for sign in text.split("\n")[0])
    expect(page.locator("#result > [role=status]")).to_contain_text(f"{aloud}, next line: ")


def test_a_correction_goes_to_the_teacher_and_is_shown(
    visits: Visits, address: str, picture: Path, desk: Desk
) -> None:
    page = opened(visits, address)
    choose(page, picture)
    expect(page.locator(".finds .hint")).to_have_text(re.compile("^Is one wrong"))
    tile, closer = page.locator(".tile.digit").nth(2), page.locator("#closer")
    tile.click()
    keys = page.get_by_role("group", name="No, it is …").get_by_role("button")
    expect(keys).to_have_text([*"0123456789", "no digit"])
    expect(keys.and_(page.locator(":disabled"))).to_have_text(["4"])
    places = [key.bounding_box() for key in keys.all()]
    correct(page, "9")
    expect(closer.locator(".says")).to_contain_text("It is read as 9 now; of MNIST's digits 99.42 %")
    (correction,) = desk.corrections
    assert correction.label == "9"
    np.testing.assert_allclose(correction.pixels, READING.digits[2].pixels, atol=0.5 / 255 + 1e-6)
    says(page, "2791\n3 50")
    expect(page.locator(".board .digit-box text")).to_have_text([*"2791", *"350"])
    expect(page.locator(".board .digit-box.picked text")).to_have_text("9")
    expect(keys.and_(page.locator(":disabled"))).to_have_text(["9"])
    assert [key.bounding_box() for key in keys.all()] == places, "a second click would say something else"
    expect(tile).to_have_text("9by you")
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(closer.get_by_role("heading").first).to_have_text("Corrected to 9")
    sure = READING.confidence / READING.digits[2].confidence
    expect(page.locator(".summary")).to_contain_text(f"7 digits, {100 * sure:.0f} % sure")


def test_what_was_corrected_can_be_corrected_again_and_be_no_digit(
    visits: Visits, address: str, picture: Path, desk: Desk
) -> None:
    page = opened(visits, address)
    choose(page, picture)
    page.locator(".tile.digit").nth(2).click()
    for name, text in (("9", "2791\n3 50"), ("4", "2741\n3 50"), ("no digit", "27 1\n3 50")):
        correct(page, name)
        says(page, text)
    assert [correction.label for correction in desk.corrections] == ["9", "4", "none"]
    expect(page.locator(".tile.digit")).to_have_count(6)
    expect(page.locator(".tile.rejected")).to_have_count(2)
    expect(page.locator("#closer .closer-row p")).to_have_text("You said that it is no digit.")
    expect(page.locator("#closer .says")).to_contain_text("It isn't taken for a digit any more")
    choose(page, picture)  # given anew it is what the reader reads
    is_read(page)
    expect(page.locator(".tile .corrected")).to_have_count(0)


def test_what_else_is_read_in_another_way_after_a_correction_is_shown(
    visits: Visits, address: str, picture: Path, desk: Desk
) -> None:
    first, second = READING.lines
    eight = replace(second.digits[0], value="8")
    desk.learnt = replace(
        READING, lines=(first, replace(second, digits=(eight, *second.digits[1:]), text="8 50"))
    )
    page = opened(visits, address)
    choose(page, picture)
    page.locator(".tile.digit").nth(2).click()
    correct(page, "9")
    says(page, "2791\n8 50")
    expect(page.locator("#closer .says")).to_contain_text("It is read as 9 now")
    assert len(desk.asked) == 2


def test_a_correction_is_confirmed_also_where_its_ink_is_cut_in_another_way_then(
    visits: Visits, address: str, picture: Path, desk: Desk
) -> None:
    first, second = READING.lines
    left, one = first.digits[2:]
    other = np.roll(left.pixels, 1)
    joined = replace(left, value="8", pixels=other, box=left.box._replace(right=one.box.right))
    line = replace(first, digits=(*first.digits[:2], joined), text="278")
    desk.learnt = replace(READING, lines=(line, second))
    page = opened(visits, address)
    choose(page, picture)
    is_read(page)
    expect(page.locator("#result .kept")).to_have_text("")
    page.locator(".tile.digit").nth(3).click()
    correct(page, "7")
    says(page, "278\n3 50")
    kept = "1 correction of this picture is kept. The picture is cut into other digits now: look"
    expect(page.locator("#closer")).to_be_hidden()
    expect(page.locator("#result .kept")).to_contain_text(kept)
    expect(page.locator("#result > [role=status]")).to_contain_text(kept)
    page.locator(".tile.digit").nth(0).click()
    correct(page, "3")
    again = "2 corrections of this picture are kept. The picture is cut"
    expect(page.locator("#result .kept")).to_contain_text(again)
    expect(page.locator("#result > [role=status]")).to_contain_text(again)
    choose(page, picture)
    expect(page.locator("#result .kept")).to_have_text("")


def test_a_correction_that_fails_changes_nothing_and_can_be_made_again(
    visits: Visits, address: str, picture: Path
) -> None:
    page = opened(visits, address)
    visits.expected += ["ERR_FAILED", "request failed"]
    choose(page, picture)
    page.locator(".tile.digit").first.click()
    page.route("**/v1/teach", lambda route: route.abort())
    correct(page, "3")
    expect(page.locator("#closer .says.refused")).to_contain_text("is “handlens serve” still running?")
    says(page, READING.text)
    page.unroute("**/v1/teach")
    correct(page, "3")
    says(page, "3741\n3 50")


def test_without_a_teacher_nothing_is_corrected(
    visits: Visits, sample: Recording, picture: Path, desk: Desk
) -> None:
    with serving(sample, reader=desk) as address:
        page = opened(visits, address)
        choose(page, picture)
        page.locator(".tile.digit").first.click()
        expect(page.locator("#closer")).to_be_visible()
        expect(page.locator(".corrector")).to_have_count(0)
        expect(page.locator(".finds .hint")).to_have_text(re.compile("^Choose one to see"))
        page.close()


def test_what_can_be_chosen_shows_it(visits: Visits, address: str, picture: Path) -> None:
    page = opened(visits, address)
    choose(page, picture)
    for tile in (page.locator(".tile.digit").first, page.locator(".tile.rejected")):
        plain = tile.evaluate(LOOK)
        tile.hover()
        pointed = tile.evaluate(LOOK)
        assert pointed != plain
        page.mouse.move(0, 0)
        assert tile.evaluate(LOOK) == plain
    tile = page.locator(".tile.digit").first
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Tab")
    expect(tile).to_be_focused()
    assert tile.evaluate(LOOK) != plain


def test_it_fits_a_phone_and_a_desk(visits: Visits, address: str, picture: Path) -> None:
    narrow = {**PHONE, "viewport": {"width": 360, "height": 640}}
    for options in (narrow, PHONE, {"viewport": {"width": 1440, "height": 900}}):
        page = opened(visits, address, **options)
        fits(page)
        page.get_by_text("What is written there?").click()
        choose(page, picture)
        is_read(page)
        page.locator(".tile.digit").nth(1).click()
        next_picture(page)
        fits(page)
        board = page.locator(".board").bounding_box()
        assert board["x"] >= 0
        assert board["x"] + board["width"] <= options["viewport"]["width"]


def test_everything_has_a_name_and_the_result_is_said(visits: Visits, address: str, picture: Path) -> None:
    page = opened(visits, address)
    assert nameless(page) == []
    choose(page, picture)
    is_read(page)
    page.locator(".tile.digit").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#closer")).to_be_visible()
    assert nameless(page) == []
    voice = page.locator("#result > [role=status]")
    expect(voice).to_have_text(
        re.compile(r"^2 7 4 1, next line: 3 gap 5 0 – 7 digits, .* The light is uneven\.$")
    )
    headings = page.locator("h1, h2, h3, h4").evaluate_all(
        "all => all.filter((h) => h.checkVisibility()).map((h) => h.tagName)"
    )
    assert headings[:2] == ["H1", "H2"]


def test_the_text_is_copied(visits: Visits, address: str, picture: Path) -> None:
    page = opened(visits, address, permissions=["clipboard-read", "clipboard-write"])
    choose(page, picture)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == READING.text


def test_the_two_pages_link_to_each_other(visits: Visits, address: str) -> None:
    page = visits.open(f"{address}/")
    page.get_by_role("link", name="Read a picture").click()
    expect(page.get_by_role("heading", name="Read handwritten digits")).to_be_visible()
    page.get_by_role("link", name="Look inside the network").click()
    expect(page.locator(".answers .best")).to_be_visible()


def test_the_token_leaves_the_address_bar(visits: Visits, address: str) -> None:
    page = visits.blank(address)
    page.goto(f"{address}/read?token=secret")
    expect(page).to_have_url(f"{address}/read")
