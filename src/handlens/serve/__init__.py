"""The page, served to the browsers of this computer; with a reader, also the page and the API that read.

The modules here, lowest first: ``turns`` (a few pieces of work at a time), ``bodies`` (a request's bytes,
counted, and the picture in them), ``schemas`` (what the API takes and answers), ``workers`` (processes that
read), ``guard`` (who may ask, and what a browser is told to refuse), ``connections`` (how many there may be,
and how slow), ``lan`` (other computers, by a token), ``accounts`` (ids, and what is told of a request),
``metrics`` and ``health`` (for whoever looks after it), ``api`` (POST /v1/read), ``teaching`` (POST
/v1/teach), ``shelf`` (the recordings that may be looked at, under names for addresses; one that grows is read
again), ``files`` (the page's own files), ``growth`` (events of a training that runs), ``live`` (trainings as
processes of their own), ``orders`` (GET /live.json, POST /live: what the page may order), ``app`` (what there
is under which address), ``server`` (on which port, until Ctrl-C), ``background`` (beside a notebook).

Of what is sent only corrections are kept, and without ``lan`` only this computer can ask. Loads no torch.
"""

from handlens.serve.app import create
from handlens.serve.background import Background
from handlens.serve.live import Live
from handlens.serve.server import serve, show

__all__ = ["Background", "Live", "create", "serve", "show"]
