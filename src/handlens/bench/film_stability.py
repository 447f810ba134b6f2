"""How far points move between neighbouring frames: the aligned film against frames fitted one by one.

``python -m handlens.bench.film_stability RUN`` writes ``bench/film_stability.json``.

Over six pairs of neighbouring frames, spread over the training, three movements (`insight.points.jump`): of
the aligned film; of two embeddings fitted from random starts of their own; and of the same two after the
second was turned upon the first, which is the best that can be done without a warm start. Beside them,
neighbours' accuracy: a film that stood still at the cost of the structure would show there.
"""

import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Integer

from handlens import recording
from handlens.bench.reports import Report, Table, cell, opening, write
from handlens.insight import embedding, points

PAIRS = 6
OUT = Path("bench/film_stability.json")


def main(run: str, out: str | Path = OUT, n: int = 1500, stage: str = "flatten") -> dict[str, Any]:
    """Measure a recording's film and write the result.

    Args:
        run: The recording's folder.
        out: The JSON file to write.
        n: How many test digits, at most, balanced over the classes.
        stage: The stage whose outputs are embedded.

    Returns:
        What was written.
    """
    began = opening(f"python -m handlens.bench.film_stability {Path(run).name}", "numpy", "openTSNE")
    recorded = recording.load(run)
    chosen = embedding.balanced(recorded.digits()[1], n)
    images, labels = recorded.digits(indices=chosen)
    features = [recorded.net(step).stage(stage, images).reshape(len(images), -1) for step in recorded.steps]
    report = {
        **began,
        "n": len(labels),
        "stage": stage,
        **measured(features, recorded.steps, labels),
    }
    write(report, out)
    return report


def measured(
    features: Sequence[Float[np.ndarray, "n features"]],
    steps: Sequence[int],
    labels: Integer[np.ndarray, "n"],
    pairs: int = PAIRS,
) -> dict[str, Any]:
    """Compare the aligned film with independently fitted frames.

    Args:
        features: [n, features] for each frame.
        steps: The step of each frame.
        labels: The class of each item.
        pairs: Over how many pairs of neighbouring frames.

    Returns:
        The time of the film, each pair's figures, and their medians.
    """
    started = time.perf_counter()
    film = embedding.aligned_tsne(features)
    seconds = time.perf_counter() - started
    firsts = np.unique(np.linspace(0, len(steps) - 2, pairs).round().astype(int)).tolist()
    rows = []
    for first in firsts:
        both = slice(first, first + 2)
        rows.append({"steps": list(steps[both]), **_compared(features[both], film[both], labels, first)})
    jumps = [points.jump(before, after) for before, after in pairwise(film)]
    return {
        "frames": len(steps),
        "film_seconds": round(seconds, 1),
        "jump_all_pairs": {"median": round(float(np.median(jumps)), 4), "largest": round(max(jumps), 4)},
        "pairs": rows,
        "median": {key: _median(rows, key) for key in rows[0] if key != "steps"},
    }


def _compared(
    features: Sequence[Float[np.ndarray, "n features"]],
    film: Float[np.ndarray, "two n 2"],
    labels: Integer[np.ndarray, "n"],
    number: int,
) -> dict[str, float]:
    """The figures of one pair. `number` makes the random starts of all pairs different."""
    before, after = (
        embedding.independent_tsne(each, seed) for seed, each in enumerate(features, start=2 * number)
    )
    figures = {
        "jump_aligned": points.jump(*film),
        "jump_independent": points.jump(before, after),
        "jump_independent_turned": points.jump(before, points.procrustes(after, before)),
        "accuracy_aligned": points.neighbour_accuracy(film[1], labels),
        "accuracy_independent": points.neighbour_accuracy(after, labels),
        "accuracy_features": points.neighbour_accuracy(features[1], labels),
    }
    return {key: round(value, 4) for key, value in figures.items()}


def _median(rows: Sequence[dict[str, Any]], key: str) -> float:
    return round(float(np.median([row[key] for row in rows])), 4)


def tables(report: Report) -> list[Table]:
    """The report, to be read."""
    rows = [(name.replace("_", " "), cell(value, 4)) for name, value in report["median"].items()]
    title = f"The film of {report['n']:,} digits (medians of {len(report['pairs'])} pairs of frames)"
    return [Table(title, ("", ""), rows)]


if __name__ == "__main__":
    main(sys.argv[1])
