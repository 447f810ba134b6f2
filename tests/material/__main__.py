"""``python -m material OUT``."""

import argparse
import sys
from pathlib import Path

import material


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m material", description="Write realistic test material.")
    parser.add_argument("out", type=Path, help="the folder; a folder per set is written in it")
    parser.add_argument(
        "--sets", nargs="+", choices=list(material.SETS), default=list(material.SETS), metavar="NAME"
    )
    parser.add_argument("--n", type=int, help="pictures of each set; by default the set's own number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", choices=material.SPLITS, default="test", help="which of MNIST's digits")
    chosen = parser.parse_args()
    for name in chosen.sets:
        sys.stderr.write(f"{name}\n")
        material.write(chosen.out, [name], chosen.n, chosen.seed, chosen.split)


if __name__ == "__main__":
    main()
