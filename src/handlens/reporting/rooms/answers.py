"""What the network answers to every item of a set, a frame each: ``outputs/SET/STEP.safetensors``.

Of the held items, in the order of their positions::

    odds     uint8 [held, classes]     ln(p / (1 - p)) of each class: (code - 128) / scale; 0: not a number
    scale    float32 [1]
    guesses  uint8 [held]              the likeliest class, of equal ones the lowest: codes may tie; 255:
                                       no answer, its numbers aren't finite

Of the whole set, from the network's own logits::

    confusion  int32 [classes, classes]   how often class row was taken for class column, of the answered
    bins       int32 [15, 2]              answers by confidence: how many, how many of them right
    sure       float32 [15]               the sum of their confidences
    loss       float32 [1]                mean cross-entropy in nats
    doubtful_right  int32 [1]             right ones of those whose label is doubted

A code of log-odds serves sure answers and doubtful ones alike, where one of the probability would round all
sure ones to 1. On 36 frames of 2,000 digits it is off by 0.02 of the probability at most and takes 0.7 MB in
the page's one file; float16 takes 1.4, and 8 bits of the probability 0.5.
"""

from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Integer, UInt8

from handlens.insight.activations import softmax
from handlens.insight.mistakes import confusion_matrix, cross_entropy
from handlens.insight.reliability import binned
from handlens.page.rooms import Readers
from handlens.page.sets import watched_test
from handlens.recording.files import pack
from handlens.reporting.rooms.seen import Seen, doubtful

MOST_CLASSES = 100
"""Of more the answers take more bytes than the frames."""
NONE = 255
"""The guess of a network whose numbers are no longer finite."""
SCALES = (8, 64)
"""Codes a nat, at least and at most: 8 hold 0.0000001 to 0.9999999, more what a frame's own odds allow."""

Logits = Float[np.ndarray, "n classes"]
Labels = Integer[np.ndarray, "n"]


def about(seen: Seen) -> dict[str, Any]:
    """What is said of the set, and its items whose label is doubted."""
    chose_nothing = seen.set == "test" and not watched_test(seen.run)
    return {
        "said": "drawn afterwards; chose nothing" if chose_nothing else "",
        "doubtful": list(doubtful(seen.run, seen.set)),
    }


def readers(seen: Seen) -> Readers:
    """A resource a frame; none where there are too many classes."""
    if len(seen.run.graph.classes) > MOST_CLASSES:
        return {}
    return {f"outputs/{seen.set}/{step}.safetensors": partial(_outputs, seen, step) for step in seen.steps}


def _outputs(seen: Seen, step: int) -> bytes:
    run, name = seen.run, seen.set
    if run.status != "running":
        return _packed(seen, run.outputs(name, step))
    key = (name, run.digest(step))
    if key not in seen.memory:
        seen.memory[key] = _packed(seen, run.net(step)(run.digits(name)[0]))
    return seen.memory[key]


def _packed(seen: Seen, logits: Logits) -> bytes:
    labels = seen.run.digits(seen.set)[1]
    confidences = softmax(logits).max(axis=1)
    answered = np.isfinite(confidences)
    guesses = np.where(answered, logits.argmax(axis=1), NONE)
    odds, scale = codes(logits[seen.items])
    bins, sure = binned(confidences, guesses == labels)
    doubted = np.array(doubtful(seen.run, seen.set), np.int64)
    confusion = confusion_matrix(labels[answered], guesses[answered], logits.shape[1])
    return pack(
        {
            "odds": odds,
            "scale": np.array([scale], np.float32),
            "guesses": guesses[seen.items].astype(np.uint8),
            "confusion": confusion.astype(np.int32),
            "bins": bins.astype(np.int32),
            "sure": sure.astype(np.float32),
            "loss": np.array([cross_entropy(logits, labels).mean(dtype=np.float64)], np.float32),
            "doubtful_right": np.array([(guesses[doubted] == labels[doubted]).sum()], np.int32),
        }
    )


def codes(logits: Logits) -> tuple[UInt8[np.ndarray, "n classes"], float]:
    """Log-odds in 8 bits each, and how many codes there are to a nat."""
    odds = log_odds(logits)
    finite = np.abs(odds[np.isfinite(odds)])
    scale = float(np.clip(126 / max(finite.max(initial=0.0), 1.0), *SCALES))
    coded = np.clip(np.round(128 + scale * odds), 1, 255)
    return np.where(np.isnan(odds), 0, coded).astype(np.uint8), scale


def log_odds(logits: Logits) -> Float64[np.ndarray, "n classes"]:
    """ln(p / (1 - p)) of each class, also where p rounds to 1; infinite where nothing else is possible."""
    rows = np.arange(len(logits))
    with np.errstate(invalid="ignore", divide="ignore"):
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        powers = np.exp(shifted)
        best = powers.argmax(axis=1)
        others = powers.sum(axis=1, keepdims=True) - powers
        powers[rows, best] = 0
        others[rows, best] = powers.sum(axis=1)  # not 1 + little - 1
        odds: Float64[np.ndarray, "n classes"] = shifted - np.log(others)
    return odds
