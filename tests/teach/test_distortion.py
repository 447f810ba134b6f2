"""The variations of a frame: small, of the same ink, always the same."""

import numpy as np

from handlens.data import Sets
from handlens.teach.distortion import VARIATIONS, varied


def test_the_first_is_the_frame_itself_and_none_is_far_from_it(mnist: Sets) -> None:
    seven = mnist.test.images[0].astype(np.float32) / 255
    made = varied(seven)
    assert made.shape == (VARIATIONS, 28, 28)
    np.testing.assert_allclose(made[0], seven, atol=1e-6)
    assert made.min() >= 0
    assert made.max() <= 1
    np.testing.assert_allclose(made.sum(axis=(1, 2)), seven.sum(), rtol=0.25)
    correlations = [np.corrcoef(each.ravel(), seven.ravel())[0, 1] for each in made[1:]]
    assert min(correlations) > 0.2
    assert max(correlations) < 0.999
    np.testing.assert_array_equal(varied(seven), made)


def test_a_dot_moves_by_no_more_than_a_few_pixels() -> None:
    dot = np.zeros((28, 28), np.float32)
    dot[4, 14] = 1
    rows, columns = np.indices((28, 28))
    for each in varied(dot):
        at = (each * rows).sum() / each.sum(), (each * columns).sum() / each.sum()
        assert np.hypot(at[0] - 4, at[1] - 14) < 4
