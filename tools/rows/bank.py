"""What rows are made of: training digits in other hands and pens, and things that are none."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import UInt8
from no_digits import letters, scribbles, symbols
from no_digits.judge import Judge

from handlens.arrays import Images, Labels
from handlens.engine.chance import NUMBERS, Chance
from handlens.engine.habits import habits
from handlens.engine.warp import framed, warped
from handlens.engine.wear import PENS, passed

NONE = 10
"""The class of what is no digit."""

COPIES = 4
"""Of each training digit, each in another hand."""

WARP, WEAR = 0.9, 0.6
"""Strengths of the distortions and shares of the pens, as in `handlens.engine.wear`."""

SHARES = {"letters": 0.6, "symbols": 0.15, "scribbles": 0.25}
"""What the things that are none are."""

_BATCH = 500


class Bank(NamedTuple):
    """Digits and things, 28x28, framed."""

    digits: Images
    labels: Labels
    by_pen: np.ndarray
    """The digits' places from the finest pen to the broadest."""
    things: Images


def make(digits: Images, labels: Labels, things: int, seed: int, judge: Judge) -> Bank:
    """The bank; the same for the same digits, seed and judge.

    Args:
        digits: what to learn from.
        labels: which digits those are.
        things: how many that are none.
        seed: decides all.
        judge: says which scribbles are digits.
    """
    generator = torch.Generator().manual_seed(seed)
    copies = np.concatenate([_rewritten(digits, labels, generator) for _ in range(COPIES)])
    counts = {name: round(share * things) for name, share in SHARES.items()}
    made = [
        letters.make(np.random.default_rng([seed, 0]), counts["letters"]),
        symbols.make(np.random.default_rng([seed, 1]), counts["symbols"]),
        scribbles.make(np.random.default_rng([seed, 2]), counts["scribbles"], judge),
    ]
    by_pen = np.argsort(copies.mean(axis=(1, 2)), kind="stable")
    return Bank(copies, np.tile(labels, COPIES), by_pen, np.concatenate(made))


def _rewritten(digits: Images, labels: Labels, generator: torch.Generator) -> UInt8[np.ndarray, "n 28 28"]:
    """Each digit once more, as another person would write it."""
    parts = []
    for start in range(0, len(digits), _BATCH):
        images = torch.from_numpy(digits[start : start + _BATCH].astype(np.float32) / 255)[:, None]
        named = torch.from_numpy(labels[start : start + _BATCH].astype(np.int64))
        chance = Chance(torch.rand((len(images), NUMBERS), generator=generator))
        written = habits(warped(images, chance, WARP), named, chance)
        written = framed(passed(written, chance, PENS, WEAR), chance, images.shape[2])
        parts.append((written[:, 0] * 255).round().to(torch.uint8).numpy())
    return np.concatenate(parts)
