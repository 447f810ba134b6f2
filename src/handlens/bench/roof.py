"""The machine's roof, and how near to it each recipe trains.

The roof is the best rate of matrix products through torch, and beside it the best of convolutions: on AMD's
processors oneDNN's convolutions are faster than MKL's products.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from handlens.bench.flops import training_flops
from handlens.bench.machine import usable_cores
from handlens.bench.reports import Report, Table, Told, cell, median, silent
from handlens.bench.updates import ROUNDS, UPDATES, paced
from handlens.recipes import PRESETS, recipe

PACKAGES = ("numpy", "torch")
SIZES = (512, 1024, 2048)  # of square matrices
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
# (batch, channels in, height and width, channels out, kernel): the tutorials' second layer, and two larger.
CONVOLUTIONS = ((100, 16, 14, 32, 5), (100, 32, 14, 64, 3), (50, 64, 28, 64, 3))
LAYOUTS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
RUNS = 9  # of one product
LONG = 4.0  # seconds for one kind of product: where bf16 is emulated, a few runs are enough


def measured(
    sizes: Sequence[int] = SIZES,
    rounds: int = ROUNDS,
    updates: int = UPDATES,
    told: Told = silent,
    **fields: Any,
) -> Report:
    """Measure the roof, then every recipe.

    Args:
        sizes: of the square matrices.
        rounds: turns of each recipe.
        updates: on the clock in a turn.
        told: takes lines that say how far it is.
        fields: fields of the recipes to replace.

    Returns:
        The products and convolutions, the roofs, and each recipe's rate as a fraction of them.
    """
    products = []
    for threads in sorted({1, usable_cores()}):
        for name, kind in TYPES.items():
            for size in sizes:
                products.append(
                    {"type": name, "threads": threads, "size": size, **_product(kind, size, threads)}
                )
            told(f"matrix products in {name}, threads: {threads}")
    convolutions = [
        {"threads": threads, "shape": list(shape), "layout": layout, **_convolution(shape, layout, threads)}
        for threads in sorted({1, usable_cores()})
        for shape in CONVOLUTIONS
        for layout in LAYOUTS
    ]
    told("convolutions")
    roof = {
        "fp32_product": _best(row for row in products if row["type"] == "fp32"),
        "bf16_product": _best(row for row in products if row["type"] == "bf16"),
        "fp32_convolution": _best(convolutions),
    }
    return {
        "unit": "GFLOP/s; a product's best run counts",
        "n": {"products": RUNS, "recipes": rounds},
        "roof": roof,
        "products": products,
        "convolutions": convolutions,
        "recipes": _recipes(roof, rounds, updates, fields),
    }


def _recipes(roof: dict[str, float], rounds: int, updates: int, fields: dict[str, Any]) -> list[Report]:
    """Each recipe's rate, forward and backward, on the CPU and in float32 as the roofs beside it."""
    like_the_roofs = {"precision": "float32", "device": "cpu", **fields}
    paces = paced([recipe(name, **like_the_roofs) for name in PRESETS], rounds, updates)
    rows = []
    for name, pace in zip(PRESETS, paces, strict=True):
        flops = training_flops(pace.graph)
        rates = [flops * pace.recipe.batch / seconds / 1e9 for seconds in pace.turns]
        rate = median(rates, 2)
        rows.append(
            {
                "recipe": name,
                "net": pace.recipe.net,
                "batch": pace.recipe.batch,
                "training_flops_an_image": flops,
                "rate": rate,
                "all": [round(each, 2) for each in rates],
                "of_the_products": round(rate / roof["fp32_product"], 3),
                "of_the_convolutions": round(rate / roof["fp32_convolution"], 3),
            }
        )
    return rows


def _product(kind: torch.dtype, size: int, threads: int) -> dict[str, Any]:
    one, other = (torch.rand(size, size).to(kind) for _ in range(2))
    return _rated(lambda: one @ other, 2 * size**3, threads)


def _convolution(shape: tuple[int, int, int, int, int], layout: str, threads: int) -> dict[str, Any]:
    batch, channels, side, filters, kernel = shape
    images = torch.rand(batch, channels, side, side).to(memory_format=LAYOUTS[layout])
    weight = torch.rand(filters, channels, kernel, kernel).to(memory_format=LAYOUTS[layout])
    flops = 2 * batch * filters * side * side * channels * kernel * kernel
    return _rated(lambda: F.conv2d(images, weight, padding=kernel // 2), flops, threads)


def _rated(product: Callable[[], Tensor], flops: int, threads: int) -> dict[str, Any]:
    """The rate of every run of a product but the first, and the best."""
    rates: list[float] = []
    with _threads(threads), torch.inference_mode():
        product()
        began = perf_counter()
        while len(rates) < RUNS and (not rates or perf_counter() - began < LONG):
            before = perf_counter()
            product()
            rates.append(round(flops / (perf_counter() - before) / 1e9, 2))
    return {"rate": max(rates), "all": rates}


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _best(rows: Any) -> float:
    return max(float(row["rate"]) for row in rows)


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    rows = [(name.replace("_", " "), cell(rate, 0)) for name, rate in report["roof"].items()]
    recipes = [
        (
            row["recipe"],
            row["net"],
            str(row["batch"]),
            cell(row["training_flops_an_image"] / 1e6, 1),
            cell(row["rate"], 0),
            cell(100 * row["of_the_products"], 0, " %"),
            cell(100 * row["of_the_convolutions"], 0, " %"),
        )
        for row in report["recipes"]
    ]
    headings = ("recipe", "network", "batch", "MFLOP an image", "GFLOP/s", "of products", "of convolutions")
    return [
        Table("The roof: the best of all sizes and thread counts", ("what", "GFLOP/s"), rows),
        Table("Training, forward and backward", headings, recipes),
    ]
