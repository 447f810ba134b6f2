"""Anything that holds a picture, to upright pixels in memory. Pillow decodes foreign pictures here alone.

Nothing is fetched: an address is refused. A picture's size is read from its header and checked before its
pixels are decoded, and what decoding them will cost is bounded (``efforts``), so that a small file can fill
neither the memory nor the time.
"""

import math
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
from handlens.reading.efforts import Metered, check_effort, check_stored

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

MOST_EXIF = 1 << 16
"""The longest EXIF that is looked into, in bytes: in JPEG it can't be longer. Its entries may all point at
the same bytes, and each takes a copy."""

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
        image = _open(data, name)
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


# --- which kind --------------------------------------------------------------------------------------------

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# Pillow's classes rather than Image.open, which warns of large pictures, or refuses them, by a global limit.
_OPENERS: dict[bytes, Callable[[Metered], ImageFile.ImageFile]] = {
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
        return WebPImagePlugin.WebPImageFile(Metered(data, name))
    for start, opener in _OPENERS.items():
        if data.startswith(start):
            return opener(Metered(data, name))
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
        return _finish(_opaque(image), _orientation(image), (height, width), longest)


def _orientation(image: Image.Image) -> int:
    """EXIF's, 1 to 8; 1 where it is told nothing."""
    if len(image.info.get("exif", b"")) > MOST_EXIF:
        return 1
    with _quiet():
        orientation: int = image.getexif().get(_ORIENTATION, 1)
    return orientation


def _opaque(image: Image.Image) -> Pixels:
    width, height = image.size
    if image.has_transparency_data:
        whole = image.convert("LA") if image.mode == "La" else image
        return _on_paper(
            lambda: (np.asarray(strip.convert("RGBA")) for strip in _strips(whole)), height, width
        )
    if image.mode[0] in "IF":
        return _eight_bits(lambda: (np.asarray(strip) for strip in _strips(image)))
    mode = image.mode
    if mode not in ("L", "RGB"):
        mode = "L" if mode == "1" else "RGB"
    pixels = np.empty((height, width, 3) if mode == "RGB" else (height, width), np.uint8)
    _fill(pixels, (np.asarray(strip.convert(mode)) for strip in _strips(image)))
    return pixels


_STRIP = 1 << 20
"""Pixels that are converted at once: of sixty million, a whole copy for each step would take gigabytes."""


def _strips(image: Image.Image) -> Iterator[Image.Image]:
    """A picture from top to bottom; a small one in one piece."""
    width, height = image.size
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height))) if rows < height else image


def _fill(whole: np.ndarray, strips: Iterator[np.ndarray]) -> None:
    """Put strips below each other."""
    top = 0
    for strip in strips:
        whole[top : top + len(strip)] = strip
        top += len(strip)


def _eight_bits(strips: Callable[[], Iterator[np.ndarray]]) -> UInt8[np.ndarray, "..."]:
    """Grays of unknown depth: the smallest usual full scale that holds them becomes 255."""
    ends = [(strip.min(), strip.max(), strip.shape, strip.dtype.kind) for strip in strips()]
    lowest, highest = np.min([end[0] for end in ends]), np.max([end[1] for end in ends])  # NaN stays NaN
    if not np.isfinite(highest) or lowest < 0 or highest > np.iinfo(np.uint16).max:
        raise InkError(f"the picture has values from {lowest:g} to {highest:g}; expected 0 … 65535.")
    scales = [2**bits - 1 for bits in (8, 10, 12, 14, 16)]
    if ends[0][3] == "f":
        scales.insert(0, 1)
    full = next(scale for scale in scales if highest <= scale)
    pixels = np.empty((sum(end[2][0] for end in ends), *ends[0][2][1:]), np.uint8)
    _fill(pixels, (np.rint(strip * np.float32(255 / full)).astype(np.uint8) for strip in strips()))
    return pixels


_LOOKED_AT = 4 << 20
"""Pixels that decide on the paper: of a larger picture, so many spread over it evenly."""


def _on_paper(
    strips: Callable[[], Iterator[UInt8[np.ndarray, "rows width 4"]]], height: int, width: int
) -> Pixels:
    """Lay a picture with transparency, given in strips, upon paper, so that its ink can be seen."""
    every = math.ceil(math.sqrt(height * width / _LOOKED_AT))
    lowest, sample = 255, []
    for strip in strips():
        lowest = min(lowest, int(strip[..., 3].min()))
        sample.append(strip[::every, ::every].reshape(-1, 4).copy())
    pixels = np.empty((height, width, 3), np.uint8)
    if lowest == 255:
        _fill(pixels, (strip[..., :3] for strip in strips()))
    else:
        seen = np.concatenate(sample)
        paper = _paper(seen[:, :3], seen[:, 3])
        _fill(pixels, (_lay(strip, paper) for strip in strips()))
    return pixels


def _paper(
    colour: UInt8[np.ndarray, "pixels 3"], alpha: UInt8[np.ndarray, " pixels"]
) -> tuple[int, int, int]:
    """The colour of the paper.

    Where most is opaque and has contrast of its own, the transparent rest (corners, a cut-out's
    surroundings) is paper too, and takes its colour. Else what is visible is ink: dark ink gets white
    paper, light ink black.
    """
    seen = colour[alpha >= 128] if alpha.max() >= 128 else colour[alpha > 0]
    if not seen.size:
        return _WHITE
    light = seen @ _LUMA
    darkest, middle, lightest = np.percentile(light, (5, 50, 95), method="nearest")
    if len(seen) > alpha.size / 2 and lightest - darkest > 64:
        red, green, blue = np.median(seen[np.abs(light - middle) <= 8], axis=0)
        return round(red), round(green), round(blue)
    return _WHITE if light.mean() < 128 else _BLACK


_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def _lay(rgba: UInt8[np.ndarray, "rows width 4"], paper: tuple[int, int, int]) -> Colour:
    ink = Image.fromarray(rgba)  # Pillow rounds to the nearest, in a tenth of numpy's time
    laid = Image.new("RGB", ink.size, paper)
    laid.paste(ink, mask=ink)
    return np.asarray(laid)


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
    return _on_paper(lambda: _rows(pixels), *pixels.shape[:2]) if pixels.shape[2:] == (4,) else pixels


def _rows(array: np.ndarray) -> Iterator[np.ndarray]:
    """An array from top to bottom."""
    rows = max(1, _STRIP // array.shape[1])
    return (array[top : top + rows] for top in range(0, len(array), rows))


def _bytes_of(array: np.ndarray) -> UInt8[np.ndarray, "..."]:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return _eight_bits(lambda: _rows(array))
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
