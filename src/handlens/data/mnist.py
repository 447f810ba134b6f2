"""MNIST, which ships inside the package: four .xz files, unpacked once into the user's cache.

The pixels of the training file are 47 MB: unpacking and keeping them takes 0.6 s, reading and checking the
cached copy 0.05 s (two cores of a virtual machine, CPython 3.11).
"""

import hashlib
import logging
import lzma
import math
import os
from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from handlens.arrays import Images, Labels
from handlens.data.sets import Check, Part, Source
from handlens.errors import DataError
from handlens.whole import write_whole

log = logging.getLogger("handlens")


class Known(NamedTuple):
    """What a file of MNIST holds: the shape of its bytes' array, and the SHA-256 of the whole."""

    shape: tuple[int, ...]
    digest: str

    @property
    def start(self) -> int:
        """Bytes of the IDX header."""
        return 4 + 4 * len(self.shape)

    @property
    def size(self) -> int:
        """Bytes of the unpacked file."""
        return self.start + math.prod(self.shape)


FILES = {
    "train-images-idx3-ubyte": Known(
        (60000, 28, 28), "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": Known(
        (60000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": Known(
        (10000, 28, 28), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": Known(
        (10000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}

WRONG_TEST_LABELS = (
    947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
)  # fmt: skip
"""The test digits whose label five of five people call wrong (Northcutt, Athalye and Mueller 2021, Pervasive
label errors in test sets destabilize machine learning benchmarks; cleanlab/label-errors)."""


class Mnist(Source):
    """The files inside the package, by way of the cache."""

    about = "handwritten digits (LeCun, Cortes, Burges; CC BY-SA 3.0)"

    def shape(self, part: Part) -> tuple[int, int, int]:
        """Known beforehand; nothing is unpacked."""
        n, height, width = FILES[f"{part}-images-idx3-ubyte"].shape
        return n, height, width

    def classes(self) -> tuple[str, ...]:
        """The ten digits."""
        return tuple("0123456789")

    def read(self, part: Part) -> tuple[Images, Labels]:
        """The images and labels of a part, read-only.

        Raises:
            DataError: the package itself is damaged.
        """
        return _array(f"{part}-images-idx3-ubyte"), _array(f"{part}-labels-idx1-ubyte")

    def digests(self) -> dict[str, str]:
        """Known beforehand; every load checks them."""
        return {name: known.digest for name, known in FILES.items()}

    def verify(self) -> list[Check]:
        """Check the package's own files, and the cached copies that exist."""
        checks = []
        for name, known in FILES.items():
            found = _digest(partial(_unpack, name))
            checks.append(Check(f"{name}.xz", known.digest, found, found == known.digest))
            path = cache_folder() / name
            if path.exists():
                found = _digest(path.read_bytes)
                checks.append(Check(str(path), known.digest, found, found == known.digest))
        return checks


def user_cache() -> Path:
    """The folder for what can be made anew: HANDLENS_CACHE, or else the user's cache."""
    root = os.environ.get("HANDLENS_CACHE") or platformdirs.user_cache_dir("handlens", appauthor=False)
    return Path(root).expanduser()


def cache_folder() -> Path:
    """Where the unpacked files lie."""
    return user_cache() / "mnist"


def _array(name: str) -> np.ndarray:
    """A file's values; its digest has been checked, so its header needs no reading."""
    known = FILES[name]
    return np.frombuffer(_content(name), np.uint8, offset=known.start).reshape(known.shape)


def _content(name: str) -> bytes:
    """A file's unpacked bytes: from the cache if it has them whole, else from the package."""
    known, path = FILES[name], cache_folder() / name
    content = _cached(path, known)
    if content is None:
        if path.exists():
            log.warning("%s isn't what was unpacked there: it is written anew", path)
        content = _unpack(name)
        if hashlib.sha256(content).hexdigest() != known.digest:
            raise _damaged(name, "its content has the wrong SHA-256")
        _keep(path, content)
    return content


def _cached(path: Path, known: Known) -> bytes | None:
    """The cached file's bytes, if they are the right ones."""
    try:
        if not path.is_file() or path.stat().st_size != known.size:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == known.digest else None


def _keep(path: Path, content: bytes) -> None:
    """Put a file into the cache; where that fails, say so and go on."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        _say_unkept(path.parent, error.strerror or str(error))


@cache  # said once a process for each folder and reason, not once a file
def _say_unkept(folder: Path, reason: str) -> None:
    log.warning(
        "MNIST can't be kept in %s (%s): it is unpacked into memory each time. "
        "To save that half second, set HANDLENS_CACHE to a folder that can be written.",
        folder,
        reason,
    )


def _unpack(name: str) -> bytes:
    """The bytes that the package holds.

    Raises:
        DataError: the package's file is missing or damaged.
    """
    packed = resources.files("handlens.data") / "files" / f"{name}.xz"
    try:
        return lzma.decompress(packed.read_bytes())
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise _damaged(name, str(error)) from None


def _digest(read: Callable[[], bytes]) -> str:
    """SHA-256 of what can be read, or why it can't."""
    try:
        return hashlib.sha256(read()).hexdigest()
    except (DataError, OSError) as error:
        return str(error)


def _damaged(name: str, reason: str) -> DataError:
    return DataError(
        f"handlens/data/files/{name}.xz, a file of the installed package, is damaged or missing ({reason}). "
        "Install handlens again: pip install --force-reinstall --no-deps handlens"
    )
