"""What was computed isn't computed again: the cache, and what comes with a recording, as with the sample."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as unpacked
from serving import recorded

from handlens.insight import dreams, embedding
from handlens.page import sample
from handlens.page.resources import Resources
from handlens.page.rooms import part
from handlens.recording import Recording, load
from handlens.recording.files import keep
from handlens.reporting.kept import Arrays, is_kept, kept
from handlens.reporting.rooms import Recorded, filters

NAME = "units-test-0123456789abcdef.safetensors"
SHIPPED = ("units", "tsne", "dreams")


def numbers(number: float) -> Arrays:
    return {"numbers": np.array([number], np.float32)}


def never() -> Arrays:
    raise AssertionError("made, though it is there")


def made_of(run: Recording, make: Callable[[], Arrays]) -> float:
    return float(kept(run, NAME, make)["numbers"][0])


def test_the_cache_comes_first_and_then_what_came_with_the_recording(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run")
    assert not is_kept(run, NAME)
    (run.folder / "made").mkdir()
    came = run.folder / "made" / NAME
    keep(came, numbers(1))
    assert is_kept(run, NAME)
    assert made_of(run, never) == 1
    assert not run.cache.exists()
    run.cache.mkdir()
    keep(run.cache / NAME, numbers(2))
    assert made_of(run, never) == 2
    (run.cache / NAME).write_bytes(b"damaged")
    assert made_of(run, never) == 1
    came.write_bytes(b"damaged too")
    assert made_of(run, lambda: numbers(3)) == 3
    assert came.read_bytes() == b"damaged too"
    assert made_of(run, never) == 3


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """The sample with an empty cache, where neither torch nor openTSNE is installed."""
    monkeypatch.setenv("HANDLENS_CACHE", str(tmp_path))
    for library in ("torch", "openTSNE"):
        monkeypatch.setitem(sys.modules, library, None)
    return sample.recording()


@pytest.mark.parametrize("slow", [True, False])
def test_of_the_sample_nothing_slow_is_left_to_compute(
    shipped: Recording, slow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((dreams, "maximising"), (embedding, "aligned_tsne"), (filters, "_answers")):
        monkeypatch.setattr(module, name, lambda *given: never())
    before = {path: path.stat().st_mtime_ns for path in sample.path().rglob("*")}
    resources = Resources(shipped, rooms=Recorded(shipped, slow=slow))
    said = json.loads(resources.read("run.json"))["rooms"]
    assert (said["slow"], said["missing"]) == ({}, {})
    keys = [key for key in resources.keys() if part(key) in SHIPPED]  # noqa: SIM118
    assert len(keys) == len(shipped.steps) + 2
    assert all(resources.read(key) for key in keys)
    assert not list(shipped.cache.glob("units-*"))
    assert {path: path.stat().st_mtime_ns for path in sample.path().rglob("*")} == before
    assert len(list((sample.path() / "made").iterdir())) == len(keys)


def test_it_is_the_samples(shipped: Recording, tmp_path: Path) -> None:
    bare = load(
        shutil.copytree(sample.path(), tmp_path / "digits", ignore=shutil.ignore_patterns("made")),
        tmp_path / "bare",
    )
    there, anew = (Resources(run, rooms=Recorded(run)) for run in (shipped, bare))
    key = f"units/test/{shipped.steps[20]}.safetensors"
    ours, theirs = unpacked(there.read(key)), unpacked(anew.read(key))
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-4)

    dreamt = unpacked(there.read("dreams.safetensors"))
    for moment, step in enumerate(dreamt["steps"]):
        for layer, middle in (("conv1", (14, 14)), ("conv2", (7, 7)), ("logits", ())):
            pictures = dreamt[f"{layer}/pictures"][moment].astype(np.float32) / 255
            sums = shipped.stages(pictures, int(step))[layer]
            own = [sums[(unit, unit, *middle)] for unit in range(len(pictures))]
            np.testing.assert_allclose(dreamt[f"{layer}/values"][moment], own, rtol=0.01, atol=0.01)

    cloud = unpacked(there.read("tsne/test.safetensors"))
    labels = shipped.digits("test")[1][cloud["items"]]
    assert cloud["steps"].tolist() == list(shipped.steps)
    places = cloud["film"].sum(axis=0).astype(float)
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    assert (labels == labels[distance.argmin(axis=1)]).mean() > 0.9
