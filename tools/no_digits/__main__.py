"""Make the pool of digits and of what is no digit that the reader's network learns from, about two minutes.

::

    python -m tools.no_digits OUT [--n 40000] [--seed 1]

OUT becomes a data folder as ``handlens train --data OUT`` takes it, with an eleventh class. With one set of
versions on one machine it always comes out the same.
"""

import argparse
from pathlib import Path

import cv2

from .pool import counts, write_pool


def main() -> None:
    """Make it and say what is in it."""
    parser = argparse.ArgumentParser(prog="python -m tools.no_digits", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument("--n", type=int, default=40_000, help="made pictures (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (default: %(default)s)")
    given = parser.parse_args()
    cv2.setNumThreads(1)  # the pictures are small: a second thread costs more than it does
    write_pool(given.out, given.n, given.seed)
    print(
        f"{given.out}: MNIST and " + ", ".join(f"{count:,} {name}" for name, count in counts(given.n).items())
    )


if __name__ == "__main__":
    main()
