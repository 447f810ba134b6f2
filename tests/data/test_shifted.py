"""MNIST whose validation and test digits stand elsewhere."""

import numpy as np
import pytest

from handlens import data
from handlens.data.sets import Sets
from handlens.data.shifted import MOST, moves, shifted


@pytest.fixture(scope="module")
def elsewhere() -> Sets:
    return data.load("mnist-shifted")


def test_training_digits_stay_and_the_others_move(mnist: Sets, elsewhere: Sets) -> None:
    assert np.array_equal(elsewhere.train.images, mnist.train.images)
    for name in ("validation", "test"):
        mine, theirs = elsewhere.split(name), mnist.split(name)
        assert np.array_equal(mine.labels, theirs.labels)
        assert np.array_equal(mine.indices, theirs.indices)
        same = (mine.images == theirs.images).all(axis=(1, 2))
        assert same.mean() < 0.05


def test_no_ink_is_lost_and_nothing_but_the_place_changes(mnist: Sets, elsewhere: Sets) -> None:
    for before, after in zip(mnist.test.images[:300], elsewhere.test.images[:300], strict=True):
        assert np.array_equal(cropped(before), cropped(after))


def cropped(image: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(image)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_an_image_is_moved_down_and_to_the_right_as_far_as_there_is_room() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10, 20] = 7
    for by, place in {(0, 0): (10, 20), (2, -3): (12, 17), (-6, 6): (4, 26)}.items():
        assert np.argwhere(shifted(image, np.array([by], np.int8))[0]).tolist() == [list(place)]
    image[0, 1, 25] = 7
    assert np.argwhere(shifted(image, np.array([(-6, 6)], np.int8))[0]).tolist() == [[0, 27], [9, 22]]


def test_how_far_is_drawn_evenly_and_always_the_same() -> None:
    drawn = moves("t10k")
    assert drawn.shape == (10_000, 2)
    counts = np.bincount(drawn.reshape(-1) + MOST)
    assert len(counts) == 2 * MOST + 1
    assert counts.min() > 1400
    assert drawn[:3].tolist() == [[-1, -2], [-5, 4], [5, -6]]


def test_its_digests_are_mnists_and_one_of_the_moves(mnist: Sets, elsewhere: Sets) -> None:
    extra = elsewhere.digests.keys() - mnist.digests.keys()
    assert extra == {"moves"}
    assert mnist.digests.items() <= elsewhere.digests.items()
    assert elsewhere.counts == mnist.counts
    assert all(check.ok for check in elsewhere.verify())
