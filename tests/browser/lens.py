"""What the lens shows of a number: read from the page, and computed from the recording."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page

READ = """lens => {
  const shown = (selector) => [...lens.querySelectorAll(selector)].filter((e) => !e.closest("[hidden]"));
  const rows = {}, grids = {};
  for (const value of shown(".ledger [data-role] .value")) {
    const { role } = value.closest("[data-role]").dataset;
    (rows[role] ??= []).push(value.dataset.value);
  }
  for (const grid of shown(".grid")) {
    grids[grid.dataset.role] = [...grid.children].map((cell) => cell.dataset.value);
  }
  return {
    heading: lens.querySelector("h2").textContent,
    value: lens.querySelector(".lens-value").dataset.value,
    text: lens.querySelector(".lens-value").textContent,
    captions: shown("figcaption").map((caption) => caption.textContent),
    gradient: shown(".lens-gradient").map((line) => line.textContent).join(),
    rows,
    grids,
  };
}"""


@dataclass
class Shown:
    """The lens in numbers.

    Attributes:
        stage: whose number it is.
        place: channel, row and column, or the number of a flat stage, from 0; a class by its name.
        rows: the ledger's numbers by role.
        grids: cells by role, row by row.
        map: the input map that is opened, from 0, where the lens says one.
    """

    stage: str
    place: tuple[int, ...] | str
    value: float
    text: str
    rows: dict[str, list[float]]
    grids: dict[str, np.ndarray]
    map: int
    gradient: float | None

    def index_in(self, shape: tuple[int, ...], classes: Sequence[str]) -> int:
        """Its place in what the stage gives, row by row."""
        if isinstance(self.place, str):
            return list(classes).index(self.place)
        return int(np.ravel_multi_index(self.place, shape))

    def one(self, role: str) -> float:
        """The ledger's only number of that role."""
        (value,) = self.rows[role]
        return value


def lens(page: Page) -> Shown:
    """Read the lens."""
    found = page.locator("#lens").evaluate(READ)
    stage, words = found["heading"].split(", ", 1)
    opened = [int(n) for caption in found["captions"] for n in re.findall(r", map (\d+)$", caption)]
    return Shown(
        stage=stage,
        place=_place(words),
        value=float(found["value"]),
        text=found["text"],
        rows={role: [float(value) for value in values] for role, values in found["rows"].items()},
        grids={role: np.array(cells, float) for role, cells in found["grids"].items()},
        map=opened[0] - 1 if opened else 0,
        gradient=_gradient(found["gradient"]),
    )


def _place(words: str) -> tuple[int, ...] | str:
    if found := re.fullmatch("for “(.*)”", words):
        return found[1]
    numbers = tuple(int(number) - 1 for number in re.findall(r"\d+", words))
    return (0, *numbers) if words.startswith("row") else numbers


def _gradient(words: str) -> float | None:
    found = re.search(r"= (\S+?):", words)
    return float(found[1].replace("−", "-")) if found else None
