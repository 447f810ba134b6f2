"""The loop in which `handlens.nets.rows` learns from rows of which only the text is known."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from jaxtyping import Float, Int64
from torch import Tensor

from handlens import nets
from handlens.engine import record
from handlens.module import Network
from handlens.reading.row_judge import MIDST, STRIDE
from handlens.recording import Recording, load

from .compose import Row
from .wear import worn

STEPS = 27_000
BATCH = 64
"""Rows; some 250 digits."""

RATE = 0.004
MARGIN = 12
"""Columns of paper, at most, before and after a row."""

SCORED = 2_000
"""Steps between two looks at the rows that were held out."""

SAMPLES = 60
"""Windows that ship with the recording, to be looked at."""

BLANK = 11


class Batch(NamedTuple):
    """Rows of about one width, continued by paper, and their texts."""

    images: Float[Tensor, "n 1 32 width"]
    places: Int64[Tensor, "n"]
    """At how many of its places each row is answered."""
    text: Int64[Tensor, "characters"]
    """All texts, one after the other."""
    lengths: Int64[Tensor, "n"]
    """Of the texts."""


def learn(rows: Sequence[Row], held_out: Sequence[Row], out: Path, steps: int = STEPS) -> Recording:
    """Train on the rows, recorded as anyone's own loop would be, and score what was held out.

    Args:
        rows: to learn from, at least 2 * `BATCH`.
        held_out: never learnt from.
        out: the recording's folder.
        steps: updates.

    Raises:
        ValueError: there are fewer rows.
    """
    if len(rows) < 2 * BATCH:
        raise ValueError(f"{len(rows)} rows are too few to learn from; expected {2 * BATCH} or more")
    network = Network(nets.rows(), seed=1)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, betas=(0.9, 0.99), weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    generator, batches = torch.Generator().manual_seed(1), _batches(np.random.default_rng(1), rows)
    with record(network, out, samples=_windows(held_out), classes=network.graph.classes) as recorded:
        network.blocks = torch.bfloat16
        for step in range(1, steps + 1):
            batch = next(batches)
            network.train()
            loss = _loss(network, batch._replace(images=worn(batch.images, generator)))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            recorded.step(loss, lr=float(schedule.get_last_lr()[0]))
            schedule.step()
            if step % SCORED == 0 or step == steps:
                share = scored(network, held_out)
                recorded.evaluation(accuracy=share, n=len(held_out), set="rows")
                print(f"{step:,} updates: {share:.2%} of {len(held_out):,} rows right", flush=True)
    return load(out)


def scored(network: Network, rows: Sequence[Row]) -> float:
    """The share of rows of which the likeliest answer at each place, taken together, is the text."""
    network.eval()
    right = 0
    by_width = sorted(rows, key=lambda row: row.pixels.shape[1])
    with torch.no_grad():
        for start in range(0, len(rows), BATCH):
            some = by_width[start : start + BATCH]
            batch = _batch(some, [(MARGIN, MARGIN)] * len(some))
            likeliest = _answers(network, batch.images).argmax(2).T.tolist()
            for row, places, answer in zip(some, batch.places.tolist(), likeliest, strict=True):
                right += _collapsed(answer[:places]) == row.text
    return right / len(rows)


def _collapsed(answer: Sequence[int]) -> tuple[int, ...]:
    """Graves et al. 2006: repetitions are one, then blanks go."""
    begins = [name for name, before in zip(answer, [BLANK, *answer[:-1]], strict=True) if name != before]
    return tuple(name for name in begins if name != BLANK)


def _loss(network: Network, batch: Batch) -> Float[Tensor, ""]:
    """Minus the logarithm of the texts' probability, the mean of a batch's rows."""
    answers = _answers(network, batch.images)
    return F.ctc_loss(
        answers, batch.text, batch.places, batch.lengths, blank=BLANK, reduction="sum", zero_infinity=True
    ) / len(batch.places)


def _answers(network: Network, images: Float[Tensor, "n 1 32 width"]) -> Float[Tensor, "places n classes"]:
    logits: Tensor = network(images).unflatten(1, (len(network.graph.classes), -1))
    return logits.log_softmax(1).permute(2, 0, 1)


def _batches(rng: np.random.Generator, rows: Sequence[Row]) -> Iterator[Batch]:
    """Rows of about one width together, in another order each time."""
    widths = np.array([row.pixels.shape[1] for row in rows])
    while True:
        order = np.argsort(widths + rng.uniform(0, 16, len(rows)))
        for start in rng.permutation(range(int(rng.integers(BATCH)), len(rows) - BATCH + 1, BATCH)):
            margins = rng.integers(0, MARGIN + 1, (BATCH, 2)).tolist()
            yield _batch([rows[place] for place in order[start : start + BATCH]], margins)


def _batch(rows: Sequence[Row], margins: Sequence[Sequence[int]]) -> Batch:
    """The rows, each with its margins of paper, and as much again as a window's half."""
    widths = [row.pixels.shape[1] + sum(margin) for row, margin in zip(rows, margins, strict=True)]
    images = np.zeros((len(rows), 1, len(rows[0].pixels), max(widths) + 2 * MIDST), np.float32)
    for image, row, (before, _) in zip(images, rows, margins, strict=True):
        left = MIDST + before
        image[0, :, left : left + row.pixels.shape[1]] = row.pixels
    text = np.concatenate([row.text for row in rows]).astype(np.int64)
    return Batch(
        torch.from_numpy(images / 255),
        torch.tensor([-(-width // STRIDE) for width in widths]),
        torch.from_numpy(text),
        torch.tensor([len(row.text) for row in rows]),
    )


def _windows(rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
    """The middle windows of rows of one: a digit, or a thing that is none."""
    alone = [row for row in rows if len(row.text) == 1][:SAMPLES]
    windows = []
    for row in alone:
        padded = np.pad(row.pixels, ((0, 0), (MIDST + 1, MIDST + 1)))
        left = (padded.shape[1] - 2 * MIDST - 1) // 2
        windows.append(padded[:, left : left + 2 * MIDST + 1])
    images = torch.from_numpy(np.stack(windows)[:, None].astype(np.float32) / 255)
    return images, torch.tensor([row.text[0] for row in alone])
