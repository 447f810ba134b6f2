"""Two networks' opinions of a digit: by itself in its frame, and uncut in its row.

They were trained apart and see different pictures, so they err on different digits, and take different
letters for digits: of validation digits the judge alone reads 99.52 %, both 99.68 %, and where the same share
of digits is refused, a sixth of the letters less passes. The mean of the logarithms is calibrated as it is:
on made rows of validation digits to 0.1 %.
"""

import numpy as np
from jaxtyping import Float

from handlens.arrays import Ink
from handlens.reading.choice import DOUBT
from handlens.reading.ctc import Text, instead
from handlens.reading.judge import Judge
from handlens.reading.lines import Components, Members
from handlens.reading.row_judge import Answers, RowJudge, row_image
from handlens.reading.strip import strip_of

SURE = 0.43
"""A single digit is rejected where both together are less sure: that refuses 0.4 % of validation digits."""

FOUND = 0.6
"""And what was found in a picture, where it may as well be a letter or a drawing: it stops a quarter of the
photographed letters that pass by the judge's threshold, and one photographed digit in a hundred."""

_LEAST = 1e-6


def together(
    judge: Judge, alone: Float[np.ndarray, "n own"], answers: Answers, text: Text
) -> Float[np.ndarray, "n own"]:
    """The probabilities of a text's digits, by both where the judge is in doubt; of one alone by both.

    Args:
        judge: by whom ``alone`` is.
        alone: of each digit.
        answers: along the row.
        text: of the row, as far as it is digits.
    """
    doubted = np.flatnonzero((judge.sureness(alone) < DOUBT) | (len(text) == 1))
    in_row = instead(answers, text, doubted.tolist())
    both = np.sqrt(np.maximum(judge.as_trained(alone[doubted]), _LEAST) * np.maximum(in_row, _LEAST))
    agreed = alone.copy()
    agreed[doubted] = judge.as_given(both / both.sum(axis=1, keepdims=True))
    return agreed


def second(
    judge: Judge,
    along: RowJudge | None,
    alone: Float[np.ndarray, "classes"],
    ink: Ink,
    components: Components,
    members: Members,
) -> Float[np.ndarray, "classes"]:
    """The probabilities of the one digit that these components make, by both where the judge is in doubt."""
    if along is None or not len(members) or judge.sureness(alone[None])[0] >= DOUBT:
        return alone
    answers = along(row_image(strip_of(ink, components, members, turn=False)))
    likeliest = int(alone[: len(judge.digits)].argmax())
    both: Float[np.ndarray, "classes"] = together(judge, alone[None], answers, (likeliest,))[0]
    return both


def threshold(judge: Judge, along: RowJudge | None) -> float:
    """How sure one must be of a single digit."""
    return judge.rule.threshold if along is None else SURE
