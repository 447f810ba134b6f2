"""The engine's verbs that give a recording, told in a notebook's cell where this is one."""

from functools import wraps
from pathlib import Path
from typing import Any

from handlens import engine
from handlens.notebook.cell import live_cell
from handlens.notebook.kernel import in_notebook
from handlens.notebook.recording import Recording


@wraps(engine.train)
def train(*args: Any, **options: Any) -> Recording:
    """`handlens.engine.train`, watched in the cell's output where this runs in a notebook."""
    if "listener" not in options and in_notebook():
        options["listener"] = live_cell()
    return Recording(engine.train(*args, **options).folder)


@wraps(engine.import_weights)
def import_weights(path: str | Path, out: str | Path) -> Recording:
    """`handlens.engine.import_weights`."""
    return Recording(engine.import_weights(path, out).folder)
