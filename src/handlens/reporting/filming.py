"""The two films of a recording: the layer before the logits by t-SNE, and the softmax outputs."""

import logging
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from handlens.errors import LookError, MissingLibrary
from handlens.insight import embedding, films
from handlens.page.sets import watched_test
from handlens.recording import Recording
from handlens.recording.files import write_whole
from handlens.reporting.asked import AFTERWARDS, FILES, scored_set
from handlens.reporting.clouds import Cast, Cloud, Film, cast, cloud

Progress = Callable[[str, float], None]

ON_A_PAGE = (384, 432)
"""Pixels of a film's copy on a page: 0.6 of the file's, which take a third of the bytes."""

log = logging.getLogger("handlens")


class Filmed(NamedTuple):
    """A film: the files that were written, and a smaller copy for a page."""

    files: dict[str, Path]
    suffix: str
    moving: bytes
    still: bytes
    """Its last frame, PNG."""


def films_of(
    run: Recording, folder: Path, progress: Progress = lambda what, share: None
) -> dict[str, Filmed]:
    """Make the films of a recording: GIFs, MP4s where `av` is installed, and each one's last frame as PNG.

    The cast is at most 1,500 items of the set that says how well the network does, the same number of each
    class; a frame of the film is a frame of the recording. What was computed is kept in the recording's
    cache. Without openTSNE the first film is left out, and the log ("handlens") says so.

    Args:
        run: the recording.
        folder: where the films go; made if need be.
        progress: called with what is being done and the share that is done, 0…1.

    Returns:
        "tsne" and "softmax"; their files by name: "tsne.gif", "tsne.png", … and ".mp4".

    Raises:
        LookError: the recording's first frame isn't finite, so there is nothing to film.
        RecordingError: a film can't be written, or a frame is damaged.
    """
    chosen = cast(run, scored_set(run))
    seen = _cloud(run, chosen, lambda what, share: progress(what, 0.75 * share))
    made: dict[str, Filmed] = {}
    if seen.tsne is not None:
        note = f"{_note(run, chosen)} {films.TSNE_NOTE}"
        title = f"The layer before the logits ({chosen.stage}), t-SNE"
        made["tsne"] = _film(seen, chosen, run, seen.tsne, "tsne", title, note, folder)
    progress("drawing the films", 0.85)
    places = embedding.fanned(embedding.linear_view(seen.probabilities), chosen.labels)
    note = f"{_note(run, chosen)} {films.LINEAR_NOTE}"
    title = "The softmax outputs, one linear view"
    made["softmax"] = _film(seen, chosen, run, places, "softmax", title, note, folder)
    progress("drawing the films", 1.0)
    return made


def _cloud(run: Recording, chosen: Cast, progress: Progress) -> Cloud:
    try:
        return cloud(run, chosen, run.steps, tsne=True, progress=progress)
    except MissingLibrary as error:
        log.warning("%s Going on with the linear view alone.", error)
    except LookError as error:
        log.warning("no t-SNE: %s. Going on with the linear view alone.", error)
    return cloud(run, chosen, run.steps, tsne=False, progress=progress)


def _film(
    seen: Cloud, chosen: Cast, run: Recording, places: Film, name: str, title: str, note: str, folder: Path
) -> Filmed:
    right = (seen.probabilities.argmax(axis=2) == chosen.labels).mean(axis=1)
    captions = list(zip(seen.steps, right.tolist(), strict=True))
    drawn = partial(films.render, places, chosen.labels, captions, title, run.graph.classes, note)
    frames, small = list(drawn()), list(drawn(ON_A_PAGE))
    folder.mkdir(parents=True, exist_ok=True)
    suffixes = [".gif", ".mp4"] if find_spec("av") else [".gif"]
    made = {f"{name}{suffix}": films.write(frames, folder / f"{name}{suffix}") for suffix in suffixes}
    made[f"{name}.png"] = folder / f"{name}.png"
    write_whole(made[f"{name}.png"], _png(frames[-1]))
    return Filmed(made, suffixes[-1], films.encoded(small, f"{name}{suffixes[-1]}"), _png(small[-1]))


def _note(run: Recording, chosen: Cast) -> str:
    """Who plays, and that nobody chose by it."""
    things = "samples" if chosen.set == "samples" else f"digits of the {FILES[chosen.set]}"
    said = f"{len(chosen.labels):,} {things}, as many of each class; the accuracy is theirs"
    counts = np.bincount(chosen.labels.astype(np.int64))
    said = said if len(set(counts[counts > 0].tolist())) == 1 else said.replace(", as many of each class", "")
    honest = chosen.set == "test" and not watched_test(run)
    return f"{said}; {AFTERWARDS}." if honest else f"{said}."


def _png(frame: Image.Image) -> bytes:
    stream = BytesIO()
    frame.save(stream, "PNG", optimize=True)
    return stream.getvalue()
