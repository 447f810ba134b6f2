"""What a resume begins from: the newest state that is whole and whose log is there."""

import os
from pathlib import Path

from small import record_steps, state

from handlens.recording import Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.states import newest_state


def steps(folder: Path) -> list[int]:
    """The steps of the states that are kept."""
    return sorted(int(path.name.partition("-")[0]) for path in (folder / "state").iterdir())


def test_two_are_kept_and_steps_are_numbers(writer: Writer) -> None:
    for step in (1, 99_999_999, 100_000_000):
        writer.state(step, state(step))
    assert steps(writer.folder) == [99_999_999, 100_000_000]
    assert newest_state(writer.folder).step == 100_000_000


def test_of_two_at_one_step_the_later_wins(writer: Writer) -> None:
    """Whatever their digests: one is saved when it is time, another when Ctrl-C comes at the same step."""
    for step in range(1, 9):
        writer.state(step, state(step))
        older = {path: path.read_bytes() for path in (writer.folder / "state").iterdir()}
        record_steps(writer, range(step, step + 1))
        writer.state(step, state(step))
        assert steps(writer.folder) == [step - 1, step]
        for path, content in older.items():  # killed before the older one was removed
            path.write_bytes(content)
        assert newest_state(writer.folder).log_bytes == (writer.folder / "metrics.jsonl").stat().st_size


def test_one_whose_log_is_gone_does_not_count(writer: Writer) -> None:
    record_steps(writer, range(1, 3))
    writer.state(2, state(2))
    writer.release()
    os.truncate(writer.folder / "metrics.jsonl", (writer.folder / "metrics.jsonl").stat().st_size - 1)
    assert newest_state(writer.folder).step == 0
    Writer.reopen(writer.folder)[0].release()
    assert load(writer.folder).steps == (0,)
    assert steps(writer.folder) == [0]  # else it would count again once the log has grown


def test_files_of_other_names_are_left_alone(writer: Writer) -> None:
    names = ("notes.txt", "mine.safetensors", "00000009-of-mine.safetensors")
    for name in names:
        (writer.folder / "state" / name).write_text("precious")
    writer.state(1, state(1))
    writer.state(2, state(2))
    assert newest_state(writer.folder).step == 2
    assert {path.name for path in (writer.folder / "state").iterdir()} > set(names)


def test_tensors_without_a_place_are_no_state(writer: Writer) -> None:
    content = pack(state(5).tensors)
    name = f"00000005-{sha256(content)[:16]}.safetensors"
    (writer.folder / "state" / name).write_bytes(content)
    assert newest_state(writer.folder).step == 0
