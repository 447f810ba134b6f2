"""A hand lens for convolutional networks that read handwriting.

>>> import handlens as hl
>>> run = hl.train("default", out="runs/first")    # a Recording
>>> run.net(step=300)                              # the network as it was at step 300

Names are loaded at their first use, so that ``import handlens`` takes milliseconds and no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handlens import data
    from handlens.errors import HandlensError
    from handlens.recording import Recording, load

__version__ = "0.1.0"

_HOMES = {
    "HandlensError": "handlens.errors",
    "Recording": "handlens.recording",
    "data": "handlens.data",
    "load": "handlens.recording",
}

__all__ = ["HandlensError", "Recording", "data", "load"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'handlens' has no attribute {name!r}; it has {', '.join(__all__)}")
    module = import_module(_HOMES[name])
    value = module if module.__name__ == f"handlens.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
