"""onnxruntime's home: a model made ready to run."""

import os
from collections.abc import Sequence

# onnxruntime sends its maker what it is used for, and writes an id into the user's cache, unless this is
# set before it is imported (its disable_telemetry_events() comes too late).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

from handlens.arrays import Weights
from handlens.graph import Graph
from handlens.runtime.model import to_onnx


def session(
    graph: Graph, weights: Weights, outputs: Sequence[str], threads: int, any_width: bool = False
) -> onnxruntime.InferenceSession:
    """A session that gives these nodes' values; ``threads`` of a call, 0 for one a core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors alone
    # Idle threads that spin would take a core from whatever runs beside us.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = to_onnx(graph, weights, outputs, any_width).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
