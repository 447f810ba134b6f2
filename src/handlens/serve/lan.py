"""Other computers of the same network, a phone above all: where they find this one, and what they must show.

The token is in the link that the terminal shows, as text and as a QR code. The first page that is opened with
it leaves it in a cookie, which no script can read and no other site can use; a program sends it as
``Authorization: Bearer TOKEN``. Requests of this computer's own loopback need none.
"""

import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlencode

import segno
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlens.errors import HandlensError
from handlens.serve.guard import from_here, refusal

TOKEN_BYTES = 16
"""128 bits: nobody guesses it while the server runs."""
COOKIE = "handlens-token"
QUIET = 4
"""Light modules around a QR code (ISO/IEC 18004, 9.1)."""
# Two rows of a QR code in one line of text, by whether the upper and the lower module are dark.
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@dataclass(frozen=True)
class Lan:
    """This computer as others of its network find it.

    Attributes:
        address: its number there, such as 192.168.1.23.
        token: what others must show.
    """

    address: str
    token: str = field(repr=False)

    @classmethod
    def here(cls) -> "Lan":
        """This computer in the network that it is in, with a new token.

        Raises:
            HandlensError: it is in no network.
        """
        return cls(_own_address(), secrets.token_urlsafe(TOKEN_BYTES))

    def link(self, port: int) -> str:
        """The address to open elsewhere."""
        return f"http://{self.address}:{port}/read?{urlencode({'token': self.token})}"


def _own_address() -> str:
    """The address under which this computer would talk to others; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # RFC 5737: nobody's; connecting a UDP socket only picks a route
            address: str = asked.getsockname()[0]
        except OSError:
            raise HandlensError(
                "--lan: this computer is in no network that others could reach it by. Connect it to one "
                "first, or leave --lan out"
            ) from None
    return address


def qr(link: str) -> list[str]:
    """A link as a QR code in text, to be shown black on white; two rows of modules a line."""
    rows = [[bool(dark) for dark in row] for row in segno.make_qr(link, error="l").matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALVES[halves] for halves in zip(*pair, strict=True)) for pair in pairs]


class Token:
    """Middleware that asks everyone but this computer itself for the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401; keep a link's token in a cookie."""
        if scope["type"] != "http" or from_here(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if request.method in ("GET", "HEAD") and self._right(request.query_params.get("token", "")):
            await self._app(scope, receive, self._keeping(send))
        elif self._right(request.cookies.get(COOKIE, "")) or self._right(_bearer(request)):
            await self._app(scope, receive, send)
        else:
            asks = refusal(
                401,
                "this computer asks others for a token: open the link that its terminal shows, or send the "
                "header Authorization: Bearer TOKEN",
                {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"},
            )
            await asks(scope, receive, send)

    def _right(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())  # in a time that tells nothing

    def _keeping(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = f"{COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict"
                MutableHeaders(scope=message).append("Set-Cookie", kept)
            await send(message)

        return sent


def _bearer(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""
