"""More than 320 hostile or odd pictures, each with a name and made when it is asked for; the same every time.

Some are pictures as people send them, only strange; the others lie, loop, overflow, unpack to gigabytes, or
are something else in a picture's clothes. Whatever they are, a reader gives a reading or says what is wrong.
"""

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from random import Random

import numpy as np
from PIL import Image
from trust import crafted
from trust.crafted import PNG, bmp, chunk, gif, png, png_head, riff, saved, scans, segment, seven, tiff

Made = Callable[[], bytes]

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")
END = chunk(b"IEND", b"")


@cache
def pictures() -> dict[str, Made]:
    """Name → what makes the file's bytes."""
    groups = (sizes, pngs, jpegs, gifs, tiffs, bmps, webps, heics, strangers, drawings, damaged)
    named = [(f"{group.__name__}/{name}", made) for group in groups for name, made in group()]
    assert len(dict(named)) == len(named)  # no name twice
    return dict(named)


def _gray(array: np.ndarray, kind: str = "PNG", **how: object) -> bytes:
    return saved(Image.fromarray(array), kind, **how)


def sizes() -> Iterator[tuple[str, Made]]:
    """From one pixel to the limits and beyond."""
    for kind in KINDS:
        for height, width in ((1, 1), (1, 2000), (2000, 1), (2, 2), (7, 5), (28, 28), (41, 39), (1500, 3)):
            yield f"{kind} {height}x{width}", partial(_seven, kind, height, width)
    for height, width in ((1, 30_000), (30_000, 1), (30_000, 2000), (7745, 7746)):
        yield f"PNG {height}x{width}", partial(png, height, width)
    for height, width in (
        (1, 30_001),
        (30_000, 30_000),
        (2**31 - 1, 2**31 - 1),
        (2**32 - 1, 1),
        (0, 5),
        (5, 0),
    ):
        yield f"PNG that says {height}x{width}", partial(_says, height, width)
    for height, width in ((65_535, 65_535), (65_535, 1), (0, 0), (0, 64), (64, 0)):
        yield f"JPEG that says {height}x{width}", partial(crafted.jpeg_head, height, width)


def _seven(kind: str, height: int, width: int) -> bytes:
    return _gray(np.resize(seven(max(height, 12), max(width, 12)), (height, width)), kind)


def _says(height: int, width: int) -> bytes:
    return PNG + png_head(height, width) + chunk(b"IDAT", zlib.compress(bytes(100))) + END


def pngs() -> Iterator[tuple[str, Made]]:
    """Every depth and colour; headers, chunks and streams that lie."""
    for kind, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
        for depth in depths:
            for interlaced in (0, 1):
                yield (
                    f"colour {kind}, {depth} bits, interlaced {interlaced}",
                    partial(png, 64, 64, depth, kind, interlaced),
                )
    yield "16 bits and transparency, 59 million pixels", partial(png, 7700, 7700, 16, 6)
    yield "transparency, 59 million pixels", partial(png, 7700, 7700, 8, 6, 0, 128)
    yield "interlaced, 59 million pixels", partial(png, 7700, 7700, 8, 2, 1)
    head, good = PNG + png_head(64, 64), chunk(b"IDAT", zlib.compress(bytes(65 * 64)))
    lies = {
        "depth 3": PNG + png_head(64, 64, depth=3) + good + END,
        "colour 5": PNG + png_head(64, 64, kind=5) + good + END,
        "palette without one": PNG + png_head(64, 64, kind=3) + good + END,
        "palette of 300": PNG + png_head(64, 64, kind=3) + chunk(b"PLTE", bytes(900)) + good + END,
        "palette of 2.5": PNG + png_head(64, 64, kind=3) + chunk(b"PLTE", bytes(7)) + good + END,
        "interlaced 7": PNG + png_head(64, 64, interlaced=7) + good + END,
        "packed another way": PNG
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 1, 0, 0))
        + good
        + END,
        "header too short": PNG + chunk(b"IHDR", bytes(5)) + good + END,
        "header twice": head + png_head(5000, 5000) + good + END,
        "no header": PNG + good + END,
        "no pixels": head + END,
        "no end": head + good,
        "end first": PNG + END + png_head(64, 64) + good,
        "wrong check": head + chunk(b"IDAT", zlib.compress(bytes(65 * 64)), crc=0) + END,
        "length 2^31": head + chunk(b"IDAT", b"abc", length=2**31) + END,
        "length 2^32-1": head + chunk(b"IDAT", b"abc", length=2**32 - 1) + END,
        "length of the end": head + good + chunk(b"IEND", b"", length=2**31 - 1),
        "chunk named in zeros": head + chunk(b"\0\0\0\0", b"abc") + good + END,
        "too few pixels": head + chunk(b"IDAT", zlib.compress(bytes(65 * 9))) + END,
        "a hundred times the pixels": head + chunk(b"IDAT", zlib.compress(bytes(6500 * 64))) + END,
        "a gigabyte behind the pixels": head + chunk(b"IDAT", _gigabyte()) + END,
        "filter 255": head + chunk(b"IDAT", zlib.compress((b"\xff" + bytes(64)) * 64)) + END,
        "filters of all kinds": head + chunk(b"IDAT", zlib.compress(_filters())) + END,
        "pixels that aren't packed": head + chunk(b"IDAT", b"not zlib at all") + END,
        "text that unpacks to a gigabyte": head + chunk(b"zTXt", b"Comment\0\0" + _gigabyte()) + good + END,
        "profile that unpacks to a gigabyte": head + chunk(b"iCCP", b"icc\0\0" + _gigabyte()) + good + END,
        "profile that is none": head + chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"no profile")) + good + END,
        "text of no encoding": head
        + chunk(b"iTXt", b"\xff\xfe\0\1\0\xff\0\xff\0" + b"\xff" * 99)
        + good
        + END,
        "exif of noise": head + chunk(b"eXIf", Random(1).randbytes(500)) + good + END,
        "exif that loops": head + chunk(b"eXIf", _looping_exif()) + good + END,
        "exif of a megabyte": head + chunk(b"eXIf", _greedy_exif(1 << 20)) + good + END,
        "transparency too long": head + chunk(b"tRNS", bytes(999)) + good + END,
        "a million empty chunks": head + chunk(b"abCd", b"") * 1_000_000 + good + END,
        "a million empty pieces": head + chunk(b"IDAT", b"") * 1_000_000 + good + END,
        "frames without end": head + chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + good + END,
        "a web page in its text": head + chunk(b"tEXt", b"x\0<script>alert(1)</script>") + good + END,
        "a web page behind it": head + good + END + b"<html><script>alert(1)</script></html>",
        "a zip behind it": head + good + END + _zip(),
        "a thousand of them": (head + good + END) * 1000,
    }
    yield from ((name, lambda data=data: data) for name, data in lies.items())


@cache
def _gigabyte() -> bytes:
    """Packed, in a megabyte."""
    packer = zlib.compressobj(1)
    empty = bytes(1 << 20)
    return b"".join(packer.compress(empty) for _ in range(1024)) + packer.flush()


def _filters() -> bytes:
    random = Random(2)
    return b"".join(bytes([line % 5]) + random.randbytes(64) for line in range(64))


def _looping_exif() -> bytes:
    """A directory whose parts and successor are itself."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x014A, 0x8769, 0x8825, 0xA005))
    return b"II*\0" + struct.pack("<IH", 8, 4) + entries + struct.pack("<I", 8)


def _greedy_exif(size: int) -> bytes:
    """As many entries as there is room for, each of which wants the whole."""
    count = min(65_535, size // 24)
    entries = b"".join(struct.pack("<HHII", tag + 1, 7, size // 2, 8) for tag in range(count))
    return (b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4)).ljust(size, b"\0")


def _zip() -> bytes:
    with zipfile.ZipFile(into := io.BytesIO(), "w") as archive:
        archive.writestr("../../evil.txt", "x")
    return into.getvalue()


def jpegs() -> Iterator[tuple[str, Made]]:
    """Scans without end, frames that lie, segments that overflow."""
    for side, count in ((64, 1), (64, 99), (64, 5000), (2000, 100), (7700, 19), (7700, 400)):
        for refining in (False, True):
            yield (
                f"{count} scans of {side}x{side}, refining {refining}",
                partial(scans, side, side, count, refining),
            )
    for components in (0, 2, 3, 4, 5, 255):
        yield f"{components} components", partial(crafted.jpeg_head, 64, 64, 0xC0, components)
    for code in (0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF):
        yield f"frame of kind {code:X}", partial(_framed, code)
    good = _gray(seven(), "JPEG", quality=90)
    start = good.index(b"\xff\xda")
    size = good.index(b"\xff\xc0") + 5
    for factors in (0x00, 0x14, 0x41, 0x44, 0xFF):
        yield f"sampled by {factors:02X}", partial(_replaced, good, size + 6, bytes([factors]))
    for share in range(1, 10):
        yield f"cut off after {share} tenths", lambda share=share: good[: len(good) * share // 10]
    own = {
        "height 0": good[:size] + b"\0\0" + good[size + 2 :],
        "twelve bits": good[: size - 1] + b"\x0c" + good[size:],
        "no tables": good[:2] + good[size - 5 :],
        "only its start": b"\xff\xd8\xff",
        "start and end": b"\xff\xd8\xff\xd9",
        "its start, a hundred times": b"\xff\xd8" * 100 + good,
        "a segment of length 0": b"\xff\xd8\xff\xe1\0\0" + good[2:],
        "a segment of length 1": b"\xff\xd8\xff\xe1\0\1" + good[2:],
        "a segment beyond the end": b"\xff\xd8\xff\xe1\xff\xff" + good[2:900],
        "a table too long": b"\xff\xd8" + segment(0xDB, b"\xff" * 60_000) + good[2:],
        "a code table of 255 codes a length": b"\xff\xd8" + segment(0xC4, b"\0" + b"\xff" * 4096) + good[2:],
        "restarts everywhere": good[:start] + segment(0xDD, b"\0\1") + good[start:],
        "restart marks without data": good[: start + 14] + b"\xff\xd0" * 50_000 + b"\xff\xd9",
        "a million comments": b"\xff\xd8" + b"\xff\xfe\0\2" * 1_000_000 + good[2:],
        "four megabytes of filling": b"\xff\xd8" + b"\xff" * (4 << 20) + good[2:],
        "filling behind its end": b"\xff\xd8\xff\xd9" + b"\xff" * (4 << 20),
        "a megabyte of nothing in the scan": good[:start] + good[start : start + 14] + bytes(1 << 20),
        "exif of noise": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + Random(3).randbytes(5000)) + good[2:],
        "exif that loops": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + _looping_exif()) + good[2:],
        "exif that wants all": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + _greedy_exif(60_000)) + good[2:],
        "exif in a hundred parts": b"\xff\xd8"
        + segment(0xE1, b"Exif\0\0" + _greedy_exif(60_000)) * 100
        + good[2:],
        "resources that end nowhere": b"\xff\xd8"
        + segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\0\0\0\xff\xff\xff\xff" * 9)
        + good[2:],
        "a profile in 255 parts of which one is there": b"\xff\xd8"
        + segment(0xE2, b"ICC_PROFILE\0\x03\xff" + bytes(99))
        + good[2:],
        "several pictures, of which none is there": b"\xff\xd8"
        + segment(0xE2, b"MPF\0" + _looping_exif())
        + good[2:],
        "a web page in its comment": b"\xff\xd8" + segment(0xFE, b"--><script>alert(1)</script>") + good[2:],
        "a film behind it": good + b"\0\0\0\x18ftypmp42" + Random(4).randbytes(300_000),
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())
    photo = Image.fromarray(np.stack([seven(3000, 4000)] * 3, axis=-1))
    yield "a photo of 12 million pixels, progressive", partial(saved, photo, "JPEG", progressive=True)
    yield "cyan, magenta, yellow, black", partial(saved, photo.resize((400, 300)).convert("CMYK"), "JPEG")


def _framed(code: int) -> bytes:
    return (
        crafted.jpeg_head(64, 64, code) + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + bytes(999) + b"\xff\xd9"
    )


def _replaced(data: bytes, place: int, by: bytes) -> bytes:
    return data[:place] + by + data[place + len(by) :]


def gifs() -> Iterator[tuple[str, Made]]:
    """Frames outside their screen, codes of no width, blocks without end."""
    good = gif()
    frame = good.index(b",", 13 + 3 * (2 << (good[10] & 7)))
    for width in (0, 1, 9, 12, 13, 255):
        yield f"codes of {width} bits", partial(_replaced, good, frame + 10, bytes([width]))
    own = {
        "screen 0x0": _replaced(good, 6, bytes(4)),
        "screen 65535x65535": _replaced(good, 6, b"\xff" * 4),
        "screen smaller than its picture": _replaced(good, 6, struct.pack("<HH", 5, 5)),
        "picture far outside": _replaced(good, frame + 1, struct.pack("<HH", 60_000, 60_000)),
        "picture of 65535x65535": _replaced(good, frame + 5, b"\xff" * 4),
        "picture of 0x0": _replaced(good, frame + 5, bytes(4)),
        "no palette": _replaced(good, 10, b"\0"),
        "interlaced": _replaced(good, frame + 9, b"\x40"),
        "two million zeros": gif(b"\0" * 2_000_000),
        "half a million comments": gif(b"!\xfe\1a\0" * 500_000),
        "a comment of two megabytes": gif(b"!\xfe" + (b"\xff" + b"a" * 255) * 8000 + b"\0"),
        "a block without end": gif(b"!\xff\x0bNETSCAPE2.0" + b"\3\1\0\0" * 9),
        "transparent where nothing is": gif(b"!\xf9\4\1\0\0\xff\0"),
        "a control block too short": gif(b"!\xf9\1\1\0"),
        "no picture": good[:frame] + b";",
        "cut off in its palette": good[:100],
        "cut off in its picture": good[: frame + 40],
        "no data": good[: frame + 11] + b"\0;",
        "a script behind it": good + b"/*<script>alert(1)</script>*/",
        "a script's own start": b"GIF89a/*" + bytes(30) + b"*/=1;alert(1)",
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())
    many = [Image.new("L", (64, 64), gray) for gray in range(0, 250, 5)]
    yield "fifty frames", lambda: saved(many[0], "GIF", save_all=True, append_images=many[1:])


def tiffs() -> Iterator[tuple[str, Made]]:
    """Every packing, depth and sample; directories that loop and offsets that lead outside."""
    for packing in (
        0,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        32773,
        32809,
        32908,
        32946,
        34661,
        34676,
        34925,
        50000,
        50001,
        65535,
    ):
        yield f"packing {packing}", partial(tiff, {259: (3, 1, packing)})
    for bits in (0, 1, 2, 4, 7, 12, 16, 32, 64, 65_535):
        for sample in (1, 3):
            changes = {258: (3, 1, bits), 339: (3, 1, sample), 279: (4, 1, 64 * 64 * 8)}
            yield f"{bits} bits of format {sample}", partial(tiff, changes, bytes(64 * 64 * 8))
    for meaning in (0, 2, 3, 4, 5, 6, 8, 32803, 34892):
        yield f"values that mean {meaning}", partial(tiff, {262: (3, 1, meaning)})
    for turned in (0, 2, 5, 6, 8, 9, 65_535):
        yield f"orientation {turned}", partial(tiff, {274: (3, 1, turned)})
    own: dict[str, tuple[dict[int, tuple[int, int, int]], int]] = {
        "width 0": ({256: (3, 1, 0)}, 4096),
        "width 2^32-1": ({256: (4, 1, 2**32 - 1)}, 4096),
        "both sides 2^32-1": ({256: (4, 1, 2**32 - 1), 257: (4, 1, 2**32 - 1)}, 4096),
        "height of a million": ({257: (4, 1, 10**6)}, 4096),
        "a strip at 2^32-1": ({273: (4, 1, 2**32 - 1)}, 4096),
        "a strip before the file": ({273: (9, 1, 2**32 - 5)}, 4096),
        "a strip that is the directory": ({273: (4, 1, 8)}, 4096),
        "a strip of 2^32-1 bytes": ({279: (4, 1, 2**32 - 1)}, 4096),
        "a strip of no bytes": ({279: (4, 1, 0)}, 4096),
        "a million strips": ({273: (4, 1 << 20, 0)}, 4 << 20),
        "a million tiles of one pixel": ({322: (3, 1, 1), 323: (3, 1, 1), 324: (4, 1 << 20, 0)}, 4 << 20),
        "tiles of no size": ({322: (3, 1, 0), 323: (3, 1, 0), 324: (4, 1, 0), 325: (4, 1, 4096)}, 4096),
        "tiles of 2^31": ({322: (4, 1, 2**31), 323: (4, 1, 2**31), 324: (4, 1, 0)}, 4096),
        "rows of no strip": ({278: (3, 1, 0)}, 4096),
        "65535 samples": ({277: (3, 1, 65_535)}, 4096),
        "planes apart": ({284: (3, 1, 2)}, 4096),
        "a type of its own": ({256: (99, 1, 64)}, 4096),
        "a count of 2^32-1": ({258: (3, 2**32 - 1, 8)}, 4096),
        "a profile longer than the file": ({34675: (7, 2**31, 8)}, 4096),
        "a palette of one": ({262: (3, 1, 3), 320: (3, 1, 0)}, 4096),
        "parts that are itself": ({330: (4, 1, 8), 34665: (4, 1, 8), 34853: (4, 1, 8)}, 4096),
        "no pixels": ({}, 0),
    }
    yield from ((name, partial(tiff, changes, bytes(extra))) for name, (changes, extra) in own.items())
    many = {40_000 + number: (7, 1 << 20, 8) for number in range(2000)}
    yield "two thousand tags of the same megabyte", partial(tiff, many, bytes(1 << 20))
    yield "directory at its own start", lambda: b"II*\0" + bytes(4) + bytes(99)
    yield "directory behind the end", lambda: b"MM\0*" + struct.pack(">I", 2**31) + bytes(99)
    yield "large, of 2^63 entries", lambda: b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**63) + bytes(99)
    for how in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4"):
        image = Image.fromarray(seven(700, 500))
        chosen = image.convert("1") if how == "group4" else image
        yield f"as {how}", partial(saved, chosen, "TIFF", compression=how)
    empty = Image.new("RGB", (7700, 7700), "white")
    yield "59 million pixels in a megabyte", partial(saved, empty, "TIFF", compression="tiff_lzw")


def bmps() -> Iterator[tuple[str, Made]]:
    """Run lengths, packings and headers."""
    for bits in (0, 1, 2, 4, 8, 16, 24, 32, 64):
        yield f"{bits} bits", partial(bmp, 64, 64, 0, bytes(64 * 64 * 4), bits)
    for packing in (1, 2, 3, 4, 5, 6, 255):
        yield f"packing {packing}", partial(bmp, 64, 64, packing, bytes(64 * 64 * 4))
    for height, width in ((-64, 64), (64, -64), (0, 64), (2**31 - 1, 64), (-(2**31), 64), (30_000, 2000)):
        yield f"{height}x{width}", partial(bmp, height, width, 0, bytes(4096))
    good = bmp(64, 64, 0, bytes(4096))
    own = {
        "run lengths, line by line": bmp(2001, 2001, 1, b"\1\1\0\0" * 2001),
        "run lengths, pixel by pixel": bmp(2000, 1000, 1, b"\1\1" * 2_000_000),
        "run lengths that go nowhere": bmp(64, 64, 1, b"\0\2\0\0" * 200_000),
        "run lengths without an end": bmp(64, 64, 1, b"\xff\1" * 9),
        "half-byte run lengths": bmp(64, 64, 2, b"\x40\x12\0\0" * 64 + b"\0\1", bits=4),
        "pixels behind the end": _replaced(good, 10, struct.pack("<I", 2**31)),
        "pixels in the header": _replaced(good, 10, struct.pack("<I", 0)),
        "a header of 2^32-1 bytes": _replaced(good, 14, b"\xff" * 4),
        "a header of 0 bytes": _replaced(good, 14, bytes(4)),
        "2^32-1 colours": _replaced(good, 46, b"\xff" * 4),
        "cut off": good[:60],
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())


def webps() -> Iterator[tuple[str, Made]]:
    """Canvases, frames and chunks."""
    for height, width, frames in (
        (64, 64, 1),
        (64, 64, 3000),
        (4000, 4000, 1),
        (7400, 8000, 1),
        (2**24, 2**24, 1),
    ):
        yield f"canvas {height}x{width} of {frames}", partial(crafted.animated_webp, height, width, frames)
    good = _gray(seven(), "WEBP")
    lossless = _gray(seven(), "WEBP", lossless=True)
    own = {
        "length 0": _replaced(good, 4, bytes(4)),
        "length 2^32-1": _replaced(good, 4, b"\xff" * 4),
        "chunk of 2^32-1": _replaced(good, 16, b"\xff" * 4),
        "no chunk": riff(),
        "empty chunks": riff(*[(b"abcd", b"")] * 100_000),
        "a canvas of no frame": riff((b"VP8X", bytes(10))),
        "frames said, none there": riff((b"VP8X", b"\x02" + bytes(9)), (b"ANIM", bytes(6))),
        "lossless of 16384x16384": _replaced(lossless, 21, struct.pack("<I", 0x0FFFFFFF)),
        "lossy of 16383x16383": _replaced(good, 26, b"\xff\x3f\xff\x3f"),
        "cut off": good[: len(good) // 2],
        "lossless, cut off": lossless[: len(lossless) // 2],
        "lossless of noise": riff((b"VP8L", b"\x2f" + Random(5).randbytes(5000))),
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())


def heics() -> Iterator[tuple[str, Made]]:
    """Boxes in boxes."""
    start = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    own = {
        "only its start": start,
        "a box of length 0": start + b"\0\0\0\0meta",
        "a box of length 1": start + b"\0\0\0\1meta" + b"\xff" * 8,
        "a box of length 2": start + b"\0\0\0\2meta",
        "boxes in boxes": start
        + b"".join(struct.pack(">I", 9000 - 12 * i) + b"meta\0\0\0\0" for i in range(700)),
        "noise": start + Random(6).randbytes(5000),
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())


class _Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("code ran",)


def strangers() -> Iterator[tuple[str, Made]]:
    """What is no picture, or not one that is taken."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    entity = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'
    own = {
        "nothing": b"",
        "a zero": b"\0",
        "zeros": bytes(100_000),
        "ones": b"\xff" * 100_000,
        "noise": Random(7).randbytes(100_000),
        "text": b"2741\n",
        "an address": b"https://example.org/seven.png",
        "a path": b"/etc/passwd",
        "a web page": b"<!doctype html><script>fetch('//example.org')</script>",
        "a drawing": svg.encode(),
        "a drawing after a mark": b"\xef\xbb\xbf  " + svg.encode(),
        "a drawing in two bytes a letter": svg.encode("utf-16"),
        "a drawing with entities": entity.encode(),
        "a PNG's first bytes and a drawing": PNG + svg.encode(),
        "a PNG's first bytes and a web page": PNG + b"<html>",
        "a JPEG's first bytes and a script": b"\xff\xd8\xff#!/bin/sh\nid\n",
        "a PostScript program": b"%!PS\n(/etc/passwd) (r) file\n",
        "a PostScript program with a box": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "a PDF document": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>",
        "a zip": _zip(),
        "a gzip": b"\x1f\x8b\x08" + bytes(20),
        "a program": b"\x7fELF" + bytes(99),
        "a Windows program": b"MZ" + bytes(99),
        "a shell script": b"#!/bin/sh\ntouch /tmp/evil\n",
        "a pickle": pickle.dumps(_Evil()),
        "a NumPy array of objects": b"\x93NUMPY\1\0" + b"v\0{'descr': '|O', 'fortran_order': False}",
        "an icon": b"\0\0\1\0\1\0" + bytes(99),
        "a cursor": b"\0\0\2\0\1\0" + bytes(99),
        "a metafile": b"\xd7\xcd\xc6\x9a" + bytes(99),
        "a Photoshop document": b"8BPS\0\1" + bytes(99),
        "a JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
        "a JPEG XL": b"\xff\x0a" + bytes(99),
        "an AVIF": b"\0\0\0\x1cftypavif" + bytes(99),
        "a film": b"\0\0\0\x18ftypmp42" + bytes(99),
        "a PNM of a terabyte": b"P5 1000000 1000000 255 ",
        "a PCX": b"\x0a\5\1\x08" + bytes(124),
        "a FITS": b"SIMPLE  =                    T" + bytes(99),
        "a DDS": b"DDS " + bytes(124),
        "a SPIDER": struct.pack(">27f", *[1.0] * 27),
    }
    yield from ((name, lambda data=data: data) for name, data in own.items())


def drawings() -> Iterator[tuple[str, Made]]:
    """Pictures that nobody drew, and that a reader could lose itself in."""
    noise = partial(np.random.default_rng, 8)
    down, across = np.mgrid[:1600, :1600]
    shapes: dict[str, Callable[[], np.ndarray]] = {
        "black": lambda: np.zeros((500, 500)),
        "white": lambda: np.full((500, 500), 255),
        "one dark pixel": lambda: np.where((down == 800) & (across == 800), 0, 255),
        "noise of all grays": lambda: noise().integers(0, 256, (1600, 1600)),
        "noise of black and white": lambda: noise().integers(0, 2, (1600, 1600)) * 255,
        "sparse noise": lambda: np.where(noise().random((1600, 1600)) < 0.01, 0, 255),
        "a chessboard of pixels": lambda: (down + across) % 2 * 255,
        "a chessboard of 8x8": lambda: (down // 8 + across // 8) % 2 * 255,
        "a grid": lambda: np.where((down % 20 < 2) | (across % 20 < 2), 0, 255),
        "stripes": lambda: down // 5 % 2 * 255,
        "ten thousand strokes": lambda: np.where((down % 16 < 10) & (across % 16 < 2), 0, 255),
        "ten thousand rings": lambda: np.where(abs(np.hypot(down % 16 - 8, across % 16 - 8) - 5) < 1, 0, 255),
        "a spiral": lambda: np.sin(np.hypot(down - 800, across - 800) / 9) * 127 + 128,
        "moiré": lambda: np.sin(down * across / 900) * 127 + 128,
        "a slope": lambda: across * 255 // 1600,
        "one stroke all over": lambda: np.where((down % 30 < 3) | ((across < 3) & (down % 60 < 30)), 0, 255),
        "a sheet of ones": lambda: np.where((across % 12 < 2) & (down % 40 < 30), 0, 255),
        "a frame": lambda: np.where(np.maximum(abs(down - 800), abs(across - 800)) > 790, 0, 255),
    }
    yield from (
        (name, lambda shape=shape: _gray(np.asarray(shape()).astype(np.uint8)))
        for name, shape in shapes.items()
    )
    clear = np.zeros((300, 300, 4), np.uint8)
    yield "nothing but transparency", partial(_gray, clear)
    yield "ink that is hardly there", partial(_gray, clear + np.array([0, 0, 0, 1], np.uint8))
    yield "noise of transparency", lambda: _gray(noise().integers(0, 256, (800, 800, 4)).astype(np.uint8))
    yield "noise of 16 bits", lambda: _gray(noise().integers(0, 65_536, (800, 800)).astype(np.uint16))
    yield "no number", lambda: _gray(np.full((64, 64), np.nan, np.float32), "TIFF")
    yield "infinite", lambda: _gray(np.full((64, 64), np.inf, np.float32), "TIFF")
    yield "negative", lambda: _gray(np.full((64, 64), -5, np.int32), "TIFF")
    yield "a billion", lambda: _gray(np.full((64, 64), 10**9, np.int32), "TIFF")


def damaged() -> Iterator[tuple[str, Made]]:
    """A good file of each kind, with bytes changed, taken out or put in."""
    for kind in KINDS:
        for number in range(8):
            yield f"{kind} {number}", partial(_damaged, kind, number)


def _damaged(kind: str, number: int) -> bytes:
    random = Random(f"{kind} {number}")
    data = bytearray(_gray(seven(), kind))
    for _ in range(1 + number):
        place = random.randrange(8, len(data))
        match random.randrange(3):
            case 0:
                data[place] = random.randrange(256)
            case 1:
                del data[place : place + random.randrange(20)]
            case _:
                data[place:place] = random.randbytes(random.randrange(20))
    return bytes(data)
