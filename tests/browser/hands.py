"""What a person does with the page, and reads from it."""

import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

Stroke = Sequence[tuple[float, float]]

SEVEN: list[Stroke] = [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]]
ONE: list[Stroke] = [[(0.55, 0.15), (0.47, 0.85)]]
ZERO: list[Stroke] = [
    [(0.5 + 0.22 * np.sin(turn), 0.5 - 0.33 * np.cos(turn)) for turn in np.linspace(0, 2 * np.pi, 17)]
]
THREE: list[Stroke] = [
    [
        *[(0.46 + 0.2 * np.sin(t), 0.33 - 0.16 * np.cos(t)) for t in np.linspace(-0.9, 3.0, 9)],
        *[(0.46 + 0.22 * np.sin(t), 0.67 - 0.18 * np.cos(t)) for t in np.linspace(0.1, 4.0, 9)],
    ]
]

PICTURES = 60  # that a page is given to come to rest

# From a copy: a canvas that is read often is no longer painted as users have it.
READ_CANVAS = """canvas => {
  const { width, height } = canvas;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let text = "";
  for (let i = 0; i < data.length; i += 4096) text += String.fromCharCode(...data.subarray(i, i + 4096));
  return [height, width, btoa(text)];
}"""


def said(page: Page) -> Locator:
    """The class that the page names."""
    return page.locator(".verdict .said")


def maps(page: Page, stage: str) -> Locator:
    """The canvas of a stage's maps."""
    return page.locator(f'[data-stage="{stage}"] .network-maps canvas[tabindex]')


# The place of a stage's number on the screen, read off the frames of its tiles; its maps are square here.
PLACE_OF = """(canvas, { size, index }) => {
  canvas.scrollIntoView({ block: "center" });
  const frames = canvas.parentElement.querySelector(".network-frames path").getAttribute("d");
  const tiles = [...frames.matchAll(/M(\\S+) (\\S+)h(\\S+)v(\\S+)h/g)];
  const each = size / tiles.length;
  const side = Math.round(Math.sqrt(each));
  const [left, top, width, height] = tiles[Math.floor(index / each)].slice(1).map(Number);
  const [row, column] = [Math.floor((index % each) / side), index % side];
  const corner = canvas.getBoundingClientRect();
  return [
    corner.left + left + ((column + 0.5) / side) * width,
    corner.top + top + ((row + 0.5) / side) * height,
  ];
}"""


def hover(page: Page, stage: str, size: int, index: int) -> None:
    """Point at a number of a stage that has so many, where it is still when the next picture is painted."""
    there: list[float] = []
    for _ in range(PICTURES):
        place = maps(page, stage).evaluate(PLACE_OF, {"size": size, "index": index})
        if place == there:
            break
        page.mouse.move(*place)
        next_picture(page)
        there = place
    else:
        raise AssertionError(f"{stage} moves in each of {PICTURES} pictures")
    expect(page.locator("#lens h2")).to_contain_text(f"{stage}, ")


def draw(page: Page, strokes: Sequence[Stroke]) -> None:
    """Draw with the mouse."""
    pad = page.locator("#input canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


def next_picture(page: Page) -> None:
    """Wait until what was asked for is painted: the page computes once a picture."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pixels(canvas: Locator) -> np.ndarray:
    """A canvas's colours, uint8 [height, width, 4]."""
    height, width, content = canvas.evaluate(READ_CANVAS)
    return np.frombuffer(base64.b64decode(content), np.uint8).reshape(height, width, 4)


def seen(page: Page) -> np.ndarray:
    """What the network sees, as the page paints it: uint8 [height, width]."""
    return pixels(page.locator("canvas.seen"))[:, :, 0]


def settled(page: Page) -> None:
    """Wait until every frame has answered."""
    page.locator(".timeline .strip:not(.filling)").wait_for()


def given(path: Path) -> dict[str, str]:
    """A file as a script in the page can make one: its name and content."""
    return {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
