"""The page's own files: each by its name in a list made at the start, so that no address leads elsewhere."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

import handlens.page

# Stated, since a system's own table may say otherwise: on Windows a program can register .js as plain text,
# and then no browser runs it.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


class StaticFiles:
    """The files under a folder that have a known type."""

    def __init__(self, folder: Path = Path(handlens.page.__file__).parent / "static") -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.suffix in TYPES and path.is_file()
        }

    def answer(self, name: str, request: Request) -> Response | None:
        """The file, or 304 where the browser has it as it is; None where there is no such file."""
        path = self._files.get(name)
        return None if path is None else tagged(path.read_bytes(), TYPES[path.suffix], request)


def tagged(content: bytes, kind: str, request: Request) -> Response:
    """Content that a browser may keep, but asks about each time."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
