import hashlib
import importlib.util
import logging
import lzma
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from handlens import data
from handlens.data import idx, mnist
from handlens.errors import DataError

# Published with the set: how often each digit occurs.
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]

TEST_FILES = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDLENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mnist"


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_counts_and_labels(mnist):
    sizes = {name: len(mnist.split(name)) for name in mnist.counts}
    assert sizes == {"train": 55000, "validation": 5000, "test": 10000, "development": 60000} == mnist.counts
    assert np.bincount(mnist.development.labels).tolist() == TRAIN_COUNTS
    assert np.bincount(mnist.test.labels).tolist() == TEST_COUNTS
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert mnist.classes == tuple("0123456789")
    assert mnist.size == (28, 28) == mnist.test.images.shape[1:]


def test_the_first_training_digit_is_the_known_five(mnist):
    first = mnist.development.images[0]
    assert mnist.development.labels[0] == 5
    # Its top stroke: row 5, columns 12 to 23.
    assert first[5, 12:24].tolist() == [3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127]
    assert not first[:5].any()


def test_mean_and_deviation_are_the_published_ones(mnist):
    pixels = mnist.development.images / np.float32(255)
    assert pixels.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)


def test_the_split_is_the_documented_one(mnist):
    whole = mnist.development
    expected = np.sort(np.argsort(whole.labels, kind="stable")[::12])
    np.testing.assert_array_equal(mnist.validation.indices, expected)
    assert not set(mnist.train.indices) & set(mnist.validation.indices)
    for split in (mnist.train, mnist.validation):
        np.testing.assert_array_equal(split.images, whole.images[split.indices])
        np.testing.assert_array_equal(split.labels, whole.labels[split.indices])
    shares = np.bincount(mnist.validation.labels) - np.array(TRAIN_COUNTS) / 12
    assert (np.abs(shares) < 1).all()


def test_digests_are_those_of_the_idx_files(mnist, tmp_path):
    assert mnist.digests["t10k-images-idx3-ubyte"].startswith("0fa7898d")
    assert idx.digest(mnist.test.images) == mnist.digests["t10k-images-idx3-ubyte"]
    assert idx.digest(mnist.development.labels) == mnist.digests["train-labels-idx1-ubyte"]


def test_arrays_are_read_only(mnist):
    for split in (mnist.train, mnist.development):
        with pytest.raises(ValueError, match="read-only"):
            split.images[0] = 0


def test_repr_tells_a_learner_what_is_in_it(cache):
    lines = repr(data.load("mnist")).splitlines()
    assert lines[0] == "mnist: handwritten digits (LeCun, Cortes, Burges; CC BY-SA 3.0)"
    assert "uint8 [n, 28, 28], 0 (paper) to 255 (ink)" in lines[1]
    assert "10 classes: 0 1 2 3 4 5 6 7 8 9" in lines[2]
    assert [line.split()[:2] for line in lines[3:]] == [
        [".train", "55,000"],
        [".validation", "5,000"],
        [".test", "10,000"],
        [".development", "60,000"],
    ]
    assert not cache.exists(), "describing a set reads no pixels"


def test_each_part_is_unpacked_only_when_asked_for(cache):
    sets = data.load("mnist")
    assert not cache.exists()
    assert sets.test is sets.test
    assert sorted(os.listdir(cache)) == TEST_FILES, "and no temporary file is left"


def test_the_cache_is_used(cache, monkeypatch):
    first = data.load("mnist").test

    def unpack(_):
        raise AssertionError("unpacked twice")

    monkeypatch.setattr(mnist, "_unpack", unpack)
    np.testing.assert_array_equal(data.load("mnist").test.images, first.images)


@pytest.mark.parametrize("damage", ["flip", "cut", "grow"])
def test_a_wrong_cached_file_is_replaced_and_said(cache, caplog, damage):
    expected = data.load("mnist").test.labels
    path = cache / TEST_FILES[1]
    whole = path.read_bytes()
    flipped = whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
    path.write_bytes({"flip": flipped, "cut": whole[:-1], "grow": whole + b"\0"}[damage])
    np.testing.assert_array_equal(data.load("mnist").test.labels, expected)
    assert path.read_bytes() == whole
    assert warnings(caplog) == [f"{path} isn't what was unpacked there: it is written anew"]


def test_a_cache_that_cannot_be_made_is_said_once_and_stops_nothing(cache, caplog):
    cache.parent.write_text("a file where the folder should be")
    assert len(data.load("mnist").test) == 10000
    assert len(data.load("mnist").test) == 10000
    (message,) = warnings(caplog)
    assert f"MNIST can't be kept in {cache}" in message
    assert "set HANDLENS_CACHE to a folder that can be written" in message


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Denied")])
def test_a_full_or_read_only_cache_stops_nothing(cache, caplog, monkeypatch, error):
    def fail(_):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    assert np.bincount(data.load("mnist").test.labels).tolist() == TEST_COUNTS
    (message,) = warnings(caplog)
    assert f"({error.strerror}): it is unpacked into memory" in message
    assert not list(cache.iterdir()), "no half-written file is left"


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="needs permissions that bind")
def test_a_folder_without_write_permission_stops_nothing(cache, caplog):
    cache.mkdir(parents=True)
    cache.chmod(0o555)
    assert len(data.load("mnist").test) == 10000
    assert len(warnings(caplog)) == 1


LOADER = """
import hashlib, sys
from handlens import data
sys.stdin.readline()
print(hashlib.sha256(data.load("mnist").test.images.tobytes()).hexdigest())
"""


def test_processes_that_unpack_at_once_do_not_hurt_each_other(cache):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    loaders = [subprocess.Popen([sys.executable, "-c", LOADER], **pipes) for _ in range(3)]
    for loader in loaders:
        loader.stdin.write("now\n")
        loader.stdin.flush()
    outputs = [loader.communicate(timeout=60) for loader in loaders]
    assert len({out for out, _ in outputs}) == 1
    assert len(outputs[0][0].strip()) == 64
    assert [errors for _, errors in outputs] == ["", "", ""]
    assert sorted(os.listdir(cache)) == TEST_FILES


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("HANDLENS_CACHE", "~/elsewhere")
    assert mnist.cache_folder() == Path.home() / "elsewhere" / "mnist"
    monkeypatch.setenv("HANDLENS_CACHE", "")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name, **_: str(tmp_path / name))
    assert mnist.cache_folder() == tmp_path / "handlens" / "mnist"


@pytest.fixture
def broken_package(tmp_path, monkeypatch):
    """A package whose test labels hold something else, and whose other files are gone."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / f"{TEST_FILES[1]}.xz").write_bytes(lzma.compress(b"something else"))
    monkeypatch.setattr(mnist.resources, "files", lambda _: tmp_path)


@pytest.mark.usefixtures("broken_package")
def test_a_damaged_package_is_refused(cache):
    with pytest.raises(
        DataError, match=r"t10k-images-idx3-ubyte.xz, a file of the installed package.*No such"
    ):
        _ = data.load("mnist").test
    with pytest.raises(DataError, match=r"wrong SHA-256.*pip install --force-reinstall"):
        mnist._content(TEST_FILES[1])


def test_verify(cache, monkeypatch):
    sets = data.load("mnist")
    checks = sets.verify()
    assert [check.file for check in checks] == [f"{name}.xz" for name in mnist.FILES]
    assert all(check.ok and check.found == check.expected for check in checks)
    assert len(sets.test) == 10000
    (cache / TEST_FILES[1]).write_bytes(b"not this")
    bad = [check for check in sets.verify() if not check.ok]
    assert [check.file for check in bad] == [str(cache / TEST_FILES[1])]
    assert bad[0].found == hashlib.sha256(b"not this").hexdigest()


@pytest.mark.usefixtures("broken_package")
def test_verify_reports_a_damaged_package(cache):
    checks = data.load("mnist").verify()
    assert [check.ok for check in checks] == [False] * 4
    assert "damaged or missing" in checks[0].found
    assert checks[3].found == hashlib.sha256(b"something else").hexdigest()


def test_the_packing_tool_refuses_other_files(tmp_path):
    tool = Path(__file__).parents[2] / "tools" / "pack_mnist.py"
    spec = importlib.util.spec_from_file_location("pack_mnist", tool)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    idx.write(tmp_path / "train-images-idx3-ubyte.gz", np.zeros((1, 28, 28), np.uint8))
    with pytest.raises(SystemExit, match=r"train-images-idx3-ubyte: SHA-256 is .* expected ba891046"):
        module.main(tmp_path)
