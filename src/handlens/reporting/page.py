"""The report: the recording's page as one file, with every picture and film as its last section."""

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from handlens.errors import MissingLibrary, RecordingError
from handlens.page.bundle import bundle
from handlens.page.lesson import Lesson
from handlens.page.sets import things
from handlens.recording import Recording, load
from handlens.recording.files import write_whole
from handlens.reporting import facts
from handlens.reporting.asked import FILES, scored_set
from handlens.reporting.drawn import Film, Part, Progress, films, pictures
from handlens.reporting.rooms import Recorded

if TYPE_CHECKING:
    from jinja2 import Template

PICTURES_SHARE, FILMS_SHARE = 0.3, 0.65  # of a report's time


def report(
    run: Recording | str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    films: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Draw everything that a recording can show, and bring it together on one page.

    The page is one HTML file that holds the recording, its pictures and its films: it opens from a disk and
    fetches nothing. Each picture and film also lies beside it in ``figures/``. A part that this recording
    can't give is left out with a sentence that says why.

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
    tell = progress or (lambda what, share: None)
    page = _place(recording, out)
    html = illustrated(recording, page.parent / "figures", films, tell)
    write_whole(page, html.encode())
    tell("done", 1.0)
    return page


def illustrated(
    run: Recording, folder: Path, moving: bool, progress: Progress, lesson: Lesson | None = None
) -> str:
    """The page as one file, its pictures and (if ``moving``) its films drawn into a folder and into it.

    Without a ``lesson`` it asks what lesson.md in the recording's folder asks.

    Raises:
        MissingLibrary: matplotlib or jinja2 isn't installed.
        RecordingError: the folder can't be written, or the recording is damaged.
    """
    template = _template()
    _make(folder)
    parts = pictures(run, folder, lambda what, share: progress(what, PICTURES_SHARE * share))
    made: list[Film] = []
    why = "No films were asked for."
    if moving:
        made, why = films(
            run, folder, lambda what, share: progress(what, PICTURES_SHARE + FILMS_SHARE * share)
        )
    progress("writing the page", PICTURES_SHARE + FILMS_SHARE)
    return bundle(
        run,
        figures=_html(template, run, parts, made, why),
        figure_styles=files("handlens.reporting").joinpath("template", "report.css").read_text("utf-8"),
        title=f"{run.folder.resolve().name}: how a network learnt to read",
        rooms=Recorded(run, slow=moving),
        lesson=lesson,
    )


def _place(run: Recording, out: str | os.PathLike[str] | None) -> Path:
    page = run.pictures if out is None else Path(out)
    return page if page.suffix == ".html" else page / "report.html"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(
            f"{folder}: can't be made: {error.strerror or error}. Choose another out"
        ) from None


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


def _html(template: "Template", run: Recording, parts: list[Part], moving: list[Film], why: str) -> str:
    layers = facts.layers(run)
    return template.render(
        name=run.folder.resolve().name,
        run=run,
        troubles=facts.troubles(run),
        verdict=facts.verdict(run),
        layers=layers,
        parameters=sum(layer.parameters for layer in layers),
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        story=facts.story(run),
        recipe=facts.recipe_rows(run),
        machine=facts.machine_rows(run),
        things=things(run),
        cast=FILES[scored_set(run)],
        films=moving,
        no_film=why,
        parts=parts,
    )
