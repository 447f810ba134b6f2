"""Anything that holds a picture, to upright pixels in memory. Pillow decodes foreign pictures here alone.

Nothing is fetched: an address is refused. A picture's size is read from its header and checked before its
pixels are decoded, so that a small file can't fill the memory.
"""

import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from handlens.errors import HandlensError, InkError, MissingLibrary

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray
"""A path, a file's bytes, an open file, a PIL image, or an array.

Arrays are [height, width] or [height, width, 1, 3 or 4], bool, uint8, uint16 or float in 0 … 1.
"""

Gray = UInt8[np.ndarray, "height width"]
Colour = UInt8[np.ndarray, "height width 3"]
Pixels = Gray | Colour

LONGEST = 1600
"""The longer side that a picture is shrunk to, in pixels: a digit of a full line still has about 100."""

MOST_PIXELS = 60_000_000
"""The largest picture in pixels; what phones give has 12 to 50 million."""

MOST_BYTES = 64 * 1024 * 1024
"""The largest file in bytes."""

LONGEST_SIDE = 30_000
"""The largest height and width in pixels; OpenCV's own limit is 32,767."""

FORMATS = "PNG, JPEG, WebP, GIF, TIFF, BMP or HEIC"

# Rec. 601, as in JPEG and in OpenCV's and Pillow's gray.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


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
        InkError: it can't be read or decoded, isn't a picture of these kinds, or is too large.
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
        image = _open(data, name)
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


# --- which kind --------------------------------------------------------------------------------------------

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# Pillow's classes rather than Image.open, which warns of large pictures, or refuses them, by a global limit.
_OPENERS: dict[bytes, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,  # MPO too: its first picture is the whole photo
    b"GIF8": GifImagePlugin.GifImageFile,
    b"II*\0": TiffImagePlugin.TiffImageFile,
    b"MM\0*": TiffImagePlugin.TiffImageFile,
    b"II+\0": TiffImagePlugin.TiffImageFile,
    b"MM\0+": TiffImagePlugin.TiffImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
}

_FOREIGN = {
    b"%PDF": "a PDF document; save its page as a picture",
    b"%!PS": "a PostScript document; save its page as a picture",
    b"8BPS": "a Photoshop document",
    b"PK\x03\x04": "a ZIP archive, or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"\0\0\x01\0": "a Windows icon",
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"\x93NUMPY": "a NumPy array; load it with numpy and give the array",
    b"P1": "a PNM picture",
    b"P2": "a PNM picture",
    b"P3": "a PNM picture",
    b"P4": "a PNM picture",
    b"P5": "a PNM picture",
    b"P6": "a PNM picture",
}


def _open(data: bytes, name: str) -> Any:
    """An image whose header was read, of a kind on the list."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return _open_heic(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile(io.BytesIO(data))
    for start, opener in _OPENERS.items():
        if data.startswith(start):
            return opener(io.BytesIO(data))
    raise InkError(f"{name} is {_kind(data)}; expected {FORMATS}.")


def _open_heic(data: bytes) -> Any:
    try:
        import pillow_heif
    except ModuleNotFoundError:
        raise MissingLibrary("pillow_heif", "reading a HEIC picture", "heif") from None
    return pillow_heif.open_heif(data)


def _kind(data: bytes) -> str:
    """What a file that is no picture was taken for."""
    if not data:
        return "empty"
    for start, kind in _FOREIGN.items():
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "an AVIF picture" if data[8:11] == b"avi" else "a film"
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "an SVG drawing; save it as PNG"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page"
    try:
        text = data[:1024].decode("utf-8", "strict" if len(data) <= 1024 else "ignore")
    except UnicodeDecodeError:
        return "of an unknown kind"
    return (
        "text" if all(letter.isprintable() or letter.isspace() for letter in text) else "of an unknown kind"
    )


# --- Pillow's images ---------------------------------------------------------------------------------------

_ORIENTATION = 0x0112  # EXIF 2.3, section 4.6.4 A


def _from_image(image: Any, name: str, longest: int) -> Picture:
    width, height = image.size
    _check_size(height, width, name)
    with _refusing(name):
        if not isinstance(image, Image.Image):  # HEIC: its decoder turns it upright
            return _finish(_opaque(image.to_pillow()), 1, (height, width), longest)
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
        with _quiet():
            orientation = image.getexif().get(_ORIENTATION, 1)
        return _finish(_opaque(image), orientation, (height, width), longest)


def _opaque(image: Image.Image) -> Pixels:
    if image.has_transparency_data:
        whole = image.convert("LA") if image.mode == "La" else image
        return _on_paper(np.asarray(whole.convert("RGBA")))
    if image.mode[0] in "IF":
        return _eight_bits(np.asarray(image))
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return np.asarray(image)


def _eight_bits(values: np.ndarray) -> UInt8[np.ndarray, "..."]:
    """Grays of unknown depth: the smallest usual full scale that holds them becomes 255."""
    highest = values.max()
    if not np.isfinite(highest) or values.min() < 0 or highest > np.iinfo(np.uint16).max:
        raise InkError(f"the picture has values from {values.min():g} to {highest:g}; expected 0 … 65535.")
    scales = [2**bits - 1 for bits in (8, 10, 12, 14, 16)]
    if values.dtype.kind == "f":
        scales.insert(0, 1)
    full = next(scale for scale in scales if highest <= scale)
    return np.rint(values * np.float32(255 / full)).astype(np.uint8)


def _on_paper(rgba: UInt8[np.ndarray, "height width 4"]) -> Pixels:
    """Lay a picture with transparency upon paper, so that its ink can be seen.

    Where most is opaque and has contrast of its own, the transparent rest (corners, a cut-out's
    surroundings) is paper too, and takes its colour. Else what is visible is ink: dark ink gets white
    paper, light ink black.
    """
    colour, alpha = rgba[..., :3], rgba[..., 3]
    if alpha.min() == 255:
        return np.ascontiguousarray(colour)
    seen = colour[alpha >= 128] if alpha.max() >= 128 else colour[alpha > 0]
    if not seen.size:
        return np.full(alpha.shape, 255, np.uint8)
    light = seen @ _LUMA
    darkest, middle, lightest = np.percentile(light, (5, 50, 95), method="nearest")
    if len(seen) > alpha.size / 2 and lightest - darkest > 64:
        paper = np.median(seen[np.abs(light - middle) <= 8], axis=0)
    else:
        paper = np.full(3, 255.0 if light.mean() < 128 else 0.0)
    share = alpha[..., None].astype(np.float32) / 255
    laid: Pixels = np.rint(colour * share + paper.astype(np.float32) * (1 - share)).astype(np.uint8)
    return laid


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
    pixels = _bytes_of(array)
    return _on_paper(pixels) if pixels.shape[2:] == (4,) else pixels


def _bytes_of(array: np.ndarray) -> UInt8[np.ndarray, "..."]:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return _eight_bits(array)
    if array.dtype.kind == "f":
        lowest, highest = float(array.min()), float(array.max())
        if lowest >= 0 and highest <= 1:
            return np.rint(array.astype(np.float32) * 255).astype(np.uint8)
        found = f"values from {lowest:g} to {highest:g}"
        if not np.isfinite([lowest, highest]).all():
            found = f"{np.count_nonzero(~np.isfinite(array))} values that are NaN or infinite"
        raise InkError(f"the array has {found}; expected 0 … 1: divide by the largest possible value first.")
    raise InkError(
        f"the array's values are {array.dtype}; expected bool, uint8, uint16 or float in 0 … 1. "
        "Use array.astype(np.uint8) where they are 0 … 255."
    )


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
