import gzip

import numpy as np
import pytest

from handlens import data
from handlens.data import idx
from handlens.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Two dozen training and six test images of 3 × 4 pixels, in four classes, one file packed."""
    folder = tmp_path / "small"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, n in (("train", 24), ("t10k", 6)):
        idx.write(folder / f"{part}-images-idx3-ubyte", rng.integers(0, 256, (n, 3, 4)).astype(np.uint8))
        idx.write(folder / f"{part}-labels-idx1-ubyte.gz", (np.arange(n) % 4).astype(np.uint8))
    return folder


def test_names_and_unknown_names(tmp_path):
    assert data.names() == ("mnist", "mnist-shifted")
    with pytest.raises(
        DataError,
        match=r"'mnits' is neither .* nor a folder; expected one of mnist, mnist-shifted, or a fold",
    ):
        data.load("mnits")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="is neither a data set's name nor a folder"):
        data.load(tmp_path / "file")


def test_a_folder_is_a_set(folder):
    sets = data.load(folder)
    assert (sets.name, sets.classes, sets.size) == ("small", ("0", "1", "2", "3"), (3, 4))
    assert sets.counts == {"train": 22, "validation": 2, "test": 6, "development": 24}
    assert {name: len(sets.split(name)) for name in sets.counts} == sets.counts
    np.testing.assert_array_equal(sets.test.images, idx.read(folder / "t10k-images-idx3-ubyte"))
    assert sets.validation.indices.tolist() == [0, 2]
    assert "  images  uint8 [n, 3, 4]" in repr(data.load(str(folder)))


def test_a_folders_digests_do_not_depend_on_packing(folder):
    before = data.load(folder).digests
    plain = folder / "train-images-idx3-ubyte"
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert data.load(folder).digests == before
    assert set(before) == {
        f"{p}-{w}-ubyte" for p in ("train", "t10k") for w in ("images-idx3", "labels-idx1")
    }


def test_names_with_a_dot_are_found_too(folder):
    (folder / "train-images-idx3-ubyte").rename(folder / "train-images.idx3-ubyte")
    assert len(data.load(folder).train) == 22


def test_training_never_reads_the_test_files(folder):
    header = (folder / "t10k-images-idx3-ubyte").read_bytes()[:16]
    (folder / "t10k-images-idx3-ubyte").write_bytes(header)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    sets = data.load(folder)
    assert len(sets.train) + len(sets.validation) == len(sets.development) == 24
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte: ends after 0 bytes of values; expected 72"):
        _ = sets.test


def test_what_a_folder_must_hold(folder):
    images, labels = folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte.gz"
    idx.write(labels, np.full(6, 4, np.uint8))
    with pytest.raises(DataError, match="holds the label 4; expected at most 3, the highest training label"):
        _ = data.load(folder).test
    idx.write(images, np.zeros((6, 4, 4), np.uint8))
    with pytest.raises(DataError, match="training images are 3 × 4 pixels, test images 4 × 4; expected one"):
        data.load(folder)
    idx.write(images, np.zeros((0, 3, 4), np.uint8))
    with pytest.raises(DataError, match=r"holds uint8 \[0, 3, 4\]; expected images, .*at least one"):
        data.load(folder)
    images.unlink()
    with pytest.raises(
        DataError, match=r"small: holds no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz"
    ):
        data.load(folder)
    idx.write(folder / "train-labels-idx1-ubyte.gz", np.zeros(0, np.uint8))
    idx.write(images, np.zeros((6, 3, 4), np.uint8))
    with pytest.raises(DataError, match="holds no labels; expected one for each training image"):
        _ = data.load(folder).classes


def test_verify_reads_everything(folder):
    sets = data.load(folder)
    assert [check.ok for check in sets.verify()] == [True, True]
    idx.write(folder / "t10k-labels-idx1-ubyte.gz", np.zeros(5, np.uint8))
    train, test = sets.verify()
    assert train == ("train-images, train-labels", *["uint8 [24, 3, 4] and 24 labels"] * 2, True)
    assert test.found.endswith("Take both files from the same set.")
    assert not test.ok


def test_a_link_may_not_lead_out_of_the_folder(folder):
    images = folder / "t10k-images-idx3-ubyte"
    images.rename(folder.with_name("elsewhere"))
    images.symlink_to("../elsewhere")
    with pytest.raises(
        DataError,
        match=r"small: '.*idx3-ubyte' leads out of .*small, to .*elsewhere\. Put a copy",
    ):
        data.load(folder)
    images.unlink()
    (folder / "below").mkdir()
    folder.with_name("elsewhere").rename(folder / "below" / "images")
    images.symlink_to("below/images")
    folder.with_name("link").symlink_to(folder)
    for given in (folder, folder.with_name("link")):
        assert len(data.load(given).test) == 6
