"""A server for this computer alone: which port it takes, how it starts, and that it ends at once."""

import asyncio
import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Thread
from time import monotonic
from types import FrameType
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from handlens.errors import HandlensError
from handlens.reading.worker import Reads
from handlens.recording import Recording
from handlens.serve.accounts import write_lines
from handlens.serve.app import create
from handlens.serve.connections import Connection
from handlens.serve.lan import Lan
from handlens.serve.live import Live
from handlens.serve.teaching import Teaches
from handlens.serve.turns import Turns
from handlens.serve.workers import Workers

HOST, EVERYWHERE, USUAL_PORT = "127.0.0.1", "0.0.0.0", 8765
DRAIN_SECONDS = 10.0
"""What readings that are under way have to be answered in when the server is told to end."""
DRAIN_LOOK_SECONDS = 0.05


def serve(
    runs: Sequence[Recording],
    *,
    port: int | None = None,
    step: int | None = None,
    open_browser: bool = True,
    ready: Callable[[str], None] = lambda address: None,
    reader: Reads | Workers | None = None,
    teaches: Teaches | None = None,
    lan: Lan | None = None,
    live: Live | None = None,
    log: bool = False,
) -> None:
    """Show recordings in the browser until Ctrl-C, or SIGTERM; read pictures too, where there is a reader.

    Args:
        runs: the recordings; the page opens with the first.
        port: 8765 by default, or any free one where that is taken.
        step: where the page's timeline stands at first; at its end by default.
        open_browser: whether the page opens by itself, where there is a browser.
        ready: is told the page's address when it can be opened.
        reader: reads pictures, at /read and POST /v1/read; the page that opens is the former. Workers end
            with the server.
        teaches: takes corrections that are made on this computer.
        lan: lets other computers of the network in, with its token.
        live: runs the trainings that this computer's page asks for; they end with the server.
        log: whether each request is told on standard error, as a line of JSON.

    Raises:
        HandlensError: the port is taken, or may not be used.
    """
    if log:
        write_lines()
    app = create(runs, reader=reader, teaches=teaches, lan=lan, live=live)
    with ExitStack() as at_the_end:
        if isinstance(reader, Workers):
            at_the_end.callback(reader.close)
        listener = at_the_end.enter_context(listen(port, EVERYWHERE if lan else HOST))
        address = address_of(listener, {} if step is None else {"step": step}, "read" if reader else "")

        def started() -> None:
            ready(address)
            if open_browser:
                show(address)

        Server(app, started).run(sockets=[listener])


def listen(port: int | None = None, host: str = HOST) -> socket.socket:
    """A socket; by default one that only this computer can reach.

    Raises:
        HandlensError: the port is taken, or may not be used.
    """
    if port is None:
        try:
            return _bound(host, USUAL_PORT)
        except OSError:
            return _bound(host, 0)
    try:
        return _bound(host, port)
    except OSError as error:
        raise HandlensError(
            f"port {port} can't be used: {error.strerror}. Choose another --port, or none: then a free one "
            "is found"
        ) from None


def _bound(host: str, port: int) -> socket.socket:
    # TCP by name: of a socket that `socket.create_server` makes, asyncio doesn't see that it is TCP, leaves
    # Nagle's algorithm on, and each small answer takes 44 ms in place of 2.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if (
            os.name == "posix"
        ):  # where it lets a port be used again at once; on Windows it means another thing
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def address_of(listener: socket.socket, state: dict[str, object], page: str = "") -> str:
    """Where a page is, and what it shows first: it keeps its state behind the #."""
    return f"http://{HOST}:{listener.getsockname()[1]}/{page}{'#' if state else ''}{urlencode(state)}"


class Server(uvicorn.Server):
    """uvicorn, quiet, that ends when what it reads is read, and doesn't wait for those who listen to events.

    While it ends, `/v1/health/ready` answers 503, and so does whoever comes with a new picture.

    Args:
        app: what `create` made.
        started: is called when requests are answered.
    """

    def __init__(self, app: FastAPI, started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level=logging.ERROR,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # nobody stands between a browser and this server
                timeout_graceful_shutdown=1,
            )
        )
        self._app = app
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        self._app.state.connections = self.server_state.connections
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: the events at once, which would go on for ever; readings and trainings have ten seconds."""
        state = self._app.state
        state.closing.set()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # that it doesn't wait is meant
        trainings = asyncio.ensure_future(run_in_threadpool(state.live.close)) if state.live else None
        if state.turns is not None:
            await self._drained(state.turns)
        await super().shutdown(sockets)  # what else is being answered has a second
        for turns in (state.turns, *state.rooms.values()):
            if turns is not None:
                turns.end()
        if trainings is not None:
            await trainings

    async def _drained(self, turns: Turns) -> None:
        """Wait until all that has a place is answered; not for ever, and not if told to end a second time."""
        turns.close()
        until = monotonic() + DRAIN_SECONDS
        while turns.taken and not self.force_exit and monotonic() < until:
            await asyncio.sleep(DRAIN_LOOK_SECONDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C and SIGTERM are how this ends, and no error; a second one ends it without waiting."""
        self.force_exit = self.should_exit
        self.should_exit = True


def show(address: str) -> None:
    """Open an address in the user's browser; nothing where there is none.

    In a thread of its own, since some starters wait for the browser. One that draws in the terminal can't run
    the page, and isn't asked.
    """
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform.startswith("linux") and not any(map(os.environ.get, screens)):
        return
    Thread(target=webbrowser.open, args=(address,), daemon=True).start()
