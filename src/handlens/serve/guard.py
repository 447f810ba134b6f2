"""What is refused at the door, how refusals are told, and what a browser is told to refuse."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers as Given
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlens.errors import HandlensError, LookError
from handlens.serve import schemas

HOSTS = ["127.0.0.1", "localhost", "[::1]"]
"""The names under which the page is asked for. A page from elsewhere that points a name of its own at this
computer isn't answered: https://en.wikipedia.org/wiki/DNS_rebinding"""


def headers(policy: str, framed: bool) -> dict[str, str]:
    """What every answer says to the browser.

    Args:
        policy: the page's content security policy.
        framed: whether other pages may show it within themselves.
    """
    return {
        "Content-Security-Policy": policy if framed else f"{policy}; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


class Headers:
    """Middleware that adds headers to every answer, refusals included."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the start of the answer."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, sent)


class Hosts:
    """Middleware that refuses whoever asks for this computer by a name that isn't its own."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400."""
        if scope["type"] == "http" and _name(Given(scope=scope).get("host", "")) not in self._names:
            await refusal(400, "nothing here has that name; open the address that the terminal shows")(
                scope, receive, send
            )
        else:
            await self._app(scope, receive, send)


def _name(host: str) -> str:
    """A Host header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and (port.isdecimal() or not port) else host).lower()


class SameOrigin:
    """Middleware that refuses what pages of other origins send; what only asks for something goes on.

    A browser states the origin with every POST, and where it trusts the connection also how that origin
    stands to this one; other programs state neither, and no foreign page can make them ask.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD") and _foreign(scope):
            await refusal(403, "this page may not send anything here: it came from elsewhere")(
                scope, receive, send
            )
        else:
            await self._app(scope, receive, send)


def _foreign(scope: Scope) -> bool:
    given = Given(scope=scope)
    own = f"{scope['scheme']}://{given.get('host', '')}"
    return (
        given.get("origin", own).lower() != own.lower()
        or given.get("sec-fetch-site", "none") not in ("same-origin", "none")
    )  # fmt: skip


def from_here(scope: Scope) -> bool:
    """Whether a request comes from this very computer, by its loopback."""
    try:
        return scope["client"] is not None and ip_address(scope["client"][0]).is_loopback
    except ValueError:
        return False


def refusals() -> dict[Any, Any]:
    """How exceptions become answers: a sentence, and a status that says whose fault it is."""
    return {
        HTTPException: _refused,
        HandlensError: _unfit,
        RequestValidationError: _mistaken,
    }


def refusal(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer that says why not."""
    return JSONResponse({"error": sentence}, status, headers)


def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == 204:  # which has no body
        return Response(status_code=204)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


def _mistaken(request: Request, error: RequestValidationError) -> Response:
    """A parameter that can't be."""
    return refusal(422, sentence(error.errors()))


def sentence(errors: Any) -> str:
    """What pydantic finds wrong with a request, in words: the first of it."""
    first = errors[0]
    name = str(first["loc"][-1])
    if first["type"] == "extra_forbidden":
        model = schemas.Correction if first["loc"][0] == "body" else schemas.Wishes
        return f"there is no parameter {name!r}; there are {', '.join(model.model_fields)}"
    if first["type"] == "missing":
        return f"{name} is missing"
    if first["type"] == "json_invalid":
        return "the body is no JSON"
    if first["type"] == "model_attributes_type":
        return "expected a JSON object, with Content-Type: application/json"
    message = str(first["msg"])
    return f"{name} is {str(first['input'])[:50]!r}: {message[0].lower()}{message[1:]}"


def _unfit(request: Request, error: HandlensError) -> JSONResponse:
    """A recording that has no such thing (404); damaged files, or a picture that can't be read (422)."""
    return JSONResponse({"error": str(error)}, 404 if isinstance(error, LookError) else 422)
