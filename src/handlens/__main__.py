"""`python -m handlens` is the command `handlens`."""

import sys

from handlens.cli import main

if __name__ == "__main__":
    sys.exit(main())
