"""The one file: parsed back, it holds every resource byte for byte, and nothing from elsewhere."""

import json

import numpy as np
import pytest
from dags import random_images, random_weights, rgb
from markup import Page, check_closed
from safetensors.numpy import load as unpacked
from small import drawn

from handlens.errors import RecordingError
from handlens.page import bundle as module
from handlens.page.bundle import bundle
from handlens.page.resources import Resources
from handlens.recipes import recipe
from handlens.recording.folder import frame_path
from handlens.recording.schema import Data


def test_every_resource_comes_back(record, digits: Data) -> None:
    run = record(data=digits, recipe=recipe("default"))
    html = bundle(run, figures="<p>drawn</p>", figure_styles=".report p { margin: 0; }", title="mine")
    page = Page(html)
    check_closed(page)
    expected = Resources(run, frames=36, half=True, held=100)
    assert tuple(page.resources) == expected.keys()
    for key, content in page.resources.items():
        assert content == expected.read(key)
    said = json.loads(page.resources["run.json"])
    assert all(f"frames/{step}.safetensors" in page.resources for step in said["frames"])
    assert said["rounded"] is True
    assert said["first"] == {"set": "test", "index": 0}
    assert page.text.startswith("mine")
    assert "drawn" in page.text


def test_what_is_needed_first_stands_first(record, digits: Data) -> None:
    html = bundle(record(data=digits, recipe=recipe("default")))
    places = [
        html.index(f'data-key="{key}"')
        for key in ("run.json", "frames/6.safetensors", "digits/test/0.safetensors")
    ]
    assert places == sorted(places)
    assert places[-1] < html.index('data-key="frames/4.safetensors"')


def test_somebodys_samples(record) -> None:
    graph = rgb()
    samples = {"inputs": random_images(graph, 300), "labels": np.arange(300) % 3}
    run = record({0: random_weights(graph), 5: random_weights(graph, 1)}, graph, samples=samples)
    resources = Page(bundle(run)).resources
    images = unpacked(resources["digits/samples/0.safetensors"])["images"]
    indices = unpacked(resources["sets/samples.safetensors"])["indices"]
    np.testing.assert_array_equal(images, samples["inputs"][indices], strict=True)


def test_large_networks_keep_fewer_frames(record, monkeypatch: pytest.MonkeyPatch) -> None:
    run = record()
    numbers = sum(tensor.size for tensor in drawn(0).values())
    monkeypatch.setattr(module, "FRAMES_BYTES", 2 * numbers * 4)
    assert json.loads(Page(bundle(run)).resources["run.json"])["frames"] == [0, 2, 4, 6]
    monkeypatch.setattr(module, "FRAMES_BYTES", 0)
    assert json.loads(Page(bundle(run)).resources["run.json"])["frames"] == [0, 6]


def test_a_name_from_outside_stays_text(record) -> None:
    page = Page(bundle(record(name="<script>alert(1)<")))
    assert page.text.startswith("<script>alert(1)<")
    check_closed(page)


def test_a_damaged_frame_is_named(record) -> None:
    run = record()
    frame_path(run.folder, 2).write_bytes(b"nothing")
    with pytest.raises(RecordingError, match=r"00000002.safetensors: damaged"):
        bundle(run)
