"""``run.json``: what a page must know of a recording before it reads any frame."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from handlens.page.ranges import Ranges
from handlens.page.sets import things
from handlens.page.thinning import fewer_losses
from handlens.recording import Recording

MOST_LOSSES = 1500
FRAMED = (1, 28, 28)
"""The input whose drawings are framed as MNIST's digits were."""


def about(
    run: Recording, steps: Sequence[int], rounded: bool, shown: dict[str, Any], ranges: Ranges
) -> bytes:
    """The JSON, UTF-8; numbers that aren't finite are null.

    Args:
        run: the recording.
        steps: the frames that the page can get.
        rounded: whether those between the first and the last are in half precision.
        shown: what is known of the sets: "sets", "first", "missing" (why there are none, or None), "rooms"
            (what there is for them, or None); and whether there is a "lesson".
        ranges: the colour scales.
    """
    fields = {
        **_header(run),
        "frames": list(steps),
        "rounded": rounded,
        "total": max(run.steps[-1], run.updates[-1].step if run.updates else 0),
        "losses": _losses(run),
        "evaluations": [line.model_dump(exclude={"kind", "seconds"}) for line in run.evaluations],
        "epochs": _epochs(run),
        "notes": [{"step": note.step, "text": note.text} for note in run.notes],
        "changes": [line.model_dump(exclude={"kind"}) for line in run.changes],
        **shown,
        "ranges": ranges,
        "ink": run.graph.input.shape == FRAMED,
    }
    return json.dumps(_finite(fields), allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _header(run: Recording) -> dict[str, Any]:
    header = run.header
    return {
        "name": run.folder.resolve().name,
        "status": run.status,
        "created": header.created,
        "handlens": header.versions.get("handlens", ""),
        "recipe": header.recipe.model_dump() if header.recipe else None,
        "origin": header.origin.model_dump(exclude={"sha256"}) if header.origin else None,
        "result": header.result.model_dump() if header.result else None,
        "accuracy": run.accuracy,
        "accuracy_set": run.accuracy_set,
        "watched": header.data.watched,
        "data": header.data.name,
        "things": things(run),
        "graph": run.graph.to_json(),
    }


def _losses(run: Recording) -> dict[str, list[Any]]:
    steps, values = fewer_losses(*run.losses, MOST_LOSSES)
    return {"steps": steps.tolist(), "values": values.tolist()}


def _epochs(run: Recording) -> list[tuple[int, int]]:
    """The last step of each epoch, with the epoch."""
    last = {line.epoch: line.step for line in run.updates if line.epoch is not None}
    return [(step, epoch) for epoch, step in last.items()]


def _finite(value: Any) -> Any:
    """The same without NaN and infinities, which JSON doesn't have."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float | np.floating) and not math.isfinite(value):
        return None
    return value
