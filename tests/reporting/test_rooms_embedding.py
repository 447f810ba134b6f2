"""The page's t-SNE is the film's, of the page's frames and items; offered where it can be had."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as unpacked

from handlens.errors import LookError
from handlens.insight import embedding
from handlens.page.resources import Resources
from handlens.page.rooms import Shown
from handlens.recording import Recording, load
from handlens.reporting import clouds
from handlens.reporting.rooms import Recorded

KEY = "tsne/samples.safetensors"


@pytest.fixture
def fresh(foreign: Recording, tmp_path: Path) -> Recording:
    """The foreign recording with nothing in its cache."""
    return load(shutil.copytree(foreign.folder, tmp_path / "fresh", ignore=shutil.ignore_patterns("cache")))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a t-SNE, drawn places."""

    def places(features, seed, callback):  # type: ignore[no-untyped-def]
        frames = [len(frame) for frame in features]
        return np.random.default_rng(1).normal(size=(len(frames), frames[0], 2)).astype(np.float32)

    monkeypatch.setattr(embedding, "aligned_tsne", places)


def about(run: Recording, **wishes: bool) -> dict:
    return json.loads(Resources(run, rooms=Recorded(run, **wishes)).read("run.json"))["rooms"]


@pytest.mark.usefixtures("drawn")
def test_it_is_the_films_for_the_frames_and_items_that_are_shown(fresh: Recording) -> None:
    rooms = Recorded(fresh, slow=True)
    items, steps = np.arange(1, 60, 2), fresh.steps[::2]
    said = unpacked(rooms.readers(Shown("samples", steps, items))[KEY]())
    chosen = clouds.cast(fresh, "samples")
    film = clouds.tsne_of(fresh, chosen, fresh.steps)
    np.testing.assert_array_equal(items[said["items"]], np.intersect1d(items, chosen.items))
    assert said["steps"].tolist() == list(steps)
    places = said["scale"] * said["film"].astype(np.int32).cumsum(axis=0)
    wanted = film[::2][:, np.isin(chosen.items, items)]
    np.testing.assert_allclose(places, wanted, atol=2 * np.abs(film).max() / 2047)


@pytest.mark.usefixtures("drawn")
def test_it_is_offered_until_it_is_kept(fresh: Recording) -> None:
    offered, quick = about(fresh, slow=True), about(fresh)
    assert offered["slow"]["tsne"] == round(0.3 * len(fresh.steps))
    assert "tsne" in offered["parts"]
    assert "tsne" not in quick["parts"]
    Resources(fresh, rooms=Recorded(fresh, slow=True)).read(KEY)
    for kept in (about(fresh, slow=True), about(fresh)):
        assert "tsne" in kept["parts"]
        assert "tsne" not in kept["slow"]


def test_without_open_tsne_it_says_what_to_type(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    said = about(fresh, slow=True)
    assert "tsne" not in said["parts"]
    assert "A t-SNE needs openTSNE" in said["missing"]["tsne"]


@pytest.mark.usefixtures("drawn")
def test_what_was_kept_needs_no_open_tsne(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    Resources(fresh, rooms=Recorded(fresh, slow=True)).read(KEY)
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    assert KEY in Resources(fresh, rooms=Recorded(fresh)).keys()  # noqa: SIM118


def test_a_running_training_and_a_few_items_have_none(
    interrupted: Recording, fresh: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "tsne" in about(interrupted, slow=True)["parts"]
    monkeypatch.setattr(Recording, "status", "running")
    assert "tsne" not in about(interrupted, slow=True)["parts"]
    monkeypatch.undo()
    monkeypatch.setattr("handlens.reporting.rooms.embedding.FEWEST_POINTS", 61)
    assert "tsne" not in about(fresh, slow=True)["slow"]


@pytest.mark.usefixtures("drawn")
def test_it_ends_where_a_run_diverged(fresh: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    real, gone = clouds._pass, [3]

    def passed(run: Recording, images: np.ndarray, name: str, step: int) -> tuple[np.ndarray, np.ndarray]:
        stage, logits = real(run, images, name, step)
        return stage, logits * np.nan if step >= gone[0] else logits

    monkeypatch.setattr(clouds, "_pass", passed)
    said = unpacked(Resources(fresh, rooms=Recorded(fresh, slow=True)).read(KEY))
    assert said["steps"].tolist() == [step for step in fresh.steps if step < 3]
    shutil.rmtree(fresh.cache)
    gone[0] = 0
    with pytest.raises(LookError, match="step 0 holds numbers that aren't finite"):
        Resources(fresh, rooms=Recorded(fresh, slow=True)).read(KEY)
