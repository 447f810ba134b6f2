import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw
from scipy import ndimage

from handlens.errors import InkError
from handlens.reading import Reader
from handlens.reading.frame import frame, from_gray
from handlens.reading.ink import ink
from handlens.reading.pictures import load
from handlens.reading.sheet import Sheet
from handlens.reading.small import seed_of

PAPERS = {
    "white": (245, 243, 238),
    "yellow": (240, 225, 90),
    "gray": (130, 130, 132),
    "blue": (150, 180, 215),
}
PENS = {"black": (30, 30, 35), "blue": (30, 50, 160), "red": (190, 30, 40), "green": (20, 120, 60)}


def strokes(height: int = 360, width: int = 480, pen: int = 9) -> np.ndarray:
    """A made-up 2, 4 and 0, 0 … 1, drawn four times as fine and averaged."""
    fine = Image.new("L", (width * 4, height * 4))
    draw = ImageDraw.Draw(fine)
    unit, thick = height * 4 / 100, pen * 4
    lines = [
        [(15, 35), (22, 28), (30, 32), (29, 42), (15, 65), (33, 65)],
        [(55, 28), (45, 50), (65, 50)],
        [(60, 40), (60, 66)],
    ]
    for line in lines:
        draw.line([(x * unit, y * unit) for x, y in line], fill=255, width=thick, joint="curve")
    draw.ellipse((80 * unit, 28 * unit, 105 * unit, 66 * unit), outline=255, width=thick)
    return np.asarray(fine.resize((width, height), Image.Resampling.BOX), np.float32) / 255


def written(
    cover: np.ndarray, paper: tuple[int, ...] = PAPERS["white"], pen: tuple[int, ...] = PENS["black"]
) -> np.ndarray:
    """Ink on paper, float, 0 … 255."""
    return np.asarray(paper, float) + cover[..., None] * (np.asarray(pen, float) - paper)


def seen(picture: np.ndarray, noise: float = 2.0) -> Sheet:
    rng = np.random.default_rng(0)
    return ink(load(np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)))


def overlap(sheet: Sheet, cover: np.ndarray) -> float:
    """Intersection over union of ink and truth."""
    found, truth = sheet.ink > 0.5, cover > 0.5
    return float((found & truth).sum() / (found | truth).sum())


def shadows(height: int, width: int) -> dict[str, np.ndarray]:
    down, across = np.mgrid[:height, :width] / max(height, width)
    edge = across + 0.3 * down - 0.55
    return {
        "even": np.ones((height, width)),
        "slope": 0.4 + 0.6 * across,
        "half": np.where(edge > 0, 0.45, 1.0),
        "soft half": 0.4 + 0.6 / (1 + np.exp(edge * 30)),
        "lens": 1 - 1.2 * ((across - 0.5) ** 2 + (down - 0.37) ** 2),
        "dark": np.full((height, width), 0.3),
    }


LIGHTS = shadows(360, 480)


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("pen", [4, 9, 20])
def test_ink_is_found_in_any_light(light, pen):
    cover = strokes(pen=pen)
    sheet = seen(written(cover) * LIGHTS[light][..., None])
    assert overlap(sheet, cover) > 0.85
    assert not sheet.light
    assert sheet.blank is None
    assert sheet.stroke == pytest.approx(pen, rel=0.3)
    far = ndimage.binary_dilation(cover > 0.01, iterations=6)
    assert sheet.ink[~far].sum() < 0.01 * cover.sum()


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("pen", PENS)
def test_any_pen_on_any_paper(paper, pen):
    cover = strokes()
    assert overlap(seen(written(cover, PAPERS[paper], PENS[pen])), cover) > 0.9


@pytest.mark.parametrize("pen", [(205, 205, 205), (225, 225, 225)])
def test_faint_pencil(pen):
    cover = strokes(pen=5)
    sheet = seen(written(cover, pen=pen))
    assert overlap(sheet, cover) > 0.8
    assert sheet.ink[cover == 1].mean() > 0.9


def test_chalk_on_a_board():
    cover = strokes()
    sheet = seen(written(cover, (40, 60, 50), (210, 210, 200)) * LIGHTS["slope"][..., None])
    assert sheet.light
    assert overlap(sheet, cover) > 0.9


@pytest.mark.parametrize("pen", [3, 9, 30])
def test_polarity_makes_no_difference(pen):
    cover = strokes(pen=pen)
    picture = np.rint(200 - 150 * cover).astype(np.uint8)
    dark, light = ink(load(picture)), ink(load(255 - picture))
    assert (dark.light, light.light) == (False, True)
    assert np.abs(dark.ink - light.ink).mean() < 0.005


def test_broad_strokes_that_fill_a_third_of_the_picture_are_not_hollow():
    cover = strokes(120, 150, pen=24)
    sheet = seen(written(cover))
    assert cover.mean() > 0.25
    assert overlap(sheet, cover) > 0.9
    assert sheet.ink[ndimage.binary_erosion(cover == 1, iterations=3)].min() > 0.9


@pytest.mark.parametrize("margin", [0, 1, 4])
@pytest.mark.parametrize("pen", [6, 14])
@pytest.mark.parametrize("light", [False, True])
def test_ink_that_was_cut_out_close(light, pen, margin):
    cover = strokes(pen=pen) > 0.5
    for left, right in ((0, 140), (140, 260), (260, 400)):
        rows, columns = np.nonzero(cover[:, left:right])
        digit = cover[rows.min() : rows.max() + 1, left + columns.min() : left + columns.max() + 1]
        digit = np.pad(digit, margin)
        sheet = ink(load(np.where(digit == light, 230, 30).astype(np.uint8)))
        assert sheet.light == light
        assert overlap(sheet, digit.astype(float)) > 0.9


def test_weak_ends_of_strokes_stay():
    force = np.clip(np.linspace(-1.4, 3, 360), 0.3, 1)
    sheet = seen(written(strokes() * force[:, None]))
    weak = (strokes() == 1) & (force == 0.3)[:, None]
    assert weak.sum() > 100
    assert (sheet.ink > 0)[weak].mean() > 0.95


def test_specks_are_no_ink_and_dots_are():
    cover = strokes(pen=10)
    cover[300:302, 60:62] = 1
    cover[250:258, 300:308] = 1
    found = seen(written(cover)).ink
    assert found[295:307, 55:67].max() == 0
    assert found[250:258, 300:308].mean() > 0.8


@pytest.mark.parametrize(("tall", "dark", "found"), [(12, 30, False), (12, 120, True), (60, 30, True)])
def test_what_is_small_and_faint_is_the_grain_of_the_paper(tall: int, dark: int, found: bool):
    picture = np.full((500, 500, 3), 220.0)
    for left in (100, 240, 380):
        picture[200 : 200 + tall, left : left + tall // 4] -= dark
    sheet = seen(picture, noise=0.5)
    assert sheet.ink.any() == found
    assert found or "its grain" in sheet.blank


@pytest.mark.parametrize(("pen", "dark", "found"), [(2, 22, False), (2, 44, True), (6, 22, True)])
def test_what_is_as_fine_and_as_faint_as_the_grain_of_the_paper_is_no_stroke(pen, dark, found):
    sheet = seen(written(strokes(pen=pen), paper=(220,) * 3, pen=(220 - dark,) * 3), noise=8.0)
    assert sheet.ink.any() == found
    assert found or "its grain" in sheet.blank


def test_specks_far_from_strokes_are_no_ink_and_dots_are():
    picture = np.full((500, 500, 3), 220.0)
    picture[240:248, 60:140] -= 100
    picture[241:248, 160:167] = picture[41:48, 400:407] = 140
    found = seen(picture, noise=0.5).ink
    assert found[243:246, 162:165].all()
    assert not found[30:60, 390:420].any()


def test_a_few_strokes_among_much_grain_are_grain():
    picture = np.full((500, 500, 3), 220.0)
    rng = np.random.default_rng(3)
    for top, left in rng.integers(10, 480, (400, 2)):
        picture[top : top + 5, left : left + 5] -= 40
    picture[240:280, 240:246] -= 40
    sheet = seen(picture, noise=0.5)
    assert "its grain" in sheet.blank


@pytest.mark.parametrize("size", [(200, 180), (360, 480)])
def test_light_between_shadows_is_no_ink(size: tuple[int, int]):
    height, width = size
    down, across = np.mgrid[:height, :width] / max(size)
    lit = 1 / (1 + np.exp(-120 * (0.75 - down - across)))
    sheet = seen(np.full((*size, 3), 225.0) * (0.45 + 0.55 * lit)[..., None])
    assert not sheet.ink.any()


def test_a_soft_shadow_was_not_blown_up():
    across = np.mgrid[:240, :250][1] / 250
    shadow = np.rint(150 + 60 / (1 + np.exp(-20 * (across - 0.4)))).astype(np.uint8)
    assert seed_of(shadow) is None
    assert not ink(load(shadow)).ink.any()


def test_beside_the_hard_edge_of_a_shadow_strokes_may_be_as_narrow_as_they_are():
    cover = strokes(pen=4)
    down, across = np.mgrid[:360, :480]
    light = np.where(np.hypot(across - 240, down - 420) < 220, 0.4, 1.0)
    picture = np.clip(written(cover, pen=(150, 150, 150)) * light[..., None], 0, 255).astype(np.uint8)
    usual, beside = ink(load(picture)), ink(load(picture), beside_shadows=True)
    assert usual.shadowed
    assert overlap(usual, cover) < 0.7
    assert overlap(beside, cover) > 0.9


def test_where_a_hard_shadow_hides_most_a_reader_looks_twice(monkeypatch):
    cover = strokes(pen=3)
    down, across = np.mgrid[:360, :480]
    light = np.where(np.hypot(across - 240, down - 430) < 240, 0.4, 1.0)
    picture = np.clip(written(cover, pen=(150, 150, 150)) * light[..., None], 0, 255).astype(np.uint8)
    twice = Reader().read(picture)
    monkeypatch.setattr(
        "handlens.reading.reader.find_ink", lambda picture, beside_shadows=False: ink(picture)
    )
    once = Reader().read(picture)
    assert twice.text == "240"
    assert len(once.text) < len(twice.text)


def test_a_blot_is_not_hollow():
    cover = strokes(pen=8)
    cv2.circle(cover, (60, 300), 17, 1.0, -1)
    found = seen(written(cover)).ink
    assert found[285:315, 45:75][cover[285:315, 45:75] == 1].mean() > 0.9


@pytest.mark.parametrize("pen", [30, 120, 190])
def test_a_wedge_of_desk_is_no_ink_and_hides_none(pen: int):
    cover = strokes()
    picture = written(cover, pen=(pen,) * 3)
    cv2.fillPoly(picture, [np.array([(0, 0), (480, 0), (480, 60)])], (40, 40, 45))
    assert overlap(seen(picture), cover) > 0.95


@pytest.mark.parametrize("turns", range(4))
def test_strokes_that_run_into_a_strip_of_desk_stay(turns: int):
    cover = strokes()
    cover[:, :260] = np.roll(cover[:, :260], 110, axis=0)  # the 0 stands free
    picture = written(cover)
    picture[338:] = (40, 40, 45)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5)
    found = np.rot90(seen(np.rot90(picture, turns)).ink, -turns)
    assert found[334:].max() == 0
    assert np.mean((found > 0.5) != (cover > 0.5), where=np.arange(360)[:, None] < 330) < 0.001


def test_a_shadow_that_is_too_broad_for_a_stroke_is_no_ink_and_hides_none():
    cover = np.pad(strokes(), ((0, 240), (0, 0)))
    picture = written(cover)
    picture[380:590, 60:470] *= 0.4
    assert overlap(seen(picture), cover) > 0.95


def test_paper_with_nothing_but_a_broad_shadow_is_blank():
    picture = written(strokes() * 0)
    picture[80:300, 60:430] *= 0.4
    assert seen(picture).blank


def test_what_alone_lies_along_a_side_is_ink():
    cover = np.zeros((300, 200), np.float32)
    cover[:20, 10:190] = 1
    for row in range(280):  # a seven without a margin
        cover[20 + row, 170 - row // 2 : 190 - row // 2] = 1
    assert overlap(seen(written(cover)), cover) > 0.9


def test_rules_are_no_ink():
    cover = strokes()
    picture = written(cover)
    picture[20::40] = picture[21::40] = np.minimum(picture[20::40], (120, 150, 220))
    assert overlap(seen(picture), cover) > 0.9


@pytest.mark.parametrize("light", sorted(set(LIGHTS) - {"half"}))  # a shadow that a knife cut leaves a line
@pytest.mark.parametrize("noise", [0.0, 2.0, 6.0])
def test_blank_paper_has_no_ink(light, noise):
    sheet = seen(np.full((360, 480, 3), 225.0) * LIGHTS[light][..., None], noise)
    assert sheet.blank is not None
    assert not sheet.ink.any()


@pytest.mark.parametrize("size", [14, 28, 40])
def test_small_blank_paper_has_no_ink(size):
    rng = np.random.default_rng(1)
    assert ink(load(np.full((size, size), 200, np.uint8))).blank
    assert ink(load(rng.normal(200, 1, (size, size)).astype(np.uint8))).blank


def test_mnist_comes_through_as_it_was(mnist):
    for image in mnist.test.images[:500]:
        found = ink(load(image))
        assert found.light
        np.testing.assert_allclose(frame(found.ink).pixels, frame(from_gray(image)).pixels, atol=1 / 255)


def test_small_digits_of_any_colour_and_polarity_are_mnists(mnist):
    for image in mnist.test.images[:100]:
        cover = image / 255
        for paper, pen in ((PAPERS["yellow"], PENS["blue"]), (PENS["black"], PAPERS["gray"])):
            picture = np.rint(written(cover, paper, pen)).astype(np.uint8)
            np.testing.assert_allclose(ink(load(picture)).ink, cover / cover.max(), atol=0.02)


@pytest.mark.parametrize("by", [cv2.INTER_NEAREST, cv2.INTER_CUBIC])
@pytest.mark.parametrize("side", [80, 160, 320])
def test_a_digit_of_few_pixels_blown_up_is_what_it_was(mnist, by, side):
    for image in mnist.validation.images[:20]:
        few = cv2.resize(np.asarray(image), (10, 10), interpolation=cv2.INTER_AREA)
        found = ink(load(cv2.resize(few, (side, side), interpolation=by)))
        again = cv2.resize(found.ink, (10, 10), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(again.ravel(), few.ravel())[0, 1] > 0.95
        assert side / 15 < found.stroke < side / 4


def test_a_sharp_picture_was_not_blown_up():
    picture = np.full((160, 160), 230, np.uint8)
    cv2.circle(picture, (80, 80), 50, 30, 5, cv2.LINE_AA)
    assert seed_of(picture) is None
    assert seed_of(np.kron(picture[::4, ::4], np.ones((9, 9), np.uint8))).shape == (40, 40)


def test_a_small_picture_of_two_halves_is_turned_to_one(mnist):
    right = 0
    for image in mnist.test.images[:50]:
        turned = image.copy()
        turned[:, :7] = 255 - turned[:, :7]
        turned[:, -7:] = 255 - turned[:, -7:]
        right += np.abs(ink(load(turned)).ink - ink(load(image)).ink).max() < 1e-5
    assert right >= 45


def test_a_bar_from_edge_to_edge_is_no_second_paper():
    bar = np.full((28, 20), 230, np.uint8)
    bar[:, 8:12] = 20
    np.testing.assert_array_equal(ink(load(bar)).ink, bar < 100)


def test_clouds_behind_a_small_digit_go(mnist):
    rng = np.random.default_rng(2)
    right = 0
    for image in mnist.test.images[:50]:
        clouds = ndimage.gaussian_filter(rng.normal(0, 1, (28, 28)), 6)
        clouds = (clouds - clouds.min()) / np.ptp(clouds)
        picture = np.rint(255 * (image / 255 * 0.5 + clouds * 0.5)).astype(np.uint8)
        right += np.corrcoef(ink(load(picture)).ink.ravel(), image.ravel())[0, 1] > 0.95
    assert right >= 45


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 90), st.integers(1, 90))
        | st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
        elements=st.integers(0, 255),
    )
)
def test_any_picture_gives_ink_from_0_to_1(array):
    sheet = ink(load(array))
    assert sheet.ink.shape == array.shape[:2]
    assert sheet.ink.dtype == np.float32
    assert 0 <= sheet.ink.min() <= sheet.ink.max() <= 1
    assert (sheet.blank is None) == bool(sheet.ink.any())


@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 400), width=st.integers(1, 400))
def test_noise_of_any_shape_is_read_or_refused(seed, height, width):
    rng = np.random.default_rng(seed)
    try:
        sheet = ink(load(rng.integers(0, 256, (height, width, 3), np.uint8)))
    except InkError:
        return
    assert np.isfinite(sheet.ink).all()
