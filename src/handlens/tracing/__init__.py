"""A foreign `torch.nn.Module` as a graph, by `torch.export`.

Each operation of the exported program becomes a node named after the layer that made it (``conv1.0``) or
after the function and the module that called it (``block.relu``). The first output of shape
``[batch, classes]`` is the logits, so a forward that returns a tuple works; a last softmax or log-softmax is
left out, since it changes neither the answer nor the probabilities. A normalisation of the input by
constants becomes the graph's own.

The modules here, lowest first: ``operations`` (what each operation of torch becomes), ``translation`` (the
exported program, node by node).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from handlens.errors import TraceError
from handlens.graph import Graph
from handlens.tracing.translation import Translation

__all__ = ["trace"]


def trace(model: nn.Module, sample: Tensor, classes: Sequence[str] | None = None) -> Graph:
    """The graph of a model as it predicts (in evaluation mode); the model is left as it was.

    Args:
        model: any module whose forward takes one batch of images.
        sample: some images, float32 ``[batch, channels, height, width]``, as the model takes them; at least
            two, so that the batch stays free.
        classes: names of the classes; by default their numbers.

    Raises:
        TraceError: naming the operation that handlens doesn't know, or what the forward should give.
    """
    if sample.dtype != torch.float32 or sample.ndim != 4 or len(sample) < 2:
        raise TraceError(
            f"samples are {str(sample.dtype).removeprefix('torch.')} {tuple(sample.shape)}; expected float32 "
            "(batch, channels, height, width) with a batch of at least two"
        )
    shape = tuple(sample.shape[1:])
    translation = Translation(_export(model, sample[:2]), shape)
    if translation.fixed:
        _check_other_batch(model, sample)
    return translation.graph(classes)


def _check_other_batch(model: nn.Module, sample: Tensor) -> None:
    """Refuse a forward made for one batch size; one with ``len(x)`` is exported as if, yet takes others."""
    try:
        _export(model, sample[[0, 1, 0]])
    except TraceError as error:
        raise TraceError(
            f"{type(model).__name__} takes batches of two but not of three: take the batch size from "
            "x.size(0), or write -1 for it"
        ) from error


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing from torch's loggers, which print tracebacks of what is then raised anyway."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if _is_torchs(name)]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    for handler in handlers:
        handler.addFilter(_nothing)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_nothing)


def _is_torchs(logger: str) -> bool:
    return logger.partition(".")[0] == "torch"


def _nothing(record: logging.LogRecord) -> bool:
    return False


def _export(model: nn.Module, sample: Tensor) -> ExportedProgram:
    modes = [(module, module.training) for module in model.modules()]
    device = next((parameter.device for parameter in model.parameters()), sample.device)
    try:
        model.eval()
        with torch.no_grad(), _silenced():
            images = sample.detach().to(device)
            return torch.export.export(model, (images,), dynamic_shapes=({0: Dim.AUTO},))
    except Exception as error:
        reason = (
            str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        )
        raise TraceError(
            f"{type(model).__name__} can't be traced by torch.export: {reason}. Its forward must take one "
            "batch of images and must not decide by their values"
        ) from error
    finally:
        for module, training in modes:
            module.training = training
