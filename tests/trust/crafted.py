"""Picture files made byte by byte: valid, odd, or asking for far more work than their size suggests."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SCAN, FRAME, PROGRESSIVE = 0xDA, 0xC0, 0xC2


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    """A picture as Pillow writes it."""
    into = io.BytesIO()
    image.save(into, kind, **how)
    return into.getvalue()


def seven(height: int = 64, width: int = 64) -> np.ndarray:
    """A dark seven on white, uint8 [height, width]."""
    pixels = np.full((height, width), 250, np.uint8)
    top, left, thick = height // 5, width // 4, max(1, height // 12)
    pixels[top : top + thick, left : width - left] = 20
    for down in range(top, height - height // 6):
        across = width - left - thick - (down - top) * width // (3 * height)
        pixels[down, across : across + thick] = 20
    return pixels


# --- PNG ---------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind: bytes, content: bytes, length: int | None = None, crc: int | None = None) -> bytes:
    """A chunk of a PNG; its length and check can be false."""
    size = len(content) if length is None else length
    check = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", size) + kind + content + struct.pack(">I", check)


def png_head(height: int, width: int, depth: int = 8, kind: int = 0, interlaced: int = 0) -> bytes:
    """The header's chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced))


def png(
    height: int, width: int, depth: int = 8, kind: int = 0, interlaced: int = 0, fill: int = 255
) -> bytes:
    """A PNG of one colour, however large, in some kilobytes a million pixels."""
    line = b"\0" + bytes([fill]) * ((width * depth * CHANNELS[kind] + 7) // 8)
    packer = zlib.compressobj(1)
    body = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    palette = chunk(b"PLTE", bytes(range(48))) if kind == 3 else b""
    head = png_head(height, width, depth, kind, interlaced)
    return PNG + head + palette + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# --- JPEG --------------------------------------------------------------------------------------------------


def segment(code: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content


def jpeg_head(height: int, width: int, code: int = PROGRESSIVE, components: int = 1) -> bytes:
    """A JPEG up to its first scan; its tables have one code each: no change for DC, a run of 0 for AC."""
    frame = struct.pack(">BHHB", 8, height, width, components)
    return (
        b"\xff\xd8"
        + segment(0xDB, b"\0" + b"\1" * 64)
        + segment(code, frame + b"".join(bytes([c + 1, 0x11, 0]) for c in range(components)))
        + segment(0xC4, bytes([0x00, 1, *[0] * 15, 0]))
        + segment(0xC4, bytes([0x10, 1, *[0] * 15, 0xE0]))
    )


def scans(height: int, width: int, count: int, refining: bool = True, components: int = 1) -> bytes:
    """A progressive JPEG: the blocks' means, and then so many scans that say nothing."""
    blocks = -(-height // 8) * -(-width // 8)
    chosen = bytes([components]) + b"".join(bytes([c + 1, 0]) for c in range(components))
    means = segment(SCAN, chosen + b"\0\0\0") + bytes((components * blocks + 7) // 8)
    bits = ""
    while blocks > 0:  # runs of 16,384 to 32,767 blocks: one bit of code, fourteen of length
        run = max(min(blocks, 32_767), 16_384)
        bits += f"0{run - 16_384:014b}"
        blocks -= run
    bits += "1" * (-len(bits) % 8)
    empty = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    scan = segment(SCAN, bytes([1, 1, 0, 1, 63, 0x10 if refining else 0])) + empty
    return jpeg_head(height, width, components=components) + means + scan * count + b"\xff\xd9"


# --- TIFF, GIF, BMP, WebP ----------------------------------------------------------------------------------


def tiff(changes: dict[int, tuple[int, int, int]] | None = None, extra: bytes = bytes(64 * 64)) -> bytes:
    """A gray TIFF of 64x64, of which tags (code → type, count, value) can be replaced or added.

    ``extra`` stands at its end; offsets 0 in tag 273 are replaced by its place.
    """
    tags = {
        256: (3, 1, 64),
        257: (3, 1, 64),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, 0),
        277: (3, 1, 1),
        278: (3, 1, 64),
        279: (4, 1, 64 * 64),
    } | (changes or {})
    behind = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHII", code, kind, count, value or (behind if code in (273, 324) else 0))
        for code, (kind, count, value) in sorted(tags.items())
    )
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + extra


def gif(before: bytes = b"", height: int = 64, width: int = 64) -> bytes:
    """A GIF with something put before its first picture."""
    whole = saved(Image.fromarray(seven(height, width)), "GIF")
    behind = 13 + 3 * (2 << (whole[10] & 7))
    return whole[:behind] + before + whole[behind:]


def bmp(height: int, width: int, compression: int, body: bytes, bits: int = 8) -> bytes:
    """A BMP with a palette of 256 grays."""
    start = 14 + 40 + 1024
    palette = b"".join(bytes([gray, gray, gray, 0]) for gray in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + palette + body


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of chunks."""
    body = b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2) for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def animated_webp(height: int, width: int, frames: int = 1) -> bytes:
    """A WebP whose canvas is large and whose frames are its first 8x8 pixels."""
    little = saved(Image.new("RGB", (8, 8), (200, 10, 10)), "WEBP", lossless=True)[12:]
    three = lambda number: struct.pack("<I", number)[:3]  # noqa: E731
    frame = three(0) + three(0) + three(7) + three(7) + three(100) + b"\0" + little
    return riff(
        (b"VP8X", b"\x02\0\0\0" + three(width - 1) + three(height - 1)),
        (b"ANIM", bytes(6)),
        *[(b"ANMF", frame)] * frames,
    )
