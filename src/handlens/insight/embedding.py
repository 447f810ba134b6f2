"""Many dimensions on a plane: an aligned t-SNE of every frame, and one fixed linear view of the outputs.

Where the numbers below come from: `bench/film_stability.json`, written by `handlens.bench.film_stability`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from itertools import combinations
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int, Integer

from handlens.arrays import Points
from handlens.errors import LookError, MissingLibrary
from handlens.insight.points import TINY, procrustes, unit_size

Features = Float[np.ndarray, "n features"]
Components = Float32[np.ndarray, "n components"]
Film = Float32[np.ndarray, "frames n 2"]
Classes = Integer[np.ndarray, "n"]

COMPONENTS = 50  # beyond it neighbours' accuracy doesn't rise (0.94 at 30, 0.945 at 50 and 100), time does
PERPLEXITY = 30.0  # t-SNE's customary number of neighbours that count
FEWEST_POINTS = 10  # fewer have no neighbourhoods to keep
THREADS = 2  # of openTSNE: the same points in 0.6 of the time on two idle cores, 0.4 on two shared ones
UNFOLDING = (250, 500)  # iterations of the frame fitted from nothing: openTSNE's defaults
# Iterations of a frame that starts from its neighbour, the first with an exaggeration of 2. Without it, noise
# kept the classes of the frames after it: neighbours' accuracy 0.77 where the features had 0.19.
FOLLOWING = (25, 25)
LOOSENING = 2


def balanced(labels: Classes, n: int = 1500) -> Int[np.ndarray, "chosen"]:
    """Choose the same number of items of each class.

    Args:
        labels: The class of each item of a set.
        n: How many items to choose, at most; ``n / classes`` of each class, fewer where a class has fewer.

    Returns:
        Indices into ``labels``, ascending: the first ones of each class. Nothing is drawn by chance.
    """
    classes = np.unique(labels)
    share = n // max(len(classes), 1)
    chosen = [np.flatnonzero(labels == value)[:share] for value in classes]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.intp)


def aligned_tsne(
    features: Iterable[Features], seed: int = 0, callback: Callable[[int, int], None] | None = None
) -> Film:
    """Embed the same items at each frame of a training so that points move only as far as they must.

    The last frame, whose structure is clearest, is fitted from nothing. Then, backward, each frame starts
    from its later neighbour's embedding, is optimised for a few iterations more (the first with a mild
    exaggeration: what the features don't hold together comes apart), brought to unit size (the size of a
    t-SNE means nothing, and grows with the iterations) and turned upon its neighbour by `procrustes`.
    Forward was tried: groups that are torn in the first frame stay so to the end, where neighbours' accuracy
    is then 0.93 instead of 0.945. A t-SNE has many nearly equal optima; of theirs, the early frames show the
    ones that resemble the end.

    The same input gives the same bytes on one machine with one set of versions.

    Args:
        features: One array [n, features] a frame, the same items in the same order. Read once, first to last;
            only the leading 50 principal components of each are kept, so a generator may compute them one
            at a time.
        seed: Of the principal components' random start, and of the first embedding's.
        callback: Called with (frames done, frames in all) after each embedding.

    Returns:
        The embeddings [frames, n, 2], each centred, with a root-mean-square distance from the centre of 1;
        the whole film is turned so that it fits into the smallest square.

    Raises:
        MissingLibrary: OpenTSNE isn't installed.
        LookError: There is no frame, or a frame has too few items, or numbers that aren't finite.

    Source:
        van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008); openTSNE's implementation.
    """
    library = _open_tsne()
    with _one_blas_thread():
        return _film(library, features, seed, callback)


def _film(
    library: ModuleType, features: Iterable[Features], seed: int, callback: Callable[[int, int], None] | None
) -> Film:
    frames = [_reduced(frame, seed, number) for number, frame in enumerate(features)]
    if not frames:
        raise LookError("a film needs at least one frame of features; got none")
    film = np.empty((len(frames), len(frames[0]), 2), np.float32)
    plane = _principal_plane(frames[-1], seed)
    for done, affinities in enumerate(_ahead(partial(_affinities, library), frames[::-1]), start=1):
        fit = _unfolded if done == 1 else _followed
        plane = fit(library, affinities, plane)
        level = unit_size(plane)
        film[-done] = level if done == 1 else procrustes(level, film[1 - done])
        if callback is not None:
            callback(done, len(frames))
    return _turned_to_fill(film)


def independent_tsne(features: Features, seed: int = 0) -> Points:
    """Embed one frame by itself from a random start: what `aligned_tsne` is measured against.

    Args:
        features: [n, features].
        seed: Of the random start.

    Returns:
        The embedding [n, 2], centred, with a root-mean-square distance from the centre of 1.

    Raises:
        MissingLibrary: OpenTSNE isn't installed.
        LookError: There are too few items, or numbers that aren't finite.
    """
    library = _open_tsne()
    with _one_blas_thread():
        reduced = _reduced(features, seed, 0)
        start = np.random.default_rng(seed).normal(0, 1e-4, (len(reduced), 2))
        return unit_size(_unfolded(library, _affinities(library, reduced), start))


def linear_view(probabilities: Float[np.ndarray, "frames n classes"]) -> Film:
    """Project softmax outputs on a plane, by one linear map for all frames.

    Each class owns a direction on the unit circle, and an item lies at the mean of these directions weighted
    by its probabilities: near its class where the network is sure, on the chord between two where it wavers,
    in the middle where it knows nothing. Since the map is linear and fixed, every movement is the network's.

    The classes stand around the circle so that those which the network mixes up (over all the frames) are
    neighbours: doubt then moves points along the rim, and doesn't send them to the middle.

    Args:
        probabilities: Softmax outputs [frames, n, classes], each row with the sum 1.

    Returns:
        Points [frames, n, 2] in the unit circle; the first class is on top, the order clockwise.

    Raises:
        LookError: There are probabilities that aren't finite.

    Source:
        Li, Zhao and Scheidegger, "Visualizing Neural Networks with the Grand Tour", Distill (2020).
    """
    if not np.isfinite(probabilities).all():
        raise LookError("a linear view can't show probabilities that aren't finite (the training diverged)")
    order = ring_order(probabilities.reshape(-1, probabilities.shape[-1]))
    angles = np.empty(len(order))
    angles[order] = np.arange(len(order)) * 2 * np.pi / len(order)
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    film: Film = (probabilities @ directions).astype(np.float32)
    return film


def ring_order(probabilities: Float[np.ndarray, "n classes"]) -> Int[np.ndarray, "classes"]:
    """Order classes around a circle so that those which share probability are near each other.

    Args:
        probabilities: [n, classes].

    Returns:
        The classes in their order around the circle, beginning with class 0. Found by exchanging pairs as
        long as the sum of shared probability x distance along the circle falls: not always the best order,
        always the same for the same probabilities.
    """
    classes = probabilities.shape[1]
    shared = (probabilities.T @ probabilities).astype(np.float64)
    gap = np.abs(np.arange(classes)[:, None] - np.arange(classes))
    distance = np.minimum(gap, classes - gap)
    order = np.arange(classes)
    cost = _ring_cost(order, shared, distance)
    improved = True
    while improved:
        improved = False
        for swapped in _swaps(order):
            if (lower := _ring_cost(swapped, shared, distance)) < cost * (1 - 1e-9):
                order, cost, improved = swapped, lower, True
                break
    order = np.roll(order, -int(np.flatnonzero(order == 0)[0]))
    if len(order) > 2 and order[1] > order[-1]:  # the other way round is as good: one of the two, always
        order[1:] = order[:0:-1]
    return order


def fanned(points: Film, labels: Classes, radius: float = 0.12) -> Film:
    """Fan out piles: move each item by a small offset of its own, the same in all frames.

    A network that is sure puts hundreds of items on one spot of `linear_view`, where they look like one.

    Args:
        points: [frames, n, 2].
        labels: The class of each item, [n].
        radius: The longest offset, in the points' unit.

    Returns:
        Points [frames, n, 2]; the items of a class that lay on one spot now fill a disc evenly.

    Source:
        Vogel, "A better way to construct the sunflower head", Mathematical Biosciences 44 (1979).
    """
    offsets = np.empty(points.shape[1:], np.float32)
    for value in np.unique(labels):
        members = np.flatnonzero(labels == value)
        rank = np.arange(len(members)) + 0.5
        angles = rank * np.pi * (3 - np.sqrt(5))
        reach = radius * np.sqrt(rank / len(members))
        offsets[members] = np.stack([reach * np.sin(angles), reach * np.cos(angles)], axis=1)
    film: Film = points + offsets
    return film


def _open_tsne() -> ModuleType:
    try:
        return import_module("openTSNE")
    except ImportError:
        raise MissingLibrary("openTSNE", "A t-SNE", "train") from None


def _one_blas_thread() -> AbstractContextManager[object]:
    """Inside, the numerical libraries that are loaded by now use one thread (openTSNE must be among them).

    The components of 1,500 items take 0.02 s by one thread, and 2.5 s by two that wait for each other while
    another process is busy on each core; and OpenBLAS's threads inside OpenMP's may hang, as it warns itself.
    """
    limits: Callable[..., AbstractContextManager[object]] = import_module("threadpoolctl").threadpool_limits
    return limits(limits=1, user_api="blas")


def _reduced(features: Features, seed: int, number: int) -> Components:
    """The leading principal components [n, ≤ 50], by Halko's randomised range finder (SIAM Review 53, 2011).

    A tenth of the exact decomposition's time for 0.3 % less of the variance kept.
    """
    if len(features) < FEWEST_POINTS:
        raise LookError(
            f"a t-SNE needs at least {FEWEST_POINTS} items; frame {number} of the film has {len(features)}"
        )
    if not np.isfinite(features).all():
        raise LookError(
            f"frame {number} of the film holds features that aren't finite (the training diverged): "
            "ask for the frames before it"
        )
    sized = (features / max(np.abs(features).max(), TINY)).astype(np.float32)  # squares must not overflow
    centred: Components = sized - sized.mean(axis=0)
    if centred.shape[1] <= COMPONENTS:
        return centred
    oversampled = min(COMPONENTS + 10, *centred.shape)
    basis = np.random.default_rng(seed).standard_normal((centred.shape[1], oversampled), np.float32)
    for _ in range(2):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    left, scales, _ = np.linalg.svd(centred @ basis, full_matrices=False)
    components: Components = (left * scales)[:, :COMPONENTS]
    return components


def _affinities(library: ModuleType, reduced: Components) -> Any:
    perplexity = min(PERPLEXITY, (len(reduced) - 1) / 3)
    return library.affinity.PerplexityBasedNN(reduced, perplexity=perplexity, method="exact")


def _ahead(compute: Callable[[Components], Any], frames: Sequence[Components]) -> Iterator[Any]:
    """Compute for each frame, one frame ahead in a second thread (the libraries let go of Python's lock)."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(compute, frames[0])
        for following in frames[1:]:
            present, coming = coming, pool.submit(compute, following)
            yield present.result()
        yield coming.result()


def _unfolded(library: ModuleType, affinities: Any, start: Points) -> Points:
    exaggerated = _tsne(library, affinities, start).optimize(UNFOLDING[0], exaggeration=12, momentum=0.5)
    return np.asarray(exaggerated.optimize(UNFOLDING[1], momentum=0.8))


def _followed(library: ModuleType, affinities: Any, neighbour: Points) -> Points:
    loosened = _tsne(library, affinities, neighbour).optimize(
        FOLLOWING[0], exaggeration=LOOSENING, momentum=0.5
    )
    return np.asarray(loosened.optimize(FOLLOWING[1], momentum=0.8))


def _tsne(library: ModuleType, affinities: Any, start: Points) -> Any:
    return library.TSNEEmbedding(start, affinities, negative_gradient_method="bh", n_jobs=THREADS)


def _principal_plane(reduced: Components, seed: int) -> Points:
    """The first two components, tiny as a start must be, and shaken a little: equal items must come apart."""
    plane = np.zeros((len(reduced), 2))
    plane[:, : reduced.shape[1]] = reduced[:, :2]
    plane = unit_size(plane)
    start: Points = 1e-4 * plane + np.random.default_rng(seed).normal(0, 1e-6, plane.shape)
    return start


def _turned_to_fill(film: Film) -> Film:
    """The whole film by one angle: a t-SNE has no axes, and what fills a square is drawn largest."""
    turns = []
    for angle in np.radians(np.arange(0, 90, 5)):
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        turns.append(film @ np.array([[cosine, sine], [-sine, cosine]]))
    return min(turns, key=lambda turned: float(np.ptp(turned, axis=(0, 1)).max()))


def _swaps(order: Int[np.ndarray, "classes"]) -> Iterator[Int[np.ndarray, "classes"]]:
    for one, other in combinations(range(len(order)), 2):
        swapped = order.copy()
        swapped[[one, other]] = order[[other, one]]
        yield swapped


def _ring_cost(
    order: Int[np.ndarray, "classes"],
    shared: Float[np.ndarray, "classes classes"],
    distance: Int[np.ndarray, "classes classes"],
) -> float:
    return float((shared[np.ix_(order, order)] * distance).sum())
