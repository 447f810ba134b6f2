"""Small pictures in one shared palette: glyphs of the classes, and lines of text.

Every colour of a film is a shade between white and one ink, so that antialiased glyphs need no dithering, no
frame a palette of its own, and drawing is copying palette indices.
"""

from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from handlens.insight.palette import CLASS_COLOURS, RGB

PAPER: RGB = (255, 255, 255)
INK: RGB = (34, 34, 34)  # contrast to white 16:1
GREY: RGB = (110, 110, 110)  # contrast to white 5:1
RULE: RGB = (214, 214, 214)
SHADES = 8  # steps from white to an ink; more make files larger, and look the same
INKS: tuple[RGB, ...] = (*CLASS_COLOURS, INK, GREY, RULE)
NAME_LENGTH = 3  # letters of a class's name that a point has room for


def palette() -> list[int]:
    """The palette as Pillow takes it: for each ink of `INKS` in turn, `SHADES` colours from white to it."""
    return [
        round(paper + (full - paper) * shade / (SHADES - 1))
        for ink in INKS
        for shade in range(SHADES)
        for paper, full in zip(PAPER, ink, strict=True)
    ]


def index(ink: RGB) -> int:
    """The palette's index of an ink of `INKS` at full strength."""
    return (INKS.index(ink) + 1) * SHADES - 1


def blank(size: tuple[int, int]) -> Image.Image:
    """A white picture of (width, height) pixels in the shared palette."""
    picture = Image.new("P", size, 0)
    picture.putpalette(palette())
    return picture


@cache
def glyph(name: str, ink: RGB, height: int) -> tuple[Image.Image, Image.Image]:
    """A class's name in its colour with a white rim that keeps overlapping glyphs apart.

    Args:
        name: drawn up to its third letter.
        ink: one of `INKS`.
        height: of the type, in pixels.

    Returns:
        The picture in the shared palette, and the mask (mode "1") of the pixels that it covers.
    """
    font = ImageFont.load_default(height)
    weight = height / 30  # the built-in type is too thin for its colour to tell
    left, top, right, bottom = font.getbbox(name[:NAME_LENGTH], stroke_width=weight)
    coverage = Image.new("L", (round(right - left) + 4, round(bottom - top) + 4), 0)
    ImageDraw.Draw(coverage).text((2 - left, 2 - top), name[:NAME_LENGTH], 255, font, stroke_width=weight)
    rim = coverage.filter(ImageFilter.MaxFilter(3)).point(lambda value: 255 * (value > 96))
    return _inked(coverage, ink), rim.convert("1")


def write_text(
    picture: Image.Image, position: tuple[float, float], text: str, height: int, ink: RGB, anchor: str = "la"
) -> None:
    """Write text on white paper.

    Args:
        picture: a picture in the shared palette; changed.
        position: where the text's anchor lies, (x, y).
        text: one line, or several.
        height: of the type, in pixels.
        ink: one of `INKS`.
        anchor: which point of the text lies there, in Pillow's two letters.
    """
    font = ImageFont.load_default(height)
    box = ImageDraw.Draw(picture).textbbox(position, text, font, anchor=anchor)
    left, top, right, bottom = (int(box[0]) - 1, int(box[1]) - 1, int(box[2]) + 2, int(box[3]) + 2)
    coverage = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(coverage).text((position[0] - left, position[1] - top), text, 255, font, anchor=anchor)
    picture.paste(_inked(coverage, ink), (left, top))


def wrapped(text: str, height: int, width: float) -> list[str]:
    """Cut a text at spaces into lines that are at most so many pixels wide, as far as its words allow."""
    font = ImageFont.load_default(height)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _inked(coverage: Image.Image, ink: RGB) -> Image.Image:
    """Coverage 0…255 as shades of an ink; where there is none, the one index of blank paper."""
    lightest = INKS.index(ink) * SHADES
    shades = [round(value * (SHADES - 1) / 255) for value in range(256)]
    picture = coverage.point([lightest + shade if shade else 0 for shade in shades])
    picture.putpalette(palette())
    return picture
