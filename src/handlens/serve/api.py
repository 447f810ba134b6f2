"""What an application can ask for: POST /v1/read."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from pydantic import ValidationError

from handlens.reading.worker import Reads, answer
from handlens.serve import schemas
from handlens.serve.bodies import PICTURES, picture
from handlens.serve.guard import sentence
from handlens.serve.metrics import Metrics
from handlens.serve.turns import Turns
from handlens.serve.workers import Workers

router = APIRouter()


@router.post(
    PICTURES,
    response_model=schemas.Reading,
    response_model_exclude_unset=True,
    responses=schemas.ANSWERS,
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
        return _answer(app.state.reader, image, wishes)


def _answer(reader: Reads | Workers, image: bytes, wishes: schemas.Wishes) -> dict[str, Any]:
    if isinstance(reader, Workers):
        return reader.answer(image, wishes)
    return answer(reader, image, wishes.mode, wishes.expect, wishes.frames)
