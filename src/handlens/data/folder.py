"""A folder of IDX files, named as MNIST's are, as a data set."""

from pathlib import Path

import numpy as np

from handlens import untrusted
from handlens.arrays import Images, Labels
from handlens.data import idx
from handlens.data.sets import Check, Part, Source
from handlens.errors import DataError

PARTS: tuple[Part, Part] = ("train", "t10k")


class Folder(Source):
    """The four files of a folder, each plain or packed by gzip. Only headers are read at first.

    Raises:
        DataError: one of the files is missing, lies elsewhere by a link, or holds no images or another size
            of images.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            (part, what): _find(folder, part, what) for part in PARTS for what in ("images", "labels")
        }
        self._shapes = {part: _image_shape(self._files[part, "images"]) for part in PARTS}
        train, test = self._shapes["train"][1:], self._shapes["t10k"][1:]
        if train != test:
            raise DataError(
                f"{folder}: training images are {train[0]} × {train[1]} pixels, test images "
                f"{test[0]} × {test[1]}; expected one size. Take the four files from the same set."
            )
        self.about = f"images and labels in {folder}"

    def shape(self, part: Part) -> tuple[int, int, int]:
        """As the images' header declares it."""
        return self._shapes[part]

    def classes(self) -> tuple[str, ...]:
        """0 to the highest training label; IDX files hold no names."""
        path = self._files["train", "labels"]
        labels = idx.read(path)
        if not labels.size:
            raise DataError(f"{path}: holds no labels; expected one for each training image.")
        return tuple(str(label) for label in range(int(labels.max()) + 1))

    def read(self, part: Part) -> tuple[Images, Labels]:
        """The images and labels of a part.

        Raises:
            DataError: a file is damaged, or a test label is none of the training labels' classes.
        """
        images, labels = idx.read_pair(self._files[part, "images"], self._files[part, "labels"])
        highest = len(self.classes()) - 1
        if labels.size and labels.max() > highest:
            raise DataError(
                f"{self._files[part, 'labels']}: holds the label {labels.max()}; expected at most {highest}, "
                "the highest training label."
            )
        return images, labels

    def digests(self) -> dict[str, str]:
        """Of the unpacked files, so that packing a file changes nothing; reads all four."""
        return {path.name.removesuffix(".gz"): idx.digest(idx.read(path)) for path in self._files.values()}

    def verify(self) -> list[Check]:
        """Check that each file is whole and that labels and images belong together."""
        checks = []
        for part in PARTS:
            expected = f"uint8 {list(self._shapes[part])} and {self._shapes[part][0]} labels"
            try:
                images, labels = self.read(part)
                found, ok = f"uint8 {list(images.shape)} and {len(labels)} labels", True
            except DataError as error:
                found, ok = str(error), False
            checks.append(Check(f"{part}-images, {part}-labels", expected, found, ok))
        return checks


def _find(folder: Path, part: Part, what: str) -> Path:
    """The file of one part, by the names under which MNIST's descendants go about."""
    stem = f"{part}-{what}"
    kind = "idx3-ubyte" if what == "images" else "idx1-ubyte"
    for name in (f"{stem}-{kind}", f"{stem}-{kind}.gz", f"{stem}.{kind}", f"{stem}.{kind}.gz"):
        if (folder / name).is_file():
            return _inside(folder, name)
    raise DataError(
        f"{folder}: holds no {stem}-{kind} or {stem}-{kind}.gz; expected the images and labels of both "
        "train and t10k, named so."
    )


def _inside(folder: Path, name: str) -> Path:
    try:
        return untrusted.place(folder, name)
    except untrusted.Refused as error:
        raise DataError(f"{folder}: {error}. Put a copy of the file in the link's place.") from None


def _image_shape(path: Path) -> tuple[int, int, int]:
    dtype, shape = idx.header(path)
    if dtype != np.uint8 or len(shape) != 3 or 0 in shape:
        raise DataError(
            f"{path}: holds {dtype} {list(shape)}; expected images, uint8 [n, height, width], at least one."
        )
    return shape[0], shape[1], shape[2]
