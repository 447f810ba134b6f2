"""The command line: the only part of handlens that parses arguments, prints or exits.

The modules here, lowest first: ``console`` (lines, errors, JSON), ``faults`` (exceptions as one line and an
exit status), ``numbers`` (whole numbers as options), ``saving`` (pictures as files), ``recipe_options`` (a
recipe's fields as options), ``facts`` (what there is to say about a recording), ``progress`` (a training
told while it runs), ``counting`` (how far many pictures are), then a module for each command: ``pictures``
(look and report), ``view``, ``watched`` (train --view), ``train``, ``info``, ``serve``, ``export``,
``read``, ``teach``, ``evaluate``, ``datasets``, ``bench``, ``weights``; last ``commands``, the program.
Nothing is imported before ``main`` runs, where Ctrl-C is one line at any time.
"""

import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run a command line, by default this process's own, and return its exit status."""
    given = list(sys.argv[1:] if words is None else words)
    try:
        return _run(given)
    except KeyboardInterrupt:  # before anything could tell it: even the imports take a tenth of a second
        sys.stderr.write("handlens: stopped\n")
        return 130


def _run(given: list[str]) -> int:
    from handlens.cli import console, faults

    console.lenient_streams()
    try:
        from handlens.cli.commands import app

        with console.spoken_warnings():
            typed = [word for word in given if word != "--debug"]
            status = app(typed, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except BaseException as error:
        return faults.told(error, given, faults.debugging(given))
    return status if isinstance(status, int) else 0
