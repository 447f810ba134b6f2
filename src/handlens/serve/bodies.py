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
"""The longest body: a photo of 50 megapixels as JPEG has about that."""
LISTENED = 4
"""So many times the limit is listened to and forgotten, so that a client which first sends all, then reads,
hears the refusal in place of a broken connection."""
LISTENED_SECONDS = 5.0
BODY_SECONDS = 60.0
"""How long a body may take to arrive: it holds a place among the few that there are."""

CLOSE = {"Connection": "close"}
"""Else the server would go on reading what still comes."""
FIELDS = 3
FIELD_BYTES = 1024


class Limit:
    """Middleware that counts the bytes of each body as they arrive, before anything looks at them.

    Whoever reads the body of one that is longer gets an HTTPException of status 413.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a body that is counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        too_long = declared.isdecimal() and int(declared) > self._most
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if too_long and "expect" in headers:  # it asks before it sends
                raise self._refusal()
            message = await receive()
            seen += len(message.get("body", b""))
            if too_long or seen > self._most:
                await self._listen(message, receive)
                raise self._refusal()
            return message

        await self._app(scope, counted, send)

    async def _listen(self, message: Message, receive: Receive) -> None:
        """Let the rest of a body pass, within bounds."""
        passed = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTENED_SECONDS):
                while message.get("more_body") and passed <= LISTENED * self._most:
                    message = await receive()
                    passed += len(message.get("body", b""))

    def _refusal(self) -> HTTPException:
        sentence = f"the body is longer than {self._most / 2**20:.3g} MiB; send the picture smaller"
        return HTTPException(413, sentence, CLOSE)


async def picture(request: Request) -> tuple[bytes, Mapping[str, str]]:
    """The one picture of a request, and what else its form says.

    Raises:
        HTTPException: 408, it took too long to arrive; 413, it is too long; 415, its type is no picture's;
            422, there isn't exactly one picture in it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if kind == "multipart/form-data":
                return await _form(request)
            if kind == "application/octet-stream" or kind.startswith("image/"):
                return _filled(await request.body()), {}
    except TimeoutError:
        sentence = f"the picture took longer than {BODY_SECONDS:g} s to arrive"
        raise HTTPException(408, sentence, CLOSE) from None
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
