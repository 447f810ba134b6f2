"""The reader beside other programs: what counts as right, what is asked of them, and what isn't there."""

import io
import json
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from handlens.bench import rivals
from handlens.bench.children import Answer
from handlens.bench.rivals import Answers, Missing
from handlens.errors import HandlensError, InkError
from handlens.evaluate.intervals import wilson
from handlens.evaluate.sets import Labelled, LabelledSet
from handlens.reading.reader import Reader


def of(*labels: str) -> LabelledSet:
    """A set of blank pictures."""
    picture = np.full((9, 12), 255, np.uint8)
    return LabelledSet("made", [Labelled(str(i), picture, label) for i, label in enumerate(labels)], None)


def scored(pairs: dict[str, str]) -> dict[str, Any]:
    return rivals.score(list(pairs), Answers("w", list(pairs.values()), [1.0, 2.0, 9.0][: len(pairs)]))


def test_only_digits_count() -> None:
    found = scored({"12.50": "12,50\n", "7": " 7 o'clock", "-31": "37"})
    assert (found["n"], found["wrong"], found["digits"], found["seconds"]) == (3, 1, 7, 2.0)
    assert found["exact"] == 2 / 3
    assert found["digit_errors"] == round(1 / 7, 4)
    assert found["exact_interval"] == [round(edge, 4) for edge in wilson(2, 3)]


def test_lines_count_only_where_labels_have_several() -> None:
    assert scored({"1234": "12\n34", "56": "5 6"})["wrong"] == 0
    assert scored({"12|34": "12\n\n34", "56": "56"})["wrong"] == 0
    page = scored({"12|34": "1234", "56": "56"})
    assert (page["wrong"], page["digits"]) == (1, 6)


@pytest.mark.parametrize(
    ("read", "errors"),
    [("2741", 0), ("2747", 1), ("274", 1), ("27411", 1), ("", 4), ("7412", 2), ("9999", 4)],
)
def test_digit_errors_are_the_edit_distance(read: str, errors: int) -> None:
    assert scored({"2741": read})["digit_errors"] == errors / 4


def test_where_nothing_is_written_nothing_should_be_read() -> None:
    found = scored({"": "", "none": "7", "letter": "A"})
    assert (found["wrong"], found["digit_errors"]) == (1, None)


def test_errors_beside_the_best_rivals() -> None:
    rows = [
        {"set": name, "name": reader, "wrong": wrong}
        for name, counts in {"a": (2, 30, 20), "b": (1, 0, 5)}.items()
        for reader, wrong in zip(("handlens", "tesseract", "rapidocr"), counts, strict=True)
    ]
    assert rivals.ratios([*rows, {"set": "c", "name": "handlens", "wrong": 3}]) == {
        "a": {"rival": "rapidocr", "errors": 2, "its": 20, "ratio": 0.1},
        "b": {"rival": "tesseract", "errors": 1, "its": 0, "ratio": None},
    }


class Sevens(Reader):
    """Reads 7 in everything but a picture that it can't read."""

    def __init__(self, net: str) -> None:
        assert net == "reader"

    def read(self, image: Any, mode: Any = None, expect: Any = None) -> Any:
        if image is None:
            raise InkError("no picture")
        return SimpleNamespace(text="7")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reads 7 in everything."""
    monkeypatch.setattr(rivals, "Reader", Sevens)
    monkeypatch.setattr(rivals, "opened", lambda name: [of("7", "8", "7")._replace(name=name)])


@pytest.mark.usefixtures("reader")
def test_what_is_not_installed_is_said_once_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(module: str, **settings: Any) -> list[Answer]:
        raise ModuleNotFoundError("No module named 'rapidocr_onnxruntime'", name="rapidocr_onnxruntime")

    monkeypatch.setattr(rivals, "which", lambda name: None)
    monkeypatch.setattr(rivals, "ask", ask)
    told: list[str] = []
    found = rivals.measured(["first", "second"], told=told.append)
    assert told == [
        "first, handlens: 66.7% of 3 (as it is)",
        "tesseract: tesseract isn't installed. apt-get install tesseract-ocr",
        "rapidocr: rapidocr_onnxruntime isn't installed. pip install rapidocr-onnxruntime",
        "second, handlens: 66.7% of 3 (as it is)",
    ]
    assert (len(found["rows"]), found["ratios"], found["rivals"]) == (2, {}, {})
    rows, missing = rivals.tables(found)
    assert rows.rows[0][:3] == ("first", "handlens", "66.7 %")
    assert missing.rows[0] == ("tesseract", "tesseract isn't installed", "apt-get install tesseract-ocr")
    json.dumps(found, allow_nan=False)


@pytest.mark.usefixtures("reader")
def test_a_rivals_best_way_counts_and_the_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def tesseract(labelled: LabelledSet) -> list[Answers]:
        seen.append(len(labelled.items))
        return [Answers("bad", ["", ""], [1.0, 1.0]), Answers("good", ["7", "8"], [3.0, 5.0])]

    def rapidocr(labelled: LabelledSet) -> list[Answers]:
        raise Missing("broken")

    monkeypatch.setattr(rivals, "tesseract", tesseract)
    monkeypatch.setattr(rivals, "rapidocr", rapidocr)
    monkeypatch.setattr(rivals, "which", lambda name: None)
    found = rivals.measured(["set"], limit=2)
    assert seen == [2]
    (row,) = (row for row in found["rows"] if row["name"] == "tesseract")
    assert (row["way"], row["exact"], row["seconds"]) == ("good", 1.0, 4.0)
    assert row["ways"] == {"bad": 0.0, "good": 1.0}
    assert found["ratios"]["set"] == {"rival": "tesseract", "errors": 1, "its": 0, "ratio": None}


@pytest.mark.usefixtures("reader")
def test_the_limit_leaves_some_of_every_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder's pictures come label by label: the first of them would be noughts alone."""
    whole = of(*"0000111122223333")
    monkeypatch.setattr(rivals, "opened", lambda name: [whole])
    seen: list[str] = []

    def ours(reader: Reader, labelled: LabelledSet) -> Answers:
        seen.extend(item.label for item in labelled.items)
        return Answers("as it is", [""] * len(labelled.items), [1.0] * len(labelled.items))

    def absent(labelled: LabelledSet) -> list[Answers]:
        raise Missing("not here")

    monkeypatch.setattr(rivals, "ours", ours)
    monkeypatch.setattr(rivals, "tesseract", absent)
    monkeypatch.setattr(rivals, "rapidocr", absent)
    rivals.measured(["set"], limit=6)
    assert len(seen) == 6
    assert set(seen) == set("0123")


def test_a_picture_that_cannot_be_read_is_an_empty_answer() -> None:
    labelled = of("7", "7")
    labelled.items[0] = labelled.items[0]._replace(source=None)  # type: ignore[arg-type]
    assert rivals.ours(Sevens("reader"), labelled).texts == ["", "7"]


@pytest.mark.parametrize(
    ("labels", "modes"),
    [(("7", "3"), {10, 8, 7}), (("12", "3"), {7, 8, 6}), (("12|3", "4"), {6, 4}), (("", "none"), {6, 7, 10})],
)
def test_the_page_modes_fit_the_labels(labels: tuple[str, ...], modes: set[int]) -> None:
    assert set(rivals._page_modes(of(*labels))) == modes


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
def test_what_tesseract_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tesseract"
    told = tmp_path / "told"
    program.write_text(
        f"#!{sys.executable}\nimport io, os, sys\nfrom PIL import Image\n"
        "size = Image.open(io.BytesIO(sys.stdin.buffer.read())).size\n"
        f"print(*sys.argv[1:], size, os.environ['OMP_THREAD_LIMIT'], file=open({str(told)!r}, 'a'))\n"
        "print('12' if '6' in sys.argv else sys.exit(3))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rivals, "_page_modes", lambda labelled: (6, 10))
    found = rivals.tesseract(of("12"))
    assert [(each.way, each.texts[0].strip()) for each in found] == [
        ("--psm 6, plain", "12"),
        ("--psm 6, prepared", "12"),
        ("--psm 10, plain", ""),
        ("--psm 10, prepared", ""),
    ]
    asked = told.read_text().splitlines()
    assert asked[0] == "stdin stdout --psm 6 -c tessedit_char_whitelist=0123456789 (12, 9) 1"
    assert asked[1].split("0123456789 ")[1] == "-c thresholding_method=2 (153, 120) 1"
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="isn't installed"):
        rivals.tesseract(of("12"))


def test_rapidocr_answers_from_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "rapidocr_onnxruntime.py"
    library.write_text(
        "from PIL import Image\n"
        "class RapidOCR:\n"
        "    def __call__(self, file, use_det=True, text_score=0.5, **others):\n"
        "        print('{noise}')\n"
        "        width = str(Image.open(file).width)\n"
        "        if not use_det: return [[width, 0.9]], 1.0\n"
        "        if text_score: return None, None\n"
        "        low, high = ([[x, 0], [x + 9, 0], [x + 9, 9], [x, 9]] for x in (50, 1))\n"
        "        return [[low, '34', 0.2], [high, '12', 0.1]], 1.0\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = rivals.rapidocr(of("12", "3"))
    assert {each.way: each.texts for each in found} == {
        "finds and reads": ["", ""],
        "finds and reads, unsure too": ["12 34", "12 34"],
        "reads only": ["12", "12"],
    }
    assert all(len(each.seconds) == 2 for each in found)
    library.write_text("import a_library_that_it_needs")
    with pytest.raises(Missing, match="a_library_that_it_needs isn't installed"):
        rivals.rapidocr(of("12"))
    library.write_text("raise OSError('no room')")
    with pytest.raises(Missing, match="no room"):
        rivals.rapidocr(of("12"))


def _box(left: float, top: float, text: str) -> list[Any]:
    return [[[left, top], [left + 9, top], [left + 9, top + 8], [left, top + 8]], text, 0.9]


def test_boxes_in_one_line_are_read_from_left_to_right() -> None:
    found = [_box(40, 3, "2"), _box(0, 0, "1"), _box(0, 14, "4"), _box(20, 11, "5")]
    assert list(rivals._lines(found)) == ["1 2", "4 5"]
    assert list(rivals._lines([])) == []


def _png(picture: Image.Image) -> Path | np.ndarray:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out  # type: ignore[return-value]


def test_every_picture_reaches_a_rival_upright_opaque_and_in_eight_bits() -> None:
    clear = Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    clear.putpixel((1, 1), (0, 0, 0, 255))
    seen = np.asarray(rivals._upright(Labelled("", _png(clear), "")))
    assert seen.shape == (3, 4, 3)
    assert (seen[0, 0] == 255).all()
    assert (seen[1, 1] == 0).all()
    deep = np.array([[0, 32768, 65535]], np.uint16)
    assert np.asarray(rivals._upright(Labelled("", deep, ""))).tolist() == [[0, 128, 255]]
    turned = Image.new("L", (4, 3), 9)
    turned.getexif()[0x0112] = 6
    out = io.BytesIO()
    turned.save(out, "JPEG", exif=turned.getexif())
    assert rivals._upright(Labelled("", out, "")).size == (3, 4)  # type: ignore[arg-type]


def test_a_damaged_picture_costs_a_rival_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    for file in (tmp_path / "a.png", tmp_path / "gone.png"):
        with Image.open(io.BytesIO(rivals._plain(Labelled("a", file, "7")))) as blank:
            assert np.asarray(blank).min() == 255


@pytest.mark.parametrize("paper", [230, 20])
def test_prepared_pictures_are_dark_on_light_with_a_border(paper: int) -> None:
    picture = np.full((1500, 900), paper, np.uint8)
    picture[700:800, 400:500] = 255 - paper
    seen = np.asarray(Image.open(io.BytesIO(rivals._prepared(Labelled("", picture, "")))))
    assert seen.shape == (1020, 620)
    assert seen[0, 0] > 200 > 50 > seen[510, 310]


def test_errors_of_the_reader_itself_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(net: str) -> None:
        raise HandlensError(f"{net}: no such recording")

    monkeypatch.setattr(rivals, "opened", lambda name: [of("7")])
    monkeypatch.setattr(rivals, "Reader", refuse)
    with pytest.raises(HandlensError, match="no such recording"):
        rivals.measured(["set"], net="nowhere")
