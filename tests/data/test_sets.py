import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.data import Split, honest_split
from handlens.errors import DataError


@given(st.lists(st.integers(0, 9), max_size=400))
def test_honest_split_is_whole_disjoint_ordered_and_stratified(values):
    labels = np.array(values, np.uint8)
    train, validation = honest_split(labels)
    assert sorted([*train, *validation]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(validation) > 0).all()
    assert len(validation) == -(-len(labels) // 12)
    shares = np.bincount(labels[validation], minlength=10) - np.bincount(labels, minlength=10) / 12
    assert (np.abs(shares) < 1).all()


def test_honest_split_by_hand():
    labels = np.array([1] * 12 + [0] * 13, np.uint8)
    # By label: the 0s lie at 12…24, the 1s at 0…11; places 0, 12 and 24 of that order are held out.
    assert honest_split(labels)[1].tolist() == [11, 12, 24]


def test_a_split_is_read_only_and_leaves_its_makers_arrays_alone():
    images, labels = np.zeros((2, 3, 4), np.uint8), np.zeros(2, np.uint8)
    split = Split("test", images, labels, np.arange(2))
    for array in (split.images, split.labels, split.indices):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    images[0] = 1
    assert len(split) == 2
    assert repr(split) == "<test: 2 images of 3 × 4 pixels, uint8, with labels>"


def test_splits_by_name(mnist):
    assert mnist.split("validation") is mnist.validation
    with pytest.raises(DataError, match="no split is named 'dev'; expected one of train, validation, test"):
        mnist.split("dev")
