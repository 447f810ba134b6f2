"""The networks that ship: loaded by name, whole, and as good as their card says."""

from pathlib import Path

import numpy as np
import pytest

import handlens as hl
from handlens import data
from handlens.cli import main
from handlens.export import export
from handlens.recording import load, shipped


@pytest.mark.parametrize("name", shipped.names())
def test_each_is_whole_and_has_a_card(name: str) -> None:
    run = load(name)
    assert run.verify() == []
    assert run.status == "finished"
    assert len(run.steps) == 1
    assert run.steps[-1] == run.header.result.step
    card = (run.folder / "README.md").read_text(encoding="utf-8")
    scored = run.header.result.test or run.evaluations[-1]
    assert f"{scored.accuracy:.2%}".replace("%", " %") in card
    parameters = sum(row.parameters for row in run.graph.costs())
    assert f"{parameters:,}" in card


def test_what_ships_names_no_place_of_the_machine_that_made_it() -> None:
    for path in shipped.FOLDER.rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        assert str(Path.home()) not in text
        assert '"/' not in text


def test_what_is_computed_from_it_stays_out_of_the_package() -> None:
    run = load("reader")
    assert run.folder == shipped.FOLDER / "reader"
    assert shipped.FOLDER not in run.cache.parents


@pytest.mark.slow
def test_what_is_made_of_it_stays_out_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDLENS_CACHE", str(tmp_path))
    before = sorted(shipped.FOLDER.rglob("*"))
    page = export("reader", figures=False)
    assert tmp_path in page.parents
    assert main(["look", "reader", "kernels"]) == 0
    assert list(tmp_path.rglob("kernels.png"))
    assert sorted(shipped.FOLDER.rglob("*")) == before


def test_only_a_recording_of_that_name_is_taken_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of pictures that is called reader must not stand between the reader and its network."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reader").mkdir()
    assert hl.load("reader").folder == shipped.FOLDER / "reader"
    (tmp_path / "reader" / "recording.json").write_text("{}")
    with pytest.raises(hl.HandlensError, match=r"reader.recording\.json"):
        load("reader")


def test_its_digits_are_mnists(monkeypatch: pytest.MonkeyPatch) -> None:
    run = load("reader")
    assert run.sets is not None
    assert run.sets.name == "mnist"
    images, labels = run.digits("validation", np.arange(2000))
    known = run.net()(images)[:, :10].argmax(axis=1) == labels
    assert known.mean() > 0.985
    assert np.array_equal(labels, data.load("mnist").validation.labels[:2000])
