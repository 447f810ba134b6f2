"""The page, served to the browsers of this computer.

The modules here, lowest first: ``shelf`` (the recordings that may be looked at, under names for addresses;
one that grows is read again), ``files`` (the page's own files), ``guard`` (who may ask, and what a browser
is told to refuse), ``growth`` (events of a training that runs), ``app`` (what there is under which address),
``server`` (on which port, until Ctrl-C), ``background`` (beside a notebook).

Everything is read-only, and reachable only from this computer. Loads no torch.
"""

from handlens.serve.app import create
from handlens.serve.background import Background
from handlens.serve.server import serve, show

__all__ = ["Background", "create", "serve", "show"]
