"""How fast a trained network answers: onnxruntime, torch, and a module written plainly.

The weights are drawn, not trained: they don't change how long a product takes.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import torch

from handlens import data
from handlens.arrays import Batch
from handlens.bench.accuracy import built
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.bench.tutorial_loop import TutorialCNN
from handlens.graph import Graph
from handlens.module import Network
from handlens.recipes import PRESETS
from handlens.runtime import Net

PACKAGES = ("numpy", "onnxruntime", "torch")
DIGITS, CHUNK = 10_000, 1_000  # CHUNK: images a forward pass of torch; onnxruntime's are handlens' own
RUNS = {1: 200, DIGITS: 7}

Answering = Callable[[Batch], object]


def built_in() -> dict[str, Graph]:
    """The built-in networks, each as the first recipe that trains it has it, and as it is when it ships."""
    found: dict[str, Graph] = {}
    for preset in PRESETS.values():
        graph = built(preset)
        if preset.net not in found and graph not in found.values():
            found[preset.net] = graph
    return found


def measured(digits: int = DIGITS, runs: dict[int, int] | None = None, told: Told = silent) -> Report:
    """Answer one digit, and many.

    Args:
        digits: how many are many, at most the test set's 10,000.
        runs: how often one digit and that many are answered.
        told: takes lines that say how far it is.

    Returns:
        For each network and way of running it the milliseconds of both, and the images a second.
    """
    images = data.load("mnist").test.images[:digits]
    pixels = (images[:, None].astype(np.float32) / np.float32(255)).astype(np.float32)
    runs = runs or RUNS
    rows = []
    for name, graph in built_in().items():
        for way, answering in _ways(name, graph).items():
            one = _times(answering, pixels[:1], runs[1])
            many = _times(answering, pixels, runs[digits])
            rows.append(
                {
                    "net": name,
                    "way": way,
                    "one_digit_ms": median(one),
                    "many_digits_ms": median(many),
                    "images_a_second": round(1e3 * digits / median(many, 9)),
                    "all": {"one_digit_ms": one, "many_digits_ms": many},
                }
            )
            told(f"{name}: {way}")
    return {"digits": digits, "n": {"one_digit": runs[1], "many_digits": runs[digits]}, "rows": rows}


def _ways(name: str, graph: Graph) -> dict[str, Answering]:
    """The ways of running a network; the tutorials' alone is also written plainly, layer by layer."""
    network = Network(graph)
    ways: dict[str, Answering] = {
        "onnxruntime (handlens.runtime)": Net(graph, network.weights()),
        "torch (handlens.module)": _eager(network),
    }
    if name == "tutorial":
        ways["torch, a plain nn.Module"] = _eager(TutorialCNN())
    return ways


def _eager(module: torch.nn.Module) -> Answering:
    module.eval()

    def answering(images: Batch) -> object:
        with torch.inference_mode():
            return torch.cat([module(part) for part in torch.split(torch.from_numpy(images), CHUNK)])

    return answering


def _times(answering: Answering, images: Batch, runs: int) -> list[float]:
    """Milliseconds of each run but a first one, off the clock."""
    answering(images)
    times = []
    for _ in range(runs):
        began = perf_counter()
        answering(images)
        times.append(round(1e3 * (perf_counter() - began), 4))
    return times


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    rows = [_row(row) for row in report["rows"]]
    headings = ("network", "run by", "one digit, ms", f"{report['digits']:,} digits, ms", "images/s")
    return [Table("Answers of a trained network (medians)", headings, rows)]


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    many, rate = cell(row["many_digits_ms"], 1), cell(row["images_a_second"], 0)
    return row["net"], row["way"], cell(row["one_digit_ms"], 3), many, rate
