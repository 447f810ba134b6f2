"""Curves: the numbers are the ones given, the axes say what they are, a broken run is marked."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures import curves, gradient_norms

Legible = Callable[[Figure], list[str]]
EPOCHS = np.arange(1, 11)
STEPS = np.arange(1, 1651)


def key(figure: Figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.legends[0].get_texts()]


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
    assert (left.get_ylabel(), right.get_ylabel()) == ("training loss", "accuracy")
    assert key(figure) == [
        "training loss (last batch of the epoch)",
        "accuracy on the test set; at the end 98.33 %",
    ]
    assert left.get_ylim()[0] == 0
    assert "Loss and accuracy" in texts


def test_many_losses_get_a_mean_and_say_so(legible: Legible) -> None:
    figure = curves(
        STEPS, falling(1650), STEPS[::100], falling(17)[::-1] / 3,
        loss="training loss: cross-entropy of each batch, labels smoothed by 0.05",
        watched="validation set of 5,000", unit="step",
    )  # fmt: skip
    texts = legible(figure)
    assert len(figure.axes[0].lines) == 2
    loss, accuracy = key(figure)
    assert "\n" not in figure.legends[0].get_texts()[0].get_text()
    assert loss.endswith("smoothed by 0.05 (pale; dark: mean of the last 41)")
    assert accuracy.startswith("accuracy on the validation set of 5,000; at the end")
    assert {"1,000", "1,200"} <= set(texts)
    assert [text for text in texts if text.endswith(" %")]
    assert not [text for text in texts if re.search(r"\d%", text)]


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
    assert lower.get_title(loc="left") == "dashed: 0.001, a usual value"
    for line, (name, values) in zip(upper.lines, norms.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), np.where(values > 0, values, np.nan))


def test_an_update_of_nearly_nothing_lies_at_the_floor_and_is_told(legible: Legible) -> None:
    ratios = {"conv1": np.full(10, 5e-3), "logits": np.full(10, 2e-2)}
    for values in ratios.values():
        values[-1] = 1.3e-8
    figure = gradient_norms(EPOCHS, ratios, ratios)
    said = "▼ less than 10⁻⁵; the least is 1.3e−08"
    assert f"dashed: 0.001, a usual value · {said}" in legible(figure)
    lower = figure.axes[1]
    assert lower.get_ylim()[0] > 1e-6
    assert lower.lines[0].get_ydata()[-1] == pytest.approx(1e-5)
    np.testing.assert_allclose(lower.collections[0].get_offsets(), [[10, 1e-5]])


def test_a_layer_that_hardly_learns_isnt_hidden_at_the_floor() -> None:
    ratios = {"conv1": np.full(10, 1e-9), "logits": np.full(10, 1e-2)}
    lower = gradient_norms(EPOCHS, ratios, ratios).axes[1]
    np.testing.assert_array_equal(lower.lines[0].get_ydata(), ratios["conv1"])
    assert "▼" not in lower.get_title(loc="left")


def test_a_single_scoring_gets_ticks_of_whole_steps_and_decades(legible: Legible) -> None:
    one = {"conv1": np.array([0.3]), "logits": np.array([0.4])}
    texts = legible(gradient_norms(np.array([1650]), one))
    assert {"1,649", "1,650", "1,651"} <= set(texts)
    assert len([text for text in texts if "10^" in text]) == 2


def test_gradients_alone_and_wrong_questions(legible: Legible) -> None:
    figure = gradient_norms(EPOCHS, {"conv1": falling(10)})
    legible(figure)
    assert len(figure.axes) == 1
    with pytest.raises(LookError, match="10 values of conv1, 9 steps"):
        gradient_norms(EPOCHS[1:], {"conv1": falling(10)})
    with pytest.raises(LookError, match="There is no layer to draw"):
        gradient_norms(EPOCHS, {})
