"""Writing a file whole or not at all, and never in the place of somebody else's."""

import errno
import os
import re
import secrets
from pathlib import Path

# What only handlens writes: HTML that holds a recording, JSON that names its version, and pictures whose
# maker it is, by the words of PNG, of EXIF, and of matplotlib's SVG and PDF files.
_OURS = re.compile(
    rb'<html data-packed |"versions": \{[^{}]*"handlens": "'
    rb"|tEXtSoftware\0handlens|MM\0\*.{0,64}handlens\0|<dc:title>handlens</dc:title>|/Creator \(handlens\)",
    re.DOTALL,
)
_END = 64 << 10  # bytes at a file's beginning or end, in which that is found


def replaces(path: Path) -> bool:
    """Whether an earlier page, report or picture of handlens will be replaced; other files never are.

    For whatever a user names as the file to write. An empty file may be filled.

    Raises:
        FileExistsError: something else is there.
        OSError: it can't be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as stream:
        begins = stream.read(_END)
        stream.seek(max(_END, path.stat().st_size - _END))
        if _OURS.search(begins) or _OURS.search(stream.read(_END)):
            return True
    raise FileExistsError(
        errno.EEXIST, "is there already, and handlens didn't write it; choose another place", str(path)
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, flush it to the disk, then rename it.

    Whoever looks at `path`, now or after a crash, finds the old file or the new one, never a part of one.
    Processes that write the same file at once don't meet: the last rename wins.

    Raises:
        OSError: the disk's own, with this path's name, or `path` is a folder or a device; the temporary
            file is gone by then.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():  # the rename would put a file in the place of /dev/null
        raise OSError(errno.EINVAL, "no ordinary file", str(path))
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise
