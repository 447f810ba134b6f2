"""``python -m material.failures SETS OUT.png``: the first pictures of each set that were read wrongly.

Of every labelled set in the folder the first few in the set's own order, so that nobody picked them; with
what is written, and what was read. A separator that was swallowed counts as wrong.
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from handlens.evaluate.labels import digits_of, gaps_of, lines_of
from handlens.evaluate.sets import Labelled, opened
from handlens.reading.pictures import load
from handlens.reading.reader import Reader

EACH = 3
"""Of a set."""

COLUMNS, WIDTH, HEIGHT, TEXT = 5, 240, 136, 44
"""A cell's picture, and its two lines of text, in pixels."""


def wrong(label: str, text: str) -> bool:
    """Whether digits differ, or no gap is where a separator is written."""
    written, read = lines_of(label), lines_of(text)
    return digits_of(written) != digits_of(read) or not gaps_of(written) <= gaps_of(read)


def failures(dataset: str) -> list[tuple[Labelled, str]]:
    """The first of each set, with what was read."""
    reader, found = Reader(), []
    for each in opened(dataset):
        here: list[tuple[Labelled, str]] = []
        for item in each.items:
            text = reader.read(item.source, each.mode).text
            if wrong(item.label, text):
                here.append((item, text))
            if len(here) == EACH:
                break
        found += here
    return found


def sheet(found: list[tuple[Labelled, str]]) -> Image.Image:
    """Them side by side."""
    down = HEIGHT + TEXT
    whole = Image.new("RGB", (COLUMNS * WIDTH, -(-len(found) // COLUMNS) * down), "white")
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(15)
    for place, (item, text) in enumerate(found):
        left, top = place % COLUMNS * WIDTH, place // COLUMNS * down
        draw.rectangle((left, top, left + WIDTH, top + down), outline="#dddddd")
        picture = Image.fromarray(load(item.source).pixels).convert("RGB")
        fits = min((WIDTH - 16) / picture.width, (HEIGHT - 16) / picture.height)
        picture = picture.resize((round(picture.width * fits), round(picture.height * fits)))
        whole.paste(picture, (left + (WIDTH - picture.width) // 2, top + (HEIGHT - picture.height) // 2))
        for line, (word, said, colour) in enumerate(
            [("is", item.label, "black"), ("read", text.replace("\n", "|"), "#b00020")]
        ):
            told = shorten(f"{word}  {said or '(nothing)'}", font)
            draw.text((left + 8, top + HEIGHT + 18 * line), told, colour, font)
    return whole


def shorten(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """It, or as much of it as fits into a cell."""
    room, shown = WIDTH - 16, len(text)
    while font.getlength(text[:shown] + "…") > room:
        shown -= 1
    return text if font.getlength(text) <= room else text[:shown] + "…"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m material.failures", description="Draw what failed.")
    parser.add_argument("sets", help="labelled pictures, as `handlens evaluate --reader` takes them")
    parser.add_argument("out", type=Path, help="the PNG")
    chosen = parser.parse_args()
    sheet(failures(chosen.sets)).quantize(256).save(chosen.out, optimize=True)


if __name__ == "__main__":
    main()
