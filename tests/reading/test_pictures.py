import contextlib
import io
import os
import struct
import threading
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from handlens.errors import InkError, MissingLibrary
from handlens.reading import pictures
from handlens.reading.pictures import load

ORIENTATION = 0x0112


def sample(height: int = 24, width: int = 40) -> Image.Image:
    """Smooth, so that JPEG keeps it; no two corners alike, so that turning shows."""
    down, across = np.mgrid[:height, :width]
    colours = np.stack([down * 200 // height, across * 250 // width, 255 - across * 90 // width], axis=-1)
    return Image.fromarray(colours.astype(np.uint8))


def file(image: Image.Image, kind: str, **how: object) -> bytes:
    into = io.BytesIO()
    image.save(into, kind, **how)
    return into.getvalue()


def apart(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "MPO"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "CMYK", "YCbCr"])
def test_formats_and_modes_come_as_pillow_shows_them(kind, mode):
    image = sample().convert(mode)
    try:
        data = file(image, kind)
    except (OSError, ValueError):
        pytest.skip("Pillow doesn't write that")
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    pixels = load(data).pixels
    colours = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1)
    np.testing.assert_array_equal(colours, shown)


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_deep_grays_equal_eight_bits(mode):
    gray = np.asarray(sample().convert("L"))
    deep = {
        "I;16": lambda: Image.fromarray(gray.astype(np.uint16) * 257),
        "I": lambda: Image.fromarray(gray.astype(np.int32) * 257),
        "F": lambda: Image.fromarray(gray.astype(np.float32) / 255),
    }[mode]()
    assert deep.mode == mode
    np.testing.assert_array_equal(load(file(deep, "TIFF")).pixels, gray)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_camera_of_fewer_bits_in_a_deeper_file_isn_t_dark(bits):
    gray = np.linspace(0, 1, 600).reshape(20, 30)
    deep = np.rint(gray * (2**bits - 1)).astype(np.uint16)
    assert np.abs(load(deep).pixels / 255 - gray).max() <= 0.5 / 255 + 0.5 / 2**bits


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_any_orientation_is_upright(kind, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = file(sample(), kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    for source in (data, Image.open(io.BytesIO(data))):
        picture = load(source)
        np.testing.assert_array_equal(picture.pixels, upright)
        assert picture.size == upright.shape[:2]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_photo_is_shrunk_and_upright(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = load(file(sample(600, 1000), "JPEG", exif=exif, quality=95), longest=300)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(file(sample(600, 1000), "PNG", exif=exif))))
    assert picture.size == (upright.height, upright.width)
    assert picture.scale == 0.3
    assert apart(picture.pixels, np.asarray(upright.resize(picture.pixels.shape[1::-1]))) < 3


def test_shrinking_is_by_area():
    array = np.random.default_rng(0).integers(0, 256, (60, 90), np.uint8)
    picture = load(array, longest=30)
    np.testing.assert_allclose(picture.pixels, array.reshape(20, 3, 30, 3).mean(axis=(1, 3)), atol=1)
    assert (picture.scale, picture.size) == (1 / 3, (60, 90))


def test_heic_turned_by_its_own_decoder():
    heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    into = io.BytesIO()
    heif.from_pillow(sample(64, 96)).save(into, exif=exif.tobytes(), quality=95)
    picture = load(into.getvalue())
    assert picture.size == (96, 64)
    assert apart(picture.pixels, np.asarray(sample(64, 96).rotate(-90, expand=True))) < 4


def test_without_pillow_heif_the_line_to_type_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(MissingLibrary, match=r"HEIC.*pip install 'handlens\[heif\]'"):
        load(b"\0\0\0\x18ftypheic" + bytes(80))


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (90, 255), (255, 0), (200, 0)])
def test_ink_on_transparency_gets_the_paper_that_shows_it(ink, paper):
    drawing = np.zeros((20, 20, 4), np.uint8)
    drawing[5:15, 9:11] = ink, ink, ink, 255
    drawing[:5] = 255 - ink, ink, 7, 0  # what nobody sees has no say
    pixels = load(drawing).pixels
    assert (pixels[10, 10] == ink).all()
    assert (pixels[2, 2] == paper).all()
    np.testing.assert_array_equal(load(file(Image.fromarray(drawing), "PNG")).pixels, pixels)


def test_a_cut_out_of_a_page_lies_on_paper_of_its_own_colour():
    page = np.full((40, 40, 4), (250, 240, 200, 255), np.uint8)
    page[10:30, 18:22, :3] = 20
    page[:5, :5] = 0
    assert (load(page).pixels[2, 2] == (250, 240, 200)).all()


def test_transparent_palettes_and_grays():
    drawing = Image.new("LA", (20, 20))
    drawing.paste((30, 255), (5, 5, 9, 15))
    indexed = Image.new("P", (20, 20), 0)
    indexed.putpalette([9, 9, 9, 30, 30, 30])
    indexed.paste(1, (5, 5, 9, 15))
    for data in (
        file(drawing, "PNG"),
        file(indexed, "PNG", transparency=0),
        file(indexed, "GIF", transparency=0),
    ):
        pixels = load(data).pixels
        assert (pixels[10, 7] == 30).all()
        assert (pixels[0, 0] == 255).all()


def test_nothing_but_transparency_is_white():
    assert (load(np.zeros((9, 9, 4), np.uint8)).pixels == 255).all()


def test_the_first_frame_of_several():
    first, second = Image.new("L", (9, 9), 10), Image.new("L", (9, 9), 200)
    for kind in ("GIF", "TIFF", "WEBP", "PNG"):
        data = file(first, kind, save_all=True, append_images=[second])
        assert abs(int(load(data).pixels.mean()) - 10) <= 1


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(12, 9), (12, 9, 1), (12, 9, 3), (12, 9, 4)])
def test_arrays_of_any_type_and_shape(dtype, shape):
    whole = np.ones(shape, bool)
    whole[4:6, 3:5, ...] = False
    if shape[2:] == (4,):
        whole[..., 3] = True
    full = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    pixels = load((whole * full).astype(dtype)).pixels
    expected = whole[..., :3] if whole.ndim == 3 and shape[2] > 1 else whole.reshape(12, 9)
    np.testing.assert_array_equal(pixels, expected * 255)


def test_a_source_is_a_path_bytes_an_open_file_or_an_image(tmp_path):
    path = tmp_path / "seven.png"
    sample().save(path)
    with path.open("rb") as opened:
        found = [load(source).pixels for source in (path, str(path), path.read_bytes(), opened, sample())]
    for pixels in found:
        np.testing.assert_array_equal(pixels, sample())


def test_a_source_stays_as_it_was():
    array = np.random.default_rng(0).integers(0, 256, (20, 30, 4), np.uint8)
    before = array.copy()
    array.setflags(write=False)
    load(array, longest=10)
    image = Image.open(io.BytesIO(file(sample(60, 60), "JPEG")))
    load(image, longest=10)
    assert image.size == (60, 60)
    np.testing.assert_array_equal(array, before)


def png_header(height: int, width: int) -> bytes:
    """A PNG that says it is so large, and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + head
        + struct.pack(">I", zlib.crc32(head))
        + file(sample(), "PNG")[33:]
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty; expected PNG, JPEG"),
        (b"a seven\n", "is text"),
        (
            b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
            "is an SVG drawing; save it as PNG",
        ),
        (b"  <!DOCTYPE html><html></html>", "is an HTML page"),
        (b"%PDF-1.7\n", "is a PDF document; save its page as a picture"),
        (b"PK\x03\x04aaaa", "is a ZIP archive"),
        (b"\0\0\0\x1cftypavif" + bytes(40), "is an AVIF picture"),
        (b"\0\0\0\x1cftypisom" + bytes(40), "is a film"),
        (b"P5 3 3 255 aaaaaaaaa", "is a PNM picture"),
        (bytes(range(256)), "is of an unknown kind"),
        (b"\x89PNG\r\n\x1a\n", "is damaged or cut off"),
        (b"\xff\xd8\xff\xe0", "is damaged or cut off"),
        (b"II*\0\x08\0\0\0", "is damaged or cut off"),
        (b"GIF89a", "is damaged or cut off"),
        (b"BM", "is damaged or cut off"),
        (b"RIFF\x04\0\0\0WEBP", "is damaged or cut off"),
        (png_header(9000, 9000), "is 9000 x 9000 pixels, 81 million; expected at most 60 million"),
        (png_header(40_000, 40_000), "is 40000 x 40000 pixels; expected 1 to 30000 a side"),
        (png_header(1, 30_001), "is 1 x 30001 pixels; expected 1 to 30000"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(data, message):
    with pytest.raises(InkError, match=message):
        load(data)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(28), r"has shape \(28,\); expected \[height, width\]"),
        (np.zeros((1, 28, 28)), r"has shape \(1, 28, 28\).* Take one picture of a batch"),
        (np.zeros((0, 5)), "is 0 x 5 pixels"),
        (np.zeros((5, 5), np.int64), r"values are int64.*astype\(np.uint8\)"),
        (np.full((5, 5), 2.0), "values from 2 to 2; expected 0 … 1: divide"),
        (np.array([[0, np.nan, np.inf]]), "2 values that are NaN or infinite"),
        (np.broadcast_to(np.uint8(0), (8000, 8000)), "64 million; expected at most 60"),
    ],
)
def test_what_is_no_array_of_a_picture_is_refused_with_the_reason(array, message):
    with pytest.raises(InkError, match=message):
        load(array)


def test_files_that_can_t_be_read_are_told_by_name(tmp_path):
    with pytest.raises(InkError, match="nothing is fetched"):
        load("https://example.org/seven.png")
    with pytest.raises(InkError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(InkError, match=r"seven\.png: there is no such file"):
        load(tmp_path / "seven.png")
    with pytest.raises(InkError, match="can't be read"):
        load("a\0b")
    with (
        (tmp_path / "new.png").open("wb") as writing,
        pytest.raises(InkError, match=r"new\.png can't be read"),
    ):
        load(writing)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless file here")
def test_an_endless_file_ends(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 1 << 20)
    with pytest.raises(InkError, match="more than 1 MB"):
        load("/dev/zero")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@given(data=st.data())
def test_damaged_files_give_a_picture_or_the_reason(kind, data):
    whole = bytearray(file(sample(), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        with contextlib.suppress(InkError, MissingLibrary):
            assert load(damaged, longest=100).pixels.dtype == np.uint8


@given(
    array=arrays(
        st.sampled_from([bool, np.uint8, np.uint16, np.float16, np.float32]),
        st.tuples(st.integers(1, 9), st.integers(1, 9))
        | st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4)),
    ),
    longest=st.integers(1, 12),
)
def test_any_array_gives_a_picture_or_the_reason(array, longest):
    try:
        picture = load(array, longest)
    except InkError:
        return
    assert max(picture.pixels.shape[:2]) == min(longest, max(array.shape[:2]))
    assert picture.size == array.shape[:2]


def test_pillows_limits_and_warnings_stay_as_they_were():
    limit = Image.MAX_IMAGE_PIXELS
    exif = b"Exif\0\0II*\0\x08\0\0\0\x05\0" + bytes(20)  # more tags promised than there are
    data = file(sample(), "JPEG", exif=exif)
    failures: list[BaseException] = []

    def several() -> None:
        try:
            for _ in range(20):
                load(data)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=several) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("shape", [(3000, 1100), (1300, 3001)])
def test_strips_change_nothing(shape, monkeypatch):
    """A large picture is converted strip by strip; in one piece it comes out the same."""
    random = np.random.default_rng(3)
    rgba = random.integers(0, 256, (*shape, 4), np.uint8)
    deep = random.integers(0, 60_000, shape, np.uint16)
    indexed = Image.fromarray(rgba[..., 0]).convert("P")
    images = [Image.fromarray(array) for array in (rgba, rgba[..., :3].copy(), rgba[..., 0].copy(), deep)]
    images += [indexed, images[0].convert("CMYK"), images[0].convert("LA"), images[2].convert("1")]
    for image in images:
        striped = load(image).pixels
        with monkeypatch.context() as patch:
            patch.setattr("handlens.reading.pixels._STRIP", 1 << 30)
            np.testing.assert_array_equal(load(image).pixels, striped)


def test_laid_upon_paper_is_the_weighted_mean():
    rgba = np.random.default_rng(4).integers(0, 256, (300, 400, 4), np.uint8)
    rgba[..., 0] //= 4
    share = rgba[..., 3:] / 255
    pixels = load(rgba).pixels
    paper = pixels[rgba[..., 3] == 0][0]
    np.testing.assert_array_equal(pixels, np.rint(rgba[..., :3] * share + paper * (1 - share)))
