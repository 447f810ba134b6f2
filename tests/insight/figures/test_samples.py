"""Sheets of digits: what is shown, what is said beside it, what is framed."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures import digit, digits, predictions, prepared
from handlens.insight.figures.style import WRONG

Legible = Callable[[Figure], list[str]]
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, size=(23, 28, 28), dtype=np.uint8)
LABELS = np.arange(23, dtype=np.uint8) % 10


def test_a_digit_and_its_label(legible: Legible) -> None:
    figure = digit(IMAGES[0], 7, title="Training image 0")
    texts = legible(figure)
    assert "Training image 0" in texts
    assert any("y = 7" in text for text in texts)
    (image,) = figure.axes[0].images
    np.testing.assert_array_equal(image.get_array(), IMAGES[0])
    assert image.get_clim() == (0, 255)


def test_a_sheet_holds_all_and_frames_the_wrong_ones(legible: Legible) -> None:
    predicted = LABELS.astype(np.int64)
    predicted[[2, 5]] = 9
    figure = digits(IMAGES, LABELS, predicted)
    texts = legible(figure)
    assert {"0 → 0", "2 → 9", "5 → 9"} <= set(texts)
    assert any("21 of 23 right" in text for text in texts)
    axes = figure.axes[0]
    np.testing.assert_array_equal([image.get_array() for image in axes.images], IMAGES)
    frames = [to_hex(patch.get_edgecolor()) == WRONG for patch in axes.patches]
    assert [place for place, wrong in enumerate(frames) if wrong] == [2, 5]


def test_long_names_get_fewer_columns(legible: Legible) -> None:
    names = [f"quite a long name {index}" for index in range(10)]
    figure = digits(IMAGES, LABELS, LABELS[::-1].copy(), classes=names)
    legible(figure)
    assert figure.get_size_inches()[0] < 8.5


def test_colour_images_show_their_colours(legible: Legible) -> None:
    images = RANDOM.normal(size=(4, 3, 6, 9)).astype(np.float32)
    figure = digits(images, LABELS[:4], columns=2)
    legible(figure)
    for image in figure.axes[0].images:
        shown = np.asarray(image.get_array())
        assert shown.shape == (6, 9, 3)
        assert 0 <= shown.min() <= shown.max() <= 1


def test_the_first_predictions(legible: Legible) -> None:
    figure = predictions(IMAGES, LABELS, LABELS.astype(np.int64), count=10)
    assert any("10 of 10 right" in text for text in legible(figure))
    assert len(figure.axes[0].images) == 10


def test_original_and_prepared_frame_side_by_side(legible: Legible) -> None:
    original = RANDOM.integers(0, 256, size=(3, 300, 400), dtype=np.uint8)
    frame = RANDOM.random((28, 28))
    figure = prepared(original, frame)
    assert {"original, 300×400 pixels", "prepared, 28×28 pixels"} <= set(legible(figure))
    first, second = figure.axes[0].images
    np.testing.assert_array_equal(np.round(np.asarray(first.get_array()) * 255), original.transpose(1, 2, 0))
    np.testing.assert_array_equal(second.get_array(), frame)


def test_wrong_questions_are_answered() -> None:
    with pytest.raises(LookError, match="23 images, 22 labels, 22 predictions: one for each sample"):
        digits(IMAGES, LABELS[:-1])
    with pytest.raises(LookError, match="0 images in 10 columns"):
        digits(IMAGES[:0], LABELS[:0])
    with pytest.raises(LookError, match=r"An image of shape \[2, 4, 4\] can't be shown"):
        digit(np.zeros((2, 4, 4), np.uint8), "?")
