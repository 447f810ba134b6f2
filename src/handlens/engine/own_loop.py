"""Recording anyone's own PyTorch loop: two lines around it, and every view works."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from handlens.arrays import Weights
from handlens.engine.recorder import Recorder, new_header
from handlens.errors import DataError, RecordingError, TraceError
from handlens.graph import Graph
from handlens.module import Network, as_weights
from handlens.recording import Recording, Writer, load
from handlens.recording.files import pack, sha256
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

    def __repr__(self) -> str:
        return f"<OwnLoop {str(self._recorder.writer.folder)!r}: {self.steps:,} steps recorded>"

    def step(self, loss: Tensor | float, *, lr: float | None = None, epoch: int | None = None) -> None:
        """An update was made. The loss is not waited for: on a GPU nothing is synchronised.

        Args:
            loss: of the batch, as it came from the loss function.
            lr: the learning rate used, where the curves should show it.
            epoch: the epoch, counted from 1.

        Raises:
            DataError: a loss of several numbers.
        """
        if isinstance(loss, Tensor) and loss.numel() != 1:
            raise DataError(f"loss of the shape {tuple(loss.shape)}: give one number, such as its mean")
        self.steps += 1
        # A copy: loops add to their loss in place, and it is read later.
        kept = loss.detach().clone() if isinstance(loss, Tensor) else float(loss)
        self._recorder.step(self.steps, kept, seconds=self.seconds, lr=lr, epoch=epoch)
        self._recorder.settle(self.steps)

    def evaluation(
        self,
        *,
        accuracy: float | Tensor,
        n: int,
        loss: float | Tensor | None = None,
        set: str = "test",  # noqa: A002
    ) -> None:
        """A set of n items was scored: the share of right answers, 0…1, and the mean loss where it is known.

        Raises:
            DataError: an accuracy that is no share.
        """
        share = float(accuracy)
        if not 0 <= share <= 1:
            raise DataError(f"accuracy {share:g}: give the share of right answers, 0…1")
        line = EvaluationLine(
            step=self.steps,
            set=set,
            n=n,
            loss=None if loss is None else float(loss),
            accuracy=share,
            seconds=self.seconds,
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
    samples: tuple[Tensor | np.ndarray, Tensor | np.ndarray],
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
            and their labels, whole numbers ``[n]``; at least two, and at most 64 MB of them.
        classes: names of the classes; by default their numbers.

    Raises:
        TraceError: the model can't be traced; the message names the operation and what to do.
        DataError: the samples don't fit.
        RecordingError: ``out`` exists or can't be written.
    """
    images, labels = _pair(samples)
    if not isinstance(model, nn.Module):
        raise TraceError(f"the model is a {type(model).__name__}; expected a torch.nn.Module")
    held = _samples(images, labels)
    graph = trace(model, images, classes)
    _check_labels(labels, len(graph.classes))
    weights = _weights_of(model, graph)
    _same_answers(model, graph, weights(), images[:16])
    header = new_header(
        str(images.device if not list(model.parameters()) else next(model.parameters()).device),
        threads=torch.get_num_threads(),
        data=Data(
            name=Path(out).name, split={"samples": len(labels)}, watched="samples", samples=sha256(held)
        ),
        graph=graph,
    )
    writer = Writer.create(Path(out), header, weights(), None, held)
    loop = OwnLoop(Recorder(writer, weights), graph)
    try:
        yield loop
    except BaseException as error:
        with suppress(RecordingError):  # the disk, perhaps, that stopped the loop: that is what must be told
            loop.finish(f"stopped by {type(error).__name__}: {error}"[:500].removesuffix(": "))
        raise
    loop.finish(None)


def _pair(samples: object) -> tuple[Tensor, Tensor]:
    """Images and labels as tensors, whatever of the two kinds they came as."""
    if isinstance(samples, tuple | list) and len(samples) == 2:
        images, labels = (torch.from_numpy(x.copy()) if isinstance(x, np.ndarray) else x for x in samples)
        if isinstance(images, Tensor) and isinstance(labels, Tensor):
            return images, labels
    raise DataError(
        f"samples is a {type(samples).__name__}; expected a pair of tensors: samples=(images, labels)"
    )


def _samples(images: Tensor, labels: Tensor) -> bytes:
    """The samples' file, checked."""
    if images.shape[:1] != labels.shape:
        raise DataError(
            f"samples: images {tuple(images.shape)} and labels {tuple(labels.shape)}; give one label an image"
        )
    if labels.is_floating_point() or labels.is_complex():
        raise DataError(f"samples: labels are {labels.dtype}; give the numbers of the classes as int64")
    if not bool(torch.isfinite(images).all()):
        raise DataError("samples: some pixels are no finite numbers; give images as the model takes them")
    if images.nbytes > SAMPLES_BYTES:
        most = SAMPLES_BYTES // max(images[0].nbytes, 1)
        raise DataError(f"samples take {images.nbytes:,} bytes; give at most {most:,} of these images")
    inputs = images.detach().cpu().float().numpy()
    return pack({"inputs": inputs, "labels": labels.detach().cpu().numpy().astype(np.int64)})


def _check_labels(labels: Tensor, classes: int) -> None:
    if len(strange := labels[(labels < 0) | (labels >= classes)]):
        raise DataError(f"samples: label {int(strange[0])}; this network's classes are 0…{classes - 1}")


def _weights_of(model: nn.Module, graph: Graph) -> Callable[[], Weights]:
    def weights() -> Weights:
        state = model.state_dict(keep_vars=True)
        return as_weights({name: state[name] for name in graph.tensors})

    return weights


def _same_answers(model: nn.Module, graph: Graph, weights: Weights, images: Tensor) -> None:
    """Refuse a graph that doesn't answer as the model does."""
    modes = [(module, module.training) for module in model.modules()]
    device = next(iter(model.parameters()), images).device
    drawn_on = [device] if device.type == "cuda" else []
    try:
        model.eval()
        with torch.no_grad(), torch.random.fork_rng(drawn_on):
            given = model(images.to(device))
    finally:
        for module, training in modes:
            module.training = training
    logits = next(o for o in _tensors(given) if o.ndim == 2).detach().cpu()
    ours = Network(graph, weights).eval()(images.detach().cpu()).detach()
    if not _alike(logits, ours):
        raise TraceError(
            "the traced network answers otherwise than the model; does its forward change tensors in place, "
            "or depend on the batch?"
        )


def _tensors(given: Any) -> Iterator[Tensor]:
    """The tensors of a model's output, in order, as torch.export counts them."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, Mapping | tuple | list):
        for part in given.values() if isinstance(given, Mapping) else given:
            yield from _tensors(part)


def _alike(given: Tensor, ours: Tensor) -> bool:
    """Whether outputs, up to what a last softmax or log-softmax changes, are ours: to 1e-3 of their scale."""
    centred = ours - ours.mean(1, keepdim=True)
    gap = (given - given.mean(1, keepdim=True) - centred).abs().max() / centred.abs().max().clamp(min=1e-6)
    return float(gap) < 1e-3 or float((given - ours.softmax(1)).abs().max()) < 1e-4
