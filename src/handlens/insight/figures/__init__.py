"""Figures of a network: arrays in, a `matplotlib.figure.Figure` out.

Nothing here touches matplotlib's global state: no window opens, no figure stays in memory.
Save one with ``figure.savefig("kernels.png")`` or ``.svg``; its label is its heading. Channels, maps and
kernels are counted from 0 in arguments, as arrays are, and from 1 in the pictures, as people do.

The order inside the package: ``style``, ``page``, then ``weights``, ``stages``, ``samples``, ``points`` and
``progress``, then ``moments`` (after ``stages``) and ``verdicts`` (after ``samples``).
"""

from matplotlib.figure import Figure

from handlens.insight.figures.moments import over_time
from handlens.insight.figures.points import points
from handlens.insight.figures.progress import curves, gradient_norms
from handlens.insight.figures.samples import digit, digits, predictions, prepared
from handlens.insight.figures.stages import activations, flattened, stages_overview
from handlens.insight.figures.verdicts import confusion, mistakes, per_class
from handlens.insight.figures.weights import kernel_matrix, kernels, kernels_before_after

__all__ = [
    "Figure",
    "activations",
    "confusion",
    "curves",
    "digit",
    "digits",
    "flattened",
    "gradient_norms",
    "kernel_matrix",
    "kernels",
    "kernels_before_after",
    "mistakes",
    "over_time",
    "per_class",
    "points",
    "predictions",
    "prepared",
    "stages_overview",
]
