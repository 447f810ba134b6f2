"""The page's HTML around its modules and styles: served, or as one file that needs nothing else.

Modules import each other as ``#app/…``. An import map resolves that to ``/static/`` when served, and in the
one file to a ``data:`` module each, which works from ``file://``. Either way a policy names all that may run
and load, and no other origin is among it.

The one file's ``script-src`` holds the digests of its two inline scripts, and ``data:`` for the modules.
Tried in Chromium 156 from ``file://``: digests alone, and with ``'strict-dynamic'``, block every ``data:``
module, imported statically or dynamically. Digests of the modules with an ``integrity`` table in the import
map do work there, but how a policy treats that table is new and differs between browsers; a file that is
given away must open in all of them.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

STATIC = files("handlens.page") / "static"
ENTRY = 'import "#app/app/main.js";'
IMPORTED = re.compile(r'^(?:import|.* from) "#app/([^"]+)";$', re.MULTILINE)
READING = '<a class="reading" href="/read">Read a picture</a>'
APART = "read/"
"""What is the reading page's alone. That one is served only; the app's page doesn't load it."""
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; "


class Served(NamedTuple):
    """The page as a server sends it, and its ``Content-Security-Policy``."""

    html: str
    policy: str


def served(reading: bool = False, live: bool = False) -> Served:
    """The page whose modules and styles lie under ``/static/``, and its data under ``/runs``.

    Args:
        reading: whether it links to the page that reads pictures.
        live: whether trainings can be ordered of its server.
    """
    imports = _map()
    styles = [f"/static/styles/{name}" for name, _ in _styles()]
    parts = {"reading": READING if reading else "", "styles": _sheets(styles)}
    html = _filled({**parts, "scripts": "\n".join([_scripts(imports), *_ahead(_at_first())])})
    html = html.replace("<html ", "<html data-live ", 1) if live else html
    policy = (
        f"{POLICY}script-src 'self' {_digest(imports)} {_digest(ENTRY)}; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'"
    )
    return Served(html, policy)


def reading(teaching: bool = False) -> str:
    """The page that reads pictures, as a server sends it; the policy of the other holds for it too.

    Args:
        teaching: whether corrections can be made on it.
    """
    script = f'<script type="module" src="/static/{APART}main.js"></script>'
    scripts = [f'<script type="importmap">{_map()}</script>', script]
    modules = sorted(_scripts_in(STATIC / "read", APART), key=lambda pair: pair[0])
    parts = {
        "styles": _sheets(["/static/styles/base.css", f"/static/{APART}read.css"]),
        "scripts": "\n".join([*scripts, *_ahead(modules)]),
    }
    html = _filled(parts, f"{APART}index.html")
    return html.replace("<html ", "<html data-teaching ", 1) if teaching else html


def single(title: str, resources: str, figures: str, figure_styles: str) -> str:
    """The page as one file.

    Args:
        title: of the window; text.
        resources: the elements that hold the data.
        figures: HTML of the last section.
        figure_styles: its style sheet.
    """
    imports = json.dumps({"imports": {f"#app/{name}": _data_uri(file) for name, file in _modules()}})
    styles = [text for text in ("\n".join(text for _, text in _styles()), figure_styles) if text]
    policy = (
        f"{POLICY}script-src {_digest(imports)} {_digest(ENTRY)} data:; "
        f"style-src {' '.join(map(_digest, styles))}; "
        "img-src data: blob:; media-src data: blob:; connect-src 'none'"
    )
    html = _filled(
        {
            "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            "styles": "\n".join(f"<style>{text}</style>" for text in styles),
            "figures": figures,
            "resources": resources,
            "scripts": _scripts(imports),
        }
    )
    html = html.replace("<title>handlens</title>", f"<title>{escape(title)}</title>", 1)
    return html.replace("<html ", "<html data-packed ", 1)


def _filled(parts: Mapping[str, str], shell: str = "index.html") -> str:
    """A shell with each marker's line replaced by its part, or by nothing."""
    markers = {"policy", "styles", "reading", "figures", "resources", "scripts"}
    texts = {f"<!-- {name} -->": parts.get(name, "") for name in markers}
    lines = (STATIC / shell).read_text("utf-8").splitlines()
    replaced = (texts.get(line.strip(), line) for line in lines)
    return "\n".join(line for line in replaced if line) + "\n"


def _map() -> str:
    return json.dumps({"imports": {"#app/": "/static/"}})


def _sheets(addresses: Sequence[str]) -> str:
    return "\n".join(f'<link rel="stylesheet" href="{address}">' for address in addresses)


def _ahead(modules: Sequence[tuple[str, Traversable]]) -> list[str]:
    """Links that ask for modules at once, rather than when they are found one import after the other."""
    return [f'<link rel="modulepreload" href="/static/{name}">' for name, _ in modules]


def _scripts(imports: str) -> str:
    return f'<script type="importmap">{imports}</script>\n<script type="module">{ENTRY}</script>'


def _styles() -> list[tuple[str, str]]:
    """Every style sheet, name and text: the tokens first, then by name."""
    sheets = [file for file in (STATIC / "styles").iterdir() if file.name.endswith(".css")]
    sheets.sort(key=lambda file: (file.name != "base.css", file.name))
    return [(file.name, file.read_text("utf-8")) for file in sheets]


def _modules() -> list[tuple[str, Traversable]]:
    """Every module of the app by its path under ``static/``."""
    found = (pair for pair in _scripts_in(STATIC, "") if not pair[0].startswith(APART))
    return sorted(found, key=lambda pair: pair[0])


def _at_first() -> list[tuple[str, Traversable]]:
    """The modules that the page begins with: the entry's, and what they import; no room's."""
    modules = dict(_modules())
    needed: set[str] = set()
    open_ = {"app/main.js"}
    while open_:
        needed |= open_
        texts = [modules[name].read_text("utf-8") for name in open_]
        open_ = {name for text in texts for name in IMPORTED.findall(text)} - needed
    return [(name, file) for name, file in modules.items() if name in needed]


def _scripts_in(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _scripts_in(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".js"):
            yield f"{path}{entry.name}", entry


def _data_uri(file: Traversable) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(file.read_bytes()).decode()}"


def _digest(text: str) -> str:
    """A source expression of a policy that allows this very text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
