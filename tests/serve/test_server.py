"""The socket that is listened on, and the browser that is opened."""

import socket
import sys
import webbrowser
from threading import Event

import pytest

from handlens.errors import HandlensError
from handlens.serve import server
from handlens.serve.server import address_of, listen, show


def test_only_this_computer_can_reach_it() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert address_of(listener, {"run": "a b", "step": 3}).endswith("/#run=a+b&step=3")


def test_asyncio_sees_that_it_is_tcp() -> None:
    """It turns Nagle's algorithm off only then; else small answers take 44 ms."""
    with listen(0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        assert accepted.proto == socket.IPPROTO_TCP
        accepted.close()


def test_the_usual_port_or_another_where_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen(0) as other:
        taken = other.getsockname()[1]
        monkeypatch.setattr(server, "USUAL_PORT", taken)
        with listen() as listener:
            assert listener.getsockname()[1] != taken
        with pytest.raises(HandlensError, match=rf"^port {taken} can't be used: .* Choose another --port"):
            listen(taken)
    with listen() as listener:
        assert listener.getsockname()[1] == taken


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked to open."""
    found: list[str] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", found.append)
    return found


def test_without_a_screen_no_browser_is_asked(opened: list[str]) -> None:
    show("http://127.0.0.1:1/")
    assert opened == []


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"])
def test_with_a_screen_it_opens(opened: list[str], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = Event()
    monkeypatch.setattr(webbrowser, "open", lambda address: (opened.append(address), done.set()))
    monkeypatch.setenv(name, ":0")
    show("http://127.0.0.1:1/")
    assert done.wait(10)
    assert opened == ["http://127.0.0.1:1/"]
