"""Trains, is killed with -9 at random moments, is resumed; prints what was found as JSON.

    python killing.py FOLDER KILLS SEED

Children are forked from a process that has torch loaded, so that a kill falls into the training and the
writing, not into start-up. States are saved every few milliseconds, so that it falls into those too.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from handlens.engine import train
from handlens.errors import HandlensError
from handlens.recording import load

FIELDS = {
    "epochs": 2,
    "limit": 3000,
    "threads": 1,
    "watch_first": 200,
    "watch_every": 20,
    "shift": 1,
    "ema": 0.9,
}


def frames(folder: Path) -> dict[int, str]:
    """Step → SHA-256 of every frame's file."""
    run = load(folder)
    return {step: run.digest(step) for step in run.steps}


def child(out: Path) -> int:
    """Fork a process that trains, or goes on where a recording is there."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        train("default", out, resume=out.exists(), state_seconds=0.005, **FIELDS)
        code = 0
    finally:
        os._exit(code)


def wait(pid: int, seconds: float) -> bool:
    """Kill after so many seconds; whether it had ended by itself before."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1] == 0


def main(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill so many times, over as many recordings as that takes; count what is wrong."""
    began = time.monotonic()
    os.waitpid(child(folder / "whole"), 0)
    whole, duration = frames(folder / "whole"), time.monotonic() - began
    chance = random.Random(seed)
    found = {"kills": 0, "unborn": 0, "unreadable": [], "recordings": 0, "different": []}
    while found["kills"] < kills:
        out = folder / f"run-{found['recordings']:03d}"
        while not wait(child(out), chance.uniform(0, duration)):
            found["kills"] += 1
            if not out.exists():
                found["unborn"] += 1
                continue
            try:
                found["unreadable"] += load(out).verify()
            except HandlensError as error:
                found["unreadable"].append(str(error))
            if load(out).header.status == "finished":
                break
        if frames(out) != whole:
            found["different"].append(out.name)
        found["recordings"] += 1
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
