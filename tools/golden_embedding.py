"""Write tests/golden/embedding.json: where Python puts items, which the page's room "Embedding" must match.

    python tools/golden_embedding.py

``rings``: probabilities [n][classes], the order of the classes around the ring, and where the linear view of
three or more of them puts the items. ``fan``: labels, and the offset of each item. ``film``: codes as the
page gets them, and the places [frames][n][2] that they stand for, in the smallest square around all.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from handlens.insight.embedding import fanned, linear_view, ring_order
from handlens.reporting.clouds import coded, decoded

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "embedding.json"


def document() -> dict[str, Any]:
    """All of it, as JSON values."""
    return {"rings": [_ring(rows) for rows in _answers()], "fan": _fan(), "film": _film()}


def _answers() -> list[np.ndarray]:
    """Answers that are spread evenly, sure ones, and ones that mix up certain pairs."""
    rng = np.random.default_rng(0)
    pairs = np.zeros((8, 8))
    for one, other in ((0, 5), (1, 4), (2, 7), (3, 6)):
        pairs[[one, other], one] = pairs[[one, other], other] = 0.5
    drawn = [rng.dirichlet(np.full(classes, 0.2), 40) for classes in (10, 3, 2, 13)]
    return [*drawn, pairs, np.eye(10), np.ones((4, 1))]


def _ring(rows: np.ndarray) -> dict[str, Any]:
    rows = rows.astype(np.float32)
    places = linear_view(rows[None])[0].tolist() if rows.shape[1] > 2 else None
    return {"probabilities": rows.tolist(), "order": ring_order(rows).tolist(), "places": places}


def _fan() -> dict[str, Any]:
    labels = np.array([0, 1, 0, 2, 0, 1, 0])
    return {"labels": labels.tolist(), "offsets": fanned(np.zeros((1, 7, 2), np.float32), labels)[0].tolist()}


def _film() -> dict[str, Any]:
    film = np.random.default_rng(1).normal(size=(4, 5, 2)).cumsum(axis=0).astype(np.float32)
    held = coded(film)
    places = decoded(held["film"], held["scale"])
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    return {
        "steps": [0, 10, 300, 1650],
        "items": [1, 4, 5, 9, 20],
        "film": held["film"].tolist(),
        "places": (2 * (places - (low + high) / 2) / (high - low).max()).tolist(),
    }


def main() -> None:
    """Write the file."""
    GOLDEN.write_text(json.dumps(document()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
