"""How well the reader reads a set of pictures: digits, strings, refusals, and whether it knows what it knows.

>>> (mnist,) = opened("mnist")
>>> outcomes = list(answered(Reader(), mnist))
>>> report(outcomes)["digits"]["accuracy"]

The modules here, lowest first: ``intervals``, ``calibration``, ``coverage`` and ``separation`` (pure
functions on arrays: Wilson, ECE and Brier, risk–coverage, AUROC), ``labels`` (what a label says, and a
reading beside it), ``sets`` (where pictures and labels come from), ``answers`` (the reader's answers to a
set), ``report`` (what they come to, as JSON).
"""

from handlens.evaluate.answers import answered
from handlens.evaluate.report import report, summary
from handlens.evaluate.sets import LabelledSet, opened

__all__ = ["LabelledSet", "answered", "opened", "report", "summary"]
