"""Words and numbers as figures print them; what drawing leaves behind: nothing."""

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from handlens.insight.figures import kernels, per_class
from handlens.insight.figures.style import TITLE, inches, ink_limits, number, percent, wrapped


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.0 %"), (0.99996, "> 99.9 %"), (0.9994, "99.9 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_nothing_is_called_certain_that_only_rounds_to_it(share: float, text: str) -> None:
    assert percent(share) == text


def test_numbers_are_short_and_have_a_true_minus() -> None:
    assert [number(value) for value in (-0.07421, 0.0, 12345.0)] == ["−0.0742", "0", "1.23e+04"]


def test_headings_are_broken_where_the_page_ends() -> None:
    text = "conv1: feature maps of training image 1, before the ReLU, at step 3,000 of the lab's recipe"
    lines = wrapped(text, 3.0, TITLE)
    assert " ".join(lines) == text
    assert all(inches(line, TITLE, bold=True) <= 3.0 for line in lines)
    assert wrapped("", 3.0, TITLE) == []


def test_ink_has_the_scale_of_its_kind() -> None:
    assert ink_limits(np.zeros((2, 2), np.uint8)) == (0, 255)
    assert ink_limits(np.array([[0.2, 0.7]])) == (0, 1)
    assert ink_limits(np.array([[-0.4, 2.8, np.nan]])) == (-0.4, 2.8)


@pytest.mark.parametrize(
    "title", ["Kernels", "Kernels of a layer with a name that is " + "very " * 20 + "long"]
)
def test_the_heading_ends_above_the_first_picture(title: str) -> None:
    figure = kernels(np.ones((4, 1, 5, 5), np.float32), rows=2, title=title)
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    heading = [text for text in axes.texts if text.get_position()[1] < 0]
    assert len(heading) == len(wrapped(title, 4.9, TITLE)) + 1
    first = axes.images[0].get_window_extent()
    assert min(text.get_window_extent().y0 for text in heading) > first.y1


def test_titles_are_never_taken_for_formulas() -> None:
    title = r"$\nothing_1$ & <100%>"  # as a formula this is an error
    for figure in (
        kernels(np.ones((1, 1, 1, 1), np.float32), rows=1, title=title),
        per_class(np.ones(1), np.ones(1, np.int64), [title], title=title),
    ):
        figure.savefig(BytesIO(), format="png")
        saved = BytesIO()
        figure.savefig(saved, format="svg")
        assert saved.getvalue().startswith(b"<?xml")


def test_computing_needs_no_matplotlib_and_drawing_no_pyplot() -> None:
    code = """
import sys
from handlens.insight import activations, kernels, mistakes, palette, scales, series
assert "matplotlib" not in sys.modules
import handlens.insight.figures
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
