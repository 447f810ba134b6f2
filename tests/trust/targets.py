"""What is fuzzed: each parser of foreign bytes with its good files, and an oracle for what it accepts.

An oracle is a second implementation, short and slow, or what must hold of any value that was accepted. It is
asked of accepted cases alone: that good files are accepted is seen from the seeds.
"""

import csv
import gzip
import io
import json
import logging
import math
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image
from pydantic import ValidationError
from small import SMALL, header
from trust.crafted import saved, seven
from trust.fuzzing import Target

from handlens import nets, recording
from handlens.data import idx
from handlens.errors import (
    DataError,
    GraphError,
    InkError,
    LessonError,
    MissingLibrary,
    RecordingError,
)
from handlens.evaluate import sets
from handlens.graph import Graph
from handlens.page import lesson
from handlens.reading import path, taught
from handlens.reading.ink import ink as find_ink
from handlens.reading.judge import RULE_FILE, Rule
from handlens.reading.pictures import load as load_picture
from handlens.recording.files import pack, sha256, unpack
from handlens.recording.folder import HEADER, LOG, STATES
from handlens.recording.states import newest_state
from handlens.serve.orders import Order
from handlens.teach import corrections, exchange

logging.getLogger("PIL").setLevel(logging.CRITICAL)


def _written(name: str, data: bytes, folder: Path) -> Path:
    place = folder / name
    place.write_bytes(data)
    return place


def _corpus(name: str) -> list[bytes]:
    """What guided.py found to reach further."""
    return [path.read_bytes() for path in sorted((Path(__file__).parent / "corpus" / name).iterdir())]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), "a key stands twice"
    return dict(pairs)


_json = partial(json.loads, object_pairs_hook=_unique)


# --- IDX ---------------------------------------------------------------------------------------------------


def _idx(name: str, packed: bool) -> Target:
    arrays = [
        np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
        np.arange(5, dtype=np.int16),
        np.ones((2, 2), np.float32),
        np.zeros((0, 3), np.float64),
    ]
    plain = [idx.encode(array) for array in arrays]
    seeds = [gzip.compress(each, mtime=0) for each in plain] if packed else plain
    parse = lambda data, folder: idx.read(_written(name, data, folder))  # noqa: E731
    words = [b"\0\0\x08\1", b"\x1f\x8b\x08\0"]
    return Target(name, seeds, parse, (DataError,), _is_that_array, words, _corpus("idx"))


def _is_that_array(data: bytes, array: np.ndarray) -> None:
    """As the format is described at http://yann.lecun.com/exdb/mnist/."""
    plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    assert plain[:2] == b"\0\0"
    kind = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[plain[2]]
    shape = struct.unpack_from(f">{plain[3]}I", plain, 4)
    values = np.frombuffer(plain[4 + 4 * plain[3] :], kind).reshape(shape)
    assert array.dtype == np.dtype(kind).newbyteorder("=")
    np.testing.assert_array_equal(array, values)


# --- graphs ------------------------------------------------------------------------------------------------


def _graph() -> Target:
    graphs = [SMALL, nets.build("accurate", (2, 3), 3, 2), nets.build("tiny", (2, 3), 3, 2)]
    seeds = [json.dumps(graph.to_json()).encode() for graph in graphs]
    words = [b'"conv"', b'"add"', b'"input"', b'"shape": []', b"[1, 28, 28]", b"-1", b"[0, 0]", b'"concat"']
    parse = lambda data, folder: Graph.from_json(json.loads(data))  # noqa: E731
    # json's own: ValueError, and RecursionError for thousands of brackets
    return Target(
        "graph",
        seeds,
        parse,
        (GraphError, ValueError, RecursionError),
        _is_that_graph,
        words,
        _corpus("graph"),
    )


def _is_that_graph(data: bytes, graph: Graph) -> None:
    """It survives the way out and in again, and each shape follows from those before it."""
    assert Graph.from_json(json.loads(json.dumps(graph.to_json()))) == graph
    shapes = {"input": graph.input.shape}
    for node in graph.nodes:
        assert node.name not in shapes
        sources = [shapes[name] for name in node.inputs]
        assert _follows(node.op, sources, node.attrs, node.shape), node
        shapes[node.name] = node.shape
    assert shapes[graph.output] == (len(graph.classes),) == (len(set(graph.classes)),)


def _follows(
    op: str, sources: list[tuple[int, ...]], attrs: Mapping[str, Any], shape: tuple[int, ...]
) -> bool:
    """Whether a node may have this shape, by counting where a window fits."""
    first = sources[0]
    if op in ("conv", "maxpool", "avgpool"):
        spread = attrs.get("dilation", (1, 1))
        strides = attrs.get("stride") or attrs["kernel"]
        counted = tuple(
            len(range(0, size + 2 * more - (kernel - 1) * apart, stride))
            for size, more, kernel, apart, stride in zip(
                first[1:], attrs.get("padding", (0, 0)), attrs["kernel"], spread, strides, strict=True
            )
        )
        return shape == (attrs.get("channels", first[0]), *counted) and min(counted) > 0
    if op == "flatten":
        return shape == (math.prod(first),)
    if op == "linear":
        return len(first) == 1 and shape == (attrs["features"],)
    if op == "mean":
        return math.prod(shape) <= math.prod(first)
    if op == "concat":
        return math.prod(shape) == sum(map(math.prod, sources))
    return all(source == shape for source in sources)


# --- recordings --------------------------------------------------------------------------------------------


# As small as a network can be: with a larger one most of the time would go into checking its nodes.
_GRAPH = Graph.from_json(
    {
        "input": {"shape": [1, 2, 2], "mean": [0.0], "std": [1.0]},
        "classes": ["0", "1"],
        "output": "logits",
        "nodes": [
            {"name": "flat", "op": "flatten", "inputs": ["input"], "shape": [4]},
            {
                "name": "logits",
                "op": "linear",
                "inputs": ["flat"],
                "shape": [2],
                "attrs": {"features": 2},
                "weights": {"weight": "w", "bias": "b"},
            },
        ],
    }
)
_FRAME = {"kind": "frame", "step": 3, "sha256": "a" * 64}


def _bare(content: bytes) -> bytes:
    """A header without the fields that guard it."""
    fields = json.loads(content)
    return json.dumps(
        {name: fields[name] for name in fields if name not in ("digest", "log_checked")}
    ).encode()


def _header() -> Target:
    more: dict[str, Any] = {"graph": _GRAPH, "hardware": {"cpu": "x"}, "versions": {"torch": "2"}}
    seeds = [_bare(header(**fields).model_dump_json().encode()) for fields in ({}, more, more)]

    def parse(data: bytes, folder: Path) -> Any:
        _written(HEADER, data, folder)
        _written(LOG, json.dumps(_FRAME).encode() + b"\n", folder)
        return recording.load(folder).header

    words = [b'"format": 1', b'"status": "finished"', b'"result": null', b"1e400", b'"threads": 1,']
    return Target("header", seeds, parse, (RecordingError,), _is_that_header, words)


def _is_that_header(data: bytes, found: Any) -> None:
    """Nothing is added, nothing is lost, nothing stands twice."""
    assert type(found).model_validate_json(found.model_dump_json()) == found
    given = _json(data)
    assert given.keys() <= type(found).model_fields.keys()
    told = found.model_dump(mode="json")
    for name in ("created", "status", "device", "weights", "versions"):
        assert name not in given or given[name] == told[name], name
    assert found.format == 1


def _log() -> Target:
    lines = [
        {"kind": "step", "step": 1, "seconds": 0.5, "loss": 2.25, "lr": 0.1},
        {
            "kind": "evaluation",
            "step": 3,
            "set": "test",
            "n": 10,
            "loss": 0.5,
            "accuracy": 0.9,
            "seconds": 1.0,
        },
        _FRAME,
        {"kind": "change", "step": 3, "field": "lr", "value": 0.01},
        {"kind": "dropped", "step": 3, "frames": [1, 2]},
        {"kind": "note", "step": 3, "text": "stuck"},
        {"kind": "resume", "step": 3},
    ]
    whole = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    def parse(data: bytes, folder: Path) -> Any:
        _written(HEADER, _bare(header(graph=_GRAPH).model_dump_json().encode()), folder)
        _written(LOG, data, folder)
        run = recording.load(folder)
        return run.losses, run.evaluations, run.steps

    words = [b'{"kind": "step"', b'"kind": "frame"', b'"step": 0', b"\n", b'"NaN"']
    return Target("log", [whole], parse, (RecordingError,), _is_that_log, words)


def _is_that_log(data: bytes, found: Any) -> None:
    """As it stands: lines without a check sum, as the first recordings had, are believed."""
    losses, evaluations, steps = found
    lines = [json.loads(line) for line in data.split(b"\n")[:-1]]
    frames = {int(line["step"]) for line in lines if line["kind"] == "frame"}
    gone = {int(step) for line in lines if line["kind"] == "dropped" for step in line["frames"]}
    assert len(losses[0]) == sum(line["kind"] == "step" for line in lines)
    assert len(evaluations) == sum(line["kind"] == "evaluation" for line in lines)
    assert frames - gone <= set(steps) <= frames


# --- tensors -----------------------------------------------------------------------------------------------

_TYPES = {
    "F32": "<f4",
    "F64": "<f8",
    "F16": "<f2",
    "U8": "u1",
    "I8": "i1",
    "I32": "<i4",
    "I64": "<i8",
    "BOOL": "?",
}
_TYPES |= {"I16": "<i2", "U16": "<u2", "U32": "<u4", "U64": "<u8", "C64": "<c8"}
_NOTES = {"handlens": json.dumps({"step": 3, "seconds": 1.5, "log_bytes": 0})}
_TENSOR_WORDS = [
    b'"dtype":"F32"',
    b'"shape":[0]',
    b'"data_offsets":[0,12]',
    b"[12,0]",
    b'"a":',
    b'"__metadata__"',
]


def _tensors() -> dict[str, np.ndarray]:
    return {"a": np.arange(3, dtype=np.float32), "b": np.arange(6, dtype=np.uint8).reshape(2, 3)}


def _safetensors() -> Target:
    seeds = [pack(_tensors()), pack(_tensors(), _NOTES), pack({})]
    parse = lambda data, folder: unpack(data, folder / "x.safetensors")  # noqa: E731
    return Target("safetensors", seeds, parse, (RecordingError,), _are_those_tensors, _TENSOR_WORDS)


def _are_those_tensors(data: bytes, found: Mapping[str, np.ndarray]) -> None:
    """As https://github.com/huggingface/safetensors#format: in order, without holes, up to the end."""
    length = int.from_bytes(data[:8], "little")
    entries, body = _json(data[8 : 8 + length]), data[8 + length :]
    entries.pop("__metadata__", None)
    assert entries.keys() == found.keys()
    at = 0
    for entry in sorted(entries.values(), key=lambda entry: entry["data_offsets"]):
        assert entry["data_offsets"][0] == at
        at = entry["data_offsets"][1]
    assert at == len(body)
    for name, entry in entries.items():
        start, stop = entry["data_offsets"]
        values = np.frombuffer(body[start:stop], _TYPES[entry["dtype"]]).reshape(entry["shape"])
        np.testing.assert_array_equal(found[name], values)


def _state() -> Target:
    def parse(data: bytes, folder: Path) -> Any:
        _written(LOG, b"", folder)
        (folder / STATES).mkdir(exist_ok=True)
        place = _written(f"{STATES}/00000003-{sha256(data)[:16]}.safetensors", data, folder)
        try:
            return newest_state(folder).state.tensors
        finally:
            place.unlink()

    seeds = [pack(_tensors(), _NOTES)]
    words = [*_TENSOR_WORDS, b'\\"log_bytes\\": ', b'\\"step\\": 3']
    return Target("state", seeds, parse, (RecordingError,), _are_those_tensors, words)


def _taught() -> Target:
    notes = {
        "network": "a" * 64,
        "corrections": 1,
        "learned": 1,
        "validation": [0.9, 0.9],
        "test": [0.9, 0.9],
    }
    layer = {"weight": np.zeros((3, 2), np.float32), "bias": np.zeros(3, np.float32)}
    parse = lambda data, folder: taught.stored(_written("layer.safetensors", data, folder))  # noqa: E731
    oracle = lambda data, found: _are_those_tensors(data, found[0])  # noqa: E731
    seeds = [pack(layer, {"handlens": json.dumps(notes)})]
    return Target("taught", seeds, parse, (RecordingError,), oracle, _TENSOR_WORDS)


def _corrections() -> Target:
    notes = {"corrections": [{"label": "7", "source": "a.png"}, {"label": "none", "source": "b.png"}]}
    frames = np.zeros((2, 28, 28), np.uint8)

    def parse(data: bytes, folder: Path) -> Any:
        with mock.patch.dict(os.environ, HANDLENS_HOME=str(folder)):
            corrections.path().parent.mkdir(exist_ok=True)
            corrections.path().write_bytes(data)
            return corrections.load()

    def oracle(data: bytes, found: Any) -> None:
        assert all(each.frame.shape == (28, 28) and each.frame.dtype == np.uint8 for each in found)
        length = int.from_bytes(data[:8], "little")
        told = _json(_json(data[8 : 8 + length])["__metadata__"]["handlens"])["corrections"]
        assert [(str(one["label"]), str(one["source"])) for one in told] == [
            (each.label, each.source) for each in found
        ]

    seeds = [pack({"frames": frames}, {"handlens": json.dumps(notes)})]
    return Target("corrections", seeds, parse, (RecordingError,), oracle, _TENSOR_WORDS)


# --- other texts and archives ------------------------------------------------------------------------------


def _exchange() -> Target:
    """A zip that is stored as it is, so that damage reaches what it holds."""
    content = exchange._files([corrections.Correction(seven(28, 28), "7", "a")])
    with zipfile.ZipFile(into := io.BytesIO(), "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    packed = exchange._zipped(content)
    parse = lambda data, folder: exchange.read(_written("set.zip", data, folder))  # noqa: E731

    def oracle(data: bytes, found: Any) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            lines = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
        assert [(line["file"], line["label"] or "none") for line in lines] == [
            (each.source, each.label) for each in found
        ]
        assert all(each.frame.shape == (28, 28) and each.frame.dtype == np.uint8 for each in found)

    words = [b"labels.csv", b"../", b"PK\1\2", b"PK\5\6", b"file,label\n", b"\x0e\0"]
    return Target("exchange", [into.getvalue(), packed], parse, (DataError,), oracle, words)


def _labels() -> Target:
    seeds = [b"file,label\na.png,7\nb.png,none\n", b'"a b.png","2741"\r\nc.png,\r\n']

    def parse(data: bytes, folder: Path) -> Any:
        inside = folder / "set"
        inside.mkdir(exist_ok=True)
        return sets.opened(str(_written("labels.csv", data, inside))), inside

    def oracle(data: bytes, found: Any) -> None:
        (only,), inside = found
        for item in only.items:
            there = Path(os.path.normpath(item.source))
            assert there.is_relative_to(inside), item

    words = [
        b"\n../x.png,7\n",
        b"\n/etc/passwd,7\n",
        b"../",
        b"/etc/passwd",
        b'"',
        b"\0",
        b"\r",
        b",,",
        b"\xff\xfe",
        b"..",
    ]
    return Target("labels", seeds, parse, (DataError,), oracle, words)


def _rule() -> Target:
    def parse(data: bytes, folder: Path) -> Any:
        _written(RULE_FILE, data, folder)
        return Rule.of(folder)

    def oracle(data: bytes, rule: Any) -> None:
        told = _json(data)
        assert all(
            float(told[name]) == getattr(rule, name) for name in ("temperature", "threshold", "rarity")
        )
        assert 0 < rule.temperature < math.inf
        assert 0 <= rule.threshold <= 1
        assert math.isfinite(rule.rarity)

    seeds = [b'{"temperature": 1.5, "threshold": 0.8, "rarity": 2}']
    return Target("rule", seeds, parse, (RecordingError,), oracle, [b'"rarity": 1,', b"NaN", b"Infinity"])


def _lesson() -> Target:
    text = """# When does it break?

A paragraph.

- [Before](#step=0): a tenth.
- [Here](#step=112&mistakes=open): what?

## What happens

The answer.
"""

    def parse(data: bytes, folder: Path) -> Any:
        return lesson.read(_written("lesson.md", data, folder))

    def oracle(data: bytes, found: Any) -> None:
        text = " ".join(data.decode("utf-8-sig").split())
        assert all(paragraph in text for paragraph in (found.title, found.heading))
        for moment in found.moments:
            assert moment.address.startswith("#")
            assert moment.address in text
            assert moment.label in text
        assert json.loads(found.json())["title"] == found.title

    words = [b"- [", b"](", b"#step=", b"## ", b"# ", b"%00", b"javascript:", b"\xe2\x80\xa8", b"<script>"]
    return Target("lesson", [text.encode()], parse, (LessonError,), oracle, words)


def _pattern() -> Target:
    def parse(data: bytes, folder: Path) -> Any:
        return path.parse(data.decode("utf-8", "surrogateescape"))

    def oracle(data: bytes, found: Any) -> None:
        text = data.decode("utf-8", "surrogateescape")
        assert len(found) == len(text.replace(" ", ""))
        assert found.count("digit") == text.count("d") > 0

    return Target(
        "pattern", [b"dd-dd-dddd", b"ddd,dd", b"d"], parse, (InkError,), oracle, [b"d", b"-", b"\xff"]
    )


def _order() -> Target:
    seeds = [
        b'{"recipe": {"preset": "default", "lr": 0.1, "seed": 3}}',
        b'{"from": {"run": "a", "step": 3}, "recipe": {}}',
        b'{"again": {"run": "a", "changes": false}}',
    ]
    parse = lambda data, folder: Order.model_validate_json(data)  # noqa: E731

    def oracle(data: bytes, found: Any) -> None:
        dumped = found.model_dump(by_alias=True)
        assert type(found).model_validate(dumped) == found
        assert json.loads(data).keys() <= dumped.keys()

    words = [b'"preset"', b'"step": -1', b"{", b"[", b"null"]
    return Target("order", seeds, parse, (ValidationError,), oracle, words)


# --- pictures ----------------------------------------------------------------------------------------------


def _picture(kind: str) -> Target:
    image = Image.fromarray(seven(24, 40))
    colour = Image.merge("RGBA", (image, image, image, image))
    modes = [image, image.convert("1")] + ([] if kind in ("JPEG", "BMP") else [colour])
    how: dict[str, list[dict[str, Any]]] = {
        "JPEG": [{}, {"progressive": True}],
        "TIFF": [{}, {"compression": "tiff_lzw"}],
        "WEBP": [{}, {"lossless": True}],
    }
    seeds = [saved(each, kind, **more) for each in modes for more in how.get(kind, [{}])]
    parse = lambda data, folder: load_picture(data, longest=100)  # noqa: E731
    allowed = (InkError, MissingLibrary)
    words = [
        b"\xff\xd8",
        b"\xff\xda",
        b"IHDR",
        b"IDAT",
        b"GIF8",
        b"!\xf9\4",
        b"VP8X",
        b"VP8L",
        b"ANMF",
        b"\xff\xc2",
    ]
    return Target(kind.lower(), seeds, parse, allowed, _is_a_picture, words)


def _is_a_picture(data: bytes, found: Any) -> None:
    height, width = found.size
    pixels = found.pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim in (2, 3)
    assert max(pixels.shape[:2]) <= 100
    assert min(found.size) >= 1
    assert height * width <= 60_000_000
    told = _told_size(data)
    assert told is None or told in ((height, width), (width, height)), told


def _told_size(data: bytes) -> tuple[int, int] | None:
    """Height and width where they stand at a fixed place of the header."""
    if data.startswith(b"\x89PNG") and data[12:16] == b"IHDR":
        width, height = struct.unpack_from(">II", data, 16)
    elif data.startswith(b"BM") and data[14:18] == b"\x28\0\0\0":
        width, height = map(abs, struct.unpack_from("<ii", data, 18))
    else:
        return None
    return height, width


def _ink() -> Target:
    """From a file's bytes to ink upon paper, for a page of any kind."""
    image = Image.fromarray(seven(24, 40))
    seeds = [saved(image, kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")]

    def parse(data: bytes, folder: Path) -> Any:
        picture = load_picture(data, longest=60)
        return picture, find_ink(picture)

    def oracle(data: bytes, found: Any) -> None:
        picture, sheet = found
        _is_a_picture(data, picture)
        assert sheet.ink.shape == picture.pixels.shape[:2]
        assert 0 <= sheet.ink.min() <= sheet.ink.max() <= 1

    return Target("ink", seeds, parse, (InkError, MissingLibrary), oracle, (), _corpus("ink"))


TARGETS: dict[str, Callable[[], Target]] = {
    "idx": partial(_idx, "idx", packed=False),
    "idx-gz": partial(_idx, "idx-gz", packed=True),
    "graph": _graph,
    "ink": _ink,
    "header": _header,
    "log": _log,
    "safetensors": _safetensors,
    "state": _state,
    "taught": _taught,
    "corrections": _corrections,
    "exchange": _exchange,
    "labels": _labels,
    "rule": _rule,
    "lesson": _lesson,
    "pattern": _pattern,
    "order": _order,
    **{kind.lower(): partial(_picture, kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")},
}
"""Name → what makes the target."""
