"""What the API takes and answers, as OpenAPI tells it.

`Reading` and its parts are what `handlens.reading.result.Reading.to_json` gives; a test holds them equal.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from handlens.reading.result import MarkKind, Mode

Box = Annotated[
    tuple[int, int, int, int],
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
# A field of a form that is left empty was not filled in.
_Unless = BeforeValidator(lambda given: None if given == "" else given)


class Wishes(BaseModel):
    """How a picture is to be read."""

    model_config = ConfigDict(extra="forbid")

    mode: Annotated[Mode | None, _Unless] = Field(
        None,
        description="How the digits stand: one digit fills the picture, one row of them, or rows anywhere on "
        "a page. By default it is found out.",
    )
    expect: Annotated[Annotated[str, Field(max_length=200)] | None, _Unless] = Field(
        None,
        description="A pattern of what is written: d stands for a digit, anything else for a mark.",
        examples=["dd-dd-dddd"],
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
    size: tuple[int, int] = Field(
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

    frame: str = Field(max_length=1100, description="What the network saw, as a reading's `frame`.")
    label: str = Field(
        max_length=50, description="A class of the network: a digit, or “none” for what is no digit."
    )


class Lesson(_Whole):
    """What came of a correction. Accuracies are shares, before and after, of MNIST's 5,000 and 10,000."""

    read: bool = Field(description="Whether it is read right now.")
    corrections: int = Field(description="How many are kept.")
    learned: int = Field(description="How many of them are read right now.")
    validation: tuple[float, float] = Field(description="What decided.", examples=[[0.9942, 0.994]])
    test: tuple[float, float] = Field(description="A figure: it decided nothing.", examples=[[0.995, 0.995]])


class Fault(BaseModel):
    """Why not."""

    error: str = Field(description="What was wrong, and what to do, in words.")


FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": Fault, "description": about}
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
                "properties": {
                    "image": {"type": "string", "format": "binary"},
                    **{
                        name: {key: value for key, value in field.items() if key != "title"}
                        for name, field in Wishes.model_json_schema()["properties"].items()
                    },
                },
            }
        },
    },
}
"""The body of POST /v1/read: one of several kinds, which no signature tells FastAPI."""
