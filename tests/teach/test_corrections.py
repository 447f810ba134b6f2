"""The personal set: its file, and as pictures for others."""

import os
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handlens.errors import DataError, InkError, RecordingError
from handlens.evaluate import opened
from handlens.reading.taught import store
from handlens.teach import Correction, corrections, exchange

RNG = np.random.default_rng(0)
SOME = tuple(
    Correction(RNG.integers(0, 256, (28, 28)).astype(np.uint8), label, f"{label}.jpg")
    for label in ("7", "none", "0")
)


def told(found: tuple[Correction, ...] | list[Correction]) -> list[tuple[bytes, str]]:
    return [(each.frame.tobytes(), each.label) for each in found]


def test_what_is_saved_is_loaded() -> None:
    assert corrections.load() == ()
    corrections.save(SOME)
    assert told(corrections.load()) == told(SOME)
    assert [each.source for each in corrections.load()] == ["7.jpg", "none.jpg", "0.jpg"]


def test_a_frame_is_kept_in_256_grays() -> None:
    pixels = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
    made = Correction.of(pixels, "7")
    np.testing.assert_allclose(made.pixels, pixels, atol=0.5 / 255 + 1e-6)


def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "MOST", 2)
    with pytest.raises(InkError, match="3 corrections; expected at most 2"):
        corrections.added(SOME[:1], SOME[1:])


def test_a_file_whose_labels_dont_fit_its_frames_is_damaged() -> None:
    store(corrections.path(), {"frames": np.zeros((2, 28, 28), np.uint8)}, {"corrections": []})
    with pytest.raises(RecordingError, match="these are no corrections"):
        corrections.load()


@pytest.mark.parametrize("name", ["mine.zip", "mine"])
def test_an_export_is_read_back_and_is_a_set_to_evaluate(tmp_path: Path, name: str) -> None:
    exchange.export(SOME, tmp_path / name)
    assert told(exchange.read(tmp_path / name)) == told(SOME)
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(tmp_path / "mine")
    (found,) = opened(str(tmp_path / "mine"))
    assert [item.label for item in found.items] == ["7", "", "0"]
    with Image.open(found.items[0].source) as picture:
        np.testing.assert_array_equal(np.array(picture), SOME[0].frame)


def test_the_same_set_gives_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        exchange.export(SOME, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match=r"isn't empty. Choose a new folder"):
        exchange.export(SOME, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def png(path: Path, size: int = 28, mode: str = "L") -> None:
    Image.new(mode, (size, size)).save(path, "png")


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (None, "labels.csv: can't be read"),
        ("a,b\nx.png,7\n", "expected a folder or a zip file that handlens teach export wrote"),
        ("file,label\nx.png\n", "'x.png', None; expected a file beside it, and its label"),
        ("file,label\n../x.png,7\n", "expected a file beside it"),
        ("file,label\nlarge.png,7\n", "large.png is 40 x 40, L; expected a frame, 28 x 28, gray"),
        ("file,label\ncolour.png,7\n", "colour.png is 28 x 28, RGB"),
        ("file,label\nbroken.png,7\n", "expected a folder or a zip file that"),
        ("file,label\ngone.png,7\n", "gone.png: can't be read: No such file"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, index: str | None, message: str) -> None:
    png(tmp_path / "x.png")
    png(tmp_path / "large.png", 40)
    png(tmp_path / "colour.png", mode="RGB")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    if index is not None:
        (tmp_path / "labels.csv").write_text(index)
    with pytest.raises(DataError, match=message):
        exchange.read(tmp_path)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match="expected a folder or a zip file"):
        exchange.read(tmp_path / "x.zip")


def test_a_damaged_zip_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    exchange.export(SOME, tmp_path / "x.zip")
    whole = (tmp_path / "x.zip").read_bytes()
    refused = 0
    for place in range(0, len(whole), 3):
        (tmp_path / "x.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            exchange.read(tmp_path / "x.zip")  # dates and the like may be wrong
        except DataError:
            refused += 1
    assert refused > len(whole) // 6


def test_a_zip_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.export(SOME, tmp_path / "mine.zip")
    monkeypatch.setattr(exchange, "MOST_BYTES", 20)
    with pytest.raises(DataError, match=r"labels.csv is \d+ bytes; expected 20 at most"):
        exchange.read(tmp_path / "mine.zip")


def test_a_zip_bomb_counts_by_what_comes_out_of_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(exchange.INDEX, "file,label\n" + "\n" * exchange.MOST_BYTES)
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000
    with pytest.raises(DataError, match=r"labels.csv is 10,000,011 bytes; expected 10,000,000 at most"):
        exchange.read(tmp_path / "bomb.zip")


def test_a_zip_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_bytes(b"something dear")
    with pytest.raises(DataError, match=r"mine\.zip: is there already\. Choose another name, or remove it"):
        exchange.export(SOME, tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").read_bytes() == b"something dear"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_zip_that_is_packed_otherwise_is_read_or_refused(tmp_path: Path, method: int) -> None:
    exchange.export(SOME[:1], tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        for path in sorted((tmp_path / "folder").iterdir()):
            archive.write(path, path.name)
    assert told(exchange.read(tmp_path / "x.zip")) == told(SOME[:1])
    whole = (tmp_path / "x.zip").read_bytes()
    refused = 0
    for place in range(0, len(whole), 2):
        (tmp_path / "x.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            exchange.read(tmp_path / "x.zip")
        except DataError:
            refused += 1
    assert refused > len(whole) // 4


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    png(tmp_path / "outside.png")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.png").symlink_to("../outside.png")
    (folder / "labels.csv").write_text("file,label\na.png,7\n")
    message = r"a\.png: is a link that leads out of .*set, to .*outside\.png\. Put the file itself into"
    with pytest.raises(DataError, match=message):
        exchange.read(folder)
    (folder / "a.png").unlink()
    png(folder / "b.png")
    (folder / "a.png").symlink_to("b.png")
    assert len(exchange.read(folder)) == 1
    (folder / "labels.csv").rename(tmp_path / "elsewhere.csv")
    (folder / "labels.csv").symlink_to("../elsewhere.csv")
    with pytest.raises(DataError, match=r"labels\.csv: is a link that leads out"):
        exchange.read(folder)


def test_nothing_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.zip")
    with pytest.raises(
        DataError, match=r"x\.zip: is a device or pipe; .*; expected what handlens teach export"
    ):
        exchange.read(tmp_path / "x.zip")
    os.mkfifo(tmp_path / "labels.csv")
    with pytest.raises(DataError, match=r"labels\.csv: is a device or pipe"):
        exchange.read(tmp_path)


def test_what_is_too_large_or_too_much_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.zip").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(DataError, match=r"large\.zip: has 1,099,511,627,776 bytes; expected 16,777,216 at"):
        exchange.read(tmp_path / "large.zip")
    (tmp_path / "many.zip").write_bytes((b"PK\1\2" + bytes(42)) * 30_001 + b"PK\5\6" + bytes(18))
    with pytest.raises(DataError, match=r"many\.zip: holds more than 30,000 files; expected 10,001 at most"):
        exchange.read(tmp_path / "many.zip")
    png(tmp_path / "x.png")
    with (tmp_path / "x.png").open("ab") as stream:
        stream.write(bytes(200_000))
    (tmp_path / "labels.csv").write_text("file,label\nx.png,7\n")
    with pytest.raises(DataError, match=r"x\.png: has 200,\d+ bytes; expected 100,000 at most"):
        exchange.read(tmp_path)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Whichever of two is taken, somebody else takes the other."""
    png(tmp_path / "x.png")
    (tmp_path / "labels.csv").write_text("file,label\nx.png,7\nx.png,1\n,\n,\n")
    with pytest.raises(DataError, match=r"'x\.png' stands there 2 times; expected once"):
        exchange.read(tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(tmp_path / "x.png", "x.png")
        for label in "71":
            with warnings.catch_warnings(action="ignore"):
                archive.writestr("labels.csv", f"file,label\nx.png,{label}\n")
    with pytest.raises(DataError, match=r"x\.zip: 'labels\.csv' stands there 2 times"):
        exchange.read(tmp_path / "x.zip")


CELLS = st.sampled_from(["x.png", "7", "none", "", "../x.png", "/x.png", '"', "a\0b", "é", "\ud83d\udd0d"])


@given(st.lists(st.lists(CELLS | st.text(max_size=3), max_size=3).map(",".join), max_size=4))
def test_any_index_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-index"
    folder.mkdir(exist_ok=True)
    png(folder / "x.png")
    text = "\n".join(["file,label", *lines])
    (folder / "labels.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = exchange.read(folder)
    except DataError as error:
        assert str(error).startswith(str(folder))  # noqa: PT017
    else:
        assert {each.source for each in found} <= {"x.png"}
