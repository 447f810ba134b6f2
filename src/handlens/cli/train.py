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
from handlens.recipes import PRESETS
from handlens.recording import Recording, load

app = App(
    name="train",
    help_epilogue="""\
Examples:

  handlens train                               # ten seconds, about 99.4 %
  handlens train fast                          # a second, about 99.3 %
  handlens train lab --out runs/lab --report   # the lab, with all its pictures
  handlens train --epochs 1 --lr 0.02 --seed 7
  handlens train --out runs/first --resume     # after Ctrl-C
  handlens train --from runs/first --step 300 --lr 0.0001
""",
)


@app.default
@with_recipe_fields
def train(
    recipe: Annotated[str, Parameter(choices=tuple(PRESETS))] = "default",
    /,
    *,
    out: Annotated[Path | None, Out] = None,
    resume: Flag = False,
    start: Annotated[Path | None, Parameter(name="--from")] = None,
    step: Index | None = None,
    report: Flag = False,
    as_json: Json = False,
    **fields: Any,
) -> int:
    """Train, tell how it goes, and sum up.

    Args:
        recipe: How to train.
        out: The recording's folder, a new one [default: runs/RECIPE-001, -002, …].
        resume: Go on with the interrupted recording in --out, by its own recipe.
        start: Begin from the weights of another recording.
        step: At which step of it [default: its last].
        report: Draw the figures, the films and report.html afterwards.
        as_json: Print nothing but one JSON object, at the end.
        **fields: Fields of the recipe; each is an option of its own.
    """
    if step is not None and start is None:
        raise mistyped("train", "--step says where to begin in another recording: give --from RUN too.")
    with waiting("loading torch"):
        from handlens import engine
        from handlens.cli.progress import watch
    listener = None if as_json else watch()
    branch = None if start is None else _frame(load(start), step, quiet=as_json)
    try:
        if listener is None:
            run = engine.train(recipe, out, resume=resume, branch=branch, **fields)
        else:
            with listener:
                run = engine.train(recipe, out, resume=resume, branch=branch, listener=listener, **fields)
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
