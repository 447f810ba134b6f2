"""Where this runs: in a notebook's kernel, at a prompt, or as a script."""

import sys


def in_notebook() -> bool:
    """Whether this runs in a notebook's kernel; not in a terminal, a script, or without IPython.

    Example:
        >>> in_notebook()  # a script
        False
    """
    ipython = sys.modules.get("IPython")  # a kernel has loaded it already
    shell = None if ipython is None else ipython.get_ipython()
    return "ZMQInteractiveShell" in {kind.__name__ for kind in type(shell).__mro__}


def at_prompt() -> bool:
    """Whether somebody types line by line: this process goes on when a statement has ended."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)
