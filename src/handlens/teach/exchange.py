"""The personal set as pictures: a folder or a zip of PNGs with a labels.csv, for another computer or program.

``labels.csv`` has the columns ``file`` and ``label``; the label of what is no digit is empty, so that
`handlens evaluate --reader` takes the folder as it is. A PNG is a frame, 28x28, 8 bit gray, stroke bright.
"""

import csv
import io
import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from handlens import untrusted
from handlens.errors import DataError
from handlens.reading.frame import SIZE
from handlens.reading.judge import NONE
from handlens.teach.corrections import MOST, Correction
from handlens.whole import write_whole

INDEX = "labels.csv"
MOST_BYTES = 10_000_000
"""Of the index: one of `MOST` lines has less than a million."""

MOST_FRAME = 100_000
"""Bytes of a picture: a frame has less than a thousand, another program may have added a colour profile."""

MOST_ZIP = 16 << 20
"""Bytes of a zip file: `MOST` frames have less than ten million."""

MOST_ENTRIES = 3 * MOST
"""Files in a zip file, which other programs add some of their own to."""

# What a file raises that isn't what `export` wrote: zipfile RuntimeError for one that is locked by a password
# or packed in another way; Pillow SyntaxError and ValueError for a broken PNG.
_STRANGE = (
    *(
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        RuntimeError,
        KeyError,
        csv.Error,
    ),
    *(UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError),
)
_ENTRY = b"PK\1\2"
"""How each entry of a zip file's directory begins."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a zip wants a date; the same set shall give the same bytes


def export(corrections: Iterable[Correction], out: Path) -> None:
    """Write the set: as one file where `out` ends in .zip, else into that folder, a new one.

    Raises:
        DataError: the folder isn't empty, the file is there already, or something can't be written.
    """
    files = _files(corrections)
    try:
        if out.suffix.lower() == ".zip":
            if out.exists():
                raise DataError(f"{out}: is there already. Choose another name, or remove it first.")
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
            return _corrections(source, lambda name, most: _beside(source, name, most))
        packed = untrusted.read(source, MOST_ZIP)
        if packed.count(_ENTRY) > MOST_ENTRIES:  # before zipfile makes an object of each
            raise DataError(
                f"{source}: holds more than {MOST_ENTRIES:,} files; expected {MOST + 1:,} at most."
            )
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            _check_names(source, archive.namelist())
            return _corrections(source, lambda name, most: _unpacked(source, archive, name, most))
    except untrusted.Refused as error:
        raise DataError(f"{source}: {error}; expected what handlens teach export wrote.") from None
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


def _corrections(source: Path, content: Callable[[str, int], bytes]) -> list[Correction]:
    lines = list(csv.DictReader(io.StringIO(content(INDEX, MOST_BYTES).decode())))
    if len(lines) > MOST:
        raise DataError(f"{source}: {INDEX} has {len(lines):,} lines; expected at most {MOST:,}.")
    _check_names(source, [line["file"] for line in lines])
    found = []
    for line in lines:
        name, label = line["file"], line["label"]
        if not name or label is None or Path(name).name != name:
            raise DataError(
                f"{source}: {INDEX} has {name!r}, {label!r}; expected a file beside it, and its label."
            )
        with Image.open(io.BytesIO(content(name, MOST_FRAME)), formats=["PNG"]) as picture:
            if picture.size != (SIZE, SIZE) or picture.mode != "L":
                raise DataError(
                    f"{source}: {name} is {picture.width} x {picture.height}, {picture.mode}; expected a "
                    f"frame, {SIZE} x {SIZE}, gray. To teach from a picture, type: handlens teach FILE LABEL"
                )
            found.append(Correction(np.array(picture), label or NONE, name))
    return found


def _check_names(source: Path, names: Iterable[str | None]) -> None:
    for name, count in Counter(filter(None, names)).most_common(1):
        if count > 1:
            raise DataError(f"{source}: {name!r} stands there {count:,} times; expected once.")


def _beside(source: Path, name: str, most: int) -> bytes:
    try:
        return untrusted.read(source / name, most, within=source)
    except untrusted.Refused as error:
        raise DataError(f"{source / name}: {error}. Put the file itself into the folder.") from None


def _unpacked(source: Path, archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    entry = archive.getinfo(name)
    if entry.file_size > most:
        raise DataError(f"{source}: {name} is {entry.file_size:,} bytes; expected {most:,} at most.")
    return archive.read(entry)
