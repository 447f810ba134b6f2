"""Reads hostile pictures in a process of its own, so that time and memory are theirs: prints a line each.

    python tests/trust/read_hostile.py FIRST STEP

reads each STEP-th picture from the FIRST on. A line is JSON: name, seconds, what came of it ("read", or the
class of the error), growth (resident megabytes since the start, after it), peak (the same at its highest),
and what it did that it mustn't.
"""

import contextlib
import faulthandler
import gc
import json
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from trust.crafted import saved, seven
from trust.hostile import pictures
from trust.watching import watched

from handlens.errors import HandlensError
from handlens.reading import Reader

HANG = 60
"""Seconds after which a picture counts as a hang: where it is then is printed, and the process ends."""


_STATM = os.open("/proc/self/statm", os.O_RDONLY)  # kept open, so that looking opens nothing


def resident() -> float:
    """Megabytes that the process holds."""
    pages = int(os.pread(_STATM, 100, 0).split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Peak(threading.Thread):
    """The most memory held, looked at every ten milliseconds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest = 0.0
        self.start()

    def run(self) -> None:
        while True:
            self.highest = max(self.highest, resident())
            time.sleep(0.01)


def main(first: int, step: int) -> None:
    """Read them."""
    with contextlib.suppress(ModuleNotFoundError):
        import pillow_heif  # noqa: F401
    reader = Reader()
    for mode in ("L", "RGBA"):  # all that is loaded once is loaded now
        for kind in ("PNG", "TIFF", "WEBP"):
            reader.read(saved(Image.fromarray(seven(300, 300)).convert(mode), kind))
    named = list(pictures().items())[first::step]
    started, peak = resident(), Peak()
    for name, made in named:
        data = made()
        gc.collect()
        peak.highest = resident()
        faulthandler.dump_traceback_later(HANG, exit=True)
        before = time.perf_counter()
        with watched() as done:
            try:
                reader.read(data)
                came = "read"
            except HandlensError as error:
                came = type(error).__name__
            except Exception as error:
                came = f"foreign: {error!r}"
        seconds = time.perf_counter() - before
        faulthandler.cancel_dump_traceback_later()
        found = {"name": name, "seconds": round(seconds, 3), "came": came}
        memory = {"growth": round(resident() - started), "peak": round(peak.highest - started)}
        sys.stdout.write(json.dumps({**found, **memory, "did": done}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
