"""The class colours: told apart with any of the three common kinds of colour vision, visible on white."""

import re
from importlib.resources import files

import numpy as np
import pytest

from handlens.insight.palette import CLASS_COLOURS, class_colours

# Machado, Oliveira and Fernandes (2009), table 1, severity 1.0; on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


DARK = (0x15, 0x18, 0x1C)  # the card of styles/base.css


def of_the_page(theme: str) -> list[tuple[int, ...]]:
    """The colours of look/palette.js."""
    script = (files("handlens.page") / "static" / "look" / "palette.js").read_text("utf-8")
    listed = re.search(rf"{theme}: \[(.*?)\n  \]", script, re.DOTALL)
    assert listed is not None
    return [tuple(map(int, found)) for found in re.findall(r"\[(\d+), (\d+), (\d+)\]", listed[1])]


def linear(colours: object) -> np.ndarray:
    values = np.asarray(colours) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_cones = np.array(
        [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    )  # Ottosson (2020), rounded
    to_lab = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return np.cbrt(rgb @ to_cones.T) @ to_lab.T


def test_colours_are_ten_valid_triples() -> None:
    assert len(CLASS_COLOURS) == len(set(CLASS_COLOURS)) == 10
    assert all(len(colour) == 3 and all(0 <= value <= 255 for value in colour) for colour in CLASS_COLOURS)


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_can_be_told_apart(vision: str) -> None:
    seen = oklab(np.clip(linear(CLASS_COLOURS) @ VISION[vision].T, 0, 1))
    distance = np.linalg.norm(seen[:, None] - seen[None], axis=2)[np.triu_indices(10, k=1)]
    assert distance.min() > 0.11


def test_every_colour_is_visible_on_white() -> None:
    luminance = linear(CLASS_COLOURS) @ [0.2126, 0.7152, 0.0722]
    assert (1.05 / (luminance + 0.05)).min() >= 2.0


def test_more_classes_than_colours_repeat_them() -> None:
    assert class_colours(7) == CLASS_COLOURS[:7]
    assert class_colours(20) == CLASS_COLOURS * 2


def test_the_page_has_the_same_on_light_paper() -> None:
    assert tuple(of_the_page("light")) == CLASS_COLOURS


@pytest.mark.parametrize("vision", VISION)
def test_the_pages_colours_on_a_dark_card_can_be_told_apart_too(vision: str) -> None:
    colours = of_the_page("dark")
    assert len(colours) == 10
    seen = oklab(np.clip(linear(colours) @ VISION[vision].T, 0, 1))
    distance = np.linalg.norm(seen[:, None] - seen[None], axis=2)[np.triu_indices(10, k=1)]
    assert distance.min() > 0.11
    card = linear(DARK) @ [0.2126, 0.7152, 0.0722]
    luminance = linear(colours) @ [0.2126, 0.7152, 0.0722]
    assert ((luminance + 0.05) / (card + 0.05)).min() >= 2.6
