"""Connections that can't be held for nothing: limits of time, and of how many there are, below any request.

uvicorn itself waits for ever for a request's first lines, and for a client that doesn't read its answer.
"""

import asyncio
from typing import Any

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from handlens.serve.guard import refusal

HEADER_SECONDS = 10.0
"""From the connection, or the last answer, until a request's header is there; a body has its own limits."""
UNREAD_SECONDS = 30.0
"""How long an answer may lie without a byte of it being taken."""
LOOK_SECONDS = 1.0
MOST_CONNECTIONS = 200
"""More are told to come again, and beyond twice as many nobody is heard: a browser opens six, an application
a few dozen, and each holds up to 64 KiB of a body that isn't read yet."""
CROWDED = "handlens.crowded"
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(H11Protocol):
    """uvicorn's own, of Python alone, that ends who is too slow; whatever other parser is installed."""

    _looking: asyncio.TimerHandle | None = None
    _asked_since: float | None = None
    _left, _moved = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, mark it as one too many, or end it."""
        super().connection_made(transport)
        if len(self.connections) > 2 * MOST_CONNECTIONS:
            transport.abort()
            return
        self.app_state = {**self.app_state, CROWDED: len(self.connections) > MOST_CONNECTIONS}
        self._asked_since = self._moved = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """See whether a request's header has come."""
        super().handle_events()
        if not self._awaiting:
            self._asked_since = None

    def on_response_complete(self) -> None:
        """Wait for the next request from now on, unless it is there already."""
        self._asked_since = self.loop.time()
        super().on_response_complete()

    @property
    def _awaiting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _look(self) -> None:
        now, left = self.loop.time(), self.transport.get_write_buffer_size()
        if left < self._left or not left:
            self._moved = now
        self._left = left
        if now - self._moved > UNREAD_SECONDS:
            self.transport.abort()
        elif not left and self._asked_since is not None and now - self._asked_since > HEADER_SECONDS:
            self._end()
        else:
            self._looking = self.loop.call_later(LOOK_SECONDS, self._look)

    def _end(self) -> None:
        begun, _ = self.conn.trailing_data
        if self.conn.our_state is h11.IDLE and begun:
            self.transport.write(_LATE)
        self.transport.close()


class Crowd:
    """Middleware that tells whoever comes when all connections are taken to come again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        state: dict[str, Any] = scope.get("state", {})
        if scope["type"] == "http" and state.get(CROWDED):
            full = "too many connections at once; try again in a few seconds"
            answer = refusal(503, full, {"Retry-After": "5", "Connection": "close"})
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)
