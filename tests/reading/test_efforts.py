"""Small files that ask for much: each kind refused, and its honest neighbour read."""

import io
import struct
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from trust import crafted
from trust.crafted import PNG, chunk, png_head, saved, segment

from handlens.errors import InkError
from handlens.reading import efforts
from handlens.reading.pictures import load

SEVEN = Image.fromarray(crafted.seven())
JPEG, LINE = saved(SEVEN, "JPEG"), chunk(b"tEXt", b"Comment\0what")
SECONDS = 2.0
"""What the worst of them may take of the processor, whatever else it does; none takes half a second."""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (crafted.scans(7700, 7700, 20), "JPEG of 59 million pixels in 21 scans; expected at most 20"),
        (crafted.scans(64, 64, 101), "JPEG of more than 100 scans"),
        (crafted.scans(7700, 7700, 1, components=3), "takes 355 MB to decode; expected at most 256"),
        (b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) * 65 + JPEG[2:], "JPEG of more than 64 tables"),
        (b"\xff\xd8" + b"\xff\xfe\0\2" * 10_001 + JPEG[2:], "JPEG of more than 10,000 segments"),
        (b"\xff\xd8" + b"\xff" * 400_000 + JPEG[2:], "is in too many small pieces"),
        (b"\xff\xd8\xff\xd9" + b"\xff" * 400_000, "is in too many small pieces"),
        (PNG + png_head(64, 64) + chunk(b"IDAT", b"") * 100_000, "is in too many small pieces"),
        (PNG + png_head(64, 64) + chunk(b"abCd", b"") * 100_000, "is in too many small pieces"),
        (crafted.png(5700, 5700, depth=16, kind=6), "takes 259 MB to decode"),
        (crafted.gif(b"\0" * 300_000), "is in too many small pieces"),
        (crafted.gif(b"!\xfe\1a\0" * 100_000), "is in too many small pieces"),
        (crafted.bmp(2001, 2000, 1, b"\1\1\0\0" * 2001), "BMP in run lengths of 4 million pixels"),
        (crafted.bmp(60, 2000, 1, b"\1\1" * 110_000), "is in too many small pieces"),
        (crafted.tiff({273: (4, 1 << 20, 0)}, bytes(4 << 20)), "TIFF in more than 50,000 strips or tiles"),
        (crafted.tiff({324: (4, 1 << 20, 0)}, bytes(4 << 20)), "TIFF in more than 50,000 strips or tiles"),
        (crafted.animated_webp(7400, 8000), "takes 947 MB to decode"),
        (saved(Image.new("RGB", (4100, 4100)), "WEBP", quality=1, method=0), "takes 268 MB to decode"),
        (saved(Image.new("RGB", (4100, 4100)), "WEBP", lossless=True, method=0), "takes 268 MB to decode"),
    ],
)
def test_small_files_that_ask_for_much_are_refused_soon(data, message):
    started = process_time()
    with pytest.raises(InkError, match=message):
        load(data)
    assert process_time() - started < SECONDS


def test_what_cameras_and_programs_write_is_read():
    rows, columns = np.mgrid[:600, :800]
    photo = Image.fromarray(
        np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1).astype(np.uint8)
    )
    for data in (
        saved(photo, "JPEG", progressive=True, quality=97, subsampling=0),
        saved(photo.convert("CMYK"), "JPEG", progressive=True),
        saved(photo, "JPEG", comment=b"a" * 60_000, icc_profile=bytes(500_000), exif=Image.Exif()),
        JPEG + b"\xff\xda\0\2" * 1000,  # a film, or a second picture, behind the first
        saved(photo, "TIFF", compression="tiff_lzw", strip_size=100),
        saved(photo, "TIFF", big_tiff=True),
        saved(photo, "WEBP", save_all=True, append_images=[photo]),
        crafted.animated_webp(600, 800, frames=3),
        crafted.gif(b"!\xfe" + (b"\xff" + b"a" * 255) * 2000 + b"\0"),
        crafted.bmp(64, 64, 1, b"\x40\xff\0\0" * 64 + b"\0\1"),
        crafted.scans(64, 64, 90),
    ):
        assert load(data).size in {(600, 800), (64, 64)}


def test_a_large_scan_or_photo_still_fits():
    """Both sides of a sheet at 600 dpi; sixty million pixels of a camera."""
    assert load(crafted.png(7016, 4960, kind=2)).size == (7016, 4960)
    largest = saved(Image.new("RGB", (10_000, 6000), (250, 240, 230)), "JPEG", quality=30)
    assert load(largest).size == (6000, 10_000)


def test_the_walk_through_a_jpeg_counts_its_scans():
    for count in (1, 2, 7):
        assert efforts._jpeg_parts(crafted.scans(64, 64, count))[0] == count + 1
    hidden = segment(0xE1, b"\xff\xda" * 500)  # in a segment, where no scan begins
    assert efforts._jpeg_parts(b"\xff\xd8" + hidden + JPEG[2:])[0] == 1


def test_marks_that_hide_no_segment_don_t_hide_scans():
    """A restart's mark and a reserved one have no length: what seems to be one hides nothing."""
    bare = crafted.scans(64, 64, 101)
    first = bare.index(b"\xff\xda")
    for mark in (b"\xff\x01\xff\xff", b"\xff\xd0\xff\xff", b"\xff\x02\xff\xff"):
        with pytest.raises(InkError, match=r"more than 100 scans|damaged"):
            load(bare[: first + 11] + mark + bare[first + 11 :])


@given(st.integers(1, 16_383), st.integers(1, 16_383), st.sampled_from([b"VP8X", b"VP8L", b"VP8 "]))
def test_a_webp_s_size_is_read_as_the_format_has_it(height, width, kind):
    head = {
        b"VP8X": b"\0\0\0\0" + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3],
        b"VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        b"VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }[kind]
    assert efforts._webp_canvas(crafted.riff((kind, head))) == (width, height)


@pytest.mark.parametrize("how", [{"quality": 50}, {"lossless": True}, {"save_all": True}])
def test_a_webp_s_size_is_pillow_s(how):
    data = saved(Image.new("RGB", (37, 91)), "WEBP", **how)
    assert efforts._webp_canvas(data) == Image.open(io.BytesIO(data)).size == (37, 91)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("lines", [1, 3, 40])
def test_a_tiff_s_strips_are_counted(large, lines):
    data = saved(Image.new("L", (50, 40)), "TIFF", big_tiff=large, strip_size=50 * -(-40 // lines))
    assert efforts._tiff_tiles(data) == len(Image.open(io.BytesIO(data)).tag_v2[273])


def test_an_exif_longer_than_a_jpeg_s_is_left_alone():
    """Its entries may all point at the same bytes: of two megabytes they would take a terabyte."""
    turned = Image.Exif()
    turned[0x0112] = 6
    short, long = turned.tobytes(), turned.tobytes() + bytes(70_000)
    image = Image.fromarray(crafted.seven(60, 40))
    assert load(saved(image, "PNG", exif=short)).size == (40, 60)
    assert load(saved(image, "PNG", exif=long)).size == (60, 40)
