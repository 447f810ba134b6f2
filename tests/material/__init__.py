"""Realistic test material for a reader of handwritten digits: scans, photographs, pages, what holds none.

``PYTHONPATH=tests python -m material OUT`` writes a folder per set, with pictures and ``labels.csv``. The
same seed gives the same bytes, and the first n pictures don't depend on n.

Inside: hands (what strokes a hand makes) and mnist (what people wrote) < glyphs (one character's ink) < rows
(characters beside each other) < pens, paper, camera (what becomes of ink) < corruptions, sets < write.
Digits come from MNIST's test set, or from the validation split; never from both.
"""

from material.mnist import SPLITS
from material.sets import SETS
from material.write import write

__all__ = ["SETS", "SPLITS", "write"]
