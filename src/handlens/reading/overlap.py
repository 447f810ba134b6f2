"""What a cut digit may share with its neighbours: the ink just beyond its cuts.

Where two digits touch, one pen went over what the other had written: the ink there is of both. A cut gives it
to one, and the other loses the end of a stroke, or the wall of a loop. So a cut candidate is looked at twice,
as it was cut and with the ink within a pen's width of it, and the clearer look counts.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from handlens.arrays import Ink
from handlens.reading.lines import FLOOR
from handlens.reading.split import Candidate, Piece


def with_shared_ink(candidate: Candidate, pieces: Sequence[Piece], pen: float) -> Ink | None:
    """A candidate's ink, and what its neighbours have within a pen's width; None where no cut parts them.

    Args:
        candidate: of the line.
        pieces: all of the line.
        pen: the width of a stroke, in pixels.
    """
    beside = []
    if pieces[candidate.start].cut:
        beside.append(pieces[candidate.start - 1])
    if candidate.stop < len(pieces) and pieces[candidate.stop].cut:
        beside.append(pieces[candidate.stop])
    if not beside:
        return None
    margin = int(np.ceil(pen)) + 1
    own = np.pad(candidate.ink, margin)
    around = np.zeros_like(own)
    for piece in beside:
        _lay(around, piece, candidate.top - margin, candidate.left - margin)
    far = cv2.distanceTransform((own <= FLOOR).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    shared: Ink = np.where(far <= pen, np.maximum(own, around), own)
    return shared


def _lay(canvas: Ink, piece: Piece, top: int, left: int) -> None:
    """Lay a piece, as far as it is inside, on a canvas whose corner is at (top, left)."""
    first, last = max(piece.top, top), min(piece.bottom, top + canvas.shape[0])
    start, stop = max(piece.left, left), min(piece.right, left + canvas.shape[1])
    if first < last and start < stop:
        part = canvas[first - top : last - top, start - left : stop - left]
        own = piece.ink[first - piece.top : last - piece.top, start - piece.left : stop - piece.left]
        np.maximum(part, own, out=part)
