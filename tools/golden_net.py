"""Write tests/golden/net: small networks, and what torch says of each at every stage.

    python tools/golden_net.py

The browser's networks are held to these files. Run it after an operation is added or changed; a test tells
when they are no longer what this writes.

Three pairs of files, one for each group of cases: every operation of ``tests/dags.py``, its whole networks,
and the tutorials' network on two digits. ``GROUP.json`` holds, for each case, its graph, labels, and losses;
``GROUP.safetensors`` its tensors, float16 weights and float32 for the rest, under these names:

- ``CASE/weights/NAME``;
- ``CASE/images``: [n, channels, height, width];
- ``CASE/values/STAGE``, ``CASE/gradients/STAGE``: [n, numbers kept], what the stage gives, row by row, and
  the gradient of the image's own cross-entropy there.

Torch computes in double precision, so that any machine writes the same numbers. Of a stage of more than
``WHOLE`` numbers every 13th is kept: 13 divides no width or height here, so all columns and maps are met.
"""

import json
import runpy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (torch's own custom)
from safetensors.numpy import save

from handlens import data, nets
from handlens.arrays import Weights
from handlens.graph import Graph
from handlens.module import Network

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "golden" / "net"
DAGS = runpy.run_path(str(ROOT / "tests" / "dags.py"))
WHOLE = 1_000
EVERY = 13


@dataclass(frozen=True)
class Case:
    """A network to try, its images [n, channels, height, width] and their labels."""

    graph: Graph
    weights: Weights
    images: np.ndarray
    labels: list[int]


def groups() -> dict[str, dict[str, Case]]:
    """All cases by group and name."""
    operations = {
        ", ".join(filter(None, key)): _small(DAGS["operation"](*key), seed)
        for seed, key in enumerate(DAGS["OPERATIONS"])
    }
    networks = {name: _small(build(), 0) for name, build in DAGS["NETWORKS"].items()}
    return {"operations": operations, "networks": networks, "tutorial": {"tutorial": _tutorial()}}


def _small(graph: Graph, seed: int) -> Case:
    weights = _halved(DAGS["random_weights"](graph, seed))
    return Case(graph, weights, DAGS["random_images"](graph, n=1, seed=seed + 100), [seed % 3])


def _tutorial() -> Case:
    digits = data.load("mnist").development
    graph = nets.tutorial()
    weights = _halved(Network(graph, seed=0).weights())
    return Case(graph, weights, digits.images[:2, None].astype(np.float32) / 255, digits.labels[:2].tolist())


def _halved(weights: Weights) -> Weights:
    """Numbers that half precision holds exactly."""
    return {name: tensor.astype(np.float16).astype(np.float32) for name, tensor in weights.items()}


def looked_at(case: Case) -> tuple[Weights, Weights, list[float]]:
    """Torch's values and gradients at every stage [n, …], and its losses [n]."""
    network = Network(case.graph, case.weights).double().eval()
    images = torch.from_numpy(case.images).double().requires_grad_()
    stages = network.stages(images)
    labels = torch.tensor(case.labels)
    losses = F.cross_entropy(stages[case.graph.output], labels, reduction="none")
    found = torch.autograd.grad(losses.sum(), list(stages.values()), allow_unused=True)
    gradients = [torch.zeros_like(v) if g is None else g for v, g in zip(stages.values(), found, strict=True)]
    return (
        {name: value.detach().numpy() for name, value in stages.items()},
        {name: gradient.numpy() for name, gradient in zip(stages, gradients, strict=True)},
        losses.tolist(),
    )


def _kept(numbers: np.ndarray) -> np.ndarray:
    flat = numbers.reshape(len(numbers), -1)
    return np.ascontiguousarray(flat[:, :: EVERY if flat.shape[1] > WHOLE else 1].astype(np.float32))


def tensors(name: str, case: Case, values: Weights, gradients: Weights) -> Iterator[tuple[str, np.ndarray]]:
    """A case's tensors under their names in the file."""
    yield f"{name}/images", case.images
    for tensor, weight in case.weights.items():
        yield f"{name}/weights/{tensor}", weight.astype(np.float16)
    for stage in values:
        yield f"{name}/values/{stage}", _kept(values[stage])
        yield f"{name}/gradients/{stage}", _kept(gradients[stage])


def document(cases: Mapping[str, Case]) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """What the two files of a group hold: the JSON object, and the tensors."""
    description: dict[str, object] = {}
    held: dict[str, np.ndarray] = {}
    for name, case in cases.items():
        values, gradients, losses = looked_at(case)
        held |= dict(tensors(name, case, values, gradients))
        rounded = [float(f"{loss:.9g}") for loss in losses]
        description[name] = {"graph": case.graph.to_json(), "labels": case.labels, "losses": rounded}
    return description, held


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for group, cases in groups().items():
        description, held = document(cases)
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in description.items())
        (FOLDER / f"{group}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        (FOLDER / f"{group}.safetensors").write_bytes(save(held))


if __name__ == "__main__":
    main()
