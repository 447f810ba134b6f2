"""Recordings of trainings that differ in known ways."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from small import drawn, header

from handlens.recipes import recipe
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import ChangeLine, Data, EvaluationLine, Result, StepLine

SIZE: dict[str, Any] = {"widths": (2, 3), "kernel": 3}
"""Of the network that is recorded."""


def trained(
    folder: Path, steps: Iterable[int], changes: Iterable[ChangeLine] = (), seed: int = 0, **fields: Any
) -> Recording:
    """Six samples, weights of a small network drawn anew at each step; the recipe "lab" with these fields."""
    rng = np.random.default_rng(3)
    samples = {"inputs": rng.random((6, 1, 28, 28), np.float32), "labels": np.arange(6, dtype=np.int64) % 3}
    content = pack(samples)
    data = Data(name="samples", samples=sha256(content), watched="samples", split={"samples": 6})
    chosen = recipe("lab", **{**SIZE, "seed": seed, **fields})
    writer = Writer.create(folder, header(data=data, recipe=chosen), drawn(seed), None, content)
    changes = list(changes)
    last = 0
    for step in steps:
        writer.log(*[line for line in changes if last <= line.step < step])
        writer.log(StepLine(step=step, seconds=step / 10, loss=2 / step, lr=0.1))
        writer.frame(step, drawn(100 * seed + step))
        writer.log(
            EvaluationLine(step=step, set="samples", n=6, loss=3 / step, accuracy=0.5, seconds=step / 10)
        )
        last = step
    writer.close(Result(step=last, seconds=1.0, images=6 * last))
    return load(folder)
