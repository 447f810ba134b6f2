"""handlens train: one training, told while it runs, and what to do with it afterwards."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from handlens.cli.console import (
    Flag,
    Json,
    Out,
    command,
    complain,
    counted,
    one_terminal,
    say,
    say_json,
    waiting,
)
from handlens.cli.facts import facts, how_judged, judged, resume_line, size_on_disk
from handlens.cli.faults import FAILED, STOPPED, mistyped
from handlens.cli.numbers import Index
from handlens.cli.pictures import make_report
from handlens.cli.recipe_options import with_recipe_fields
from handlens.cli.view import Browser, Port
from handlens.cli.watched import train_and_view
from handlens.errors import RecipeError
from handlens.recipes import Recipe, known
from handlens.recipes import recipe as named
from handlens.recording import Recording, load, naming
from handlens.recording.changes import all_changes

app = App(
    name="train",
    help_epilogue="""\
Examples:

  handlens train                               # ten seconds, about 99.4 %
  handlens train fast                          # a second, about 99.3 %
  handlens train lab --out runs/lab --report   # the lab, with all its pictures
  handlens train --epochs 1 --lr 0.02 --seed 7
  handlens train overfitting --limit 5000      # broken on purpose, and what mends it
  handlens train --out runs/first --resume     # after Ctrl-C
  handlens train --from runs/first --step 300 --lr 0.0001
  handlens train --view                        # with the page, from which it is led
  handlens train --again runs/first --lr 0.02  # the same with one thing changed
""",
)


@app.default
@with_recipe_fields
def train(
    recipe: Annotated[str, Parameter(choices=tuple(known()))] = "default",
    /,
    *,
    out: Annotated[Path | None, Out] = None,
    resume: Flag = False,
    start: Annotated[Path | None, Parameter(name="--from")] = None,
    step: Index | None = None,
    again: Path | None = None,
    report: Flag = False,
    as_json: Json = False,
    view: Flag = False,
    port: Port | None = None,
    browser: Browser = True,
    **fields: Any,
) -> int:
    """Train, tell how it goes, and sum up.

    Args:
        recipe: How to train.
        out: The recording's folder, a new one [default: runs/RECIPE-001, -002, …].
        resume: Go on with the interrupted recording in --out, by its own recipe.
        start: Begin from the weights of another recording.
        step: At which step of it [default: its last].
        again: Train another recording again, with what was changed in it by hand.
        report: Draw the figures, the films and report.html afterwards.
        as_json: Print nothing but one JSON object, at the end.
        view: Open the page while it trains; it stays until Ctrl-C.
        port: Which port the page is on [default: 8765, or any free one].
        browser: Open the page; --no-browser only says where it is.
        **fields: Fields of the recipe; each is an option of its own.
    """
    if step is not None and start is None:
        raise mistyped("train", "--step says where to begin in another recording: give --from RUN too.")
    if (port is not None or not browser) and not view:
        raise mistyped("train", "--port and --no-browser are the page's: give --view too.")
    chosen: str | Recipe = recipe
    branch = None if start is None else _frame(load(start), step, quiet=as_json)
    if again is not None:
        if resume or start is not None or recipe != "default":
            raise mistyped("train", "--again goes by that recording alone: no recipe, --resume or --from.")
        chosen, branch = _again(load(again))
    if view:
        if report or as_json:
            raise mistyped("train", "--view stays until Ctrl-C: leave --report and --json out.")
        if resume:
            _check_resume(out, fields, branch)
        return train_and_view(None if resume else _whole(chosen, fields), out, branch, port, browser)
    with waiting("loading torch"):
        from handlens import engine
        from handlens.cli.progress import watch
    listener = None if as_json else watch()
    try:
        if listener is None:
            run = engine.train(chosen, out, resume=resume, branch=branch, **fields)
        else:
            with listener:
                run = engine.train(chosen, out, resume=resume, branch=branch, listener=listener, **fields)
    except engine.Interrupted as stop:
        return _stopped(stop.recording, report, as_json)
    page = make_report(run, quiet=as_json) if report else None
    return _ended(run, page, as_json)


def _frame(run: Recording, step: int | None, quiet: bool) -> tuple[Recording, int]:
    """The frame to begin from; frames are rarer than steps, so which one it is is said."""
    frame = run.nearest(step)
    if not quiet:
        nearest = f", the frame nearest to {step:,}" if step not in (None, frame) else ""
        say(f"begins from step {frame:,} of {run.folder}{nearest}")
    return run, frame


def _again(run: Recording) -> tuple[Recipe, tuple[Recording, int] | None]:
    """How a recording was trained, by hand too, and what it began from where that wasn't drawn."""
    own = run.header.recipe
    if own is None:
        raise RecipeError(f"{run.folder}: recorded somebody's own loop, and has no recipe to go by")
    naming.check(own.data, run.folder)
    return own.but(changes=all_changes(own, run.changes)), (run, 0) if run.header.origin else None


def _whole(chosen: str | Recipe, fields: dict[str, Any]) -> Recipe:
    return named(chosen, **fields) if isinstance(chosen, str) else chosen.but(**fields)


def _check_resume(out: Path | None, fields: dict[str, Any], branch: object) -> None:
    """A resume beside the page takes nothing but the folder."""
    if out is None:
        raise mistyped("train", "--resume goes on with the recording in --out: give it too.")
    if fields or branch is not None:
        raise mistyped("train", "--resume goes by the recorded recipe: leave its fields and --from out.")


def _stopped(run: Recording, report: bool, as_json: bool) -> int:
    line = resume_line(run, *(["--report"] if report else []))
    if as_json:
        say_json(facts(run))
    complain(f"stopped after step {run.steps[-1]:,}; all is recorded. To go on, type: {line}", "yellow")
    return STOPPED


def _ended(run: Recording, page: Path | None, as_json: bool) -> int:
    failure = run.header.result.failure if run.header.result else None
    burst = _blown_up(run)
    if as_json:
        say_json(facts(run) | {"report": str(page) if page else None})
        failure = failure or burst
    else:
        _summary(run, page)
    if failure:
        complain(failure)
    return FAILED if failure or burst else 0


def _blown_up(run: Recording) -> str | None:
    """What the last evaluation said of a network that is far worse than guessing."""
    last = run.evaluations[-1].step if run.evaluations else None
    return next(
        (note.text for note in run.notes if note.step == last and note.text.startswith("blown up")), None
    )


def _summary(run: Recording, page: Path | None) -> None:
    result = run.header.result
    say()
    if (note := how_judged(run)) is not None:
        say((judged(run), "bold"))
        say(note)
        if not one_terminal():  # there it stands already, said while it trained
            for told in run.notes[-1:]:
                say(f"step {told.step:,}: {told.text}")
        say()
    seconds = f", {result.seconds:.0f} s" if result else ""
    megabytes = size_on_disk(run.folder) / 1e6
    say(("recording  ", "dim"), f"{run.folder}  ", (_extent(run, seconds, megabytes), "dim"))
    say(("pictures   ", "dim"), str(page) if page else "none yet")
    steps = [("view", run.folder), ("info", run.folder)]
    steps += [] if page else [("report", run.folder)]
    for number, words in enumerate(steps):
        say(("next       " if number == 0 else " " * 11, "dim"), command(*words))


def _extent(run: Recording, seconds: str, megabytes: float) -> str:
    steps, frames = counted(run.steps[-1], "step"), counted(len(run.steps), "frame")
    return f"{steps}, {frames}, {megabytes:.1f} MB{seconds}"
