"""Watches what a piece of code does to the world, by the interpreter's audit events (PEP 578).

Reading somebody's file opens that file, and nothing else: no other file but Python's own libraries, no
socket, no other process; and nothing that a file holds is ever run.
"""

import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any

LIBRARIES = tuple(
    {str(Path(place).resolve()) for place in (*sysconfig.get_paths().values(), sys.base_prefix, sys.prefix)}
    | {str(Path(__file__).resolve().parents[2] / "src")}
)
"""Where modules lie: importing one opens files there and runs what they hold."""

SYSTEM = (
    "/proc/self/",
    "/proc/meminfo",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/urandom",
)
"""Which libraries look at to know the machine."""

FORBIDDEN = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "pty."),
    *("pickle.find_class", "marshal.loads", "ctypes.dlopen", "webbrowser.", "urllib.", "ftplib.", "smtplib."),
    *("os.remove", "os.rename", "os.link", "os.symlink", "os.rmdir", "shutil.", "os.chmod", "os.chown"),
)

_MAKERS = tuple(
    os.sep + os.path.join(*place) for place in (("collections", "__init__.py"), ("dataclasses.py",))
) + tuple(f"{os.sep}{name}{os.sep}" for name in ("jaxtyping", "beartype"))
"""Who makes code of names and annotations; the last two in the tests alone."""
_seen: list[str] | None = None
_allowed: tuple[str, ...] = ()
_installed = False


@contextmanager
def watched(*folders: str | os.PathLike[str]) -> Iterator[list[str]]:
    """What the block does that it mustn't, one line each.

    Args:
        folders: where it may open files.

    Example:
        >>> with watched() as done:
        ...     _ = open("/etc/hostname").close()
        >>> done
        ['open /etc/hostname']
    """
    global _seen, _allowed, _installed
    if not _installed:  # for good: an audit hook can't be taken away
        sys.addaudithook(_heard)
        _installed = True
    _allowed = tuple(str(Path(folder).resolve()) for folder in folders)
    _seen = done = []
    try:
        yield done
    finally:
        _seen = None


def _heard(event: str, details: tuple[Any, ...]) -> None:
    seen = _seen
    if seen is None:
        return
    if (event == "open" and _outside(details[0])) or (event == "exec" and _foreign(details[0])):
        seen.append(f"{event} {getattr(details[0], 'co_filename', details[0])}")
    elif event.startswith(FORBIDDEN) and not (event == "marshal.loads" and _importing()):
        seen.append(f"{event} {details}"[:200])


def _outside(path: object) -> bool:
    """Whether a file is none that may be opened; a number is a file that is open already."""
    if isinstance(path, int) or path is None:
        return False
    found = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
    return not (_within(found, LIBRARIES) or _within(found, _allowed) or found.startswith(SYSTEM))


def _within(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _foreign(code: CodeType) -> bool:
    """Whether code comes from elsewhere than a module's file."""
    if code.co_filename.startswith("<frozen") or _within(os.path.realpath(code.co_filename), LIBRARIES):
        return False
    asking = sys._getframe(2).f_code.co_filename
    return not any(maker in asking for maker in _MAKERS)


def _importing() -> bool:
    """Whether it is the import of a module that asks."""
    return sys._getframe(2).f_code.co_filename.startswith("<frozen importlib")
