"""The numbers of the films: where chosen items lie at each frame, kept in the recording's cache."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Integer

from handlens.arrays import Batch
from handlens.errors import HandlensError, LookError, RecordingError
from handlens.graph import Graph
from handlens.insight import embedding
from handlens.insight.activations import softmax
from handlens.recording import Recording
from handlens.recording.files import pack, read_whole, sha256, unpack, write_whole
from handlens.reporting.asked import before_logits, digits
from handlens.runtime import Net

ITEMS = 1500
SEED = 0

Progress = Callable[[str, float], None]
Film = Float32[np.ndarray, "frames n 2"]
Beliefs = Float[np.ndarray, "frames n classes"]


class Cast(NamedTuple):
    """The items that play: the same number of each class, the first ones of the set."""

    set: str
    images: Batch
    labels: Integer[np.ndarray, "n"]
    stage: str


class Cloud(NamedTuple):
    """The cast at each of some frames: probabilities, and places on a plane where they were asked for."""

    steps: tuple[int, ...]
    probabilities: Beliefs
    tsne: Film | None


def cast(run: Recording, name: str, items: int = ITEMS) -> Cast:
    """Choose the items of a film."""
    chosen = embedding.balanced(digits(run, name)[1], items)
    return Cast(name, *digits(run, name, chosen), before_logits(run.graph))


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
    name = _name(run, chosen, steps)
    if (kept := _kept(run, name)) is not None and (kept.tsne is not None or not tsne):
        return kept._replace(steps=steps[: len(kept.probabilities)])
    made = _made(run, chosen, steps, tsne, progress)
    arrays = {"probabilities": made.probabilities}
    _keep(run, name, arrays if made.tsne is None else {**arrays, "tsne": made.tsne})
    return made


def _made(run: Recording, chosen: Cast, steps: tuple[int, ...], tsne: bool, progress: Progress) -> Cloud:
    beliefs: list[Float[np.ndarray, "n classes"]] = []

    def features() -> Iterator[Float[np.ndarray, "n features"]]:
        for step in steps:
            progress("running the network", len(beliefs) / len(steps) * (0.4 if tsne else 1.0))
            stage, logits = _pass(run, chosen, step)
            if not (np.isfinite(stage).all() and np.isfinite(logits).all()):
                return
            beliefs.append(softmax(logits))
            yield stage.reshape(len(stage), -1)

    def fitted(done: int, of: int) -> None:
        progress("fitting the t-SNE", 0.4 + 0.6 * done / of)

    if tsne:
        points = embedding.aligned_tsne(features(), SEED, fitted)
    else:
        points = None
        for _ in features():
            pass
    if not beliefs:
        raise LookError(f"{run.folder}: step {steps[0]:,} holds numbers that aren't finite; there is no film")
    return Cloud(steps[: len(beliefs)], np.stack(beliefs), points)


def _pass(run: Recording, chosen: Cast, step: int) -> tuple[np.ndarray, np.ndarray]:
    """The stage and the logits of one frame, in one pass that keeps nothing else."""
    stages = Net(_looked_at(run.graph, {chosen.stage, run.graph.output}), run.weights(step)).stages(
        chosen.images
    )
    return stages[chosen.stage], stages[run.graph.output]


def _looked_at(graph: Graph, names: set[str]) -> Graph:
    """The same graph with only these stages: the others' maps needn't be kept or copied."""
    nodes = tuple(node.model_copy(update={"stage": node.name in names}) for node in graph.nodes)
    return graph.model_copy(update={"nodes": nodes})


def _name(run: Recording, chosen: Cast, steps: tuple[int, ...]) -> str:
    """Of the cache's file: it changes with everything that the numbers depend on."""
    settings = (
        embedding.COMPONENTS, embedding.PERPLEXITY, embedding.UNFOLDING,
        embedding.FOLLOWING, embedding.LOOSENING, SEED,
    )  # fmt: skip
    try:
        library = version("openTSNE")
    except ModuleNotFoundError:
        library = "none"
    everything = json.dumps(
        [
            version("handlens"),
            library,
            settings,
            chosen.set,
            chosen.stage,
            [run.digest(step) for step in steps],
        ]
    )
    items = chosen.images.tobytes() + chosen.labels.tobytes()
    return f"cloud-{sha256(everything.encode() + sha256(items).encode())[:16]}.safetensors"


def _kept(run: Recording, name: str) -> Cloud | None:
    path = run.cache / name
    with suppress(HandlensError, KeyError):
        arrays = unpack(read_whole(path), path)
        return Cloud((), arrays["probabilities"], arrays.get("tsne"))
    return None


def _keep(run: Recording, name: str, arrays: dict[str, np.ndarray]) -> None:
    with suppress(OSError, RecordingError):  # a cache that can't be written costs time, nothing else
        run.cache.mkdir(parents=True, exist_ok=True)
        write_whole(run.cache / name, pack(arrays))
