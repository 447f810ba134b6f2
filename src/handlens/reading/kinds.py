"""Which kind of file holds a picture: by its first bytes, never by its name."""

from collections.abc import Callable
from typing import Any

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from handlens.errors import InkError, MissingLibrary
from handlens.reading.efforts import Metered

FORMATS = "PNG, JPEG, WebP, GIF, TIFF, BMP or HEIC"

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


def open_known(data: bytes, name: str) -> Any:
    """An image of which only the header was read.

    Args:
        data: a file's bytes.
        name: what to call it.

    Raises:
        InkError: it is none of `FORMATS`.
        MissingLibrary: it is a HEIC picture, and pillow-heif isn't installed.
    """
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
