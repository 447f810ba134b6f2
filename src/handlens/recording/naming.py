"""Folders of data that the user has named. A recording, which may be anybody's, may name these and no others.

Each has a file in the user's cache that is called by the digest of its path; where none can be kept, a folder
counts as named for as long as the process runs.
"""

import os
import shlex
from contextlib import suppress
from pathlib import Path

from handlens import data
from handlens.data.mnist import user_cache
from handlens.errors import DataError
from handlens.recording.files import sha256
from handlens.whole import write_whole

_named: set[str] = set()


def remember(name: str) -> None:
    """The user has named a data set: from now on a recording may."""
    if name in data.names():
        return
    place = os.path.abspath(name)
    _named.add(place)
    with suppress(OSError):
        _note(place).parent.mkdir(parents=True, exist_ok=True)
        write_whole(_note(place), f"{place}\n".encode())


def check(name: str, recording: Path) -> None:
    """Refuse a folder that a recording alone names; it isn't looked at.

    Raises:
        DataError: nobody has named it here.
    """
    place = os.path.abspath(name)  # lexically: what is only named must not even be asked for
    if name in data.names() or place in _named or _note(place).is_file():
        return
    raise DataError(
        f"{recording}: was trained on {name!r}, a folder that nobody has named on this computer; a recording "
        f"may come from anywhere and name anything. If the folder is yours, type: handlens data verify "
        f"{shlex.quote(name)}"
    )


def _note(place: str) -> Path:
    return user_cache() / "named" / sha256(place.encode(errors="surrogateescape"))
