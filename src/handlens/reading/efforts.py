"""What a picture file asks of its decoder, bounded before and while the decoder runs.

Pillow checks a picture's size. Beyond that a file of few bytes can ask for work that no picture needs: scan
upon scan over the same pixels, canvases for frames that are never shown, millions of empty comments. Each
limit here is far above what cameras, scanners and drawing programs write; seconds were measured on one core.
"""

import io
import math
import re
import struct
from typing import Any

from PIL import BmpImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from handlens.errors import InkError

MOST_READS = 100_000
"""How often a decoder may turn to its file. It does so for each comment, chunk, block or byte of filling, in
Python; 2 MB of filling took it a second. A PNG of 64 MB in chunks of 8 kB needs some 30,000."""

MOST_DECODED = 256_000_000
"""Bytes that a decoder may unpack, or hold beside the picture. Sixty million pixels of RGB with transparency
are 240 million; with sixteen bits a channel half as many pixels fit."""

MOST_SCANS = 100
"""Scans of a JPEG. Progressive ones have 6 to 18, and optimised ones (mozjpeg) hardly more."""

MOST_SCANNED = 20 * 60_000_000
"""Pixels of all scans of a JPEG together: twenty scans of the largest picture, 0.9 seconds. A scan of nothing
takes 88 bytes and 43 milliseconds there, so 16 MB of them would be hours."""

MOST_SEGMENTS = 10_000
"""Segments of a JPEG: 64 MB of the longest are a thousand."""

MOST_TABLES = 64
"""Tables before a JPEG's first scan, which has a dozen at most; Pillow reads them in Python."""

MOST_RUNS = 4_000_000
"""Pixels of a BMP in run lengths, which Pillow unpacks in Python: half a second, from some 8 kB."""

MOST_TILES = 50_000
"""Strips or tiles of a TIFF, each a step in Python; scanners write one for each line at most."""

WEBP_BYTES = 16
"""What libwebp's and Pillow's copies of a picture take, in bytes a pixel: two canvases, even where the one
frame is a corner of them, and two copies on the way out."""


class Metered(io.BytesIO):
    """A picture's bytes for a decoder that may read only so often.

    Raises:
        InkError: from `read`, after `MOST_READS`.
    """

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self._name = name
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file."""
        self._left -= 1
        if self._left < 0:
            raise InkError(
                f"{self._name} is in too many small pieces, as no picture is; expected at most "
                f"{MOST_READS:,} readings of its file. Save it anew in a drawing program."
            )
        return super().read(size)


def check_stored(data: bytes, name: str) -> None:
    """Refuse what must not even be opened, since opening already takes memory or time.

    Raises:
        InkError: a JPEG has too many scans, tables or segments, a WebP too large a canvas, or a TIFF too many
            tiles.
    """
    if data.startswith(b"\xff\xd8\xff"):
        scans, tables, segments = _jpeg_parts(data)
        if segments > MOST_SEGMENTS:
            raise InkError(f"{name} is a JPEG of more than {MOST_SEGMENTS:,} segments. {_ANEW}")
        if scans > MOST_SCANS:
            raise InkError(
                f"{name} is a JPEG of more than {MOST_SCANS} scans; expected at most that. {_ANEW}"
            )
        if tables > MOST_TABLES:
            raise InkError(f"{name} is a JPEG of more than {MOST_TABLES} tables; expected a dozen. {_ANEW}")
    elif data[8:12] == b"WEBP":
        _check_decoded(math.prod(_webp_canvas(data)) * WEBP_BYTES, name)
    elif data[:2] in (b"II", b"MM") and _tiff_tiles(data) > MOST_TILES:
        raise InkError(f"{name} is a TIFF in more than {MOST_TILES:,} strips or tiles. {_ANEW}")


def check_effort(image: Any, data: bytes, name: str) -> None:
    """Refuse a picture whose pixels would cost more to decode than those of a picture do.

    Args:
        image: opened and of a size that is allowed, its pixels not yet decoded.
        data: its file.
        name: what to call it.

    Raises:
        InkError: saying what is too much.
    """
    pixels = math.prod(image.size)
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        scans = _jpeg_parts(data)[0]
        if scans * pixels > MOST_SCANNED:
            raise InkError(
                f"{name} is a JPEG of {pixels / 1e6:.0f} million pixels in {scans} scans; expected at most "
                f"{MOST_SCANNED // pixels} of so many pixels. {_ANEW}"
            )
        if scans > 1:
            _check_decoded(2 * _samples(image), name)  # all coefficients, two bytes each
    elif isinstance(image, PngImagePlugin.PngImageFile):
        _check_decoded(pixels * _png_bits(data) // 8, name)
    elif isinstance(image, BmpImagePlugin.BmpImageFile):
        if image.tile and image.tile[0].codec_name == "bmp_rle" and pixels > MOST_RUNS:
            raise InkError(
                f"{name} is a BMP in run lengths of {pixels / 1e6:.0f} million pixels; expected at most "
                f"{MOST_RUNS // 1_000_000} million. Save it as PNG."
            )
    elif isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_decoded(pixels * sum(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))) // 8, name)


_ANEW = "Save it anew, as PNG or as a plain JPEG."


def _check_decoded(needed: int, name: str) -> None:
    if needed > MOST_DECODED:
        raise InkError(
            f"{name} takes {needed // 1_000_000} MB to decode; expected at most {MOST_DECODED // 1_000_000}. "
            "Shrink it, or save it as a plain JPEG."
        )


# A byte FF and a code that begins a segment; in a scan's data FF is followed by 0 or a restart's code.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")
_TABLE, _QUANTISATION, _START, _END, _SCAN = 0xC4, 0xDB, 0xD8, 0xD9, 0xDA


def _jpeg_parts(data: bytes) -> tuple[int, int, int]:
    """Scans of a JPEG's first picture, tables before the first of them, and all segments.

    Once there are too many segments it stops.

    The walk goes as libjpeg's: from segment to segment, each of the length it tells, and through a scan's
    data to the next marker. Other codes have no length, or end the decoding.
    """
    scans = tables = segments = at = 0
    while segments <= MOST_SEGMENTS and (found := _MARKER.search(data, at)):
        code, at = found[1][0], found.end()
        if code == _END and scans:
            break
        segments += 1
        scans += code == _SCAN
        tables += code in (_TABLE, _QUANTISATION) and not scans
        if code not in (_START, _END):
            at += max(2, int.from_bytes(data[at : at + 2]))
    return scans, tables, segments


def _samples(image: JpegImagePlugin.JpegImageFile) -> int:
    """Coefficients of a JPEG: its pixels, a time for each component, less where a component is coarser."""
    across = [layer[1] for layer in image.layer]
    down = [layer[2] for layer in image.layer]
    share = sum(map(math.prod, zip(across, down, strict=True))) / (max(across) * max(down))
    return math.ceil(math.prod(image.size) * share)


def _png_bits(data: bytes) -> int:
    """Bits a pixel, from the header (PNG, section 11.2.1)."""
    depth, kind = data[24], data[25]
    return depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(kind, 4)


_OFFSETS = (273, 324)


def _tiff_tiles(data: bytes) -> int:
    """Strips or tiles of a TIFF's first picture: how many offsets it says to have (TIFF 6.0, section 2)."""
    order = "<" if data.startswith(b"I") else ">"
    large = struct.unpack_from(order + "H", data, 2) == (43,)  # BigTIFF
    at = struct.unpack_from(order + ("Q" if large else "L"), data, 8 if large else 4)[0]
    entries = struct.unpack_from(order + ("Q" if large else "H"), data, at)[0]
    entry = struct.Struct(order + ("HHQ8x" if large else "HHL4x"))
    first = at + (8 if large else 2)
    whole = min(entries, MOST_READS, (len(data) - first) // entry.size)
    table = memoryview(data)[first : first + whole * entry.size]
    return max((count for tag, _, count in entry.iter_unpack(table) if tag in _OFFSETS), default=0)


def _webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height, from the first chunk (RFC 9649, sections 2.5 to 2.7, and RFC 6386, section 9.1)."""
    first = data[12:16]
    if first == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if first == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
