"""The personal set as pictures: a folder or a zip of PNGs with a labels.csv, for another computer or program.

``labels.csv`` has the columns ``file`` and ``label``; the label of what is no digit is empty, so that
`handlens evaluate --reader` takes the folder as it is. A PNG is a frame, 28x28, 8 bit gray, stroke bright.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from handlens.errors import DataError
from handlens.reading.frame import SIZE
from handlens.reading.judge import NONE
from handlens.teach.corrections import MOST, Correction
from handlens.whole import write_whole

INDEX = "labels.csv"
MOST_BYTES = 10_000_000
"""Of one file within: a frame has less than a thousand, an index of `MOST` lines less than a million."""

# What a file raises that isn't what `export` wrote: zipfile RuntimeError for one that is locked by a password
# or packed in another way; Pillow SyntaxError and ValueError for a broken PNG.
_STRANGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, csv.Error),
    *(UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError),
)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a zip wants a date; the same set shall give the same bytes


def export(corrections: Iterable[Correction], out: Path) -> None:
    """Write the set: as one file where `out` ends in .zip, else into that folder, a new one.

    Raises:
        DataError: the folder isn't empty, or something can't be written.
    """
    files = _files(corrections)
    try:
        if out.suffix.lower() == ".zip":
            write_whole(out, _zipped(files))
            return
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise DataError(f"{out}: isn't empty. Choose a new folder, or a name that ends in .zip.")
        for name, content in files.items():
            write_whole(out / name, content)
    except OSError as error:
        raise DataError(f"{error.filename or out}: can't be written: {error.strerror or error}") from None


def read(source: Path) -> list[Correction]:
    """What `export` wrote.

    Raises:
        DataError: it isn't that.
    """
    try:
        if source.is_dir():
            return _corrections(source, lambda name: (source / name).read_bytes())
        with zipfile.ZipFile(source) as archive:
            return _corrections(source, lambda name: _unpacked(archive, name))
    except _STRANGE as error:
        raise DataError(
            f"{source}: expected a folder or a zip file that handlens teach export wrote ({error})."
        ) from None
    except OSError as error:
        raise DataError(f"{error.filename or source}: can't be read: {error.strerror or error}") from None


def _files(corrections: Iterable[Correction]) -> dict[str, bytes]:
    """Every file by its name."""
    files, index = {}, io.StringIO()
    lines = csv.writer(index, lineterminator="\n")
    lines.writerow(("file", "label"))
    for number, each in enumerate(corrections, 1):
        name = f"{number:05d}-{each.label}.png"
        Image.fromarray(each.frame).save(picture := io.BytesIO(), "png")
        files[name] = picture.getvalue()
        lines.writerow((name, "" if each.label == NONE else each.label))
    return {INDEX: index.getvalue().encode(), **files}


def _zipped(files: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(whole := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content)
    return whole.getvalue()


def _corrections(source: Path, content: Callable[[str], bytes]) -> list[Correction]:
    lines = list(csv.DictReader(io.StringIO(content(INDEX).decode())))
    if len(lines) > MOST:
        raise DataError(f"{source}: {INDEX} has {len(lines):,} lines; expected at most {MOST:,}.")
    found = []
    for line in lines:
        name, label = line["file"], line["label"]
        if not name or label is None or Path(name).name != name:
            raise DataError(
                f"{source}: {INDEX} has {name!r}, {label!r}; expected a file beside it, and its label."
            )
        with Image.open(io.BytesIO(content(name)), formats=["PNG"]) as picture:
            if picture.size != (SIZE, SIZE) or picture.mode != "L":
                raise DataError(
                    f"{source}: {name} is {picture.width} x {picture.height}, {picture.mode}; expected a "
                    f"frame, {SIZE} x {SIZE}, gray. To teach from a picture, type: handlens teach FILE LABEL"
                )
            found.append(Correction(np.array(picture), label or NONE, name))
    return found


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if entry.file_size > MOST_BYTES:
        raise DataError(
            f"{archive.filename}: {name} is {entry.file_size:,} bytes; expected {MOST_BYTES:,} at most."
        )
    return archive.read(entry)
