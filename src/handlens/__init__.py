"""A hand lens for convolutional networks that read handwriting.

>>> import handlens as hl
>>> run = hl.train("default", out="runs/first")    # a Recording
>>> run.net(step=300)                              # the network as it was at step 300

Names are loaded at their first use, so that ``import handlens`` takes milliseconds and no torch.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# GNU OpenMP's threads spin while they wait. Beside any other busy process that makes two threads ten times
# slower than one: 258 ms a step against 26 with short spins, on two shared cores; short spins cost 3 % on two
# idle ones. It must be set before torch or openTSNE is loaded; whoever sets it, or a wait policy, is obeyed.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

if TYPE_CHECKING:
    from handlens import data
    from handlens.engine import record, training
    from handlens.errors import HandlensError
    from handlens.notebook.recording import Recording, load
    from handlens.notebook.training import import_weights, train
    from handlens.reading import Reader
    from handlens.reporting import look, report

__version__ = "0.1.0"

_HOMES = {
    "HandlensError": "handlens.errors",
    "Reader": "handlens.reading",
    "Recording": "handlens.notebook.recording",
    "data": "handlens.data",
    "import_weights": "handlens.notebook.training",
    "load": "handlens.notebook.recording",
    "look": "handlens.reporting",
    "record": "handlens.engine",
    "report": "handlens.reporting",
    "train": "handlens.notebook.training",
    "training": "handlens.engine",
}

__all__ = [
    "HandlensError",
    "Reader",
    "Recording",
    "data",
    "import_weights",
    "load",
    "look",
    "record",
    "report",
    "train",
    "training",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'handlens' has no attribute {name!r}; it has {', '.join(__all__)}")
    try:
        module = import_module(_HOMES[name])
        value = module if module.__name__ == f"handlens.{name}" else getattr(module, name)
    except ModuleNotFoundError as error:
        errors = import_module("handlens.errors")
        raise errors.missing_library(error, f"handlens.{name}") or error from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
