"""Training, and the recording of it: the trainer yields events, a Recorder writes them, nobody draws.

The modules here, lowest first: ``environment`` (what ran it), ``events``, ``batches`` (which digits make a
step), ``optim`` (optimiser, rate, moving average), ``scoring``, ``trainer`` (the generator under
everything), ``recorder`` (the only writer of recordings), ``own_loop`` (recording anyone's own loop),
``foreign`` (weights that the tutorials' scripts saved), ``session`` (train: the two joined, Ctrl-C and
resume).
"""

import os

# GNU OpenMP's threads spin while they wait. Beside any other busy process that makes two threads ten times
# slower than one: 258 ms a step against 26 with short spins, on two shared cores; short spins cost 3 % on two
# idle ones. It must be set before torch is loaded; whoever sets it, or a wait policy, is left alone.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from handlens.engine.events import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.engine.foreign import import_weights
from handlens.engine.own_loop import OwnLoop, record
from handlens.engine.session import Interrupted, train
from handlens.engine.trainer import training

__all__ = [
    "Began",
    "Diverged",
    "Evaluated",
    "Event",
    "Finished",
    "Interrupted",
    "OwnLoop",
    "Stepped",
    "import_weights",
    "record",
    "train",
    "training",
]
