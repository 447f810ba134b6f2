import numpy as np
import pytest

from handlens import data
from handlens.data.export import sheet, write_idx
from handlens.errors import DataError


def test_a_sheet_shows_each_pixel_enlarged_and_inverted():
    images = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    page = np.asarray(sheet(images, columns=3))
    assert page.shape == (2 * 16 + 2 * 56 + 8, 2 * 16 + 3 * 56 + 2 * 8)
    for place, image in enumerate(images):
        y, x = 16 + place // 3 * 64, 16 + place % 3 * 64
        np.testing.assert_array_equal(page[y : y + 56 : 2, x + 1 : x + 57 : 2], 255 - image)


def test_captions_stand_under_their_digits_and_fit():
    images = np.zeros((4, 28, 28), np.uint8)
    bare, short = sheet(images), sheet(images, np.array([1, 2, 3, 4], np.uint8))
    long = sheet(images, ["a caption wider than its digit"] * 4)
    assert short.width == bare.width
    assert short.height > bare.height
    assert long.width > 2 * short.width
    ink = np.asarray(long) < 128
    assert ink.any()
    assert not ink[:, :16].any(), "nothing reaches into the margins"
    assert not ink[:, -16:].any()
    middle = long.width // 2
    assert not ink[:, middle - 3 : middle + 3].any(), "neighbours don't touch"


@pytest.mark.parametrize(("n", "columns", "rows"), [(1, 0, 1), (5, 0, 2), (9, 0, 3), (5, 50, 1), (5, 1, 5)])
def test_rows_and_columns(n, columns, rows):
    assert sheet(np.zeros((n, 28, 28), np.uint8), columns=columns).height == 2 * 16 + rows * 64 - 8


def test_large_images_keep_their_size():
    assert sheet(np.zeros((1, 100, 80), np.uint8)).size == (80 + 32, 100 + 32)


@pytest.mark.parametrize(
    ("n", "labels", "columns", "message"),
    [
        (0, None, 0, "needs at least one image"),
        (2, [1], 0, "a sheet of 2 images was given 1 labels"),
        (2, None, -1, "can't have -1 columns"),
        (
            60000,
            None,
            10,
            r"a sheet of 60,000 images would be 664 × 384,024 pixels; expected at most 100,000,000",
        ),
    ],
)
def test_sheets_that_cannot_be(n, labels, columns, message):
    images = np.broadcast_to(np.uint8(0), (n, 28, 28))
    with pytest.raises(DataError, match=message):
        sheet(images, labels, columns)


def test_exported_files_load_again(mnist, tmp_path):
    folder = tmp_path / "new" / "folder"
    images, labels = write_idx(mnist.validation, folder)
    assert [path.name for path in (images, labels)] == [
        "validation-images-idx3-ubyte",
        "validation-labels-idx1-ubyte",
    ]
    write_idx(mnist.development, folder)
    write_idx(mnist.test, folder)
    assert data.load(folder).digests == mnist.digests


def test_nothing_is_overwritten(mnist, tmp_path):
    write_idx(mnist.test, tmp_path)
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte: is there already, and isn't overwritten"):
        write_idx(mnist.test, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file: can't be made \(File exists\)"):
        write_idx(mnist.test, tmp_path / "file")
