import gzip
import os
import struct
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from handlens.data import idx
from handlens.errors import DataError

# The format's oracle: bytes written by hand, and what they mean.
BY_HAND = {
    "ubyte": (b"\0\0\x08\x01" + b"\0\0\0\x03" + b"\x00\x7f\xff", np.array([0, 127, 255], np.uint8)),
    "byte": (b"\0\0\x09\x01" + b"\0\0\0\x02" + b"\x80\x7f", np.array([-128, 127], np.int8)),
    "short": (b"\0\0\x0b\x01" + b"\0\0\0\x02" + b"\x01\x02\xff\xff", np.array([258, -1], np.int16)),
    "int": (b"\0\0\x0c\x01" + b"\0\0\0\x01" + b"\x01\x02\x03\x04", np.array([16909060], np.int32)),
    "float": (b"\0\0\x0d\x01" + b"\0\0\0\x01" + b"\x3f\xc0\0\0", np.array([1.5], np.float32)),
    "double": (b"\0\0\x0e\x01" + b"\0\0\0\x01" + b"\xc0\x04" + bytes(6), np.array([-2.5], np.float64)),
    "matrix": (b"\0\0\x08\x02" + b"\0\0\0\x02\0\0\0\x01" + b"\x05\x06", np.array([[5], [6]], np.uint8)),
}

PIXELS = struct.pack(">HBB3I", 0, 8, 3, 2, 3, 4) + bytes(range(24))


@pytest.fixture
def save(tmp_path):
    def save(content: bytes, name: str = "file-idx3-ubyte") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save


@pytest.mark.parametrize("name", BY_HAND)
def test_bytes_by_hand_are_read_and_written(name, save, tmp_path):
    content, expected = BY_HAND[name]
    found = idx.read(save(content))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype
    idx.write(tmp_path / "again", expected)
    assert (tmp_path / "again").read_bytes() == content


DTYPES = st.sampled_from(["u1", "i1", "<i2", ">i2", "<i4", ">i4", "<f4", ">f4", "<f8", ">f8"])
SHAPES = arrays.array_shapes(min_dims=1, max_dims=8, min_side=0, max_side=4)


@given(DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, SHAPES)), st.sampled_from(["x", "x.gz"]))
def test_round_trip(tmp_path_factory, array, name):
    path = tmp_path_factory.mktemp("idx") / name
    idx.write(path, array)
    found = idx.read(path)
    native = array.astype(array.dtype.newbyteorder("="))
    assert (found.dtype, found.shape, found.tobytes()) == (native.dtype, array.shape, native.tobytes())
    assert idx.header(path) == (native.dtype, array.shape)
    assert found.flags.writeable


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("idx") / "x"
    for start in (b"", b"\0\0\x08\x01", b"\x1f\x8b\x08\0"):
        path.write_bytes(start + content)
        try:
            outcome = idx.encode(idx.read(path))
        except DataError as error:
            outcome = str(error)
        assert outcome == start + content or outcome.startswith(f"{path}: ")


def parsed(content: bytes) -> np.ndarray | None:
    """The format once more, by its description alone; None for what isn't it."""
    widths = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    if content[:2] != b"\0\0" or content[2] not in widths or not 1 <= content[3] <= 8:
        return None
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    size = int(np.prod(shape, dtype=object)) * int(widths[content[2]][-1])
    if len(content) != start + size or max(shape) > 2**31:
        return None
    return np.frombuffer(content[start:], widths[content[2]]).reshape(shape)


EDITS = st.lists(
    st.tuples(
        st.integers(0, 23),
        st.sampled_from([0, 1, 2, 3, 4, 8, 9, 11, 12, 13, 14, 127, 128, 255]),
        st.sampled_from(["set", "cut", "insert"]),
    ),
    min_size=1,
    max_size=4,
)


@given(EDITS, st.booleans())
def test_a_changed_file_is_read_as_the_format_says_or_refused(tmp_path_factory, edits, packed):
    content = bytearray(PIXELS)
    for place, byte, how in edits:
        content[place : place + (how != "insert")] = b"" if how == "cut" else bytes([byte])
    path = tmp_path_factory.getbasetemp() / "changed"
    path.write_bytes(gzip.compress(bytes(content)) if packed else bytes(content))
    expected = parsed(bytes(content))
    try:
        found = idx.read(path)
    except DataError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017
        assert expected is None
    else:
        assert expected is not None
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype.newbyteorder("=")


def test_a_view_is_written_as_it_reads(tmp_path):
    array = np.arange(24, dtype=np.int32).reshape(4, 6)[::2, ::-2].T
    idx.write(tmp_path / "x", array)
    np.testing.assert_array_equal(idx.read(tmp_path / "x"), array)


def test_gzip_is_recognised_by_content_and_reproducible(save, tmp_path):
    np.testing.assert_array_equal(idx.read(save(gzip.compress(PIXELS), "no-suffix")), idx.read(save(PIXELS)))
    np.testing.assert_array_equal(idx.read(save(PIXELS, "plain.gz")), idx.read(save(PIXELS)))
    for name in ("one.gz", "two.gz"):
        idx.write(tmp_path / name, idx.read(save(PIXELS)))
    packed = (tmp_path / "one.gz").read_bytes()
    assert packed == (tmp_path / "two.gz").read_bytes()
    assert packed[:2] == b"\x1f\x8b"
    assert packed[4:8] == bytes(4), "the time"
    assert gzip.decompress(packed) == PIXELS


def test_digest_is_that_of_the_unpacked_file(save):
    import hashlib

    assert idx.digest(idx.read(save(PIXELS))) == hashlib.sha256(PIXELS).hexdigest()


DAMAGED = [
    (b"", "is empty; expected an IDX file"),
    (gzip.compress(b""), "is empty; expected an IDX file"),
    (b"\0\0\x08", r"ends after 3 bytes, inside its header; expected a header of 4 bytes"),
    (PIXELS[:13], r"ends after 13 bytes, inside its header; expected a header of 16 bytes"),
    (PIXELS[:-1], r"ends after 23 bytes of values; expected 24 \(ubyte \[2, 3, 4\]\)"),
    (PIXELS + b"\0", r"goes on after its last value; expected 24 bytes of values \(ubyte \[2, 3, 4\]\)"),
    (b"\x08\x03" + PIXELS[2:], r"begins with the bytes 08 03 08 03; expected 00 00"),
    (b"\0\0\x0a\x03" + PIXELS[4:], r"unknown type code 0x0A .*expected 0x08 \(ubyte\), 0x09 \(byte\)"),
    (b"\0\0\x08\x00\x07", r"declares 0 dimensions; expected 1 to 8"),
    (b"\0\0\x08\x09" + bytes(36), r"declares 9 dimensions; expected 1 to 8"),
    (b"\0\0\x08\x03" + b"\xff" * 12, r"declares ubyte \[4294967295, .* expected at most 2,147,483,648 bytes"),
    (
        b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8,
        r"declares ubyte \[0, 4294967295, 4294967295\]; expected at most",
    ),
    (b"<!DOCTYPE html>\n<html>404", r"a web page was saved .*begins with '<!DOCTYPE html>'.*page links to"),
    (b"\xef\xbb\xbf\n\n\n <html lang='en'>", "a web page was saved instead of the file"),
    (gzip.compress(b"<html>"), "a web page was saved instead of the file"),
    (b"PK\x03\x04rest", "found a zip archive: unpack it first"),
    (gzip.compress(gzip.compress(PIXELS)), "found a gzip file packed twice"),
    (b"version https://git-lfs.github.com/spec/v1", "found a pointer of Git LFS"),
    (gzip.compress(PIXELS)[:-9], "a damaged gzip file .*Fetch the file again"),
    (gzip.compress(PIXELS)[:-8] + bytes(8), "a damaged gzip file .*incorrect data check"),
    (gzip.compress(PIXELS)[:12] + b"\xff\xff" + gzip.compress(PIXELS)[14:], "a damaged gzip file"),
    (gzip.compress(PIXELS) + b"more", "a damaged gzip file"),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED, ids=[message[:40] for _, message in DAMAGED])
def test_damage_is_named(content, message, save):
    path = save(content, "digits.gz")
    with pytest.raises(DataError, match=message) as caught:
        idx.read(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_places_that_are_no_files(tmp_path):
    with pytest.raises(DataError, match=r"nothing: no such file"):
        idx.read(tmp_path / "nothing")
    with pytest.raises(DataError, match=r"is a folder; expected a file\. Name an IDX file"):
        idx.read(tmp_path)
    with pytest.raises(DataError, match=r"can't be read \(File name too long\)"):
        idx.read(tmp_path / ("x" * 300))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="is a device or pipe"):
        idx.read(tmp_path / "pipe")


def test_a_failing_disk_is_said(save, monkeypatch):
    path = save(PIXELS)

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(idx, "_read_header", fail)
    with pytest.raises(DataError, match=r"can't be read \(Input/output error\)"):
        idx.read(path)


def test_a_gzip_bomb_stops_at_the_declared_size(save, monkeypatch):
    taken = []

    class Counting(idx._Unpacked):
        def read(self, size):
            taken.append(super().read(size))
            return taken[-1]

    monkeypatch.setattr(idx, "_Unpacked", Counting)
    path = save(gzip.compress(b"\0\0\x08\x01\0\0\0\x09" + bytes(50_000_000)))
    with pytest.raises(DataError, match="goes on after its last value; expected 9 bytes"):
        idx.read(path)
    assert sum(map(len, taken)) == 8 + 9 + 1


SHUT = gzip.compress(b"")
NOTHING = {
    "empty members": SHUT * 500_000,
    "a name without an end": b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 10_000_000,
    "padding": gzip.compress(PIXELS[:-1]) + bytes(10_000_000),
    "empty blocks": gzip.compress(PIXELS)[:10] + b"\0\0\0\xff\xff" * 2_000_000,
    "members of a byte": b"".join(gzip.compress(bytes([b]), mtime=0) for b in PIXELS[:20]) + SHUT * 500_000,
}


@pytest.mark.parametrize("kind", NOTHING)
def test_a_gzip_file_of_which_nothing_comes_is_given_up(kind, save, monkeypatch):
    """Ten megabytes each: twice of what came of them and 1 MiB are read, and no more."""
    taken = []
    more = idx._Unpacked._more
    monkeypatch.setattr(idx._Unpacked, "_more", lambda self: (more(self), taken.append(self._taken))[0])
    with pytest.raises(DataError, match=r"a damaged gzip file \(\d+ bytes came of the first 1,0[0-9,]+\)"):
        idx.read(save(NOTHING[kind]))
    assert taken[-1] < 1_100_000


@given(
    st.lists(st.integers(0, 200), max_size=6),
    st.integers(0, 9),
    st.integers(0, 40),
    st.sampled_from([1, 7, 300, 1 << 14]),
)
def test_members_and_padding_are_unpacked_as_the_standard_library_does(cuts, level, padding, chunk):
    content = np.random.default_rng(0).integers(0, 4, 700).astype(np.uint8).tobytes()
    ends = [0, *sorted(cuts), len(content)]
    packed = b"".join(gzip.compress(content[a:b], level) + bytes(padding) for a, b in pairwise(ends))
    with mock.patch.object(idx, "_PACKED_CHUNK", chunk):
        for size in (7, 701):
            stream = idx._Unpacked(BytesIO(packed))
            assert b"".join(iter(lambda: stream.read(size), b"")) == gzip.decompress(packed) == content  # noqa: B023
            cut = idx._Unpacked(BytesIO(packed[: len(packed) - padding - 3]))
            with pytest.raises(EOFError):
                cut.read(701)


def test_a_header_alone_claims_no_memory(save):
    import tracemalloc

    path = save(struct.pack(">HBB3I", 0, 8, 3, 2**11, 2**10, 2**10))  # 2 GiB declared, nothing there
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="ends after 0 bytes of values; expected 2,147,483,648"):
            idx.read(path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(3, np.int64), "can't hold int64 values; expected one of uint8, int8, int16"),
        (np.zeros(3, bool), "can't hold bool values"),
        (np.array("text"), "can't hold <U4 values"),
        (np.zeros((), np.uint8), "an array of 0 dimensions; expected 1 to 8"),
        (np.zeros((1,) * 9, np.uint8), "an array of 9 dimensions; expected 1 to 8"),
        (np.broadcast_to(np.uint8(0), (2**32, 1)), r"ubyte \[4294967296, 1\] takes more than 2,147,483,648"),
        (np.zeros((0, 2**32), np.uint8), r"takes more than"),
    ],
)
def test_what_the_format_cannot_hold(array, message, tmp_path):
    with pytest.raises(DataError, match=message):
        idx.write(tmp_path / "x", array)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x"
    idx.write(path, np.arange(3, dtype=np.uint8))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"x: can't be written \(No space left on device\)"):
        idx.write(path, np.arange(9, dtype=np.uint8))
    assert len(idx.read(path)) == 3
    assert list(tmp_path.iterdir()) == [path]


def test_a_pair(save):
    images = save(PIXELS, "images")
    found = idx.read_pair(images, save(b"\0\0\x08\x01\0\0\0\x02\x07\x08", "labels"))
    assert [array.shape for array in found] == [(2, 3, 4), (2,)]
    with pytest.raises(DataError, match=r"images holds 2 images, but .*three holds 3 labels"):
        idx.read_pair(images, save(b"\0\0\x08\x01\0\0\0\x03\x07\x08\x09", "three"))
    with pytest.raises(DataError, match=r"labels: holds uint8 \[2\]; expected images.*swapped\?"):
        idx.read_pair(save(b"\0\0\x08\x01\0\0\0\x02\x07\x08", "labels"), images)
    with pytest.raises(DataError, match=r"labels: holds int8 \[2\]; expected labels, ubyte \[n\]"):
        idx.read_pair(images, save(b"\0\0\x09\x01\0\0\0\x02\x07\x08", "labels"))
