"""handlens serve: the page, the page that reads pictures, and the API, until Ctrl-C."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from cyclopts import App, Parameter

from handlens.cli.console import Flag, out, say
from handlens.cli.view import Port, opened
from handlens.recording import load

if TYPE_CHECKING:
    from handlens.recording import Recording
    from handlens.serve.lan import Lan
    from handlens.serve.workers import Workers
    from handlens.teach import Correction
    from handlens.teach.teacher import Lesson

app = App(
    name="serve",
    usage="Usage: handlens serve [OPTIONS] [RUN...]",
    help_epilogue="""\
Examples:

  handlens serve                       # read pictures on this computer
  handlens serve --lan                 # and with your phone's camera
  handlens serve --teach --live        # and let this computer's pages correct it, and train
  handlens serve runs/first --net runs/first

A program sends a picture and gets JSON; /openapi.json describes it:

  curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' \\
       http://127.0.0.1:8765/v1/read
""",
)

ABOUT_LAN = """\
Whoever has this link can send pictures and look at the recordings, until you
stop it. The phone's own camera takes the picture (<input capture>): that works
over plain http, where a live camera in the page (getUserMedia) would not."""
BLACK_ON_WHITE = "#000000 on #ffffff"  # whatever the terminal's theme: not every phone reads inverted codes


@app.default
def serve(
    *runs: Path,
    net: str = "reader",
    port: Port | None = None,
    lan: Flag = False,
    teach: Flag = False,
    live: Flag = False,
    log: Flag = False,
    browser: Annotated[bool, Parameter(negative="--no-browser", show_default=False)] = True,
) -> int:
    """Serve everything that view does, the page that reads pictures, and the API.

    Args:
        runs: The recordings' folders, or names of what ships [default: all that ships to look at].
        net: Whose network reads: a shipped one's name, or a recording's folder.
        port: Which port to listen on [default: 8765, or any free one].
        lan: Let other computers of your network in, who have the token.
        teach: Let this computer's page correct what was read, and the network learn it.
        live: Let this computer's page train, in runs/ below this folder.
        log: Tell of each request, as a line of JSON on standard error.
        browser: Open the page; --no-browser only says where it is.
    """
    from handlens import serve as server
    from handlens.reading.reader import Reader
    from handlens.serve.lan import Lan
    from handlens.serve.workers import WORKER, Workers

    network, shown = load(net), opened(runs)
    Reader(network, taught=True)  # says what is wrong with it, before anything is begun
    house = Lan.here() if lan else None
    workers = Workers((*WORKER, str(network.folder.resolve())))
    server.serve(
        shown,
        port=port,
        open_browser=browser,
        ready=partial(_told, house),
        reader=workers,
        teaches=partial(_learn, network, workers) if teach else None,
        lan=house,
        live=server.Live() if live else None,
        log=log,
    )
    return 0


def _learn(network: "Recording", workers: "Workers", correction: "Correction") -> "tuple[Lesson, Workers]":
    from handlens.teach import Teacher

    lesson = Teacher(network).teach([correction])
    workers.teach()
    return lesson, workers


def _told(lan: "Lan | None", address: str) -> None:
    say((address, "bold"), ("  … Ctrl-C stops it", "dim"))
    if lan is None:
        return
    from handlens.serve.lan import qr

    link = lan.link(urlsplit(address).port or 80)
    say("")
    if out().is_terminal:
        for line in qr(link):
            say((line, BLACK_ON_WHITE))
        say("")
    say("On a phone in the same network:")
    say((link, "bold"))
    say((ABOUT_LAN, "dim"))
