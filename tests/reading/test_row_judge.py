"""A row at the row network's size, and what it says along it."""

from math import ceil

import numpy as np
import pytest
from dags import random_weights
from scipy.special import log_softmax

from handlens import nets
from handlens.errors import RecordingError
from handlens.reading.lines import find_components
from handlens.reading.row_judge import (
    DIGIT,
    HEIGHT,
    LARGEST,
    LEAST,
    MIDST,
    STRIDE,
    RowImage,
    RowJudge,
    row_image,
)
from handlens.reading.strip import Strip, strip_of
from handlens.recording import load
from handlens.runtime import Net


def strip(*boxes: tuple[int, int, int, int], pen: int = 4, strength: float = 1.0) -> Strip:
    """Hollow rectangles, each (top, left, bottom, right), by themselves."""
    ink = np.zeros((300, 900), np.float32)
    for top, left, bottom, right in boxes:
        ink[top:bottom, left:right] = strength
        ink[top + pen : bottom - pen, left + pen : right - pen] = 0
    components = find_components(ink)
    return strip_of(ink, components, np.arange(len(components.boxes)))


def extent(inked: np.ndarray) -> tuple[int, int]:
    found = np.flatnonzero(inked)
    return int(found[0]), int(found[-1]) + 1


@pytest.mark.parametrize("height", [12, 40, 96, 200])
def test_digits_are_twenty_pixels_high_in_the_middle_and_as_wide_in_proportion(height: int) -> None:
    line = strip(
        *((30, 20 + k * height, 30 + height, 20 + k * height + height // 2) for k in range(4)), pen=2
    )
    seen = row_image(line)
    inked = seen.pixels > 0.4
    top, bottom = extent(inked.any(axis=1))
    assert bottom - top == pytest.approx(DIGIT, abs=1)
    assert (top + bottom) / 2 == pytest.approx(HEIGHT / 2, abs=0.5)
    left, right = extent(inked.any(axis=0))
    assert right - left == pytest.approx(3.5 * DIGIT, abs=1)
    assert seen.pixels.shape == (HEIGHT, round(line.ink.shape[1] * seen.scale))
    assert seen.scale == pytest.approx(DIGIT / line.height)


def test_the_brightest_pixel_is_one() -> None:
    faint = row_image(strip((30, 20, 130, 80), (30, 100, 130, 160), pen=8, strength=0.4))
    assert faint.pixels.max() == pytest.approx(1)
    assert faint.pixels.min() == 0


@pytest.mark.parametrize(("top", "reach"), [(10, (0, 31)), (30, (1, HEIGHT))])
def test_a_stroke_that_is_taller_than_the_row_is_cut_off(top: int, reach: tuple[int, int]) -> None:
    digits = [(40, 20 + 40 * k, 80, 45 + 40 * k) for k in range(5)]
    line = strip(*digits, (top, 300, top + 80, 308))
    seen = row_image(line)
    stroke = round((302 - 20) * seen.scale)
    assert extent(seen.pixels[:, stroke] > 0.4) == pytest.approx(reach, abs=1)
    assert extent(seen.pixels[:, : stroke - 10].any(axis=1)) == pytest.approx((6, 26), abs=1)


def test_a_tiny_row_is_enlarged_only_so_much() -> None:
    line = strip((30, 20, 34, 22), (30, 26, 34, 28), pen=2)
    seen = row_image(line)
    assert seen.scale == LARGEST
    assert seen.pixels.shape == (HEIGHT, round(LARGEST * line.ink.shape[1]))
    top, bottom = extent((seen.pixels > 0.5).any(axis=1))
    assert bottom - top == pytest.approx(4 * LARGEST, LEAST, abs=1)
    assert (top + bottom) / 2 == pytest.approx(HEIGHT / 2, abs=1)


@pytest.fixture(scope="module")
def net() -> Net:
    graph = nets.rows()
    return Net(graph, random_weights(graph), threads=1)


@pytest.mark.parametrize("width", [1, 2, 61, 64])
def test_it_answers_at_every_second_pixel_by_the_window_around_it(net: Net, width: int) -> None:
    """The oracle: the network itself, asked about one window after the other, paper beyond the row."""
    row = np.random.default_rng(width).random((HEIGHT, width), np.float32)
    answers = RowJudge(net)(RowImage(row, 1.0))
    assert answers.shape == (ceil(width / STRIDE), 12)
    np.testing.assert_allclose(np.exp(answers).sum(axis=1), 1, atol=12 * np.exp(LEAST))
    paper = np.zeros((HEIGHT, MIDST), np.float32)
    wide = np.concatenate([paper, row, paper], axis=1)
    windows = np.stack([wide[None, :, x : x + 2 * MIDST + 1] for x in range(0, width, STRIDE)])
    expected = np.maximum(log_softmax(net(windows).astype(np.float64), axis=1), LEAST)
    np.testing.assert_allclose(answers, expected, atol=1e-4 * np.abs(expected).max())


def test_another_network_is_refused() -> None:
    with pytest.raises(RecordingError, match="reader: its network doesn't read along rows, as `rows` does"):
        RowJudge.of(load("reader"))
