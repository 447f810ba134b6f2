"""What /openapi.json tells is so: schemathesis sends what it allows and what not, and looks at each answer.

It is run as the program that it is, against a real server. Its checks: no answer of 500 or above, no status,
type, header or body that isn't told; what is allowed is accepted, and what isn't is refused. Which labels a
network has, no schema can tell: here every one is learnt.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from serving import serving

from handlens.reading.reader import Reader
from handlens.reading.taught import Account
from handlens.serve.api import Reads
from handlens.teach import Correction
from handlens.teach.teacher import Lesson

TESTS = Path(__file__).parents[1]
WORDS = ("--no-color", "--continue-on-failure", "--generation-database=none", "--seed=1", "--report=json")
SECONDS = 1800


def asked(folder: Path, *words: str) -> tuple[dict[str, Any], str, set[str]]:
    """Its report, what it printed, and every status that the server answered with."""
    reader = Reader()

    def learns(correction: Correction) -> tuple[Lesson, Reads]:
        account = Account("sha", 1, 1, (0.9942, 0.994), (0.995, 0.9951))
        return Lesson(account, ((correction, True),)), reader

    out = folder / "report.json"
    paths = os.pathsep.join(map(str, (TESTS / "serve", TESTS)))
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": paths}
    command = [sys.executable, "-m", "schemathesis.cli", "run", *WORDS, f"--report-json-path={out}", *words]
    with serving(reader=reader, teaches=learns) as address:
        ended = subprocess.run(
            [*command, f"{address}/openapi.json"],
            cwd=folder,  # where none of its settings lies
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
        )
        figures = httpx2.get(f"{address}/metrics", timeout=20).text
    assert out.exists(), ended.stderr
    statuses = set(re.findall(r'handlens_requests_total{.*status="(\w+)"', figures))
    return json.loads(out.read_bytes()), ended.stdout, statuses


def check(report: dict[str, Any], printed: str, statuses: set[str], least: int) -> None:
    """It looked at so many answers, and every one was as it was told."""
    assert (report["failures"], report["errors"]) == ([], []), printed
    assert report["exit_code"] == 0, printed
    assert report["operations"]["tested"] == 2
    assert report["test_cases"]["generated"] >= least
    assert {"200", "422"} <= statuses, "neither is told by luck"
    assert not [status for status in statuses if status >= "500"]


def test_what_it_tells_is_so(tmp_path: Path) -> None:
    check(*asked(tmp_path, "--phases=examples,fuzzing", "--max-examples=12"), least=24)


@pytest.mark.slow
def test_what_it_tells_is_so_a_thousand_times(tmp_path: Path) -> None:
    check(*asked(tmp_path, "--max-examples=480"), least=1000)
