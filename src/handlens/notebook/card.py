"""A recording at a glance: a card of some kilobytes, kept with a notebook's cell. No script is in it."""

import base64
import shlex
from html import escape
from io import BytesIO

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from handlens.errors import RecordingError
from handlens.insight.kernels import Slices, channel_slice
from handlens.notebook.curves import drawing
from handlens.page.thinning import fewer_losses
from handlens.recording import Recording

MOST = 240  # points of the loss; the drawing is 520 wide
KERNELS = 16
CELL = 6  # screen pixels for a weight

Colours = UInt8[np.ndarray, "... 3"]

_RED, _BLUE, _WHITE, _ODD = (
    np.array(colour) for colour in ((178, 24, 43), (33, 102, 172), (255, 255, 255), (255, 213, 0))
)


def card(run: Recording) -> str:
    """Name, how it went, curves, the first kernels, and what to type for more: at most 100 kB of HTML."""
    steps, losses = fewer_losses(*run.losses, MOST)
    accuracies = [(float(line.step), line.accuracy) for line in run.evaluations][
        :: len(run.evaluations) // MOST + 1
    ]
    finite = np.isfinite(losses)
    curve = list(zip(steps[finite].astype(float).tolist(), losses[finite].tolist(), strict=True))
    folder = escape(shlex.quote(str(run.folder)), quote=False)
    return (
        "<div style='font-family:system-ui,sans-serif;max-width:560px'>"
        f"<p style='margin:0'><b>{escape(run.folder.resolve().name)}</b>, a recording of handlens</p>"
        f"<p style='margin:2px 0 8px'>{escape(verdict(run))}</p>"
        f"{drawing(curve, accuracies, run.steps[-1]) if curve else ''}{_kernels(run)}"
        "<p style='margin:8px 0 0'><small>The page, where you can scrub through the training, draw and touch "
        f"every number: type <code>.view()</code> after the recording’s name, or <code>handlens view {folder}"
        "</code> in a terminal.</small></p></div>"
    )


def verdict(run: Recording) -> str:
    """How good it is and how far it came: a line."""
    frames = f"{run.status} at step {run.steps[-1]:,}; {len(run.steps)} frames"
    if run.accuracy is None:
        return f"Not scored; {frames}."
    return f"{run.accuracy:.2%} right on {run.accuracy_set}; {frames}."


def _kernels(run: Recording) -> str:
    """The kernels of the first convolution for its first channel, where there is one."""
    name = next((node.weights["weight"] for node in run.graph.nodes if node.op == "conv"), None)
    if name is None:
        return ""
    try:
        kernels = channel_slice(run.weights()[name], 0)[:KERNELS]
    except RecordingError as error:
        return f"<p role='alert'>{escape(str(error))}</p>"
    sheet = _sheet(kernels)
    width = CELL * sheet.shape[1]
    picture = Image.fromarray(sheet).resize((width, CELL * sheet.shape[0]), Image.Resampling.NEAREST)
    packed = BytesIO()
    picture.save(packed, "PNG", optimize=True)
    label = f"The first {len(kernels)} kernels of {name.removesuffix('.weight')}: red adds, blue takes away"
    source = f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"
    return (
        f"<p style='margin:8px 0 2px'><small>{escape(label)}</small></p>"
        f"<img src='{source}' width='{width}' style='max-width:100%' alt='{escape(label)}'/>"
    )


def _sheet(kernels: Slices) -> Colours:
    """Kernels side by side in rows of eight, a white line between them."""
    count, height, width = kernels.shape
    columns = min(count, 8)
    rows = -(-count // columns)
    tiles = np.full((rows * columns, height + 1, width + 1, 3), 255, np.uint8)
    tiles[:count, :height, :width] = _coloured(kernels)
    across = tiles.reshape(rows, columns, height + 1, width + 1, 3).swapaxes(1, 2)
    return across.reshape(rows * (height + 1), columns * (width + 1), 3)


def _coloured(values: np.ndarray) -> Colours:
    """Red above zero, blue below, white at zero, yellow for what is no number."""
    finite = np.isfinite(values)
    shares = np.where(finite, values, 0)
    shares = (shares / max(float(np.abs(shares).max()), 1e-30))[..., None]
    colours = _WHITE + np.abs(shares) * (np.where(shares > 0, _RED, _BLUE) - _WHITE)
    return np.where(finite[..., None], colours.round(), _ODD).astype(np.uint8)
