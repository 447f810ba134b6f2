"""Reading what others wrote: ordinary files of a bounded size, names that stay in a folder, strict JSON.

One rule for links and for names: the path that the user gives may be a link, to anywhere; what a given folder
holds or names may not lead out of that folder. What is refused raises `Refused` with the reason alone; the
caller says it as its own error, with the file's name and what to do next.
"""

import json
import math
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

MOST_DEPTH = 64
"""Of brackets within brackets; a graph has seven."""

MOST_WHOLE = 2**53
"""The largest whole number that every reader of JSON takes for the same one (RFC 8259, 6)."""

MOST_HEADER = 16 << 20
"""Bytes of a safetensors header: some 100,000 tensors."""

# A pipe isn't waited for, a terminal doesn't become the process's own; Windows has neither flag but its own.
_WISHES = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in _WISHES)


class Refused(Exception):
    """What others wrote isn't taken; the message is the reason, to stand behind the file's name."""


@contextmanager
def opened(path: Path, within: Path | None = None) -> Iterator[BufferedReader]:
    """An ordinary file, opened for reading; a pipe or a device is never waited for.

    Args:
        path: the file.
        within: the folder that was given, if `path` is what lies in it: links may not lead out.

    Raises:
        Refused: it is a folder, a pipe or a device, or a link leads out.
        OSError: the disk's own.
    """
    if within is not None:
        _check_inside(path, within)
    _check_kind(path.stat().st_mode)  # before opening, which alone may do something to a device
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as stream:
        _check_kind(os.fstat(descriptor).st_mode)  # it may be another one by now
        yield stream


def read(path: Path, most: int, within: Path | None = None) -> bytes:
    """The bytes of an ordinary file, as many as it had when it was opened.

    Args:
        path: the file.
        most: bytes that it may have; a larger one isn't read.
        within: as for `opened`.

    Raises:
        Refused: it is too large, a folder, a pipe or a device, or a link leads out.
        OSError: the disk's own.
    """
    with opened(path, within) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most:
            raise Refused(f"has {size:,} bytes; expected {most:,} at most")
        return stream.read(size)


def place(folder: Path, name: str, within: Path | None = None) -> Path:
    """Where a name leads that was written by others: into the folder, or below. It need not be there.

    Args:
        folder: what the name is told from.
        name: a path; an absolute one may name what lies inside.
        within: the folder that was given, if `folder` lies in it.

    Raises:
        Refused: it is no name, goes up by ``..``, or leads out, by itself or by a link.
    """
    if "\0" in name or not Path(name).name:
        raise Refused(f"{name!r} is no file's name")
    if ".." in Path(name).parts:
        raise Refused(f"{name!r} goes up by '..'")
    path = folder / name
    _check_inside(path, within or folder, name)
    return path


def parse(content: bytes) -> Any:
    """The value of a JSON text in UTF-8, strictly: one that every reader takes for the same value.

    Raises:
        Refused: it is no JSON, a key stands twice in an object, it nests deeper than `MOST_DEPTH`, a whole
            number is beyond `MOST_WHOLE`, a number is infinite or none, or a character is half of one.
    """
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_finite,
        )
        _check_depth(value)
        if b"\\u" in content:  # as escapes they pass where UTF-8 itself would not
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise Refused(_TOO_DEEP) from None
    except ValueError as error:
        raise Refused(f"isn't readable as JSON ({error})") from None
    return value


def tensors_header(content: bytes) -> dict[str, Any]:
    """The JSON object at the head of a safetensors file, ``__metadata__`` and an entry a tensor.

    To be called before the safetensors library: that checks types, shapes and offsets, and of two tensors of
    one name takes the last.

    Raises:
        Refused: it is cut off, too long, or no object that `parse` takes.
    """
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise Refused("ends inside its header; the file is cut off, or is no safetensors file")
    if length > MOST_HEADER:
        raise Refused(f"declares a header of {length:,} bytes; expected {MOST_HEADER:,} at most")
    header = parse(content[8 : 8 + length])
    if not isinstance(header, dict):
        raise Refused("its header is no JSON object; the file is damaged, or is no safetensors file")
    return header


def metadata(content: bytes, key: str) -> dict[str, Any]:
    """The JSON object that a safetensors file keeps as a text under a key of its metadata.

    Raises:
        Refused: there is none, or one that `parse` doesn't take.
    """
    texts = tensors_header(content).get("__metadata__")
    text = texts.get(key) if isinstance(texts, dict) else None
    if not isinstance(text, str):
        raise Refused(f"its metadata hold no text {key!r}")
    value = parse(text.encode())
    if not isinstance(value, dict):
        raise Refused(f"the text {key!r} in its metadata is no JSON object")
    return value


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise Refused("is a folder; expected a file")
    if not stat.S_ISREG(mode):
        raise Refused("is a device or pipe; expected an ordinary file")


def _check_inside(path: Path, folder: Path, name: str | None = None) -> None:
    leads = Path(os.path.realpath(path))
    if not leads.is_relative_to(os.path.realpath(folder)):
        what = "is a link that leads" if name is None else f"{name!r} leads"
        raise Refused(f"{what} out of {folder}, to {leads}")


_TOO_DEEP = f"nests deeper than {MOST_DEPTH} brackets"


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise Refused(_TOO_DEEP)


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {key[:80]!r} stands twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MOST_WHOLE:
        raise ValueError(f"the number {digits[:20]}{'…' * (len(digits) > 20)} is beyond 2^53")
    return int(digits)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:20]} is no finite number")
    return number
