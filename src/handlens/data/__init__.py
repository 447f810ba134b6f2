"""Data sets: MNIST, which ships with the package, and folders of IDX files.

Inside: idx (the format) and sets (splits) < mnist, folder (where files come from) < shifted, export. Nothing
here needs more than numpy, but for the picture in `export`.
"""

import os
from pathlib import Path

from handlens.data import idx
from handlens.data.folder import Folder
from handlens.data.mnist import Mnist
from handlens.data.sets import Check, Sets, Split, honest_split
from handlens.data.shifted import Shifted
from handlens.errors import DataError

__all__ = ["Check", "Sets", "Split", "honest_split", "idx", "load", "names"]

_BUILT_IN = {"mnist": Mnist, "mnist-shifted": Shifted}


def names() -> tuple[str, ...]:
    """The data sets that ship with the package."""
    return tuple(_BUILT_IN)


def load(name_or_folder: str | os.PathLike[str]) -> Sets:
    """A data set, by its name or by the folder that its files are in.

    Args:
        name_or_folder: "mnist", "mnist-shifted", or a folder with train-images-idx3-ubyte,
            train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each also packed
            (.gz).

    Returns:
        The set; pixels are read when a split is first asked for.

    Raises:
        DataError: there is no such set or folder, or the folder lacks a file.

    Example:
        >>> from handlens import data
        >>> data.load("mnist").validation
        <validation: 5,000 images of 28 × 28 pixels, uint8, with labels>
    """
    if isinstance(name_or_folder, str) and name_or_folder in _BUILT_IN:
        return Sets(name_or_folder, _BUILT_IN[name_or_folder]())
    if Path(name_or_folder).is_dir():
        return Sets(Path(name_or_folder).resolve().name, Folder(Path(name_or_folder)))
    raise DataError(
        f"{os.fspath(name_or_folder)!r} is neither a data set's name nor a folder; "
        f"expected one of {', '.join(names())}, or a folder of IDX files."
    )
