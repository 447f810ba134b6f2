"""Where pictures and labels come from: each kind of set, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handlens.data import Sets, idx
from handlens.errors import DataError
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
