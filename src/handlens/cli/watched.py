"""handlens train --view: the page while it trains. This process serves, another trains."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from handlens.cli.console import complain, decimals, say, waiting
from handlens.cli.facts import judged, resume_line
from handlens.cli.faults import FAILED, STOPPED
from handlens.cli.view import told
from handlens.errors import HandlensError
from handlens.recipes import Recipe
from handlens.recording import Recording, load


def train_and_view(
    chosen: Recipe | None,
    out: Path | None,
    branch: tuple[Recording, int] | None,
    port: int | None,
    browser: bool,
) -> int:
    """Train and serve, until Ctrl-C; return the exit status.

    Args:
        chosen: how to train; None where ``out`` is resumed.
        out: the recording's folder; by default a new one.
        branch: the recording and the step whose weights it begins from.
        port: of the page.
        browser: whether it opens by itself.

    Raises:
        HandlensError: torch is missing, or the training or the server can't begin.
    """
    from handlens import serve
    from handlens.serve.live import missing

    if why := missing():
        raise HandlensError(why)
    live = serve.Live()
    order: dict[str, Any] = {} if chosen is None else {"recipe": chosen.model_dump(mode="json")}
    if branch is not None:
        order["branch"] = {"folder": str(branch[0].folder), "step": branch[1]}
    try:
        with waiting("loading torch"):
            name = chosen.name if chosen else ""
            folder = live.start(name, out=out, listener=_Lines(), **order)
        serve.serve([load(folder)], port=port, open_browser=browser, ready=told, live=live)
    finally:
        live.close()
    return _ended(folder)


def _ended(folder: Path) -> int:
    run = load(folder)
    if run.status == "interrupted":
        complain(
            f"stopped after step {run.steps[-1]:,}; all is recorded. To go on, type: {resume_line(run)}",
            "yellow",
        )
        return STOPPED
    return FAILED if run.status == "failed" else 0


class _Lines:
    """Tells a training by what its process tells."""

    def __init__(self) -> None:
        self._total = 0
        self._folder = Path()
        self._trouble = ""

    def __call__(self, said: dict[str, Any]) -> None:
        """Take the next line; those that aren't for people say nothing."""
        ((kind, value),) = said.items()
        tell: dict[str, Callable[[Any], None]] = {
            "began": self._began,
            "evaluated": self._evaluated,
            "changed": _changed,
            "ended": self._ended,
            "refused": partial(complain, style="yellow"),
        }
        if kind in tell:
            tell[kind](value)

    def _began(self, value: dict[str, Any]) -> None:
        self._total, self._folder = value["total"], Path(value["folder"])
        start = f"goes on after step {value['step']:,} of" if value["step"] else "takes"
        say(f"{start} {self._total:,} steps, recorded in {self._folder}")

    def _evaluated(self, value: dict[str, Any]) -> None:
        place = f"step {value['step']:>{len(f'{self._total:,}')},} of {self._total:,}"
        say(f"{place}  loss {decimals(value['loss'])}  accuracy {value['accuracy']:>6.2%}")
        kind = (value["stuck"] or "").partition(":")[0]
        if kind and kind != self._trouble:
            complain(value["stuck"], "bold yellow")
        self._trouble = kind

    def _ended(self, value: dict[str, Any]) -> None:
        run = load(self._folder)
        if value["status"] == "finished":
            say((judged(run), "bold"))
        elif value["status"] == "failed" and run.header.result and run.header.result.failure:
            complain(run.header.result.failure)


def _changed(value: dict[str, Any]) -> None:
    if value["field"] == "pause":
        say(f"step {value['step']:,}: {'pauses' if value['value'] else 'goes on'}")
    else:
        say(f"step {value['step']:,}: {value['field']} is {value['value']:g} from here on")
