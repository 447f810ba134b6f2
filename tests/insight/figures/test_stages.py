"""Pictures of what a network computes: every map drawn, labelled and on its stage's one scale."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures import activations, flattened, over_time, stages_overview
from handlens.insight.figures.style import DIVERGING, SEQUENTIAL

Legible = Callable[[Figure], list[str]]
RANDOM = np.random.default_rng(0)
DIGITS = [str(digit) for digit in range(10)]


def maps(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def chances(classes: int) -> np.ndarray:
    return RANDOM.dirichlet(np.ones(classes)).astype(np.float32)


@pytest.mark.parametrize("shape", [(16, 28, 28), (32, 7, 7), (5, 4, 9), (1, 1, 1), (40, 30, 12)])
def test_every_map_is_drawn_and_labelled(shape: tuple[int, ...], legible: Legible) -> None:
    given = maps(*shape)
    figure = activations(given, rows=min(4, shape[0]))
    labels = [text for text in legible(figure) if text.startswith("map ")]
    assert labels == [f"map {number}" for number in range(1, shape[0] + 1)]
    drawn = [np.asarray(image.get_array()) for image in figure.axes[0].images]
    np.testing.assert_array_equal(drawn[: len(given)], given)


def test_the_scale_begins_at_zero_without_negatives_and_is_symmetric_with_them() -> None:
    given = maps(4, 5, 5)
    largest = float(np.abs(given).max())
    for values, low, colours in ((given, -largest, DIVERGING), (np.abs(given), 0.0, SEQUENTIAL)):
        images = activations(values, rows=2).axes[0].images
        assert {image.get_clim() for image in images} == {(low, largest)}
        assert all(image.get_cmap() == colours for image in images)


def test_positive_values_have_one_colour_before_and_after_a_relu() -> None:
    shares = np.linspace(0.01, 1, 50)
    np.testing.assert_allclose(DIVERGING(0.5 + shares / 2), SEQUENTIAL(shares), atol=0.02)


def test_the_flattened_layer_is_a_row_a_map(legible: Legible) -> None:
    given = maps(32, 7, 7)
    figure = flattened(given.reshape(-1), 32)
    texts = legible(figure)
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), given.reshape(32, 49))
    assert {f"map {number}" for number in range(1, 33)} <= set(texts)
    assert {"1", "8", "43"} <= set(texts)  # where the rows of a map begin
    assert any("1,568 values = 32 maps × 49 places" in text for text in texts)


@pytest.mark.parametrize(("channels", "places"), [(1, 500), (200, 4), (3, 1)])
def test_other_flattened_layers_fit_too(channels: int, places: int, legible: Legible) -> None:
    legible(flattened(maps(channels * places), channels))


@pytest.mark.parametrize(
    ("image", "classes"),
    [
        ((1, 28, 28), DIGITS),
        ((3, 32, 32), [f"class number {index}" for index in range(20)]),
        ((20, 60), ["a"]),
    ],
)
def test_every_stage_is_on_the_page(image: tuple[int, ...], classes: list[str], legible: Legible) -> None:
    stages = {
        "conv1": maps(16, 28, 28),
        "relu1": np.abs(maps(16, 28, 28)),
        "pool": maps(33, 14, 9),
        "flatten": np.abs(maps(1568)),
        "blocks.3.residual.conv2": maps(32, 7, 7),
        "hidden": maps(50),
        "logits": maps(len(classes)),
    }
    figure = stages_overview(np.abs(maps(*image)), stages, chances(len(classes)), classes)
    texts = legible(figure)
    assert {"input", *stages, "probabilities", "16×28×28", "1568", "33", "9–16"} <= set(texts)
    assert len(figure.axes[0].images) == 1 + (16 + 1) * 2 + (33 + 1) + (1 + 1) + (32 + 1)
    limit = float(np.abs(stages["conv1"]).max())
    assert {picture.get_clim() for picture in figure.axes[0].images[1:18]} == {(-limit, limit)}


def test_a_diverged_network_is_drawn_and_said(legible: Legible) -> None:
    stages = {"conv1": np.full((4, 8, 8), np.nan, np.float32), "logits": np.full(3, np.inf, np.float32)}
    texts = legible(stages_overview(maps(8, 8), stages, np.full(3, np.nan, np.float32), ["a", "b", "c"]))
    assert "not finite" in texts


@pytest.mark.parametrize(
    ("shape", "classes"), [((16, 28, 28), DIGITS), ((40, 7, 7), ["a cat that sleeps", "horse", "ox"])]
)
def test_all_moments_share_one_scale(shape: tuple[int, ...], classes: list[str], legible: Legible) -> None:
    frames = [(step, step * maps(*shape), chances(len(classes))) for step in (1, 20, 3000)]
    figure = over_time(maps(28, 28), frames, "conv1", classes)
    texts = legible(figure)
    assert {"step 1", "step 20", "step 3,000", "conv1, one scale for all steps"} <= set(texts)
    limit = max(float(np.abs(values).max()) for _, values, _ in frames)
    tiles = figure.axes[0].images[1:]
    assert len(tiles) == 3 * shape[0] + 1
    assert {image.get_clim() for image in tiles} == {(-limit, limit)}


def test_wrong_questions_are_answered() -> None:
    image, few = maps(8, 8), chances(3)
    with pytest.raises(LookError, match="3 probabilities and 2 class names"):
        stages_overview(image, {}, few, ["a", "b"])
    with pytest.raises(LookError, match=r"A stage of shape \[2, 2\] can't be drawn"):
        stages_overview(image, {"odd": maps(2, 2)}, few, ["a", "b", "c"])
    with pytest.raises(LookError, match="There is no frame to show"):
        over_time(image, [], "conv1", ["a"])
    with pytest.raises(LookError, match="The frames' maps differ in shape"):
        over_time(image, [(0, maps(2, 4, 4), few), (1, maps(2, 5, 5), few)], "conv1", ["a", "b", "c"])
    with pytest.raises(LookError, match="Probabilities and class names differ in number"):
        over_time(image, [(0, maps(2, 4, 4), few)], "conv1", ["a"])
    with pytest.raises(LookError, match=r"An image of shape \[2, 8, 8\] can't be shown"):
        stages_overview(maps(2, 8, 8), {}, few, ["a", "b", "c"])
    with pytest.raises(LookError, match="conv9: the values span"):
        stages_overview(image, {"conv9": maps(2, 4, 4)}, few, ["a", "b", "c"], limits={"conv9": (0, 0.1)})
