"""Where items lie in an aligned t-SNE of the layer before the logits: ``tsne/SET.safetensors``.

::

    items  int32 [n]              their positions among the held ones
    steps  int32 [frames]         of the page's frames; up to the first whose numbers aren't finite
    film   int16 [frames, n, 2]   12-bit places, x to the right and y upward: the first frame's, then the
                                  differences from each frame to the next
    scale  float32 [1]            a code of 1; the unit is the root-mean-square distance from the middle

It is the film's own t-SNE (`handlens.reporting.clouds`), made of all frames of the recording.
"""

from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from handlens.errors import MissingLibrary
from handlens.insight.embedding import FEWEST_POINTS
from handlens.recording.files import pack
from handlens.reporting.clouds import Cast, cast, coded, has_tsne, tsne_of
from handlens.reporting.rooms.seen import Seen, Slow

SECONDS_A_FRAME = 0.3
"""On two idle cores, the network's pass included."""


def about(seen: Seen) -> dict[str, Any]:
    """Nothing but what is said of slow parts."""
    return {}


def readers(seen: Seen) -> dict[str, Slow]:
    """The t-SNE; none of a training that goes on, or of too few items."""
    if seen.run.status == "running":
        return {}
    chosen = cast(seen.run, seen.set)
    if len(chosen.items) < FEWEST_POINTS:
        return {}
    slow = Slow(
        partial(_packed, seen, chosen),
        kept=has_tsne(seen.run, chosen, seen.run.steps),
        seconds=max(1, round(SECONDS_A_FRAME * len(seen.run.steps))),
        missing="" if find_spec("openTSNE") else str(MissingLibrary("openTSNE", "A t-SNE", "train")),
    )
    return {f"tsne/{seen.set}.safetensors": slow}


def _packed(seen: Seen, chosen: Cast) -> bytes:
    film = tsne_of(seen.run, chosen, seen.run.steps)
    frames = [place for place, step in enumerate(seen.run.steps[: len(film)]) if step in seen.steps]
    held = np.isin(chosen.items, seen.items)
    places = np.searchsorted(seen.items, chosen.items[held])
    return pack(
        {
            "items": places.astype(np.int32),
            "steps": np.array([seen.run.steps[frame] for frame in frames], np.int32),
            **coded(film[frames][:, held]),
        }
    )
