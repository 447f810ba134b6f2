"""A recording as something that others can use."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from handlens.errors import LookError, MissingLibrary, RecordingError
from handlens.page.bundle import bundle
from handlens.page.fits import misfit
from handlens.page.lesson import FILE, Lesson, read
from handlens.recording import Recording, load
from handlens.recording.files import write_whole
from handlens.reporting.page import illustrated
from handlens.reporting.rooms import Recorded
from handlens.whole import replaces

Progress = Callable[[str, float], None]

log = logging.getLogger("handlens")


def export(
    run: Recording | str | os.PathLike[str],
    to: str = "html",
    out: str | os.PathLike[str] | None = None,
    figures: bool = True,
    progress: Progress | None = None,
    lesson: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a recording as one file.

    ``html`` is the page: it opens from a disk, holds the recording and fetches nothing.

    Args:
        run: the recording, or its folder.
        to: as what; "html".
        out: the file, which is replaced if it is an earlier page of handlens; by default NAME.html in the
            recording's folder NAME.
        figures: whether figures and films are its last section. Without the ``train`` extra they are left
            out, and the log ("handlens") says so.
        progress: called with what is being done and the share that is done, 0…1.
        lesson: what the page asks about it, a file (`handlens.page.lesson`); by default lesson.md in the
            recording's folder, where there is one.

    Returns:
        The file's path.

    Raises:
        LookError: ``to`` is another word.
        RecordingError: the file can't be written or is somebody else's, or the recording is damaged.
        LessonError: the lesson can't be read, isn't written as one, or asks for what the recording lacks.

    Example:
        >>> export("runs/first", out="first.html")  # doctest: +SKIP
    """
    if to != "html":
        raise LookError(f"a recording can't be exported to {to!r}; give to='html'")
    recording = run if isinstance(run, Recording) else load(os.fspath(run))
    asked = _lesson(recording, lesson)
    tell = progress or (lambda what, share: None)
    name = recording.folder.resolve().name
    page = recording.pictures / f"{name}.html" if out is None else Path(out)
    if out is None:
        with suppress(OSError):  # then the probe says why
            page.parent.mkdir(parents=True, exist_ok=True)
    _probe(page)
    write_whole(page, _html(recording, figures, tell, asked).encode())
    tell("done", 1.0)
    return page


def _probe(page: Path) -> None:
    """Refuse a place that can't be written to, or isn't free, before figures take half a minute."""
    if page.is_dir():
        raise RecordingError(f"{page}: is a folder; name a file in it, such as {page / 'page.html'}")
    try:
        with TemporaryFile(dir=page.parent):
            pass
        replaces(page)
    except FileExistsError as error:
        raise RecordingError(f"{page}: {error.strerror}") from None
    except OSError as error:
        raise RecordingError(f"{page}: can't be written: {error.strerror or error}") from None


def _lesson(run: Recording, given: str | os.PathLike[str] | None) -> Lesson | None:
    """What the page asks, read before figures take half a minute."""
    path = run.folder / FILE if given is None else Path(given)
    return None if given is None and not path.is_file() else read(path, misfit(run))


def _html(run: Recording, figures: bool, tell: Progress, lesson: Lesson | None) -> str:
    if figures:
        try:
            with TemporaryDirectory() as folder:
                return illustrated(run, Path(folder), True, tell, lesson)
        except MissingLibrary as error:
            log.warning("%s The page goes without figures and films.", error)
    tell("writing the page", 0.0)
    return bundle(run, rooms=Recorded(run), lesson=lesson)
