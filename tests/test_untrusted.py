"""What others wrote: which files are read, where names lead, what JSON is taken."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load, save

from handlens.untrusted import MOST_DEPTH, MOST_HEADER, Refused, metadata, parse, place, read, tensors_header

# -- files -----------------------------------------------------------------------------------------------


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read(tmp_path / "file", 5) == b"12345"
    with pytest.raises(Refused, match=r"^has 5 bytes; expected 4 at most$"):
        read(tmp_path / "file", 4)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as stream:
        stream.truncate(1 << 40)  # takes no room on the disk; no memory would hold it
    with pytest.raises(Refused, match="has 1,099,511,627,776 bytes; expected 10 at most"):
        read(tmp_path / "file", 10)


@pytest.mark.parametrize("link", [False, True])
def test_what_is_no_ordinary_file_is_never_waited_for(tmp_path: Path, link: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    places = {
        tmp_path / "pipe": "is a device or pipe",
        Path("/dev/zero"): "is a device or pipe",
        tmp_path: "is a folder; expected a file",
    }
    for number, (path, message) in enumerate(places.items()):
        if link:
            (tmp_path / f"{number}").symlink_to(path)
            path = tmp_path / f"{number}"
        with pytest.raises(Refused, match=message):
            read(path, 10)


def test_the_disks_own_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nothing", 10)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for within in (None, tmp_path):
        with pytest.raises(OSError, match="symbolic links"):
            read(tmp_path / "loop", 10, within)


# -- places ----------------------------------------------------------------------------------------------


@pytest.fixture
def given_folder(tmp_path: Path) -> Path:
    """A folder ``given`` that holds a file, with another file outside."""
    (tmp_path / "given" / "below").mkdir(parents=True)
    (tmp_path / "given" / "below" / "file").write_bytes(b"inside")
    (tmp_path / "outside").write_bytes(b"outside")
    return tmp_path / "given"


def test_a_link_that_leads_out_is_refused(given_folder: Path) -> None:
    link = given_folder / "link"
    link.symlink_to("../outside")
    assert read(link, 10) == b"outside"  # the path that the user gives may be a link
    with pytest.raises(Refused, match=f"^is a link that leads out of {given_folder}, to .*/outside$"):
        read(link, 10, within=given_folder)
    with pytest.raises(Refused, match=f"^'link' leads out of {given_folder}, to .*/outside$"):
        place(given_folder, "link")


def test_links_that_stay_inside_and_a_given_folder_that_is_a_link_are_taken(given_folder: Path) -> None:
    (given_folder / "link").symlink_to("below/file")
    other = given_folder.with_name("other")
    other.symlink_to(given_folder)
    for folder in (given_folder, other):
        for name in ("link", "below/file", "./below/file", str(folder / "link")):
            assert read(place(folder, name), 10, within=folder) == b"inside"


def test_a_folder_among_the_links_counts_too(given_folder: Path) -> None:
    (given_folder / "up").symlink_to("..")
    with pytest.raises(Refused, match="leads out of"):
        read(given_folder / "up" / "outside", 10, within=given_folder)
    with pytest.raises(Refused, match="leads out of"):
        place(given_folder, "up/outside")
    assert read(given_folder / "up" / "given" / "below" / "file", 10, within=given_folder) == b"inside"


def test_a_folder_whose_name_begins_alike_is_outside(given_folder: Path) -> None:
    beside = given_folder.with_name("given-away")
    beside.mkdir()
    (beside / "file").write_bytes(b"outside")
    (given_folder / "link").symlink_to(beside / "file")
    with pytest.raises(Refused, match="leads out of"):
        read(given_folder / "link", 10, within=given_folder)
    with pytest.raises(Refused, match="leads out of"):
        place(given_folder, str(beside / "file"))


def test_a_link_within_the_folder_that_was_given_may_leave_its_own(given_folder: Path) -> None:
    (given_folder / "beside").mkdir()
    (given_folder / "beside" / "link").symlink_to("../below/file")
    assert read(place(given_folder / "beside", "link", within=given_folder), 10) == b"inside"
    with pytest.raises(Refused, match="leads out"):
        place(given_folder / "beside", "link")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'' is no file's name"),
        (".", "is no file's name"),
        ("/", "is no file's name"),
        ("a\0b", "is no file's name"),
        ("..", "goes up by"),
        ("../outside", "goes up by"),
        ("below/../below/file", "goes up by"),
        ("/etc/hostname", "'/etc/hostname' leads out of"),
    ],
)
def test_names_that_lead_out_are_refused(given_folder: Path, name: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        place(given_folder, name)


PARTS = st.sampled_from(["..", ".", "a", "up", "down", "", "/", "//", "é", " "]) | st.text(max_size=3)


@given(st.lists(PARTS))
def test_no_name_leads_out(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-name"
    if not folder.exists():
        (folder / "a").mkdir(parents=True)
        (folder / "up").symlink_to("../..")
        (folder / "down").symlink_to("a")
    try:
        found = place(folder, "/".join(parts))
    except Refused:
        return
    assert os.path.realpath(found).startswith(f"{os.path.realpath(folder)}{os.sep}")


# -- JSON ------------------------------------------------------------------------------------------------

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans())
def test_what_json_can_say_is_taken_as_it_is(value: Any, escaped: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary() | st.text(alphabet='[]{}":,0123456789eE.-+\\utrefalsn ').map(str.encode))
@example(b'{"a":1e400}')
def test_any_bytes_are_taken_or_refused(content: bytes) -> None:
    """What is taken is what the standard library says that it is, and can be written again."""
    try:
        value = parse(content)
    except Refused as error:
        assert str(error)  # noqa: PT017
    else:
        assert value == json.loads(content)
        assert parse(json.dumps(value, allow_nan=False).encode()) == value


REFUSED = {
    "a key twice": (b'{"a": 1, "b": {"c": 1, "d": 2, "c": 3}}', "the key 'c' stands twice"),
    "a key twice, escaped": (b'{"a": 1, "\\u0061": 2}', "the key 'a' stands twice"),
    "a huge number": (b"[9007199254740993]", "the number 9007199254740993 is beyond 2^53"),
    "a negative one": (b"-9007199254740993", "the number -9007199254740993 is beyond 2^53"),
    "more digits than Python reads": (b"9" * 5000, f"the number {'9' * 20}… is beyond 2^53"),
    "an infinite number": (b'{"a": 1e999}', "1e999 is no finite number"),
    "infinity": (b"[-Infinity]", "-Infinity is no finite number"),
    "no number": (b"NaN", "NaN is no finite number"),
    "half a character": (b'["\\ud800"]', "isn't readable as JSON ("),
    "half a character in a key": (b'{"\\udc00": 1}', "isn't readable as JSON ("),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "isn't readable as JSON ("),
    "bytes that are no text": (b'"\xff"', "isn't readable as JSON ("),
    "nothing": (b"", "isn't readable as JSON (Expecting value"),
    "two values": (b"1 2", "isn't readable as JSON (Extra data"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_json_that_readers_take_differently_is_refused(case: str) -> None:
    content, message = REFUSED[case]
    with pytest.raises(Refused) as caught:
        parse(content)
    assert message in str(caught.value)


def test_the_largest_numbers_and_whole_characters_are_taken() -> None:
    assert parse(b"[9007199254740992, -9007199254740992, 1e308, -0.0]") == [2**53, -(2**53), 1e308, 0]
    assert parse(b'"\\ud83d\\udd0d"') == "\N{LEFT-POINTING MAGNIFYING GLASS}"


@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: b"[" * depth + b"]" * depth,
        lambda depth: b"[" * depth + b"1" + b"]" * depth,
        lambda depth: b'{"a":' * depth + b"1" + b"}" * depth,
        lambda depth: b'[[],{"b":' * (depth // 2) + b"[]" + b"}]" * (depth // 2),
    ],
)
def test_nesting_is_bounded(nested: Callable[[int], bytes]) -> None:
    parse(nested(MOST_DEPTH - 2))
    for depth in (MOST_DEPTH + 2, 900, 200_000):  # the last is beyond what Python's own reader nests
        with pytest.raises(Refused, match=r"^nests deeper than 64 brackets$"):
            parse(nested(depth))


def test_nesting_is_counted_exactly_and_not_in_strings() -> None:
    assert parse(b"[" * 64 + b"1" + b"]" * 64)
    with pytest.raises(Refused, match="nests deeper"):
        parse(b"[" * 65 + b"]" * 65)
    assert parse(b'"' + b"[" * 1000 + b'"') == "[" * 1000


def test_many_keys_take_no_square_of_their_number() -> None:
    keys = ",".join(f'"{number}":0' for number in range(100_000))
    with pytest.raises(Refused, match="the key '99999' stands twice"):
        parse(f'{{{keys},"99999":1}}'.encode())


# -- safetensors -----------------------------------------------------------------------------------------


def packed(header: str | bytes, values: bytes = b"") -> bytes:
    """A safetensors file with that header, whatever it says."""
    text = header.encode() if isinstance(header, str) else header
    return len(text).to_bytes(8, "little") + text + values


def entry(begin: int, end: int, shape: tuple[int, ...] = (2,), dtype: str = "F32") -> str:
    return json.dumps({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]})


def test_a_header_is_read_as_the_library_wrote_it() -> None:
    content = save({"a": np.zeros((2, 3), np.float32)}, {"handlens": '{"step": 3}'})
    header = tensors_header(content)
    assert header["a"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    assert metadata(content, "handlens") == {"step": 3}


def test_a_tensor_that_stands_twice_is_refused() -> None:
    """The library itself takes the last: another reader may take the first."""
    twice = packed(f'{{"a": {entry(0, 8)}, "a": {entry(0, 8)}}}', bytes(8))
    assert list(load(twice)) == ["a"]
    with pytest.raises(Refused, match="the key 'a' stands twice"):
        tensors_header(twice)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends inside its header"),
        (b"\1\0\0\0\0\0\0", "ends inside its header"),
        (packed("{}")[:-1], "ends inside its header"),
        (b"\xff" * 8 + b"{}", "ends inside its header"),
        (packed(b"[" * 200_000), "nests deeper than 64"),
        (packed("[]"), "its header is no JSON object"),
        (packed("{"), "isn't readable as JSON"),
        (packed(b" " * (MOST_HEADER + 1)), "a header of 16,777,217 bytes; expected 16,777,216 at most"),
    ],
    ids=range(8),
)
def test_what_is_no_header_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        tensors_header(content)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("{}", "hold no text 'handlens'"),
        ('{"__metadata__": []}', "hold no text 'handlens'"),
        ('{"__metadata__": {"handlens": {}}}', "hold no text 'handlens'"),
        ('{"__metadata__": {"handlens": "[]"}}', "'handlens' in its metadata is no JSON object"),
        ('{"__metadata__": {"handlens": "{\\"a\\":1,\\"a\\":1}"}}', "the key 'a' stands twice"),
        (json.dumps({"__metadata__": {"handlens": "[" * 200_000}}), "nests deeper"),
    ],
    ids=range(6),
)
def test_metadata_that_arent_there_are_said(header: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        metadata(packed(header), "handlens")


LYING = {
    "negative": (f'{{"a": {entry(-8, 0)}}}', 0),
    "backwards": (f'{{"a": {entry(8, 0)}}}', 8),
    "overlapping": (f'{{"a": {entry(0, 8)}, "b": {entry(4, 12)}}}', 12),
    "a hole": (f'{{"a": {entry(0, 8)}, "b": {entry(12, 20)}}}', 20),
    "one place for two": (f'{{"a": {entry(0, 8)}, "b": {entry(0, 8)}}}', 8),
    "beyond the end": (f'{{"a": {entry(0, 8)}}}', 7),
    "short of the end": (f'{{"a": {entry(0, 8)}}}', 9),
    "far beyond": (f'{{"a": {entry(0, 2**64 - 8)}}}', 8),
    "a shape of 2^66": (f'{{"a": {entry(0, 8, (2**33, 2**33))}}}', 8),
    "another shape": (f'{{"a": {entry(0, 8, (3,))}}}', 8),
    "a negative shape": (f'{{"a": {entry(0, 8, (-2,))}}}', 8),
    "an unknown type": (f'{{"a": {entry(0, 8, (2,), "F33")}}}', 8),
}


@pytest.mark.parametrize("case", LYING)
def test_the_library_refuses_offsets_that_lie(case: str) -> None:
    """What `tensors_header` leaves to it: held here, lest a later version be laxer."""
    header, size = LYING[case]
    with pytest.raises(SafetensorError):
        load(packed(header, bytes(size)))
    assert list(load(packed(f'{{"a": {entry(0, 8)}}}', bytes(8)))) == ["a"]


@given(st.data())
def test_any_changed_file_is_refused_or_reads_as_its_header_says(data: st.DataObject) -> None:
    content = bytearray(save({"a": np.arange(3, dtype=np.float32), "b": np.zeros((1, 2), np.uint8)}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.integers(0, 255) | st.sampled_from(list(b'"[]{},:0129'))
        )
    whole = bytes(content)
    try:
        header = tensors_header(whole)
        tensors = load(whole)
    except (Refused, SafetensorError, ValueError, KeyError):
        return
    assert set(tensors) == set(header) - {"__metadata__"}
    start = 8 + int.from_bytes(whole[:8], "little")
    for name, tensor in tensors.items():
        begin, end = header[name]["data_offsets"]
        assert tensor.tobytes() == whole[start + begin : start + end]
        assert math.prod(header[name]["shape"]) == tensor.size
