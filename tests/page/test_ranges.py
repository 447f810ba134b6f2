"""Colour scales: round, wide enough, finite whatever the weights are."""

from pathlib import Path

import numpy as np
import pytest
from dags import NETWORKS, random_images, random_weights
from hypothesis import given
from hypothesis import strategies as st
from small import SMALL, drawn

from handlens.page import ranges as module
from handlens.page.ranges import limit, ranges, rounded_up
from handlens.recording import load
from handlens.recording.folder import frame_path


@given(st.floats(1e-30, 1e30))
def test_a_limit_is_the_next_round_number(number: float) -> None:
    found = rounded_up(number)
    assert number <= found <= 1.5001 * number or found <= number * 5 / 3 * 1.0001
    mantissa = float(f"{found:e}".split("e")[0])
    assert mantissa in (1, 1.5, 2, 3, 5, 7)


def test_a_limit_holds_what_isnt_an_outlier() -> None:
    values = np.linspace(-0.5, 0.5, 9999)
    assert limit([np.append(values, 1e6)]) == 0.5
    assert limit([values, np.array([np.nan, np.inf, -np.inf])]) == 0.5
    assert limit([np.full(3, np.nan)]) == 1.0
    assert limit([np.zeros(3)]) == 1.0


@pytest.mark.parametrize("name", NETWORKS)
def test_limits_are_those_of_the_values(record, name: str) -> None:
    graph = NETWORKS[name]()
    run = record({0: random_weights(graph, 1), 3: random_weights(graph, 2)}, graph)
    images = random_images(graph, 5)
    found = ranges(run, "samples", images)
    assert found["stages"].keys() == set(graph.stages)
    for stage, values in run.stages(images).items():
        share = np.percentile(np.abs(values.astype(np.float64)), 99.9)
        assert found["stages"][stage] == rounded_up(share)
    assert found["tensors"].keys() == {n for n, shape in graph.tensors.items() if len(shape) > 1}
    for tensor, number in found["tensors"].items():
        both = np.concatenate([run.weights(step)[tensor].ravel() for step in (0, 3)])
        assert number == rounded_up(np.percentile(np.abs(both.astype(np.float64)), 99.9))


def test_they_are_kept_and_belong_to_their_frames(record, monkeypatch: pytest.MonkeyPatch) -> None:
    images = random_images(SMALL, 5)
    run = record()
    made = ranges(run, "samples", images)
    (kept,) = (run.folder / "cache").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_computed", None)
        assert ranges(load(run.folder), "samples", images) == made
    other = record({0: drawn(0), 6: drawn(7)}, name="other")
    (other.folder / "cache").mkdir()
    kept.rename(other.folder / "cache" / kept.name)
    assert ranges(other, "samples", images) != made


def test_a_running_training_keeps_none(record) -> None:
    run = record(status="running")
    ranges(run, None, random_images(SMALL, 1))
    assert not (run.folder / "cache").exists()


def test_a_damaged_cache_is_made_anew(record) -> None:
    images = random_images(SMALL, 5)
    run = record()
    made = ranges(run, "samples", images)
    (kept,) = (run.folder / "cache").iterdir()
    kept.write_bytes(b"nothing")
    assert ranges(run, "samples", images) == made


def test_a_cache_that_cant_be_written_costs_time_alone(record) -> None:
    run = record()
    (run.folder / "cache").write_text("in the way")
    assert ranges(run, None, random_images(SMALL, 1))["tensors"]["conv1.weight"] > 0


def test_diverged_weights_have_finite_limits(record) -> None:
    gone = {name: np.full(shape, np.nan, np.float32) for name, shape in SMALL.tensors.items()}
    found = ranges(record({0: drawn(0), 2: gone}), None, random_images(SMALL, 2))
    assert found["stages"]["conv1"] == 1.0
    assert np.isfinite(list(found["tensors"].values())).all()
    assert found["tensors"]["conv1.weight"] > 1


def test_damaged_frames_are_passed_over(record) -> None:
    run = record()
    images = random_images(SMALL, 5)
    frame_path(run.folder, 6).write_bytes(b"nothing")
    whole = record({step: drawn(step) for step in (0, 1, 2, 4)}, name="whole")
    assert ranges(run, None, images) == ranges(whole, None, images)
    for step in run.steps:
        Path(frame_path(run.folder, step)).unlink(missing_ok=True)
    (next((run.folder / "cache").iterdir())).unlink()
    assert ranges(run, None, images)["tensors"]["conv1.weight"] == 1.0
