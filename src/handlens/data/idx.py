"""The IDX format: one array in a file, as MNIST is kept.

::

    bytes 0, 1      0 0
    byte  2         what the values are (see TYPES)
    byte  3         the number of dimensions
    4 bytes each    the dimensions, unsigned, big-endian
    the rest        the values, big-endian, last dimension fastest

Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format". A file may be packed by gzip; it is
recognised by its content, whatever its name.
"""

import gzip
import hashlib
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from handlens import untrusted
from handlens.arrays import Images, Labels
from handlens.errors import DataError
from handlens.whole import write_whole

TYPES: dict[int, tuple[str, np.dtype[Any]]] = {
    0x08: ("ubyte", np.dtype(">u1")),
    0x09: ("byte", np.dtype(">i1")),
    0x0B: ("short", np.dtype(">i2")),
    0x0C: ("int", np.dtype(">i4")),
    0x0D: ("float", np.dtype(">f4")),
    0x0E: ("double", np.dtype(">f8")),
}
MOST_DIMENSIONS = 8
MOST_BYTES = 2**31  # 2 GiB of values: 45 times MNIST; a header that declares more is damaged or hostile

_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 14
_MOST_PACKED = 1 << 20
"""Packed bytes that may be read beyond twice of what came of them: gzip makes nothing much longer, but a file
may hold millions of empty members, a name without an end, or nothing but padding."""
_STRANGERS = {
    b"\x1f\x8b": "a gzip file packed twice: unpack it once",
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"\x93NUMPY": "a numpy file: convert it with handlens.data.idx.write(path, numpy.load(file))",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself: fetch the file",
}


def read(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an IDX file, plain or packed by gzip.

    Args:
        path: the file.

    Returns:
        A new, writable array of the file's shape and type, in the machine's byte order.

    Raises:
        DataError: the file is missing, damaged, too large or something else than an IDX file.

    Example:
        >>> images = read("train-images-idx3-ubyte.gz")  # doctest: +SKIP
        >>> images.shape  # doctest: +SKIP
        (60000, 28, 28)
    """
    with _opened(path) as stream:
        kind, shape = _read_header(stream, path)
        return _read_values(stream, path, kind, shape)


def header(path: str | os.PathLike[str]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """The type and shape that an IDX file declares; its values are not read.

    Raises:
        DataError: as `read`, as far as the header shows it.
    """
    with _opened(path) as stream:
        kind, shape = _read_header(stream, path)
        return TYPES[kind][1].newbyteorder("="), shape


def read_pair(
    images_path: str | os.PathLike[str], labels_path: str | os.PathLike[str]
) -> tuple[Images, Labels]:
    """Read the two files of a labelled set of images.

    Returns:
        Images, uint8 [n, height, width], and labels, uint8 [n].

    Raises:
        DataError: one of the files can't be read, isn't what it should be, or the counts differ.
    """
    images = _expect(images_path, read(images_path), 3, "images, ubyte [n, height, width]")
    labels = _expect(labels_path, read(labels_path), 1, "labels, ubyte [n]")
    if len(images) != len(labels):
        raise DataError(
            f"{images_path} holds {len(images):,} images, but {labels_path} holds {len(labels):,} labels; "
            "expected one label for each image. Take both files from the same set."
        )
    return images, labels


def write(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write an array as an IDX file, whole or not at all; packed by gzip where the name ends in .gz.

    The same array always gives the same bytes: the packed file bears no time and no name.

    Args:
        path: the file; its folder must exist, an older file is replaced.
        array: uint8, int8, int16, int32, float32 or float64, one to eight dimensions, at most 2 GiB.

    Raises:
        DataError: the format can't hold this array, or the file can't be written.
    """
    content = encode(array)
    if Path(path).suffix == ".gz":
        content = _gzipped(content)
    try:
        write_whole(Path(path), content)
    except OSError as error:
        raise DataError(f"{path}: can't be written ({_reason(error)}). Choose another place.") from None


def encode(array: np.ndarray) -> bytes:
    """An array as the bytes of an unpacked IDX file.

    Raises:
        DataError: the format can't hold this array.
    """
    codes = {dtype.newbyteorder("="): code for code, (_, dtype) in TYPES.items()}
    kind = codes.get(array.dtype.newbyteorder("="))
    if kind is None:
        names = ", ".join(str(dtype) for dtype in codes)
        raise DataError(
            f"an IDX file can't hold {array.dtype} values; expected one of {names}. "
            "Convert first: array.astype(…)."
        )
    if not 1 <= array.ndim <= MOST_DIMENSIONS:
        raise DataError(
            f"an IDX file can't hold an array of {array.ndim} dimensions; expected 1 to {MOST_DIMENSIONS}."
        )
    if _size(kind, array.shape) > MOST_BYTES:
        raise DataError(
            f"an array of shape {_shown(kind, array.shape)} takes more than {MOST_BYTES:,} bytes. "
            "Write it in parts."
        )
    start = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
    return start + array.astype(TYPES[kind][1]).tobytes()


def digest(array: np.ndarray) -> str:
    """SHA-256 of the unpacked IDX file that holds this array, in hexadecimal digits."""
    return hashlib.sha256(encode(array)).hexdigest()


class _Unpacked:
    """What a gzip file holds, unpacked no further than it is asked for; work is bounded by what comes of it.

    Raises:
        EOFError: the file ends within a member.
        zlib.error: it is damaged, or takes far more bytes than come of it.
    """

    def __init__(self, packed: BufferedIOBase) -> None:
        self._packed, self._waiting = packed, b""
        self._member: Any = None  # of several, one after the other; None between them
        self._taken = self._given = 0

    def read(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size and (more := self._some(size - len(content))):
            content += more
        return bytes(content)

    def _some(self, most: int) -> bytes:
        """One byte at least, at the end none."""
        while self._waiting or self._more():
            if self._member is None:
                self._waiting = self._waiting.lstrip(b"\0")  # some pad a file with zeros
                if not self._waiting:
                    continue
                self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)  # 16: gzip's head and checksum
            content: bytes = self._member.decompress(self._waiting, most)
            self._waiting = self._member.unconsumed_tail or self._member.unused_data
            self._given += len(content)
            if self._member.eof:
                self._member = None
            if content:
                return content
        if self._member is not None:
            raise EOFError("it ends too early")
        return b""

    def _more(self) -> bool:
        if self._taken > _MOST_PACKED + 2 * self._given:
            raise zlib.error(f"{self._given:,} bytes came of the first {self._taken:,}")
        self._waiting = self._packed.read(_PACKED_CHUNK)
        self._taken += len(self._waiting)
        return bool(self._waiting)


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[_Unpacked | BufferedIOBase]:
    """The file's unpacked content as a stream; what fails on the way is said in terms of the file."""
    try:
        with untrusted.opened(Path(path)) as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield _Unpacked(raw) if packed else raw
    except (zlib.error, EOFError) as error:
        raise DataError(
            f"{path}: a damaged gzip file ({_reason(error)}); expected a whole one. Fetch the file again."
        ) from None
    except untrusted.Refused as error:
        raise DataError(f"{path}: {error}. Name an IDX file.") from None
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; expected an IDX file. Check the name.") from None
    except OSError as error:
        raise DataError(f"{path}: can't be read ({_reason(error)}). Check the file's permissions.") from None


def _read_header(
    stream: _Unpacked | BufferedIOBase, path: str | os.PathLike[str]
) -> tuple[int, tuple[int, ...]]:
    """Read and check the header: type code and shape."""
    magic = stream.read(4)
    if not magic:
        raise DataError(f"{path}: is empty; expected an IDX file. Fetch the file again.")
    if not b"\0\0".startswith(magic[:2]):
        raise DataError(f"{path}: {_stranger(magic + stream.read(252))}")
    if len(magic) < 4:
        raise _truncated_header(path, len(magic), 4)
    kind, dimensions = magic[2], magic[3]
    if kind not in TYPES:
        known = ", ".join(f"0x{code:02X} ({name})" for code, (name, _) in TYPES.items())
        raise DataError(f"{path}: unknown type code 0x{kind:02X} in byte 2 of the header; expected {known}.")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise DataError(
            f"{path}: declares {dimensions} dimensions; expected 1 to {MOST_DIMENSIONS}. "
            "The file is damaged or isn't an IDX file."
        )
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise _truncated_header(path, 4 + len(sizes), 4 + 4 * dimensions)
    shape = struct.unpack(f">{dimensions}I", sizes)
    if _size(kind, shape) > MOST_BYTES:
        raise DataError(
            f"{path}: declares {_shown(kind, shape)}; expected at most {MOST_BYTES:,} bytes of values. "
            "The header is damaged."
        )
    return kind, shape


def _read_values(
    stream: _Unpacked | BufferedIOBase, path: str | os.PathLike[str], kind: int, shape: tuple[int, ...]
) -> np.ndarray:
    """Read the values, one byte further than declared and no more: a gzip bomb stops there."""
    dtype = TYPES[kind][1]
    declared = math.prod(shape) * dtype.itemsize
    values = bytearray()  # grows with what really comes, not with what the header claims
    while chunk := stream.read(min(_CHUNK, declared + 1 - len(values))):
        values += chunk
    if len(values) < declared:
        raise DataError(
            f"{path}: ends after {len(values):,} bytes of values; expected {declared:,} "
            f"({_shown(kind, shape)}). Fetch the file again."
        )
    if len(values) > declared:
        raise DataError(
            f"{path}: goes on after its last value; expected {declared:,} bytes of values "
            f"({_shown(kind, shape)}) and then the end. The file is damaged, or two files were joined."
        )
    return np.frombuffer(values, dtype).astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def _expect(path: str | os.PathLike[str], array: np.ndarray, ndim: int, expected: str) -> np.ndarray:
    if array.dtype != np.uint8 or array.ndim != ndim:
        raise DataError(
            f"{path}: holds {array.dtype} {list(array.shape)}; expected {expected}. "
            "Are images and labels swapped?"
        )
    return array


def _size(kind: int, shape: tuple[int, ...]) -> int:
    """Bytes that the values take; a dimension of 0 counts as 1, lest it hide an absurd one."""
    return math.prod(max(size, 1) for size in shape) * TYPES[kind][1].itemsize


def _shown(kind: int, shape: tuple[int, ...]) -> str:
    return f"{TYPES[kind][0]} {list(shape)}"


def _stranger(start: bytes) -> str:
    """What a file that doesn't begin like an IDX file is likely to be, and what to do."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        line = text.splitlines()[0][:40].decode("ascii", "replace")
        return (
            f"a web page was saved instead of the file (it begins with {line!r}); expected an IDX file. "
            "Save the file that the page links to."
        )
    for beginning, advice in _STRANGERS.items():
        if start.startswith(beginning):
            return f"expected an IDX file; found {advice}."
    return (
        f"not an IDX file: it begins with the bytes {start[:4].hex(' ')}; expected 00 00, a type code and "
        "the number of dimensions."
    )


def _truncated_header(path: str | os.PathLike[str], found: int, expected: int) -> DataError:
    return DataError(
        f"{path}: ends after {found} bytes, inside its header; expected a header of {expected} bytes. "
        "Fetch the file again."
    )


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _gzipped(content: bytes) -> bytes:
    packed = BytesIO()
    # Level 6 takes a third of level 9's time and gives 1 % more bytes on MNIST.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()
