"""The folder while it is written: born whole, resumed to the same bytes, never overwritten."""

import errno
import io
import json
import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from small import drawn, header, record_steps, state

from handlens.errors import RecordingError
from handlens.recipes import Recipe
from handlens.recording import Writer, load
from handlens.recording import writer as writing
from handlens.recording.files import pack
from handlens.recording.folder import frame_path, hold, line_bytes, read_log
from handlens.recording.schema import ChangeLine, DroppedLine, Result, ResumeLine, StepLine
from handlens.recording.states import newest_state


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
    with pytest.raises(RecordingError, match=r"/run/recording\.json: can't be written: No space left"):
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
    resumed = line_bytes(ResumeLine(step=3))
    assert resumed.startswith(b'{"kind":"resume","step":3,"crc":"')
    assert (writer.folder / "metrics.jsonl").read_bytes() == log + resumed
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
        closed = False

        def write(self, content: bytes) -> int:
            with (writer.folder / "metrics.jsonl").open("ab") as log:
                log.write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_log", Full())
        with pytest.raises(RecordingError, match=r"No space left on device.*; make room$"):
            writer.log(StepLine(step=3, seconds=1.0, loss=0.1))
    assert [line.step for line in load(writer.folder).updates] == [1, 2]


def test_a_full_disk_names_the_file_and_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    trained = header(recipe=Recipe(name="mine"))
    for name, made, ending in (("own", trained, " and go on with --out {} --resume"), ("loop", header(), "")):
        writer = Writer.create(tmp_path / name, made, drawn(0), state(0), None)
        safe = re.escape("No space left on device. What was recorded before is safe; make room")
        how = safe + re.escape(ending.format(writer.folder)) + "$"
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(RecordingError, match=rf"00000001\.safetensors: can't be written: {how}"):
                writer.frame(1, drawn(1))
            with pytest.raises(RecordingError, match=rf"recording\.json: can't be written: {how}"):
                writer.set_header(status="finished")
            patch.setattr(Writer, "_sync", lambda self: None)
            with pytest.raises(RecordingError, match=rf"00000001-\w+\.safetensors: can't be written: {how}"):
                writer.state(1, state(1))
        writer.release()
        assert load(writer.folder).verify() == []


def test_a_disk_that_stays_full_still_lets_go(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python tries to write the rest of the log once more when it is closed."""

    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer._log.close()
    monkeypatch.setattr(writer, "_log", io.BufferedWriter(Full()))
    with pytest.raises(RecordingError, match=r"metrics.jsonl: can't be written: No space left"):
        writer.log(StepLine(step=1, seconds=1.0, loss=0.1))
    with pytest.raises(RecordingError, match=r"metrics.jsonl: can't be written: No space left"):
        writer.state(1, state(1))
    writer.release()
    Writer.reopen(writer.folder)[0].release()


def test_what_a_killed_start_left_stands_in_nobodys_way(tmp_path: Path) -> None:
    """In a container every process may have the same number."""
    (tmp_path / f".run.tmp-{os.getpid()}" / "frames").mkdir(parents=True)
    Writer.create(tmp_path / "run", header(), drawn(0), None, None).release()


def test_a_folder_whose_lock_cannot_be_made_is_said(writer: Writer) -> None:
    writer.release()
    (writer.folder / ".lock").unlink()
    (writer.folder / ".lock").mkdir()
    with pytest.raises(RecordingError, match=r"run: can't be written: Is a directory"):
        Writer.reopen(writer.folder)


def test_somebody_who_only_looks_does_not_stop_a_writer(writer: Writer) -> None:
    """Telling running from interrupted takes the lock for a moment."""
    writer.release()
    looking = hold(writer.folder)
    timer = threading.Timer(0.05, looking.release)
    timer.start()
    Writer.reopen(writer.folder)[0].release()
    timer.join()


def test_a_training_that_ended_while_we_waited_is_left_alone(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(folder: Path) -> FileLock:
        writer.close(Result(step=0, seconds=0.0, images=0))
        return hold(folder)

    monkeypatch.setattr(writing, "hold", late)
    with pytest.raises(RecordingError, match="finished; there is nothing to resume"):
        Writer.reopen(writer.folder)
    assert load(writer.folder).status == "finished"
    assert b"resume" not in (writer.folder / "metrics.jsonl").read_bytes()


def test_the_log_is_on_the_disk_before_the_header_says_finished(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    fsync, log = os.fsync, os.fstat(writer._log.fileno()).st_ino

    def spy(descriptor: int) -> None:
        flushed.append("log" if os.fstat(descriptor).st_ino == log else "another")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    record_steps(writer, range(1, 3))
    flushed.clear()
    writer.close(Result(step=2, seconds=1.0, images=200))
    assert flushed[0] == "log"
    assert len(flushed) >= 2


# -- resumed from what a crash or a hand left ------------------------------------------------------------


def test_damage_behind_the_last_state_does_not_matter(writer: Writer) -> None:
    record_steps(writer, range(1, 3))
    writer.state(2, state(2))
    writer.release()
    with (writer.folder / "metrics.jsonl").open("ab") as log:
        log.write(b"\0\0\0\n{}\n")
    with pytest.raises(RecordingError, match="damaged"):
        load(writer.folder)
    Writer.reopen(writer.folder)[0].release()
    assert load(writer.folder).verify() == []


def test_going_on_from_an_older_state_is_said_and_its_lost_frames_too(writer: Writer) -> None:
    """The newest state is damaged, and frames that the older one's log names were dropped since."""
    record_steps(writer, range(1, 4))
    writer.state(3, state(3))
    record_steps(writer, range(4, 6))
    writer.log(DroppedLine(step=5, frames=(1, 3)))
    writer.state(5, state(5))
    writer.remove((1, 3))
    newest_state(writer.folder).path.write_bytes(b"")
    writer.release()

    again, kept = Writer.reopen(writer.folder)
    assert kept.progress["step"] == 3
    run = load(writer.folder)
    assert (run.steps, run.verify()) == ((0, 2), [])
    assert [note.text for note in run.notes] == [
        "the state of step 5 was damaged: on from 3",
        "frames were missing: 1, 3",
    ]
    assert again.has_frame(2)
    assert not again.has_frame(3)
    again.release()


def test_a_change_that_is_cut_off_is_said(writer: Writer) -> None:
    """Its own state is damaged; of what was planned nothing is lost, nor by a pause."""
    planned = Recipe(name="planned", changes=[{"step": 5, "value": 0.5}])
    writer.set_header(recipe=planned)
    record_steps(writer, range(1, 4))
    writer.log(ChangeLine(step=3, field="lr", value=0.2))
    writer.state(3, state(3))
    record_steps(writer, range(4, 6))
    behind = [ChangeLine(step=5, field=field, value=value) for field, value in (("lr", 0.5), ("pause", True))]
    writer.log(*behind, ChangeLine(step=5, field="lr", value=0.01))
    writer.state(5, state(5))
    newest_state(writer.folder).path.write_bytes(b"")
    writer.release()
    with (writer.folder / "metrics.jsonl").open("ab") as log:
        log.write(b'{"kind": "change", "step": 5, "field": "lr", "value": "much"}\n\0\n')

    again, _ = Writer.reopen(writer.folder)
    again.release()
    assert [note.text for note in load(writer.folder).notes] == [
        "the state of step 5 was damaged: on from 3",
        "lost with what came after step 3: lr = 0.01 from step 5",
    ]


def test_a_resume_clears_away_unfinished_files_and_nothing_else(writer: Writer) -> None:
    writer.release()
    unfinished = [Path(".recording.json.tmp-1"), Path("frames/.a.tmp-2"), Path("state/.b.tmp-3")]
    kept = [Path("notes.txt"), Path("frames/notes.txt")]
    for path in (*unfinished, *kept):
        (writer.folder / path).write_text("")
    Writer.reopen(writer.folder)[0].release()
    assert not any((writer.folder / path).exists() for path in unfinished)
    assert all((writer.folder / path).exists() for path in kept)


def test_a_recording_behind_a_link_is_a_recording(writer: Writer, tmp_path: Path) -> None:
    record_steps(writer, range(1, 3))
    writer.state(2, state(2))
    writer.release()
    (tmp_path / "link").symlink_to(writer.folder)
    again, _ = Writer.reopen(tmp_path / "link")
    record_steps(again, range(3, 5))
    again.close(Result(step=4, seconds=1.0, images=400))
    run = load(tmp_path / "link")
    assert (run.status, run.steps, run.verify()) == ("finished", (0, 1, 2, 3, 4), [])


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


def test_a_change_to_nothing_is_kept(writer: Writer) -> None:
    changes = [ChangeLine(step=1, field="limit", value=value) for value in (None, 5)]
    writer.log(*changes)
    assert read_log(writer.folder, checked=True)[-2:] == changes


def test_weights_that_are_no_numbers_are_kept_bit_for_bit(writer: Writer) -> None:
    weights = {name: np.full_like(tensor, np.nan) for name, tensor in drawn(1).items()}
    weights["logits.bias"][:] = np.inf
    writer.frame(1, weights)
    run = load(writer.folder)
    assert run.verify() == []
    assert {name: tensor.tobytes() for name, tensor in run.weights(1).items()} == {
        name: tensor.tobytes() for name, tensor in weights.items()
    }


def test_nothing_on_the_disk_is_a_pickle(finished: Path) -> None:
    for path in finished.rglob("*"):
        if path.is_file() and path.name != ".lock":
            assert path.suffix in {".json", ".jsonl", ".safetensors"}
    assert read_log(finished, checked=True)
