"""Pictures of kernels: every tile labelled and at its place, one scale for all that is compared."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures import kernel_matrix, kernels, kernels_before_after
from handlens.insight.figures.style import NOT_FINITE
from handlens.insight.kernels import mosaic

Legible = Callable[[Figure], list[str]]
RANDOM = np.random.default_rng(0)
SHAPES = [(16, 1, 5, 5), (32, 16, 5, 5), (7, 3, 1, 1), (20, 3, 3, 7), (1, 1, 5, 5)]


def weights(shape: tuple[int, ...]) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def pictures(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def scales(figure: Figure) -> set[tuple[float, float]]:
    return {image.get_clim() for image in figure.axes[0].images}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_kernel_is_drawn_and_labelled(shape: tuple[int, ...], legible: Legible) -> None:
    given = weights(shape)
    channel = shape[1] - 1
    figure = kernels(given, channel, rows=min(4, shape[0]), title="conv1")
    texts = legible(figure)
    assert [text for text in texts if text.startswith("kernel ")] == [
        f"kernel {number}" for number in range(1, shape[0] + 1)
    ]
    assert "conv1" in texts
    assert any(f"input channel {shape[1]} of {shape[1]}" in text for text in texts)
    for kernel, drawn in zip(given[:, channel], pictures(figure), strict=False):
        np.testing.assert_array_equal(drawn, kernel)
    limit = float(np.abs(given[:, channel]).max())
    assert scales(figure) == {(-limit, limit)}


@pytest.mark.parametrize("shape", SHAPES)
def test_before_and_after_share_one_scale(shape: tuple[int, ...], legible: Legible) -> None:
    before, after = weights(shape), 3 * weights(shape)
    figure = kernels_before_after(before, after, rows=min(4, shape[0]), names=("step 0", "step 9"))
    texts = legible(figure)
    assert "step 0" in texts
    assert "step 9" in texts
    limit = float(max(np.abs(before[:, 0]).max(), np.abs(after[:, 0]).max()))
    assert scales(figure) == {(-limit, limit)}
    drawn = pictures(figure)
    np.testing.assert_array_equal(drawn[: 2 * shape[0]], [*before[:, 0], *after[:, 0]])


@pytest.mark.parametrize("shape", [*SHAPES, (128, 64, 3, 3), (4, 100, 3, 3)])
def test_the_matrix_is_one_picture_with_numbered_axes(shape: tuple[int, ...], legible: Legible) -> None:
    given = weights(shape)
    figure = kernel_matrix(given)
    texts = legible(figure)
    picture, bar = figure.axes[0].images
    np.testing.assert_array_equal(np.ma.getdata(picture.get_array()), mosaic(given))
    assert picture.get_clim() == bar.get_clim() == (-np.abs(given).max(), np.abs(given).max())
    assert {"1", "output channel (kernel) ↓   input channel →"} <= set(texts)


def test_the_matrix_numbers_every_channel_of_the_tutorials_layer(legible: Legible) -> None:
    texts = legible(kernel_matrix(weights((32, 16, 5, 5))))
    numbers = sorted(int(text) for text in texts if re.fullmatch(r"[1-9]\d*", text))
    assert numbers == sorted([*range(1, 33), *range(1, 17)])


def test_weights_that_are_not_finite_are_marked_and_counted(legible: Legible) -> None:
    given = weights((4, 2, 3, 3))
    limit = float(np.abs(given).max())
    given[0, 0, 0, 0], given[1, 0, 1, 1] = np.nan, np.inf
    yellow = tuple(int(NOT_FINITE[place : place + 2], 16) for place in (1, 3, 5))
    for figure in (kernels(given, rows=2, limit=limit), kernel_matrix(given, limit=limit)):
        assert "2 of 72 values aren't finite (yellow)" in " ".join(legible(figure))
        assert (_drawn(figure)[..., :3] == yellow).all(axis=2).any()


def _drawn(figure: Figure) -> np.ndarray:
    return np.asarray(figure.canvas.buffer_rgba())


def test_wrong_questions_are_answered() -> None:
    given = weights((4, 2, 3, 3))
    with pytest.raises(LookError, match="no input channel 2: these kernels have channels 0 to 1"):
        kernels(given, 2)
    with pytest.raises(
        LookError, match="4 pictures can't stand in 5 rows: give a number of rows from 1 to 4"
    ):
        kernels(given, rows=5)
    with pytest.raises(LookError, match=r"outside the given scale -0.001 … 0.001"):
        kernels(given, limit=0.001)
    with pytest.raises(LookError, match="aren't one layer at two moments"):
        kernels_before_after(given, given[:2])
