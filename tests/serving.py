"""A real server in a thread, on a port of its own, and a small recording for it to show."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from small import drawn, header, record_steps, state

from handlens.recording import Recording, Writer, load
from handlens.serve import create
from handlens.serve.server import Server, listen


def recorded(folder: Path) -> Recording:
    """A small recording that was interrupted after its second step."""
    writer = Writer.create(folder, header(), drawn(0), state(0), None)
    record_steps(writer, range(1, 3))
    writer.release()
    return load(folder)


@contextmanager
def serving(*runs: Recording, **wishes: Any) -> Iterator[str]:
    """Serve recordings, with what else `create` takes; gives the address, without a slash at its end."""
    answering = Event()
    server = Server(create(runs, **wishes), answering.set)
    with listen(0) as listener:
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            assert answering.wait(20)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server hasn't ended"
