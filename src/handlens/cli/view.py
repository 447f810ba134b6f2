"""handlens view: the page in the browser, served until Ctrl-C."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from handlens.cli.console import say
from handlens.cli.numbers import Index, whole
from handlens.recording import Recording, load, shipped

Port = Annotated[int, Parameter(converter=whole, validator=Number(gte=0, lte=65535))]
Browser = Annotated[bool, Parameter(negative="--no-browser", show_default=False)]

app = App(
    name="view",
    usage="Usage: handlens view [OPTIONS] [RUN...]",
    help_epilogue="""\
Examples:

  handlens view                        # what ships with handlens, to choose from
  handlens view overfitting            # one of those that are broken on purpose
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
        runs: The recordings' folders, or names of what ships [default: all that ships to look at].
        step: Where the timeline stands at first [default: its end].
        port: Which port to listen on [default: 8765, or any free one].
        browser: Open the page; --no-browser only says where it is.
        live: Let the page train, in runs/ below this folder; --no-live doesn't.
    """
    from handlens import serve

    serve.serve(
        opened(runs),
        port=port,
        step=step,
        open_browser=browser,
        ready=told,
        live=serve.Live() if live else None,
    )
    return 0


def opened(runs: Sequence[Path]) -> list[Recording]:
    """The recordings that are named, or those that ship to be looked at: the sample, then the lessons.

    A recording in a folder of that name comes before one that ships (`handlens.load`).
    """
    from handlens.page import sample

    return [load(run) for run in runs] or [sample.recording(), *map(load, shipped.lessons())]


def told(address: str) -> None:
    """Say where the page is, and how it ends."""
    say((address, "bold"), ("  … Ctrl-C stops it", "dim"))
