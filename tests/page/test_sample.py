"""The recording that ships: whole, small, as its README says, and readable where nothing can be written."""

import json
import shutil
from pathlib import Path

from handlens.page import sample
from handlens.page.bundle import bundle
from handlens.page.resources import Resources
from handlens.recording import load


def test_it_is_whole_and_small() -> None:
    run = load(sample.path())
    assert run.verify() == []
    assert run.status == "finished"
    kept = [path for path in sample.path().rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} == {".json", ".jsonl", ".safetensors"}
    assert sum(path.stat().st_size for path in kept) < 3_000_000


def test_it_is_what_its_readme_says() -> None:
    run = load(sample.path())
    told = (sample.path().parent / "README.md").read_text("utf-8")
    assert f"{run.accuracy:.2%}".replace("%", " %") in told
    assert f"{len(run.steps)} of the 70" in told
    assert f"{sum(row.parameters for row in run.graph.costs()):,} parameters" in told
    assert run.header.recipe is not None
    assert (run.header.recipe.widths, run.header.recipe.seed, run.header.recipe.threads) == ((8, 16), 0, 1)


def test_its_score_is_the_last_frames() -> None:
    run = load(sample.path())
    images, labels = run.digits("test")
    assert (run.net()(images).argmax(axis=1) == labels).mean() == run.accuracy


def test_looking_at_it_leaves_the_package_as_it_was() -> None:
    run = sample.recording()
    before = set(sample.path().rglob("*"))
    resources = Resources(run)
    assert resources.read("run.json")
    assert resources.read("sets/test.safetensors")
    assert set(sample.path().rglob("*")) == before
    assert list(run.cache.glob("outputs-test-*.safetensors"))
    assert list(run.cache.glob("ranges-*.safetensors"))


def test_it_opens_where_nothing_can_be_written(tmp_path: Path) -> None:
    folder = shutil.copytree(sample.path(), tmp_path / "digits")
    (folder / "cache").write_text("in the way of every cache")
    resources = Resources(load(folder))
    assert json.loads(resources.read("run.json"))["first"] == {"set": "test", "index": 0}
    assert resources.read("sets/test.safetensors")
    assert (folder / "cache").is_file()
    assert 1_000_000 < len(bundle(load(folder))) < 3_000_000
