"""What the rooms read: counts by the functions of `insight`, codes by the formula, the cache left alone."""

import base64
import json
import re
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load as unpacked
from small import SMALL, drawn, header

from handlens import nets
from handlens.arrays import Weights
from handlens.data import Sets
from handlens.data.mnist import WRONG_TEST_LABELS
from handlens.evaluate.calibration import expected_calibration_error, reliability
from handlens.graph import Graph
from handlens.insight.activations import softmax
from handlens.insight.mistakes import confusion_matrix, cross_entropy
from handlens.page.bundle import bundle
from handlens.page.resources import Resources
from handlens.recipes import recipe
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, Result
from handlens.reporting.rooms import Recorded, answers
from handlens.reporting.rooms.seen import Seen, Slow


def recorded(
    folder: Path,
    frames: dict[int, Weights],
    samples: dict[str, np.ndarray] | None = None,
    **fields: object,
) -> Recording:
    """A recording of drawn weights."""
    content = None if samples is None else pack(samples)
    if content is not None:
        fields |= {"data": Data(name="mine", samples=sha256(content))}
    writer = Writer.create(folder, header(**fields), frames[0], None, content)
    for step, weights in list(frames.items())[1:]:
        writer.frame(step, weights)
    writer.close(Result(step=max(frames), seconds=1.0, images=1))
    return load(folder)


def samples(n: int = 60, classes: int = 10) -> dict[str, np.ndarray]:
    images = np.random.default_rng(0).random((n, 1, 28, 28), np.float32)
    return {"inputs": images, "labels": np.arange(n) % classes}


@pytest.fixture
def mnist_run(tmp_path: Path, mnist: Sets) -> Recording:
    data = Data(name="mnist", sha256=mnist.digests, watched="validation")
    small = {step: {name: array / 5 for name, array in drawn(step).items()} for step in (0, 3)}
    return recorded(tmp_path / "run", small, data=data, recipe=recipe("default"))


def about(resources: Resources) -> dict:
    return json.loads(resources.read("run.json"))


def test_the_answers_are_the_networks_own(mnist_run: Recording, mnist: Sets) -> None:
    resources = Resources(mnist_run, frames=2, half=True, held=20, rooms=Recorded(mnist_run))
    labels, items = mnist.test.labels, unpacked(resources.read("sets/test.safetensors"))["indices"]
    for step in (0, 3):
        said = unpacked(resources.read(f"outputs/test/{step}.safetensors"))
        logits = mnist_run.outputs("test", step)
        guesses, probabilities = logits.argmax(axis=1), softmax(logits)
        expected = confusion_matrix(labels, guesses, 10)
        np.testing.assert_array_equal(said["confusion"], expected.astype(np.int32), strict=True)
        assert said["loss"] == pytest.approx(cross_entropy(logits, labels).mean())
        assert said["doubtful_right"] == sum(guesses[i] == labels[i] for i in WRONG_TEST_LABELS)
        np.testing.assert_array_equal(said["guesses"], guesses[items].astype(np.uint8), strict=True)
        odds = (said["odds"].astype(float) - 128) / said["scale"]
        np.testing.assert_allclose(1 / (1 + np.exp(-odds)), probabilities[items], atol=0.02)
        assert said["odds"].dtype == np.uint8
        confidences, right = probabilities.max(axis=1).astype(np.float64), guesses == labels
        assert said["bins"].tolist() == [
            [one.n, round(one.n * (one.accuracy or 0))] for one in reliability(confidences, right)
        ]
        error = np.abs(said["bins"][:, 1] - said["sure"]).sum() / 10_000
        assert error == pytest.approx(expected_calibration_error(confidences, right), abs=1e-6)


def test_what_is_said_of_them(mnist_run: Recording) -> None:
    rooms = about(Resources(mnist_run, rooms=Recorded(mnist_run)))["rooms"]
    assert (rooms["set"], rooms["said"]) == ("test", "drawn afterwards; chose nothing")
    assert rooms["doubtful"] == list(WRONG_TEST_LABELS)
    assert "outputs" in rooms["parts"]
    assert about(Resources(mnist_run))["rooms"] is None


def test_a_file_holds_the_first_of_each_class_and_the_doubtful_ones(
    mnist_run: Recording, mnist: Sets
) -> None:
    resources = Resources(mnist_run, held=100, rooms=Recorded(mnist_run))
    items = unpacked(resources.read("sets/test.safetensors"))["indices"]
    wrong = np.flatnonzero(mnist_run.outputs("test").argmax(axis=1) != mnist.test.labels)[:100]
    classes = [np.flatnonzero(mnist.test.labels == label)[:200] for label in range(10)]
    expected = {*range(100), *wrong, *np.concatenate(classes), *WRONG_TEST_LABELS}
    assert items.tolist() == sorted(expected)
    assert len(unpacked(resources.read("outputs/test/0.safetensors"))["guesses"]) == len(items)
    others = unpacked(resources.read("sets/validation.safetensors"))["indices"]
    assert len(others) <= 200


def test_large_images_are_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    monkeypatch.setattr("handlens.reporting.rooms.seen.BYTES", 28 * 28 * 4 * 30)
    assert Recorded(run).items("samples").tolist() == list(range(30))


def test_somebodys_samples_have_answers_and_no_doubts(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    resources = Resources(run, rooms=Recorded(run))
    rooms = about(resources)["rooms"]
    assert (rooms["set"], rooms["said"], rooms["doubtful"]) == ("samples", "", [])
    assert "outputs" in rooms["parts"]
    said = unpacked(resources.read("outputs/samples/0.safetensors"))
    np.testing.assert_array_equal(said["guesses"], run.outputs().argmax(axis=1))
    assert said["doubtful_right"] == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e18])
def test_items_without_a_finite_answer_are_in_no_class(tmp_path: Path, number: float) -> None:
    """Not in class 0, where `argmax` puts what is no number; nor does numpy complain to the terminal."""
    lost = {name: np.full_like(array, number) for name, array in drawn(1).items()}
    run = recorded(tmp_path / "run", {0: drawn(0), 1: lost}, samples())
    resources = Resources(run, rooms=Recorded(run))
    for step, answered in ((0, 60), (1, 0)):
        said = unpacked(resources.read(f"outputs/samples/{step}.safetensors"))
        assert said["confusion"].sum() == said["bins"][:, 0].sum() == answered
        assert (said["guesses"] == answers.NONE).sum() == 60 - answered


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the one room in the house says of its only part, which takes long."""
    told = {"kept": False, "missing": ""}

    def readers(seen: Seen) -> dict[str, Slow]:
        def read() -> bytes:
            told["kept"] = True
            return b"cloud"

        return {"tsne/samples.safetensors": Slow(read, seconds=20, **told)}

    room = SimpleNamespace(about=lambda seen: {}, readers=readers)
    monkeypatch.setattr("handlens.reporting.rooms.ROOMS", (room,))
    return told


SLOW = "tsne/samples.safetensors"


def test_what_takes_long_is_offered_until_it_is_kept(tmp_path: Path, asked: dict) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    resources = Resources(run, rooms=Recorded(run, slow=True))
    assert about(resources)["rooms"] == {
        "set": "samples", "parts": ["tsne"], "slow": {"tsne": 20}, "missing": {}
    }  # fmt: skip
    assert resources.read(SLOW) == b"cloud"
    assert about(resources)["rooms"]["slow"] == {}


def test_what_takes_long_stays_out_of_a_file_that_shall_be_quick(tmp_path: Path, asked: dict) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    assert SLOW not in bundle(run, rooms=Recorded(run))
    assert about(Resources(run, rooms=Recorded(run)))["rooms"]["slow"] == {}
    asked["kept"] = True
    assert SLOW in bundle(run, rooms=Recorded(run))


def test_a_file_that_holds_what_takes_long_offers_nothing(tmp_path: Path, asked: dict) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    page = bundle(run, rooms=Recorded(run, slow=True))
    packed = re.search(r'data-key="run.json">([^<]*)<', page)
    assert packed is not None
    facts = json.loads(zlib.decompress(base64.b64decode(packed[1])))
    assert (facts["rooms"]["parts"], facts["rooms"]["slow"]) == (["tsne"], {})


def test_what_must_be_installed_is_said_unless_it_is_kept(tmp_path: Path, asked: dict) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)}, samples())
    asked["missing"] = "It needs openTSNE."
    rooms = about(Resources(run, rooms=Recorded(run, slow=True)))["rooms"]
    assert (rooms["parts"], rooms["slow"], rooms["missing"]) == ([], {}, {"tsne": "It needs openTSNE."})
    asked["kept"] = True
    rooms = about(Resources(run, rooms=Recorded(run, slow=True)))["rooms"]
    assert (rooms["parts"], rooms["slow"], rooms["missing"]) == (["tsne"], {}, {})


def test_nothing_to_look_at_gives_no_rooms(tmp_path: Path) -> None:
    run = recorded(tmp_path / "run", {0: drawn(0)})
    resources = Resources(run, rooms=Recorded(run))
    assert about(resources)["rooms"] is None
    assert set(resources.keys()) == {"run.json", "frames/0.safetensors"}


def test_too_many_classes_have_no_answers(tmp_path: Path) -> None:
    graph: Graph = nets.tutorial((2, 3), 3)
    fields = graph.model_dump()
    fields["classes"] = tuple(map(str, range(101)))
    fields["nodes"][-1]["shape"] = (101,)
    fields["nodes"][-1]["attrs"]["features"] = 101
    wide = Graph.model_validate(fields)
    run = recorded(tmp_path / "run", {0: drawn(0, wide)}, samples(), graph=wide)
    assert "outputs" not in about(Resources(run, rooms=Recorded(run)))["rooms"]["parts"]


def test_a_running_training_is_scored_once_and_leaves_nothing_in_the_cache(
    tmp_path: Path, mnist: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Data(name="mnist", sha256=mnist.digests, watched="validation")
    writer = Writer.create(tmp_path / "run", header(data=data), drawn(0), None, None)
    run, memory = load(tmp_path / "run"), {}
    key = "outputs/validation/0.safetensors"
    first = Resources(run, rooms=Recorded(run, memory)).read(key)
    assert unpacked(first)["confusion"].sum() == 5000
    assert not (run.folder / "cache").exists()
    monkeypatch.setattr(Recording, "net", lambda *_: pytest.fail("scored again"))
    again = load(run.folder)
    assert Resources(again, rooms=Recorded(again, memory)).read(key) == first
    writer.release()


def test_a_diverged_frame_answers_nothing(tmp_path: Path) -> None:
    gone = {name: np.full(shape, np.nan, np.float32) for name, shape in SMALL.tensors.items()}
    run = recorded(tmp_path / "run", {0: drawn(0), 1: gone}, samples())
    said = unpacked(Resources(run, rooms=Recorded(run)).read("outputs/samples/1.safetensors"))
    assert not said["odds"].any()
    assert said["bins"].sum() == 0
    assert np.isnan(said["loss"])


@pytest.mark.parametrize("factor", [1e-6, 1, 1000])
def test_codes_keep_both_tails(factor: float) -> None:
    rng = np.random.default_rng(2)
    logits = (factor * rng.normal(size=(50, 4))).astype(np.float32)
    odds = answers.log_odds(logits)
    codes, scale = answers.codes(logits)
    assert 8 <= scale <= 64
    bounded = np.clip(odds, -127 / scale, 127 / scale)
    np.testing.assert_allclose((codes.astype(float) - 128) / scale, bounded, atol=0.5 / scale + 1e-9)
    z = logits.astype(np.longdouble)
    for row in range(50):
        for i in range(4):
            others = np.logaddexp.reduce(np.delete(z[row], i))
            exact = float(z[row, i] - others)
            assert min(odds[row, i], 700) == pytest.approx(min(exact, 700), rel=1e-6, abs=1e-9)


def test_a_single_class_is_certain() -> None:
    codes, scale = answers.codes(np.zeros((3, 1), np.float32))
    assert codes.tolist() == [[255], [255], [255]]
    assert scale == 64
