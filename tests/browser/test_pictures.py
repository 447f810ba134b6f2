"""Pictures from outside: chosen, pasted, dropped; framed as handlens frames them."""

from pathlib import Path

import numpy as np
import pytest
from browser.hands import given, next_picture, said, seen
from browser.visits import Open
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from handlens.reading import frame

PASTE = """({ name, content, type, kind, at }) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: data })
    : new DragEvent(kind, { ...options, dataTransfer: data });
  document.querySelector(at).dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dark 7 on light paper, off its middle."""
    picture = Image.new("L", (260, 200), 225)
    ImageDraw.Draw(picture).line([(120, 40), (200, 40), (150, 165)], fill=40, width=14, joint="curve")
    path = tmp_path_factory.mktemp("pictures") / "seven.png"
    picture.save(path)
    return path


def framed(path: Path) -> np.ndarray:
    """What handlens makes of it."""
    with Image.open(path) as picture:
        return frame.frame(frame.from_gray(np.asarray(picture.convert("L")))).pixels


def is_read(page: Page, path: Path, name: str) -> None:
    expect(page.locator(".input-what")).to_have_text(f"{name}, framed.")
    expect(said(page)).to_have_text("7")
    next_picture(page)
    np.testing.assert_allclose(seen(page) / 255, framed(path), rtol=0, atol=1 / 255)


def test_chosen_pasted_and_dropped(opened: Open, seven: Path) -> None:
    page = opened("digit=test:2")
    expect(said(page)).to_have_text("1")
    page.locator("#input input[type=file]").set_input_files(seven)
    is_read(page, seven, "seven.png")
    for kind, at, name in (("paste", "body", "the pasted picture"), ("drop", "#input .pad", "seven.png")):
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".input-what")).to_contain_text("Nothing: black")
        given_so = {**given(seven), "type": "image/png", "kind": kind, "at": at}
        assert page.evaluate(PASTE, given_so), "the browser would open it in the page's place"
        is_read(page, seven, name)


def test_what_is_no_picture_is_refused_in_words(opened_served: Open, tmp_path: Path) -> None:
    page = opened_served()
    before = seen(page)
    chooser, says = page.locator("#input input[type=file]"), page.locator(".input-says")
    text, blank, empty = (tmp_path / name for name in ("text.png", "blank.png", "empty.png"))
    text.write_text("not a picture")
    Image.new("L", (50, 50), 200).save(blank)
    empty.touch()
    for file, words in (
        (text, "text.png: this browser can't read it as an image. Take a PNG"),
        (blank, "blank.png: no ink found"),
        (empty, "empty.png: the file is empty"),
    ):
        chooser.set_input_files(file)
        expect(says).to_contain_text(words)
    np.testing.assert_array_equal(seen(page), before)
    page.evaluate(
        PASTE, {"name": "a.txt", "content": "", "type": "text/plain", "kind": "paste", "at": "body"}
    )
    expect(says).to_contain_text("empty.png")  # text isn't for the network


def test_of_a_photo_that_lies_on_its_side(opened_served: Open, seven: Path, tmp_path: Path) -> None:
    page = opened_served("digit=test:2")
    path = tmp_path / "photo.jpg"
    with Image.open(seven) as picture:
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned clockwise
        picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)
    page.locator("#input input[type=file]").set_input_files(path)
    expect(page.locator(".input-what")).to_have_text("photo.jpg, framed.")
    expect(said(page)).to_have_text("7")
    next_picture(page)
    np.testing.assert_allclose(seen(page) / 255, framed(seven), rtol=0, atol=0.1)
