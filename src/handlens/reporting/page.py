"""The report: every picture and film of a recording on one page that needs nothing else."""

import base64
import hashlib
import logging
import os
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from handlens.errors import HandlensError, MissingLibrary, RecordingError
from handlens.recording import Recording, load
from handlens.recording.files import write_whole
from handlens.reporting import facts
from handlens.reporting.asked import FILES, Asked, scored_set
from handlens.reporting.looking import look
from handlens.reporting.sections import LINES, Plan, Section, sections
from handlens.reporting.words import FILMS

if TYPE_CHECKING:
    from jinja2 import Template

    from handlens.insight.figures import Figure

Progress = Callable[[str, float], None]

PICTURES_SHARE = 0.3  # of a report's time
NARROW = 5.5  # inches
TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif", ".mp4": "video/mp4"}

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


def report(
    run: Recording | str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    films: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Draw everything that a recording can show, and bring it together on one page.

    The page is one HTML file that holds its pictures and films, runs no script and fetches nothing; each
    picture and film also lies beside it in ``figures/``. A part that this recording can't give is left out
    with a sentence that says why.

    Args:
        run: the recording, or its folder.
        out: the page's file (``.html``), or a folder for ``report.html``; by default in the recording.
        films: whether to make the films, which take most of the time.
        progress: called with what is being done and the share that is done, 0…1.

    Returns:
        The page's path.

    Raises:
        MissingLibrary: matplotlib or jinja2 isn't installed.
        RecordingError: the page can't be written, or the recording is damaged.
    """
    recording = run if isinstance(run, Recording) else load(os.fspath(run))
    template, tell = _template(), progress or (lambda what, share: None)
    page = _place(recording, out)
    folder = page.parent / "figures"
    _make(folder)
    parts = _pictures(recording, folder, lambda what, share: tell(what, PICTURES_SHARE * share))
    moving, why = _films(recording, folder, films, tell)
    tell("writing the page", 0.99)
    write_whole(page, _html(template, recording, parts, moving, why).encode())
    tell("done", 1.0)
    return page


def _place(run: Recording, out: str | os.PathLike[str] | None) -> Path:
    page = run.folder if out is None else Path(out)
    return page if page.suffix == ".html" else page / "report.html"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(
            f"{folder}: can't be made: {error.strerror or error}. Choose another out"
        ) from None


# -- pictures ------------------------------------------------------------------------------------------


def _pictures(run: Recording, folder: Path, progress: Progress) -> list[Part]:
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


def _picture(run: Recording, plan: Plan, folder: Path) -> Shown:
    try:
        figure = look(run, plan.kind, **plan.options)
    except (MissingLibrary, RecordingError):
        raise
    except HandlensError as error:
        log.info("%s is left out: %s", plan.name, error)
        return Shown(plan, missing=str(error).removeprefix(f"{run.folder}: "))
    write_whole(folder / f"{plan.name}.png", content := _saved(figure, "png"))
    suffix = ".png"
    if plan.kind in LINES:
        suffix = ".svg"
        write_whole(folder / f"{plan.name}.svg", content := _saved(figure, "svg"))
    size = figure.get_size_inches()
    source, alt = _data_uri(content, suffix), f"{plan.heading}. {figure.get_label()}"
    return Shown(plan, source, alt, (float(size[0]), float(size[1])))


def _saved(figure: "Figure", form: str) -> bytes:
    stream = BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(stream, format=form, metadata=metadata)
    return _smaller(stream) if form == "png" else stream.getvalue()


def _smaller(stream: BytesIO) -> bytes:
    """The same pixels without the alpha channel that matplotlib writes."""
    smaller = BytesIO()
    Image.open(stream).convert("RGB").save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


# -- films ---------------------------------------------------------------------------------------------


def _films(run: Recording, folder: Path, wanted: bool, tell: Progress) -> tuple[list[Film], str]:
    """The films, and the reason where one is missing."""
    if not wanted:
        return [], "No films were asked for."
    from handlens.reporting.filming import films_of

    try:
        rest = 0.98 - PICTURES_SHARE
        made = films_of(run, folder, lambda what, share: tell(what, PICTURES_SHARE + rest * share))
    except (MissingLibrary, RecordingError):
        raise
    except HandlensError as error:
        return [], f"There is no film: {str(error).removeprefix(f'{run.folder}: ')}."
    moving = [_film(made, name) for name in FILMS if f"{name}.gif" in made]
    why = (
        ""
        if "tsne.gif" in made
        else "The t-SNE film needs openTSNE and at least ten digits; it was left out."
    )
    return moving, why


def _film(made: dict[str, Path], name: str) -> Film:
    video = f"{name}.mp4" in made
    source, still = (_embedded(made[f"{name}.{end}"]) for end in ("mp4" if video else "gif", "png"))
    return Film(name, *FILMS[name], source, still, video)


def _embedded(path: Path) -> str:
    return _data_uri(path.read_bytes(), path.suffix)


# -- the page ------------------------------------------------------------------------------------------


def _template() -> "Template":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingLibrary("jinja2", "A report", "train") from None
    environment = Environment(
        loader=PackageLoader("handlens.reporting", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _html(
    template: "Template",
    run: Recording,
    parts: list[Part],
    moving: list[Film],
    why: str,
) -> str:
    from markupsafe import Markup

    style = files("handlens.reporting").joinpath("template", "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    layers = facts.layers(run)
    return template.render(
        name=run.folder.resolve().name,
        run=run,
        style=Markup(style),  # our own file, and held by its digest
        style_digest=digest,
        troubles=facts.troubles(run),
        verdict=facts.verdict(run),
        layers=layers,
        parameters=sum(layer.parameters for layer in layers),
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        story=facts.story(run),
        recipe=facts.recipe_rows(run),
        machine=facts.machine_rows(run),
        things=Asked(run=run).things,
        cast=FILES[scored_set(run)],
        films=moving,
        no_film=why,
        parts=parts,
    )


def _data_uri(content: bytes, suffix: str) -> str:
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(content).decode()}"
