"""One digit's ink to the 28x28 frame, as MNIST was made.

LeCun et al. 1998 (Gradient-based learning, section III-A): the ink is size-normalised to fit a 20x20 box
with its aspect ratio kept, gray levels come from the anti-aliasing, and the centre of mass is moved to
the centre of a 28x28 field. The paper leaves four choices open; MNIST's 60,000 training digits answer them:

- **Shift by whole pixels, mass at pixel (14, 14)**, counted from 0. Every digit's centre of mass lies in
  13.48 … 14.50 on both axes, evenly spread; the longer side is exactly 20 in 59,987 of them. Framing the
  first 2,000 again changes a pixel by 0.08 of 255 on average (1,993 digits come back as they were); with a
  bilinear sub-pixel shift by 6.7, with the centre at 13.5 by 14.6.
- **The box is padded to a square, ink in the middle**: in tall digits the outermost columns are half as
  strong (125 of 255) as the outermost rows (240), left and right alike.
- **The brightest pixel is brought to 1**: it is 254 or 255 in all 60,000.
- **Area average at any scale**, enlarging too: digits of 8 to 17 pixels, enlarged, come 2 to 7 % nearer to
  their originals than by bilinear interpolation, and a network reads them equally well (2,500 digits).

Everything is plain float arithmetic in this order, so that a browser can repeat it; ``tests/golden/frame``
holds both to the same numbers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Float64

from handlens.arrays import Ink
from handlens.errors import InkError

SIZE = 28
"""Height and width of a frame in pixels."""

FIT = 20
"""The longer side of the ink's box within a frame, in pixels."""

CENTRE = 14
"""Row and column of the pixel that takes the centre of mass."""

INK_THRESHOLD = 1 / 8
"""A pixel counts for the ink's box above this share of the brightest one: haze and JPEG noise stay outside.

A power of two, so that a tie falls the same way in float32 and float64.
"""

LEAST_CONTRAST = 1 / 32
"""A picture whose grays differ less from the paper than this share of the full range is blank."""

MOST_PIXELS = 10_000
"""The largest height and width in pixels; 12 megapixels take about 0.1 s, 100 about 1 s and 1 GB."""

# Symmetric ink has its centre of mass halfway between two pixels; the last bits of a sum must not decide.
_TIE = 1e-6
_BLOCK = 512

Pixels = Float32[np.ndarray, "28 28"]
_Square = Float64[np.ndarray, "20 20"]


class Box(NamedTuple):
    """The ink's box in the source, in pixels: rows top … bottom - 1, columns left … right - 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, eq=False)
class Frame:
    """A digit as the network sees it, and how it came about.

    The square of 20 / scale source pixels whose top left corner is ``corner`` was averaged to 20x20,
    multiplied by ``gain`` and laid into the empty frame with its top left corner at ``shift``.
    """

    pixels: Pixels
    """The 28x28 frame, 0 … 1, stroke bright."""
    box: Box
    """Where the ink was in the source."""
    corner: tuple[int, int]
    """Row and column in the source; the square may begin outside the picture, then they are negative."""
    scale: float
    """Frame pixels a source pixel."""
    gain: float
    """Brings the brightest pixel to 1."""
    shift: tuple[int, int]
    """Row and column in the frame; (4, 4) is the middle. Empty margins of the square may lie outside."""

    def to_source(self, row: float, column: float) -> tuple[float, float]:
        """The source's point under a point of the frame, both measured from the top left edge."""
        return (
            self.corner[0] + (row - self.shift[0]) / self.scale,
            self.corner[1] + (column - self.shift[1]) / self.scale,
        )


def frame(ink: Float[np.ndarray, "..."]) -> Frame:
    """Frame one digit's ink as MNIST was made (see the module).

    Args:
        ink: [height, width], 0 … 1, stroke bright, both sides 1 … 10,000 pixels.

    Raises:
        InkError: the array isn't [height, width], is too large, leaves 0 … 1, or holds no ink.

    Example:
        >>> seven = np.zeros((300, 200), np.float32)
        >>> seven[50:60, 40:140] = seven[50:250, 130:140] = 1
        >>> frame(seven).box
        Box(top=50, left=40, bottom=250, right=140)
    """
    _check_shape(ink)
    _check_range(ink, "divide by the largest possible value first")
    box = _ink_box(ink)
    height, width = box.bottom - box.top, box.right - box.left
    side = max(height, width)
    above, before = (side - height) // 2, (side - width) // 2
    square = _area_average(ink[box.top : box.bottom, box.left : box.right], side, above, before)
    gain = float(1 / square.max())
    (down, rows), (right, columns) = _place(square.sum(axis=1)), _place(square.sum(axis=0))
    pixels = np.zeros((SIZE, SIZE), np.float32)
    pixels[rows.start + down : rows.stop + down, columns.start + right : columns.stop + right] = np.minimum(
        square[rows, columns] * gain, 1
    )
    return Frame(pixels, box, (box.top - above, box.left - before), FIT / side, gain, (down, right))


def from_gray(gray: np.ndarray) -> Ink:
    """Ink from a gray picture of one digit, dark on light or light on dark.

    The median of the outermost pixels is the paper; the ink lies on the side, darker or brighter, on which
    the picture reaches further from it. Paper becomes 0, the strongest ink 1, linearly between them.

    Args:
        gray: [height, width], bool, uint8, uint16 or float in 0 … 1, both sides 1 … 10,000 pixels.

    Returns:
        float32 [height, width], 0 … 1, stroke bright.

    Raises:
        InkError: the array isn't such a picture, or is blank.
    """
    _check_shape(gray)
    scale = _full_scale(gray)
    lowest, highest = float(gray.min()), float(gray.max())
    paper = float(np.median(_border(gray)))
    reach = max(paper - lowest, highest - paper)
    if reach < LEAST_CONTRAST * scale:
        raise InkError(
            f"no ink found: the grays differ from the paper's by {reach / scale:.3f} of the full range, "
            f"less than {LEAST_CONTRAST:.3f}. Give a picture with a darker or brighter stroke."
        )
    sign = -1 if paper - lowest > highest - paper else 1
    ink = gray.astype(np.float32)
    ink -= np.float32(paper)
    ink *= np.float32(sign / reach)
    return np.clip(ink, 0, 1, out=ink)


def _check_shape(picture: np.ndarray) -> None:
    if picture.ndim != 2:
        raise InkError(
            f"the picture has shape {picture.shape}; expected [height, width], gray. "
            "Average the colours, or take one picture of a batch."
        )
    if not all(1 <= side <= MOST_PIXELS for side in picture.shape):
        raise InkError(
            f"the picture is {picture.shape[0]} x {picture.shape[1]} pixels; "
            f"expected 1 to {MOST_PIXELS} a side. Crop or shrink it first."
        )


def _check_range(picture: np.ndarray, advice: str) -> None:
    lowest, highest = float(picture.min()), float(picture.max())
    if lowest >= 0 and highest <= 1:
        return
    found = f"values from {lowest:g} to {highest:g}"
    if not np.isfinite([lowest, highest]).all():
        found = f"{np.count_nonzero(~np.isfinite(picture))} values that are NaN or infinite"
    raise InkError(f"the picture has {found}; expected 0 … 1: {advice}.")


def _full_scale(gray: np.ndarray) -> float:
    """The value of full white."""
    if gray.dtype in (np.uint8, np.uint16):
        return float(np.iinfo(gray.dtype).max)
    if gray.dtype == np.bool_:
        return 1.0
    if np.issubdtype(gray.dtype, np.floating):
        _check_range(gray, "divide by the largest possible value first")
        return 1.0
    raise InkError(
        f"the picture's values are {gray.dtype}; expected bool, uint8, uint16 or float in 0 … 1. "
        "Use picture.astype(np.uint8) where they are 0 … 255."
    )


def _border(gray: np.ndarray) -> np.ndarray:
    """The outermost pixels, each once."""
    inside = np.zeros(gray.shape, bool)
    inside[1:-1, 1:-1] = True
    return gray[~inside]


def _ink_box(ink: np.ndarray) -> Box:
    brightest = ink.max()
    if brightest <= 0:
        raise InkError("no ink found: every pixel is 0. Give ink with the stroke bright, or use from_gray.")
    mask = ink > INK_THRESHOLD * brightest
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _area_average(ink: Ink, side: int, above: int, before: int) -> _Square:
    """Average the square of that side to 20x20; the ink lies in it at (above, before), the rest is empty."""
    rows, columns = _coverage(ink.shape[0], side, above), _coverage(ink.shape[1], side, before)
    half = np.zeros((FIT, ink.shape[1]))
    for start in range(0, ink.shape[0], _BLOCK):  # lest a large picture be copied to float64 at once
        block = slice(start, start + _BLOCK)
        half += rows[:, block] @ ink[block]
    square: _Square = half @ columns.T
    return square


def _coverage(length: int, side: int, start: int) -> Float64[np.ndarray, "20 length"]:
    """The share that each source pixel of an axis has in each of the 20 cells.

    Cell k covers side * k / 20 … side * (k + 1) / 20 of the square, source pixel i start + i … start + i + 1.
    """
    edges = side * np.arange(FIT + 1) / FIT
    pixels = np.arange(start, start + length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    share: Float64[np.ndarray, "20 length"] = np.maximum(covered, 0) * (FIT / side)
    return share


def _place(mass: Float64[np.ndarray, "20"]) -> tuple[int, slice]:
    """Where the 20 rows (or columns) of that mass begin in the frame, and which of them hold ink.

    The centre of mass goes to the frame's, unless ink would be cut off.
    """
    centre = float(mass @ np.arange(FIT) / mass.sum())
    held = np.flatnonzero(mass)
    first, last = int(held[0]), int(held[-1])
    shift = CENTRE - int(np.floor(centre + 0.5 + _TIE))
    return min(max(shift, -first), SIZE - 1 - last), slice(first, last + 1)
