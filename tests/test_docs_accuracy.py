"""What README, docs/accuracy.md and the networks' pages say of accuracy is what bench/accuracy measured."""

import inspect
import json
import re
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pytest

from handlens import nets
from handlens.bench.targets import ACCURACIES, Target

HOME = Path(__file__).parents[1]
REPORTS = {path.stem: json.loads(path.read_bytes()) for path in (HOME / "bench/accuracy").glob("*.json")}
MEASURED = [target for target in ACCURACIES if target.preset in REPORTS]
INFERENCE = json.loads((HOME / "bench/inference.json").read_bytes())


def row(page: str, preset: str) -> list[str]:
    """The cells of the page's first row that begins with that recipe."""
    found, *_ = re.findall(
        rf"^\| `{preset}` \|(.*)\|$", (HOME / page).read_text(encoding="utf-8"), re.MULTILINE
    )
    return [cell.strip().replace("**", "") for cell in found.split("|")]


def percent(share: float, digits: int = 2) -> str:
    return f"{100 * share:.{digits}f} %"


def images_a_second(report: dict[str, Any]) -> str:
    (rate,) = (
        each["images_a_second"]
        for each in INFERENCE["rows"]
        if each["net"] == report["recipe"]["net"].replace("normed", "tutorial")
        and each["way"].startswith("onnxruntime")
    )
    return f"{rate:,}"


@pytest.mark.parametrize("target", MEASURED, ids=lambda target: target.preset)
def test_every_seed_that_was_fixed_was_measured_and_the_target_was_reached(target: Target) -> None:
    report = REPORTS[target.preset]
    assert tuple(each["seed"] for each in report["runs"]) == target.seeds
    assert report["accuracy"]["passes"]


@pytest.mark.parametrize("target", MEASURED, ids=lambda target: target.preset)
def test_the_table_says_what_was_measured(target: Target) -> None:
    report = REPORTS[target.preset]
    found, runs = report["accuracy"], report["runs"]
    parameters, wanted, *cells = row("docs/accuracy.md", target.preset)
    assert parameters == f"{report['parameters']:,}"
    assert wanted.startswith(f"{100 * target.accuracy:.2f} · ")
    assert cells == [
        str(found["n"]),
        percent(found["mean"]),
        f"{100 * found['sd']:.2f}",
        percent(found["least"]),
        percent(report["mean_of_right_labels"]),
        percent(fmean(run["calibration_error"] for run in runs), 1),
        f"{median(run['seconds'] for run in runs) / 60:.0f}",
        images_a_second(report),
    ]


@pytest.mark.parametrize("target", MEASURED, ids=lambda target: target.preset)
def test_the_readme_says_the_mean(target: Target) -> None:
    report = REPORTS[target.preset]
    parameters, mean, *_ = row("README.md", target.preset)
    assert parameters == f"{report['parameters']:,}"
    assert mean == f"{percent(report['accuracy']['mean'])} ({report['accuracy']['n']} seeds)"


@pytest.mark.parametrize("target", MEASURED, ids=lambda target: target.preset)
def test_each_networks_page_has_its_measurement_beside_the_claim(target: Target) -> None:
    report = REPORTS[target.preset]
    page = inspect.getdoc(getattr(nets, target.preset))
    assert page is not None
    said = " ".join(page.split())
    found = report["accuracy"]
    assert f"{report['parameters']:,} parameters" in said
    assert f"{percent(target.accuracy)} of the test digits are promised, {percent(found['mean'])}" in said
    assert f"(bench/accuracy/{target.preset}.json, {found['n']} seeds)" in said
