"""Where pictures and labels come from: each kind of set, and what is refused."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handlens.data import Sets, idx
from handlens.errors import DataError
from handlens.evaluate import sets
from handlens.evaluate.sets import Labelled, opened


def pictures(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(folder / name)


def pair(folder: Path, stem: str, labels: Sequence[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    images = np.arange(len(labels) * 4, dtype=np.uint8).reshape(-1, 2, 2)
    idx.write(folder / f"{stem}-images-idx3-ubyte", images)
    idx.write(folder / f"{stem}-labels-idx1-ubyte", np.array(labels, np.uint8))


def labels(items: list[Labelled]) -> list[tuple[str, str]]:
    return [(item.name, item.label) for item in items]


def test_folders_named_by_their_label(tmp_path: Path) -> None:
    pictures(tmp_path / "set", "7/b.png", "7/a.JPG", "none/x.png", "12-34/y.bmp", "7/.hidden.png")
    (tmp_path / "set" / "7" / "notes.txt").write_text("no picture")
    (found,) = opened(str(tmp_path / "set"))
    assert (found.name, found.mode) == ("set", None)
    assert labels(found.items) == [
        ("12-34/y.bmp", "12-34"),
        ("7/a.JPG", "7"),
        ("7/b.png", "7"),
        ("none/x.png", "none"),
    ]
    assert found.items[0].source == tmp_path / "set" / "12-34" / "y.bmp"


def test_a_folder_whose_name_is_half_a_label_is_refused(tmp_path: Path) -> None:
    pictures(tmp_path, "digit_7/a.png")
    with pytest.raises(DataError, match=r"digit_7: .* isn't clear. Rename it"):
        opened(str(tmp_path))


@pytest.mark.parametrize("inner", ["7", "fog/7"])
def test_pictures_beside_the_folders_are_passed_over_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, inner: str
) -> None:
    pictures(tmp_path, f"{inner}/a.png")
    (tmp_path / "notes.txt").write_text("no picture")
    opened(str(tmp_path))
    assert caplog.messages == []
    pictures(tmp_path, "b.png")
    (found,) = opened(str(tmp_path))
    assert labels(found.items) == [("7/a.png", "7")]
    pictures(tmp_path, "c.png")
    opened(str(tmp_path))
    into = "into the folder of what is written there"
    assert caplog.messages == [
        f"{tmp_path}: 1 picture lies beside the folders, such as b.png, and isn't counted: put it {into}",
        f"{tmp_path}: 2 pictures lie beside the folders, such as b.png, and aren't counted: put them {into}",
    ]


@pytest.mark.parametrize("heading", ["", "file,label\n", "\ufeffFilename,Label,Notes\n"])
def test_a_csv_of_files_and_labels(tmp_path: Path, heading: str) -> None:
    text = f'{heading}a.png,0042\n"b, c.png",12|34\n\nd.png,\n'
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    for dataset in (tmp_path, tmp_path / "labels.csv"):
        (found,) = opened(str(dataset))
        assert labels(found.items) == [("a.png", "0042"), ("b, c.png", "12|34"), ("d.png", "")]
        assert found.items[0].source == tmp_path / "a.png"
        assert found.name == (tmp_path.name if dataset == tmp_path else "labels")


@pytest.mark.parametrize(
    ("text", "message"), [("a.png\n", "line 1: 'a.png'; expected FILE,LABEL"), ("file,label\n", "no line")]
)
def test_a_csv_that_isnt_one(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        opened(str(tmp_path))


def test_a_csv_that_isnt_text(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(b"a.png,\xff\xfe\n")
    with pytest.raises(DataError, match="can't be read as CSV"):
        opened(str(tmp_path))


def test_idx_files_as_a_pair_and_as_a_folder(tmp_path: Path) -> None:
    pair(tmp_path, "train", [1])
    pair(tmp_path, "t10k", [3, 9])
    (found,) = opened(str(tmp_path))
    (named,) = opened(str(tmp_path / "t10k-images-idx3-ubyte"))
    for each in (found, named):
        assert [item.label for item in each.items] == ["3", "9"]
        assert each.mode == "digit"
        np.testing.assert_array_equal(each.items[1].source, [[4, 5], [6, 7]])


def test_idx_files_of_letters_are_refused(tmp_path: Path) -> None:
    pair(tmp_path, "letters-test", [1, 26])
    with pytest.raises(DataError, match="holds the label 26; expected 0 to 9"):
        opened(str(tmp_path))


def test_of_several_idx_files_one_must_be_named(tmp_path: Path) -> None:
    pair(tmp_path, "one", [1])
    pair(tmp_path, "two", [2])
    with pytest.raises(DataError, match=r"several files of images .*name the one"):
        opened(str(tmp_path))


def test_an_idx_file_without_labels_says_what_is_missing(tmp_path: Path) -> None:
    pair(tmp_path, "t10k", [3])
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="labels beside it"):
        opened(str(tmp_path))


def test_a_folder_of_sets_is_several(tmp_path: Path) -> None:
    pictures(tmp_path, "fog/7/a.png", "fog/3/b.png", "blur/c.png")
    (tmp_path / "blur" / "labels.csv").write_text("c.png,5\n")
    pair(tmp_path / "spatter", "t10k", [3])
    pair(tmp_path / "zigzag", "t10k", [3, 4])
    found = opened(str(tmp_path))
    assert [(each.name, len(each.items)) for each in found] == [
        ("blur", 1),
        ("fog", 2),
        ("spatter", 1),
        ("zigzag", 2),
    ]


def test_a_name_is_its_test_digits(mnist: Sets) -> None:
    (found,) = opened("mnist")
    assert (found.name, len(found.items), found.mode) == ("mnist", 10_000, "digit")
    assert found.items[0].label == "7"
    np.testing.assert_array_equal(found.items[0].source, mnist.test.images[0])


def test_files_without_an_image_are_no_set(tmp_path: Path) -> None:
    pair(tmp_path, "t10k", [])
    with pytest.raises(DataError, match="holds no images; there is nothing to read"):
        opened(str(tmp_path))


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_what_is_no_set_says_what_one_is(tmp_path: Path, kind: str) -> None:
    where = tmp_path / "nothing" if kind == "missing" else tmp_path
    with pytest.raises(
        DataError, match="no such file or folder" if kind == "missing" else "expected folders named"
    ):
        opened(str(where))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../outside.png", "'../outside.png' goes up by '..'"),
        ("7/../7/a.png", "goes up by '..'"),
        ("/etc/hostname", "'/etc/hostname' leads out of"),
        ("link.png", "'link.png' leads out of"),
        ("up/outside.png", "'up/outside.png' leads out of"),
        ("a\0b.png", r"'a\\x00b.png' is no file's name"),
        ("", "'' is no file's name"),
    ],
)
def test_a_csv_may_not_lead_out_of_its_folder(tmp_path: Path, name: str, message: str) -> None:
    pictures(tmp_path, "outside.png", "set/7/a.png")
    (tmp_path / "set" / "link.png").symlink_to("../outside.png")
    (tmp_path / "set" / "up").symlink_to("..")
    (tmp_path / "set" / "labels.csv").write_text(f"7/a.png,7\n{name},1\n")
    advice = "A CSV names pictures in its own folder or below: put it into a folder that holds them all"
    for dataset in ("set", "set/labels.csv"):
        with pytest.raises(DataError, match=f"labels.csv, line 2: .*{message}.*{advice}"):
            opened(str(tmp_path / dataset))


def test_what_a_csv_may_name(tmp_path: Path) -> None:
    """Absolute paths and links, as long as they stay inside; a given path that is itself a link."""
    pictures(tmp_path, "set/7/a.png")
    (tmp_path / "set" / "link.png").symlink_to("7/a.png")
    (tmp_path / "other").symlink_to("set")
    for folder in (tmp_path / "set", tmp_path / "other"):
        (folder / "labels.csv").write_text(f"{folder}/7/a.png,7\n./7/a.png,7\nlink.png,7\ngone.png,7\n")
        (found,) = opened(str(folder))
        assert all(isinstance(item.source, Path) for item in found.items)
        assert [Path(str(item.source)).exists() for item in found.items] == [True, True, True, False]


@pytest.mark.parametrize("kind", ["picture", "folder of pictures", "csv", "images", "labels"])
def test_links_out_of_a_given_folder_are_refused(tmp_path: Path, kind: str) -> None:
    pictures(tmp_path, "outside/7/a.png", "outside/b.png", "sets/fine/7/a.png")
    pair(tmp_path / "outside", "t10k", [3])
    (tmp_path / "outside" / "labels.csv").write_text("b.png,5\n")
    folder = tmp_path / "sets" / "set"
    (folder / "7").mkdir(parents=True)
    links = {
        "picture": {"7/a.png": "7/a.png"},
        "folder of pictures": {"3": "7"},
        "csv": {"labels.csv": "labels.csv"},
        "images": {"t10k-images-idx3-ubyte": "t10k-images-idx3-ubyte"},
        "labels": {"t10k-labels-idx1-ubyte": "t10k-labels-idx1-ubyte"},
    }
    if kind == "labels":
        (folder / "t10k-images-idx3-ubyte").write_bytes(
            (tmp_path / "outside" / "t10k-images-idx3-ubyte").read_bytes()
        )
    elif kind == "images":
        pair(folder, "t10k", [3])
        (folder / "t10k-images-idx3-ubyte").unlink()
    for link, target in links[kind].items():
        (folder / link).symlink_to(tmp_path / "outside" / target)
    for dataset in (folder, folder.parent):
        with pytest.raises(DataError, match=r"leads out of .*sets.*Put the file itself, not a link to it"):
            opened(str(dataset))
    assert opened(str(tmp_path))  # all of it was given now


def test_a_csv_that_is_no_ordinary_file_or_has_no_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(tmp_path, "a.png")
    (tmp_path / "x.csv").write_text("a.png,7\n" * 3)
    monkeypatch.setattr(sets, "MOST", 2)
    with pytest.raises(DataError, match=r"x\.csv: holds 3 pictures; expected 2 at most"):
        opened(str(tmp_path / "x.csv"))
    pair(tmp_path, "t10k", [3, 4, 5])
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte: holds 3 pictures; expected 2 at most"):
        opened(str(tmp_path))
    with (tmp_path / "x.csv").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(
        DataError, match=r"x\.csv: .*has 1,099,511,627,776 bytes; expected 67,108,864 at most"
    ):
        opened(str(tmp_path / "x.csv"))
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(DataError, match=r"zero\.csv: no such file or folder"):
        opened(str(tmp_path / "zero.csv"))


CELLS = st.sampled_from(
    ["a.png", "../a.png", "/etc/hostname", "up/x", "7", "file", '"', "\0", "\r", "é", "\udc80"]
)


@given(st.lists(st.lists(CELLS | st.text(max_size=3), max_size=3).map(",".join), max_size=4))
def test_any_csv_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-csv"
    if not folder.exists():
        folder.mkdir()
        (folder / "up").symlink_to("..")
    path = folder / "labels.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        (found,) = opened(str(path))
    except DataError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
    else:
        assert all(os.path.realpath(str(each.source)).startswith(f"{folder}/") for each in found.items)
