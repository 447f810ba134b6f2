"""handlens in a notebook: a training told in its cell, a recording as a card, the page in a frame.

The modules here, lowest first: ``kernel`` (whether this runs in a notebook), ``curves`` (drawings as SVG),
``cell`` (a training while it runs), ``card`` (a recording at a glance), ``frame`` (the page in a cell's
output), ``recording`` (the recording that a notebook shows as a card), ``training`` (which gives such a one).

`handlens.load`, `handlens.train` and `handlens.import_weights` come from here: they give `Recording`, the
recording of the lower levels with a face. That one can't have it, since the server and the page look at it.
"""
