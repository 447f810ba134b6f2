"""The reader beside what people use today: Tesseract and RapidOCR, on the same labelled pictures.

Only digits count: of an answer and of a label all else is dropped, and where a set's labels have one line
each, line breaks too. Each rival may try several ways (how it takes the page, the plain picture and one
prepared as its makers advise); the way that reads most of a set is the one that is reported, so that what
is chosen on the judged pictures themselves is chosen in the rivals' favour. One that isn't installed is a row
that says how to install it.

- Tesseract (R. Smith 2007, An overview of the Tesseract OCR engine) is called as a program, with a
  whitelist of the ten digits; its time has the process's start in it.
- RapidOCR (rapidocr-onnxruntime: PaddleOCR's networks in onnxruntime) runs in a process of its own, as a
  child of `handlens.bench.children`.
"""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from handlens.bench.children import answer, ask, settings
from handlens.bench.machine import versions
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.errors import HandlensError
from handlens.evaluate.intervals import wilson
from handlens.evaluate.labels import aligned, digits_of, lines_of
from handlens.evaluate.sets import Labelled, LabelledSet, opened
from handlens.reading.reader import Reader

PACKAGES = ("numpy", "pillow", "onnxruntime", "opencv-python-headless")
LIMIT = 300  # pictures of each set; a rival takes up to half a second a picture and way

INSTALL = {
    "tesseract": "apt-get install tesseract-ocr",
    "rapidocr": "pip install rapidocr-onnxruntime",
}
"""The rivals, and the line that installs each."""


class Answers(NamedTuple):
    """What one way of reading a set gave: each picture's text, and its seconds."""

    way: str
    texts: list[str]
    seconds: list[float]


class Missing(Exception):
    """A rival that can't be run here, and why."""


def measured(datasets: Sequence[str], net: str = "reader", limit: int = LIMIT, told: Told = silent) -> Report:
    """Let the reader and its rivals read sets.

    Args:
        datasets: where the sets are (see `handlens.evaluate.opened`).
        net: the reader's network: a recording's folder, or a shipped one's name.
        limit: of each set, so many pictures, evenly spread: those of a folder come label by label.
        told: takes lines that say how far it is.

    Returns:
        A row for each set and reader: ``exact`` and ``digit_errors`` as shares, with ``exact_interval``;
        ``ratios``: the reader's whole-picture errors by the best rival's, for each set.

    Raises:
        DataError: a set isn't there, or is damaged.
        RecordingError: there is no such network.
    """
    sets = [each._replace(items=_spread(each.items, limit)) for name in datasets for each in opened(name)]
    reader = Reader(net)
    readers: dict[str, Callable[[LabelledSet], list[Answers]]] = {
        "handlens": lambda labelled: [ours(reader, labelled)],
        "tesseract": tesseract,
        "rapidocr": rapidocr,
    }
    rows: list[Report] = []
    missing: dict[str, str] = {}
    for labelled in sets:
        for name, read in readers.items():
            if name in missing:
                continue
            try:
                row = _best(labelled, read(labelled))
            except Missing as reason:
                missing[name] = str(reason)
                told(f"{name}: {reason}. {INSTALL[name]}")
                continue
            rows.append({"set": labelled.name, "name": name, **row})
            told(f"{labelled.name}, {name}: {row['exact']:.1%} of {row['n']} ({row['way']})")
    return {
        "unit": "seconds",
        "limit": limit,
        "rows": rows,
        "missing": [
            {"name": name, "missing": why, "install": INSTALL[name]} for name, why in missing.items()
        ],
        "ratios": ratios(rows),
        "rivals": _versions(set(readers) - set(missing)),
    }


def _spread(items: list[Labelled], most: int) -> list[Labelled]:
    """At most so many of them, evenly spread."""
    n = min(most, len(items))
    return [items[place * len(items) // n] for place in range(n)]


def ratios(rows: Sequence[Report]) -> dict[str, Report]:
    """For each set, the reader's errors by those of the rival that makes fewest; None by none."""
    found = {}
    for name in dict.fromkeys(row["set"] for row in rows):
        (mine,) = (row for row in rows if (row["set"], row["name"]) == (name, "handlens"))
        rivals = [row for row in rows if row["set"] == name and row["name"] != "handlens"]
        if rivals:
            best = min(rivals, key=lambda row: row["wrong"])
            share = mine["wrong"] / best["wrong"] if best["wrong"] else None
            found[name] = {
                "rival": best["name"],
                "errors": mine["wrong"],
                "its": best["wrong"],
                "ratio": share,
            }
    return found


def _best(labelled: LabelledSet, tried: list[Answers]) -> Report:
    """The row of the way that read most."""
    rows = [score([item.label for item in labelled.items], each) for each in tried]
    best = min(rows, key=lambda row: (row["wrong"], row["digit_errors"] or 0))
    return {**best, "ways": {row["way"]: row["exact"] for row in rows}}


def score(labels: Sequence[str], found: Answers) -> Report:
    """Answers beside the labels.

    Returns:
        ``exact``: the share of pictures with every digit right and no other, with Wilson's 95 % interval;
        ``digit_errors``: exchanged, missed and added digits by those that are written (Levenshtein 1966),
        None where none are; ``seconds``: the median of a picture's.
    """
    written = [digits_of(lines_of(label)) for label in labels]
    read = [digits_of(lines_of(text)) for text in found.texts]
    if all(len(lines) <= 1 for lines in written):
        read = [("".join(lines),) if lines else () for lines in read]
    wrong = sum(one != other for one, other in zip(written, read, strict=True))
    n, digits = len(labels), sum(len(line) for lines in written for line in lines)
    errors = sum(_distance("|".join(a), "|".join(b)) for a, b in zip(written, read, strict=True))
    return {
        "way": found.way,
        "n": n,
        "wrong": wrong,
        "exact": (n - wrong) / n,
        "exact_interval": [round(edge, 4) for edge in wilson(n - wrong, n)],
        "digits": digits,
        "digit_errors": round(errors / digits, 4) if digits else None,
        "seconds": median(found.seconds, 4),
    }


def _distance(written: str, read: str) -> int:
    return sum(
        pair.written is None or pair.read is None or written[pair.written] != read[pair.read]
        for pair in aligned(written, read)
    )


def ours(reader: Reader, labelled: LabelledSet) -> Answers:
    """The reader's answers; it finds out by itself how digits stand."""
    texts, seconds = [], []
    for item in labelled.items:
        began = perf_counter()
        try:
            texts.append(reader.read(item.source).text)
        except HandlensError:  # a picture that can't be read is an empty answer, as it is for the others
            texts.append("")
        seconds.append(perf_counter() - began)
    return Answers("as it is", texts, seconds)


# -- Tesseract -----------------------------------------------------------------------------------------

_PREPARED = ("-c", "thresholding_method=2")  # Sauvola and Pietikäinen 2000, for uneven light
_BORDER = 10  # pixels: "Improving the quality of the output" advises them around text that was cut close
_SMALL, _LARGE = 100, 1000  # pixels of the shorter and of the longer side


def tesseract(labelled: LabelledSet) -> list[Answers]:
    """Tesseract's answers, each page mode that fits the set with the plain picture and the prepared one.

    Raises:
        Missing: it isn't installed.
    """
    program = which("tesseract")
    if program is None:
        raise Missing("tesseract isn't installed")
    tried = []
    for mode in _page_modes(labelled):
        for prepared in (False, True):
            texts, seconds = [], []
            for item in labelled.items:
                content = _prepared(item) if prepared else _plain(item)
                began = perf_counter()
                texts.append(_tesseract(program, content, mode, _PREPARED if prepared else ()))
                seconds.append(perf_counter() - began)
            tried.append(Answers(f"--psm {mode}, {'prepared' if prepared else 'plain'}", texts, seconds))
    return tried


def _page_modes(labelled: LabelledSet) -> tuple[int, ...]:
    """Its --psm for such labels: 10 a character, 8 a word, 7 a line, 6 a block."""
    lines = [lines_of(item.label) for item in labelled.items]
    if any(len(each) > 1 for each in lines):
        return (6, 4)
    if not any(lines):
        return (6, 7, 10)
    return (10, 8, 7) if all(len(line) == 1 for each in lines for line in each) else (7, 8, 6)


def _tesseract(program: str, content: bytes, mode: int, options: Sequence[str]) -> str:
    whitelist = ("-c", "tessedit_char_whitelist=0123456789")
    done = subprocess.run(
        [program, "stdin", "stdout", "--psm", str(mode), *whitelist, *options],
        input=content,
        capture_output=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # as its makers advise for many pictures
        check=False,
    )
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def _upright(item: Labelled) -> Image.Image:
    """The picture as it stands, on white where it is transparent; one that can't be read is blank."""
    source = item.source
    try:
        picture = Image.fromarray(source) if isinstance(source, np.ndarray) else Image.open(source)
        picture = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for what is damaged
        return Image.new("L", (28, 28), "white")
    if picture.mode.startswith("I"):  # 16 bits
        return Image.fromarray((np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _plain(item: Labelled) -> bytes:
    """The picture as a PNG, nothing else done."""
    return _png(_upright(item))


def _prepared(item: Labelled) -> bytes:
    """Gray, dark on light, neither tiny nor huge, and with a border."""
    gray = ImageOps.autocontrast(_upright(item).convert("L"), cutoff=1)
    pixels = np.asarray(gray)
    paper = int(np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])))
    if paper < 128:
        gray, paper = ImageOps.invert(gray), 255 - paper
    scale = min(max(1.0, _SMALL / min(gray.size)), _LARGE / max(gray.size))
    width, height = (max(1, round(side * scale)) for side in gray.size)
    return _png(ImageOps.expand(gray.resize((width, height), Image.Resampling.BICUBIC), _BORDER, fill=paper))


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


# -- RapidOCR ------------------------------------------------------------------------------------------


def rapidocr(labelled: LabelledSet) -> list[Answers]:
    """RapidOCR's answers: as it comes; with what it is unsure of; and reading only, as for lines cut out.

    Raises:
        Missing: it isn't installed, or doesn't work here.
    """
    try:
        with TemporaryDirectory() as folder:
            for place, item in enumerate(labelled.items):
                Path(folder, f"{place:06}.png").write_bytes(_plain(item))
            found = ask("handlens.bench.rivals", folder=folder)
    except ModuleNotFoundError as error:
        raise Missing(f"{error.name} isn't installed") from None
    except HandlensError as error:  # one that doesn't work here must not cost the others' figures
        raise Missing(str(error)) from None
    return [Answers(**each.value) for each in found]


def main(folder: str) -> None:
    """Let RapidOCR read a folder's pictures, and answer: the child's part."""
    with redirect_stdout(sys.stderr):
        engine: Any = import_module("rapidocr_onnxruntime").RapidOCR()
    ways: dict[str, dict[str, float]] = {
        "finds and reads": {},
        "finds and reads, unsure too": {"text_score": 0.0},
        "reads only": {"use_det": False, "use_cls": False, "use_rec": True},
    }
    for way, options in ways.items():
        texts, seconds = [], []
        with redirect_stdout(sys.stderr):
            for file in sorted(Path(folder).iterdir()):
                began = perf_counter()
                found, _ = engine(str(file), **options)
                seconds.append(perf_counter() - began)
                texts.append("\n".join(_lines(found or [])))
        answer(Answers(way, texts, seconds)._asdict())


def _lines(found: Sequence[Any]) -> Iterator[str]:
    """The lines of what it found: boxes whose middles are within half a height stand in one line."""
    if found and isinstance(found[0][0], str):  # without boxes: text and score
        yield from (each[0] for each in found)
        return
    boxes = [(np.asarray(box, float), text) for box, text, *_ in found]
    lines: list[list[tuple[np.ndarray, str]]] = []
    for box, text in sorted(boxes, key=lambda each: each[0][:, 1].mean()):
        last = lines[-1][-1][0] if lines else None
        if last is not None and abs(box[:, 1].mean() - last[:, 1].mean()) < np.ptp(last[:, 1]) / 2:
            lines[-1].append((box, text))
        else:
            lines.append([(box, text)])
    for line in lines:
        yield " ".join(text for _, text in sorted(line, key=lambda each: each[0][:, 0].min()))


def _versions(names: set[str]) -> dict[str, str]:
    found = {}
    if "tesseract" in names and (program := which("tesseract")):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        if number := re.search(r"tesseract v?(\S+)", said.stdout + said.stderr):
            found["tesseract"] = number[1]
    if "rapidocr" in names:
        found |= {name: v for name, v in versions("rapidocr-onnxruntime").items() if name != "python"}
    return found


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    headings = ("set", "reader", "pictures right", "95 %", "digit errors", "s a picture", "n", "way")
    made = [Table("Every digit of a picture right", headings, [_row(row) for row in report["rows"]])]
    if report["ratios"]:
        compared = ("set", "best rival", "its errors", "handlens'", "share")
        made.append(Table("Errors beside the best rival's", compared, _compared(report["ratios"])))
    if report["missing"]:
        absent = [(each["name"], each["missing"], each["install"]) for each in report["missing"]]
        made.append(Table("Not measured", ("", "because", "type"), absent))
    return made


def _compared(ratios: dict[str, Report]) -> list[tuple[str, ...]]:
    return [
        (name, each["rival"], cell(each["its"], 0), cell(each["errors"], 0), cell(each["ratio"], 3))
        for name, each in ratios.items()
    ]


def _row(row: Report) -> tuple[str, ...]:
    low, high = (100 * edge for edge in row["exact_interval"])
    errors = None if row["digit_errors"] is None else 100 * row["digit_errors"]
    return (
        row["set"],
        row["name"],
        cell(100 * row["exact"], 1, " %"),
        f"{low:.1f} – {high:.1f}",
        cell(errors, 2, " %"),
        cell(row["seconds"], 3),
        cell(row["n"], 0),
        row["way"],
    )


if __name__ == "__main__":
    main(**settings())
