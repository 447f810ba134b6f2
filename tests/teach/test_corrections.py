"""The personal set: its file, and as pictures for others."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
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
