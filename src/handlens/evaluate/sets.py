"""Where pictures and their labels come from.

What a set holds or names lies in the folder that was given: a name or a link that leads out of it is refused.

A label holds the digits that are written, whatever else stands between them, ``|`` between lines. A label
without a digit (empty, ``none``, a letter's name) says that there is none.
"""

import csv
import io
import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np

from handlens import data, untrusted
from handlens.arrays import Images, Labels
from handlens.data import idx
from handlens.errors import DataError
from handlens.evaluate.labels import DIGITS
from handlens.reading.folder import pictures_in
from handlens.reading.result import Mode

log = logging.getLogger("handlens")

INDEX = "labels.csv"
MOST = 1_000_000
"""Pictures in a set: all of EMNIST has 814,255."""
MOST_BYTES = 64 << 20
"""Of a CSV: so many lines of 67 bytes."""
_HEADINGS = ("file", "filename", "image", "picture", "path")


class Labelled(NamedTuple):
    """A picture and its label."""

    name: str
    source: Path | np.ndarray
    label: str


class LabelledSet(NamedTuple):
    """Pictures with labels."""

    name: str
    items: list[Labelled]
    mode: Mode | None
    """How digits stand, where the format says so: an image of an IDX file is one digit."""


def opened(dataset: str) -> list[LabelledSet]:
    """The set of that place or name; the sets in a folder of several.

    Pictures that lie beside folders, with no label of their own, are passed over with a warning.

    Args:
        dataset: a folder of folders that are named by their pictures' label; a CSV of file,label, or a folder
            with a labels.csv; a folder with IDX files, or the IDX file of images beside that of labels; a
            set's name, for its test digits; or a folder of any of these.

    Raises:
        DataError: it is none of these, is damaged or too large, or leads out of itself.
    """
    path = Path(dataset)
    if dataset in data.names() and not path.exists():
        test = data.load(dataset).test
        return [_digits(dataset, test.images, test.labels)]
    if path.is_file():
        return [_csv(path, path.parent) if path.suffix.lower() == ".csv" else _idx(path)]
    if not path.is_dir():
        raise DataError(f"{dataset}: no such file or folder, and no set's name ({', '.join(data.names())})")
    if _is_set(path):
        return [_folder(path, path)]
    inside = [each for each in _folders(path) if _is_set(each)]
    if inside:
        _warn_of_loose(path)
        return [_folder(each, path) for each in inside]
    raise DataError(
        f"{dataset}: expected folders named by what their pictures say (7, 2741, none), a {INDEX} with lines "
        "FILE,LABEL, IDX files, or a folder of such sets"
    )


def _folders(path: Path) -> list[Path]:
    return [each for each in sorted(path.iterdir()) if each.is_dir() and not each.name.startswith(".")]


def _is_set(path: Path) -> bool:
    if (path / INDEX).is_file() or _images_in(path):
        return True
    return any(pictures_in(each) and not (each / INDEX).is_file() for each in _folders(path))


def _folder(path: Path, given: Path) -> LabelledSet:
    """The set in a folder, which is the one that was given or lies in it."""
    name = path.resolve().name
    if (path / INDEX).is_file():
        return _csv(_inside(path, INDEX, given), given)._replace(name=name)
    if _images_in(path):
        images = _one_of(path, _images_in(path))
        for each in (images, _labels_of(images)):
            _inside(path, each.name, given)
        return _idx(images)._replace(name=name)
    _warn_of_loose(path)
    items = []
    for each in _folders(path):
        if any(c in DIGITS for c in each.name) and any(c.isalpha() for c in each.name):
            raise DataError(
                f"{each}: a folder named by its pictures' label holds digits in its name, or letters; with "
                f"both it isn't clear. Rename it, or list the pictures in a {INDEX}."
            )
        for file in pictures_in(each):
            items.append(Labelled(f"{each.name}/{file.name}", _inside(each, file.name, given), each.name))
    return LabelledSet(name, items, None)


def _inside(folder: Path, name: str, given: Path) -> Path:
    try:
        return untrusted.place(folder, name, within=given)
    except untrusted.Refused as error:
        raise DataError(
            f"{folder}: {error}. Put the file itself, not a link to it, into the folder."
        ) from None


def _warn_of_loose(path: Path) -> None:
    loose = pictures_in(path)
    if loose:
        lie = "1 picture lies" if len(loose) == 1 else f"{len(loose):,} pictures lie"
        counted = "isn't counted: put it" if len(loose) == 1 else "aren't counted: put them"
        log.warning(
            "%s: %s beside the folders, such as %s, and %s into the folder of what is written there",
            *(path, lie, loose[0].name, counted),
        )


def _csv(path: Path, given: Path) -> LabelledSet:
    try:
        text = untrusted.read(path, MOST_BYTES).decode("utf-8-sig")
        lines = [(n, line) for n, line in enumerate(csv.reader(io.StringIO(text, newline="")), 1) if line]
    except (untrusted.Refused, OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: can't be read as CSV in UTF-8 ({error})") from None
    if lines and lines[0][1][0].strip().lower() in _HEADINGS:
        lines = lines[1:]
    if not lines:
        raise DataError(f"{path}: holds no line FILE,LABEL")
    _check_count(path, len(lines))
    return LabelledSet(path.stem, [_labelled(path, given, number, line) for number, line in lines], None)


def _labelled(path: Path, given: Path, number: int, line: list[str]) -> Labelled:
    """What a line of a CSV says."""
    if len(line) < 2:
        raise DataError(f"{path}, line {number}: {','.join(line)!r}; expected FILE,LABEL")
    try:
        return Labelled(line[0], untrusted.place(path.parent, line[0], within=given), line[1])
    except untrusted.Refused as error:
        raise DataError(
            f"{path}, line {number}: {error}. A CSV names pictures in its own folder or below: put it into a "
            "folder that holds them all, and tell each from there."
        ) from None


def _check_count(path: Path | str, count: int) -> None:
    if count > MOST:
        raise DataError(f"{path}: holds {count:,} pictures; expected {MOST:,} at most. Take some of them.")


def _images_in(folder: Path) -> list[Path]:
    """The IDX files of images in a folder."""
    return sorted(
        each for each in folder.glob("*images*") if each.name.removesuffix(".gz").endswith("idx3-ubyte")
    )


def _one_of(folder: Path, images: list[Path]) -> Path:
    """The only one, or the one of the test digits."""
    tests = [each for each in images if "t10k" in each.name or "test" in each.name]
    chosen = images if len(images) == 1 else tests
    if len(chosen) != 1:
        names = ", ".join(each.name for each in images)
        raise DataError(f"{folder}: holds several files of images ({names}); name the one to read")
    return chosen[0]


def _labels_of(images: Path) -> Path:
    """The IDX file of labels that belongs to one of images."""
    return images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))


def _idx(images: Path) -> LabelledSet:
    labels = _labels_of(images)
    if labels == images or not labels.is_file():
        raise DataError(
            f"{images}: expected a CSV that ends in .csv, or an IDX file of images, …images-idx3-ubyte, with "
            "its labels beside it, …labels-idx1-ubyte"
        )
    _check_count(images, idx.header(images)[1][0])  # before a picture is made of each
    return _digits(images.name, *idx.read_pair(images, labels))


def _digits(name: str, images: Images, labels: Labels) -> LabelledSet:
    if not len(labels):
        raise DataError(f"{name}: holds no images; there is nothing to read")
    if labels.max() > 9:
        raise DataError(
            f"{name}: holds the label {labels.max()}; expected 0 to 9. Write the pictures to files, and what "
            f"they say into a {INDEX}."
        )
    items = [
        Labelled(f"{name}[{place}]", image, str(label))
        for place, (image, label) in enumerate(zip(images, labels, strict=True))
    ]
    return LabelledSet(name, items, "digit")
