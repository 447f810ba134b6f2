"""Pictures, films and the report of a recording: what `insight` computes and draws, asked for by name.

The modules here, lowest first: ``kinds`` (which pictures there are; standard library only), ``asked`` (what
a wish leaves open), ``clouds`` (the films' numbers, cached), ``inner`` and ``outer`` (drawing: inside the
network, and what comes out of it), ``looking`` (one picture), ``filming`` (the films), ``facts`` and
``sections`` (what the report says and shows), ``drawn`` (its pictures and films, drawn), ``rooms`` (what the
page's rooms read), ``page`` (the report). Nothing heavy is loaded before it is needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from handlens.reporting.kinds import KINDS

if TYPE_CHECKING:
    from handlens.reporting.looking import look
    from handlens.reporting.page import report

_HOMES = {"look": "handlens.reporting.looking", "report": "handlens.reporting.page"}

__all__ = ["KINDS", "look", "report"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'handlens.reporting' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
