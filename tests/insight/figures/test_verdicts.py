"""Right and wrong: every count stands in its cell, every mistake names truth, prediction and certainty."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from handlens.errors import LookError
from handlens.insight.figures import confusion, mistakes, per_class
from handlens.insight.figures.style import RIGHT, WRONG
from handlens.insight.mistakes import wilson_interval

Legible = Callable[[Figure], list[str]]
RANDOM = np.random.default_rng(0)
DIGITS = [str(digit) for digit in range(10)]


@pytest.mark.parametrize(
    "classes", [DIGITS, ["cat", "dog"], [f"class number {index}" for index in range(20)]]
)
def test_every_count_stands_in_the_confusion_matrix(classes: list[str], legible: Legible) -> None:
    count = len(classes)
    matrix = RANDOM.integers(1, 30, size=(count, count)) + 1000 * np.eye(count, dtype=np.int64)
    figure = confusion(matrix, classes)
    texts = legible(figure)
    drawn = iter(text for text in texts)
    for row in matrix:  # each row's counts follow one another; other texts may stand between
        assert all(str(cell) in drawn for cell in row)
    picture, bar = figure.axes[0].images
    wrong = matrix * (1 - np.eye(count, dtype=np.int64))
    np.testing.assert_array_equal(picture.get_array(), wrong)
    assert picture.get_clim() == bar.get_clim()
    assert wrong.max() <= picture.get_clim()[1] <= wrong.max() + 1
    assert any(f"{matrix.trace():,} of {matrix.sum():,} right" in text for text in texts)


def test_a_matrix_without_mistakes_or_samples(legible: Legible) -> None:
    legible(confusion(np.diag(np.arange(1, 4)), ["a", "b", "c"]))
    assert "no samples" in legible(confusion(np.zeros((2, 2), np.int64), ["a", "b"]))
    with pytest.raises(LookError, match="1 class names, 2 rows of the matrix"):
        confusion(np.zeros((2, 2), np.int64), ["a"])


def test_each_class_has_its_share_and_interval(legible: Legible) -> None:
    shares, counts = np.array([0.9, 1.0, np.nan]), np.array([100, 50, 0])
    figure = per_class(shares, counts, ["a", "a rather long name", "c"])
    texts = legible(figure)
    assert {"90.00 % of 100", "100.00 % of 50", "no samples", "a rather long name"} <= set(texts)
    interval, point = figure.axes[0].lines[:2]
    assert tuple(interval.get_xdata()) == wilson_interval(90, 100)
    assert point.get_xydata().tolist() == [[0.9, 0.0]]
    with pytest.raises(LookError, match="3 accuracies, 3 counts, 2 class names"):
        per_class(shares, counts, ["a", "b"])


@pytest.mark.parametrize(
    ("classes", "shape"),
    [(DIGITS, (28, 28)), ([f"class number {index}" for index in range(20)], (3, 32, 20))],
)
def test_a_mistake_says_what_how_surely_and_all_chances(
    classes: list[str], shape: tuple[int, ...], legible: Legible
) -> None:
    images = RANDOM.random((9, *shape))
    truth = np.arange(9) % len(classes)
    chances = RANDOM.dirichlet(np.ones(len(classes)), size=9)
    shown = np.array([7, 2, 4])
    figure = mistakes(images, truth, chances, shown, classes=classes, columns=2)
    texts = legible(figure)
    for index in shown:
        read = int(chances[index].argmax())
        assert f"true {classes[truth[index]]}, read {classes[read]}" in texts
        assert f"{chances[index, read]:.1%} · no. {index}".replace("%", " %") in texts
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle) and patch.get_fill()]
    assert len(bars) == 3 * len(classes)
    first = np.array([abs(bar.get_height()) for bar in bars[: len(classes)]])
    np.testing.assert_allclose(first / first.sum(), chances[7])
    assert to_hex(bars[truth[7]].get_facecolor()) == RIGHT
    assert to_hex(bars[int(chances[7].argmax())].get_facecolor()) == WRONG


def test_no_mistake_is_said_and_wrong_questions_are_answered(legible: Legible) -> None:
    images, truth, chances = np.zeros((2, 4, 4)), np.array([0, 1]), np.eye(2)
    nobody = np.zeros(0, np.int64)
    assert "None: every sample is right." in legible(mistakes(images, truth, chances, nobody))
    with pytest.raises(LookError, match=r"Indices 0 … 2 are outside the set: 0 to 1"):
        mistakes(images, truth, chances, np.array([0, 2]))
    with pytest.raises(LookError, match="2 images, 2 labels, 1 probabilities"):
        mistakes(images, truth, chances[:1], nobody)
