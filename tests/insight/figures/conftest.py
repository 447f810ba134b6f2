"""What every figure must keep: all text inside the page, in a readable size, none over another."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

Legible = Callable[[Figure], list[str]]


@pytest.fixture
def legible(monkeypatch: pytest.MonkeyPatch) -> Legible:
    """Draw a figure, check the texts that were really drawn, and return them in the order of drawing."""
    drawn: list[Text] = []
    draw = Text.draw

    def noting(text: Text, renderer: RendererBase) -> None:
        if text.get_visible() and text.get_text().strip():
            drawn.append(text)
        draw(text, renderer)

    monkeypatch.setattr(Text, "draw", noting)

    def check(figure: Figure) -> list[str]:
        canvas = FigureCanvasAgg(figure)
        drawn.clear()
        canvas.draw()
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in drawn]
        for text, box in zip(drawn, boxes, strict=True):
            assert text.get_fontsize() >= 8, text.get_text()
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
            assert inside, f"cut off: {text.get_text()!r}"
        for (one, first), (other, second) in combinations(zip(drawn, boxes, strict=True), 2):
            overlap = np.minimum(first.max, second.max) - np.maximum(first.min, second.min)
            # Two pixels of a box are air: a line is as high as its tallest letter.
            assert overlap.min() < 2, f"{one.get_text()!r} lies over {other.get_text()!r}"
        return [text.get_text() for text in drawn]

    return check
