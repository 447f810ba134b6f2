"""handlens read, teach and evaluate: what goes to which stream, what is refused, what is kept."""

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import Typed
from PIL import Image
from readings import written

from handlens.cli.commands import app
from handlens.data import Sets
from handlens.errors import InkError, MissingLibrary
from handlens.page import sample
from handlens.reading import pictures
from handlens.reading import reader as reading_module
from handlens.reading.reader import Reader
from handlens.reading.result import Mode, Reading
from handlens.reading.taught import Account
from handlens.teach import Correction, Lesson, Teacher, corrections, features

PICTURE, READING = written()
NET = sample.path()
COMMANDS = [
    ["read"],
    ["evaluate"],
    ["teach"],
    *(["teach", name] for name in ("list", "forget", "again", "export", "import", "reset")),
]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is taught stays with its test, and takes a tenth of the time."""
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(features, "STRIDE", 110)


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A reader that reads every picture as the one page; what it was asked."""
    asked: list[Any] = []

    class Knowing(Reader):
        def __init__(self, recording: Any = "reader", taught: bool = False) -> None:
            self.taught = None
            asked.append((recording, taught))

        def read(self, image: Any, mode: Mode | None = None, expect: str | None = None) -> Reading:
            asked.append((image, mode, expect))
            if isinstance(image, Path) and not image.exists():
                raise InkError(f"{image}: no such file")
            if isinstance(image, Path) and image.suffix == ".heic":
                raise MissingLibrary("pillow_heif", "HEIC", "heif")
            return READING

    monkeypatch.setattr(reading_module, "Reader", Knowing)
    return asked


@pytest.fixture
def digits(mnist: Sets, tmp_path: Path) -> Path:
    """A folder of four test digits, dark on white and large: 7.png, 2.png, 1.png, 0.png."""
    folder = tmp_path / "digits"
    folder.mkdir()
    for image, label in zip(mnist.test.images[:4], mnist.test.labels[:4], strict=True):
        picture = Image.fromarray(255 - image).resize((140, 140), Image.Resampling.BICUBIC)
        picture.save(folder / f"{label}.png")
    return folder


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_and_teaches_by_examples_that_parse(typed: Typed, words: list[str]) -> None:
    done = typed(*words, "--help")
    assert (done.status, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    examples = [line for line in done.out.splitlines() if line.startswith("  handlens ")]
    assert len(examples) >= 2
    for example in examples:
        given = shlex.split(example, comments=True)[1:]
        app.parse_args(given, exit_on_error=False, print_error=False)


# -- read ----------------------------------------------------------------------------------------------


def test_standard_output_holds_the_text_alone(typed: Typed, knowing: list[Any]) -> None:
    done = typed("read", __file__)
    assert (done.status, done.out) == (0, "2741\n3 50\n")
    assert done.err.splitlines() == [
        "handlens: the light is uneven",
        "handlens: refused: it looks like no digit: a letter or a scribble; at best 3 (21%), at 60, 322",
    ]


def test_what_is_refused_for_one_reason_is_one_line(
    typed: Typed, knowing: list[Any], digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scribble = READING.rejected[0]
    other = replace(scribble, reason="it may be 1 or 7", guess=None)
    rejected = (scribble, other, *[scribble] * 12)
    monkeypatch.setattr(
        reading_module.Reader, "read", lambda *_: replace(READING, rejected=rejected, notes=())
    )
    lines = [
        "refused in 13 places: it looks like no digit: a letter or a scribble (--json tells where)",
        "refused: it may be 1 or 7, at 60, 322",
    ]
    done = typed("read", digits / "7.png")
    assert done.err.splitlines() == [f"handlens: {line}" for line in lines]
    done = typed("read", digits / "7.png", digits / "2.png")
    names = (digits / "7.png", digits / "2.png")
    assert done.err.splitlines() == [f"handlens: {name}: {line}" for name in names for line in lines]
    assert len(json.loads(typed("read", digits / "7.png", "--json").out)["rejected"]) == 14


def test_a_terminal_is_told_how_sure_and_which_marks(
    typed: Typed, knowing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    done = typed("read", __file__)
    assert f"{READING.confidence:.1%} sure of all of it" in done.err
    assert "dot at 148, 250" in done.err
    doubtful = [n for n, digit in enumerate(READING.digits, 1) if digit.confidence < 0.95]
    assert doubtful
    assert [
        line.removeprefix("\x1b[2m").split(":")[0] for line in done.err.splitlines() if "digit " in line
    ] == [f"digit {n}" for n in doubtful]


def test_several_pictures_are_a_line_each_and_a_broken_one_costs_no_other(
    typed: Typed, knowing: list[Any], digits: Path
) -> None:
    done = typed("read", digits, digits / "nowhere.png", digits / "7.png")
    assert done.status == 1
    names = [digits / f"{n}.png" for n in (0, 1, 2, 7, 7)]
    assert done.out.splitlines() == [f"{name}: 2741|3 50" for name in names]
    assert f"handlens: {digits / 'nowhere.png'}: no such file" in done.err.splitlines()


def test_a_library_that_is_missing_for_one_picture_costs_no_other(
    typed: Typed, knowing: list[Any], digits: Path
) -> None:
    (digits / "0.png").rename(digits / "0.heic")
    done = typed("read", digits)
    assert (done.status, done.out.count("2741|3 50")) == (1, 3)
    assert (
        f"{digits / '0.heic'}: HEIC needs pillow_heif, which isn't installed. Type: pip install" in done.err
    )


def test_one_picture_as_json_and_several_as_lines(typed: Typed, knowing: list[Any], digits: Path) -> None:
    one = json.loads(typed("read", digits / "7.png", "--json").out)
    assert one == {"file": str(digits / "7.png"), **READING.to_json()}
    done = typed("read", digits / "7.png", digits / "nowhere.png", "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines[0] == one
    assert lines[1] == {
        "file": str(digits / "nowhere.png"),
        "error": f"{digits / 'nowhere.png'}: no such file",
    }
    assert done.status == 1


def test_the_wishes_reach_the_reader(typed: Typed, knowing: list[Any], digits: Path) -> None:
    words = ["--mode", "row", "--expect", "dd-dd", "--net", "runs/mine", "--untaught"]
    assert typed("read", digits / "7.png", *words).status == 0
    assert knowing == [("runs/mine", False), (digits / "7.png", "row", "dd-dd")]
    typed("read", digits / "7.png")
    assert knowing[2:] == [("reader", True), (digits / "7.png", None, None)]


def test_standard_input_is_a_picture(
    typed: Typed, knowing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a picture")))
    assert typed("read", "-").out == "2741\n3 50\n"
    assert knowing[1] == (b"a picture", None, None)


def test_no_more_is_taken_from_standard_input_than_a_picture_may_have(
    typed: Typed, knowing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(1000))))
    typed("read", "-")
    assert knowing[1][0] == bytes(11)
    monkeypatch.setattr(sys, "stdin", None)
    done = typed("read", "-")
    assert (done.status, done.err) == (
        1,
        "handlens: standard input is closed; give the picture there, or a FILE in place of -\n",
    )


def test_no_picture_is_drawn_over(typed: Typed, knowing: list[Any], digits: Path) -> None:
    before = {path: path.read_bytes() for path in digits.iterdir()}
    for words in ((digits, "--annotate", digits), (digits / "7.png", "--annotate", digits / "7.png")):
        done = typed("read", *words)
        assert done.status == 2
        assert "--annotate would overwrite the picture" in done.err
    assert {path: path.read_bytes() for path in digits.iterdir()} == before


def test_a_folder_without_pictures_is_told(typed: Typed, knowing: list[Any], tmp_path: Path) -> None:
    done = typed("read", tmp_path)
    assert (done.status, done.out) == (1, "")
    assert f"{tmp_path}: holds no picture; expected files that end in .png" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("read", "Which picture? Give a FILE, a folder, or - for standard input"),
        ("read a.png --mode line", 'Invalid value "line" for --mode'),
        ("read a.png --annotate b.svg", "--annotate b.svg: a picture ends in .png"),
        ("read a.png --expct dd", "Unknown option: --expct. Did you mean --expect"),
        ("evaluate", "--reader"),
        ("teach a.png", "LABEL"),
        ("teach forget 0", "for NUMBER. Must be >= 1. Type: handlens teach forget --help"),
        ("teach forget 1.5", "1.5 is no whole number"),
        ("teach forget", "Which? Give the numbers"),
    ],
)
def test_what_is_mistyped_exits_with_2(typed: Typed, words: str, message: str) -> None:
    done = typed(*words.split())
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert message in done.err


def test_a_picture_is_annotated(
    typed: Typed, knowing: list[Any], digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("handlens.reading.annotate")
    place = tmp_path / "new" / "found.png"
    assert typed("read", digits / "7.png", "--annotate", place).status == 0
    with Image.open(place) as drawn:
        assert drawn.width == drawn.height >= 140  # small ones are drawn larger
    twin = tmp_path / "twin"
    twin.mkdir()
    (digits / "7.png").rename(twin / "2.png")
    assert typed("read", twin / "2.png", "--annotate", tmp_path).status == 0
    assert (tmp_path / "2.png").exists(), "into a folder that is there"
    assert typed("read", digits, twin, "--annotate", tmp_path / "found").status == 0
    assert sorted(path.name for path in (tmp_path / "found").iterdir()) == [
        "0.png",
        "1.png",
        "2-2.png",
        "2.png",
    ]
    shutil.copy(digits / "2.png", digits / "2-2.png")
    shutil.copy(digits / "2.png", digits / "B.png")
    shutil.copy(digits / "2.png", twin / "b.png")
    assert typed("read", digits, twin, "--annotate", tmp_path / "all").status == 0
    names = [path.name.lower() for path in (tmp_path / "all").iterdir()]
    assert len(set(names)) == 7
    refused = typed("read", digits, "--annotate", place)
    assert (refused.status, refused.out) == (2, "")
    assert "of several pictures wants a folder" in refused.err


def test_digits_are_read_by_a_process_of_its_own_without_torch(digits: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; from handlens.cli import main; "
        f"sys.exit(main(['read', {str(digits / '7.png')!r}, '--net', {str(NET)!r}]))"
    )
    env = {**os.environ, "HANDLENS_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "7\n", "")


def test_reading_loads_nothing_that_it_doesnt_need(digits: Path) -> None:
    code = (
        "import sys; from handlens.cli import main; "
        f"main(['read', {str(digits / '7.png')!r}, '--net', {str(NET)!r}]); "
        "print({'fastapi', 'uvicorn', 'matplotlib', 'torch', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "set()"


# -- teach ---------------------------------------------------------------------------------------------


def test_a_digit_is_corrected_listed_exported_and_forgotten(
    typed: Typed, mnist: Sets, tmp_path: Path
) -> None:
    """The nineteenth test digit, a three that the network misreads."""
    odd, net = tmp_path / "odd.png", ("--mode", "digit", "--net", NET)
    Image.fromarray(255 - mnist.test.images[18]).save(odd)
    before = typed("read", odd, *net).out
    assert before != "3\n"
    taught = typed("teach", odd, "3", *net)
    assert (taught.status, taught.err) == (0, "")
    assert taught.out.startswith("1 of 1 correction read right\nMNIST: ")
    done = typed("read", odd, *net)
    assert done.out == "3\n"
    assert "reads with the 1 correction that it was taught; --untaught: without" in done.err
    assert typed("read", odd, *net, "--untaught").out == before
    listed = json.loads(typed("teach", "list", "--json").out)
    assert listed["corrections"] == [{"number": 1, "label": "3", "source": "odd.png"}]
    assert listed["account"]["learned"] == 1
    assert "odd.png" in typed("teach", "list").out
    assert typed("teach", "export", tmp_path / "mine.zip").out == f"{tmp_path / 'mine.zip'}  1 correction\n"
    forgotten = typed("teach", "forget", 1, *net[2:])
    assert forgotten.out == "1 correction forgotten, none is left: the reader is as it shipped\n"
    assert typed("read", odd, *net).out == before
    assert typed("teach", "import", tmp_path / "mine.zip", *net[2:]).status == 0
    assert typed("read", odd, *net).out == "3\n"
    assert typed("teach", "again", *net[2:]).status == 0
    assert typed("teach", "reset").out == "1 correction forgotten: the reader is as it shipped\n"
    done = typed("read", odd, *net)
    assert (done.out, "taught" in done.err) == (before, False)
    assert "nothing has been taught" in typed("teach", "list").out


def test_a_picture_that_is_misread_for_another_reason_is_told(
    typed: Typed, mnist: Sets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is learnt of which ink is a digit: here the circle around it."""
    circled = np.pad(np.kron(mnist.test.images[0], np.ones((8, 8), np.uint8)), 60)
    rows, columns = np.indices(circled.shape) - np.array(circled.shape).reshape(2, 1, 1) / 2
    circled[np.abs(np.hypot(rows, columns) - 150) < 6] = 255
    Image.fromarray(255 - circled).save(tmp_path / "a.png")
    before = typed("read", tmp_path / "a.png").out
    done = typed("teach", tmp_path / "a.png", "7")
    assert (done.status, done.out.splitlines()[0]) == (0, "1 of 1 correction read right")
    read = f"still read {before.strip()!r}" if before.strip() else "still refused"
    assert f"{read}: what each digit looks like was learnt, not which ink is one" in done.err
    assert f"handlens read {tmp_path / 'a.png'} --expect d" in done.err
    typed("teach", "reset")


@pytest.mark.parametrize(
    ("numbers", "left", "said"),
    [
        ("1", 2, "1 correction forgotten, 2 are left"),
        ("1 3 1", 1, "2 corrections forgotten, 1 is left"),
        ("2 1", 0, "2 corrections forgotten, none is left: the reader is as it shipped"),
    ],
)
def test_what_is_forgotten_and_what_is_left_is_counted(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, numbers: str, left: int, said: str
) -> None:
    kept = Correction(np.zeros((28, 28), np.uint8), "7")
    lesson = Lesson(Account("sha", left, left, (0.99, 0.99), (0.99, 0.99)), ((kept, True),) * left)
    monkeypatch.setattr(Teacher, "__init__", lambda *_: None)
    monkeypatch.setattr(Teacher, "forget", lambda *_: lesson if left else None)
    done = typed("teach", "forget", *numbers.split())
    assert (done.status, done.out.splitlines()[0]) == (0, said)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("2741", "the label means 4 pieces of ink"),
        ("x", "says no digits"),
        ("none", "no class for what is no"),
    ],
)
def test_a_label_that_cant_be_meant_is_refused_and_nothing_kept(
    typed: Typed, digits: Path, label: str, message: str
) -> None:
    done = typed("teach", digits / "7.png", label, "--net", NET)
    assert (done.status, done.out) == (1, "")
    assert message in done.err
    assert corrections.load() == ()


# -- evaluate ------------------------------------------------------------------------------------------


def labelled(digits: Path, **labels: str) -> Path:
    with (digits / "labels.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("file", "label"), *((f"{n[1:]}.png", v) for n, v in labels.items())])
    return digits


def test_a_set_is_evaluated(typed: Typed, digits: Path, tmp_path: Path) -> None:
    labelled(digits, _7="7", _2="2", _1="1", _0="8")
    out = tmp_path / "report.json"
    done = typed("evaluate", "--reader", digits, "--net", NET, "--mode", "digit", "--out", out)
    assert (done.status, done.err) == (0, "")
    assert "digits right" in done.out
    assert "75.00%" in done.out
    report = json.loads(out.read_text("utf-8"))
    assert report["sets"]["digits"]["digits"]["accuracy"] == 3 / 4
    assert report["network"]["sha256"] == sample.recording().digest()
    assert report["versions"]["handlens"]
    assert json.loads(typed("evaluate", "--reader", digits, "--net", NET, "--json").out)["mode"] is None
    again = typed("evaluate", "--reader", digits, "--net", NET, "--out", out)
    assert again.out.endswith("report.json  in the place of an earlier one\n")
    out.write_text("my notes")
    refused = typed("evaluate", "--reader", digits, "--net", NET, "--out", out)
    assert (refused.status, refused.out) == (1, "")
    assert "report.json: is there already, and handlens didn't write it; choose another" in refused.err
    assert out.read_text() == "my notes"


def test_pictures_beside_labelled_folders_are_told_and_cost_nothing(typed: Typed, digits: Path) -> None:
    (digits / "7").mkdir()
    (digits / "7.png").rename(digits / "7" / "a.png")
    done = typed("evaluate", "--reader", digits, "--net", NET, "--json")
    assert (done.status, done.err.count("\n")) == (0, 1)
    assert f"handlens: {digits}: 3 pictures lie beside the folders, such as 0.png, and aren't" in done.err
    assert json.loads(done.out)["sets"]["digits"]["pictures"] == 1


def test_a_folder_of_sets_is_a_table_with_mean_and_worst(typed: Typed, digits: Path, tmp_path: Path) -> None:
    labelled(digits, _7="7", _2="2", _1="1", _0="8")
    clean = tmp_path / "sets" / "clean"
    clean.mkdir(parents=True)
    for name in ("7", "2"):
        (clean / name).mkdir()
        (digits / f"{name}.png").rename(clean / name / "a.png")
    digits.rename(tmp_path / "sets" / "wrong")
    (tmp_path / "sets" / "wrong" / "labels.csv").write_text("1.png,1\n0.png,8\n")
    done = typed("evaluate", "--reader", tmp_path / "sets", "--net", NET)
    rows = {line.split()[0]: line.split()[1] for line in done.out.splitlines() if line.strip()}
    assert rows["clean"] == "100.00%"
    assert (rows["wrong"], rows["mean"], rows["worst"]) == ("50.00%", "75.00%", "50.00%")


def test_a_picture_that_cant_be_read_is_reported_and_the_rest_is_measured(typed: Typed, digits: Path) -> None:
    labelled(digits, _7="7", _nowhere="3")
    done = typed("evaluate", "--reader", digits, "--net", NET)
    assert done.status == 1
    assert done.out.startswith("digits  1 picture\n")
    assert "digits right" in done.out
    assert done.err.startswith("handlens: ")
    assert "nowhere.png" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--reader", "nowhere"), "nowhere: no such file or folder, and no set's name"),
        (("--reader", "mnist", "--out", "nowhere/a.json"), "there is no folder nowhere"),
        (("--reader", "mnist", "--out", "."), ".: is a folder; name a file in it"),
        (("--reader", "mnist", "--net", "nowhere"), "nowhere: no such folder; a recording is a folder"),
    ],
)
def test_what_cant_be_evaluated_is_told(typed: Typed, words: tuple[str, ...], message: str) -> None:
    done = typed("evaluate", *words)
    assert (done.status, done.out) == (1, "")
    assert message in done.err


def test_the_confusion_stands_in_its_table(typed: Typed, digits: Path) -> None:
    labelled(digits, _0="8")
    done = typed("evaluate", "--reader", digits, "--net", NET, "--mode", "digit")
    (row,) = [line.split() for line in done.out.splitlines() if line.startswith("8 ")]
    assert row == ["8", "0.00%", "1", *["·"] * 10]
    assert (
        np.array(
            json.loads(typed("evaluate", "--reader", digits, "--net", NET, "--mode", "digit", "--json").out)[
                "sets"
            ]["digits"]["digits"]["confusion"]["counts"]
        )[8, 0]
        == 1
    )
