"""What each unit answers to: ``units/SET/STEP.safetensors``, and ``dreams.safetensors``.

Of each frame, for each layer L of ``run.json``'s ``filters.layers``, over the sampled items
(`handlens.reporting.rooms.seen.sampled`)::

    L/top    int32 [units, 9]    positions of the items that excite a unit most; -1: no more
    L/place  int32 [units, 9]    where in its map, row by row
    L/peak   float32 [units, 9]  how much: what comes out of the activation
    L/alive  uint8 [units]       255 x the share of items that it answers at all, rounded up; 0: none
    L/twin   int32 [units]       the unit that answers most like it; -1: none
    L/alike  float32 [units]     the correlation of the two, over all places of the first 500 items

Of six moments of the training, by torch (`handlens.insight.dreams`)::

    steps       int32 [moments]                    ascending; frames of the recording
    L/pictures  uint8 [moments, units, C, H, W]    what excites units most; fewer where a network is large
    L/values    float32 [moments, units]           what a unit then sums up to, before its activation
"""

import json
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from math import prod
from typing import Any

import numpy as np

from handlens.errors import MissingLibrary
from handlens.graph import Graph
from handlens.insight import dreams
from handlens.insight.units import (
    Layer,
    Likeness,
    Peaks,
    alive,
    as_maps,
    layers,
    looked_at,
    peaks,
    strongest,
)
from handlens.recording import Recording
from handlens.recording.files import pack, sha256
from handlens.reporting.kept import Arrays, is_kept, kept
from handlens.reporting.rooms.seen import Seen, Slow, sampled
from handlens.runtime import Net

MADE = 1
"""Of how the numbers are made: to be raised where the same frames give others."""
MOST_LAYERS = 8
MOST_UNITS = 256
COMPARED = 500
"""Items that twins are found on."""
CHUNK_BYTES = 40_000_000
"""What the maps of the items that are looked at together may take."""
MOMENTS = 6
DREAMT = 1.5e12
"""Multiply-adds that all dreams may take: about two minutes on two idle cores."""
RATE = 1.2e10
"""Of these in a second."""


def about(seen: Seen) -> dict[str, Any]:
    """The layers whose units can be looked at, and on how many items they are."""
    shown = [layer._asdict() for layer in _layers(seen.run.graph)]
    return {"filters": {"items": len(sampled(seen.run, seen.set)), "layers": shown}}


def readers(seen: Seen) -> dict[str, Any]:
    """A resource a frame, and the dreams, unless the training goes on; nothing without such layers."""
    if not _layers(seen.run.graph):
        return {}
    frames = {f"units/{seen.set}/{step}.safetensors": partial(_units, seen, step) for step in seen.steps}
    if seen.run.status == "running":
        return frames
    slow = Slow(
        partial(_dreams, seen.run),
        kept=is_kept(seen.run, _dreams_name(seen.run)),
        seconds=max(1, round(sum(_costs(seen.run.graph)) / RATE)),
        missing="" if find_spec("torch") else str(MissingLibrary("torch", dreams.PURPOSE, "train")),
    )
    return {**frames, "dreams.safetensors": slow}


def _layers(graph: Graph) -> list[Layer]:
    """At most eight, the first and the last among them, and of each at most so many units."""
    found = layers(graph)
    places = sorted({round(place) for place in np.linspace(0, len(found) - 1, MOST_LAYERS)}) if found else []
    return [found[place]._replace(units=min(found[place].units, MOST_UNITS)) for place in places]


# -- what units answer ---------------------------------------------------------------------------------


def _units(seen: Seen, step: int) -> bytes:
    run, name = seen.run, seen.set
    if run.status != "running":
        file = f"units-{name}-{_named(MADE, run.digest(step), len(sampled(run, name)))}.safetensors"
        return _placed(seen, kept(run, file, lambda: _answers(run, name, step)))
    key = (f"units/{name}", run.digest(step))
    if key not in seen.memory:
        seen.memory[key] = _placed(seen, _answers(run, name, step))
    return seen.memory[key]


def _placed(seen: Seen, found: Arrays) -> bytes:
    """With positions among the held items in place of indices in the set."""
    placed = dict(found)
    for name in found:
        if name.endswith("/top"):
            at = np.searchsorted(seen.items, found[name])
            placed[name] = np.where(found[name] < 0, -1, at).astype(np.int32)
    return pack(placed)


def _answers(run: Recording, name: str, step: int) -> Arrays:
    items = sampled(run, name)
    asked = _layers(run.graph)
    found: dict[str, list[Peaks]] = {layer.name: [] for layer in asked}
    alike = {layer.name: Likeness() for layer in asked}
    done = 0
    for maps in _maps(run, asked, step, run.digits(name, items)[0]):
        for layer in asked:
            found[layer.name].append(peaks(maps[layer.name]))
            alike[layer.name].add(maps[layer.name][: max(COMPARED - done, 0)])
        done += len(next(iter(maps.values())))
    arrays: Arrays = {}
    for layer in asked:
        told = _told(found[layer.name], alike[layer.name], items)
        arrays |= {f"{layer.name}/{what}": array for what, array in told.items()}
    return arrays


def _told(parts: list[Peaks], alike: Likeness, items: np.ndarray) -> Arrays:
    found = Peaks(*map(np.concatenate, zip(*parts, strict=True)))
    top = strongest(found)
    twin, correlation = alike.twins()
    return {
        "top": np.where(top.items < 0, -1, items[top.items]).astype(np.int32),
        "place": top.places,
        "peak": top.values,
        "alive": np.ceil(255 * alive(found)).astype(np.uint8),
        "twin": twin,
        "alike": correlation,
    }


def _maps(run: Recording, asked: list[Layer], step: int, images: np.ndarray) -> Iterator[Arrays]:
    """What the layers answer, [n, units, places] each, for so many items at a time as fit into memory."""
    graph = looked_at(run.graph, [layer.answers for layer in asked])
    net = Net(graph, run.weights(step))
    each = 4 * sum(prod(graph.shape(layer.answers)) for layer in asked)
    chunk = max(1, min(COMPARED, CHUNK_BYTES // each))
    for start in range(0, len(images), chunk):
        stages = net.stages(images[start : start + chunk])
        yield {
            layer.name: as_maps(graph.node(layer.name).op, stages[layer.answers])[:, : layer.units]
            for layer in asked
        }


# -- what would excite them most -----------------------------------------------------------------------


def _dreams(run: Recording) -> bytes:
    return pack(kept(run, _dreams_name(run), lambda: _dreamt(run)))


def _dreams_name(run: Recording) -> str:
    settings = (MADE, dreams.UPDATES, dreams.STRIDES, _dreamers(run.graph))
    return f"dreams-{_named(settings, [run.digest(step) for step in moments(run.steps)])}.safetensors"


def _named(*everything: Any) -> str:
    return sha256(json.dumps(everything).encode())[:16]


def _dreamt(run: Recording) -> Arrays:
    steps = moments(run.steps)
    arrays: Arrays = {"steps": np.array(steps, np.int32)}
    for layer, units in zip(_layers(run.graph), _dreamers(run.graph), strict=True):
        made = [dreams.maximising(run.graph, run.weights(step), layer, units) for step in steps]
        pictures = np.stack([one.pictures for one in made])
        arrays[f"{layer.name}/pictures"] = np.rint(255 * pictures).astype(np.uint8)
        arrays[f"{layer.name}/values"] = np.stack([one.values for one in made])
    return arrays


def moments(steps: tuple[int, ...]) -> tuple[int, ...]:
    """The first and the last of some frames, and those next to a half, a quarter … of the last's step.

    >>> moments((0, 1, 2, 4, 8, 16, 32, 48, 64))
    (0, 4, 8, 16, 32, 64)
    """
    octaves = [steps[-1] / 2**k for k in range(MOMENTS - 1)]
    return tuple(sorted({steps[0], *(min(steps, key=lambda step: abs(step - octave)) for octave in octaves)}))


def _dreamers(graph: Graph) -> list[int]:
    """How many units of each layer dream: all, or an equal share of each where that would take too long."""
    share = min(1.0, DREAMT / max(1.0, sum(_full_costs(graph))))
    return [max(1, int(share * layer.units)) for layer in _layers(graph)]


def _costs(graph: Graph) -> list[float]:
    full = _full_costs(graph)
    dreamers = zip(_dreamers(graph), _layers(graph), full, strict=True)
    return [cost * units / layer.units for units, layer, cost in dreamers]


def _full_costs(graph: Graph) -> list[float]:
    """Multiply-adds of all units of each layer: there and back, from two starts, at each moment."""
    total, upto = 0, {}
    for row in graph.costs():
        total += row.multiply_adds
        upto[row.name] = total
    return [3.0 * 2 * MOMENTS * dreams.UPDATES * layer.units * upto[layer.name] for layer in _layers(graph)]
