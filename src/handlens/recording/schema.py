"""Format 1: the header (`recording.json`) and the lines of the log (`metrics.jsonl`), field by field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from handlens.graph import Graph
from handlens.recipes import Recipe

FORMAT: Literal[1] = 1

Step = Annotated[int, Field(ge=0, le=2**53)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Model(BaseModel):
    # NaN and infinity are kept: a diverged run is what people need to see. JSON has no numbers for them,
    # so they are written as the strings "NaN", "Infinity" and "-Infinity".
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Data(_Model):
    """What was trained on: the set, its files' digests, how many digits each split has, what was watched."""

    name: str
    sha256: dict[str, Digest] = {}
    split: dict[str, int] = {}
    watched: Literal["train", "validation", "test", "samples"] | None = None
    samples: Digest | None = None
    """Of samples.safetensors, where somebody's own loop was recorded."""


class Score(_Model):
    """How a network did on a set: mean cross-entropy, where it is known, and share of right answers."""

    set: str
    n: int = Field(ge=0)
    loss: float | None = None
    accuracy: float


class Result(_Model):
    """How a training ended."""

    step: Step
    seconds: float
    """In the training loop, scoring included."""
    images: int
    test: Score | None = None
    """Scored once, after the last step; it chose nothing."""
    failure: str | None = None
    """Why the training stopped early, where it did."""


class Origin(_Model):
    """The frame that a training began from, where it didn't begin from drawn weights."""

    recording: str
    step: Step
    sha256: Digest


class Header(_Model):
    """`recording.json`."""

    format: Literal[1] = FORMAT
    created: str
    status: Literal["running", "finished", "failed"] = "running"
    recipe: Recipe | None = None
    """None where somebody's own loop was recorded."""
    origin: Origin | None = None
    threads: int
    device: str
    precision: Literal["float32", "bfloat16"] | None = None
    """What convolutions were computed in while training; None where nobody asked."""
    versions: dict[str, str] = {}
    hardware: dict[str, str | int] = {}
    data: Data
    graph: Graph
    weights: Literal["raw", "ema"] = "raw"
    """Whether frames hold the trained weights or their moving average: what the network predicts with."""
    frames_bytes: int = 64_000_000
    """What the frames may take together before some are dropped."""
    result: Result | None = None
    checked: bool = False
    """Whether every line of the log ends in its check sum."""
    log_bytes: int | None = None
    """The log's length at the end; None until then."""
    sha256: Digest | None = None
    """Of the header's file with these digits as zeros; recordings of before have none."""


class StepLine(_Model):
    """One update: the loss of its batch before it, and the learning rate it used."""

    kind: Literal["step"] = "step"
    step: Step
    epoch: int | None = None
    images: int | None = None
    """Images seen so far."""
    seconds: float
    """Since the training began, scoring included; goes on from there after a resume."""
    loss: float
    lr: float | None = None


class EvaluationLine(_Model):
    """A scoring during the training, with the last update's size a layer."""

    kind: Literal["evaluation"] = "evaluation"
    step: Step
    set: str
    n: int
    loss: float | None = None
    """Mean cross-entropy, where it was computed."""
    accuracy: float
    seconds: float
    gradient_norm: dict[str, float] = {}
    """L2 norm of the last batch's gradient, by tensor name."""
    update_ratio: dict[str, float] = {}
    """L2 norm of the last update over that of the weights before it, by tensor name."""


class FrameLine(_Model):
    """The weights of a step are in frames/; a frame without this line doesn't exist."""

    kind: Literal["frame"] = "frame"
    step: Step
    sha256: Digest


class DroppedLine(_Model):
    """Frames that were removed because all together would have taken more than `frames_bytes`."""

    kind: Literal["dropped"] = "dropped"
    step: Step
    frames: tuple[Step, ...]


class ChangeLine(_Model):
    """A setting that was changed while the training ran."""

    kind: Literal["change"] = "change"
    step: Step
    field: str
    value: Any = None


class ResumeLine(_Model):
    """The training went on from its saved state."""

    kind: Literal["resume"] = "resume"
    step: Step


class NoteLine(_Model):
    """Something worth telling: stuck near chance, diverged, where and what to try."""

    kind: Literal["note"] = "note"
    step: Step
    text: str


Line = Annotated[
    StepLine | EvaluationLine | FrameLine | DroppedLine | ChangeLine | ResumeLine | NoteLine,
    Field(discriminator="kind"),
]
LINE: TypeAdapter[Line] = TypeAdapter(Line)
