"""One image at several moments of a training: how its maps and probabilities came to be."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from handlens.errors import LookError
from handlens.insight.figures.page import Box, Page, names_height, tile_size
from handlens.insight.figures.stages import NUMBERS, chances, lines_of, map_lines
from handlens.insight.figures.style import QUIET, SMALL, Shown, inches, ink_limits, note_not_finite, percent
from handlens.insight.scales import stage_limits

Moment = tuple[int, Float[np.ndarray, "_ _ _"], Float[np.ndarray, "_"]]

SIDE, STRIP, BARS = 1.2, 5.0, 1.7  # the widths of the columns, in inches


def over_time(
    image: Shown,
    frames: Sequence[Moment],
    stage: str,
    classes: Sequence[str],
    *,
    title: str = "One digit through the training",
) -> Figure:
    """The maps of one stage and the probabilities for one image, a line a moment, all maps on one scale.

    Args:
        image: What the network was given.
        frames: ``(step, maps [channels, height, width], probabilities [classes])`` in order of time.
        stage: The stage's name.
        classes: The names of the classes.
        title: The heading.

    Raises:
        LookError: There are no frames, or they differ in shape.
    """
    _check(frames, classes)
    limits = stage_limits([maps for _, maps, _ in frames])
    names = names_height(classes, BARS)
    pitch = max(lines_of(frames[0][1], STRIP).height, 0.75 + names) + 0.22
    widest = max(inches(f"{name}: > 99.9 %", SMALL) for name in classes)
    side = max(SIDE, widest + NUMBERS)
    page = Page(side + STRIP + 0.3 + BARS, 1.25 + pitch * len(frames), title)
    page.ink(image, Box(side, 0, *tile_size(image, 1.0)), ink_limits(image))
    page.words(0, 0.08, "input", bold=True, across="left")
    page.scale(limits, side + 1.5, 0.45, 2.2, f"{stage}, one scale for all steps")
    for line, (step, maps, probabilities) in enumerate(frames):
        top = 1.25 + line * pitch
        page.words(0, top + 0.08, f"step {step:,}", bold=True, across="left")
        best = int(probabilities.argmax())
        if np.isfinite(probabilities).all():
            page.words(
                0, top + 0.27, f"{classes[best]}: {percent(float(probabilities[best]))}", across="left"
            )
        page.words(0, top + 0.45, note_not_finite(maps), colour=QUIET, across="left")
        map_lines(page, maps, limits, side, top, STRIP)
        chances(page, probabilities, Box(side + STRIP + 0.3, top, BARS, 0.75), classes)
    return page.figure


def _check(frames: Sequence[Moment], classes: Sequence[str]) -> None:
    if not frames:
        raise LookError("There is no frame to show: give at least one (step, maps, probabilities).")
    shapes = {maps.shape for _, maps, _ in frames}
    if len(shapes) > 1:
        raise LookError(
            f"The frames' maps differ in shape ({sorted(shapes)}): give one stage of one network."
        )
    lengths = {len(probabilities) for *_, probabilities in frames} | {len(classes)}
    if len(lengths) > 1:
        raise LookError(f"Probabilities and class names differ in number: {sorted(lengths)}.")
