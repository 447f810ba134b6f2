"""Recordings as a page may meet them: of drawn weights, without torch."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from small import SMALL, drawn, header

from handlens.arrays import Weights
from handlens.data import Sets
from handlens.graph import Graph
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
from handlens.recording.schema import Data, EvaluationLine, NoteLine, Result, Score, StepLine

Record = Callable[..., Recording]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """Makes recordings: a frame at each of some steps, a loss an update, a scoring and a note at the end."""
    writers: list[Writer] = []

    def recorded(
        frames: dict[int, Weights] | None = None,
        graph: Graph = SMALL,
        name: str = "run",
        samples: dict[str, np.ndarray] | None = None,
        status: str = "finished",
        loss: Callable[[int], float] = lambda step: 1 / step,
        **fields: object,
    ) -> Recording:
        frames = frames or {step: drawn(step, graph) for step in (0, 1, 2, 4, 6)}
        content = None if samples is None else pack(samples)
        if content is not None:
            fields = {"data": Data(name=name, samples=sha256(content)), **fields}
        made = header(graph=graph, **fields)
        writers.append(writer := Writer.create(tmp_path / name, made, frames[0], None, content))
        last = max(frames)
        for step in range(1, last + 1):
            writer.log(StepLine(step=step, seconds=step / 10, loss=loss(step), epoch=1 + (step - 1) // 4))
            if step in frames:
                writer.frame(step, frames[step])
        if last:
            norms = {"conv1.weight": float("nan"), "conv2.weight": 0.5}
            scoring = EvaluationLine(
                step=last, set="validation", n=10, loss=0.1, accuracy=0.9, seconds=1.0, gradient_norm=norms
            )
            writer.log(scoring, NoteLine(step=last, text="worth telling"))
        if status == "finished":
            test = Score(set="test", n=10, accuracy=0.8)
            writer.close(Result(step=last, seconds=1.0, images=10, test=test))
        elif status == "interrupted":
            writer.release()
        return load(tmp_path / name)

    yield recorded
    for writer in writers:
        writer.release()


@pytest.fixture
def digits(mnist: Sets) -> Data:
    """The header's part that names the bundled set."""
    return Data(name="mnist", sha256=mnist.digests, watched="validation")
