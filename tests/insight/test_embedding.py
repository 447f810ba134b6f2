"""A film keeps classes together and points in place; the linear view is linear; nothing depends on chance."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlens.errors import LookError, MissingLibrary
from handlens.insight.embedding import (
    aligned_tsne,
    balanced,
    fanned,
    independent_tsne,
    linear_view,
    ring_order,
)
from handlens.insight.points import jump, neighbour_accuracy, procrustes, spread

CLASSES = 5
LABELS = np.tile(np.arange(CLASSES), 80)
LEARNT = (0.0, 0.15, 0.3, 0.5, 1.0)  # how far apart the classes' centres are, frame by frame


def frame(distance: float, features: int = 70) -> np.ndarray:
    """Items of five classes in many dimensions: the same noise at every distance of their centres."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(CLASSES, features)) * distance
    return (centres[LABELS] + random.normal(size=(len(LABELS), features))).astype(np.float32)


@pytest.fixture(scope="module")
def film() -> np.ndarray:
    return aligned_tsne([frame(distance) for distance in LEARNT])


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 50))
def test_balanced_takes_the_first_of_each_class(labels: list[int], n: int) -> None:
    chosen = balanced(np.array(labels, dtype=int), n)
    share = n // max(len(set(labels)), 1)
    for value in set(labels):
        places = [place for place, label in enumerate(labels) if label == value]
        assert [place for place in chosen if labels[place] == value] == places[:share]
    assert list(chosen) == sorted(chosen)


def test_neighbours_are_strangers_before_and_of_one_class_after(film: np.ndarray) -> None:
    """Noise must look like noise, though its frame starts from one in which the classes are apart."""
    assert neighbour_accuracy(film[0], LABELS) < 0.55
    assert neighbour_accuracy(film[-1], LABELS) == 1


def test_points_stay_nearer_to_their_places_than_in_frames_fitted_alone(film: np.ndarray) -> None:
    alone = [independent_tsne(frame(distance), seed) for seed, distance in enumerate(LEARNT[-2:])]
    assert neighbour_accuracy(alone[1], LABELS) == 1
    assert spread(alone[0]) == pytest.approx(1)
    assert jump(film[-2], film[-1]) < jump(alone[0], procrustes(alone[1], alone[0])) / 2


def test_every_frame_has_unit_size_and_lies_upon_the_next(film: np.ndarray) -> None:
    assert film.shape == (5, 400, 2)
    assert film.dtype == np.float32
    for points in film:
        assert spread(points) == pytest.approx(1, rel=1e-5)
        np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-5)
    for points, following in pairwise(film):
        np.testing.assert_allclose(procrustes(points, following), points, atol=1e-5)


def test_a_film_fills_a_square(film: np.ndarray) -> None:
    half = np.sqrt(0.5)
    diagonal = film @ np.array([[half, half], [-half, half]])
    assert np.ptp(film, axis=(0, 1)).max() <= np.ptp(diagonal, axis=(0, 1)).max() + 1e-6


def test_a_generator_gives_the_same_bytes_and_progress_is_told(film: np.ndarray) -> None:
    def one_by_one() -> Iterator[np.ndarray]:
        for distance in LEARNT:
            yield frame(distance)

    told: list[tuple[int, int]] = []
    again = aligned_tsne(one_by_one(), callback=lambda done, frames: told.append((done, frames)))
    assert again.tobytes() == film.tobytes()
    assert told == [(done, 5) for done in range(1, 6)]


@pytest.mark.parametrize(
    "features",
    [
        pytest.param(np.ones((12, 70), np.float32), id="a dead layer"),
        pytest.param(np.arange(12, dtype=np.float32)[:, None], id="one feature"),
        pytest.param(frame(1)[:12] * np.float32(1e30), id="nearly diverged"),
        pytest.param(frame(1).astype(np.float16)[:12], id="half precision"),
    ],
)
def test_odd_features_still_give_a_film(features: np.ndarray) -> None:
    film = aligned_tsne([features, features])
    assert np.isfinite(film).all()
    assert film.shape == (2, 12, 2)
    assert len(np.unique(film[-1], axis=0)) == 12


def test_what_cannot_be_embedded_is_named() -> None:
    diverged = frame(1)
    diverged[3, 5] = np.nan
    with pytest.raises(LookError, match=r"frame 1 of the film holds features that aren't finite"):
        aligned_tsne([frame(1), diverged])
    with pytest.raises(LookError, match=r"at least 10 items; frame 0 of the film has 9"):
        aligned_tsne([frame(1)[:9]])
    with pytest.raises(LookError, match=r"at least one frame of features; got none"):
        aligned_tsne([])


def test_without_the_library_the_line_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(MissingLibrary, match=r"A t-SNE needs openTSNE.*handlens\[train\]"):
        aligned_tsne([frame(1)])


def test_certainty_lies_on_the_circle_and_ignorance_in_the_middle() -> None:
    sure, unsure = np.eye(10), np.full((10, 10), 0.1)
    view = linear_view(np.stack([sure, unsure]))
    np.testing.assert_allclose(np.linalg.norm(view[0], axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(view[1], 0, atol=1e-6)
    np.testing.assert_allclose(view[0, 0], (0, 1), atol=1e-6)
    assert len(np.unique(view[0].round(3), axis=0)) == 10


def test_the_view_is_one_linear_map_for_all_frames() -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(6), size=(3, 40))
    view = linear_view(probabilities)
    mean = linear_view(np.concatenate([probabilities, probabilities.mean(axis=0, keepdims=True)]))
    np.testing.assert_allclose(mean[-1], view.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(mean[:-1], view, atol=1e-6)


def test_classes_that_are_mixed_up_become_neighbours() -> None:
    pairs = [(0, 5), (1, 4), (2, 7), (3, 6)]
    mixed = np.zeros((4, 8))
    for row, (one, other) in enumerate(pairs):
        mixed[row, [one, other]] = 0.5
    order = ring_order(mixed).tolist()
    assert order[0] == 0
    assert sorted(order) == list(range(8))
    for one, other in pairs:
        assert abs(order.index(one) - order.index(other)) in (1, 7)


def test_probabilities_that_are_not_finite_are_refused() -> None:
    with pytest.raises(LookError, match=r"probabilities that aren't finite"):
        linear_view(np.full((1, 2, 3), np.nan))


def test_a_pile_becomes_a_disc_that_stays_the_same() -> None:
    piles = np.zeros((3, len(LABELS), 2), np.float32)
    piles[1] = 4
    spread_out = fanned(piles, LABELS, radius=0.5)
    offsets = spread_out - piles
    np.testing.assert_allclose(offsets[1], offsets[0], atol=1e-6)
    distances = np.linalg.norm(offsets[0], axis=1)
    assert 0.45 < distances.max() <= 0.5
    for value in range(CLASSES):
        assert len(np.unique(offsets[0][value == LABELS], axis=0)) == 80


def test_blas_is_limited_once_everything_that_uses_it_is_loaded() -> None:
    """A limit binds only what is loaded; OpenBLAS then warned 2,520 times a film that it may hang."""
    script = """
import sys, numpy as np, threadpoolctl
limit = threadpoolctl.threadpool_limits
seen = []
def watched(**options):
    seen.append("openTSNE" in sys.modules)
    return limit(**options)
threadpoolctl.threadpool_limits = watched
from handlens.insight.embedding import aligned_tsne
aligned_tsne(np.random.default_rng(0).normal(size=(2, 60, 5)).astype(np.float32))
assert seen and seen[0], seen
"""
    subprocess.run([sys.executable, "-c", script], check=True)
