import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from handlens.reading.rules import BLACK, without_rules

HEIGHT, WIDTH = 420, 560


def drawn(
    lines: list[list[tuple[float, float]]], thick: float, height: int = HEIGHT, width: int = WIDTH
) -> np.ndarray:
    """Lines through points (x, y) in pixels, 0 … 1, smooth at the edge."""
    fine = Image.new("L", (width * 4, height * 4))
    draw = ImageDraw.Draw(fine)
    for line in lines:
        draw.line([(x * 4, y * 4) for x, y in line], fill=255, width=round(thick * 4), joint="curve")
    return np.asarray(fine.resize((width, height), Image.Resampling.BOX), np.float32) / 255


def parallel(tilt: float, pitch: float = 52, lean: float = 0.0) -> list[list[tuple[float, float]]]:
    """Rules across the picture, turned by degrees; lean spreads them like perspective does."""
    slope = np.tan(np.deg2rad(tilt))
    ends = [(y, y + slope * WIDTH + lean * (y - HEIGHT / 2)) for y in np.arange(-HEIGHT, 2 * HEIGHT, pitch)]
    # What cuts off a corner of the picture is too short to be told from a stroke.
    whole = [
        (left, right)
        for left, right in ends
        if 0 < left * 0.7 + right * 0.3 < HEIGHT > left * 0.3 + right * 0.7 > 0
    ]
    return [[(0, left), (WIDTH, right)] for left, right in whole]


def upright(lines: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    return [[(y, x) for x, y in ((x * HEIGHT / WIDTH * 1.4, y * 1.2) for x, y in line)] for line in lines]


DIGITS = [
    [(80, 130), (170, 130), (115, 290)],  # 7
    [(230, 130), (200, 230), (290, 230)],  # 4
    [(270, 180), (270, 295)],
    [(345, 125), (345, 290)],  # 1
    [(400, 210), (440, 210)],  # a minus
    [(530, 130), (475, 130), (470, 195), (520, 200), (525, 270), (470, 285)],  # 5
]

TILTS = [-10.0, -3.0, 0.0, 1.0, 10.0]


def lack(rules: np.ndarray, digits: np.ndarray, faint: float, noise: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    ink = np.maximum(rules * faint, digits * 0.85) * BLACK
    return np.clip(ink + rng.normal(0, noise, ink.shape), 0, 255).astype(np.uint8)


def holds_digits_alone(found: np.ndarray, digits: np.ndarray, thick: float) -> None:
    ink = found > 0.3 * BLACK
    truth = digits > 0.5
    assert ink[truth].mean() > 0.95
    near = ndimage.binary_dilation(digits > 0.01, iterations=round(thick) + 3)
    assert ink[~near].mean() < 6e-4  # one rule left would be 4e-3
    assert (ink & truth).sum() / (ink | truth).sum() > 0.85


@pytest.mark.parametrize("tilt", TILTS)
@pytest.mark.parametrize("lean", [0.0, 0.12])
@pytest.mark.parametrize(("thick", "faint"), [(1.5, 0.4), (3, 0.4), (2, 0.8)])
def test_ruled_paper_loses_its_rules_and_no_stroke(tilt, lean, thick, faint):
    digits, rules = drawn(DIGITS, 9), drawn(parallel(tilt, lean=lean), thick)
    holds_digits_alone(without_rules(lack(rules, digits, faint)), digits, thick)


@pytest.mark.parametrize("tilt", TILTS)
def test_squared_paper(tilt):
    digits = drawn(DIGITS, 9)
    rules = np.maximum(drawn(parallel(tilt), 2), drawn(upright(parallel(-tilt)), 2))
    holds_digits_alone(without_rules(lack(rules, digits, 0.5)), digits, 2)


def test_a_dark_stroke_that_lies_on_a_rule_stays():
    stroke, rule = drawn([[(200, 200), (300, 200)]], 3), drawn([[(0, 200), (WIDTH, 200)]], 3)
    found = without_rules(lack(rule, stroke, 0.4))
    assert (found[stroke == 1] > 0.7 * BLACK).all()
    assert found[:, :190].max() < 0.1 * BLACK


def test_a_single_margin_line():
    digits, rules = drawn(DIGITS, 9), drawn([[(52, 0), (48, HEIGHT)]], 3)
    holds_digits_alone(without_rules(lack(rules, digits, 0.6)), digits, 3)


def test_a_table_around():
    edges = [[(20, 60), (540, 60)], [(20, 350), (540, 350)], [(20, 60), (20, 350)], [(540, 60), (540, 350)]]
    digits, rules = drawn(DIGITS[:-1], 9), drawn(edges, 3)
    found = without_rules(lack(rules, digits, 0.9))
    assert (found[55:65, 40:520] > 0.3 * BLACK).mean() < 0.01
    assert (found > 0.3 * BLACK)[digits > 0.5].mean() > 0.95


def test_a_bent_page():
    across = np.linspace(0, WIDTH, 60)
    bent = [[(x, y + 4 * np.sin(x / WIDTH * np.pi)) for x in across] for y in range(30, HEIGHT, 60)]
    digits, rules = drawn(DIGITS, 9), drawn(bent, 2)
    holds_digits_alone(without_rules(lack(rules, digits, 0.5)), digits, 2)


@pytest.mark.parametrize("thick", [3, 9, 24])
@pytest.mark.parametrize("turn", [False, True])
def test_without_rules_nothing_changes(thick, turn):
    digits = drawn(DIGITS, thick)
    picture = (
        lack(np.zeros_like(digits), digits.T if turn else digits, 0)
        if not turn
        else lack(np.zeros((WIDTH, HEIGHT), np.float32), np.ascontiguousarray(digits.T), 0)
    )
    np.testing.assert_array_equal(without_rules(picture), picture)


@pytest.mark.parametrize("digit", range(4))
def test_a_straight_stroke_that_nearly_fills_the_picture_stays(digit):
    line = [
        [(40, 40), (40, 360)],
        [(30, 60), (300, 60), (120, 380)],
        [(60, 200), (360, 200)],
        [(150, 30), (40, 250), (330, 250)],
    ][digit]
    ink = drawn([line], 12, 420, 380)
    picture = lack(np.zeros_like(ink), ink, 0)
    np.testing.assert_array_equal(without_rules(picture), picture)


def test_the_bar_of_a_digit_that_was_cut_out_close_stays():
    ink = drawn([[(60, 3), (3, 72), (80, 72)], [(60, 40), (60, 117)]], 6, 120, 84)
    picture = lack(np.zeros_like(ink), ink, 0, noise=0)
    np.testing.assert_array_equal(without_rules(picture), picture)


def test_a_row_of_written_digits_is_no_rule(mnist):
    for start in range(0, 100, 10):
        row = np.hstack(mnist.test.images[start : start + 10])
        picture = np.ascontiguousarray(row.repeat(2, axis=0).repeat(2, axis=1) // 255 * 180).astype(np.uint8)
        np.testing.assert_array_equal(without_rules(picture), picture)


def test_the_input_stays_as_it_was():
    picture = lack(drawn(parallel(2), 2), drawn(DIGITS, 9), 0.5)
    before = picture.copy()
    assert (without_rules(picture) != before).any()
    np.testing.assert_array_equal(picture, before)
