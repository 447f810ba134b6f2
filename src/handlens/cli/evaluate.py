"""handlens evaluate: how well the reader reads a set of pictures."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table

from handlens.cli.console import Flag, Json, Out, complain, counted, say, say_json, say_written, show
from handlens.cli.counting import counting
from handlens.cli.faults import FAULT
from handlens.errors import HandlensError
from handlens.reading.result import Mode
from handlens.whole import replaces, write_whole

Net = Annotated[str, Parameter(show_default=False)]

PACKAGES = ("handlens", "numpy", "onnxruntime", "opencv-python-headless", "pillow")

app = App(
    name="evaluate",
    help_epilogue="""\
Examples:

  handlens evaluate --reader mnist     # its 10,000 test digits
  handlens evaluate --reader photos/   # photos/7/a.jpg, photos/none/b.jpg
  handlens evaluate --reader bills.csv --out bills.json
  handlens evaluate --reader corrupted/ --mode digit   # a row for each set

A DATASET is a folder of folders that are named by what their pictures say; a
CSV of FILE,LABEL, or a folder with a labels.csv; IDX files; a set's name; or a
folder of several of these. In a label | stands between lines; a label without
a digit, as none, says that there is none. docs/reading.md says what each figure
means.
""",
)


@app.default
def evaluate(
    *,
    dataset: Annotated[str, Parameter(name="--reader")],
    mode: Mode | None = None,
    net: Net = "reader",
    taught: Flag = False,
    as_json: Json = False,
    report_file: Annotated[Path | None, Out] = None,
) -> int:
    """Read every picture of a set, and say what came of it.

    Args:
        dataset: The DATASET that the reader shall read.
        mode: How the digits stand [default: digit for IDX files and sets, else found out].
        net: A recording's folder, or a shipped network's name [default: the reader's own].
        taught: With what the reader was taught.
        as_json: Print everything as one JSON object.
        report_file: Write the same JSON object to this file, a new one or an earlier report's.
    """
    if report_file is not None and not report_file.absolute().parent.is_dir():
        raise HandlensError(f"{report_file}: there is no folder {report_file.parent}; make it first")
    if report_file is not None and report_file.is_dir():
        raise HandlensError(f"{report_file}: is a folder; name a file in it")
    replaced = report_file is not None and replaces(report_file)
    found = _evaluated(dataset, mode, net, taught)
    if report_file is not None:
        write_whole(report_file, (json.dumps(found, indent=2, allow_nan=False) + "\n").encode())
    if as_json:
        say_json(found)
    else:
        _tell(found)
        if report_file is not None:
            say_written("report", report_file, replaced)
    lost = [lost for one in found["sets"].values() for lost in one["unreadable"]]
    for each in lost:
        complain(each["reason"] if each["name"] in each["reason"] else f"{each['name']}: {each['reason']}")
    return FAULT if lost else 0


def _evaluated(dataset: str, mode: Mode | None, net: str, taught: bool) -> dict[str, Any]:
    from handlens.evaluate import answered, opened, report, summary  # OpenCV comes with it
    from handlens.reading.reader import Reader

    sets = opened(dataset)
    reader = Reader(net, taught=taught)
    reports = {}
    with counting("reading", sum(len(each.items) for each in sets)) as step:
        for labelled in sets:
            answers = []
            for answer in answered(reader, labelled, mode):
                answers.append(answer)
                step()
            reports[labelled.name] = report(answers)
    rule = reader.judge.rule
    network: dict[str, Any] = {"name": net, "sha256": reader.recording.digest()}
    network |= {"temperature": rule.temperature, "threshold": rule.threshold}
    network |= {"taught": reader.taught.account.corrections if reader.taught else 0}
    head: dict[str, Any] = {"dataset": dataset, "mode": mode or sets[0].mode, "network": network}
    head |= {"versions": {package: version(package) for package in PACKAGES}, "sets": reports}
    return head | ({"summary": summary(reports)} if len(reports) > 1 else {})


# -- telling -------------------------------------------------------------------------------------------


def _tell(found: dict[str, Any]) -> None:
    if "summary" in found:
        _tell_summary(found["summary"])
        return
    ((name, one),) = found["sets"].items()
    without = f", {one['without']:,} of them without digits" if one["without"] else ""
    say((name, "bold"), (f"  {counted(one['pictures'], 'picture')}{without}", "dim"))
    say()
    _show(("", "", "95 % interval", "of"), _rows(one))
    if one["digits"] is not None:
        say(("\ndigit by digit", "bold"))
        _show(*_confusion(one["digits"]))
    if one["calibration"] is not None:
        say(("\nas sure as right", "bold"))
        _show(("sure", "right", "digits"), _reliability(one["calibration"]))


def _rows(one: dict[str, Any]) -> list[tuple[str, ...]]:
    """What a set's report says, line by line."""
    rows = []
    if digits := one["digits"]:
        rows.append(_shared("digits right", digits, "accuracy"))
        rows.append(("  without refusing", f"{digits['accuracy_without_refusing']:.2%}", "", ""))
        rows.append(("  missed, added", f"{digits['missed']:,}, {digits['added']:,}", "", ""))
    if strings := one["strings"]:
        rows.append(_shared("strings right", strings, "accuracy"))
        gaps = strings["separators"]
        if gaps["written"]:
            low, high = gaps["interval"]
            share = (f"{gaps['share']:.2%}", f"{low:.2%} – {high:.2%}", f"{gaps['written']:,}")
            rows.append(("  separators swallowed", *share))
    if one["refused"]:
        rows.append(_shared("pictures refused", one["refused"], "share"))
    if calibration := one["calibration"]:
        rows.append(("calibration, ECE", f"{calibration['ece']:.2%}", "", f"{calibration['n']:,}"))
        rows.append(("  Brier score", f"{calibration['brier']:.4f}", "", ""))
    if one["coverage"]:
        rows.append(
            ("risk–coverage, AURC", f"{one['coverage']['aurc']:.4%}", "", f"{one['coverage']['n']:,}")
        )
    if rejection := one["rejection"]:
        rows.append(_shared("no digit, yet read", rejection, "read_as_digits"))
        if rejection["auroc"] is not None:
            rows.append(("  told apart, AUROC", f"{rejection['auroc']:.4f}", "", ""))
    if latency := one["latency"]:
        rows.append(("a picture takes", f"{1000 * latency['median']:.1f} ms", "", "median"))
    return rows


def _shared(name: str, share: dict[str, Any], key: str) -> tuple[str, ...]:
    low, high = share["interval"]
    return name, f"{share[key]:.2%}", f"{low:.2%} – {high:.2%}", f"{share['n']:,}"


def _confusion(digits: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    table = digits["confusion"]
    rows = []
    for digit, counts in zip(table["rows"], table["counts"], strict=True):
        if sum(counts):
            right = f"{digits['classes'][digit]['accuracy']:.2%}"
            rows.append((digit, right, *(f"{count:,}" if count else "·" for count in counts)))
    return ("", "right", *table["columns"]), rows


def _reliability(calibration: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (f"{each['confidence']:.1%}", f"{each['accuracy']:.1%}", f"{each['n']:,}")
        for each in calibration["reliability"]
        if each["n"]
    ]


def _tell_summary(summary: dict[str, Any]) -> None:
    headings = tuple(summary["mean"])
    lines = {**summary["rows"], "mean": summary["mean"], "worst": summary["worst"]}
    rows = [(name, *(_cell(key, line[key]) for key in headings)) for name, line in lines.items()]
    _show(
        ("", *(heading.upper() if heading in ("ece", "aurc", "auroc") else heading for heading in headings)),
        rows,
    )


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if key == "auroc" else f"{value:.2%}"


def _show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    show(table)
