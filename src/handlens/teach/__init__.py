"""Correct the reader and it learns: a small personal set, and a last layer adapted to it in seconds.

>>> teacher = Teacher()
>>> teacher.teach([Correction.of(digit.pixels, "7", "bill.jpg")]).account.learned

The modules here, lowest first: ``corrections`` (the personal set, and its file), ``exchange`` (that set as
pictures for others), ``aligned`` (which digit of a reading a label's each character means), ``distortion``
(the small variations of a correction), ``features`` (what the last layer sees, of MNIST's digits, kept in the
cache), ``descent`` (L-BFGS), ``adaptation`` (the layer that reads the corrections and else answers as
before), ``teacher`` (what callers use).
"""

from handlens.teach.corrections import Correction
from handlens.teach.teacher import Lesson, Teacher, reset

__all__ = ["Correction", "Lesson", "Teacher", "reset"]
