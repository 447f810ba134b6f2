"""What the room of the filters reads: against brute force, with filters dead or alike."""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as unpacked
from small import SMALL, drawn, header

from handlens.graph import Builder
from handlens.insight import dreams
from handlens.insight.units import layers
from handlens.page.resources import Resources
from handlens.page.rooms import Shown
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, Result
from handlens.reporting.rooms import Recorded, filters

NAMES = ("top", "place", "peak", "alive", "twin", "alike")


def flawed(seed: int) -> dict[str, np.ndarray]:
    """Weights whose conv2 has two equal filters and one that answers nothing."""
    weights = drawn(seed)
    for name in ("conv2.weight", "conv2.bias"):
        weights[name][1] = weights[name][0]
    weights["conv2.weight"][2], weights["conv2.bias"][2] = 0, -1
    return weights


def writer(folder: Path) -> Writer:
    rng = np.random.default_rng(0)
    content = pack({"inputs": rng.random((40, 1, 28, 28), np.float32), "labels": np.arange(40) % 10})
    data = Data(name="mine", samples=sha256(content), watched="samples", split={"samples": 40})
    made = Writer.create(folder, header(data=data), flawed(0), None, content)
    made.frame(5, flawed(5))
    return made


@pytest.fixture
def run(tmp_path: Path) -> Recording:
    made = writer(tmp_path / "run")
    made.close(Result(step=5, seconds=1.0, images=1))
    return load(tmp_path / "run")


def read(run: Recording, step: int, items: np.ndarray | None = None) -> dict[str, np.ndarray]:
    held = np.arange(40) if items is None else items
    shown = Shown(run.set_names[-1], run.steps, held)
    return unpacked(Recorded(run).readers(shown)[f"units/{shown.set}/{step}.safetensors"]())


def brute_force(maps: np.ndarray) -> dict[str, np.ndarray]:
    """The same of maps [n, units, …], item by item."""
    units = maps.shape[1]
    flat = maps.reshape(len(maps), units, -1)
    best = [sorted(range(len(maps)), key=lambda i: (-flat[i, u].max(), i))[:9] for u in range(units)]
    rows = flat.transpose(1, 0, 2).reshape(units, -1).astype(float)
    return {
        "top": np.array(best),
        "place": np.array([[flat[i, u].argmax() for i in best[u]] for u in range(units)]),
        "peak": np.array([[flat[i, u].max() for i in best[u]] for u in range(units)]),
        "alive": np.array([np.ceil(255 * (flat[:, u].max(axis=1) > 0).mean()) for u in range(units)]),
        "rows": rows,
    }


@pytest.mark.parametrize("step", [0, 5])
def test_all_is_as_brute_force_finds_it(run: Recording, step: int) -> None:
    said, stages = read(run, step), run.stages(run.digits()[0], step)
    for layer in layers(SMALL):
        maps = stages[layer.answers]
        expected = brute_force(maps.reshape(*maps.shape[:2], -1))
        for name in ("top", "place", "alive"):
            np.testing.assert_array_equal(said[f"{layer.name}/{name}"], expected[name])
        np.testing.assert_allclose(said[f"{layer.name}/peak"], expected["peak"], rtol=1e-5)
    alike = np.corrcoef(brute_force(stages["logits"])["rows"])
    np.fill_diagonal(alike, -2)
    np.testing.assert_array_equal(said["logits/twin"], alike.argmax(axis=1))
    np.testing.assert_allclose(said["logits/alike"], alike.max(axis=1), atol=1e-5)
    assert {name: said[f"conv1/{name}"].dtype.name for name in NAMES} == {
        "top": "int32", "place": "int32", "peak": "float32", "alive": "uint8",
        "twin": "int32", "alike": "float32",
    }  # fmt: skip


def test_a_dead_filter_and_two_equal_ones_are_found(run: Recording) -> None:
    said = read(run, 5)
    assert said["conv2/alive"][2] == 0
    assert said["conv2/alive"][:2].all()
    assert said["conv2/twin"].tolist() == [1, 0, -1]
    np.testing.assert_allclose(said["conv2/alike"], [1, 1, 0], atol=1e-6)


def test_batch_norm_colours_and_sums_are_as_brute_force_finds_them(foreign: Recording) -> None:
    said = read(foreign, 9, np.arange(60))
    nodes = {node.name: node for node in foreign.graph.nodes}
    about = json.loads(Resources(foreign, rooms=Recorded(foreign)).read("run.json"))["rooms"]["filters"]
    assert [(one["name"], nodes[one["answers"]].op, one["rectified"]) for one in about["layers"]] == [
        ("first", "relu", True), ("second", "conv", False), ("last", "linear", False)
    ]  # fmt: skip
    assert about["items"] == 60
    for one in about["layers"]:
        maps = foreign.stages(foreign.digits()[0], 9)[one["answers"]]
        expected = brute_force(maps.reshape(*maps.shape[:2], -1))
        np.testing.assert_array_equal(said[f"{one['name']}/top"], expected["top"])


def test_positions_are_those_of_the_page(run: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    few = np.arange(1, 40, 2)
    monkeypatch.setattr(filters, "sampled", lambda *_: few)
    expected = brute_force(run.stages(run.digits("samples", few)[0], 5)["relu1"])["top"]
    np.testing.assert_array_equal(read(run, 5)["conv1/top"], few[expected])
    np.testing.assert_array_equal(read(run, 5, few)["conv1/top"], expected)
    held = np.union1d(few, [0, 4])
    np.testing.assert_array_equal(held[read(run, 5, held)["conv1/top"]], few[expected])


def test_maps_that_need_much_memory_are_looked_at_in_parts(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = read(run, 5)
    monkeypatch.setattr(filters, "CHUNK_BYTES", 3 * 4 * (2 * 784 + 3 * 196 + 10))
    monkeypatch.setattr("handlens.reporting.kept.files.kept", lambda path, within: None)
    again = read(run, 5)
    for name, array in once.items():
        np.testing.assert_allclose(again[name], array, rtol=1e-5, atol=1e-6)


def test_it_is_computed_once(run: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    once = read(run, 5)
    monkeypatch.setattr(filters, "Net", lambda *_: pytest.fail("computed again"))
    again = read(load(run.folder), 5)
    assert {name: array.tolist() for name, array in once.items()} == {
        name: array.tolist() for name, array in again.items()
    }


def test_a_running_training_is_looked_at_and_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    made = writer(tmp_path / "run")
    rooms = Recorded(load(tmp_path / "run"), slow=True)
    shown = Shown("samples", (0, 5), np.arange(40))
    key = "units/samples/5.safetensors"
    assert rooms.readers(shown)[key]() is rooms.readers(shown)[key]()
    assert "dreams.safetensors" not in rooms.readers(shown)
    assert not (tmp_path / "run" / "cache").exists()
    made.release()


def test_a_diverged_frame_has_no_strongest_and_no_dead(tmp_path: Path) -> None:
    made = writer(tmp_path / "run")
    made.frame(6, {name: np.full(shape, np.nan, np.float32) for name, shape in SMALL.tensors.items()})
    made.close(Result(step=6, seconds=1.0, images=1))
    said = read(load(tmp_path / "run"), 6)
    assert (said["logits/top"] == -1).all()
    assert (said["logits/alive"] == 255).all()
    assert (said["logits/twin"] == -1).all()


# -- dreams --------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dreams, "maximising", partial(dreams.maximising, updates=2))


def rooms_of(run: Recording) -> dict:
    return json.loads(Resources(run, rooms=Recorded(run, slow=True)).read("run.json"))["rooms"]


@pytest.mark.usefixtures("quick")
def test_dreams_are_offered_then_kept(run: Recording) -> None:
    assert rooms_of(run)["slow"]["dreams"] >= 1
    assert "dreams.safetensors" not in Resources(run, rooms=Recorded(run)).keys()  # noqa: SIM118
    content = Resources(run, rooms=Recorded(run, slow=True)).read("dreams.safetensors")
    said = unpacked(content)
    assert said["steps"].tolist() == [0, 5]
    assert said["conv2/pictures"].shape == (2, 3, 1, 28, 28)
    for at, step in enumerate((0, 5)):
        made = dreams.maximising(SMALL, run.weights(step), layers(SMALL)[1], 3)
        np.testing.assert_allclose(said["conv2/pictures"][at] / 255, made.pictures, atol=0.5 / 255 + 1e-6)
        np.testing.assert_array_equal(said["conv2/values"][at], made.values)
    again = load(run.folder)
    assert "dreams" not in rooms_of(again)["slow"]
    assert Resources(again, rooms=Recorded(again)).read("dreams.safetensors") == content


def test_without_torch_a_sentence_says_what_to_install(
    run: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    said = rooms_of(run)
    assert said["missing"]["dreams"].startswith("The picture that would excite a filter most needs torch, ")
    assert "dreams" not in said["parts"]
    assert "units" in said["parts"]


def test_the_moments_are_octaves() -> None:
    assert filters.moments((0,)) == (0,)
    assert filters.moments(tuple(range(1651))) == (0, 103, 206, 412, 825, 1650)


def test_of_a_large_network_few_units_dream(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Builder((3, 64, 64))
    last = net.input
    for place in range(20):
        last = net.add(f"conv{place}", "conv", last, channels=300, kernel=3, padding=1)
    large = net.graph(net.add("logits", "linear", net.add("flat", "flatten", last), features=3), "abc")
    asked = filters._layers(large)
    assert [layer.units for layer in asked] == [256] * 7 + [3]
    assert (asked[0].name, asked[-1].name) == ("conv0", "logits")
    assert filters._dreamers(large) == [1] * 8
    monkeypatch.setattr(filters, "DREAMT", sum(filters._full_costs(large)) / 8)
    assert filters._dreamers(large) == [32] * 7 + [1]
    assert filters._dreamers(SMALL) == [2, 3, 10]


def test_a_network_without_weighing_layers_has_nothing_for_the_room(tmp_path: Path) -> None:
    net = Builder((1, 4, 4))
    pooled = net.add("pooled", "mean", net.add("maxpool", "maxpool", net.input, kernel=2), axes=(1, 2))
    graph = net.graph(pooled, "a")
    content = pack({"inputs": np.zeros((3, 1, 4, 4), np.float32), "labels": np.zeros(3, np.int64)})
    made = Writer.create(
        tmp_path / "run",
        header(graph=graph, data=Data(name="mine", samples=sha256(content))),
        {},
        None,
        content,
    )
    made.close(Result(step=0, seconds=1.0, images=1))
    run = load(tmp_path / "run")
    assert rooms_of(run)["filters"] == {"items": 3, "layers": []}
    assert "units" not in rooms_of(run)["parts"]
