"""A server beside other work, such as a notebook's: in a thread, until the process ends."""

from socket import socket
from threading import Event, Lock, Thread

from handlens.recording import Recording
from handlens.serve.app import create
from handlens.serve.server import Server, address_of, listen


class Background:
    """One server for all the recordings that a process shows; started by the first."""

    def __init__(self) -> None:
        self._app = create(framed=True)
        self._listener: socket | None = None
        self._starting = Lock()

    def address(self, run: Recording) -> str:
        """Where the page shows this recording."""
        with self._starting:
            if self._listener is None:
                self._listener = self._start()
        return address_of(self._listener, {"run": self._app.state.shelf.add(run)})

    def _start(self) -> socket:
        listener, answering = listen(), Event()
        server = Server(self._app, answering.set)
        Thread(target=server.run, args=([listener],), name="handlens-page", daemon=True).start()
        answering.wait()
        return listener
