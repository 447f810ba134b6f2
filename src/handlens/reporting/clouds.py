"""The numbers of the films and of the page's cloud: where chosen items lie at each frame, kept in the cache.

A t-SNE is kept in ``tsne-DIGEST.safetensors`` as 12-bit places, which fill the film's own range::

    film   int16 [frames, n, 2]   each frame's codes less those of the frame before; the first frame's own
    scale  float32 [1]            a code of 1 in the film's unit

0.4 MB for 70 frames of 1,500 items, and since little moves from frame to frame, deflated half of that. A code
is a sixth of a pixel in a film, and less than a dot's rim on a page.
"""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int16, Integer

from handlens.arrays import Batch
from handlens.errors import LookError
from handlens.insight import embedding
from handlens.insight.activations import softmax
from handlens.insight.units import looked_at
from handlens.recording import Recording
from handlens.recording.files import sha256
from handlens.reporting.asked import before_logits, digits, labels
from handlens.reporting.kept import Arrays, is_kept, kept
from handlens.runtime import Net

ITEMS = 1500
SEED = 0
MADE = 1
"""Of how the numbers are made: to be raised where the same settings give others."""
CODES = 2047
"""The largest code of a place, either way."""
RUNNING = 0.2
"""The network's share of a t-SNE's time."""

Progress = Callable[[str, float], None]
Film = Float32[np.ndarray, "frames n 2"]
Coded = Int16[np.ndarray, "frames n 2"]
Beliefs = Float[np.ndarray, "frames n classes"]


class Cast(NamedTuple):
    """The items that play: the same number of each class, the first ones of the set."""

    set: str
    items: Integer[np.ndarray, "n"]
    labels: Integer[np.ndarray, "n"]
    stage: str


class Cloud(NamedTuple):
    """The cast at each of some frames: probabilities, and places on a plane where they were asked for."""

    steps: tuple[int, ...]
    probabilities: Beliefs
    tsne: Film | None


def cast(run: Recording, name: str, items: int = ITEMS) -> Cast:
    """Choose the items of a film."""
    all_labels = labels(run, name)
    chosen = embedding.balanced(all_labels, items)
    return Cast(name, chosen, all_labels[chosen], before_logits(run.graph))


def cloud(
    run: Recording,
    chosen: Cast,
    steps: tuple[int, ...],
    *,
    tsne: bool,
    progress: Progress = lambda what, share: None,
) -> Cloud:
    """The cast's probabilities at each step, and its aligned t-SNE if ``tsne``.

    Frames from the first on whose numbers aren't finite are left out.

    Raises:
        MissingLibrary: a t-SNE is asked for and openTSNE isn't installed.
        LookError: not even the first frame is finite, or there are too few items.
    """
    places = tsne_of(run, chosen, steps, progress) if tsne else None
    name = _name(run, "beliefs", chosen, steps)
    there = kept(run, name, lambda: _beliefs(run, chosen, steps, (lambda *_: None) if tsne else progress))
    return Cloud(steps[: len(there["probabilities"])], there["probabilities"], places)


def tsne_of(
    run: Recording,
    chosen: Cast,
    steps: tuple[int, ...],
    progress: Progress = lambda what, share: None,
) -> Film:
    """The cast's aligned t-SNE at each step, up to the first whose numbers aren't finite.

    Raises:
        MissingLibrary: openTSNE isn't installed.
        LookError: not even the first frame is finite, or there are too few items.
    """
    there = kept(run, _tsne_name(run, chosen, steps), lambda: _fitted(run, chosen, steps, progress))
    return decoded(there["film"], there["scale"])


def has_tsne(run: Recording, chosen: Cast, steps: tuple[int, ...]) -> bool:
    """Whether there is a t-SNE that needn't be computed."""
    return is_kept(run, _tsne_name(run, chosen, steps))


def coded(film: Film) -> Arrays:
    """A film in 12 bits, as differences from frame to frame: "film" and "scale"."""
    scale = np.float32(max(float(np.abs(film).max(initial=0)), 1e-9) / CODES)
    codes = np.rint(film / scale).astype(np.int16)
    return {"film": np.diff(codes, axis=0, prepend=np.int16(0)), "scale": np.array([scale])}


def decoded(differences: Coded, scale: Float32[np.ndarray, "1"]) -> Film:
    """The film whose differences these are."""
    film: Film = np.cumsum(differences, axis=0, dtype=np.int16) * scale
    return film


def _beliefs(run: Recording, chosen: Cast, steps: tuple[int, ...], progress: Progress) -> Arrays:
    frames = _finite(run, chosen, steps, progress)
    return {"probabilities": np.stack([softmax(logits) for _, logits in frames])}


def _fitted(run: Recording, chosen: Cast, steps: tuple[int, ...], progress: Progress) -> Arrays:
    def fitted(done: int, of: int) -> None:
        progress("fitting the t-SNE", RUNNING + (1 - RUNNING) * done / of)

    def running(what: str, share: float) -> None:
        progress(what, RUNNING * share)

    frames = _finite(run, chosen, steps, running)
    features = (stage.reshape(len(stage), -1) for stage, _ in frames)
    return coded(embedding.aligned_tsne(features, SEED, fitted))


def _finite(
    run: Recording, chosen: Cast, steps: tuple[int, ...], progress: Progress
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The stage and the logits of each frame, up to the first that isn't finite.

    Raises:
        LookError: the first one isn't.
    """
    images = digits(run, chosen.set, chosen.items)[0]
    for number, step in enumerate(steps):
        progress("running the network", number / len(steps))
        stage, logits = _pass(run, images, chosen.stage, step)
        if not (np.isfinite(stage).all() and np.isfinite(logits).all()):
            if number:
                return
            raise LookError(f"{run.folder}: step {step:,} holds numbers that aren't finite; there is no film")
        yield stage, logits


def _pass(run: Recording, images: Batch, stage: str, step: int) -> tuple[np.ndarray, np.ndarray]:
    """A stage and the logits at one frame, in one pass that keeps nothing else."""
    stages = Net(looked_at(run.graph, {stage, run.graph.output}), run.weights(step)).stages(images)
    return stages[stage], stages[run.graph.output]


def _tsne_name(run: Recording, chosen: Cast, steps: tuple[int, ...]) -> str:
    settings = (
        embedding.COMPONENTS, embedding.PERPLEXITY, embedding.UNFOLDING,
        embedding.FOLLOWING, embedding.LOOSENING, SEED,
    )  # fmt: skip
    return _name(run, "tsne", chosen, steps, *settings)


def _name(run: Recording, what: str, chosen: Cast, steps: tuple[int, ...], *settings: object) -> str:
    """Of the cache's file: it changes with everything that the numbers depend on, but for the libraries."""
    frames = [run.digest(step) for step in steps]
    data = run.header.data
    items = [chosen.set, chosen.items.tolist(), data.name, data.sha256, data.samples]
    everything = json.dumps([MADE, settings, items, chosen.stage, frames], sort_keys=True)
    return f"{what}-{sha256(everything.encode())[:16]}.safetensors"
