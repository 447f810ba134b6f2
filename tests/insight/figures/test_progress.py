"""Curves: the numbers are the ones given, the axes say what they are, a broken run is marked."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures import curves, gradient_norms

Legible = Callable[[Figure], list[str]]
EPOCHS = np.arange(1, 11)
STEPS = np.arange(1, 1651)


def falling(count: int) -> np.ndarray:
    return 2.3 * np.exp(-np.arange(count) / count * 5)


def test_the_labs_curves(legible: Legible) -> None:
    losses, accuracies = falling(10), 0.9 + EPOCHS / 120
    figure = curves(EPOCHS, losses, EPOCHS, accuracies)
    texts = legible(figure)
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_xydata(), np.stack([EPOCHS, losses], axis=1))
    np.testing.assert_array_equal(right.lines[0].get_xydata(), np.stack([EPOCHS, accuracies], axis=1))
    assert left.get_xlabel() == "epoch"
    assert left.get_ylabel() == "training loss (last batch of the epoch)"
    assert right.get_ylabel() == "accuracy on the test set; at the end 98.33 %"
    assert left.get_ylim()[0] == 0
    assert "Loss and accuracy" in texts


def test_many_losses_get_a_mean_and_say_so(legible: Legible) -> None:
    figure = curves(
        STEPS, falling(1650), STEPS[::100], falling(17)[::-1] / 3,
        loss="training loss (each batch)", watched="validation", unit="step",
    )  # fmt: skip
    legible(figure)
    left, right = figure.axes
    assert len(left.lines) == 2
    assert left.get_ylabel() == "training loss (each batch)\npale: each; dark: mean of 41"
    assert right.get_ylabel().startswith("accuracy on the validation set")


def test_a_diverged_run_is_drawn_up_to_where_it_broke(legible: Legible) -> None:
    losses = falling(200)
    losses[120:] = np.nan
    losses[120] = np.inf
    figure = curves(STEPS[:200], losses, STEPS[[50]], np.array([0.5]), unit="step")
    assert "not finite from step 121" in legible(figure)


def test_curves_without_one_of_the_two(legible: Legible) -> None:
    nothing = np.zeros(0)
    legible(curves(EPOCHS, falling(10), nothing, nothing))
    legible(curves(nothing, nothing, EPOCHS, falling(10) / 3))
    with pytest.raises(LookError, match="There is no curve to draw"):
        curves(nothing, nothing, nothing, nothing)
    with pytest.raises(LookError, match="10 losses, 9 places"):
        curves(EPOCHS[1:], falling(10), nothing, nothing)


@pytest.mark.parametrize("layers", [3, 12])
def test_gradients_of_every_layer(layers: int, legible: Legible) -> None:
    norms = {f"conv{index}.weight": falling(10) * 3**index for index in range(layers)}
    norms["conv1.weight"][3], norms["conv1.weight"][5] = np.nan, 0.0
    figure = gradient_norms(EPOCHS, norms, {name: values / 1e3 for name, values in norms.items()})
    texts = legible(figure)
    assert set(norms) <= set(texts)
    upper, lower = figure.axes
    assert upper.get_yscale() == lower.get_yscale() == "log"
    assert (upper.get_ylabel(), lower.get_ylabel()) == (
        "norm of the gradient (log scale)",
        "update / weight (log scale)",
    )
    for line, (name, values) in zip(upper.lines, norms.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), np.where(values > 0, values, np.nan))


def test_gradients_alone_and_wrong_questions(legible: Legible) -> None:
    figure = gradient_norms(EPOCHS, {"conv1": falling(10)})
    legible(figure)
    assert len(figure.axes) == 1
    with pytest.raises(LookError, match="10 values of conv1, 9 steps"):
        gradient_norms(EPOCHS[1:], {"conv1": falling(10)})
    with pytest.raises(LookError, match="There is no layer to draw"):
        gradient_norms(EPOCHS, {})
