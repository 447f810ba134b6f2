"""What a Recorder writes, in which order, and how it lets go."""

import itertools
from pathlib import Path

import pytest
import torch
from small import drawn, header, record_steps, state

from handlens.engine.recorder import PENDING, Recorder
from handlens.errors import RecordingError
from handlens.recording import Writer, load
from handlens.recording.files import pack
from handlens.recording.schema import Line, Result


def created(folder: Path, **fields: object) -> Recorder:
    """A recorder of a recording just begun, which can be resumed from its step 0."""
    writer = Writer.create(folder / "run", header(**fields), drawn(0), state(0), None)
    return Recorder(writer, lambda: drawn(1), lambda: state(0))


def end(step: int) -> Result:
    return Result(step=step, seconds=1.0, images=0)


def test_numbers_and_tensors_are_losses_alike(tmp_path: Path) -> None:
    recorder = created(tmp_path)
    losses = [0.1, torch.tensor(0.5), torch.tensor([0.25]), 0.3, torch.tensor(2.0, dtype=torch.bfloat16)]
    for step, loss in enumerate(losses, start=17):
        recorder.step(step, loss, seconds=0.0)
    recorder.finish(end(21))
    assert load(tmp_path / "run").losses[1].tolist() == [0.1, 0.5, 0.25, 0.3, 2.0]


def test_losses_are_written_at_the_latest_after_so_many(tmp_path: Path) -> None:
    recorder = created(tmp_path)
    written = []
    for step in range(4097, 4097 + PENDING):  # none of them has a frame
        written.append(len(load(tmp_path / "run").updates))
        recorder.step(step, 1.0, seconds=0.0)
    assert set(written) == {0}
    assert len(load(tmp_path / "run").updates) == PENDING
    recorder.writer.release()


def test_a_last_step_that_has_its_frame_gets_no_second_one(tmp_path: Path) -> None:
    recorder = created(tmp_path)
    record_steps(recorder.writer, range(1, 3))
    recorder.save_state(2)
    recorder.writer.release()
    writer, _ = Writer.reopen(tmp_path / "run")  # killed after the last step, before the end
    Recorder(writer, lambda: drawn(2), lambda: state(2)).finish(end(2))
    log = (tmp_path / "run" / "metrics.jsonl").read_text()
    assert log.count('{"kind":"frame","step":2,') == 1


def test_what_was_dropped_is_said_also_after_a_resume_from_that_very_moment(tmp_path: Path) -> None:
    size = len(pack(drawn(0)))
    recorder = created(tmp_path, frames_bytes=4 * size)
    for step in range(1, 5):
        recorder.step(step, 1.0, seconds=0.0)
        recorder.settle(step)
    recorder.writer.release()
    Writer.reopen(tmp_path / "run")[0].release()
    run = load(tmp_path / "run")
    assert [note.text for note in run.notes] == [f"frames take their {4 * size:,} bytes: dropped 1"]
    assert len(run.steps) == 4


def test_lines_that_could_not_be_written_do_not_come_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a full disk refused waits in the file's buffer, and is written when there is room again."""
    recorder = created(tmp_path)
    log, calls = recorder.writer.log, itertools.count()

    def full_once(*lines: Line) -> None:
        log(*lines)
        if next(calls) == 0:
            raise RecordingError("full")

    monkeypatch.setattr(recorder.writer, "log", full_once)
    with pytest.raises(RecordingError, match="full"):
        recorder.step(1, 1.0, seconds=0.0)
    recorder.finish(end(1))
    assert [line.step for line in load(tmp_path / "run").updates] == [1]


@pytest.mark.parametrize("way", ["finish", "pause"])
def test_an_end_that_fails_lets_go(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = created(tmp_path)

    def full(*given: object) -> None:
        raise RecordingError("full")

    with monkeypatch.context() as patch:
        patch.setattr(recorder.writer, "frame", full)
        with pytest.raises(RecordingError, match="full"):
            recorder.finish(end(1)) if way == "finish" else recorder.pause(1)
    assert load(tmp_path / "run").status == "interrupted"
    Writer.reopen(tmp_path / "run")[0].release()
