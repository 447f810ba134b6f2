"""Whether the server lives, and whether it takes pictures: not the same while it begins or ends."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from handlens.serve.guard import refusal
from handlens.serve.workers import Workers

NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)


@router.api_route("/v1/health/live", methods=["GET", "HEAD"])
async def live() -> Response:
    """Whether it answers at all; what doesn't is to be started anew."""
    return JSONResponse({"status": "live"}, headers=NO_STORE)


@router.api_route("/v1/health/ready", methods=["GET", "HEAD"])
async def ready(request: Request) -> Response:
    """Whether it is to be sent requests; what isn't is to be left alone for a while."""
    why = unready(request.app)
    if why is None:
        return JSONResponse({"status": "ready"}, headers=NO_STORE)
    return refusal(503, why, {**NO_STORE, "Retry-After": "5"})


def unready(app: FastAPI) -> str | None:
    """Why it takes no requests; None where it does."""
    if app.state.closing.is_set():
        return "the server is ending"
    reader = app.state.reader
    return reader.trouble() if isinstance(reader, Workers) else None
