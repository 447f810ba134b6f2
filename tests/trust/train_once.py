"""Trains a recipe on a slice in a process of its own, and tells what came of it, but for times of day.

    python tests/trust/train_once.py RECIPE SEED FOLDER

prints JSON: the digest of every frame, the log without seconds, what an exported network and a reading are.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from trust.crafted import seven

from handlens import recipes
from handlens.engine import train
from handlens.reading import Reader
from handlens.recording import Recording
from handlens.runtime.model import to_onnx

SLICE = {"limit": 1200, "batch": 100, "epochs": 2, "watch_first": 300, "watch_every": 5, "device": "cpu"}
"""Two epochs of a dozen updates; the recipe's network, order, augmentation and average as they are."""

TIMES = ("seconds", "crc")
"""Of a log's line: how long it took, and the check sum over that."""


def main(name: str, seed: int, folder: Path) -> None:
    """Train, and tell."""
    chosen = recipes.known()[name]
    narrow = {"widths": (8, 16)} if chosen.widths > (32, 32) else {}
    run = train(name, folder, **SLICE, **narrow, seed=seed, threads=chosen.threads or 2)
    sys.stdout.write(json.dumps(told(run), sort_keys=True) + "\n")


def told(run: Recording) -> dict[str, Any]:
    """What must be the same twice."""
    assert run.verify() == []
    lines = [json.loads(line) for line in (run.folder / "metrics.jsonl").read_text().splitlines()]
    model = to_onnx(run.graph, run.weights())
    reading = Reader(run).read(seven(200, 200)).to_json() if run.graph.input.shape == (1, 28, 28) else None
    return {
        "frames": {step: run.digest(step) for step in run.steps},
        "log": [{key: line[key] for key in line if key not in TIMES} for line in lines],
        "outputs": hashlib.sha256(run.outputs("test").tobytes()).hexdigest(),
        "onnx": hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest(),
        "reading": reading,
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
