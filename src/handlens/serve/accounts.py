"""What is told of each request, and of each fault: an id to name it by, and no word of what was sent.

Not in it: the address itself (a route's pattern stands for it), its query, any header, the body, and the
message of a fault, which may quote them. So there is no token in it.
"""

import json
import logging
import re
import secrets
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlens.serve.guard import from_here, refusal
from handlens.serve.workers import WorkerFault

LOG = logging.getLogger("handlens.serve")
ID = "X-Request-ID"
_FIT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
ELSEWHERE = "elsewhere"
"""The route of an address where nothing is, and of what is refused at the door."""


class Account(NamedTuple):
    """One request and its answer."""

    id: str
    method: str
    """One of HTTP's, or "other"."""
    route: str
    """The pattern of its address, such as ``/runs/{run}/{key:path}``."""
    status: int | None
    """None where the client went away first, or the server ended."""
    seconds: float
    received: int
    """Bytes of its body that were read."""
    sent: int
    """Bytes of the answer's body."""
    here: bool
    """Whether this computer itself asked."""


class Accounts:
    """Middleware that names each request, and tells of it when it is answered; a fault becomes a 500.

    A client's own `X-Request-ID` is taken where it is up to 64 letters, digits, ``-`` or ``_``.

    Args:
        app: what answers.
        told: is called with each account.
    """

    def __init__(self, app: ASGIApp, told: Sequence[Callable[[Account], None]]) -> None:
        self._app = app
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, receive, send)
        try:
            await self._app(scope, seen.receive, seen.send)
        except ClientDisconnect:
            pass
        except Exception as error:
            _complain(seen, error)
            if seen.status is None:  # else uvicorn sees that the answer isn't whole, and hangs up
                sentence = (
                    f"a fault in handlens, not in what was sent ({type(error).__name__}): please report it; "
                    f"the server's log has more of it under {seen.id}"
                )
                await refusal(500, sentence)(scope, seen.receive, seen.send)
        finally:
            account = seen.account()
            for tell in self._told:
                tell(account)


class _Seen:
    """A request as it passes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        given = Headers(scope=scope).get(ID, "")
        self.id = given if _FIT.fullmatch(given) else secrets.token_hex(8)
        self.status: int | None = None
        self._received = self._sent = 0
        self._begun = perf_counter()

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[ID] = self.id
        self._sent += len(message.get("body", b""))
        await self._send(message)

    def account(self) -> Account:
        method: str = self._scope["method"]
        return Account(
            self.id,
            method if method in _METHODS else "other",
            getattr(self._scope.get("route"), "path", ELSEWHERE),
            self.status,
            perf_counter() - self._begun,
            self._received,
            self._sent,
            from_here(self._scope),
        )


def log(account: Account) -> None:
    """Write one line."""
    status = account.status or "-"
    fields = {
        **account._asdict(),
        "seconds": round(account.seconds, 4),
        "here": "this computer" if account.here else "another",
    }
    fields["from"] = fields.pop("here")
    words = "%s %s %s %.1f ms"
    LOG.info(words, account.method, account.route, status, 1000 * account.seconds, extra={"fields": fields})


def _complain(seen: _Seen, error: Exception) -> None:
    """Write down a fault: where, and of what kind."""
    account = seen.account()
    where = traceback.format_tb(error.__traceback__)
    if isinstance(error, WorkerFault):
        where += ["in the process that reads:\n", f"{error.where}\n"]
    kind = type(error).__name__
    fields = {
        "id": account.id,
        "method": account.method,
        "route": account.route,
        "fault": kind,
        "where": "".join(where),
    }
    words = "a fault while answering %s %s, request %s:\n%s%s"
    LOG.error(
        words, account.method, account.route, account.id, fields["where"], kind, extra={"fields": fields}
    )


class Lines(logging.Formatter):
    """A line of JSON for each record: when, how grave, and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        fields: dict[str, Any] = getattr(record, "fields", {"message": record.getMessage()})
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "level": record.levelname.lower(), **fields}, ensure_ascii=True)


def write_lines() -> logging.Handler:
    """Have each request written to standard error as a line of JSON; else only faults are, as text."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    return handler
