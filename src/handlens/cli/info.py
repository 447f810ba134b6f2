"""handlens info: what a recording is, how it went, and whether it is whole."""

from pathlib import Path

from cyclopts import App
from rich.table import Table

from handlens.cli.console import Json, complain, counted, decimals, say, say_json, show, waiting
from handlens.cli.facts import facts, how_judged, judged, resume_line, size_on_disk, typed_recipe
from handlens.cli.faults import FAULT
from handlens.recording import Recording, load
from handlens.recording.schema import EvaluationLine

ROWS = 16  # evaluations shown; all of them are in --json

_STYLES = {"finished": "green", "interrupted": "yellow", "running": "cyan", "failed": "bold red"}

app = App(
    name="info",
    help_epilogue="""\
Examples:

  handlens info runs/first
  handlens info runs/first --json
  handlens info overfitting            # one of those that ship
""",
)


@app.default
def info(run: Path, /, *, as_json: Json = False) -> int:
    """Load, verify, and tell.

    Args:
        run: The recording's folder, or the name of one that ships.
        as_json: Print one JSON object.
    """
    recording = load(run)
    with waiting("checking every frame"):
        problems = recording.verify()
    if as_json:
        say_json(facts(recording, problems))
    else:
        _tell(recording, problems)
    return FAULT if problems else 0


def _tell(run: Recording, problems: list[str]) -> None:
    status = run.status
    whole = ("damaged", "bold red") if problems else ("whole", "green")
    say((str(run.folder), "bold"), "  ", (status, _STYLES[status]), ", ", whole)
    say()
    show(_overview(run))
    if status == "interrupted" and run.header.recipe is not None:
        say("\nTo go on with it, type: ", (resume_line(run), "bold"))
    for note in run.notes[-5:]:
        say("\n", (f"Step {note.step:,}: {note.text}", "yellow"))
    say(("\nNetwork\n", "bold"))
    say(run.graph.summary())
    if run.evaluations:
        say((f"\nEvaluations{_shown(run)}\n", "bold"))
        show(_evaluations(run))
    for problem in problems:
        complain(problem)


def _overview(run: Recording) -> Table:
    header, result = run.header, run.header.result
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("accuracy", judged(run))
    if note := how_judged(run):
        table.add_row("", note)
    recipe = header.recipe
    table.add_row("recipe", typed_recipe(recipe) if recipe else "none: weights or a loop of one's own")
    if header.origin is not None:
        table.add_row("began from", f"step {header.origin.step:,} of {header.origin.recording}")
    counts = ", ".join(f"{count:,} {name}" for name, count in header.data.split.items())
    table.add_row("data", f"{header.data.name}: {counts}" if counts else header.data.name)
    took = f" in {result.seconds:,.1f} s" if result else ""
    machine = f"on {header.device} with {counted(header.threads, 'thread')}"
    machine += ", in bfloat16" if header.precision == "bfloat16" else ""
    table.add_row("training", f"{counted(run.steps[-1], 'step')}{took} {machine}")
    table.add_row("frames", f"{len(run.steps)}, from step {run.steps[0]:,} to {run.steps[-1]:,}")
    table.add_row("on disk", f"{size_on_disk(run.folder) / 1e6:,.1f} MB, made {header.created}")
    return table


def _shown(run: Recording) -> str:
    count = len(run.evaluations)
    return f" ({ROWS} of {count:,}; all with --json)" if count > ROWS else ""


def _evaluations(run: Recording) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    for heading in ("step", "seconds", "loss", "accuracy"):
        table.add_column(heading, justify="right")
    table.add_column("of")
    for line in _spread(run.evaluations):
        numbers = (f"{line.step:,}", f"{line.seconds:.1f}", decimals(line.loss), f"{line.accuracy:.2%}")
        table.add_row(*numbers, f"{line.n:,} {line.set}")
    return table


def _spread(lines: tuple[EvaluationLine, ...]) -> list[EvaluationLine]:
    """At most ROWS of them, evenly spread, first and last among them."""
    if len(lines) <= ROWS:
        return list(lines)
    return [lines[round(place * (len(lines) - 1) / (ROWS - 1))] for place in range(ROWS)]
