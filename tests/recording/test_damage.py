"""A recording whose bytes have changed tells what was written, or that it is damaged; nothing else."""

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from small import record_steps, state

from handlens.errors import RecordingError
from handlens.recording import Recording, Writer, load
from handlens.recording.files import keep, kept, pack, sha256
from handlens.recording.folder import line_bytes, parse_line
from handlens.recording.schema import NoteLine, Result, StepLine
from handlens.recording.states import newest_state


def told(run: Recording) -> tuple[object, ...]:
    """All that a recording says of itself."""
    return run.header, run.updates, run.evaluations, run.notes, run.steps


def flipped(content: bytes, place: int) -> bytes:
    """The same with one bit of a byte changed, another one at each place."""
    changed = bytearray(content)
    changed[place] ^= 1 << random.Random(place).randrange(8)
    return bytes(changed)


def check_flips(folder: Path, name: str, places: Iterable[int]) -> int:
    """Change the file at each place; how often that was found."""
    path, whole = folder / name, told(load(folder))
    content, found = (folder / name).read_bytes(), 0
    for place in places:
        path.write_bytes(flipped(content, place))
        try:
            assert told(load(folder)) == whole, f"byte {place} of {name}"
        except RecordingError:
            found += 1
    path.write_bytes(content)
    return found


@pytest.mark.parametrize(("name", "apart"), [("recording.json", 29), ("metrics.jsonl", 7)])
def test_a_flipped_bit_of_header_and_log_is_found(finished: Path, name: str, apart: int) -> None:
    places = range(3, (finished / name).stat().st_size - 1, apart)
    assert check_flips(finished, name, places) == len(places)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["recording.json", "metrics.jsonl"])
def test_every_flipped_bit_of_header_and_log_is_found(finished: Path, name: str) -> None:
    size = (finished / name).stat().st_size
    # Without its last newline a log's last line was being written: it isn't there.
    places = range(size if name == "recording.json" else size - 1)
    assert check_flips(finished, name, places) == len(places)


@pytest.mark.parametrize("name", ["recording.json", "metrics.jsonl"])
def test_a_file_cut_anywhere_is_whole_before_the_cut_or_damaged(finished: Path, name: str) -> None:
    path, whole = finished / name, load(finished)
    content = path.read_bytes()
    for length in range(0, len(content), 31):
        path.write_bytes(content[:length])
        try:
            run = load(finished)
        except RecordingError:
            continue
        assert name == "metrics.jsonl"
        assert run.updates == whole.updates[: len(run.updates)]
        assert any("cut off" in problem for problem in run.verify())


def test_a_state_of_which_a_bit_is_flipped_is_none(writer: Writer) -> None:
    writer.state(1, state(1))
    newest = newest_state(writer.folder)
    content = newest.path.read_bytes()
    for place in range(0, len(content), 11):
        newest.path.write_bytes(flipped(content, place))
        assert newest_state(writer.folder).step == 0


@pytest.mark.parametrize(
    "metadata",
    [
        '{"step": 5, "seconds": 1.0, "log_bytes": "x"}',
        '{"step": "5", "seconds": 1.0, "log_bytes": 9}',
        '{"step": 5, "log_bytes": 9}',
        '{"step": 5, "seconds": 1.0, "log_bytes": -1}',
        '{"step": 5, "step": 6, "seconds": 1.0, "log_bytes": 9}',
        '{"step": 5, "seconds": 1.0, "log_bytes": 9, "code": "x"}',
        "[" * 100_000,
    ],
)
def test_a_state_that_says_something_else_is_none(writer: Writer, metadata: str) -> None:
    content = pack(state(5).tensors, {"handlens": metadata})
    path = writer.folder / "state" / f"00000005-{sha256(content)[:16]}.safetensors"
    path.write_bytes(content)
    assert newest_state(writer.folder).step == 0


@pytest.mark.parametrize("gone", ["state", "metrics.jsonl"])
def test_without_states_or_log_nothing_is_resumed(writer: Writer, gone: str) -> None:
    writer.release()
    path = writer.folder / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(RecordingError, match=r"no saved state is whole, so this training can't be resumed"):
        Writer.reopen(writer.folder)


def test_lines_and_headers_of_before_have_no_check_sums_and_are_read(tmp_path: Path) -> None:
    line = StepLine(step=3, seconds=0.1, loss=0.5)
    assert parse_line(line.model_dump_json().encode(), checked=False) == line
    assert parse_line(line_bytes(line)[:-1], checked=True) == line
    with pytest.raises(ValueError, match="it has no check sum"):
        parse_line(line.model_dump_json().encode(), checked=True)


def test_a_note_that_ends_like_a_check_sum_is_read_as_it_was(writer: Writer) -> None:
    text = 'the loss,"crc":"00000000"}'
    writer.log(NoteLine(step=0, text=text))
    assert load(writer.folder).notes[-1].text == text


def test_a_step_is_a_number_that_arrays_hold(writer: Writer) -> None:
    record_steps(writer, range(1, 2))
    writer.close(Result(step=1, seconds=1.0, images=1))
    path = writer.folder / "metrics.jsonl"
    huge = line_bytes(StepLine.model_construct(step=10**30, seconds=0.1, loss=0.5))
    path.write_bytes(path.read_bytes() + huge)
    with pytest.raises(RecordingError, match=r"metrics\.jsonl, line \d+: damaged"):
        load(writer.folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 200_000, "nests deeper"),
        (b'{"format": 1, "format": 1}', "the key 'format' stands twice"),
        (b'{"format": 1, "threads": 1e999}', "no finite number"),
    ],
)
def test_a_strange_header_is_refused(finished: Path, content: bytes, message: str) -> None:
    (finished / "recording.json").write_bytes(content)
    with pytest.raises(RecordingError, match=f"recording.json: damaged: as a whole: .*{message}"):
        load(finished)


@pytest.mark.parametrize("name", ["frames/00000002.safetensors", "metrics.jsonl", "recording.json"])
def test_a_link_out_of_the_recording_is_refused(finished: Path, tmp_path: Path, name: str) -> None:
    path, outside = finished / name, tmp_path / "outside"
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(RecordingError, match="is a link that leads out of"):
        load(finished).weights(2)


def test_the_recording_itself_may_be_a_link(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(finished)
    assert load(tmp_path / "link").verify() == []


def test_what_is_kept_is_what_was_computed_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "outputs.safetensors"
    assert kept(path, tmp_path) is None
    tensors = {
        "logits": np.arange(6, dtype=np.float32).reshape(2, 3),
        "text": np.frombuffer(b"ink", np.uint8),
    }
    keep(path, tensors)
    found = kept(path, tmp_path)
    assert found is not None
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in tensors.items()
    }
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(flipped(content, place))
        again = kept(path, tmp_path)
        assert again is None or pack(again) == pack(tensors)
    path.write_bytes(pack(tensors))  # somebody else's
    assert kept(path, tmp_path) is None


def test_outputs_of_another_size_are_computed_anew(tmp_path: Path) -> None:
    run = load("reader", cache=tmp_path)
    path = tmp_path / f"outputs-test-{run.digest()[:16]}.safetensors"
    keep(path, {"logits": np.zeros((3, 11), np.float32)})
    assert run.outputs("test").shape == (10_000, 11)
