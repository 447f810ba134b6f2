"""handlens import: weights that a tutorial's script saved become a recording."""

from pathlib import Path
from typing import Annotated

from cyclopts import App

from handlens.cli.console import Out, command, say, waiting
from handlens.cli.facts import judged

app = App(
    name="import",
    help_epilogue="""\
Examples:

  handlens import model.pt --out runs/mine
  handlens view runs/mine
""",
)


@app.default
def import_weights(
    file: Path,
    /,
    *,
    out: Annotated[Path, Out],
) -> int:
    """Import the weights, and say what came of it.

    Args:
        file: The saved weights.
        out: The recording's folder, a new one.
    """
    with waiting("loading torch"):
        from handlens import engine
    run = engine.import_weights(file, out)
    say((judged(run), "bold green"))
    say(("recording  ", "dim"), str(run.folder))
    say(("next       ", "dim"), command("view", run.folder))
    return 0
