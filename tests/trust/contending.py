"""Writes recordings as it is told to, each order at the very moment that it names.

    PYTHONPATH=tests python tests/trust/contending.py

An order is a line ``MOMENT create|resume FOLDER`` or ``MOMENT let-go``, a moment as `time.monotonic` counts.
The answer is a line: ``ok``, or why not.
"""

import sys
from pathlib import Path
from time import monotonic

from small import drawn, header, record_steps, state

from handlens.errors import HandlensError
from handlens.recording import Writer


def done(order: str, folder: str, held: list[Writer]) -> None:
    """Do as told."""
    if order == "let-go":
        held.pop().release()
    elif order == "create":
        held.append(Writer.create(Path(folder), header(), drawn(0), state(0), None))
        record_steps(held[-1], range(1, 4))
    else:
        writer, _ = Writer.reopen(Path(folder))
        held.append(writer)
        record_steps(writer, range(1, 3))


def main() -> None:
    """Wait for each order, and for its moment."""
    held: list[Writer] = []
    for line in sys.stdin:
        moment, order, *folder = line.rstrip("\n").split(" ", 2)
        while monotonic() < float(moment):
            pass
        try:
            done(order, "".join(folder), held)
            answer = "ok"
        except HandlensError as error:
            answer = str(error)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
