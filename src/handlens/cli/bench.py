"""handlens bench: the measurements behind the numbers that the documentation states."""

import shlex
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.table import Table

from handlens.bench import reports
from handlens.bench.targets import ACCURACIES, TARGETS
from handlens.cli.console import Flag, Out, complain, say, say_written, show, waiting
from handlens.cli.numbers import Count
from handlens.errors import HandlensError
from handlens.recipes import PRESETS
from handlens.whole import replaces

BUSY = 0.5  # a load average from which on somebody else's work is in the numbers

# What --trial replaces: a few digits, a few updates, seconds.
_SLICE: dict[str, Any] = {"limit": 1000, "watch_first": 500}
_FEW: dict[str, Any] = {"limit": 1000, "rounds": 1, "updates": 2}
_BRIEF: dict[str, Any] = {"seconds": dict.fromkeys(("capacity", "half", "double", "recovery", "soak"), 1.0)}

Preset = Annotated[str, Parameter(name="RECIPE", choices=tuple(PRESETS))]
Saved = Annotated[Path | None, Out]
Part = Literal["epoch", "accuracy", "whole"]
Parts = Annotated[tuple[Part, ...], Parameter(consume_multiple=True, show_default=False)]

app = App(
    name="bench",
    help_epilogue="""\
Examples:

  handlens bench threads               # which --threads is best here
  handlens bench speed                 # six minutes
  handlens bench speed --trial         # in a minute, to see that it runs

Measure on an idle machine. A report is written to bench/WHAT.json in the
current folder, unless --out names another file; a trial's only where it does.
""",
)


def _examples(*lines: str) -> str:
    return "Examples:\n\n" + "".join(f"  handlens bench {line}\n" for line in lines)


@app.command(
    help_epilogue=_examples("speed", "speed --parts epoch --rounds 9", "speed --trial --out trial.json")
)
def speed(
    *,
    parts: Parts = ("epoch", "accuracy", "whole"),
    rounds: Count = 5,
    device: str = "cpu",
    trial: Flag = False,
    out: Saved = None,
) -> int:
    """Measure how fast it trains: against a usual loop, and to an accuracy.

    Args:
        parts: epoch: one epoch of the usual loop of tutorials and one of handlens, in turn; accuracy: seconds
            until 99 %; whole: the usual loop's ten epochs [default: all].
        rounds: How often the two epochs are run in turn.
        device: Where part accuracy trains: cpu, cuda, cuda:1 or mps.
        trial: On a few digits, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/speed.json].
    """
    words = ["--parts", *parts, "--rounds", str(rounds), "--device", device]
    fields: dict[str, Any] = {} if device == "cpu" else {"device": device}
    if trial:
        once = tuple(target._replace(seeds=target.seeds[:1]) for target in TARGETS)
        fields |= {**_SLICE, "epochs": 1, "goals": once}
    return _measure("speed", words, trial, out, parts=parts, rounds=rounds, **fields)


@app.command(
    help_epilogue=_examples("accuracy tiny", "accuracy accurate --seeds 1", "accuracy micro --trial")
)
def accuracy(
    recipe: Annotated[str, Parameter(name="RECIPE", choices=tuple(each.preset for each in ACCURACIES))],
    /,
    *,
    seeds: Annotated[tuple[Count, ...], Parameter(consume_multiple=True, show_default=False)] = (),
    device: str = "cpu",
    trial: Flag = False,
    out: Saved = None,
) -> int:
    """Measure how accurate a recipe is that takes its time: all its seeds, the mean.

    It learns from all 60,000 digits; the test set is scored once a seed, at the end. Each training is
    recorded in runs/accuracy: stopped by Ctrl-C, the same command goes on. Seeds that the report has already
    stay in it, as long as the recipe is the same.

    Args:
        recipe: Which training.
        seeds: Some of its seeds only [default: all, which were fixed beforehand].
        device: Where it trains: cpu, cuda, cuda:1 or mps.
        trial: One seed on a few digits, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/accuracy/RECIPE.json].
    """
    words = [recipe, *(["--seeds", *map(str, seeds)] if seeds else [])]
    fields: dict[str, Any] = {} if device == "cpu" else {"device": device}
    words += ["--device", device] if fields else []
    settings = {"preset": recipe, "seeds": seeds, **fields}
    if not trial:
        earlier = reports.read(out or Path("bench", "accuracy", f"{recipe}.json"))
        return _measure("accuracy", words, trial, out, f"accuracy/{recipe}", earlier=earlier, **settings)
    with TemporaryDirectory() as runs:
        few = {"seeds": seeds[:1] or (1,), "runs": Path(runs), "limit": _SLICE["limit"], "epochs": 1}
        return _measure("accuracy", words, trial, out, **{**settings, **few})


@app.command(help_epilogue=_examples("threads", "threads lab", "threads --out threads.json"))
def threads(recipe: Preset = "default", /, *, trial: Flag = False, out: Saved = None) -> int:
    """Say how many threads train fastest on this machine.

    Args:
        recipe: Which training.
        trial: With a few updates, to see that it runs; the numbers mean nothing.
        out: The report; without it, nothing is written.
    """
    _check(out)
    replaced = out is not None and replaces(out)
    report = _measured("threads", [recipe], trial, preset=recipe, **(_FEW if trial else {}))
    say()
    say(("best here  ", "dim"), (f"--threads {report['best']}", "bold"))
    _write(report, out, replaced)
    return 0


@app.command(help_epilogue=_examples("peers", "peers --epochs 15", "peers --trial"))
def peers(*, epochs: Count = 3, trial: Flag = False, out: Saved = None) -> int:
    """Measure what one would take instead: Keras' example, scikit-learn.

    What isn't installed is a row that says how to install it.

    Args:
        epochs: Of Keras; its example takes 15.
        trial: On a few digits, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/peers.json].
    """
    limit = _SLICE["limit"] if trial else None
    return _measure("peers", ["--epochs", str(epochs)], trial, out, epochs=epochs, limit=limit)


@app.command(help_epilogue=_examples("roof", "roof --trial"))
def roof(*, trial: Flag = False, out: Saved = None) -> int:
    """Measure the machine's matrix products, and each recipe's share of them.

    Args:
        trial: With a few updates, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/roof.json].
    """
    return _measure("roof", [], trial, out, **({**_FEW, "sizes": (256,)} if trial else {}))


@app.command(help_epilogue=_examples("cost", "cost lab", "cost --trial"))
def cost(recipe: Preset = "default", /, *, trial: Flag = False, out: Saved = None) -> int:
    """Measure an epoch's seconds against digits, batch, widths and threads.

    Args:
        recipe: Which training.
        trial: With a few updates, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/cost.json].
    """
    return _measure("cost", [recipe], trial, out, preset=recipe, **(_FEW if trial else {}))


@app.command(help_epilogue=_examples("inference", "inference --trial"))
def inference(*, trial: Flag = False, out: Saved = None) -> int:
    """Measure how fast a trained network answers: one digit, and 10,000.

    Args:
        trial: On a few digits, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/inference.json].
    """
    few: dict[str, Any] = {"digits": 500, "runs": {1: 2, 500: 2}} if trial else {}
    return _measure("inference", [], trial, out, **few)


@app.command(help_epilogue=_examples("load                   # five minutes", "load --trial"))
def load(*, trial: Flag = False, out: Saved = None) -> int:
    """Measure `handlens serve` under load: pictures a second, times, memory.

    A server of its own is started, which only this computer can reach. Pictures come at times fixed
    beforehand, at half of what it can, at twice as much, and for three minutes at 70 %; the client takes a
    part of the same machine. It needs psutil.

    Args:
        trial: For seconds, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/load.json].
    """
    return _measure("load", [], trial, out, **(_BRIEF if trial else {}))


@app.command(
    help_epilogue=_examples("rivals DATASET", "rivals DATASET --limit 1000", "rivals DATASET --trial")
)
def rivals(
    dataset: Annotated[str, Parameter(name="DATASET")],
    /,
    *more: Annotated[str, Parameter(name="MORE")],
    net: Annotated[str, Parameter(show_default=False)] = "reader",
    limit: Count = 300,
    trial: Flag = False,
    out: Saved = None,
) -> int:
    """Measure the reader beside Tesseract and RapidOCR, digits only.

    The others try several ways of reading a set, and the best one counts: 300 pictures take minutes. What
    isn't installed is a row that says how to install it.

    Args:
        dataset: Labelled pictures, as `handlens evaluate --reader` takes them.
        more: Further sets.
        net: A recording's folder, or a shipped network's name [default: the reader's own].
        limit: Of each set, the first so many pictures.
        trial: On a few pictures, to see that it runs; the numbers mean nothing.
        out: The report [default: bench/rivals.json].
    """
    datasets = (dataset, *more)
    words = [*datasets, *([] if net == "reader" else ["--net", net]), "--limit", str(limit)]
    return _measure("rivals", words, trial, out, datasets=datasets, net=net, limit=5 if trial else limit)


@app.command(help_epilogue=_examples("kills", "kills --count 60 --out kills.json", "kills --trial"))
def kills(*, count: Count = 500, trial: Flag = False, out: Saved = None) -> int:
    """Kill trainings by -9 while they save, and count what is lost.

    Every recipe and lesson on a few digits, with moved, warped and worn digits and a moving average; a state
    is saved after each update. What was killed goes on, and must end as if nothing had been.

    Args:
        count: How many kills.
        trial: A few, of two recipes, to see that it runs.
        out: The report [default: bench/kills.json].
    """
    few: dict[str, Any] = {"count": 4, "recipes": ("dash", "dead-relus")} if trial else {"count": count}
    return _measure("kills", ["--count", str(count)], trial, out, **few)


@app.command(help_epilogue=_examples("page runs/first", "page runs/first --out page.json"))
def page(run: Path, /, *, out: Saved = None) -> int:
    """Measure how fast a recording's page is, in a real browser.

    It needs Playwright, and an installed Chromium or Chrome.

    Args:
        run: The recording's folder.
        out: The report [default: bench/page.json].
    """
    return _measure("page", [str(run)], False, out, folder=run)


@app.command(help_epilogue=_examples("film runs/first", "film runs/first --out film.json"))
def film(run: Path, /, *, out: Annotated[Path, Out] = Path("bench/film_stability.json")) -> int:
    """Measure how far points move between a film's frames.

    Args:
        run: The recording's folder.
        out: The report.
    """
    return _recorded("film_stability", run, out)


def _measure(
    what: str, words: list[str], trial: bool, out: Path | None, name: str | None = None, **settings: Any
) -> int:
    """Measure, show, write: to bench/NAME.json unless another file is named; a trial only to a named one."""
    _check(out)
    place = out or (None if trial else Path("bench", f"{name or what}.json"))
    replaced = place is not None and replaces(place)
    report = _measured(what, words, trial, told=say, **settings)
    _write(report, place, replaced)
    return 0


def _check(out: Path | None) -> None:
    """Refuse a place that can't be written to before minutes are spent."""
    if out is None:
        return
    if out.exists() and not out.is_file():
        raise HandlensError(f"{out}: is no ordinary file; --out wants the name of one")
    if not out.parent.is_dir():
        raise HandlensError(f"{out}: there is no folder {out.parent}; make it, or choose another --out")


def _measured(what: str, words: list[str], trial: bool, **settings: Any) -> reports.Report:
    """The report of a measurement; its tables are shown."""
    with waiting("loading"):
        module = import_module(f"handlens.bench.{what}")
    typed = ["handlens", "bench", what, *words, *(["--trial"] if trial else [])]
    report = reports.opening(shlex.join(typed), *module.PACKAGES)
    load = report["load_average_before"]
    if load is not None and load > BUSY and not trial:
        complain(f"the machine isn't idle (load {load}): what it does besides is measured too", "yellow")
    report |= module.measured(**settings)
    _show(module.tables(report))
    if trial:
        say()
        say(("a trial: its numbers mean nothing", "yellow"))
    return report


def _recorded(what: str, run: Path, out: Path) -> int:
    """Measure something of a recording; that measurement writes its report itself."""
    replaced = replaces(out)
    with waiting("measuring"):
        module = import_module(f"handlens.bench.{what}")
        report = module.main(str(run), out)
    _show(module.tables(report))
    say()
    say_written("report", out, replaced)
    return 0


def _write(report: reports.Report, out: Path | None, replaced: bool) -> None:
    if out is not None:
        reports.write(report, out)
        say()
        say_written("report", out, replaced)


def _show(tables: list[reports.Table]) -> None:
    for each in tables:
        shown = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
        for place, heading in enumerate(each.headings):
            numbers = place > 0 and all(row[place][:1] in "–0123456789" for row in each.rows)
            shown.add_column(heading, justify="right" if numbers else "left")
        for row in each.rows:
            shown.add_row(*row)
        say()
        say((each.title, "bold"))
        show(shown)
