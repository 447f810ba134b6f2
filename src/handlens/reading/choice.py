"""Which reading of a line is taken: the best by its candidates and by the whole row together.

The path over a line's pieces (`path`) knows where digits begin and end and what each looks like by itself;
the row network (`row_judge`) sees the line uncut, and knows better how many there are and which, where they
touch. So each text that either proposes is scored by both: by the best path that reads so, and by the
logarithm of the text's probability along the row (`ctc`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from handlens.reading.ctc import Text, likeliest, log_likelihood
from handlens.reading.dates import as_date, as_number, usual
from handlens.reading.path import (
    NO_DIGIT,
    STRAY,
    Edge,
    Kind,
    best_path,
    edges_of,
    filled,
    may_be,
    score_of,
)
from handlens.reading.row_judge import Answers
from handlens.reading.split import Candidate, Piece

WEIGHT = 1.0
"""Of a text's logarithm along the row beside a path's score."""

DOUBT = 0.9
"""Where the judge is surer of each digit of a row, and none was cut, nobody else is asked; nor of a digit
that was given by itself: that leaves one in twenty-five, with the same answers. But what is found alone in
a picture may be a drawing."""

UNTHOUGHT = 1e-3
"""Of a number of digits that none of the likeliest texts has."""

HOPELESS = 6.0
"""A pattern is given up where another reading is likelier by so much, as a logarithm: as two digits
of which each is what it would have to be by one in ten."""


class Along(NamedTuple):
    """What the whole row says of a reading."""

    complete: float
    """The probability that as many digits stand there as were read."""
    only_digits: float
    """The probability that nothing else does."""
    just_these: float
    """The probability of both."""


class Choice(NamedTuple):
    """A reading of a line."""

    path: list[Edge]
    fits: bool
    """Whether it is by the pattern."""
    answers: Answers | None
    """Along the row, where it was asked."""
    row: Along | None
    """Where it was asked; who gives a pattern knows how many digits there are."""


class KnownLine(NamedTuple):
    """What is known of a line."""

    pieces: Sequence[Piece]
    candidates: Sequence[Candidate]
    probabilities: Float[np.ndarray, "candidates classes"]
    """By the judge, with what is no digit as common as in training."""
    digits: int
    """How many of the classes, the first, are digits."""
    answers: Answers | None = None
    """Along the row, where it was asked."""


class _Way(NamedTuple):
    path: list[Edge]
    score: float


def chosen(
    line: KnownLine, pattern: Sequence[Kind] | None, ask: Callable[[], Answers] | None = None
) -> Choice:
    """The reading that is taken: by the pattern, if there is one, unless the ink contradicts it.

    Args:
        line: as the judge sees it.
        pattern: what is expected.
        ask: what stands along the row; asked where the judge is in doubt.
    """
    edges = edges_of(line.pieces, line.candidates, line.probabilities, line.digits)
    free = best_path(len(line.pieces), edges) or []
    if ask and not _clear(line, free):
        line = line._replace(answers=ask())
    fitting = best_path(len(line.pieces), edges, pattern) if pattern else None
    heard = {} if line.answers is None else likeliest(line.answers)
    texts = _digits_of(heard, line.digits)
    ways = _ways(line, free, None, texts)
    others = [how(way.path, edges) for way in ways for how in (as_date, as_number)]
    ways += [_scored(line, other, texts) for other in others if other is not None]
    likely = _best(ways)
    if pattern and fitting:
        by_pattern = _best(_ways(line, fitting, pattern, texts))
        if by_pattern.score >= likely.score - HOPELESS:
            return Choice(by_pattern.path, True, line.answers, None)
    return Choice(likely.path, False, line.answers, _along(heard, texts, line.digits, likely.path))


def _clear(line: KnownLine, path: Sequence[Edge]) -> bool:
    things = [edge for edge in path if edge.candidate >= 0]
    sure = line.probabilities[:, : line.digits].max(axis=1) >= DOUBT
    return len(things) > 1 and all(
        edge.kind == "digit" and line.candidates[edge.candidate].whole and sure[edge.candidate]
        for edge in things
    )


def text_of(path: Sequence[Edge]) -> Text:
    """What a path is along the row: its digits, and its slashes as ones."""
    return tuple(edge.spelt for edge in path if edge.spelt != NO_DIGIT)


def _digits_of(heard: Mapping[Text, float], digits: int) -> dict[Text, float]:
    """The texts without what is no digit, and the logarithms of how likely they are."""
    found: dict[Text, float] = {}
    for text, log in heard.items():
        only = tuple(name for name in text if name < digits)
        found[only] = float(np.logaddexp(found.get(only, -np.inf), log))
    return found


def _along(
    heard: Mapping[Text, float], texts: Mapping[Text, float], digits: int, path: Sequence[Edge]
) -> Along | None:
    if not heard:
        return None
    length = len(text_of(path))
    complete = _share(texts, lambda text: len(text) == length)
    return Along(
        max(complete, UNTHOUGHT),
        _share(heard, lambda text: max(text, default=0) < digits),
        _share(heard, lambda text: len(text) == length and max(text, default=0) < digits),
    )


def _share(texts: Mapping[Text, float], those: Callable[[Text], bool]) -> float:
    """Of the likeliest texts' probability, the share of those."""
    logs = np.array(list(texts.values()))
    shares = np.exp(logs - logs.max())
    return float(shares[[those(text) for text in texts]].sum() / shares.sum())


def _ways(
    line: KnownLine, path: list[Edge], pattern: Sequence[Kind] | None, texts: dict[Text, float]
) -> list[_Way]:
    """Ways to read the line: the path, and the best by each text that fits the pattern and is likelier."""
    ways = [_scored(line, path, texts, pattern)]
    if not texts:
        return ways
    own = _log_of(line, text_of(path), texts)
    others = [text for text, log in texts.items() if log > own and may_be(text, pattern)]
    if not others:
        return ways
    named = sorted({digit for text in others for digit in text})
    edges = edges_of(line.pieces, line.candidates, line.probabilities, line.digits, named)
    for text in others:
        stray = STRAY if pattern else 0.0
        other = best_path(len(line.pieces), edges, filled(pattern, text), stray)
        if other is not None:
            ways.append(_scored(line, other, texts, pattern))
    return ways


def _scored(
    line: KnownLine, path: list[Edge], texts: dict[Text, float], pattern: Sequence[Kind] | None = None
) -> _Way:
    places = usual(path)
    score = score_of(path) + (max(places, 0.0) if pattern else places)  # who gives one says where slashes are
    if line.answers is not None:
        score += WEIGHT * _log_of(line, text_of(path), texts)
    return _Way(path, score)


def _log_of(line: KnownLine, text: Text, texts: dict[Text, float]) -> float:
    assert line.answers is not None
    known = texts.get(text)
    return float(log_likelihood(line.answers, [text])[0]) if known is None else known


def _best(ways: Sequence[_Way]) -> _Way:
    return max(ways, key=lambda way: way.score)
