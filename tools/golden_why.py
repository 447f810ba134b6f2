"""Write tests/golden/why: what captum says of small networks, pixel by pixel.

    python tools/golden_why.py

The page's room "Why" is held to these files. ``why.json`` holds, for each case, its graph, the seeds (a
score is the sum of the logits, each times its number in the seed), the stage that Grad-CAM looks at, and how
many pictures integrated gradients take from black to this one. ``why.safetensors`` holds its tensors, float16
weights and float32 for the rest, SEED being the seed's place in the list:

- ``CASE/weights/NAME``;
- ``CASE/pixels``: [channels, height, width];
- ``CASE/SEED/saliency``, ``CASE/SEED/integrated/BETWEEN``: [channels, height, width];
- ``CASE/SEED/occlusion``: [height, width], patches of 4x4 black pixels, 2 apart;
- ``CASE/SEED/gradcam``: [height, width] of the stage.

Captum computes in double precision, so that any machine writes the same numbers.
"""

import json
import runpy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from captum.attr import (  # type: ignore[import-untyped]
    IntegratedGradients,
    LayerGradCam,
    Occlusion,
    Saliency,
)
from safetensors.numpy import save
from torch import Tensor, nn

from handlens import data, nets
from handlens.arrays import Weights
from handlens.graph import Builder, Graph, Node
from handlens.module import Network

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "golden"
DAGS = runpy.run_path(str(ROOT / "tests" / "dags.py"))
PATCH, STRIDE = 4, 2


@dataclass(frozen=True)
class Case:
    """A network, a picture [channels, height, width], and what is asked of it.

    Attributes:
        stage: whose maps Grad-CAM looks at.
        between: pictures on the way from black, for integrated gradients; the page takes 32, captum 50.
    """

    graph: Graph
    pixels: np.ndarray
    seeds: list[list[float]]
    stage: str
    between: tuple[int, ...] = (32,)
    seed: int = 0

    @property
    def weights(self) -> Weights:
        """Numbers that half precision holds exactly."""
        drawn = DAGS["random_weights"](self.graph, self.seed)
        return {name: tensor.astype(np.float16).astype(np.float32) for name, tensor in drawn.items()}


class Watched(Network):
    """A network through which the value of one stage passes as a module's output: captum looks at modules."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.graph, case.weights)
        self.stage = case.stage
        self.here = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        """Logits, computed in the graph's own order."""
        return self.stages(images)[self.graph.output]

    def _compute(self, node: Node, values: Mapping[str, Tensor]) -> Tensor:
        value = super()._compute(node, values)
        passed: Tensor = self.here(value) if node.name == self.stage else value
        return passed


def cases() -> dict[str, Case]:
    """Plain and normalised inputs, gray and in colours, batch norm, strides, a sum of two branches."""
    digits = data.load("mnist").development.images[:2, None].astype(np.float32) / 255
    colours = np.random.default_rng(7).random((3, 14, 11), np.float32)
    return {
        "tutorial": Case(nets.tutorial((4, 8)), digits[0], [_of(5), _of(5, 3)], "relu2"),
        "fast": Case(nets.fast((4, 8)), digits[1], [_of(3)], "relu3"),
        "colours": Case(_coloured(), colours, [_of(1, classes=3), _of(2, 0, 3)], "sum", (32, 50)),
    }


def _of(subject: int, rival: int | None = None, classes: int = 10) -> list[float]:
    return [float(k == subject) - float(k == rival) for k in range(classes)]


def _coloured() -> Graph:
    """Normalised colours, a residual sum, a smooth activation; no patch ends where the picture does."""
    net = Builder((3, 14, 11), mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
    x = net.add("stem", "conv", net.input, channels=6, kernel=3, stride=2, padding=1)
    x = net.add("gelu", "gelu", x)
    y = net.add("norm", "batchnorm", net.add("conv", "conv", x, channels=6, kernel=3, padding=1, bias=False))
    x = net.add("sum", "add", x, y)
    x = net.add("flat", "flatten", net.add("pool", "avgpool", x, kernel=2))
    return net.graph(net.add("logits", "linear", x, features=3), ("a", "b", "c"))


def attributed(case: Case, seed: list[float]) -> Iterator[tuple[str, Tensor]]:
    """What captum says of the picture: names and tensors, first the batch."""
    network = Watched(case).double().eval()
    pixels = torch.from_numpy(case.pixels[None]).double().requires_grad_()
    channels = len(case.pixels)

    def score(images: Tensor) -> Tensor:
        return network.forward(images) @ torch.tensor(seed, dtype=torch.float64)

    yield "saliency", Saliency(score).attribute(pixels)
    for between in case.between:
        yield f"integrated/{between}", IntegratedGradients(score).attribute(pixels, n_steps=between)
    patches = Occlusion(score).attribute(
        pixels, sliding_window_shapes=(channels, PATCH, PATCH), strides=(channels, STRIDE, STRIDE)
    )
    yield "occlusion", patches[:, 0]
    gradcam = LayerGradCam(score, network.here).attribute(pixels, relu_attributions=True)
    yield "gradcam", gradcam[:, 0]


def tensors(name: str, case: Case) -> Iterator[tuple[str, np.ndarray]]:
    """A case's tensors under their names in the file."""
    yield f"{name}/pixels", case.pixels
    for tensor, weight in case.weights.items():
        yield f"{name}/weights/{tensor}", weight.astype(np.float16)
    for place, seed in enumerate(case.seeds):
        for method, found in attributed(case, seed):
            yield f"{name}/{place}/{method}", np.ascontiguousarray(found[0].detach().float().numpy())


def document() -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the two files hold: the JSON object, and the tensors."""
    described: dict[str, Any] = {}
    held: dict[str, np.ndarray] = {}
    for name, case in cases().items():
        asked = {"seeds": case.seeds, "stage": case.stage, "between": list(case.between)}
        described[name] = {"graph": case.graph.to_json(), **asked}
        held |= dict(tensors(name, case))
    return described, held


def main() -> None:
    """Write the files."""
    described, held = document()
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in described.items())
    (FOLDER / "why.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    (FOLDER / "why.safetensors").write_bytes(save(held))


if __name__ == "__main__":
    main()
