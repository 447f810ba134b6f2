"""Fewer frames and fewer losses than were recorded, chosen so that what happened is still to be seen."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int64

from handlens.recording.frames import thinned

Steps = Int64[np.ndarray, "n"]
Losses = Float64[np.ndarray, "n"]
Fewer = tuple[Int64[np.ndarray, "kept"], Float64[np.ndarray, "kept"]]


def fewer_frames(steps: Sequence[int], most: int) -> tuple[int, ...]:
    """At most so many of a recording's frames, by its own rule: of the densest octave every second one goes.

    The first and the last are kept, whatever ``most`` says.

    >>> fewer_frames(range(9), 6)
    (0, 1, 2, 3, 4, 8)
    """
    kept = tuple(steps)
    while len(kept) > most and (gone := thinned(kept)):
        kept = tuple(step for step in kept if step not in gone)
    return kept


def fewer_losses(steps: Steps, losses: Losses, most: int) -> Fewer:
    """At most ``most`` points (at least 5) of a curve, its extremes among them.

    Of each of equal stretches the lowest, the highest and the first value that isn't finite are kept; so are
    the curve's two ends.
    """
    if len(steps) <= most:
        return steps, losses
    kept = {0, len(steps) - 1}
    for stretch in np.array_split(np.arange(len(steps)), (most - 2) // 3):
        kept.update(_telling(stretch, losses[stretch]))
    chosen = np.array(sorted(kept))
    return steps[chosen], losses[chosen]


def _telling(places: Steps, losses: Losses) -> set[int]:
    finite = np.isfinite(losses)
    told = set() if finite.all() else {int(places[finite.argmin()])}
    if finite.any():
        numbers = np.where(finite, losses, np.nan)
        told |= {int(places[np.nanargmin(numbers)]), int(places[np.nanargmax(numbers)])}
    return told
