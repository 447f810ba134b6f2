"""What went wrong, as one line and an exit status; a traceback only for those who ask for it."""

import errno
import os
import traceback

from cyclopts import CycloptsError, ValidationError

from handlens.cli.console import complain, give_up_output
from handlens.errors import HandlensError, missing_library

FAULT, USAGE, FAILED, STOPPED = 1, 2, 3, 130
"""Exit statuses: refused or damaged; mistyped; the training diverged; Ctrl-C."""


def mistyped(command: str, message: str) -> CycloptsError:
    """What a command raises where its words don't fit together."""
    return CycloptsError(message, command_chain=(command,))


def debugging(words: list[str]) -> bool:
    """Whether tracebacks are wanted: --debug, or HANDLENS_DEBUG=1."""
    return "--debug" in words or os.environ.get("HANDLENS_DEBUG", "0") not in ("", "0")


def told(error: BaseException, words: list[str], debug: bool) -> int:
    """Say what an exception means to whoever typed the words; return the exit status."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAULT
    if isinstance(error, OSError) and error.filename is None:
        give_up_output()
    if isinstance(error, BrokenPipeError):
        return FAULT
    if debug:
        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt):
        complain("stopped")
        return STOPPED
    if isinstance(error, CycloptsError):
        complain(f"{_mistake(error)} Type: {_help_line(error)}")
        return USAGE
    complain(_line(error, words))
    return FAULT


def _line(error: BaseException, words: list[str]) -> str:
    match error:
        case HandlensError():
            return str(error)
        case ModuleNotFoundError() if missing := missing_library(error, " ".join(["handlens", *words[:1]])):
            return str(missing)
        case OSError(filename=str(name), strerror=str(reason)):
            return f"{name}: {reason}"
        case OSError(errno=errno.ENOSPC | errno.EBADF, strerror=str(reason)):  # no file's name: a stream
            return f"can't write the output: {reason}"
        case _:
            kind = type(error).__name__
            said = " ".join(str(error).split())
            return (
                f"unexpected {kind}: {said or 'no message'}. This is a fault in handlens: please report it, "
                "with what it prints when --debug is added to the command"
            )


def _mistake(error: CycloptsError) -> str:
    """What was mistyped, as a sentence."""
    import pydantic  # here, since most commands end well without it

    if isinstance(error, ValidationError) and isinstance(error.__cause__, pydantic.ValidationError):
        error.exception_message = error.__cause__.errors()[0]["msg"]
    line = " ".join(str(error).split())
    return line if line.endswith((".", "?", "!")) else f"{line}."


def _help_line(error: CycloptsError) -> str:
    return " ".join(["handlens", *(error.command_chain or ()), "--help"])
