"""Training, and the recording of it: the trainer yields events, a Recorder writes them, nobody draws.

The modules here, lowest first: ``environment`` (what ran it), ``events``, ``batches`` (which digits make a
step), ``optim`` (optimiser, rate, moving average), ``scoring``, ``changes`` (which rate holds when),
``trainer`` (the generator under everything), ``recorder`` (the only writer of recordings), ``wishes`` (what
is asked of a training that runs), ``own_loop`` (recording anyone's own loop), ``foreign`` (weights that the
tutorials' scripts saved), ``session`` (train: the two joined, Ctrl-C and resume), ``learner`` (the same as a
process of its own).
"""

from handlens.engine.events import Began, Diverged, Evaluated, Event, Finished, Stepped
from handlens.engine.foreign import import_weights
from handlens.engine.own_loop import OwnLoop, record
from handlens.engine.session import Interrupted, train
from handlens.engine.trainer import training
from handlens.engine.wishes import Wishes

__all__ = [
    "Began",
    "Diverged",
    "Evaluated",
    "Event",
    "Finished",
    "Interrupted",
    "OwnLoop",
    "Stepped",
    "Wishes",
    "import_weights",
    "record",
    "train",
    "training",
]
