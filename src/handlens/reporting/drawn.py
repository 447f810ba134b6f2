"""The pictures and films of a report, each drawn into a folder and as an address that holds it whole."""

import base64
import logging
from collections.abc import Callable
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from handlens.errors import HandlensError, MissingLibrary, RecordingError
from handlens.recording import Recording
from handlens.recording.files import write_whole
from handlens.reporting.looking import look
from handlens.reporting.sections import LINES, Plan, Section, sections
from handlens.reporting.words import FILMS

if TYPE_CHECKING:
    from handlens.insight.figures import Figure
    from handlens.reporting.filming import Filmed

Progress = Callable[[str, float], None]

NARROW = 5.5  # inches
# The same pixels take 2.16 MB as PNG and 0.98 MB as lossless WebP (30 figures of the default recording); 256
# colours would take 0.90, and make one of the near-white weights of an untrained kernel.
TYPES = {
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}

log = logging.getLogger("handlens")


class Shown(NamedTuple):
    """A picture on the page, or the reason why it isn't there."""

    plan: Plan
    source: str = ""
    alt: str = ""
    size: tuple[float, float] = (0.0, 0.0)
    missing: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it is small and roughly square, and needn't be moved sideways on a small screen."""
        width, height = self.size
        return width <= NARROW and 0.75 * width <= height <= 1.33 * width


class Part(NamedTuple):
    """A section with its pictures drawn."""

    section: Section
    shown: list[Shown]
    more: list[Shown]


class Film(NamedTuple):
    """A film on the page: its moving picture and the still that stands for it."""

    name: str
    heading: str
    reading: str
    source: str
    still: str
    video: bool


def pictures(run: Recording, folder: Path, progress: Progress) -> list[Part]:
    """Draw a report's pictures into a folder, as PNG and where lines matter as SVG, too.

    Raises:
        MissingLibrary: matplotlib isn't installed.
        RecordingError: a file can't be written, or a frame is damaged.
    """
    parts = sections(run)
    total = sum(len(part.plans) + len(part.more) for part in parts)
    done = count()

    def drawn(part: Section, plans: tuple[Plan, ...]) -> list[Shown]:
        shown = []
        for plan in plans:
            progress(f"drawing: {part.heading}", next(done) / total)
            shown.append(_picture(run, plan, folder))
        return shown

    return [Part(part, drawn(part, part.plans), drawn(part, part.more)) for part in parts]


def films(run: Recording, folder: Path, progress: Progress) -> tuple[list[Film], str]:
    """Make the films in a folder; with them, the reason where one is missing.

    Raises:
        MissingLibrary: a library of the films isn't installed.
        RecordingError: a film can't be written, or a frame is damaged.
    """
    from handlens.reporting.filming import films_of

    try:
        made = films_of(run, folder, progress)
    except (MissingLibrary, RecordingError):
        raise
    except HandlensError as error:
        return [], f"There is no film: {_reason(run, error)}."
    moving = [_film(name, made[name]) for name in FILMS if name in made]
    why = "" if "tsne" in made else "The t-SNE film needs openTSNE and at least ten digits; it was left out."
    return moving, why


def _picture(run: Recording, plan: Plan, folder: Path) -> Shown:
    try:
        figure = look(run, plan.kind, **plan.options)
    except (MissingLibrary, RecordingError):
        raise
    except HandlensError as error:
        log.info("%s is left out: %s", plan.name, error)
        return Shown(plan, missing=_reason(run, error))
    pixels = _drawn(figure)
    write_whole(folder / f"{plan.name}.png", _encoded(pixels, "PNG", optimize=True))
    suffix, content = ".webp", _encoded(pixels, "WEBP", lossless=True)
    if plan.kind in LINES:
        suffix, content = ".svg", _as_svg(figure)
        write_whole(folder / f"{plan.name}.svg", content)
    size = figure.get_size_inches()
    source, alt = _data_uri(content, suffix), f"{plan.heading}. {figure.get_label()}"
    return Shown(plan, source, alt, (float(size[0]), float(size[1])))


def _reason(run: Recording, error: HandlensError) -> str:
    """An error's words as a part of a sentence on the recording's own page."""
    return str(error).removeprefix(f"{run.folder}: ").removesuffix(".")


def _drawn(figure: "Figure") -> Image.Image:
    """A figure's pixels, without the alpha channel that matplotlib draws."""
    figure.savefig(stream := BytesIO(), format="png")
    return Image.open(stream).convert("RGB")


def _as_svg(figure: "Figure") -> bytes:
    figure.savefig(stream := BytesIO(), format="svg", metadata={"Date": None})
    return stream.getvalue()


def _encoded(pixels: Image.Image, form: str, **options: bool) -> bytes:
    pixels.save(stream := BytesIO(), form, **options)
    return stream.getvalue()


def _film(name: str, made: "Filmed") -> Film:
    source, still = _data_uri(made.moving, made.suffix), _data_uri(made.still, ".png")
    return Film(name, *FILMS[name], source, still, made.suffix == ".mp4")


def _data_uri(content: bytes, suffix: str) -> str:
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(content).decode()}"
