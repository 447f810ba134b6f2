"""The generator of realistic test material."""

import csv
import io
import re

import cv2
import material
import numpy as np
import pytest
from material import failures, hands, nothing
from material.corruptions import CORRUPTIONS
from material.glyphs import Hand, cover, drawn, written
from material.mnist import digits, half_width
from material.pasted import pasted
from material.rows import Spacing, glyphs, row
from material.write import pictures
from PIL import Image

from handlens import data
from handlens.reading.frame import frame

LABELS = {
    "single-": r"\d",
    "corruption-": r"\d",
    "string-marks": r"-?\d+([.,:/-]\d+)*",
    "string-": r"\d{2,8}",
    "pasted-": r"\d{2,6}",
    "page": r"\d{1,8}(\|\d{1,8})+",
    "blank": "",
    "letters": "",
}
"""What a set's labels look like: the first key that its name begins with."""


def _decoded(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("name", material.SETS)
def test_a_set_says_what_it_shows(name):
    pattern = next(pattern for start, pattern in LABELS.items() if name.startswith(start))
    for picture in pictures(name, 3):
        assert re.fullmatch(pattern, picture.label)
        shape = _decoded(picture.content).shape
        if name.startswith(("corruption-", "single-clean")) or name == "letters":
            assert shape == (28, 28)
        elif name != "single-scaled":
            assert max(shape) <= 2000


def test_pasted_digits_touch_where_they_are_to():
    rng = np.random.default_rng(0)
    images = [digits("validation", 0).nth(place)[0] for place in range(4)]
    for touching in (False, True):
        gaps = []
        for _ in range(20):
            columns = np.flatnonzero(pasted(rng, images, touching).any(axis=0))
            gaps.append(np.count_nonzero(np.diff(columns) > 1))
        assert gaps == [0 if touching else 3] * 20


def test_the_same_seed_gives_the_same_pictures_however_many():
    for name in ("single-photo", "string-touching", "corruption-spatter", "letters"):
        few, more = list(pictures(name, 2)), list(pictures(name, 3))
        assert few == more[:2]
        assert list(pictures(name, 2, seed=1)) != few
    blank = next(pictures("blank", 1))  # no digit of a split's in it
    assert blank not in (next(pictures("blank", 1, seed=1)), next(pictures("blank", 1, split="validation")))


def test_test_and_validation_never_mix():
    sets = data.load("mnist")
    for split in material.SPLITS:
        source = {image.tobytes() for image in getattr(sets, split).images}
        made = digits(split, 3)
        assert {image.tobytes() for image in made.images} == source
        for picture in pictures("single-clean", 20, seed=3, split=split):
            assert _decoded(picture.content).tobytes() in source
    with pytest.raises(ValueError, match="train"):
        digits("train", 0)


def test_labels_stay_with_their_images():
    test = data.load("mnist").test
    known = {image.tobytes(): str(label) for image, label in zip(test.images, test.labels, strict=True)}
    for picture in pictures("single-clean", 50):
        assert known[_decoded(picture.content).tobytes()] == picture.label


def test_the_corruptions_are_those_of_mnist_c():
    names = (
        "shot_noise impulse_noise glass_blur motion_blur shear scale rotate brightness translate stripe fog "
        "spatter dotted_line zigzag canny_edges"
    )
    assert list(CORRUPTIONS) == names.split()
    image = digits("test", 0).nth(0)[0] / 255
    for name, corrupt in CORRUPTIONS.items():
        seen = corrupt(np.random.default_rng(0), image.copy())
        assert seen.shape == (28, 28)
        assert np.abs(np.clip(seen, 0, 1) - image).max() > 0.2, name


def test_stripe_and_brightness_by_hand():
    image = np.zeros((28, 28))
    image[10, 10], image[10, 2] = 1, 0.75
    striped = CORRUPTIONS["stripe"](np.random.default_rng(0), image)
    assert striped[10, 10] == 1
    assert striped[10, 2] == 0.25
    assert striped[:, :7].sum() == 28 * 7 - 0.75
    assert striped[:, 7:21].sum() == 1
    assert striped[:, 21:].sum() == 28 * 7
    assert (CORRUPTIONS["brightness"](np.random.default_rng(0), image)[0] == 0.5).all()


def test_an_enlarged_digit_frames_back_to_itself():
    rng = np.random.default_rng(0)
    correlations = []
    for i in range(40):
        image, text = digits("test", 0).nth(i)
        large = cover(written(rng, image, text, 160, None).field)
        again = frame(large).pixels
        correlations.append(np.corrcoef(again.ravel(), image.ravel())[0, 1])
    assert np.median(correlations) > 0.95


def test_a_pen_sets_the_width_of_a_stroke():
    rng = np.random.default_rng(0)
    image, text = digits("test", 0).nth(0)
    own = half_width(written(rng, image, text, 200, None).field)
    fat = half_width(written(rng, image, text, 200, 3 * own / 200).field)
    assert fat > 1.15 * own
    hand = Hand(slant=0, width=1, wobble=0, stroke=0.1, styles=0, tremor=0)
    assert half_width(drawn(rng, "1", hand, 200).field) == pytest.approx(10, rel=0.35)


def _pieces(field: np.ndarray) -> int:
    return cv2.connectedComponents((field > 0).astype(np.uint8))[0] - 1


def test_neighbours_touch_where_they_should_and_only_there():
    apart = together = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        hand = Hand(0.1, 1, 2, 0.1, seed, 0.3)
        parts = glyphs(rng, "0361", 90, hand, None, 0.05)  # in one piece each, in every style
        lone = sum(_pieces(part.field) for part in parts)
        apart += _pieces(row(rng, parts, 90, Spacing(0.2)).field) == lone
        together += _pieces(row(rng, parts, 90, Spacing(0.2, touching=1)).field) == lone - 3
    assert apart == 25
    assert together >= 23  # where one digit's loop closes on another's, a hole may hold a speck


def test_every_letter_has_a_hand_and_none_is_a_digit():
    assert set(hands.LETTERS) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    assert set(hands.DIGITS) == set("0123456789")
    assert set(hands.LETTERS) > hands.AMBIGUOUS
    seen = {picture.about["letter"] for picture in pictures("letters", 52)}
    assert seen == set(hands.LETTERS)


@pytest.mark.parametrize("kind", nothing.KINDS)
def test_nothing_is_a_picture(kind):
    made = nothing.make(np.random.default_rng(1), kind)
    assert made.dtype == np.uint8
    assert made.ndim == 3


def test_written_folders_hold_what_their_tables_say(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "of-yesterday.png").touch()
    material.write(tmp_path, ["single-scaled", "letters"], 4, seed=7)
    for name in ("single-scaled", "letters"):
        folder = tmp_path / name
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as source:
            rows = list(csv.DictReader(source))
        assert [row["label"] for row in rows] == [picture.label for picture in pictures(name, 4, 7)]
        assert {row["file"] for row in rows} | {"labels.csv", "about.csv"} == {
            f.name for f in folder.iterdir()
        }
    with (tmp_path / "letters" / "about.csv").open(newline="", encoding="utf-8") as source:
        assert [row["letter"] for row in csv.DictReader(source)] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("label", "text", "is_wrong"),
    [
        ("2741", "2741", False),
        ("2741", "27 41", False),
        ("2741", "2747", True),
        ("12.50", "12 50", False),
        ("12.50", "1250", True),
        ("1|2", "1\n2", False),
        ("1|2", "12", True),
        ("", "", False),
        ("", "7", True),
    ],
)
def test_a_swallowed_separator_is_a_failure_and_a_gap_too_many_is_none(label, text, is_wrong):
    assert failures.wrong(label, text) == is_wrong


def test_the_first_failures_of_each_set_are_drawn(tmp_path):
    material.write(tmp_path, ["blank"], 2, 0, "test")
    (name,) = [path.name for path in (tmp_path / "blank").glob("00000.*")]
    (tmp_path / "blank" / "labels.csv").write_text(f"file,label\n{name},{7 * '12345678'}\n")
    found = failures.failures(str(tmp_path))
    assert [(item.source.name, text) for item, text in found] == [(name, "")]
    drawn = failures.sheet(found)
    assert drawn.width == failures.COLUMNS * failures.WIDTH
    assert np.asarray(drawn).std() > 0
