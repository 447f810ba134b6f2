"""Records, ending at the n-th touch of the disk as by kill -9, for every n; prints what was found as JSON.

    python crashing.py FOLDER

Each resume is ended in the same way once before it may go on to the end. Touches are what Python's audit
hooks tell (files opened, renamed, removed, cut, folders made), and flushes, which to save time flush nothing.
"""

import itertools
import json
import os
import sys
from pathlib import Path

from small import drawn, header, state

from handlens.engine.recorder import Recorder
from handlens.errors import HandlensError
from handlens.recording import Writer, load
from handlens.recording.files import pack
from handlens.recording.schema import Result
from handlens.recording.states import newest_state

LAST, STATE_EVERY, KEPT = 10, 3, 6
TOUCHES = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}


def recorded(folder: Path) -> None:
    """A recording of ten steps, thinned to six frames; gone on with where it is there."""
    if folder.exists():
        writer, kept = Writer.reopen(folder)
        begun = kept.progress["step"]
    else:
        allowed = KEPT * len(pack(drawn(0)))
        writer, begun = Writer.create(folder, header(frames_bytes=allowed), drawn(0), state(0), None), 0
    step = begun
    recorder = Recorder(writer, lambda: drawn(step), lambda: state(step))
    for step in range(begun + 1, LAST + 1):
        recorder.step(step, 1 / step, seconds=step / 10)
        recorder.settle(step)
        if step % STATE_EVERY == 0:
            recorder.save_state(step)
    recorder.finish(Result(step=LAST, seconds=1.0, images=0))


def child(folder: Path, touches: float) -> bool:
    """Record in a process of its own, which ends after so many touches; whether it came to the end."""
    if pid := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status in (0, 9), f"after {touches} touches: {status}"
        return status == 0
    left = itertools.count(touches, -1)

    def touch(event: str, arguments: tuple[object, ...]) -> None:
        if event in TOUCHES and str(arguments[0]).startswith(str(folder.parent)) and next(left) <= 0:
            os._exit(9)

    sys.addaudithook(touch)
    os.fsync = lambda descriptor: touch("open", (folder,))  # type: ignore[assignment]
    recorded(folder)
    os._exit(0)


def contents(folder: Path) -> tuple[dict[str, bytes], list[bytes]]:
    """The frames' files, and the log without what a resume adds."""
    log = (folder / "metrics.jsonl").read_bytes().splitlines()
    frames = {path.name: path.read_bytes() for path in (folder / "frames").iterdir()}
    return frames, [line for line in log if b'"resume"' not in line]


def faults(folder: Path) -> list[str]:
    """What is wrong with a recording whose process was ended."""
    try:
        newest_state(folder)
        return load(folder).verify()
    except HandlensError as error:
        return [str(error)]


def main(parent: Path) -> dict[str, object]:
    """End it at every touch, then once more in the resume; compare each with one that was left alone."""
    child(parent / "whole", float("inf"))
    whole = contents(parent / "whole")
    found = {"kills": 0, "unreadable": [], "different": [], "frames": len(whole[0])}
    for touches in itertools.count(1):
        out = parent / f"run-{touches:03d}"
        if child(out, touches):
            return found
        for again in (1 + touches % 30, float("inf")):
            found["kills"] += 1
            if out.exists():
                found["unreadable"] += faults(out)
                if load(out).status == "finished":
                    break
            child(out, again)
        if contents(out) != whole or [path.name for path in out.glob("**/.*.tmp-*")]:
            found["different"].append(out.name)
    raise AssertionError


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))) + "\n")
