"""What an application can ask for: POST /v1/read."""

import base64
import math
from functools import partial
from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from pydantic import ValidationError

from handlens.errors import RecordingError
from handlens.reading.frame import Pixels
from handlens.reading.result import Mode, Reading
from handlens.serve import schemas
from handlens.serve.bodies import PICTURES, picture
from handlens.serve.guard import sentence
from handlens.serve.metrics import Metrics
from handlens.serve.turns import Turns


@runtime_checkable
class Reads(Protocol):
    """What reads pictures: a `handlens.reading.reader.Reader`, or anything like it, from several threads."""

    def read(self, image: bytes, mode: Mode | None = None, expect: str | None = None) -> Reading:
        """Read a picture; an InkError says what is wrong with it, or with the pattern."""


router = APIRouter()


@router.post(
    PICTURES,
    response_model=schemas.Reading,
    response_model_exclude_unset=True,
    responses=schemas.FAULTS,
    openapi_extra={"requestBody": schemas.BODY},
)
async def read(request: Request, wishes: Annotated[schemas.Wishes, Query()]) -> Any:
    """Read the digits of a picture.

    The picture is held in memory while it is read, and kept nowhere. What stands in a form goes before what
    stands in the address.
    """
    turns: Turns = request.app.state.turns
    with turns.place():
        image, fields = await picture(request)
        chosen = _merged(wishes, fields)
        return await turns.run(partial(_timed, request.app, image, chosen))


def _merged(wishes: schemas.Wishes, fields: Any) -> schemas.Wishes:
    try:
        return schemas.Wishes.model_validate({**wishes.model_dump(exclude_unset=True), **fields})
    except ValidationError as error:
        raise HTTPException(422, sentence(error.errors())) from None


def _timed(app: FastAPI, image: bytes, wishes: schemas.Wishes) -> dict[str, Any]:
    figures: Metrics = app.state.metrics
    with figures.readings.time():
        return _read(app.state.reader, image, wishes)


def _read(reader: Reads, image: bytes, wishes: schemas.Wishes) -> dict[str, Any]:
    reading = reader.read(image, wishes.mode, wishes.expect)
    if not math.isfinite(reading.confidence):
        raise RecordingError(
            "the network's answers are no numbers: its training blew up; serve another --net"
        )
    found = reading.to_json()
    if wishes.frames:
        for told, digit in zip(found["digits"], reading.digits, strict=True):
            told["frame"] = packed(digit.pixels)
        for told, ink in zip(found["rejected"], reading.rejected, strict=True):
            told["frame"] = None if ink.pixels is None else packed(ink.pixels)
    return found


def packed(pixels: Pixels) -> str:
    """A frame as JSON takes it: base64 of its 784 bytes, row by row, 0 paper … 255 stroke."""
    return base64.b64encode(np.rint(pixels * 255).astype(np.uint8).tobytes()).decode("ascii")
