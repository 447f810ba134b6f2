"""Fuzzing guided by what code the cases reach, by atheris (https://github.com/google/atheris).

    python tests/trust/guided.py TARGET SECONDS [FOLDER]

feeds one target of targets.py for so long, beginning from its good files and its corpus. It ends with status
0, or with a traceback and the bytes that led to it. What reached something new is kept in FOLDER.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import atheris

with atheris.instrument_imports(include=["handlens.data", "handlens.graph", "handlens.reading"]):
    from trust.targets import TARGETS

from trust.fuzzing import Target, workplace

LIMITS = ("-timeout=5", "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=0", "-print_final_stats=1")
"""Seconds and megabytes that a case may take; bytes that it may have."""


def main(name: str, seconds: str, kept: str) -> None:
    """Fuzz; atheris ends the process."""
    target = TARGETS[name]()
    for number, seed in enumerate([*target.seeds, *target.corpus]):
        Path(kept, f"seed-{number}").write_bytes(seed)
    words = [sys.argv[0], f"-max_total_time={seconds}", *LIMITS, f"-artifact_prefix={kept}/", kept]
    with workplace() as folder:
        atheris.Setup(words, lambda data: one(target, data, Path(folder)))
        atheris.Fuzz()


def one(target: Target, data: bytes, folder: Path) -> None:
    """A case."""
    try:
        value = target.parse(data, folder)
    except target.allowed:
        return
    target.oracle(data, value)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else scratch)
