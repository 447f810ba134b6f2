"""What there is under which address."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from handlens.page import shell
from handlens.reading.worker import Reads
from handlens.recording import Recording
from handlens.serve import accounts, api, health, metrics, orders, teaching
from handlens.serve.bodies import Limit
from handlens.serve.connections import Crowd
from handlens.serve.files import StaticFiles, tagged
from handlens.serve.growth import growth
from handlens.serve.guard import HOSTS, Headers, Hosts, SameOrigin, from_here, headers, refusals
from handlens.serve.lan import Lan, Token
from handlens.serve.live import Live
from handlens.serve.shelf import Kept, Shelf, pace
from handlens.serve.turns import Turns, for_rooms
from handlens.serve.workers import Workers

LIVE = {"Cache-Control": "no-store"}  # a recording may grow; the page keeps what it has read

READING = ["GET", "HEAD"]
MOST_LISTENERS = 20
"""Pages that may watch recordings grow at once: each holds a connection for as long as it is open."""

router = APIRouter(include_in_schema=False)
reading = APIRouter(include_in_schema=False)


def create(
    runs: Iterable[Recording] = (),
    *,
    framed: bool = False,
    reader: Reads | Workers | None = None,
    teaches: teaching.Teaches | None = None,
    lan: Lan | None = None,
    live: Live | None = None,
) -> FastAPI:
    """The page and the recordings that it shows, as an application for any ASGI server.

    Args:
        runs: the recordings; nothing else of the disk can be reached.
        framed: whether other pages, such as a notebook, may show it within themselves.
        reader: reads pictures for the page at /read and for POST /v1/read, which aren't there without it.
        teaches: takes the corrections that are made on this computer's reading page; without it none are.
        lan: what other computers must show, and where they find this one; by default none may ask.
        live: runs trainings for this computer's page; without it none can be started.
    """
    app = FastAPI(
        title="handlens",
        version=version("handlens"),
        openapi_url="/openapi.json" if reader else None,
        docs_url=None,  # they load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=refusals(),
    )
    served = shell.served(reading=reader is not None, live=live is not None)
    app.state.page = served.html.encode()
    app.state.shelf = Shelf(runs)
    app.state.files = StaticFiles()
    app.state.closing, app.state.listeners = asyncio.Event(), 0
    app.state.live, app.state.trainings = live, {}
    app.state.reader, app.state.turns = reader, None
    app.state.connections = ()
    app.state.rooms = {kind: for_rooms() for kind in ("scored", "computed")}
    app.state.metrics = figures = metrics.Metrics()
    figures.watch("handlens_connections", "Connections.", lambda: len(app.state.connections))
    for kind, turns in app.state.rooms.items():
        figures.watch(
            f"handlens_{kind}_places_taken", "Resources of rooms, and who waits.", partial(_taken, turns)
        )
    figures.watch("handlens_listeners", "Pages that watch a recording.", lambda: app.state.listeners)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(router)
    if live:
        app.include_router(orders.router)
    if reader:
        if isinstance(reader, Workers):
            reader.ended = figures.count_end
        app.state.turns = Turns()
        taken = partial(_taken, app.state.turns)
        figures.watch("handlens_reading_places_taken", "Readings, and who waits.", taken)
        app.state.own_reading_page = shell.reading(teaching=teaches is not None).encode()
        app.state.reading_page = shell.reading().encode()
        app.include_router(reading)
        app.include_router(api.router)
        if teaches:
            app.state.teaches = teaches
            app.include_router(teaching.router)
    app.add_middleware(Limit)
    app.add_middleware(SameOrigin)
    if lan:
        app.add_middleware(Token, token=lan.token)
    names = HOSTS if lan is None else [*HOSTS, lan.address]
    app.add_middleware(Hosts, names=names)
    app.add_middleware(Crowd)
    app.add_middleware(accounts.Accounts, told=[accounts.log, figures.count])
    app.add_middleware(Headers, headers=headers(served.policy, framed))  # last added is outermost
    return app


def _taken(turns: Turns) -> int:
    return turns.taken


def kept(run: str, request: Request) -> Kept:
    """The recording of an address."""
    shelf: Shelf = request.app.state.shelf
    if (found := shelf.get(run)) is None:
        raise HTTPException(404, f"no recording {run!r} here; /runs.json lists those that are")
    return found


Chosen = Annotated[Kept, Depends(kept)]


@router.api_route("/", methods=READING)
def page(request: Request) -> Response:
    """The page."""
    return tagged(request.app.state.page, "text/html; charset=utf-8", request)


@reading.api_route("/read", methods=READING)
def reading_page(request: Request) -> Response:
    """The page that reads pictures."""
    state = request.app.state
    page = state.own_reading_page if from_here(request.scope) else state.reading_page
    return tagged(page, "text/html; charset=utf-8", request)


@router.api_route("/static/{name:path}", methods=READING)
async def static(name: str, request: Request) -> Response:
    """A file of the page's."""
    files: StaticFiles = request.app.state.files
    if (found := files.answer(name, request)) is None:
        raise HTTPException(404, f"the page has no file {name!r}")
    return found


@router.api_route("/runs.json", methods=READING)
def runs(request: Request) -> Response:
    """The recordings to choose from."""
    shelf: Shelf = request.app.state.shelf
    return JSONResponse(shelf.cards(), headers=LIVE)


def watched(chosen: Chosen, request: Request, last_event_id: Annotated[str | None, Header()] = None) -> Kept:
    """The recording, unless a browser that comes back has heard its end: 204 tells it to stay away."""
    standing = chosen.standing()
    if standing.status != "running" and last_event_id == standing.id:
        raise HTTPException(204)
    if request.app.state.listeners >= MOST_LISTENERS:
        full = "too many pages watch recordings at once; close some, and load this one again"
        raise HTTPException(503, full, {"Retry-After": "10"})
    return chosen


@router.get("/runs/{run}/events", response_class=EventSourceResponse)
async def events(
    chosen: Annotated[Kept, Depends(watched)], request: Request
) -> AsyncIterator[ServerSentEvent]:
    """The growth of a recording, as it happens."""
    request.app.state.listeners += 1
    try:
        async for event in growth(chosen, request.app.state.closing):
            yield event
    finally:
        request.app.state.listeners -= 1


@router.api_route("/runs/{run}/{key:path}", methods=READING)
async def resource(chosen: Chosen, key: str, request: Request) -> Response:
    """One part of a recording; what may take long has threads of its own."""
    work = partial(chosen.read, key)
    if (how_long := pace(key)) == "quick":
        content = await run_in_threadpool(work)
    else:
        turns: Turns = request.app.state.rooms[how_long]
        with turns.place():
            content = await turns.run(work)
    kind = "application/json" if key.endswith(".json") else "application/octet-stream"
    return Response(content, media_type=kind, headers=LIVE)
