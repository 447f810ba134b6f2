"""What a row says, from what stands at each place along it: connectionist temporal classification.

Graves, Fernández, Gomez, Schmidhuber 2006 (Connectionist temporal classification: labelling unsegmented
sequence data with recurrent neural networks). At each place stands one of the classes or ``blank``, the last;
a text's probability is the sum over all ways to spell it, repetitions being one and blanks nothing.
"""

from collections.abc import Sequence
from math import exp, log, log1p

import numpy as np
from jaxtyping import Float

from handlens.reading.row_judge import Answers

BEAM = 8
"""So many beginnings are followed up."""

LEAST = log(1e-3)
"""A class less likely at a place isn't tried there."""

_NEVER = -1e9
Text = tuple[int, ...]


def likeliest(answers: Answers, beam: int = BEAM) -> dict[Text, float]:
    """The likeliest texts, and the logarithms of their probabilities, by prefix search.

    Args:
        answers: logarithms of probabilities along a row.
        beam: how many texts.
    """
    blank = answers.shape[1] - 1
    kept: dict[Text, tuple[float, float]] = {(): (0.0, _NEVER)}  # ended by a blank, and by its last class
    for place in answers.tolist():
        found: dict[Text, tuple[float, float]] = {}
        heard = [name for name in range(blank) if place[name] > LEAST]
        for text, (paused, spoken) in kept.items():
            total = _sum(paused, spoken)
            _add(found, text, total + place[blank], spoken + place[text[-1]] if text else _NEVER)
            for name in heard:
                again = bool(text) and text[-1] == name
                _add(found, (*text, name), _NEVER, (paused if again else total) + place[name])
        best = sorted(found.items(), key=lambda item: -_sum(*item[1]))
        kept = dict(best[:beam])
    return {text: _sum(*ends) for text, ends in kept.items()}


def _add(found: dict[Text, tuple[float, float]], text: Text, paused: float, spoken: float) -> None:
    before = found.get(text, (_NEVER, _NEVER))
    found[text] = (_sum(before[0], paused), _sum(before[1], spoken))


def _sum(one: float, other: float) -> float:
    """The logarithm of the sum of two numbers that are given by theirs."""
    high, low = max(one, other), min(one, other)
    return high + log1p(exp(low - high))


def log_likelihood(answers: Answers, texts: Sequence[Text]) -> Float[np.ndarray, "texts"]:
    """The logarithm of each text's probability; the texts are of one length.

    Args:
        answers: logarithms of probabilities along a row.
        texts: in class numbers.
    """
    length, blank = len(texts[0]), answers.shape[1] - 1
    spelt = np.full((len(texts), 2 * length + 1), blank)
    spelt[:, 1::2] = np.array(texts, int).reshape(len(texts), length)
    skips = np.zeros(spelt.shape, bool)  # a blank may be left out between two that differ
    skips[:, 3::2] = spelt[:, 3::2] != spelt[:, 1:-2:2]
    ways = np.full(spelt.shape, _NEVER)
    ways[:, 0] = 0.0
    begun = False
    for place in answers:
        moved = ways.copy()
        if begun:
            moved[:, 1:] = np.logaddexp(moved[:, 1:], ways[:, :-1])
            moved[:, 2:] = np.where(skips[:, 2:], np.logaddexp(moved[:, 2:], ways[:, :-2]), moved[:, 2:])
        else:
            moved[:, 1:2] = 0.0
            begun = True
        ways = moved + place[spelt]
    total: Float[np.ndarray, "texts"] = np.logaddexp.reduce(ways[:, -2:], axis=1)
    return total


def instead(answers: Answers, text: Text, places: Sequence[int]) -> Float[np.ndarray, "asked classes-1"]:
    """For some characters, how likely each class is in their place, the others given.

    That nothing stands there counts for the class before ``blank``: what is no digit.

    Args:
        answers: logarithms of probabilities along a row.
        text: what the row says.
        places: of the characters, in the text.
    """
    classes = answers.shape[1] - 1
    if not len(places):
        return np.zeros((0, classes))
    others = [(*text[:place], name, *text[place + 1 :]) for place in places for name in range(classes)]
    logs = log_likelihood(answers, others).reshape(-1, classes)
    without = log_likelihood(answers, [text[:place] + text[place + 1 :] for place in places])
    logs[:, -1] = np.logaddexp(logs[:, -1], without)
    shares: Float[np.ndarray, "characters classes-1"] = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
