"""The golden files of the page's room "Why" are what captum says now."""

import importlib.util
import json
import os
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    """The tool's names. Without captum: skipped, but failed where CI is true."""
    if importlib.util.find_spec("captum") is None:
        reason = "the room Why is not held to captum: it is not installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return runpy.run_path(str(ROOT / "tools" / "golden_why.py"))


def test_the_golden_files_are_what_the_tool_writes_now(tool: dict[str, Any]) -> None:
    described, held = tool["document"]()
    assert json.loads((GOLDEN / "why.json").read_bytes()) == json.loads(json.dumps(described))
    written = load_file(GOLDEN / "why.safetensors")
    assert written.keys() == held.keys()
    for name, tensor in held.items():
        assert written[name].dtype == tensor.dtype, name
        np.testing.assert_allclose(
            written[name], tensor, rtol=0, atol=1e-6 * float(np.abs(tensor).max()), err_msg=name
        )
