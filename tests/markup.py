"""A page's elements and words, as html.parser reads them, checked to be closed in order."""

import base64
import hashlib
import re
import zlib
from html.parser import HTMLParser

VOID = {"meta", "img", "source", "br", "hr", "link", "input", "circle", "path"}
REMOTE = re.compile(r"(?i)(?:https?:)?//")


class Page(HTMLParser):
    """The elements of a page with their attributes; the text of each script and style; all other words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.inline: list[tuple[str, dict[str, str], str]] = []
        self._open: list[str] = []
        self.feed(html)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self.inline.append((*self.elements[-1], data))
        else:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        """What stands in each script or style of these attributes."""
        return [
            text for name, found, text in self.inline if name == tag and attributes.items() <= found.items()
        ]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def policy(self) -> dict[str, str]:
        """The page's own policy, a source list a directive."""
        (content,) = [meta["content"] for meta in self.all("meta") if "http-equiv" in meta]
        return directives(content)

    @property
    def resources(self) -> dict[str, bytes]:
        """What the file carries, inflated, by key."""
        blocks = [(found["data-key"], text) for _, found, text in self.inline if "data-key" in found]
        return {key: zlib.decompress(base64.b64decode(text, validate=True)) for key, text in blocks}


def directives(policy: str) -> dict[str, str]:
    """A policy, a source list a directive."""
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


def allowed(text: str) -> str:
    """The source expression that allows a text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def check_closed(page: Page) -> None:
    """Refuse anything in a one-file page that comes from elsewhere, or that its policy wouldn't let run."""
    for tag, attributes in page.elements:
        assert not [key for key in attributes if key.startswith("on")], (tag, attributes)
        assert "style" not in attributes, (tag, attributes)
        for key in ("src", "srcset", "poster", "action", "data"):
            assert attributes.get(key, "data:").startswith("data:"), (tag, attributes[key][:80])
        assert attributes.get("href", "#").startswith(("#", "data:")), (tag, attributes)
    policy = page.policy
    assert policy["default-src"] == policy["connect-src"] == "'none'"
    sources = " ".join(policy.values()).split()
    assert not [source for source in sources if not source.startswith("'sha256-") and REMOTE.search(source)]
    styles = page.texts("style")
    assert policy["style-src"].split() == [allowed(text) for text in styles]
    assert not [text for text in styles if "url(" in text or "@import" in text]
    run = [text for name, found, text in page.inline if name == "script" and "data-key" not in found]
    assert policy["script-src"].split() == [*map(allowed, run), "data:"]
