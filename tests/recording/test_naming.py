"""A recording may name a folder of data, but handlens looks only where its user has pointed."""

from pathlib import Path

import numpy as np
import pytest
from small import drawn, header

from handlens import data
from handlens.cli import main
from handlens.data import idx
from handlens.engine import train
from handlens.errors import DataError
from handlens.recording import Recording, Writer, load, naming
from handlens.recording.schema import Data

FOREIGN = "was trained on '.*', a folder that nobody has named on this computer"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which nothing was named yet, as for another process."""
    monkeypatch.setenv("HANDLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(naming, "_named", set())
    return tmp_path / "cache"


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A few digits in a folder of their own."""
    folder = tmp_path / "my digits"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, n in (("train", 240), ("t10k", 60)):
        idx.write(folder / f"{part}-images-idx3-ubyte", rng.integers(0, 256, (n, 28, 28)).astype(np.uint8))
        idx.write(folder / f"{part}-labels-idx1-ubyte", (np.arange(n) % 10).astype(np.uint8))
    return folder


@pytest.fixture
def foreign(digits: Path, tmp_path: Path) -> Recording:
    """A recording from elsewhere that names these digits."""
    given = Data(name=str(digits), sha256=data.load(digits).digests)
    Writer.create(tmp_path / "run", header(data=given), drawn(0), None, None).release()
    return load(tmp_path / "run")


def test_a_folder_that_a_recording_alone_names_is_not_even_asked_for(
    foreign: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "load", lambda name: pytest.fail("it looks"))
    with pytest.raises(DataError, match=rf"{FOREIGN}.* handlens data verify '.*/my digits'$"):
        foreign.digits()
    assert foreign.verify() == []


@pytest.mark.parametrize("verb", ["verify", "describe"])
def test_what_the_user_names_may_be_named(
    foreign: Recording, digits: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["data", verb, str(digits)]) == 0
    monkeypatch.setattr(naming, "_named", set())  # another process, later
    assert len(foreign.labels("test")) == 60


def test_who_trains_on_a_folder_has_named_it(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"data": str(digits), "widths": (2, 3), "limit": 20, "epochs": 1, "threads": 1}
    train("lab", tmp_path / "own", **fields)
    monkeypatch.setattr(naming, "_named", set())
    monkeypatch.chdir(tmp_path)
    assert len(load("own").labels("test")) == 60


def test_where_nothing_can_be_kept_it_counts_for_the_process(digits: Path, cache: Path) -> None:
    cache.write_text("no folder")
    naming.remember(str(digits))
    naming.check(str(digits), Path("run"))


def test_a_resume_and_a_training_again_look_nowhere_else(
    digits: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    fields = {"data": str(digits), "widths": (2, 3), "limit": 20, "epochs": 1, "threads": 1}

    def stop(event: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        train("lab", tmp_path / "run", **fields, listener=stop)
    (note,) = (cache / "named").iterdir()
    note.unlink()
    monkeypatch.setattr(naming, "_named", set())
    monkeypatch.setattr("handlens.engine.trainer.data.load", lambda name: pytest.fail("it looks"))
    with pytest.raises(DataError, match=FOREIGN):
        train(out=tmp_path / "run", resume=True)
    assert main(["train", "--again", str(tmp_path / "run")]) == 1
    assert "a folder that nobody has named" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setenv("HANDLENS_CACHE", str(cache))
    run = train("lab", tmp_path / "run", resume=True, data=str(digits))
    assert run.status == "finished"
