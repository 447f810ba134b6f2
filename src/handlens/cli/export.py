"""handlens export: a recording as something that others can use."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from handlens.cli.console import Out, command, say, say_written, waiting
from handlens.cli.pictures import stages
from handlens.recording import load

app = App(
    name="export",
    help_epilogue="""\
Examples:

  handlens export runs/first --to html
  handlens export runs/first --to html --out first.html --no-figures
  handlens export runs/first --to html --lesson lesson.md

A lesson is a text file: a question, and moments of the training as links.

  # When does it learn the 7?
  Look at the answer while you drag the line.
  - [Before it learnt anything](#step=0): about a tenth for each digit.
  - [After 300 steps](#step=300&mistakes=open): which ones are still wrong?
  ## What happens here
  The answer, folded until somebody asks for it; it may be left out.

A link is what the page's own address says, from the # on.
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
    lesson: Path | None = None,
) -> int:
    """Export it, and say where it is.

    Args:
        run: The recording's folder, or the name of one that ships.
        to: As what: html is the page as one file, which opens from disk.
        out: The file, a new one or an earlier page [default: in the recording's folder].
        figures: With figures and films as the last section; --no-figures takes seconds.
        lesson: What the page asks about it, a text file [default: lesson.md in the recording's folder].
    """
    recording = load(run)
    with waiting("loading"):
        from handlens import export as exports
    replaced = out is not None and out.is_file()  # by default it goes where it always does
    with stages() as told:
        path = exports.export(recording, to=to, out=out, figures=figures, lesson=lesson, progress=told)
    say_written(to, path, replaced)
    say(("look    ", "dim"), command("view", run))
    return 0
