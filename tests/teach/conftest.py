"""Networks to teach, and a home of each test's own."""

from pathlib import Path

import numpy as np
import pytest
from small import header

from handlens.graph import Graph
from handlens.page import sample
from handlens.recording import Recording, Writer, load
from handlens.recording.schema import Result
from handlens.teach import features


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is taught is kept."""
    monkeypatch.setenv("HANDLENS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def few_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the anchors: a lesson in a tenth of the time."""
    monkeypatch.setattr(features, "STRIDE", 110)


@pytest.fixture(scope="session")
def network() -> Recording:
    """The recording that ships for looking at: ten classes."""
    return sample.recording()


@pytest.fixture(scope="session")
def eleven(network: Recording, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The same network with a class for what is no digit, which it knows nothing of yet."""
    description = network.graph.to_json()
    description["classes"] = [*description["classes"], "none"]
    description["nodes"][-1] |= {"shape": [11], "attrs": {"features": 11}}
    weights = network.weights()
    weight, bias = weights["logits.weight"], weights["logits.bias"]
    weights["logits.weight"] = np.concatenate([weight, np.zeros_like(weight[:1])])
    weights["logits.bias"] = np.append(bias, np.float32(bias.min() - 5))
    folder = tmp_path_factory.mktemp("eleven") / "run"
    graph = Graph.from_json(description)
    Writer.create(folder, header(graph=graph), weights, None, None).close(
        Result(step=0, seconds=0.0, images=0)
    )
    return load(folder)
