"""How a training went: loss and accuracy on twin axes, gradients and updates of each layer."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from handlens.errors import LookError
from handlens.insight.figures.style import (
    INK,
    LINE,
    QUIET,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    WRONG,
    chart,
    check_same_length,
    number,
    percent,
    percents,
    quiet_axes,
    wrapped,
)
from handlens.insight.palette import class_colours
from handlens.insight.series import first_not_finite, running_mean

Places = Num[np.ndarray, "_"]
Values = Float[np.ndarray, "_"]

MANY = 120  # from so many losses on, a running mean is drawn over them
MARKERS = "os^Dv<>P*X"
USUAL = 1e-3  # of an update against its weights
DEPTH = 100  # what lies so many times under every layer's median is drawn at the floor
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def curves(
    loss_at: Places,
    losses: Values,
    accuracy_at: Places,
    accuracies: Values,
    *,
    loss: str = "training loss (last batch of the epoch)",
    watched: str = "test set",
    unit: str = "epoch",
    title: str = "Loss and accuracy",
) -> Figure:
    """Loss (left axis) and accuracy (right axis) along a training; a line for each says what it is.

    Many losses are drawn pale, with their running mean over them. The accuracy's axis needn't begin at 0.

    Args:
        loss_at: Where each loss belongs, in ``unit``.
        losses: The losses, in nats.
        accuracy_at: Where each accuracy belongs.
        accuracies: Shares in 0 … 1.
        loss: Which loss this is, in words.
        watched: What the accuracy was measured on, in words.
        unit: What the horizontal axis counts: "epoch" or "step".
        title: The heading.

    Raises:
        LookError: Values and places differ in number, or there are none at all.
    """
    check_same_length({"losses": losses, "places": loss_at})
    check_same_length({"accuracies": accuracies, "places": accuracy_at})
    if not len(losses) + len(accuracies):
        raise LookError("There is no curve to draw: neither a loss nor an accuracy was recorded.")
    figure = chart(4.3, title)
    left = figure.add_subplot()
    right = left.twinx()
    quiet_axes(left, unit, "training loss")
    quiet_axes(right, "", "accuracy")
    right.spines["right"].set_visible(True)
    how = _losses(left, loss_at, losses, unit)
    right.plot(accuracy_at, accuracies, color=RIGHT, linewidth=1.8, marker=_marker(accuracies), markersize=4)
    right.yaxis.set_major_formatter(percents())
    _headroom(right, accuracies)
    for axes, colour in ((left, WRONG), (right, RIGHT)):
        axes.yaxis.label.set_color(colour)
        axes.tick_params(axis="y", labelcolor=colour)
    _whole_places(left, np.concatenate([loss_at, accuracy_at]))
    said = f"accuracy on the {watched}{_at_the_end(accuracies)}"
    lines = [(WRONG, loss + how)] * bool(len(losses)) + [(RIGHT, said)] * bool(len(accuracies))
    _key(figure, dict(lines))
    return figure


def gradient_norms(
    steps: Places,
    norms: Mapping[str, Values],
    ratios: Mapping[str, Values] | None = None,
    *,
    title: str = "Gradients and updates of each layer",
) -> Figure:
    """The length of each layer's gradient and, under it, of its updates against its weights; logarithmic.

    A value that lies far under all layers' usual ones, as the last update of a schedule that ends at zero,
    is drawn as a triangle at the floor, and a line above says how small it is.

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
        usual = USUAL if layers is ratios else None
        floored = _layers(axes, steps, layers, usual)
        notes = [f"dashed: {USUAL:g}, a usual value"] * (usual is not None) + [floored] * bool(floored)
        axes.set_title(" · ".join(notes), loc="left", fontsize=SMALL, color=QUIET, parse_math=False)
    _whole_places(rows[-1], steps)
    figure.legend(
        *rows[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
    )
    return figure


def _losses(axes: Axes, places: Places, losses: Values, unit: str) -> str:
    """Draw them, and say how where it isn't plain."""
    how = ""
    finite = np.where(np.isfinite(losses), losses, np.nan)
    if len(losses) < MANY:
        axes.plot(places, finite, color=WRONG, linewidth=1.8, marker=_marker(losses), markersize=4)
    else:
        window = len(losses) // 40
        axes.plot(places, finite, color=WRONG, linewidth=0.6, alpha=0.35)
        axes.plot(places, running_mean(losses, window), color=WRONG, linewidth=1.8)
        how = f" (pale; dark: mean of the last {window:,})"
    axes.set_ylim(bottom=0)
    bad = first_not_finite(losses)
    if bad is not None:
        axes.axvline(float(places[bad]), color=INK, linewidth=0.9, linestyle="--")
        axes.annotate(
            f"not finite from {unit} {places[bad]:,}", (float(places[bad]), 0.97), (-4, 0),
            axes.get_xaxis_transform(), textcoords="offset points", ha="right", va="top",
            rotation=90, fontsize=SMALL, color=INK,
        )  # fmt: skip
    return how


def _key(figure: Figure, said: Mapping[str, str]) -> None:
    """Under the axes, what each line is: its colour → words."""
    figure.legend(
        [Line2D([], [], color=colour, linewidth=1.8) for colour in said],
        ["\n".join(wrapped(text, WIDTH - 0.55, SMALL)) for text in said.values()],
        loc="outside lower left",
        fontsize=SMALL,
        frameon=False,
    )


def _whole_places(axes: Axes, places: Places) -> None:
    """Ticks at whole numbers, written as in headings; a single place stands in the middle."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if len(np.unique(places)) == 1:
        axes.set_xlim(float(places[0]) - 1, float(places[0]) + 1)


def _layers(axes: Axes, steps: Places, layers: Mapping[str, Values], usual: float | None) -> str:
    """Draw a line a layer, and say what lies at the floor."""
    axes.set_yscale("log")
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    shown = {name: np.where(np.isfinite(line) & (line > 0), line, np.nan) for name, line in layers.items()}
    known = np.concatenate([line[~np.isnan(line)] for line in shown.values()])
    if not known.size:
        _nothing(axes)
        return ""
    floor = _floor(shown)
    for index, (name, colour) in enumerate(zip(layers, class_colours(len(layers)), strict=True)):
        rgb, low = [channel / 255 for channel in colour], shown[name] < floor
        axes.plot(
            steps, np.where(low, floor, shown[name]), label=name, color=rgb, linewidth=1.5,
            marker=MARKERS[index % len(MARKERS)], markersize=4, markevery=max(1, len(steps) // 12),
        )  # fmt: skip
        axes.scatter(steps[low], np.full(low.sum(), floor), s=50, color=[rgb], marker="v", zorder=3)
    if usual is not None:
        axes.axhline(usual, color=QUIET, linewidth=0.8, linestyle="--")
    _decades(axes, np.append(np.maximum(known, floor), [] if usual is None else usual))
    least = float(known.min())
    return f"▼ less than 10{_power(floor)}; the least is {number(least)}" if least < floor else ""


def _floor(shown: Mapping[str, Values]) -> float:
    """The decade `DEPTH` times under the lowest layer's median: no layer lies under it as a whole."""
    medians = [float(np.nanmedian(line)) for line in shown.values() if not np.isnan(line).all()]
    return float(10.0 ** np.floor(np.log10(min(medians) / DEPTH)))


def _power(value: float) -> str:
    return str(round(np.log10(value))).translate(POWERS)


def _decades(axes: Axes, values: Values) -> None:
    """Values that lie within a decade get two ticks: the powers of ten around them."""
    low, high = np.log10(values.min()), np.log10(values.max())
    if high - low < 1:
        axes.set_ylim(10 ** (np.floor(low) - 0.05), 10 ** (max(np.ceil(high), np.floor(low) + 1) + 0.05))


def _nothing(axes: Axes) -> None:
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
