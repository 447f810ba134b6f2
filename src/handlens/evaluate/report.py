"""What the reader's answers to a set come to: one JSON object, every share with its 95 % interval."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from handlens.evaluate.answers import Answer, Unreadable, parted
from handlens.evaluate.calibration import brier, expected_calibration_error, reliability
from handlens.evaluate.coverage import area_under_risk, risk_at_each_coverage
from handlens.evaluate.intervals import wilson
from handlens.evaluate.labels import DIGITS, aligned, digits_of, gaps_of
from handlens.evaluate.separation import auroc

MISSED = "missed"
"""What a written digit was read as where it was refused, or not found."""

CURVE = 100  # points of the risk–coverage curve in the JSON

Json = dict[str, Any]


class Judged(NamedTuple):
    """A digit: what is written (None: nothing is), what was read (None: nothing was), how surely."""

    written: str | None
    read: str | None
    confidence: float
    refused: bool = False
    """Read it was, but refused for its doubtfulness."""


def report(answers: Iterable[Answer | Unreadable]) -> Json:
    """The figures of a set; those that it can't give are None."""
    every, unreadable = parted(answers)
    some, none = [a for a in every if a.written], [a for a in every if not a.written]
    judged = [digit for answer in some for digit in judged_digits(answer)]
    return {
        "pictures": len(every),
        "with_digits": len(some),
        "without": len(none),
        "unreadable": [each._asdict() for each in unreadable],
        "digits": _digits(judged) if judged else None,
        "strings": _strings([a for a in some if sum(map(len, digits_of(a.written))) > 1]),
        "refused": _share(sum(not a.digits for a in some), len(some)) if some else None,
        "calibration": _calibration(judged),
        "coverage": _coverage(some) if some else None,
        "rejection": _rejection(some, none) if none else None,
        "latency": _latency(every) if every else None,
    }


def judged_digits(answer: Answer) -> list[Judged]:
    """Each digit that is written, or was read, once.

    What was refused counts as a reading only in a picture of one digit: in a row it isn't known for which.
    """
    written, read = "".join(digits_of(answer.written)), "".join(digits_of(answer.read))
    if len(written) == 1 and not read and answer.best_refused is not None:
        guess = answer.best_refused
        return [Judged(written, guess.value, guess.confidence, refused=True)]
    return [
        Judged(
            None if pair.written is None else written[pair.written],
            None if pair.read is None else read[pair.read],
            0.0 if pair.read is None else answer.digits[pair.read].confidence,
        )
        for pair in aligned(written, read)
    ]


def _digits(judged: Sequence[Judged]) -> Json:
    columns = [*DIGITS, MISSED]
    counts = np.zeros((10, 11), int)
    for each in (each for each in judged if each.written is not None):
        said = MISSED if each.read is None or each.refused else each.read
        counts[DIGITS.index(each.written or ""), columns.index(said)] += 1
    right = [each.read is not None and each.read == each.written for each in judged]
    unasked = sum(ok and each.refused for ok, each in zip(right, judged, strict=True))
    n, hits = int(counts.sum()), int(np.trace(counts))
    return {
        **_share(hits, n, "accuracy"),
        "accuracy_without_refusing": (hits + unasked) / n,
        "missed": int(counts[:, -1].sum()),
        "added": sum(each.written is None for each in judged),
        "classes": {
            digit: _share(int(counts[place, place]), int(counts[place].sum()), "accuracy")
            for place, digit in enumerate(DIGITS)
            if counts[place].any()
        },
        "confusion": {"rows": list(DIGITS), "columns": columns, "counts": counts.tolist()},
    }


def _strings(answers: Sequence[Answer]) -> Json | None:
    if not answers:
        return None
    right = [a for a in answers if digits_of(a.written) == digits_of(a.read)]
    gaps = [(gaps_of(a.written), gaps_of(a.read)) for a in right]
    written = sum(len(meant) for meant, _ in gaps)
    swallowed = sum(len(meant - seen) for meant, seen in gaps)
    return {
        **_share(len(right), len(answers), "accuracy"),
        "separators": {
            "written": written,
            "swallowed": swallowed,
            "share": swallowed / written if written else None,
            "interval": list(wilson(swallowed, written)) if written else None,
            "added": sum(len(seen - meant) for meant, seen in gaps),
        },
    }


def _calibration(judged: Sequence[Judged]) -> Json | None:
    read = [each for each in judged if each.read is not None]
    if not read:
        return None
    confidences = np.array([each.confidence for each in read], np.float64)
    right = np.array([each.read == each.written for each in read], bool)
    return {
        "n": len(read),
        "ece": expected_calibration_error(confidences, right),
        "brier": brier(confidences, right),
        "reliability": [each._asdict() for each in reliability(confidences, right)],
    }


def _coverage(answers: Sequence[Answer]) -> Json:
    """Over pictures: how sure of all of it, and whether all is right.

    Where nothing was read, the surest refused guess is the answer. Where only some was, the rest must have
    been refused rightly too: each guess lowers the confidence by what speaks for it.
    """
    confidences, right = [], []
    for answer in answers:
        guess = answer.best_refused
        if guess is None:
            left_out = math.prod(1 - each.confidence for each in answer.refused)
            confidences.append(answer.confidence * left_out if answer.digits else 0.0)
            right.append(digits_of(answer.written) == digits_of(answer.read))
        else:
            confidences.append(guess.confidence)
            right.append(digits_of(answer.written) == (guess.value,))
    risks = risk_at_each_coverage(np.array(confidences, np.float64), np.array(right, bool))
    n = len(risks)
    taken = np.unique(np.ceil(np.arange(1, CURVE + 1) * n / CURVE).astype(int))
    curve = [{"coverage": int(k) / n, "risk": float(risks[k - 1])} for k in taken]
    return {"n": n, "aurc": area_under_risk(risks), "risk_of_all": float(risks[-1]), "curve": curve}


def _rejection(some: Sequence[Answer], none: Sequence[Answer]) -> Json:
    read = sum(bool(answer.digits) for answer in none)
    return {
        **_share(read, len(none), "read_as_digits"),
        "auroc": auroc(_likeness(some), _likeness(none)) if some else None,
    }


def _likeness(answers: Sequence[Answer]) -> np.ndarray:
    """How surely a picture holds a digit: the confidence of its surest one, refused or not; 0 of none."""
    return np.array(
        [max((guess.confidence for guess in (*a.digits, *a.refused)), default=0.0) for a in answers],
        np.float64,
    )


def _latency(answers: Sequence[Answer]) -> Json:
    taken = np.array([answer.seconds for answer in answers])
    return {"median": float(np.median(taken)), "p95": float(np.percentile(taken, 95))}


def _share(hits: int, n: int, name: str = "share") -> Json:
    return {"n": n, name: hits / n if n else None, "interval": list(wilson(hits, n))}


# -- several sets --------------------------------------------------------------------------------------

_COLUMNS: dict[str, tuple[Callable[[Json], float | None], Callable[[Iterable[float]], float]]] = {
    "digits": (lambda one: one["digits"] and one["digits"]["accuracy"], min),
    "strings": (lambda one: one["strings"] and one["strings"]["accuracy"], min),
    "refused": (lambda one: one["refused"] and one["refused"]["share"], max),
    "ece": (lambda one: one["calibration"] and one["calibration"]["ece"], max),
    "aurc": (lambda one: one["coverage"] and one["coverage"]["aurc"], max),
    "auroc": (lambda one: one["rejection"] and one["rejection"]["auroc"], min),
}


def summary(reports: dict[str, Json]) -> Json:
    """A row of figures for each set, and the ``mean`` and ``worst`` of each: the corruption table.

    A set that can't give a figure has None, and counts in no mean.
    """
    rows = {name: {key: of(one) for key, (of, _) in _COLUMNS.items()} for name, one in reports.items()}
    mean: dict[str, float | None] = {}
    worst: dict[str, float | None] = {}
    for key, (_, worse) in _COLUMNS.items():
        values = [value for row in rows.values() if (value := row[key]) is not None]
        mean[key] = sum(values) / len(values) if values else None
        worst[key] = worse(values) if values else None
    return {"rows": rows, "mean": mean, "worst": worst}
