"""The page's JavaScript: its own tests under node, its types where TypeScript is there, its golden files."""

import json
import os
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "net"
TOOL = runpy.run_path(str(ROOT / "tools" / "golden_net.py"))
TOOLS = ROOT / "node_modules"
SCRIPTS = ["src/handlens/page/static/**/*.js", "tests/js/*.js", "tools/*.js"]


def missing(what: str) -> NoReturn:
    """Say that something isn't tested: a skipped test, but a failed one where CI is true."""
    pytest.fail(what) if os.environ.get("CI") == "true" else pytest.skip(what)


def node(*words: str) -> None:
    """Run node; its output is the failure's message."""
    program = shutil.which("node")
    if program is None:
        missing("the page's JavaScript is not tested: node is not installed (18 or newer)")
    done = subprocess.run([program, *words], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def checked(tools: Path) -> None:
    """Check the types of the page, and how its scripts are set."""
    if not tools.exists():
        missing("the page's types are not checked: no TypeScript; type npm install --no-package-lock")
    node(str(tools / "typescript" / "bin" / "tsc"), "-p", "tsconfig.json")
    node(str(tools / "prettier" / "bin" / "prettier.cjs"), "--check", *SCRIPTS)


def test_the_javascript_tests_pass() -> None:
    node("--test", *map(str, sorted((ROOT / "tests" / "js").glob("*.test.js"))))


def test_the_javascript_s_types_and_setting_hold() -> None:
    checked(TOOLS)


@pytest.mark.parametrize(
    ("check", "reason"),
    [(lambda: node("--version"), "node is not installed"), (lambda: checked(ROOT / "no"), "no TypeScript")],
)
def test_what_is_missing_is_said_and_fails_in_ci(
    check: Callable[[], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("CI", "false")
    with pytest.raises(pytest.skip.Exception, match=reason):
        check()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=reason):
        check()


@pytest.mark.parametrize("group", ["networks", "operations", "tutorial"])
def test_the_golden_files_are_what_the_tool_writes_now(group: str) -> None:
    cases: dict[str, Any] = TOOL["groups"]()[group]
    description, held = TOOL["document"](cases)
    written = json.loads((GOLDEN / f"{group}.json").read_bytes())
    assert [(name, case["graph"], case["labels"]) for name, case in written.items()] == [
        (name, case["graph"], case["labels"]) for name, case in description.items()
    ]
    for name, case in description.items():
        assert written[name]["losses"] == pytest.approx(case["losses"], rel=1e-6)
    tensors = load_file(GOLDEN / f"{group}.safetensors")
    assert tensors.keys() == held.keys()
    for name, tensor in held.items():
        assert tensors[name].dtype == tensor.dtype, name
        scale = max(float(np.abs(tensor).max(initial=0)), 1e-6)
        np.testing.assert_allclose(tensors[name], tensor, rtol=0, atol=1e-6 * scale, err_msg=name)
