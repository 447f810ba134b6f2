"""The golden file of the page's room "Embedding" is what Python computes now."""

import json
import runpy
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TOOL = runpy.run_path(str(ROOT / "tools" / "golden_embedding.py"))


def numbers(value: object) -> object:
    """JSON values with their numbers within rounding."""
    if isinstance(value, dict):
        return {name: numbers(inner) for name, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [numbers(inner) for inner in value]
    return None if value is None else np.asarray(value).round(5).tolist()


def test_the_golden_file_is_what_the_tool_writes_now() -> None:
    held = json.loads((ROOT / "tests" / "golden" / "embedding.json").read_bytes())
    assert numbers(held) == numbers(json.loads(json.dumps(TOOL["document"]())))
