"""What must start fast loads nothing heavy: each module is imported in a process of its own."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HEAVY = {"torch", "matplotlib", "openTSNE", "av", "scipy", "sklearn", "cv2"}
LIGHT = [
    *("errors", "arrays", "data", "graph", "nets", "recipes", "runtime", "recording", "reading"),
    *("page", "page.resources", "serve", "notebook"),
    *("cli", "cli.commands", "cli.view", "cli.train", "cli.bench"),
]


def loaded_by(module: str) -> set[str]:
    """The top-level packages in memory after a fresh Python has imported a module."""
    code = f"import {module}, json, sys; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def there(module: str) -> bool:
    """Whether a part of handlens has been written yet."""
    return find_spec(f"handlens.{module}") is not None


@pytest.mark.parametrize("module", ["handlens", *(f"handlens.{name}" for name in LIGHT if there(name))])
def test_importing_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


def test_the_door_loads_neither_numpy_nor_pydantic() -> None:
    assert loaded_by("handlens") & {"numpy", "pydantic", "onnxruntime"} == set()


def test_a_heavy_import_is_seen() -> None:
    assert "matplotlib" in loaded_by("matplotlib") & HEAVY


def test_a_training_never_loads_torchs_compiler(tmp_path: Path) -> None:
    """It would come with any torch.optim.Optimizer, even an unused one, and take a second."""
    script = """
import json, sys
from handlens.engine import train
for number, fields in enumerate(json.loads(sys.argv[2])):
    train("lab", f"{sys.argv[1]}/{number}", epochs=1, limit=200, threads=1, watch_first=50, **fields)
print(json.dumps([*sys.modules]))
"""
    fields = [{"momentum": 0.9, "ema": 0.9}, {"optimiser": "adam", "layout": "channels-last", "shift": 1}]
    code = [sys.executable, "-c", script, str(tmp_path), json.dumps(fields)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "torch.optim" in loaded
    assert not {"torch._dynamo", "torch._inductor", "sympy"} & loaded


def test_running_a_network_leaves_nothing_in_the_users_home(tmp_path: Path) -> None:
    """onnxruntime would write an id into the cache and send its maker what it is used for."""
    script = """
import numpy as np
from handlens import nets
from handlens.runtime import Net
graph = nets.tutorial((2, 3), 3)
weights = {name: np.zeros(shape, np.float32) for name, shape in graph.tensors.items()}
Net(graph, weights)(np.zeros((1, 1, 28, 28), np.float32))
"""
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_the_package_can_be_run_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "handlens", "no-such"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("handlens: ")
