"""Loss and accuracy over the steps, as SVG that needs no style sheet and follows the notebook's theme."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 520, 180, 44  # of the drawing, in its own units
LOSS, ACCURACY = "#3b7dd8", "#d9730d"  # told apart by colour-blind readers, on light and dark alike

Point = tuple[float, float]


def drawing(losses: Sequence[Point], accuracies: Sequence[Point], last: int) -> str:
    """Both curves over the steps 0…last.

    Args:
        losses: steps and finite losses; the highest is the top.
        accuracies: steps and accuracies, 0…1.
        last: the step at the right.
    """
    last = max(last, 1)
    highest = max((loss for _, loss in losses), default=1.0) or 1.0
    label = f"loss and accuracy over {last:,} steps"
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' style='max-width:100%' role='img' "
        f"aria-label='{label}' font-size='11' fill='currentColor'>"
        + _axes(last, highest)
        + _line(losses, last, highest, LOSS)
        + _line(accuracies, last, 1.0, ACCURACY)
        + "</svg>"
    )


def _axes(last: int, highest: float) -> str:
    left, right, top, bottom = MARGIN, WIDTH - MARGIN, 16, HEIGHT - 20
    texts = [
        (left - 6, top + 4, "end", LOSS, f"{highest:.3g}"),
        (left - 6, bottom, "end", LOSS, "0"),
        (left, top - 6, "middle", LOSS, "loss"),
        (right + 6, top + 4, "start", ACCURACY, "100%"),
        (right + 6, bottom, "start", ACCURACY, "0"),
        (right, top - 6, "middle", ACCURACY, "accuracy"),
        (left, bottom + 14, "middle", "currentColor", "step 0"),
        (right, bottom + 14, "middle", "currentColor", f"{last:,}"),
    ]
    frame = f"<path d='M{left} {top}V{bottom}H{right}V{top}' fill='none' stroke='currentColor' opacity='.4'/>"
    return frame + "".join(
        f"<text x='{x}' y='{y}' text-anchor='{anchor}' fill='{colour}'>{text}</text>"
        for x, y, anchor, colour, text in texts
    )


def _line(points: Sequence[Point], last: int, highest: float, colour: str) -> str:
    """A curve over steps 0…last and values 0…highest."""
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 36
    places = (
        f"{MARGIN + step / last * across:.1f},{HEIGHT - 20 - value / highest * up:.1f}"
        for step, value in points
    )
    return f"<polyline points='{' '.join(places)}' fill='none' stroke='{colour}' stroke-width='1.5'/>"
