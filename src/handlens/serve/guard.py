"""What is refused at the door, how refusals are told, and what a browser is told to refuse."""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlens.errors import HandlensError, LookError

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


def refusals() -> dict[Any, Any]:
    """How exceptions become answers: a sentence, and a status that says whose fault it is."""
    return {HTTPException: _refused, HandlensError: _unfit}


def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == 204:  # which has no body
        return Response(status_code=204)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


def _unfit(request: Request, error: HandlensError) -> JSONResponse:
    """A recording that has no such thing (404), or whose files are damaged (422)."""
    return JSONResponse({"error": str(error)}, 404 if isinstance(error, LookError) else 422)
