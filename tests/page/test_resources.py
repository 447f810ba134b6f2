"""What a page reads, held to the recording by numpy; every resource read back as the format says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dags import random_images, random_weights, rgb
from safetensors.numpy import load as unpacked
from small import SMALL, drawn

from handlens.data import Sets
from handlens.errors import LookError, RecordingError
from handlens.page.resources import Resources
from handlens.page.rooms import Readers, Shown
from handlens.recipes import recipe
from handlens.recording import Recording, load
from handlens.recording.folder import frame_path, line_bytes
from handlens.recording.naming import remember
from handlens.recording.schema import ChangeLine, Data, Origin


def about(resources: Resources) -> dict:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(resources.read("run.json"), parse_constant=refuse)


@pytest.fixture
def trained(record, digits: Data) -> Recording:
    """A finished training of drawn weights, scored on MNIST."""
    return record(data=digits, recipe=recipe("default"))


@pytest.fixture
def coloured(record) -> Recording:
    """Somebody's own loop over 300 coloured images."""
    graph = rgb()
    samples = {"inputs": random_images(graph, 300), "labels": np.arange(300) % 3}
    return record({0: random_weights(graph), 5: random_weights(graph, 1)}, graph, samples=samples)


def test_what_it_says_of_a_training(trained: Recording) -> None:
    said = about(Resources(trained))
    assert said["name"] == "run"
    assert said["status"] == "finished"
    assert said["recipe"]["lr"] == 0.01
    assert said["result"]["test"]["accuracy"] == said["accuracy"] == 0.8
    assert (said["accuracy_set"], said["watched"], said["data"]) == ("test", "validation", "mnist")
    assert said["things"] == "digits"
    assert said["graph"] == trained.graph.to_json()
    assert said["frames"] == [0, 1, 2, 4, 6]
    assert said["rounded"] is False
    assert said["total"] == 6
    assert said["losses"] == {"steps": [1, 2, 3, 4, 5, 6], "values": [1 / step for step in range(1, 7)]}
    assert said["epochs"] == [[4, 1], [6, 2]]
    assert said["notes"] == [{"step": 6, "text": "worth telling"}]
    assert (said["changes"], said["origin"], said["rooms"]) == ([], None, None)
    (scoring,) = said["evaluations"]
    assert scoring == {
        "step": 6,
        "set": "validation",
        "n": 10,
        "loss": 0.1,
        "accuracy": 0.9,
        "gradient_norm": {"conv1.weight": None, "conv2.weight": 0.5},
        "update_ratio": {},
    }
    assert said["sets"] == [
        {"name": "train", "n": 60000, "held": 60000},
        {"name": "validation", "n": 5000, "held": 5000},
        {"name": "test", "n": 10000, "held": 10000},
    ]
    assert said["first"] == {"set": "test", "index": 0}
    assert said["ink"] is True
    assert said["missing"] is None


def test_what_was_changed_and_where_it_began_is_told(record) -> None:
    origin = Origin(recording="first", step=4, sha256="0" * 64)
    run = record(status="interrupted", origin=origin)
    line = ChangeLine(step=6, field="lr", value=0.001)
    with (run.folder / "metrics.jsonl").open("ab") as log:
        log.write(line_bytes(line))
    run = load(run.folder)
    assert run.changes == (line,)
    said = about(Resources(run))
    assert said["changes"] == [{"step": 6, "field": "lr", "value": 0.001}]
    assert said["origin"] == {"recording": "first", "step": 4}


class Computed:
    """Rooms as somebody above the page may compute them."""

    def items(self, name: str) -> np.ndarray:
        assert name == "test"
        return np.array([7, 9000])

    def about(self, shown: Shown) -> dict[str, Any]:
        return {"last": int(shown.items[-1]), "frames": len(shown.steps)}

    def readers(self, shown: Shown) -> Readers:
        return {"a/1.safetensors": lambda: b"one", "a/2.safetensors": lambda: b"two", "b.safetensors": bytes}


def test_what_the_rooms_read_is_somebody_elses(trained: Recording) -> None:
    resources = Resources(trained, frames=3, held=5, rooms=Computed())
    assert about(resources)["rooms"] == {"set": "test", "parts": ["a", "b"], "last": 9000, "frames": 3}
    assert resources.keys()[-3:] == ("a/1.safetensors", "a/2.safetensors", "b.safetensors")
    assert resources.read("a/2.safetensors") == b"two"
    assert {7, 9000} <= set(unpacked(resources.read("sets/test.safetensors"))["indices"].tolist())
    assert len(unpacked(resources.read("sets/validation.safetensors"))["indices"]) <= 10
    with pytest.raises(LookError, match=r"and what the rooms read: a, b$"):
        resources.read("c")


def test_scales_are_of_the_last_sets_first_items(trained: Recording, mnist: Sets) -> None:
    stages = trained.stages(mnist.test.images[:50])
    limits = about(Resources(trained))["ranges"]["stages"]
    for stage, values in stages.items():
        share = np.percentile(np.abs(values), 99.9)
        assert share <= limits[stage] <= 1.7 * share


def test_frames_are_the_recordings(trained: Recording) -> None:
    for step in trained.steps:
        tensors = unpacked(Resources(trained).read(f"frames/{step}.safetensors"))
        assert tensors.keys() == SMALL.tensors.keys()
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(tensor, trained.weights(step)[name], strict=True)


@pytest.mark.parametrize(
    ("name", "split"), [("train", "development"), ("validation", "validation"), ("test", "test")]
)
def test_digits_are_the_sets_own(trained: Recording, mnist: Sets, name: str, split: str) -> None:
    resources = Resources(trained)
    tensors = unpacked(resources.read(f"sets/{name}.safetensors"))
    whole = mnist.split(split)
    np.testing.assert_array_equal(tensors["indices"], np.arange(len(whole), dtype=np.int32), strict=True)
    np.testing.assert_array_equal(tensors["labels"], whole.labels.astype(np.int32), strict=True)
    answers = trained.net()(trained.digits(name)[0]).argmax(axis=1)
    np.testing.assert_array_equal(tensors["guesses"], answers.astype(np.int32), strict=True)
    last = (len(whole) - 1) // 250
    for block in (0, 3, last):
        images = unpacked(resources.read(f"digits/{name}/{block}.safetensors"))["images"]
        expected = whole.images[250 * block : 250 * block + 250, None]
        np.testing.assert_array_equal(images, expected, strict=True)
    with pytest.raises(LookError):
        resources.read(f"digits/{name}/{last + 1}.safetensors")


def test_somebodys_samples_come_as_they_are(coloured: Recording) -> None:
    resources = Resources(coloured)
    said = about(resources)
    assert said["sets"] == [{"name": "samples", "n": 300, "held": 300}]
    assert (said["things"], said["ink"], said["recipe"]) == ("samples", False, None)
    images = unpacked(resources.read("digits/samples/1.safetensors"))["images"]
    np.testing.assert_array_equal(images, coloured.digits()[0][250:], strict=True)
    labels = unpacked(resources.read("sets/samples.safetensors"))["labels"]
    np.testing.assert_array_equal(labels, np.arange(300, dtype=np.int32) % 3, strict=True)


def test_without_anything_to_show_there_are_frames_alone(record) -> None:
    resources = Resources(record({0: drawn(0)}))
    said = about(resources)
    assert (said["sets"], said["first"]) == ([], None)
    assert said["missing"] is None
    assert set(resources.keys()) == {"run.json", "frames/0.safetensors"}
    assert said["losses"] == {"steps": [], "values": []}
    assert said["ranges"]["stages"]["logits"] > 0


def test_a_set_that_is_gone_is_said(record, tmp_path: Path) -> None:
    remember(str(tmp_path / "gone"))
    run = record(data=Data(name=str(tmp_path / "gone"), sha256={"a": "0" * 64}))
    said = about(Resources(run))
    assert (said["sets"], said["first"]) == ([], None)
    assert "gone' is neither a data set's name nor a folder" in said["missing"]


def test_damaged_samples_are_said(coloured: Recording) -> None:
    (coloured.folder / "samples.safetensors").write_bytes(b"nothing")
    said = about(Resources(load(coloured.folder)))
    assert said["sets"] == []
    assert "samples.safetensors: damaged" in said["missing"]


def test_an_interrupted_training_shows_no_test_digits(record, digits: Data) -> None:
    run = record(data=digits, recipe=recipe("default"), status="interrupted")
    resources = Resources(run)
    said = about(resources)
    assert said["status"] == "interrupted"
    assert [one["name"] for one in said["sets"]] == ["train", "validation"]
    assert said["first"] == {"set": "validation", "index": 0}
    with pytest.raises(LookError, match=r"no resource 'sets/test.safetensors'"):
        resources.read("sets/test.safetensors")


def test_a_running_training_leaves_nothing_in_the_cache(record, digits: Data) -> None:
    run = record(data=digits, recipe=recipe("default"), status="running")
    resources = Resources(run)
    assert about(resources)["status"] == "running"
    guesses = unpacked(resources.read("sets/validation.safetensors"))["guesses"]
    np.testing.assert_array_equal(guesses, run.net()(run.digits("validation")[0]).argmax(axis=1))
    assert not (run.folder / "cache").exists()


def test_a_diverged_run_is_told_without_nan(record, digits: Data) -> None:
    gone = {name: np.full(shape, np.nan, np.float32) for name, shape in SMALL.tensors.items()}
    run = record({0: drawn(0), 3: gone}, data=digits, loss=lambda step: np.nan if step > 1 else 1.0)
    said = about(Resources(run))
    assert said["losses"]["values"] == [1.0, None, None]
    assert np.isfinite(list(said["ranges"]["stages"].values())).all()
    assert np.isnan(unpacked(Resources(run).read("frames/3.safetensors"))["conv1.bias"]).all()


def test_a_long_curve_is_thinned(record) -> None:
    run = record({0: drawn(0), 4000: drawn(1)}, loss=lambda step: 9.0 if step == 1234 else 1 / step)
    losses = about(Resources(run))["losses"]
    assert len(losses["steps"]) <= 1500
    assert (losses["steps"][0], losses["steps"][-1]) == (1, 4000)
    assert losses["values"][losses["steps"].index(1234)] == 9.0


@pytest.mark.parametrize(
    "key", ["", "run", "frames/3.safetensors", "frames/../recording.json", "digits/test/40"]
)
def test_an_unknown_key_is_named(trained: Recording, key: str) -> None:
    with pytest.raises(LookError, match=f"no resource '{key}'; there are run.json, frames/STEP"):
        Resources(trained).read(key)


def test_a_damaged_frame_leaves_the_others(trained: Recording) -> None:
    frame_path(trained.folder, 2).write_bytes(b"nothing")
    resources = Resources(trained)
    with pytest.raises(RecordingError, match=r"00000002.safetensors: damaged"):
        resources.read("frames/2.safetensors")
    assert resources.read("frames/4.safetensors")
    assert 2 in about(resources)["frames"]


def test_thinned_and_rounded(trained: Recording) -> None:
    resources = Resources(trained, frames=4, half=True, held=20)
    said = about(resources)
    assert said["rounded"] is True
    assert said["frames"] == [0, 2, 4, 6]
    for step in said["frames"]:
        tensors, kind = unpacked(resources.read(f"frames/{step}.safetensors")), np.float32
        if step in (2, 4):
            kind = np.float16
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(tensor, trained.weights(step)[name].astype(kind), strict=True)


def test_a_number_beyond_half_precision_is_kept(record) -> None:
    weights = drawn(1) | {"conv1.bias": np.array([1e6, np.nan], np.float32)}
    resources = Resources(record({0: drawn(0), 1: weights, 2: drawn(2)}), half=True)
    tensors = unpacked(resources.read("frames/1.safetensors"))
    np.testing.assert_array_equal(tensors["conv1.bias"], weights["conv1.bias"], strict=True)
    assert tensors["conv2.bias"].dtype == np.float16


def test_a_few_of_each_set_are_held(trained: Recording, mnist: Sets) -> None:
    resources = Resources(trained, held=20)
    answers = trained.net()(trained.digits("test")[0]).argmax(axis=1)
    wrong = [index for index in range(10000) if answers[index] != mnist.test.labels[index]][:20]
    expected = sorted({*range(20), *wrong})
    tensors = unpacked(resources.read("sets/test.safetensors"))
    assert tensors["indices"].tolist() == expected
    assert tensors["labels"].tolist() == mnist.test.labels[expected].tolist()
    assert tensors["guesses"].tolist() == answers[expected].tolist()
    images = unpacked(resources.read("digits/test/0.safetensors"))["images"]
    np.testing.assert_array_equal(images, mnist.test.images[expected][:, None])
    assert about(resources)["sets"][2] == {"name": "test", "n": 10000, "held": len(expected)}


def test_keys_are_all_and_begin_with_what_a_page_needs(trained: Recording) -> None:
    keys = Resources(trained, frames=3, held=5).keys()
    assert keys[:4] == (
        "run.json",
        "frames/6.safetensors",
        "sets/test.safetensors",
        "digits/test/0.safetensors",
    )
    assert len(keys) == len(set(keys)) == 1 + 3 + 3 * 2
