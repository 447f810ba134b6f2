"""POST /v1/teach: what was read wrong is corrected, from this computer's own page only."""

import base64
import binascii
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from fastapi import APIRouter, HTTPException, Request

from handlens.reading.frame import SIZE
from handlens.reading.worker import Reads
from handlens.serve import schemas
from handlens.serve.guard import from_here
from handlens.serve.turns import Turns
from handlens.serve.workers import Workers
from handlens.teach import Correction
from handlens.teach.teacher import Lesson

Teaches = Callable[[Correction], tuple[Lesson, Reads | Workers]]
"""Learns a correction; gives what came of it, and the reader that has learnt it."""

SOURCE = "the reading page"

router = APIRouter()


@router.post("/v1/teach", response_model=schemas.Lesson, responses=schemas.ANSWERS)
async def teach(request: Request, correction: schemas.Correction) -> Any:
    """Correct a reading.

    It goes into the personal set of whoever runs this server, and the network's last layer learns it; from
    then on pictures are read by that layer. Only the computer itself may correct.
    """
    if not from_here(request.scope):
        raise HTTPException(403, "corrections are made on the computer that serves this page")
    made = _correction(correction)
    turns: Turns = request.app.state.turns
    with turns.place():
        lesson, reader = await turns.run(partial(request.app.state.teaches, made))
        request.app.state.reader = reader
    return {
        "read": any(read for kept, read in lesson.read if kept.frame.tobytes() == made.frame.tobytes()),
        "corrections": lesson.account.corrections,
        "learned": lesson.account.learned,
        "validation": lesson.account.validation,
        "test": lesson.account.test,
    }


def _correction(given: schemas.Correction) -> Correction:
    try:
        content = base64.b64decode(given.frame, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if len(content) != SIZE * SIZE:
        raise HTTPException(422, f"frame: expected base64 of {SIZE * SIZE} bytes, as POST /v1/read gives it")
    return Correction(np.frombuffer(content, np.uint8).reshape(SIZE, SIZE), given.label, SOURCE)
