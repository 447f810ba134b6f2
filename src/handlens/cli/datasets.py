"""handlens data: list, describe, verify and export data sets."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.table import Table

from handlens import data
from handlens.cli.console import Json, Out, complain, counted, instead_of_one, say, say_json, show
from handlens.cli.faults import FAULT, mistyped
from handlens.cli.numbers import Count
from handlens.cli.saving import save_image
from handlens.recording.naming import remember
from handlens.whole import replaces

SHEET = 100  # digits on a picture, unless another count is given

SetName = Annotated[str, Parameter(name="SET")]

app = App(
    name="data",
    help_epilogue="""\
Examples:

  handlens data
  handlens data describe mnist
  handlens data verify mnist
  handlens data export mnist --to png --split test --out digits.png
""",
)


@app.default
@app.command(name="list", help_epilogue="Examples:\n\n  handlens data\n  handlens data list --json\n")
def list_sets(*, as_json: Json = False) -> int:
    """List the data sets that ship with handlens.

    Args:
        as_json: Print one JSON object.
    """
    sets = [data.load(name) for name in data.names()]
    if as_json:
        say_json({each.name: _facts(each) for each in sets})
        return 0
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    table.add_column("set")
    for split in sets[0].counts:
        table.add_column(split, justify="right")
    table.add_column("pixels", justify="right")
    for each in sets:
        height, width = each.size
        table.add_row(each.name, *(f"{n:,}" for n in each.counts.values()), f"{height}×{width}")
    show(table)
    for each in sets:
        say(f"\n{each.name}: {each.source.about}")
    return 0


def _facts(sets: data.Sets) -> dict[str, Any]:
    about = {"about": sets.source.about, "counts": sets.counts, "size": list(sets.size)}
    return about | {"classes": list(sets.classes)}


@app.command(
    help_epilogue="Examples:\n\n  handlens data describe mnist\n  handlens data describe my-idx-files/\n"
)
def describe(name: SetName, /) -> int:
    """Say what a data set holds: splits, sizes, classes, digests.

    Args:
        name: A set's name, or a folder of IDX files.
    """
    sets = data.load(name)
    remember(name)
    say(repr(sets))
    say("\nSHA-256 of the unpacked files:")
    for file, digest in sets.digests.items():
        say(f"  {digest}  {file}")
    return 0


@app.command(
    help_epilogue="Examples:\n\n  handlens data verify mnist\n  handlens data verify my-idx-files/ --json\n"
)
def verify(name: SetName, /, *, as_json: Json = False) -> int:
    """Read every file of a data set and check it; exit status 1 if one is damaged.

    Args:
        name: A set's name, or a folder of IDX files.
        as_json: Print one JSON object.
    """
    checks = data.load(name).verify()
    remember(name)
    bad = [check for check in checks if not check.ok]
    if as_json:
        say_json({"set": name, "whole": not bad, "files": [check._asdict() for check in checks]})
        return FAULT if bad else 0
    for check in checks:
        say(("whole    " if check.ok else "damaged  ", "green" if check.ok else "bold red"), check.file)
    for check in bad:
        complain(f"{check.file}: expected {check.expected}, found {check.found}")
    return FAULT if bad else 0


@app.command(
    help_epilogue="""\
Examples:

  handlens data export mnist --to png --split test --out digits.png
  handlens data export mnist --to png --split train --first 400 --out many.png
  handlens data export mnist --to idx --split development --out my-idx-files/
  handlens data export mnist --to idx --split test --out my-idx-files/
  handlens train --data my-idx-files/

Wherever a SET is asked for, as in train --data, a folder holds both: the
training files (--split development) and the test files (--split test).
"""
)
def export(
    name: SetName,
    /,
    *,
    to: Literal["png", "idx"],
    target: Annotated[Path, Out],
    split: Literal["train", "validation", "test", "development"] = "test",
    first: Count | None = None,
) -> int:
    """Write a split as a picture (png) or as two IDX files (idx).

    Args:
        name: A set's name, or a folder of IDX files.
        to: A sheet of digits with their labels, or the files for other programs.
        target: The picture, or the folder of the two files.
        split: Which digits; development is train and validation together.
        first: The first so many of them [default: 100 on a picture, else all].
    """
    from handlens.data.export import sheet, write_idx

    if to == "png" and target.suffix.lower() != ".png":
        raise mistyped("data export", f"--out {target}: a picture ends in .png.")
    sets = data.load(name)
    digits = _cut(sets.split(split), first or (SHEET if to == "png" else None))
    if to == "idx":
        for path in write_idx(digits, target):
            say(str(path))
        return 0
    page = sheet(digits.images, [sets.classes[label] for label in digits.labels])
    replaced = replaces(target)
    save_image(page, target)
    say(f"{target}  ", (f"{counted(len(digits), 'digit')} of {split}", "dim"), instead_of_one(replaced))
    return 0


def _cut(split: data.Split, first: int | None) -> data.Split:
    return data.Split(split.name, split.images[:first], split.labels[:first], split.indices[:first])
