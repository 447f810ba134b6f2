"""A recording looked at: what it says, and what it refuses."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from small import drawn, header

import handlens as hl
from handlens.errors import DataError, RecordingError
from handlens.recording import Writer, load, shipped
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data


def test_it_tells_what_was_recorded(finished: Path) -> None:
    run = load(finished)
    assert run.steps == (0, 1, 2, 3, 4)
    steps, losses = run.losses
    assert steps.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(losses, [1, 1 / 2, 1 / 3, 1 / 4])
    assert (run.accuracy, run.accuracy_set) == (0.9, "test")
    assert repr(run) == f"<Recording {str(finished)!r}: finished, 4 steps, 5 frames, 90.00% on test>"
    assert run.verify() == []


def test_a_step_without_a_frame_stands_for_the_nearest(finished: Path) -> None:
    run = load(finished)
    assert [run.nearest(step) for step in (None, 0, 3, 99)] == [4, 0, 3, 4]
    run._frames.pop(3)
    assert run.nearest(3) == 2  # of two equally near, the earlier
    np.testing.assert_array_equal(run.weights(99)["logits.bias"], drawn(4)["logits.bias"])


def test_the_network_of_a_step_runs_without_torch(finished: Path) -> None:
    images = np.random.default_rng(0).random((3, 1, 28, 28), dtype=np.float32)
    run = load(finished)
    logits = run.net(2)(images)
    assert logits.shape == (3, 10)
    stages = run.stages(images, step=2)
    np.testing.assert_allclose(stages["logits"], logits, rtol=1e-5)
    assert not np.allclose(run.net(3)(images), logits)


def test_bytes_become_inputs(finished: Path) -> None:
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    np.testing.assert_array_equal(
        load(finished).stages(images)["input"], images[:, None].astype(np.float32) / 255
    )


def test_one_image_alone_is_no_batch(finished: Path) -> None:
    with pytest.raises(DataError, match=r"one image of \(28, 28\); give a batch, such as images\[None\]"):
        load(finished).stages(np.zeros((28, 28), np.uint8))


def test_an_unfinished_last_line_is_not_there(finished: Path) -> None:
    with (finished / "metrics.jsonl").open("ab") as log:
        log.write(b'{"kind":"step","step":5,"lo')
    assert len(load(finished).updates) == 4


def _newer(folder: Path) -> None:
    _edit(folder, lambda header: header.update(format=2))


def _no_format(folder: Path) -> None:
    (folder / "recording.json").write_text('{"name": "somebody else\'s"}')


def _edit(folder: Path, change: Callable[[dict], object]) -> None:
    path = folder / "recording.json"
    header = json.loads(path.read_text())
    change(header)
    path.write_text(json.dumps(header))


def _bad_line(folder: Path) -> None:
    path = folder / "metrics.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"{}\n" + b"".join(lines[1:]))


def _no_frames(folder: Path) -> None:
    (folder / "metrics.jsonl").write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_newer, r"recording.json: format 2 is newer than this handlens reads \(1\); update handlens"),
        (_no_format, r"recording.json: no handlens recording: it names no format"),
        (lambda folder: (folder / "recording.json").unlink(), "no recording: it holds no recording.json"),
        (lambda folder: (folder / "recording.json").write_text("{"), "recording.json: damaged: as a whole"),
        (lambda folder: _edit(folder, lambda h: h.update(threads="many")), "damaged: threads: "),
        (lambda folder: _edit(folder, lambda h: h["graph"]["nodes"].pop()), "damaged: graph"),
        (lambda folder: _edit(folder, lambda h: h.update(extra=1)), "damaged: extra: "),
        (_bad_line, "metrics.jsonl, line 2: damaged"),
        (_no_frames, "metrics.jsonl: names no frame"),
        (lambda folder: (folder / "metrics.jsonl").unlink(), "metrics.jsonl: can't be read: No such file"),
    ],
)
def test_what_is_no_whole_recording_is_refused(
    finished: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(finished)
    with pytest.raises(RecordingError, match=message):
        load(finished)


@pytest.mark.parametrize("opened", [load, hl.load])
def test_of_a_folder_that_is_not_there_the_names_that_ship_are_told(
    tmp_path: Path, opened: Callable[[Path], object]
) -> None:
    ships = ", ".join((*shipped.names(), *shipped.lessons()))
    assert ships.endswith("shuffled-labels, no-augmentation")
    message = rf"nowhere: no such folder; .* recording\.json, or the name of one that ships: {ships}"
    with pytest.raises(RecordingError, match=message):
        opened(tmp_path / "nowhere")


def test_a_flipped_byte_is_found_in_any_frame(finished: Path) -> None:
    for step in (0, 2, 4):
        path = finished / "frames" / f"{step:08d}.safetensors"
        content = bytearray(path.read_bytes())
        content[-7] ^= 1
        path.write_bytes(content)
    run = load(finished)
    problems = run.verify()
    assert [problem.partition(":")[0][-20:] for problem in problems] == [
        f"{step:08d}.safetensors" for step in (0, 2, 4)
    ]
    with pytest.raises(RecordingError, match=r"00000002.safetensors: damaged: SHA-256"):
        run.weights(2)
    assert run.weights(1)


def test_looking_at_a_set_that_is_not_there(finished: Path) -> None:
    with pytest.raises(DataError, match=r"no set 'test'; this recording has samples"):
        load(finished).digits("test")


def test_a_reader_changes_nothing(finished: Path) -> None:
    before = {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()}
    run = load(finished)
    run.stages(np.zeros((1, 1, 28, 28), np.float32))
    run.verify()
    assert {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()} == before


def test_a_cache_that_holds_something_else_is_made_again(writer: Writer) -> None:
    inputs = np.random.default_rng(0).random((3, 1, 28, 28), dtype=np.float32)
    samples = pack({"inputs": inputs, "labels": np.arange(3)})
    given = header(data=Data(name="mine", samples=sha256(samples)))
    folder = writer.folder.with_name("mine")
    Writer.create(folder, given, drawn(0), None, samples).release()
    expected = load(folder).outputs()
    (cached,) = (folder / "cache").iterdir()
    for content in (pack({"numbers": expected}), b"", cached.read_bytes()):
        cached.write_bytes(content)
        np.testing.assert_array_equal(load(folder).outputs(), expected)


def test_running_is_told_from_interrupted_by_the_lock(writer: Writer) -> None:
    assert load(writer.folder).status == "running"
    writer.release()
    assert load(writer.folder).status == "interrupted"


def test_those_who_look_at_once_do_not_take_each_other_for_a_training(writer: Writer) -> None:
    writer.release()
    run = load(writer.folder)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: run.status, range(400))) == {"interrupted"}


def test_a_log_that_was_cut_off_is_no_whole_recording(finished: Path) -> None:
    path = finished / "metrics.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-4]) + lines[-4][:20])
    (problem,) = load(finished).verify()
    assert "metrics.jsonl: cut off: recording.json says 4 updates" in problem


def test_weights_come_in_the_graphs_order(finished: Path) -> None:
    run = load(finished)
    assert list(run.weights(2)) == list(run.graph.tensors)
