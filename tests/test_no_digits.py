"""The pool of what is no digit: MNIST first and untouched, the rest made anew the same way every time."""

import sys
from pathlib import Path

import numpy as np
import pytest

from handlens import data
from handlens.data import Sets
from handlens.page import sample

sys.path.append(str(Path(__file__).parents[1] / "tools"))

from no_digits import fonts, judge, letters_by_hand, pen, pieces, pool, rows, scribbles, symbols_by_hand

N = 240


def unsure(images: np.ndarray) -> np.ndarray:
    """A judge that calls nothing a digit."""
    return np.full((len(images), 10), 0.1)


@pytest.fixture(scope="module")
def made(mnist: Sets) -> np.ndarray:
    return pool.make(N, 3, mnist.train.images, unsure)


@pytest.fixture(scope="module")
def cut(mnist: Sets) -> rows.Cuts:
    learned = mnist.train
    return rows.make(np.random.default_rng(0), 400, 60, learned.images, learned.labels, unsure)


@pytest.fixture(scope="module")
def written(made: np.ndarray, cut: rows.Cuts, mnist: Sets, tmp_path_factory: pytest.TempPathFactory) -> Sets:
    folder = tmp_path_factory.mktemp("pool") / "new"
    pool.write(folder, mnist, made, cut)
    return data.load(folder)


@pytest.mark.slow
def test_the_digits_come_first_in_their_order_untouched(written: Sets, mnist: Sets) -> None:
    assert np.array_equal(written.development.images[:60_000], mnist.development.images)
    assert np.array_equal(written.development.labels[:60_000], mnist.development.labels)
    assert np.array_equal(written.test.images, mnist.test.images)
    assert np.array_equal(written.test.labels, mnist.test.labels)


@pytest.mark.slow
def test_the_made_pictures_follow_as_an_eleventh_class(written: Sets, made: np.ndarray) -> None:
    assert np.array_equal(written.development.images[-len(made) :], made)
    assert set(written.development.labels[-len(made) :]) == {10}
    assert written.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")


@pytest.mark.slow
def test_the_validation_digits_are_mnists_own(written: Sets, mnist: Sets) -> None:
    own = written.validation.indices < 60_000
    assert np.array_equal(written.validation.indices[own], mnist.validation.indices)
    assert np.count_nonzero(written.validation.labels == 10) == (N + 60) // 12


def test_cuts_are_digits_of_their_rows_or_nothing(cut: rows.Cuts, mnist: Sets) -> None:
    """The oracle is a network that knows MNIST: it names nearly all that is called a digit."""
    counts = np.bincount(cut.labels, minlength=11)
    assert (counts[:10] % 12 == 0).all()
    assert 280 < counts[:10].sum() <= 400
    assert counts[10] == 60
    logits = sample.recording().net()(cut.images[:, None].astype(np.float32) / 255)
    named = logits.argmax(axis=1) == cut.labels
    assert named[cut.labels < 10].mean() > 0.85


def test_parts_that_are_digits_by_themselves_are_left_out() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    given = rows.Cuts(images, np.array([3, rows.NOTHING, rows.PART, rows.PART, rows.PART], np.uint8))

    def judge(seen: np.ndarray) -> np.ndarray:
        assert seen[:, 0, 0].tolist() == [2, 3, 4]
        sure = np.zeros((3, 10))
        sure[[0, 1, 2], [1, 7, 7]] = [0.6, 0.6, 0.8]  # a one sooner than a seven
        return sure

    left = rows._judged(given, judge)
    assert left.images[:, 0, 0].tolist() == [0, 1, 3]
    assert left.labels.tolist() == [3, rows.NOTHING, rows.NOTHING]


@pytest.mark.parametrize(
    ("held", "pure", "name"),
    [
        ([1.0, 0.1], [0.95, 0.2], 7),
        ([0.1, 0.9], [0.2, 0.9], 4),
        ([1.0, 0.6], [0.9, 0.3], rows.NOTHING),  # two digits, whichever it looks like
        ([0.5, 0.1], [1.0, 0.2], rows.PART),
        ([1.0, 0.4], [0.5, 0.5], rows.PART),
        ([0.7, 0.1], [1.0, 0.2], None),
    ],
)
def test_a_candidate_is_what_it_holds(held: list[float], pure: list[float], name: int | None) -> None:
    shares = rows.Shares(np.array(held), np.array(pure))
    assert rows._name(shares, np.array([7, 4], np.uint8)) == name


def test_a_row_touches_and_its_layers_are_its_digits(mnist: Sets) -> None:
    rng = np.random.default_rng(1)
    layers = rows._row(rng, list(mnist.train.images[:4]))
    assert layers.shape[0] == 4
    assert (layers.sum(axis=(1, 2)) > 0).all()
    left = [np.flatnonzero(layer.any(axis=0))[0] for layer in layers]
    assert left == sorted(left)
    assert (np.count_nonzero(layers, axis=0) > 1).any()


def test_the_same_seed_makes_the_same_and_another_seed_others(made: np.ndarray, mnist: Sets) -> None:
    again = pool.make(N, 3, mnist.train.images, unsure)
    other = pool.make(N, 4, mnist.train.images, unsure)
    assert np.array_equal(made, again)
    assert not (made == other).all(axis=(1, 2)).any()


def test_no_picture_is_empty_or_there_twice(made: np.ndarray) -> None:
    assert made.shape == (N, 28, 28)
    assert made.dtype == np.uint8
    assert (made.max(axis=(1, 2)) > 250).all()
    assert len(np.unique(made, axis=0)) == N


def test_strokes_are_framed_as_digits_are(made: np.ndarray) -> None:
    strokes = made[: sum(list(pool.counts(N).values())[:5])]
    for axis in (1, 2):
        inked = (strokes > 0).any(axis=axis)
        lengths = 28 - inked[:, ::-1].argmax(axis=1) - inked.argmax(axis=1)
        assert lengths.max() <= 20


@pytest.mark.parametrize("n", [0, 1, 7, 240, 40_000])
def test_the_parts_get_their_shares(n: int) -> None:
    counts = pool.counts(n)
    assert sum(counts.values()) == n
    for name, share in pool.SHARES.items():
        assert abs(counts[name] - share * n) <= 1


@pytest.mark.slow
def test_only_the_digits_to_learn_from_are_cut_and_joined(
    mnist: Sets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[np.ndarray] = []

    def make(n: int, seed: int, digits: np.ndarray, judge: object) -> np.ndarray:
        given.append(digits)
        return digits[:n]

    monkeypatch.setattr(pool, "make", make)
    monkeypatch.setattr(pool, "trained_judge", lambda: unsure)
    pool.write_pool(tmp_path, n=12)
    assert np.array_equal(given, [mnist.train.images])


def test_what_the_judge_calls_a_digit_is_left_out(mnist: Sets) -> None:
    def heavy_is_digit(images: np.ndarray) -> np.ndarray:
        heavy = images.mean(axis=(1, 2)) > 30
        return np.where(heavy, 0.9, 0.1)[:, None].repeat(10, axis=1)

    kept = pieces.make(np.random.default_rng(1), 40, mnist.train.images, heavy_is_digit)
    assert (kept.mean(axis=(1, 2)) <= 30).all()
    kept = scribbles.make(np.random.default_rng(1), 40, heavy_is_digit)
    assert (kept.mean(axis=(1, 2)) <= 30).all()


def test_a_corner_begins_a_piece_and_a_lift_a_stroke() -> None:
    bent, plain = letters_by_hand.read("10 19! 79 / 40 49")
    assert [piece.tolist() for piece in bent] == [[[1, 0], [1, 9]], [[1, 9], [7, 9]]]
    assert [piece.tolist() for piece in plain] == [[[4, 0], [4, 9]]]


@pytest.mark.parametrize("name", [*letters_by_hand.LETTERS, *symbols_by_hand.SYMBOLS])
def test_every_shape_can_be_written(name: str) -> None:
    rng = np.random.default_rng(2)
    for text in {**letters_by_hand.LETTERS, **symbols_by_hand.SYMBOLS}[name]:
        assert pen.framed(pen.write(letters_by_hand.read(text), rng)).max() == 255


def test_what_nobody_can_tell_from_a_digit_is_left_out() -> None:
    assert set("OolQ0123456789") & set(letters_by_hand.LETTERS) == {"Q"}
    for characters, signs in fonts.FONTS.values():
        assert not set("OolqОоΟο0123456789|/") & set(characters + signs)
    for font in ("DejaVuSans", "cmss10"):
        assert "I" not in fonts.FONTS[font][0]


def test_a_smooth_curve_goes_through_its_points() -> None:
    points = np.array([[0.0, 0], [1, 3], [4, 4], [6, 1]])
    curve = pen.smooth(points)
    assert np.array_equal(curve[::8], points)
    assert np.hypot(*np.diff(curve, axis=0).T).max() < 1


def test_the_copies_that_a_judge_sees_are_the_digit_itself_and_others_near_it(mnist: Sets) -> None:
    images = mnist.train.images[:20]
    seen = list(judge.copies(images))
    assert np.array_equal(seen[0], images)
    for copy in seen[1:]:
        ink = copy.sum(dtype=float) / images.sum(dtype=float)
        assert 0.55 < ink < 1.05
        assert not np.array_equal(copy, images)
