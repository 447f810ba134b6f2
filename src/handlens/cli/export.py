"""handlens export: a recording as something that others can use."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from handlens.cli.console import Out, command, say, waiting
from handlens.cli.pictures import stages
from handlens.recording import load

app = App(
    name="export",
    help_epilogue="""\
Examples:

  handlens export runs/first --to html
  handlens export runs/first --to html --out first.html --no-figures
""",
)


@app.default
def export(
    run: Path,
    /,
    *,
    to: Literal["html"],
    out: Annotated[Path | None, Out] = None,
    figures: Annotated[bool, Parameter(negative="--no-figures", show_default=False)] = True,
) -> int:
    """Export it, and say where it is.

    Args:
        run: The recording's folder.
        to: As what: html is the page as one file, which opens from disk.
        out: The file [default: in the recording's folder].
        figures: With figures and films as the last section; --no-figures takes seconds.
    """
    recording = load(run)
    with waiting("loading"):
        from handlens import export as exports
    with stages() as told:
        path = exports.export(recording, to=to, out=out, figures=figures, progress=told)
    say((f"{to:<8}", "dim"), str(path))
    say(("look    ", "dim"), command("view", run))
    return 0
