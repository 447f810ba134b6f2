"""handlens look and handlens report: one picture, or all of them with the page."""

import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.progress import BarColumn, Progress, TextColumn

from handlens.cli.console import Out, command, instead_of_one, out, say, waiting
from handlens.cli.faults import mistyped
from handlens.cli.numbers import Count, Index
from handlens.cli.saving import save_figure
from handlens.errors import LookError
from handlens.recording import Recording, load
from handlens.reporting.kinds import KINDS
from handlens.whole import replaces

SetName = Literal["train", "validation", "test", "samples"]
FORMATS = (".png", ".svg", ".pdf")

report_app = App(
    name="report",
    help_epilogue="""\
Examples:

  handlens report runs/first
  handlens train week5 --out runs/week5 --report   # train, then the same
""",
)


@report_app.default
def report(run: Path, /) -> int:
    """Make the report, and say where it is.

    Args:
        run: The recording's folder.
    """
    page = make_report(load(run))
    say(("report  ", "dim"), str(page))
    say(("page    ", "dim"), command("view", run))
    return 0


def make_report(run: Recording, quiet: bool = False) -> Path:
    """The report of a recording; its progress is shown on a terminal."""
    with waiting("loading matplotlib"):
        from handlens import reporting
    if quiet:
        page: Path = reporting.report(run)
        return page
    with stages() as told:
        page = reporting.report(run, progress=told)
    return page


@contextmanager
def stages() -> Iterator[Callable[[str, float], None]]:
    """Shows work that reports what it does and the share done, 0…1: a bar, or a line for each thing."""
    console, said = out(), [""]
    bar = Progress(BarColumn(bar_width=24), TextColumn("{task.description}"), console=console, transient=True)
    task = bar.add_task("", total=1.0)

    def told(doing: str, share: float) -> None:
        bar.update(task, description=doing, completed=share)
        if not console.is_terminal and said[-1] != doing:
            said.append(doing)
            say(doing)

    if not console.is_terminal:
        yield told
        return
    with bar:
        yield told


def _kinds() -> str:
    """The kinds of pictures as a list that fits in 80 columns."""
    width = max(map(len, KINDS)) + 4
    rows = (
        textwrap.fill(about, 79, initial_indent=f"  {kind:<{width - 2}}", subsequent_indent=" " * width)
        for kind, about in KINDS.items()
    )
    return "\n".join(rows)


look_app = App(
    name="look",
    help_epilogue=f"""\
Kinds:

{_kinds()}

Examples:

  handlens look runs/first kernels
  handlens look runs/first activations --digit 7 --layer relu2 --step 300
  handlens look runs/first kernels --layer conv2 --channel 3 --rows 4
  handlens look runs/first mistakes --out mistakes.svg
""",
)


@look_app.default
def look(
    run: Path,
    kind: Annotated[str, Parameter(choices=tuple(KINDS), show_choices=False)],
    /,
    *,
    step: Index | None = None,
    digit: Index | None = None,
    split: Annotated[SetName | None, Parameter(name="--set")] = None,
    layer: str | None = None,
    channel: Index | None = None,
    n: Annotated[Count | None, Parameter(name=["--count", "-n"])] = None,
    rows: Count | None = None,
    title: str | None = None,
    out: Annotated[Path | None, Out] = None,
) -> int:
    """Draw one picture, write it, and say where.

    Args:
        run: The recording's folder.
        kind: What to draw; see below.
        step: The network as it was at the frame nearest to this step [default: the last].
        digit: Which digit of the set, counted from 0.
        split: Where the digits come from [default: train for one digit, else test].
        layer: Which layer or stage; handlens info lists them.
        channel: Which input channel of the kernels.
        n: How many digits, mistakes or moments.
        rows: In how many rows kernels or maps stand.
        title: Words of your own in the heading.
        out: The picture: .png, .svg or .pdf [default: RUN/figures/KIND….png].
    """
    if out is not None and out.suffix.lower() not in FORMATS:
        raise mistyped("look", f"--out {out}: a picture ends in {', '.join(FORMATS)}.")
    replaced = out is not None and replaces(out)
    recording = load(run)
    chosen: dict[str, Any] = {"step": step, "digit": digit, "set": split, "layer": layer}
    chosen |= {"channel": channel, "n": n, "rows": rows}
    figure = _drawn(recording, kind, {**chosen, "title": title})
    if step is not None:
        chosen["step"] = recording.nearest(step)
    path = out or _place(recording, kind, chosen, title)
    save_figure(figure, path)
    if step != chosen["step"]:
        say(f"step {chosen['step']:,}, the frame nearest to {step:,}")
    say(str(path), instead_of_one(replaced))
    return 0


def _drawn(run: Recording, kind: str, wishes: dict[str, Any]) -> Any:
    """The figure; what can't be had is told by the options that were typed."""
    with waiting("loading matplotlib"):
        from handlens import reporting
    try:
        return reporting.look(run, kind, **wishes)
    except LookError as error:
        raise LookError(re.sub(r"(^|a |, )n(?= is|;|,|$)", r"\1--count", str(error))) from None


def _place(run: Recording, kind: str, chosen: dict[str, Any], title: str | None) -> Path:
    """A name of its own for each choice: figures/kernels-step300-conv2.png."""
    parts = [kind]
    for name, value in chosen.items():
        if value is not None:
            parts.append(f"{value}" if name in ("set", "layer") else f"{name}{value}")
    parts += [title[:60]] if title else []
    name = re.sub(r"[^\w.-]+", "_", "-".join(parts))
    return run.pictures / "figures" / f"{name}.png"
