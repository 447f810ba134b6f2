"""Weights saved by the tutorials' own scripts, as a recording of one frame: every view works on them."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from handlens import data, nets
from handlens.arrays import Weights
from handlens.engine.recorder import new_header
from handlens.engine.scoring import score
from handlens.errors import GraphError
from handlens.graph import Graph
from handlens.module import Network, as_weights
from handlens.recording import Recording, Writer, load
from handlens.recording.schema import Data, Result


def import_weights(path: str | Path, out: str | Path) -> Recording:
    """Make a recording of weights that the lab's or the write-up's script saved.

    Args:
        path: what ``torch.save(model.state_dict(), path)`` wrote, with the lab's names (``cnn1``, ``cnn2``,
            ``fc1``), the write-up's (``conv1.0``, ``conv2.0``, ``out``) or handlens' own; any widths and any
            odd kernel. It is read with ``weights_only``: nothing in it can run.
        out: the recording's folder, which must not exist.

    Returns:
        A recording with one frame, its accuracy on MNIST's test set scored.

    Raises:
        GraphError: the file can't be read, or holds another network's weights.
        RecordingError: ``out`` exists or can't be written.
    """
    weights = _renamed(_state_dict(Path(path)), Path(path))
    graph = _graph_of(weights, Path(path))
    graph.check_weights(weights, str(path))
    sets = data.load("mnist")
    images = torch.from_numpy(np.array(sets.test.images))
    labels = torch.from_numpy(sets.test.labels.astype(np.int64))
    test = score(Network(graph, weights), "test", images, labels)
    header = new_header(
        "cpu",
        threads=torch.get_num_threads(),
        data=Data(name="mnist", sha256=sets.digests, split={"test": len(labels)}, watched=None),
        graph=graph,
    )
    writer = Writer.create(Path(out), header, weights, None, None)
    writer.close(Result(step=0, seconds=0.0, images=0, test=test))
    return load(out)


def _state_dict(path: Path) -> dict[str, Tensor]:
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise GraphError(f"{path}: no such file") from None
    except Exception as error:  # a foreign file may make the reader raise anything
        raise GraphError(
            f"{path}: holds no plain weights ({type(error).__name__}). A whole pickled model is not read, "
            "since it could run code: save model.state_dict() instead of the model"
        ) from None
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in content.items()
    ):
        raise GraphError(f"{path}: holds no state dict; save model.state_dict()")
    return content


def _renamed(state: dict[str, Tensor], path: Path) -> Weights:
    """The tensors under handlens' names, whichever script saved them."""
    own = {name: name for name in ("conv1", "conv2", "logits")}
    for names in (own, *nets.TUTORIAL_NAMES):
        renamed = {f"{names[old]}.{role}": value for (old, role), value in _parts(state) if old in names}
        if len(renamed) == len(state) == 6:
            return as_weights(renamed)
    expected = " or ".join(", ".join(names) for names in (*nets.TUTORIAL_NAMES, own))
    raise GraphError(f"{path}: holds {', '.join(state) or 'nothing'}; expected weight and bias of {expected}")


def _parts(state: dict[str, Tensor]) -> list[tuple[tuple[str, str], Tensor]]:
    return [((name.rpartition(".")[0], name.rpartition(".")[2]), value) for name, value in state.items()]


def _graph_of(weights: Weights, path: Path) -> Graph:
    """The tutorials' network with the widths and kernel that the weights have."""
    first, second = (weights[f"{name}.weight"].shape for name in ("conv1", "conv2"))
    if len(first) != 4 or len(second) != 4:
        raise GraphError(
            f"{path}: conv weights have the shapes {first} and {second}; expected four axes each"
        )
    return nets.tutorial((first[0], second[0]), first[2])
