"""Anything that holds a picture, to upright pixels in memory. Pillow decodes foreign pictures for it alone.

Nothing is fetched: an address is refused. A picture's size is read from its header and checked before its
pixels are decoded, and what decoding them will cost is bounded (``efforts``), so that a small file can fill
neither the memory nor the time.
"""

import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from handlens.errors import HandlensError, InkError
from handlens.reading.efforts import check_effort, check_stored
from handlens.reading.kinds import open_known
from handlens.reading.pixels import Pixels, of_array, of_image

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray
"""A path, a file's bytes, an open file, a PIL image, or an array.

Arrays are [height, width] or [height, width, 1, 3 or 4], bool, uint8, uint16 or float in 0 … 1.
"""

LONGEST = 1600
"""The longer side that a picture is shrunk to, in pixels: a digit of a full line still has about 100."""

MOST_PIXELS = 60_000_000
"""The largest picture in pixels; what phones give has 12 to 50 million."""

MOST_BYTES = 64 * 1024 * 1024
"""The largest file in bytes."""

LONGEST_SIDE = 30_000
"""The largest height and width in pixels; OpenCV's own limit is 32,767."""

MOST_EXIF = 1 << 16
"""The longest EXIF that is looked into, in bytes: in JPEG it can't be longer. Its entries may all point at
the same bytes, and each takes a copy."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in memory, upright and opaque."""

    pixels: Pixels
    """RGB or gray, 0 … 255."""
    scale: float
    """Pixels here a pixel of the upright original; at most 1."""
    size: tuple[int, int]
    """Height and width of the upright original, in pixels."""


def load(source: Source, longest: int = LONGEST) -> Picture:
    """Bring a picture into memory.

    Its EXIF orientation is applied, transparency laid upon the paper that shows its ink best, the first
    frame or page taken, sixteen bits rounded to eight.

    Args:
        source: see `Source`. Files may be PNG, JPEG, WebP, GIF, TIFF, BMP, or HEIC where pillow-heif is.
        longest: the longer side is shrunk to this many pixels, by area averages.

    Raises:
        InkError: it can't be read or decoded, isn't a picture of these kinds, is too large, or asks for more
            work than a picture does (``efforts``).
        MissingLibrary: it is a HEIC picture, and pillow-heif isn't installed.

    Example:
        >>> load(np.zeros((100, 50, 3), np.uint8), longest=20).pixels.shape
        (20, 10, 3)
    """
    if isinstance(source, np.ndarray):
        return _finish(_from_array(source), 1, (source.shape[0], source.shape[1]), longest)
    if isinstance(source, Image.Image):
        return _from_image(source, "the PIL image", longest)
    data, name = _read(source)
    with _refusing(name), _quiet():
        check_stored(data, name)
        image = open_known(data, name)
    width, height = image.size
    _check_size(height, width, name)
    with _refusing(name):
        check_effort(image, data, name)
    return _from_image(image, name, longest)


# --- bytes -------------------------------------------------------------------------------------------------


def _read(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[bytes, str]:
    """A file's bytes, and what to call it."""
    name, data = "the picture", source
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        data = _read_file(name)
    elif not isinstance(source, bytes):
        if not hasattr(source, "read"):
            raise InkError(
                f"a {type(source).__name__} is no picture; expected a path, a file's bytes, an open file, a "
                "PIL image or a numpy array. Of a tensor give .numpy(), of a list np.array(…)."
            )
        name = str(getattr(source, "name", "the open file"))
        try:
            data = source.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            raise InkError(f"{name} can't be read ({error}).") from None
    if not isinstance(data, bytes):
        raise InkError(f"{name} was opened as text; open it with mode 'rb'.")
    if len(data) > MOST_BYTES:
        raise InkError(f"{name} has more than {MOST_BYTES >> 20} MB; give a smaller copy.")
    return data, name


def _read_file(name: str) -> bytes:
    if "://" in name:
        raise InkError(
            f"{name} is an address, and nothing is fetched: download the picture and give the file."
        )
    try:
        mode = os.stat(name).st_mode
        if stat.S_ISDIR(mode):
            raise InkError(f"{name} is a folder; give a picture in it.")
        with open(name, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InkError(f"{name}: there is no such file.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InkError(f"{name} can't be read ({reason}).") from None


# --- Pillow's images ---------------------------------------------------------------------------------------

_ORIENTATION = 0x0112  # EXIF 2.3, section 4.6.4 A


def _from_image(image: Any, name: str, longest: int) -> Picture:
    width, height = image.size
    _check_size(height, width, name)
    with _refusing(name):
        if not isinstance(image, Image.Image):  # HEIC: its decoder turns it upright
            return _finish(of_image(image.to_pillow()), 1, (height, width), longest)
        if name != "the PIL image" and isinstance(image, JpegImagePlugin.JpegImageFile):
            # libjpeg decodes at a half, a quarter, an eighth for a fraction of the work.
            image.draft(None, _shrunk(width, height, longest))
            image.load()
        elif isinstance(image, TiffImagePlugin.TiffImageFile):
            with _quiet():  # of its tags
                image.load()
            width, height = image.size  # its own decoder turns it upright
        else:
            image.load()
        return _finish(of_image(image), _orientation(image), (height, width), longest)


def _orientation(image: Image.Image) -> int:
    """EXIF's, 1 to 8; 1 where it is told nothing."""
    if len(image.info.get("exif", b"")) > MOST_EXIF:
        return 1
    with _quiet():
        orientation: int = image.getexif().get(_ORIENTATION, 1)
    return orientation


# --- arrays ------------------------------------------------------------------------------------------------


def _from_array(array: np.ndarray) -> Pixels:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise InkError(
            f"the array has shape {array.shape}; expected [height, width] or [height, width, 1, 3 or 4]. "
            "Take one picture of a batch, and move the channels to the end."
        )
    _check_size(array.shape[0], array.shape[1], "the array")
    return of_array(array)


# --- all of them -------------------------------------------------------------------------------------------


def _check_size(height: int, width: int, name: str) -> None:
    if not (1 <= height <= LONGEST_SIDE and 1 <= width <= LONGEST_SIDE):
        raise InkError(f"{name} is {height} x {width} pixels; expected 1 to {LONGEST_SIDE} a side.")
    if height * width > MOST_PIXELS:
        raise InkError(
            f"{name} is {height} x {width} pixels, {height * width / 1e6:.0f} million; expected at most "
            f"{MOST_PIXELS // 1_000_000} million. Shrink it first."
        )


def _shrunk(width: int, height: int, longest: int) -> tuple[int, int]:
    """Width and height with the longer at most ``longest``."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _finish(pixels: Pixels, orientation: int, size: tuple[int, int], longest: int) -> Picture:
    """Shrink, turn upright; ``size`` is the original's height and width as stored."""
    height, width = size
    target = _shrunk(width, height, longest)
    if (pixels.shape[1], pixels.shape[0]) != target:
        pixels = cv2.resize(pixels, target, interpolation=cv2.INTER_AREA)
    scale = min(1.0, longest / max(size))
    if orientation in (5, 6, 7, 8):
        pixels, size = pixels.swapaxes(0, 1), (width, height)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return Picture(np.ascontiguousarray(pixels), scale, size)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """A decoder's error as an InkError: of a damaged file, decoders raise whatever they stumble over."""
    try:
        yield
    except HandlensError:
        raise
    except Exception:
        raise InkError(
            f"{name} is damaged or cut off; expected a whole picture. Copy or save it once more."
        ) from None


_WARNINGS = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """Pillow warns of odd metadata, which nobody here can help.

    One thread at a time: the filters are the whole process's.
    """
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
