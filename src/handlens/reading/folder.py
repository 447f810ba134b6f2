"""The pictures in a folder."""

from pathlib import Path

from handlens.errors import InkError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".heif")
"""What files are taken for pictures, in small or capital letters."""


def pictures_in(folder: Path) -> list[Path]:
    """A folder's own pictures, in the order of their names; hidden ones are left out."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]


def some_pictures_in(folder: Path) -> list[Path]:
    """The same, of a folder that must hold some.

    Raises:
        InkError: it holds none.
    """
    found = pictures_in(folder)
    if not found:
        raise InkError(f"{folder}: holds no picture; expected files that end in {', '.join(SUFFIXES)}")
    return found
