"""Threads, roof, cost and inference, each on next to nothing: that the figures fit together."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from handlens import data
from handlens.bench import cost, inference, roof, threads
from handlens.bench.flops import training_flops
from handlens.nets import tutorial
from handlens.recipes import PRESETS, Recipe

ONCE = {"rounds": 1, "updates": 1, "limit": 200}


@pytest.mark.parametrize(
    ("cores", "numbers"),
    [(1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4]), (6, [1, 2, 3, 4, 6]), (64, [1, 2, 3, 4, 8, 16, 32, 64])],
)
def test_the_numbers_of_threads_that_are_tried(cores: int, numbers: list[int]) -> None:
    assert threads.counts(cores) == numbers


def test_the_best_number_of_threads_has_the_smallest_median(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = {1: [0.004, 0.004, 0.004], 2: [0.003, 0.001, 0.009], 3: [0.005, 0.0001, 0.006]}

    def paced(recipes: list[Recipe], rounds: int, updates: int) -> list[Any]:
        return [SimpleNamespace(recipe=recipe, turns=turns[recipe.threads or 0]) for recipe in recipes]

    monkeypatch.setattr(threads, "usable_cores", lambda: 3)
    monkeypatch.setattr(threads, "paced", paced)
    found = threads.measured("lab")
    assert found["best"] == 2
    assert [row["milliseconds_an_update"] for row in found["rows"]] == [4.0, 3.0, 5.0]
    assert found["rows"][0]["images_a_second"] == 25_000
    (table,) = threads.tables(found)
    assert [row[-1] for row in table.rows] == ["", "best", ""]


def test_the_roof_is_the_best_product_and_every_recipe_has_its_share() -> None:
    found = roof.measured(sizes=(64, 96), **ONCE)
    fp32 = [row for row in found["products"] if row["type"] == "fp32"]
    assert {row["size"] for row in fp32} == {64, 96}
    assert found["roof"]["fp32_product"] == max(rate for row in fp32 for rate in row["all"])
    assert found["roof"]["fp32_convolution"] == max(row["rate"] for row in found["convolutions"])
    assert [row["recipe"] for row in found["recipes"]] == list(PRESETS)
    for row in found["recipes"]:
        assert row["of_the_products"] == pytest.approx(row["rate"] / found["roof"]["fp32_product"], abs=1e-3)
    assert found["recipes"][0]["training_flops_an_image"] == training_flops(tutorial())
    assert [len(table.rows) for table in roof.tables(found)] == [3, len(PRESETS)]


def test_a_recipes_rate_is_its_operations_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    def paced(recipes: list[Recipe], rounds: int, updates: int) -> list[Any]:
        return [SimpleNamespace(recipe=each, graph=tutorial(), turns=[0.01, 0.02, 0.04]) for each in recipes]

    monkeypatch.setattr(roof, "paced", paced)
    (lab, *_) = roof.measured(sizes=(64,))["recipes"]
    assert lab["rate"] == pytest.approx(16_401_280 * 100 / 0.02 / 1e9, abs=0.01)


def test_the_cost_of_an_epoch_is_that_of_its_updates() -> None:
    axes: dict[str, Any] = {"images": (200, 350), "batch": (50, 100), "widths": ((2, 3),), "threads": (1,)}
    found = cost.measured("default", axes, **ONCE)["axes"]
    assert [row["updates_an_epoch"] for row in found["images"]] == [2, 4]
    assert [row["updates_an_epoch"] for row in found["batch"]] == [4, 2]
    for row in found["images"] + found["batch"]:
        seconds = row["milliseconds_an_update"] * row["updates_an_epoch"] / 1e3
        assert row["seconds_an_epoch"] == pytest.approx(seconds, abs=2e-3)
    tables = cost.tables({"recipe": "default", "axes": found})
    assert [table.headings[0] for table in tables] == ["images", "batch", "widths", "threads"]
    assert tables[2].rows[0][0] == "2 3"


def test_every_built_in_network_is_answered_by_every_way() -> None:
    found = inference.measured(digits=20, runs={1: 3, 20: 2})
    nets = {preset.net for preset in PRESETS.values()} - {"normed"} | {"tutorial"}  # but for its norms
    assert {row["net"] for row in found["rows"]} == nets
    assert len(found["rows"]) == 2 * len(nets) + 1
    for row in found["rows"]:
        assert (len(row["all"]["one_digit_ms"]), len(row["all"]["many_digits_ms"])) == (3, 2)
        assert row["images_a_second"] == pytest.approx(20e3 / row["many_digits_ms"], rel=0.01, abs=1)
    (table,) = inference.tables(found)
    assert len(table.rows) == len(found["rows"])


def test_the_ways_give_the_same_answers() -> None:
    pixels = (data.load("mnist").test.images[:30, None] / 255).astype(np.float32)
    for name, graph in inference.built_in().items():
        first, second, *_ = inference._ways(name, graph).values()
        np.testing.assert_allclose(first(pixels), second(pixels), atol=1e-5)
