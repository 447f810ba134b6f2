"""What the API takes and answers, as OpenAPI tells it.

`Reading` and its parts are what `handlens.reading.result.Reading.to_json` gives; a test holds them equal.
"""

from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from handlens.reading.result import MarkKind, Mode


def _some(count: int, kind: str) -> WithJsonSchema:
    """So many of one kind: told as plain items, since few generators of clients know `prefixItems`."""
    return WithJsonSchema({"type": "array", "items": {"type": kind}, "minItems": count, "maxItems": count})


Box = Annotated[
    tuple[int, int, int, int],
    _some(4, "integer"),
    Field(
        description="Top, left, bottom, right, in pixels of the upright picture: rows top … bottom - 1, "
        "columns left … right - 1.",
        examples=[[40, 31, 112, 83]],
    ),
]
Probability = Annotated[float, Field(description="Calibrated: 0 … 1.", examples=[0.993])]
Frame = Annotated[
    str | None,
    Field(
        description="Only with frames=true: the 28×28 pixels that the network saw, as base64 of 784 bytes, "
        "row by row, 0 paper … 255 stroke; null where it saw none.",
        examples=["AAAA…"],
    ),
]
Shares = Annotated[tuple[float, float], _some(2, "number")]
# A field of a form that is left empty was not filled in.
_Unless = BeforeValidator(lambda given: None if given == "" else given)
# Neither a form nor an address can hold null, which pydantic would tell beside these.
_MODE = WithJsonSchema({"type": "string", "enum": [*get_args(Mode), ""]})
# The reader itself says what is wrong with a pattern that has no d.
_PATTERN = WithJsonSchema({"type": "string", "maxLength": 200, "pattern": "^$|d", "examples": ["dd-dd-dddd"]})


class Wishes(BaseModel):
    """How a picture is to be read."""

    model_config = ConfigDict(extra="forbid")

    mode: Annotated[Mode | None, _Unless, _MODE] = Field(
        None,
        description="How the digits stand: one digit fills the picture, one row of them, or rows anywhere on "
        "a page. By default it is found out.",
    )
    expect: Annotated[Annotated[str, Field(max_length=200)] | None, _Unless, _PATTERN] = Field(
        None,
        description="A pattern of what is written: d stands for a digit, anything else for a mark.",
    )
    frames: bool = Field(False, description="Whether the answer holds what the network saw.")


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Line(_Whole):
    """A line of digits, in reading order; the digits themselves are the reading's, line after line."""

    text: str = Field(
        description="The digits' values, with a gap where a mark, rejected ink or much empty paper lies "
        "between two.",
        examples=["27 41"],
    )
    digits: int = Field(description="How many.", examples=[4])
    complete: float = Field(
        description="The probability that it holds as many digits as were read.", examples=[0.997]
    )
    box: Box


class Digit(_Whole):
    """One digit."""

    value: str = Field(description="What it was read as.", examples=["7"])
    confidence: Probability
    probabilities: dict[str, float] = Field(
        description="Of each class, “none” for what is no digit; they add up to 1.",
        examples=[{"1": 0.004, "7": 0.993, "none": 0.003}],
    )
    box: Box
    frame: Frame = None


class Mark(_Whole):
    """A separator beside or between digits: it is told, and never read as a digit."""

    kind: MarkKind
    box: Box


class Guess(_Whole):
    """What rejected ink would most likely be."""

    value: str = Field(examples=["1"])
    confidence: Probability


class Rejected(_Whole):
    """Ink that is no digit, or too doubtful a one."""

    reason: str = Field(description="In words.", examples=["looks like no digit"])
    box: Box
    guess: Guess | None = Field(description="Where the network saw it.")
    frame: Frame = None


class Reading(_Whole):
    """What a picture says."""

    text: str = Field(description="All lines, one under the other.", examples=["27 41"])
    confidence: float = Field(
        description="The probability that no digit was missed and every one is right, were they independent; "
        "0 of nothing.",
        examples=[0.981],
    )
    mode: Mode
    size: Annotated[tuple[int, int], _some(2, "integer")] = Field(
        description="Height and width of the upright picture, in pixels.", examples=[[480, 640]]
    )
    lines: list[Line]
    digits: list[Digit] = Field(description="In reading order.")
    marks: list[Mark]
    rejected: list[Rejected]
    notes: list[str] = Field(
        description="What a person should know: the picture is blank, the pattern didn't fit, …"
    )


class Correction(_Whole):
    """A frame of a reading, and what it is."""

    frame: str = Field(
        max_length=1100,
        description="What the network saw, as a reading's `frame`.",
        json_schema_extra={
            "format": "byte",
            "contentEncoding": "base64",
            "minLength": 1048,
            "maxLength": 1048,
        },
    )
    label: str = Field(
        max_length=50, description="A class of the network: a digit, or “none” for what is no digit."
    )


class Lesson(_Whole):
    """What came of a correction. Accuracies are shares, before and after, of MNIST's 5,000 and 10,000."""

    read: bool = Field(description="Whether it is read right now.")
    corrections: int = Field(description="How many are kept.")
    learned: int = Field(description="How many of them are read right now.")
    validation: Shares = Field(description="What decided.", examples=[[0.9942, 0.994]])
    test: Shares = Field(description="A figure: it decided nothing.", examples=[[0.995, 0.995]])


class Fault(BaseModel):
    """Why not."""

    error: str = Field(description="What was wrong, and what to do, in words.")


_NAMED = {
    "X-Request-ID": {
        "description": "The request's own, where it has one of up to 64 letters, digits, - or _.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    }
}
_LATER = {
    "Retry-After": {
        "description": "Seconds after which to come again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}

FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": Fault, "description": about, "headers": _NAMED | (_LATER if status == 503 else {})}
    for status, about in {
        400: "Asked by a name that isn't this computer's; JSON isn't UTF-8, or is nested too deeply.",
        401: "From another computer, without the token.",
        403: "From a page of another origin; a correction from another computer.",
        408: "The body took too long to arrive.",
        413: "The body is too long.",
        415: "The body's type is no picture's.",
        422: "The picture can't be decoded, has too many pixels or takes too long; a parameter or the "
        "pattern is none; a correction is broken JSON, isn't sent as application/json, or misses a field.",
        500: "A fault in handlens, not in what was sent.",
        503: "Too many pictures at once, or the server is ending; `Retry-After` says when to come again.",
    }.items()
}

ANSWERS = {200: {"headers": _NAMED}, **FAULTS}
"""All that is answered."""

_BYTES = {"schema": {"type": "string", "format": "binary"}}

BODY: dict[str, Any] = {
    "required": True,
    "description": "A picture: its bytes, or a form with one file named `image`. PNG, JPEG, WebP, GIF (its "
    "first frame), TIFF or BMP; HEIC where pillow-heif is installed.",
    "content": {
        "image/*": _BYTES,
        "application/octet-stream": _BYTES,
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "additionalProperties": False,
                "properties": {
                    "image": {"type": "string", "format": "binary"},
                    **{
                        name: {
                            key: value
                            for key, value in field.items()
                            if key != "title" and (key, value) != ("default", None)
                        }
                        for name, field in Wishes.model_json_schema()["properties"].items()
                    },
                },
            }
        },
    },
}
"""The body of POST /v1/read: one of several kinds, which no signature tells FastAPI."""
