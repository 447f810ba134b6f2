"""handlens view: the page in the browser, served until Ctrl-C."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from handlens.cli.console import say
from handlens.cli.numbers import Index, whole
from handlens.recording import load

Port = Annotated[int, Parameter(converter=whole, validator=Number(gte=0, lte=65535))]
Browser = Annotated[bool, Parameter(negative="--no-browser", show_default=False)]

app = App(
    name="view",
    usage="Usage: handlens view [OPTIONS] [RUN...]",
    help_epilogue="""\
Examples:

  handlens view                        # the recording that ships with handlens
  handlens view runs/first --step 300
  handlens view runs/first runs/lab    # several, to choose from
""",
)


@app.default
def view(
    *runs: Path,
    step: Index | None = None,
    port: Port | None = None,
    browser: Browser = True,
    live: Annotated[bool, Parameter(negative="--no-live", show_default=False)] = True,
) -> int:
    """Serve the page to this computer's browsers, and open it.

    Args:
        runs: The recordings' folders [default: the one that ships with handlens].
        step: Where the timeline stands at first [default: its end].
        port: Which port to listen on [default: 8765, or any free one].
        browser: Open the page; --no-browser only says where it is.
        live: Let the page train, in runs/ below this folder; --no-live doesn't.
    """
    from handlens import serve
    from handlens.page import sample

    recordings = [load(run) for run in runs] or [sample.recording()]
    serve.serve(
        recordings,
        port=port,
        step=step,
        open_browser=browser,
        ready=told,
        live=serve.Live() if live else None,
    )
    return 0


def told(address: str) -> None:
    """Say where the page is, and how it ends."""
    say((address, "bold"), ("  … Ctrl-C stops it", "dim"))
