"""The one visual style: colours, type sizes, and what every figure does alike.

White is zero, red positive, blue negative, in kernels and maps alike; the map before a ReLU and after it
differ by the blue alone. Ink is shown as MNIST stores it, white on black. A value that isn't finite is
yellow, a colour that no scale holds.
"""

from collections.abc import Mapping, Sized

import numpy as np
from jaxtyping import Num
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import text_to_path
from matplotlib.ticker import PercentFormatter

from handlens.errors import LookError
from handlens.insight.scales import Limits, Number, Values

DPI = 144  # 7 inches are 1008 pixels
WIDTH = 7.0
SMALL, TEXT, TITLE = 8.0, 9.0, 11.5  # points

INK, QUIET, LINE = "#1f2328", "#57606a", "#c5cbd3"
RIGHT, WRONG = "#0072b2", "#d55e00"  # Okabe and Ito's blue and vermilion
NOT_FINITE = "#ffd500"

_SIDE = np.linspace(0, 1, 128) ** 0.75  # bent, and the colour bar with it, so that weak values are seen
DIVERGING: Colormap = ListedColormap(
    colormaps["RdBu_r"](0.5 + 0.5 * np.concatenate([-_SIDE[::-1], _SIDE]))
).with_extremes(bad=NOT_FINITE)
SEQUENTIAL: Colormap = ListedColormap(colormaps["RdBu_r"](0.5 + 0.5 * _SIDE)).with_extremes(bad=NOT_FINITE)
GRAY: Colormap = colormaps["gray"].with_extremes(bad=NOT_FINITE)

Shown = Num[np.ndarray, "_ _"] | Num[np.ndarray, "_ _ _"]
"""An image: [height, width], [1, height, width] or [3, height, width]."""


def colours_of(limits: Limits) -> Colormap:
    """The colour map of a scale: diverging if it reaches below zero."""
    return DIVERGING if limits[0] < 0 else SEQUENTIAL


def chart(height: Number, title: str, width: Number = WIDTH) -> Figure:
    """An empty figure whose layout makes room for its labels; ``title`` stands on its upper left."""
    layout = ConstrainedLayoutEngine(w_pad=0.14, h_pad=0.12)
    figure = Figure(figsize=(width, height), dpi=DPI, layout=layout, facecolor="white")
    figure.set_label(title)
    lines = wrapped(title, width - 0.3, TITLE)
    figure.suptitle(
        "\n".join(lines), x=0.02, ha="left", fontsize=TITLE, color=INK, fontweight="bold", parse_math=False
    )
    return figure


def quiet_axes(axes: Axes, x: str, y: str) -> None:
    """Thin gray axes with their labels."""
    axes.set_xlabel(x, fontsize=TEXT, color=INK, parse_math=False)
    axes.set_ylabel(y, fontsize=TEXT, color=INK, parse_math=False)
    axes.tick_params(labelsize=SMALL, colors=QUIET, width=0.6)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set(color=LINE, linewidth=0.8)


def inches(text: str, size: Number, bold: bool = False) -> float:
    """How wide a line of text is when set in ``size`` points."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72


def wrapped(text: str, width: Number, size: Number) -> list[str]:
    """A bold text as lines that are at most ``width`` inches wide, broken between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and inches(longer, size, bold=True) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def number(value: Number) -> str:
    """A number short enough for a scale or a label, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


def percent(share: Number, digits: int = 1) -> str:
    """A share in percent; one that only rounds to 100 % isn't called certain."""
    text = f"{share:.{digits}%}"
    if share < 1 and text.startswith("100"):
        text = "> 99." + "9" * digits + "%"
    return text.replace("%", " %")


def percents() -> PercentFormatter:
    """The ticks of an axis of shares, written as `percent` writes."""
    return PercentFormatter(xmax=1, symbol=" %")


def note_not_finite(values: Values) -> str:
    """A remark for the heading when some values are NaN or infinite, else nothing."""
    bad = int(values.size - np.isfinite(values).sum())
    return f" · {bad:,} of {values.size:,} values aren't finite (yellow)" if bad else ""


def paint(image: Shown) -> Values:
    """An image as [height, width] or [height, width, 3], as drawing needs it.

    Raises:
        LookError: It has neither one channel nor three.
    """
    if image.ndim == 2:
        return image
    if image.shape[0] not in (1, 3):
        raise LookError(
            f"An image of shape {list(image.shape)} can't be shown: [height, width], [1, height, width] "
            "or [3, height, width] is expected."
        )
    return image[0] if image.shape[0] == 1 else _unit_range(image).transpose(1, 2, 0)


def ink_limits(images: Values) -> Limits:
    """The gray scale of a set of images: 0 … 255 for bytes, 0 … 1 for inputs, else what they span."""
    if images.dtype == np.uint8:
        return 0.0, 255.0
    finite = images[np.isfinite(images)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=1.0))
    return low, high


def check_same_length(arrays: Mapping[str, Sized]) -> None:
    """Refuse arrays of which one belongs to each sample, if their lengths differ.

    Raises:
        LookError: Two lengths differ.
    """
    if len({len(array) for array in arrays.values()}) > 1:
        said = ", ".join(f"{len(array)} {name}" for name, array in arrays.items())
        raise LookError(f"{said}: one for each sample is needed.")


def _unit_range(image: Shown) -> Values:
    low, high = ink_limits(image)
    scaled: Values = (image - low) / (high - low)
    return scaled
