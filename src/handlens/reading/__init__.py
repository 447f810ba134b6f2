"""From a picture to what it says.

>>> reader = Reader()  # doctest: +SKIP
>>> reader.read("photo.jpg").text  # doctest: +SKIP
'2741'

The modules here, in the order of the work: ``pictures`` (anything to a picture in memory), ``kinds`` (which
files hold one), ``efforts`` (what decoding may cost), ``pixels`` (to eight bits, opaque), ``desk``,
``sheet``, ``small``, ``ink`` and ``rules`` (pixels to ink on empty paper), ``lines`` (ink to components and
lines), ``strip`` (a line by itself, level), ``hand`` (how its digits lean), ``marks`` (dots, commas,
slashes), ``cuts`` and ``split`` (a line to pieces, and runs of pieces that may be a digit), ``overlap``
(ink of two digits), ``frame`` (one digit's ink to the 28x28 that a network sees), ``judge`` (frames to
probabilities), ``path`` (the best path over a line), ``row_judge`` (an uncut line to what stands where
along it), ``ctc`` (that to texts), ``choice`` (path and texts together), ``dates`` (where ones are
slashes), ``trust`` (what is sure), ``rows`` (a line's reading), ``looks`` (small pictures of one digit),
``reader`` (all of it).
``result`` is what comes out, ``taught`` a last layer that a person taught, ``worker`` a process that reads.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handlens.reading.reader import Reader
    from handlens.reading.result import Reading

__all__ = ["Reader", "Reading"]

_HOMES = {"Reader": "handlens.reading.reader", "Reading": "handlens.reading.result"}


def __getattr__(name: str) -> Any:
    """Import what was asked for when it is asked for: OpenCV takes a tenth of a second."""
    if name not in _HOMES:
        raise AttributeError(f"module 'handlens.reading' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
