"""Clouds of points on a plane: size, laying one upon another, how far they move, who neighbours whom."""

import numpy as np
from jaxtyping import Float, Integer

from handlens.arrays import Points

Features = Float[np.ndarray, "n features"]
Classes = Integer[np.ndarray, "n"]

TINY = float(np.finfo(np.float32).tiny)  # a divisor for clouds without extent


def procrustes(points: Points, reference: Points) -> Points:
    """Turn, mirror and shift a cloud of points so that it lies upon another as well as it can.

    Distances within the cloud stay as they are.

    Args:
        points: [n, 2].
        reference: Where each of the points should come to lie, [n, 2].

    Returns:
        The points moved, [n, 2]: of all rotations, reflections and translations the one with the least sum of
        squared distances.

    Source:
        Schönemann, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31 (1966).
    """
    centred = points - points.mean(axis=0)
    target = reference.mean(axis=0)
    left, _, right = np.linalg.svd(centred.T @ (reference - target))
    turned: Points = centred @ (left @ right) + target
    return turned


def unit_size(points: Points) -> Points:
    """Centre points [n, 2] and scale them to a root-mean-square distance from the centre of 1."""
    centred = points - points.mean(axis=0)
    sized: Points = centred / max(spread(points), TINY)
    return sized


def spread(points: Points) -> float:
    """The root-mean-square distance of points [n, 2] from their centre."""
    return float(np.sqrt(np.square(points - points.mean(axis=0)).sum(axis=1).mean()))


def jump(before: Points, after: Points) -> float:
    """How far points move between two frames: the median distance, as a share of the frames' mean spread.

    Args:
        before: Points of one frame [n, 2].
        after: The same points in the next frame [n, 2].

    Returns:
        0 where nothing moves; about 1 where two frames have nothing to do with each other.
    """
    moved = np.linalg.norm(after - before, axis=1)
    return float(np.median(moved)) / max((spread(before) + spread(after)) / 2, TINY)


def neighbour_accuracy(points: Features, labels: Classes, neighbours: int = 10) -> float:
    """The share of items whose nearest neighbours, by majority, are of their own class.

    Args:
        points: Positions in any number of dimensions, [n, dimensions].
        labels: The class of each, [n].
        neighbours: How many others vote, at most; of equal votes the lower class counts.

    Returns:
        0 to 1; `1 / classes` is chance.
    """
    squares = np.square(points).sum(axis=1)
    distances = squares[:, None] + squares - 2 * (points @ points.T)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, : min(neighbours, len(points) - 1)]
    values, codes = np.unique(labels, return_inverse=True)
    votes = np.stack([(codes[nearest] == code).sum(axis=1) for code in range(len(values))], axis=1)
    return float((votes.argmax(axis=1) == codes).mean())
