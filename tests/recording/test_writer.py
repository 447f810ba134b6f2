"""The folder while it is written: born whole, resumed to the same bytes, never overwritten."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from small import drawn, header, record_steps, state

from handlens.errors import RecordingError
from handlens.recording import Writer, load
from handlens.recording.files import pack
from handlens.recording.folder import frame_path, read_log
from handlens.recording.schema import Result, StepLine
from handlens.recording.writer import newest_state


def contents(folder: Path) -> dict[str, bytes]:
    """Every frame's bytes by name."""
    return {path.name: path.read_bytes() for path in sorted((folder / "frames").iterdir())}


def test_it_is_born_with_header_frame_and_state(writer: Writer) -> None:
    run = load(writer.folder)
    assert (run.status, run.steps) == ("running", (0,))
    np.testing.assert_array_equal(run.weights(0)["conv1.bias"], drawn(0)["conv1.bias"])
    assert newest_state(writer.folder)[0] == 0
    assert [path.name for path in writer.folder.parent.iterdir()] == ["run"]


def test_an_existing_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("precious")
    with pytest.raises(RecordingError, match="exists already; choose another --out"):
        Writer.create(tmp_path / "run", header(), drawn(0), None, None)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]


def test_only_an_interrupted_training_is_offered_to_be_resumed(finished: Path) -> None:
    with pytest.raises(RecordingError, match=r"run: exists already; choose another --out"):
        Writer.create(finished, header(), drawn(0), None, None)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="can't be made: Not a directory"):
        Writer.create(tmp_path / "file" / "run", header(), drawn(0), None, None)


def test_a_birth_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RecordingError, match=r"recording.json: can't be written: No space left"):
        Writer.create(tmp_path / "run", header(), drawn(0), None, None)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_cannot_write_one_recording(writer: Writer) -> None:
    with pytest.raises(RecordingError, match="another process is writing"):
        Writer.reopen(writer.folder)


def test_a_resume_cuts_what_came_after_the_state(writer: Writer) -> None:
    record_steps(writer, range(1, 4))
    writer.state(3, state(3))
    before, log = contents(writer.folder), (writer.folder / "metrics.jsonl").read_bytes()
    record_steps(writer, range(4, 7))
    writer.release()

    assert load(writer.folder).status == "interrupted"
    again, kept = Writer.reopen(writer.folder)
    assert kept.progress == {"step": 3, "seconds": 1.5}
    assert kept.tensors["weights/a"].tolist() == [3, 3, 3]
    assert contents(writer.folder) == before
    assert (writer.folder / "metrics.jsonl").read_bytes() == log + b'{"kind":"resume","step":3}\n'
    record_steps(again, range(4, 6))
    again.close(Result(step=5, seconds=2.0, images=500))
    run = load(writer.folder)
    assert (run.status, run.steps, run.verify()) == ("finished", (0, 1, 2, 3, 4, 5), [])


def test_the_newest_state_that_is_whole_wins_and_two_are_kept(writer: Writer) -> None:
    for step in (1, 2, 3):
        writer.state(step, state(step))
    kept = sorted((writer.folder / "state").iterdir())
    assert [path.name[:8] for path in kept] == ["00000002", "00000003"]
    damaged = bytearray(kept[1].read_bytes())
    damaged[-1] ^= 1
    kept[1].write_bytes(damaged)
    assert newest_state(writer.folder)[0] == 2
    kept[0].write_bytes(b"")
    with pytest.raises(RecordingError, match="no saved state is whole"):
        newest_state(writer.folder)


def test_a_resume_that_finds_no_state_lets_go(writer: Writer) -> None:
    writer.release()
    for path in (writer.folder / "state").iterdir():
        path.unlink()
    for _ in range(2):  # a lock that stayed would answer otherwise the second time
        with pytest.raises(RecordingError, match="can still be looked at, and branched from"):
            Writer.reopen(writer.folder)


@pytest.mark.parametrize(
    ("failure", "message"), [(None, "there is nothing to resume"), ("diverged", "would again .diverged.")]
)
def test_an_ended_training_is_not_resumed(writer: Writer, failure: str | None, message: str) -> None:
    writer.close(Result(step=0, seconds=0.0, images=0, failure=failure))
    with pytest.raises(RecordingError, match=message):
        Writer.reopen(writer.folder)


def test_a_full_disk_in_the_log_is_said_and_the_recording_stays_readable(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_steps(writer, range(1, 3))

    class Full:
        def write(self, content: bytes) -> int:
            with (writer.folder / "metrics.jsonl").open("ab") as log:
                log.write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_log", Full())
        with pytest.raises(RecordingError, match=r"No space left on device.*--resume"):
            writer.log(StepLine(step=3, seconds=1.0, loss=0.1))
    assert [line.step for line in load(writer.folder).updates] == [1, 2]


def test_frames_that_take_too_much_are_thinned(tmp_path: Path) -> None:
    size = len(pack(drawn(0)))
    writer = Writer.create(tmp_path / "run", header(frames_bytes=10 * size), drawn(0), state(0), None)
    for step in range(1, 16):
        writer.frame(step, drawn(step))
        if writer.full:
            going = writer.thin(step)
            writer.state(step, state(step))
            writer.remove(going)
    steps = load(writer.folder).steps
    assert len(steps) <= 10
    assert steps[0] == 0
    assert steps[-1] == 15
    assert set(contents(writer.folder)) == {frame_path(Path(), step).name for step in steps}
    writer.release()
    again, _ = Writer.reopen(writer.folder)
    again.release()
    assert load(writer.folder).verify() == []


def test_what_is_no_number_is_kept_and_readable_by_any_json(writer: Writer) -> None:
    writer.log(StepLine(step=1, seconds=1.0, loss=float("nan"), lr=float("inf")))
    text = (writer.folder / "metrics.jsonl").read_text().splitlines()[-1]

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(text, parse_constant=refuse)["loss"] == "NaN"
    (line,) = load(writer.folder).updates
    assert np.isnan(line.loss)
    assert line.lr == np.inf


def test_nothing_on_the_disk_is_a_pickle(finished: Path) -> None:
    for path in finished.rglob("*"):
        if path.is_file() and path.name != ".lock":
            assert path.suffix in {".json", ".jsonl", ".safetensors"}
    assert read_log(finished)
