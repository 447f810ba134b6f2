"""What a request carries: counted while it arrives, then the picture in it, as a form or as plain bytes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 16 * 2**20
"""The longest picture: a photo of 50 megapixels as JPEG has about that."""
JSON_BYTES = 2**16
"""The longest body of every other request."""
LISTENED = 4
"""So many times the limit is listened to and forgotten, so that a client which first sends all, then reads,
hears the refusal in place of a broken connection."""
LISTENED_SECONDS = 5.0
BODY_SECONDS = 60.0
"""How long a body may take to arrive: it holds a place among the few that there are."""
PICTURES = "/v1/read"
"""The address that takes pictures."""

CLOSE = {"Connection": "close"}
"""Else the server would go on reading what still comes."""
FIELDS = 3
FIELD_BYTES = 1024


class Limit:
    """Middleware that counts each body's bytes and seconds while it arrives, before anything looks at it.

    Whoever reads one that is longer gets an HTTPException of status 413; of 408 where it takes too long.
    Of GET and HEAD nobody reads the body.

    Args:
        app: what reads them.
        most: bytes of a picture.
        most_json: bytes of any other body.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, most_json: int = JSON_BYTES) -> None:
        self._app = app
        self._most, self._most_json = most, most_json

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a body that is counted."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            picture = scope["path"] == PICTURES
            body = _Body(Headers(scope=scope), receive, self._most if picture else self._most_json, picture)
            receive = body.next
        await self._app(scope, receive, send)


class _Body:
    """The body of one request."""

    def __init__(self, headers: Headers, receive: Receive, most: int, picture: bool) -> None:
        self._receive, self._most, self._picture = receive, most, picture
        declared = headers.get("content-length", "")
        self._too_long = declared.isdecimal() and int(declared) > most
        self._asks_first = "expect" in headers
        self._seen = 0
        self._whole = False
        self._until: float | None = None

    async def next(self) -> Message:
        """What comes next of it; once it is whole, whether the client went away."""
        if self._whole:
            return await self._receive()
        if self._too_long and self._asks_first:
            raise self._refusal()
        message = await self._in_time()
        self._whole = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._too_long or self._seen > self._most:
            await self._listen(message)
            raise self._refusal()
        return message

    async def _in_time(self) -> Message:
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(self._until):
                return await self._receive()
        except TimeoutError:
            sentence = f"the body took longer than {BODY_SECONDS:g} s to arrive"
            raise HTTPException(408, sentence, CLOSE) from None

    async def _listen(self, message: Message) -> None:
        """Let the rest of a body pass, within bounds."""
        passed = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTENED_SECONDS):
                while message.get("more_body") and passed <= LISTENED * self._most:
                    message = await self._receive()
                    passed += len(message.get("body", b""))

    def _refusal(self) -> HTTPException:
        sentence = f"the body is longer than {self._most / 2**10:,.0f} KiB"
        if self._picture:
            sentence = f"the body is longer than {self._most / 2**20:.3g} MiB; send the picture smaller"
        return HTTPException(413, sentence, CLOSE)


async def picture(request: Request) -> tuple[bytes, Mapping[str, str]]:
    """The one picture of a request, and what else its form says.

    Raises:
        HTTPException: 408 or 413, by `Limit`; 415, its type is no picture's; 422, there isn't exactly one
            picture in it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _form(request)
    if kind == "application/octet-stream" or kind.startswith("image/"):
        return _filled(await request.body()), {}
    raise HTTPException(
        415,
        f"the body's type is {kind or 'not told'}; send the picture's bytes as image/png, image/jpeg, … or "
        "application/octet-stream, or a multipart/form-data form with a file named image",
    )


class _InMemory(MultiPartParser):
    spool_max_size = MOST_BYTES  # nobody's picture is written to this computer's disk


async def _form(request: Request) -> tuple[bytes, Mapping[str, str]]:
    parser = _InMemory(
        request.headers, request.stream(), max_files=1, max_fields=FIELDS, max_part_size=FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(422, f"the form can't be taken: {error.message}") from None
    except UnicodeError:  # its charset is one of Python's that decodes no text, such as "undefined"
        raise HTTPException(422, "the form's names can't be decoded; leave its charset out") from None
    try:
        files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
        if [name for name, _ in files] != ["image"]:
            raise HTTPException(422, "the form needs one file, named image: one picture a request")
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        return _filled(await files[0][1].read()), texts
    finally:
        await form.close()


def _filled(content: bytes) -> bytes:
    if not content:
        raise HTTPException(422, "the picture is empty: it has no bytes")
    return content
