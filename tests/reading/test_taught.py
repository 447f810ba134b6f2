"""What is taught, in its file: read as it was written, or refused with the file's name."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import RecordingError
from handlens.reading import taught
from handlens.reading.taught import LAYER, Account, Taught, home, store, stored
from handlens.recording.files import pack, write_whole

ACCOUNT = Account("ab" * 32, 3, 2, (0.99, 0.98), (0.97, 0.96))
WEIGHT = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
BIAS = WEIGHT[:, 0].copy()


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, with a layer in it."""
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path))
    Taught(WEIGHT, BIAS, ACCOUNT).save()
    return home() / LAYER


def packed(header: str, values: bytes = b"") -> bytes:
    return len(header.encode()).to_bytes(8, "little") + header.encode() + values


def test_what_is_saved_is_kept() -> None:
    found = Taught.kept()
    assert found is not None
    assert found.account == ACCOUNT
    np.testing.assert_array_equal(found.weight, WEIGHT)
    np.testing.assert_array_equal(found.bias, BIAS)


def test_the_users_own_file_may_be_a_link(file: Path, tmp_path: Path) -> None:
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert Taught.kept() is not None


TENSOR = '{"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}'
DAMAGED = {
    "nothing": (b"", "ends inside its header"),
    "a tensor twice": (
        packed(f'{{"a": {TENSOR}, "a": {TENSOR}, "__metadata__": {{"handlens": "{{}}"}}}}', b"\0"),
        "the key 'a' stands twice",
    ),
    "a note twice": (
        packed('{"__metadata__": {"handlens": "{\\"a\\": 1, \\"a\\": 2}"}}'),
        "the key 'a' stands twice",
    ),
    "deep brackets": (packed("[" * 200_000), "nests deeper than 64 brackets"),
    "deep brackets in the notes": (
        packed(json.dumps({"__metadata__": {"handlens": "[" * 200_000}})),
        "nests deeper than 64 brackets",
    ),
    "no notes": (packed("{}"), "its metadata hold no text 'handlens'"),
    "offsets that lie": (
        packed(f'{{"a": {TENSOR}, "b": {TENSOR}, "__metadata__": {{"handlens": "{{}}"}}}}', b"\0"),
        "no readable safetensors file",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_told(file: Path, case: str) -> None:
    content, message = DAMAGED[case]
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=f"{LAYER}: .*{message}"):
        stored(file)


def test_what_is_no_ordinary_file_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taught, "MOST_BYTES", 100)
    with pytest.raises(
        RecordingError, match=r"has \d+ bytes; expected 100 at most\. Put it back from a copy"
    ):
        stored(file)
    file.unlink()
    with pytest.raises(RecordingError, match="can't be read: No such file"):
        stored(file)
    os.mkfifo(file)
    with pytest.raises(RecordingError, match="is a device or pipe"):
        stored(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, notes: tensors.update(weight=WEIGHT.astype(np.float64)),
        lambda tensors, notes: tensors.update(weight=WEIGHT * np.float32("nan")),
        lambda tensors, notes: tensors.update(bias=BIAS[:-1].copy()),
        lambda tensors, notes: tensors.update(bias=BIAS[:, None].copy()),
        lambda tensors, notes: tensors.update(weight=np.zeros((), np.float32)),
        lambda tensors, notes: tensors.pop("bias"),
        lambda tensors, notes: notes.pop("learned"),
        lambda tensors, notes: notes.update(learned="many"),
        lambda tensors, notes: notes.update(validation=[0.5]),
        lambda tensors, notes: notes.update(test=["a", "b"]),
        lambda tensors, notes: notes.update(more=1),
    ],
    ids=range(11),
)
def test_what_is_no_layer_is_told(
    file: Path, change: Callable[[dict[str, np.ndarray], dict[str, Any]], None]
) -> None:
    tensors, notes = stored(file)
    change(tensors, notes)
    store(file, tensors, notes)
    with pytest.raises(RecordingError, match=f"{LAYER}: damaged: it isn't a taught layer"):
        Taught.kept()


def test_no_flipped_bit_is_taken_as_true(file: Path) -> None:
    """Each bit of the file in turn: it is refused, or what it says stays the same."""
    whole, refused = file.read_bytes(), 0
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            found = Taught.kept()
        except RecordingError:
            refused += 1
        else:
            assert found is not None
            assert found.account == ACCOUNT
            assert found.weight.tobytes() + found.bias.tobytes() == WEIGHT.tobytes() + BIAS.tobytes()
    assert refused > 0.9 * len(whole)


def test_a_file_of_before_has_no_digest(file: Path) -> None:
    tensors, notes = stored(file)
    write_whole(file, pack(tensors, {"handlens": json.dumps(notes)}))
    assert Taught.kept() is not None
    assert b"sha256" not in file.read_bytes()


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255) | st.none()), min_size=1, max_size=4))
def test_any_changed_byte_is_read_or_told(edits: list[tuple[int, int | None]]) -> None:
    path = home() / LAYER
    Taught(WEIGHT, BIAS, ACCOUNT).save()
    content = bytearray(path.read_bytes())
    for place, byte in edits:
        content[place : place + 1] = b"" if byte is None else bytes([byte])
    path.write_bytes(content)
    try:
        found = Taught.kept()
    except RecordingError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
    else:
        assert found is not None
        assert isinstance(found.account.learned, int)
        assert found.bias.shape == found.weight.shape[:1]
