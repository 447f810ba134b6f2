"""When a recipe has reached its target."""

import numpy as np
import pytest

from handlens.bench.targets import LEAST_SEEDS, TARGETS, judged, targets


def test_mean_and_scatter_are_numpys() -> None:
    values = [0.991, 0.989, 0.9925, 0.9901, 0.99]
    found = judged(values, 0.99)
    assert found["mean"] == pytest.approx(np.mean(values), abs=1e-6)
    assert found["sd"] == pytest.approx(np.std(values, ddof=1), abs=1e-6)
    assert found["standard_error"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(5), abs=1e-6)
    assert (found["least"], found["n"], found["target"]) == (0.989, 5, 0.99)


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        ([0.99] * 5, True),
        ([0.9899, 0.9901, 0.99, 0.9898, 0.9902], True),  # their sum comes to 0.99 less a last bit
        ([0.99] * 4 + [0.9899], False),
        ([0.99] * (LEAST_SEEDS - 1), False),
        ([0.995] * 5 + [0.0], False),
    ],
)
def test_the_mean_over_enough_seeds_decides(values: list[float], passes: bool) -> None:
    assert judged(values, 0.99)["passes"] is passes


def test_one_value_has_no_scatter() -> None:
    found = judged([0.99], 0.99)
    assert (found["sd"], found["standard_error"], found["passes"]) == (None, None, False)


def test_every_target_has_seeds_enough_on_every_device() -> None:
    assert all(len(set(target.seeds)) >= LEAST_SEEDS for target in TARGETS)
    assert all(len(set(target.seeds)) >= 10 for target in targets("cuda"))
    assert targets() == TARGETS
