"""Recording anyone's own PyTorch loop: two lines around it, and every view works."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from handlens.arrays import Weights
from handlens.engine.recorder import Recorder, new_header
from handlens.errors import DataError, TraceError
from handlens.graph import Graph
from handlens.module import Network, as_weights
from handlens.recording import Recording, Writer, load
from handlens.recording.schema import Data, EvaluationLine, Result
from handlens.tracing import trace

SAMPLES_BYTES = 64_000_000  # as much as the frames may take; a few thousand small images


class OwnLoop:
    """What `record` gives: call `step` after each update.

    Attributes:
        graph: the network, as it was traced.
        steps: updates so far.
    """

    def __init__(self, recorder: Recorder, graph: Graph) -> None:
        self.graph = graph
        self.steps = 0
        self._recorder = recorder
        self._began = perf_counter()

    def step(
        self, loss: Float[Tensor, ""] | float, *, lr: float | None = None, epoch: int | None = None
    ) -> None:
        """An update was made. The loss is not waited for: on a GPU nothing is synchronised.

        Args:
            loss: of the batch, as it came from the loss function.
            lr: the learning rate used, where the curves should show it.
            epoch: the epoch, counted from 1.
        """
        self.steps += 1
        tensor = loss.detach() if isinstance(loss, Tensor) else torch.tensor(float(loss))
        self._recorder.step(self.steps, tensor, seconds=self.seconds, lr=lr, epoch=epoch)
        self._recorder.settle(self.steps)

    def evaluation(self, *, accuracy: float, loss: float, n: int, set: str = "test") -> None:  # noqa: A002
        """A set was scored, 0…1 and in nats, over n items."""
        line = EvaluationLine(
            step=self.steps, set=set, n=n, loss=loss, accuracy=accuracy, seconds=self.seconds
        )
        self._recorder.evaluation(line)

    def note(self, text: str) -> None:
        """Something worth telling whoever looks at the recording."""
        self._recorder.note(self.steps, text)

    @property
    def seconds(self) -> float:
        """Since the recording began."""
        return perf_counter() - self._began

    def finish(self, failure: str | None) -> Recording:
        """End the recording."""
        self._recorder.finish(Result(step=self.steps, seconds=self.seconds, images=0, failure=failure))
        return load(self._recorder.writer.folder)


@contextmanager
def record(
    model: nn.Module,
    out: str | Path,
    *,
    samples: tuple[Float[Tensor, "n channels height width"], Int[Tensor, "n"]],
    classes: Sequence[str] | None = None,
) -> Iterator[OwnLoop]:
    """Record a training loop of your own. Nothing in it changes: the same losses, bit for bit.

    >>> with handlens.record(model, "runs/mine", samples=(x, y)) as rec:
    ...     for images, labels in loader:
    ...         ...                      # your loop
    ...         rec.step(loss=loss)

    Args:
        model: its forward takes one batch of images; its first output ``[batch, classes]`` is the logits.
        out: the recording's folder, which must not exist.
        samples: images to look at later, as the model takes them, float32 ``[n, channels, height, width]``,
            and their labels ``[n]``; at least two, and at most 64 MB of them.
        classes: names of the classes; by default their numbers.

    Raises:
        TraceError: the model can't be traced; the message names the operation and what to do.
        DataError: the samples don't fit.
        RecordingError: ``out`` exists or can't be written.
    """
    images, labels = samples
    held = _samples(images, labels)
    graph = trace(model, images, classes)
    weights = _weights_of(model, graph)
    _same_answers(model, graph, weights(), images[:16])
    header = new_header(
        str(images.device if not list(model.parameters()) else next(model.parameters()).device),
        threads=torch.get_num_threads(),
        data=Data(name=Path(out).name, split={"samples": len(labels)}, watched="samples"),
        graph=graph,
    )
    writer = Writer.create(Path(out), header, weights(), None, held)
    loop = OwnLoop(Recorder(writer, weights), graph)
    try:
        yield loop
    except BaseException as error:
        loop.finish(f"stopped by {type(error).__name__}: {error}"[:500])
        raise
    loop.finish(None)


def _samples(images: Tensor, labels: Tensor) -> Weights:
    if len(images) != len(labels) or labels.ndim != 1:
        raise DataError(
            f"samples: {len(images)} images and labels {tuple(labels.shape)}; give one label an image"
        )
    if images.nbytes > SAMPLES_BYTES:
        most = SAMPLES_BYTES // max(images[0].nbytes, 1)
        raise DataError(f"samples take {images.nbytes:,} bytes; give at most {most:,} of these images")
    return {
        "inputs": images.detach().cpu().float().numpy(),
        "labels": labels.detach().cpu().numpy().astype(np.int64),
    }


def _weights_of(model: nn.Module, graph: Graph) -> Callable[[], Weights]:
    def weights() -> Weights:
        state = model.state_dict(keep_vars=True)
        return as_weights({name: state[name] for name in graph.tensors})

    return weights


def _same_answers(model: nn.Module, graph: Graph, weights: Weights, images: Tensor) -> None:
    """Refuse a graph that doesn't answer as the model does."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng():
            given = model(images.to(next(iter(model.parameters()), images).device))
    finally:
        for module, training in modes:
            module.training = training
    outputs = given if isinstance(given, tuple | list) else (given,)
    logits = next(o for o in outputs if isinstance(o, Tensor) and o.ndim == 2).detach().cpu()
    ours = Network(graph, weights).eval()(images.detach().cpu()).detach()
    gap = float((logits.softmax(1) - ours.softmax(1)).abs().max())
    if not gap < 1e-3:
        raise TraceError(
            f"the traced network answers otherwise than the model (probabilities differ by {gap:.2g}); "
            "does its forward change tensors in place, or depend on the batch?"
        )
