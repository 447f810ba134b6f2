"""What a small recording is made of."""

import numpy as np

from handlens import nets
from handlens.arrays import Weights
from handlens.graph import Graph
from handlens.recording import Header, Writer
from handlens.recording.schema import Data, EvaluationLine, StepLine
from handlens.recording.states import State

SMALL = nets.tutorial((2, 3), 3)


def drawn(seed: int, graph: Graph = SMALL) -> Weights:
    """Weights of a small network."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in graph.tensors.items()}


def header(**fields: object) -> Header:
    """A header that names no data set."""
    given = {"data": Data(name="none"), "graph": SMALL, **fields}
    return Header(created="2026-01-01T00:00:00+00:00", threads=1, device="cpu", **given)


def state(step: int) -> State:
    """A state of one tensor."""
    return State({"weights/a": np.full(3, step, np.float32)}, {"step": step, "seconds": 0.5 * step})


def record_steps(writer: Writer, steps: range) -> None:
    """A line and a frame for each step, a scoring at the last."""
    for step in steps:
        writer.log(StepLine(step=step, seconds=step / 10, loss=1 / step, lr=0.1))
        writer.frame(step, drawn(step))
    last = steps[-1]
    writer.log(EvaluationLine(step=last, set="test", n=10, loss=0.1, accuracy=0.9, seconds=1.0))
