"""Which reading of a line is taken: the best by its candidates and by the whole row together.

The path over a line's pieces (`path`) knows where digits begin and end and what each looks like by itself;
the row network (`row_judge`) sees the line uncut, and knows better how many there are and which, where they
touch. So each text that either proposes is scored by both: by the best path that reads so, and by the
logarithm of the text's probability along the row (`ctc`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from handlens.reading.ctc import Text, likeliest, log_likelihood
from handlens.reading.dates import as_date
from handlens.reading.path import STRAY, Edge, Kind, best_path, edges_of, filled, score_of
from handlens.reading.row_judge import Answers
from handlens.reading.split import Candidate, Piece

WEIGHT = 1.0
"""Of a text's logarithm along the row beside a path's score."""

HOPELESS = 6.0
"""A pattern is given up where another reading is likelier by so much, as a logarithm: as two digits
of which each is what it would have to be by one in ten."""


class Choice(NamedTuple):
    """A reading of a line."""

    path: list[Edge]
    fits: bool
    """Whether it is by the pattern."""


class KnownLine(NamedTuple):
    """What is known of a line."""

    pieces: Sequence[Piece]
    candidates: Sequence[Candidate]
    probabilities: Float[np.ndarray, "candidates classes"]
    """By the judge, with what is no digit as common as in training."""
    digits: int
    """How many of the classes, the first, are digits."""
    answers: Answers | None
    """Along the row, where there is a row network."""


class _Way(NamedTuple):
    path: list[Edge]
    score: float


def chosen(line: KnownLine, pattern: Sequence[Kind] | None) -> Choice:
    """The reading that is taken: by the pattern, if there is one, unless the ink contradicts it."""
    edges = edges_of(line.pieces, line.candidates, line.probabilities, line.digits)
    free = best_path(len(line.pieces), edges) or []
    fitting = best_path(len(line.pieces), edges, pattern) if pattern else None
    texts = {} if line.answers is None else _texts(line)
    likely = _way(line, free, None, texts)
    if pattern and fitting:
        by_pattern = _way(line, fitting, pattern, texts)
        if by_pattern.score >= likely.score - HOPELESS:
            return Choice(by_pattern.path, True)
    return Choice(as_date(likely.path, edges), False)


def text_of(path: Sequence[Edge]) -> Text:
    """The digits of a path."""
    return tuple(edge.digit for edge in path if edge.kind == "digit")


def _texts(line: KnownLine) -> dict[Text, float]:
    """The likeliest texts along the row, what is no digit left out, and the logarithms of how likely."""
    assert line.answers is not None
    found: dict[Text, float] = {}
    for text, log in likeliest(line.answers).items():
        digits = tuple(name for name in text if name < line.digits)
        found[digits] = float(np.logaddexp(found.get(digits, -np.inf), log))
    return found


def _way(line: KnownLine, path: list[Edge], pattern: Sequence[Kind] | None, texts: dict[Text, float]) -> _Way:
    """The best way to read the line, of the path's own and of those by a text that fits the pattern."""
    own = text_of(path)
    if line.answers is None:
        return _Way(path, score_of(path))
    own_log = texts.get(own)
    if own_log is None:
        own_log = float(log_likelihood(line.answers, [own])[0])
    ways = [_Way(path, score_of(path) + WEIGHT * own_log)]
    # No path scores higher than this one, so only likelier texts can win.
    others = [text for text, log in texts.items() if log > own_log and _may_be(text, pattern)]
    named = sorted({digit for text in others for digit in text})
    edges = edges_of(line.pieces, line.candidates, line.probabilities, line.digits, named) if others else []
    for text in others:
        stray = STRAY if pattern else 0.0
        other = best_path(len(line.pieces), edges, filled(pattern, text), stray)
        if other is not None:
            ways.append(_Way(other, score_of(other) + WEIGHT * texts[text]))
    return max(ways, key=lambda way: way.score)


def _may_be(text: Text, pattern: Sequence[Kind] | None) -> bool:
    return pattern is None or len(text) == sum(kind == "digit" for kind in pattern)
