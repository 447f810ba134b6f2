"""A network at one moment: numpy in, numpy out, no torch."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from handlens.arrays import Batch, Weights
from handlens.errors import GraphError
from handlens.graph import Graph, Node

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CHUNK = 500  # images a run: the largest activations of a small network then stay within some 50 MB


class Net:
    """A network at one moment: numpy in, numpy out, no torch.

    Args:
        graph: the network.
        weights: its tensors by name, float32.
        threads: CPU threads of one call; by default one a core.

    Raises:
        GraphError: the weights aren't the graph's.
    """

    def __init__(self, graph: Graph, weights: Weights, threads: int = 0) -> None:
        graph.check_weights(weights, "weights")
        self.graph = graph
        self.weights = weights
        self._threads = threads

    def __repr__(self) -> str:
        parameters = sum(row.parameters for row in self.graph.costs())
        return f"<Net {len(self.graph.nodes)} nodes, {parameters:,} parameters>"

    def __call__(self, images: Batch) -> np.ndarray:
        """Logits, float32 ``[batch, classes]``, of images ``[batch, channels, height, width]``."""
        return self._run(self._logits, [self.graph.output], images)[0]

    def slide(self, images: Batch) -> np.ndarray:
        """Logits at every place of images wider than the network's own, float32 ``[batch, classes, places]``.

        The network slides along: what it says of each window of its own width, its strides apart, in one run
        (LeCun et al. 1998, section VII: space displacement).

        Raises:
            GraphError: it doesn't end in one number a class and place, flattened, or pads to the left and
                right, or the images are lower, higher, or narrower than its own.
        """
        _check_slides(self.graph)
        channels, height, width = self.graph.input.shape
        if images.shape[1:3] != (channels, height) or images.ndim != 4 or images.shape[3] < width:
            raise GraphError(
                f"images are {images.shape}; expected (batch, {channels}, {height}, {width} or more)"
            )
        logits: np.ndarray = self._sliding.run([self.graph.output], {"input": images})[0]
        return logits.reshape(len(images), len(self.graph.classes), -1)

    def stages(self, images: Batch) -> dict[str, np.ndarray]:
        """What every stage gives, float32 ``[batch, …]``; first ``"input"``, as the network sees it."""
        names = [name for name in self.graph.stages if name != "input"]
        results = self._run(self._all, names, images)
        return {"input": _normalised(self.graph, images), **dict(zip(names, results, strict=True))}

    def stage(self, name: str, images: Batch) -> np.ndarray:
        """What one stage gives: `stages` without keeping the others in memory."""
        if name not in self.graph.stages:
            raise GraphError(f"no stage {name!r}; this network has {', '.join(self.graph.stages)}")
        if name == "input":
            return _normalised(self.graph, images)
        return self._run(self._all, [name], images)[0]

    @cached_property
    def _logits(self) -> "InferenceSession":
        return self._session([self.graph.output])

    @cached_property
    def _all(self) -> "InferenceSession":
        return self._session([name for name in self.graph.stages if name != "input"])

    @cached_property
    def _sliding(self) -> "InferenceSession":
        return self._session([self.graph.output], any_width=True)

    def _session(self, outputs: Sequence[str], any_width: bool = False) -> "InferenceSession":
        from handlens.runtime.session import session  # loads onnx and onnxruntime: a quarter of a second

        return session(self.graph, self.weights, outputs, self._threads, any_width)

    def _run(self, session: "InferenceSession", outputs: Sequence[str], images: Batch) -> list[np.ndarray]:
        _check_images(self.graph, images)
        chunks = [
            session.run(list(outputs), {"input": images[start : start + CHUNK]})
            for start in range(0, max(len(images), 1), CHUNK)
        ]
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]


def _check_images(graph: Graph, images: Batch) -> None:
    if images.shape[1:] != graph.input.shape or images.dtype != np.float32:
        expected = ", ".join(map(str, graph.input.shape))
        raise GraphError(
            f"images are {images.dtype} {images.shape}; this network takes float32 (batch, {expected}), "
            "pixels in 0…1"
        )


def _check_slides(graph: Graph) -> None:
    last = graph.node(graph.output)
    if last.op != "flatten" or graph.shape(last.inputs[0]) != (len(graph.classes), 1, 1):
        raise GraphError(
            f"a network slides whose last node flattens one number a class; this one's is {last.op}"
        )
    for node in graph.nodes:
        if node.op in ("linear", "mean") or _pads_aside(node):
            raise GraphError(
                f"node {node.name!r}: {node.op} takes the whole width, or pads it: it can't slide"
            )


def _pads_aside(node: Node) -> bool:
    padding: Any = node.attrs.get("padding", (0, 0))
    return bool(padding[1])


def _normalised(graph: Graph, images: Batch) -> np.ndarray:
    _check_images(graph, images)
    mean, std = (np.array(v, np.float32)[:, None, None] for v in (graph.input.mean, graph.input.std))
    return images if graph.input.identity else (images - mean) / std
