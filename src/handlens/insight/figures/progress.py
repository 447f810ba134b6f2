"""How a training went: loss and accuracy on twin axes, gradients and updates of each layer."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from handlens.errors import LookError
from handlens.insight.figures.style import (
    INK,
    LINE,
    QUIET,
    RIGHT,
    SMALL,
    TEXT,
    WRONG,
    chart,
    check_same_length,
    percent,
    quiet_axes,
)
from handlens.insight.palette import class_colours
from handlens.insight.series import first_not_finite, running_mean

Places = Num[np.ndarray, "_"]
Values = Float[np.ndarray, "_"]

MANY = 120  # from so many losses on, a running mean is drawn over them
MARKERS = "os^Dv<>P*X"


def curves(
    loss_at: Places,
    losses: Values,
    accuracy_at: Places,
    accuracies: Values,
    *,
    loss: str = "training loss (last batch of the epoch)",
    watched: str = "test",
    unit: str = "epoch",
    title: str = "Loss and accuracy",
) -> Figure:
    """Loss (left axis) and accuracy (right axis) along a training; both axes say what they show.

    Many losses are drawn pale, with their running mean over them. The accuracy's axis needn't begin at 0.

    Args:
        loss_at: Where each loss belongs, in ``unit``.
        losses: The losses, in nats.
        accuracy_at: Where each accuracy belongs.
        accuracies: Shares in 0 … 1.
        loss: Which loss this is, in words.
        watched: The set that the accuracy was measured on.
        unit: What the horizontal axis counts: "epoch" or "step".
        title: The heading.

    Raises:
        LookError: Values and places differ in number, or there are none at all.
    """
    check_same_length({"losses": losses, "places": loss_at})
    check_same_length({"accuracies": accuracies, "places": accuracy_at})
    if not len(losses) + len(accuracies):
        raise LookError("There is no curve to draw: neither a loss nor an accuracy was recorded.")
    figure = chart(4.0, title)
    left = figure.add_subplot()
    right = left.twinx()
    quiet_axes(left, unit, loss)
    quiet_axes(right, "", f"accuracy on the {watched} set{_at_the_end(accuracies)}")
    right.spines["right"].set_visible(True)
    _losses(left, loss_at, losses, loss, unit)
    right.plot(accuracy_at, accuracies, color=RIGHT, linewidth=1.8, marker=_marker(accuracies), markersize=4)
    right.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    _headroom(right, accuracies)
    for axes, colour in ((left, WRONG), (right, RIGHT)):
        axes.yaxis.label.set_color(colour)
        axes.tick_params(axis="y", labelcolor=colour)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def gradient_norms(
    steps: Places,
    norms: Mapping[str, Values],
    ratios: Mapping[str, Values] | None = None,
    *,
    title: str = "Gradients and updates of each layer",
) -> Figure:
    """The length of each layer's gradient and, under it, of its updates against its weights; logarithmic.

    Args:
        steps: When they were measured.
        norms: By layer, the Euclidean norm of the gradient.
        ratios: By layer, the norm of an update over the norm of the weights; around 0.001 is usual.
        title: The heading.

    Raises:
        LookError: A layer has another number of values than there are steps, or there is no layer.
    """
    panels = [("norm of the gradient", norms)]
    panels += [("update / weight", ratios)] if ratios else []
    for _, layers in panels:
        if not layers:
            raise LookError("There is no layer to draw: no gradient was recorded.")
        for name, values in layers.items():
            check_same_length({f"values of {name}": values, "steps": steps})
    figure = chart(0.6 + 2.5 * len(panels), title)
    rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (label, layers) in zip(rows, panels, strict=True):
        quiet_axes(axes, "step" if axes is rows[-1] else "", f"{label} (log scale)")
        _layers(axes, steps, layers)
    if ratios:
        rows[-1].axhline(1e-3, color=QUIET, linewidth=0.8, linestyle="--")
        rows[-1].annotate(
            "usual: about 0.001", (0.01, 1e-3), (0, 3), rows[-1].get_yaxis_transform(),
            textcoords="offset points", fontsize=SMALL, color=QUIET,
        )  # fmt: skip
    figure.legend(
        *rows[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
    )
    return figure


def _losses(axes: Axes, places: Places, losses: Values, loss: str, unit: str) -> None:
    finite = np.where(np.isfinite(losses), losses, np.nan)
    if len(losses) < MANY:
        axes.plot(places, finite, color=WRONG, linewidth=1.8, marker=_marker(losses), markersize=4)
    else:
        window = len(losses) // 40
        axes.plot(places, finite, color=WRONG, linewidth=0.6, alpha=0.35)
        axes.plot(places, running_mean(losses, window), color=WRONG, linewidth=1.8)
        axes.set_ylabel(f"{loss}\npale: each; dark: mean of {window}", fontsize=TEXT, parse_math=False)
    axes.set_ylim(bottom=0)
    bad = first_not_finite(losses)
    if bad is not None:
        axes.axvline(float(places[bad]), color=INK, linewidth=0.9, linestyle="--")
        axes.annotate(
            f"not finite from {unit} {places[bad]:,}", (float(places[bad]), 0.97), (-4, 0),
            axes.get_xaxis_transform(), textcoords="offset points", ha="right", va="top",
            rotation=90, fontsize=SMALL, color=INK,
        )  # fmt: skip


def _layers(axes: Axes, steps: Places, layers: Mapping[str, Values]) -> None:
    axes.set_yscale("log")
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    for index, (name, colour) in enumerate(zip(layers, class_colours(len(layers)), strict=True)):
        positive = np.where(np.isfinite(layers[name]) & (layers[name] > 0), layers[name], np.nan)
        axes.plot(
            steps, positive, label=name, color=[channel / 255 for channel in colour], linewidth=1.5,
            marker=MARKERS[index % len(MARKERS)], markersize=4, markevery=max(1, len(steps) // 12),
        )  # fmt: skip
    if not any((np.isfinite(values) & (values > 0)).any() for values in layers.values()):
        axes.set_ylim(1e-6, 1)  # a logarithmic axis without any value can't choose its own
        axes.text(
            0.5, 0.5, "zero everywhere, or not finite: nothing is learnt", transform=axes.transAxes,
            ha="center", fontsize=TEXT, color=QUIET,
        )  # fmt: skip


def _at_the_end(accuracies: Values) -> str:
    return f"; at the end {percent(float(accuracies[-1]), 2)}" if len(accuracies) else ""


def _marker(values: Sequence[float] | Values) -> str:
    return "o" if len(values) <= 30 else ""


def _headroom(axes: Axes, accuracies: Values) -> None:
    """From a little under the lowest accuracy to a little over the highest, and never far past 100 %."""
    finite = accuracies[np.isfinite(accuracies)]
    if finite.size:
        span = max(float(finite.max() - finite.min()), 0.01)
        axes.set_ylim(max(0.0, float(finite.min()) - 0.08 * span), float(finite.max()) + 0.12 * span)
